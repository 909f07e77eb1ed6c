//! Wire fixture of `AWS::ServiceDiscovery::HttpNamespace`: its samples and AWS's answers.

use windlass::aws::servicediscovery::HttpNamespace;

use super::{MADE, OPERATION, TAGS};
use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<HttpNamespace>("ns-0a1")
        .output("Arn", "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1")
        .answer("CreateHttpNamespace", OPERATION)
        .answer("UpdateHttpNamespace", OPERATION)
        .answer("GetOperation", MADE)
        .answer("ListTagsForResource", TAGS)
        .answer(
            "ListNamespaces",
            r#"{"Namespaces": [{"Id": "ns-0a1", "Name": "shop", "Type": "HTTP", "Description": "services of the shop",
                "Arn": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1"}]}"#,
        )
}
