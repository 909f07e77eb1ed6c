//! Properties that an emulator accepts and does not return. AWS has no such properties.
//!
//! Not here: the list of them, which the local cloud has (`windlass-local`'s `open_gaps`).

use std::collections::BTreeMap;

/// The lost paths of each kind, such as `ReplicaRegions[].KmsKeyId`.
#[derive(Debug, Default)]
pub(crate) struct Losses(BTreeMap<String, Vec<String>>);

impl Losses {
    pub(crate) fn of(losses: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut by_kind: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (kind, path) in losses {
            by_kind.entry(kind).or_default().push(path);
        }
        Self(by_kind)
    }

    /// Whether a path of a kind is lost, or is below a lost path.
    pub(crate) fn has(&self, kind: &str, path: &str) -> bool {
        let path = of_any_member(path);
        let mut lost = self.0.get(kind).into_iter().flatten();
        lost.any(|lost| {
            let below = path.strip_prefix(lost.as_str());
            below.is_some_and(|below| below.is_empty() || below.starts_with(['.', '[']))
        })
    }
}

/// Drops the names of list members: `ReplicaRegions[eu-west-1].KmsKeyId` becomes `ReplicaRegions[].KmsKeyId`.
fn of_any_member(path: &str) -> String {
    let parts = path.split(']');
    let parts = parts.map(|part| match part.split_once('[') {
        Some((before, _)) => format!("{before}[]"),
        None => part.to_owned(),
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_lost_with_all_below_it_and_nothing_beside_it() {
        let lost = |path: &str| ("Kind".to_owned(), path.to_owned());
        let losses = Losses::of([lost("Regions[].Key"), lost("Targets")]);
        for path in ["Regions[eu-west-1].Key", "Targets", "Targets[a].Port"] {
            assert!(losses.has("Kind", path), "{path}");
        }
        for path in [
            "Regions",
            "Regions[eu-west-1]",
            "Regions[a].KeyId",
            "TargetsOf",
        ] {
            assert!(!losses.has("Kind", path), "{path}");
        }
        assert!(!losses.has("Other", "Targets"));
    }
}
