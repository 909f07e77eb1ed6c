//! Members of lists that have the same key, or that lose a property.

use serde_json::{Value, json};

use crate::stage::{Doc, Stage, shown};

const TASK: &str = "AWS::ECS::TaskDefinition";
const GROUP: &str = "AWS::EC2::SecurityGroup";

fn task(hosts: Value) -> Doc {
    let app = json!({"Name": "app", "Image": "nginx", "ExtraHosts": hosts});
    Doc::new().with(
        "it",
        TASK,
        json!({"Family": "f", "ContainerDefinitions": [app]}),
    )
}

fn host(name: &str, address: &str) -> Value {
    json!({"Hostname": name, "IpAddress": address})
}

#[test]
fn two_addresses_for_one_name_are_two_members() {
    // docker/compose#3230
    let both = task(json!([host("db", "10.0.0.1"), host("db", "10.0.0.2")]));
    for other in [
        json!([host("db", "10.0.0.1"), host("db", "10.0.0.3")]),
        json!([host("db", "10.0.0.1")]),
        json!([host("db", "10.0.0.1"), host("db", "10.0.0.1")]),
    ] {
        let mut stage = Stage::with(&both);
        let plan = stage.up(&task(other));
        assert_eq!(plan.changes.len(), 1, "{}", shown(&plan));
        let back = stage.up(&both);
        assert_eq!(back.changes.len(), 1, "{}", shown(&back));
    }
    let mut stage = Stage::with(&both);
    let swapped = task(json!([host("db", "10.0.0.2"), host("db", "10.0.0.1")]));
    assert!(
        stage.up(&swapped).changes.is_empty(),
        "their order does not count"
    );
}

fn group(rules: Value) -> Doc {
    let spec = json!({"GroupName": "g", "GroupDescription": "web", "VpcId": "vpc-1", "SecurityGroupIngress": rules});
    Doc::new().with("it", GROUP, spec)
}

fn rule(description: Option<&str>) -> Value {
    let mut rule =
        json!({"CidrIp": "10.0.0.0/8", "FromPort": 80, "ToPort": 80, "IpProtocol": "tcp"});
    if let Some(description) = description {
        rule["Description"] = json!(description);
    }
    rule
}

#[test]
fn a_member_that_loses_a_property_changes() {
    let mut stage = Stage::with(&group(json!([rule(Some("web"))])));
    let plan = stage.up(&group(json!([rule(None)])));
    assert_eq!(plan.changes.len(), 1, "{}", shown(&plan));
}

#[test]
fn what_a_member_does_not_say_is_no_difference() {
    let doc = group(json!([rule(None)]));
    let mut stage = Stage::with(&doc);
    stage.meddle("it", "SecurityGroupIngress", json!([rule(Some("by hand"))]));
    assert!(stage.plan(&doc).is_empty());
    // The search begins with the member that has the most properties.
    let doc = group(json!([rule(None), rule(Some("web"))]));
    let mut stage = Stage::with(&doc);
    stage.meddle(
        "it",
        "SecurityGroupIngress",
        json!([rule(Some("web")), rule(Some("other"))]),
    );
    assert!(stage.plan(&doc).is_empty(), "{}", shown(&stage.plan(&doc)));
}

#[test]
fn spellings_of_aws_are_no_drift() {
    // terraform-provider-aws: flattenPlacementStrategy
    let spec = json!({"ServiceName": "s", "Cluster": "c", "TaskDefinition": "t:1", "PlacementStrategies": [
        {"Type": "binpack", "Field": "cpu"}, {"Type": "spread", "Field": "host"}]});
    let doc = Doc::new().with("it", "AWS::ECS::Service", spec);
    let mut stage = Stage::with(&doc);
    let answered =
        json!([{"Type": "binpack", "Field": "CPU"}, {"Type": "spread", "Field": "instanceId"}]);
    stage.meddle("it", "PlacementStrategies", answered);
    assert!(stage.plan(&doc).is_empty(), "{}", shown(&stage.plan(&doc)));
}
