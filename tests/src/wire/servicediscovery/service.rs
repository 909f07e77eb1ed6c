//! Wire fixture of `AWS::ServiceDiscovery::Service`: its samples and AWS's answers.

use windlass::aws::servicediscovery::Service;

use crate::wire::Fixture;

const ARN: &str = "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-0a1";

fn described(rest: &str) -> String {
    format!(r#"{{"Services": [{{"Id": "srv-0a1", "Arn": "{ARN}", "Name": "api", {rest}}}]}}"#)
}

pub fn fixture() -> Fixture {
    let full = r#""Type": "DNS_HTTP", "Description": "the API",
        "DnsConfig": {"RoutingPolicy": "MULTIVALUE", "DnsRecords": [{"Type": "A", "TTL": 10}]},
        "HealthCheckCustomConfig": {"FailureThreshold": 1}"#;
    let http = r#""Type": "HTTP", "HealthCheckConfig": {"Type": "HTTP", "ResourcePath": "/healthz", "FailureThreshold": 3}"#;
    Fixture::of::<Service>("srv-0a1")
        .output("Arn", ARN)
        .answer("CreateService", &format!(r#"{{"Service": {{"Id": "srv-0a1", "Arn": "{ARN}"}}}}"#))
        .answer("ListServices", &described(full))
        .answer("ListTagsForResource", r#"{"Tags": [{"Key": "Name", "Value": "api"}, {"Key": "windlass:intent", "Value": "0"}]}"#)
        .answer("GetServiceAttributes", r#"{"ServiceAttributes": {"Attributes": {"owner": "shop", "foreign": "x"}}}"#)
        .described(8, [("ListServices", described(http).as_str())])
        .not_updated(
            "DnsConfig.RoutingPolicy",
            "another routing policy replaces the service: UpdateService takes the time to live only",
        )
}
