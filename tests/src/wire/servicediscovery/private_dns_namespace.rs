//! Wire fixture of `AWS::ServiceDiscovery::PrivateDnsNamespace`: its samples and AWS's answers.

use windlass::aws::servicediscovery::PrivateDnsNamespace;

use super::{MADE, OPERATION, TAGS};
use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<PrivateDnsNamespace>("ns-0a1")
        .output("Arn", "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1")
        .answer("CreatePrivateDnsNamespace", OPERATION)
        .answer("UpdatePrivateDnsNamespace", OPERATION)
        .answer("GetOperation", MADE)
        .answer("ListTagsForResource", TAGS)
        .answer(
            "ListNamespaces",
            r#"{"Namespaces": [{"Id": "ns-0a1", "Name": "shop.internal", "Type": "DNS_PRIVATE", "Description": "services of the shop",
                "Properties": {"DnsProperties": {"HostedZoneId": "Z0A1", "SOA": {"TTL": 60}}},
                "Arn": "arn:aws:servicediscovery:us-east-1:123456789012:namespace/ns-0a1"}]}"#,
        )
}
