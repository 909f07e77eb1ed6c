//! Destroy races and replacement deadlocks that people reported about other tools, each with AWS's kinds and rules.
//!
//! Each case takes one run, and the cloud refuses nothing: the order comes from the graph, not from retries. The tables of `windlass_tests::cloud`
//! list what the cloud refuses.

mod balancing;
mod capacity;
mod identity;
mod network;
mod serving;

use serde_json::{Value, json};
use windlass_tests::cloud::kinds::schema;
use windlass_tests::cloud::{Faults, Program, Ran, Universe, reference, refused};

const VPC: &str = "AWS::EC2::VPC";
const SUBNET: &str = "AWS::EC2::Subnet";
const GROUP: &str = "AWS::EC2::SecurityGroup";
const BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const TARGETS: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LISTENER: &str = "AWS::ElasticLoadBalancingV2::Listener";
const CLUSTER: &str = "AWS::ECS::Cluster";
const SERVICE: &str = "AWS::ECS::Service";
const TASK: &str = "AWS::ECS::TaskDefinition";
const ROLE: &str = "AWS::IAM::Role";

/// Makes the first program, then changes over to the second, or to nothing: in one run, without a refusal, and with an empty preview afterwards.
async fn goes(before: &Program, after: Option<&Program>) -> (Universe, Ran) {
    let universe = Universe::default();
    universe.cloud.set_faults(Faults {
        visible_at_once: true,
        ..Faults::default()
    });
    let first = universe.up(before).await;
    assert_eq!(refused(&first), [""; 0]);
    let ran = match after {
        Some(after) => universe.up(after).await,
        None => universe.destroy().await,
    };
    assert_eq!(refused(&ran), [""; 0]);
    assert_eq!(refusals(&universe), [""; 0]);
    universe.assert_nothing_lost();
    match after {
        Some(after) => {
            let preview = universe.preview(after).await;
            assert!(preview.is_empty(), "{:#?}", preview.changes);
        }
        None => assert!(universe.cloud.world().objects.is_empty()),
    }
    (universe, ran)
}

fn refusals(universe: &Universe) -> Vec<String> {
    let refusals = universe.cloud.refusals();
    refusals.iter().map(ToString::to_string).collect()
}

/// Adds resources with properties of the kind itself, and with all properties that it requires.
trait Real {
    fn add(self, address: &str, kind: &str, spec: Value) -> Self;
}

impl Real for Program {
    fn add(self, address: &str, kind: &str, spec: Value) -> Self {
        let schema = schema(kind).unwrap_or_else(|| panic!("no kind {kind}"));
        let given = spec.as_object().expect("a spec is an object");
        for name in given.keys() {
            assert!(schema.field(name).is_some(), "{kind} has no {name}");
        }
        for field in schema.fields().filter(|field| field.required) {
            assert!(
                given.contains_key(field.name),
                "{kind} needs {}",
                field.name
            );
        }
        self.with(address, kind, spec)
    }
}

/// A VPC with two subnets.
fn network() -> Program {
    Program::new()
        .add("vpc", VPC, json!({"CidrBlock": "10.0.0.0/16"}))
        .add("a", SUBNET, subnet("10.0.1.0/24"))
        .add("b", SUBNET, subnet("10.0.2.0/24"))
}

fn subnet(range: &str) -> Value {
    json!({"VpcId": vpc(), "CidrBlock": range})
}

fn vpc() -> Value {
    reference("vpc", "VpcId")
}

fn group(description: &str) -> Value {
    json!({"VpcId": vpc(), "GroupDescription": description})
}

fn id(group: &str) -> Value {
    reference(group, "GroupId")
}

/// A cluster and a task definition.
fn tasks(program: Program) -> Program {
    program.add("cluster", CLUSTER, json!({})).add(
        "task",
        TASK,
        json!({"NetworkMode": "awsvpc", "ContainerDefinitions": [{"Name": "app", "Image": "app:1"}]}),
    )
}

/// A service of that cluster, in these subnets and security groups.
fn service(subnets: &[&str], groups: &[&str]) -> Value {
    let subnets: Vec<_> = subnets.iter().map(|at| reference(at, "SubnetId")).collect();
    let groups: Vec<_> = groups.iter().map(|at| id(at)).collect();
    json!({
        "Cluster": reference("cluster", "ClusterName"), "TaskDefinition": reference("task", "TaskDefinitionArn"), "DesiredCount": 1,
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": subnets, "SecurityGroups": groups}},
    })
}
