//! A small platform of test kinds with every sort of dependency. Most tests of the engine use it.

use serde_json::{Value, json};

use super::kinds::{CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};
use super::program::{Program, reference};

/// The whole platform.
pub fn platform() -> Program {
    let subnet =
        |range: &str| json!({"NetworkId": reference("network", "NetworkId"), "Range": range});
    Program::new()
        .with("network", NETWORK, network("10.0.0.0/16"))
        .with("subnet-a", SUBNET, subnet("10.0.1.0/24"))
        .with("subnet-b", SUBNET, subnet("10.0.2.0/24"))
        .with(
            "gateway",
            GATEWAY,
            json!({"SubnetId": reference("subnet-a", "SubnetId")}),
        )
        .with("port", PORT, port("tcp"))
        .with("role", ROLE, json!({"Path": "/", "Policy": "p1"}))
        .with("cluster", CLUSTER, json!({"Settings": "s1"}))
        .with("revision", REVISION, revision("app:1"))
        .with("service", SERVICE, service(1))
        .output("service", reference("service", "Arn"))
}

/// The spec of the network with this address range.
pub fn network(range: &str) -> Value {
    json!({"Range": range, "Names": true, "Secretive": "s", "Tags": [{"Key": "Name", "Value": "main"}]})
}

/// The spec of the port for this protocol.
pub fn port(protocol: &str) -> Value {
    json!({
        "NetworkId": reference("network", "NetworkId"), "Number": 443, "Protocol": protocol,
        "Target": reference("gateway", "GatewayId"),
    })
}

/// The spec of the revision with this image.
pub fn revision(image: &str) -> Value {
    json!({"Family": "app", "Image": image, "RoleArn": reference("role", "Arn")})
}

/// The spec of the service with this number of tasks.
pub fn service(count: u32) -> Value {
    json!({
        "Cluster": reference("cluster", "Arn"), "Revision": reference("revision", "Arn"), "Count": count,
        "Subnets": [reference("subnet-a", "SubnetId"), reference("subnet-b", "SubnetId")],
    })
}
