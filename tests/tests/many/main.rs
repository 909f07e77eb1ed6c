//! Pagination and batching: kinds that Windlass reads with a list once there are many of them, through the real SDK with an HTTP client that captures
//! calls. The list, over all its pages, must give the same as the calls for single resources. Windlass asks separately for what the list does not
//! show, and polls together what waits together. No read of any kind stops at an empty page.

mod associations;
mod lists;
mod pages;
mod policies;
mod revisions;
mod roles;
mod rollouts;
mod rules;
mod scaling;
mod secrets;
mod tags;

use std::collections::BTreeSet;

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass_engine::provider::{Outputs, Provider, Target};
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::{Capture, Captured};

/// More resources than Windlass reads one by one, for every kind.
const MANY: usize = 6;

/// The one that the lists do not show, though it exists.
const LATE: usize = 4;

/// The one that does not exist.
const GONE: usize = 5;

fn target(kind: &str, id: String, applied: &Value) -> Target {
    Target {
        address: Address::parse("subject").expect("an address"),
        generation: 0,
        kind: kind.to_owned(),
        place: Capture::place(),
        physical_id: id,
        applied: CanonicalJson::of(applied),
        outputs: Outputs::new(),
        imported: false,
        since: None,
    }
}

/// The observation of each resource when Windlass reads all of them together, and the calls of that read.
async fn together(
    rule: fn(&Captured) -> Option<(u16, String)>,
    targets: &[Target],
) -> (Vec<Observation>, Vec<Captured>) {
    let capture = Capture::answering(rule);
    let observed = capture.provider().observe(targets).await;
    let observed = observed
        .into_iter()
        .map(|observed| observed.expect("every call is answered"))
        .collect();
    (observed, capture.take())
}

/// Compares the read of all resources with the read of each one alone. Returns how many times the read of all called each operation.
async fn agree(
    rule: fn(&Captured) -> Option<(u16, String)>,
    targets: &[Target],
) -> Vec<(String, usize)> {
    let (all, calls) = together(rule, targets).await;
    for (at, target) in targets.iter().enumerate() {
        let (alone, _) = together(rule, std::slice::from_ref(target)).await;
        assert_eq!(all[at], alone[0], "{}", target.physical_id);
        assert_eq!(all[at] == Observation::Missing, at == GONE);
    }
    let operations: BTreeSet<&String> = calls.iter().map(|call| &call.operation).collect();
    let count = |of: &String| calls.iter().filter(|call| call.operation == *of).count();
    operations
        .into_iter()
        .map(|operation| (operation.clone(), count(operation)))
        .collect()
}

/// Whether a form names an ARN or another id.
fn names(request: &Captured, arn: &str) -> bool {
    let encoded = arn.replace(':', "%3A").replace('/', "%2F");
    let mut values = request.body.lines().filter_map(|line| line.split_once('='));
    values.any(|(_, value)| value.trim_end_matches('&') == encoded)
}

fn owned(counts: &[(&str, usize)]) -> Vec<(String, usize)> {
    counts
        .iter()
        .map(|(operation, count)| ((*operation).to_owned(), *count))
        .collect()
}
