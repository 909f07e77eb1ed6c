//! Wire fixtures of Amazon ECS.
//!
//! ECS's API names members as CloudFormation does, with a small first letter. The exceptions are below, from the API reference. So a rule writes the
//! answers that describe a sample. If the rule is wrong about a member, reading the answer shows it.

pub mod capacity_provider;
pub mod cluster;
pub mod cluster_capacity_provider_associations;
pub mod service;
pub mod task_definition;

use serde_json::{Map, Value};

/// Members whose API name differs in more than a small first letter.
const NAMES: &[(&str, &str)] = &[
    ("EFSVolumeConfiguration", "efsVolumeConfiguration"),
    ("FilesystemId", "fileSystemId"),
    (
        "FSxWindowsFileServerVolumeConfiguration",
        "fsxWindowsFileServerVolumeConfiguration",
    ),
    ("IAM", "iam"),
    ("PlacementStrategies", "placementStrategy"),
    ("ProxyConfigurationProperties", "properties"),
    ("S3FilesVolumeConfiguration", "s3filesVolumeConfiguration"),
];

/// Members whose own members have names that the author chooses.
const MAPS: &[&str] = &[
    "DockerLabels",
    "DriverOpts",
    "HookDetails",
    "Labels",
    "Options",
];

/// The intent that the proof sends. A resource carries it as a tag from its create.
const INTENT: &str = r#"{"key":"windlass:intent","value":"0123456789abcdef0123456789abcdef"}"#;

/// A spec as the API describes it.
fn api(value: &Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.iter().map(member).collect()),
        Value::Array(items) => items.iter().map(api).collect(),
        scalar => scalar.clone(),
    }
}

fn member((name, value): (&String, &Value)) -> (String, Value) {
    let known = NAMES.iter().find(|(ours, _)| ours == name);
    let theirs = match known {
        Some((_, theirs)) => (*theirs).to_owned(),
        None => name[..1].to_ascii_lowercase() + &name[1..],
    };
    let value = if MAPS.contains(&name.as_str()) {
        value.clone()
    } else {
        api(value)
    };
    (theirs, value)
}

/// A spec as the API describes it, with further members.
fn described(spec: &Value, more: Value) -> Value {
    let mut all: Map<String, Value> = match api(spec) {
        Value::Object(members) => members,
        other => panic!("a spec is an object, and not {other}"),
    };
    if let Value::Object(more) = more {
        all.extend(more);
    }
    Value::Object(all)
}
