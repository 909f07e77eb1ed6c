//! AWS's partitions: which partition a region belongs to, and the ARNs of what AWS itself owns in each.
//!
//! The table is botocore's `partitions.json`. Not here: ARNs of the author's own resources, whose partition the author or AWS writes.

use crate::canonical::CanonicalJson;

/// The prefixes of regions outside the commercial partition `aws`, and their partitions.
const PARTITIONS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
    ("eusc-", "aws-eusc"),
];

/// Prefixes of ARNs of what AWS itself owns: managed policies, and the data identifiers of CloudWatch Logs.
const OF_AWS: &[&str] = &["iam::aws:policy/", "dataprotection::aws:data-identifier/"];

/// The partition of a region: `aws-cn` for `cn-north-1`.
#[must_use]
pub fn of_region(region: &str) -> &'static str {
    let found = PARTITIONS
        .iter()
        .find(|(beginning, _)| region.starts_with(beginning));
    found.map_or("aws", |(_, partition)| partition)
}

/// The spec, with the partition of the region in the ARNs of what AWS owns. So a program can name such ARNs without knowing its region:
/// `PolicyArn::managed_by_aws("ReadOnlyAccess")` is `arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess` in `us-gov-west-1`.
pub(crate) fn placed(spec: CanonicalJson, region: &str) -> CanonicalJson {
    let partition = of_region(region);
    let owned = |text: &str| {
        OF_AWS
            .iter()
            .any(|owned| text.contains(&format!("arn:aws:{owned}")))
    };
    if partition == "aws" || !owned(spec.as_str()) {
        return spec;
    }
    let text = OF_AWS.iter().fold(spec.as_str().to_owned(), |text, owned| {
        text.replace(
            &format!("arn:aws:{owned}"),
            &format!("arn:{partition}:{owned}"),
        )
    });
    let value = serde_json::from_str(&text).expect("a name in a text was exchanged for another");
    CanonicalJson::of(&value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn regions_have_their_partition() {
        for (region, partition) in [
            ("us-east-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eu-isoe-west-1", "aws-iso-e"),
            ("eusc-de-east-1", "aws-eusc"),
            ("eu-central-1", "aws"),
        ] {
            assert_eq!(of_region(region), partition, "{region}");
        }
    }

    #[test]
    fn what_aws_owns_is_in_the_partition_of_the_place() {
        let spec = CanonicalJson::of(&json!({"ManagedPolicyArns": [
            "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/own"]}));
        assert_eq!(placed(spec.clone(), "us-east-1"), spec);
        let gov = placed(spec, "us-gov-west-1").to_value();
        assert_eq!(
            gov["ManagedPolicyArns"],
            json!([
                "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess",
                "arn:aws:iam::123456789012:policy/own"
            ])
        );
    }
}
