//! Wire fixtures of AWS Cloud Map.

pub mod http_namespace;
pub mod private_dns_namespace;
pub mod service;

const TAGS: &str =
    r#"{"Tags": [{"Key": "Name", "Value": "shop"}, {"Key": "windlass:intent", "Value": "0"}]}"#;
const OPERATION: &str = r#"{"OperationId": "op-0a1"}"#;
const MADE: &str =
    r#"{"Operation": {"Id": "op-0a1", "Status": "SUBMITTED", "Targets": {"NAMESPACE": "ns-0a1"}}}"#;
