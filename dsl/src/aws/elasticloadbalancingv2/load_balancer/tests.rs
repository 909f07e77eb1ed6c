//! Tests of a load balancer's checks, and of the changes that need a new load balancer.

use serde_json::json;

use super::*;
use crate::request::Request;
use crate::resource::Declare;
use crate::stack::Stack;

fn problems(spec: LoadBalancer) -> Vec<String> {
    let stack = |cx: &mut Stack| {
        spec.declare(cx, "lb");
        Ok(())
    };
    let document = Stack::test("t", stack, Request::offline("us-east-1"));
    document
        .problems
        .into_iter()
        .map(|problem| problem.message)
        .collect()
}

fn two() -> [SubnetId; 2] {
    ["subnet-0a1", "subnet-0b2"].map(SubnetId::existing)
}

#[test]
fn samples_are_sound() {
    for sample in LoadBalancer::samples() {
        assert_eq!(problems(sample), [""; 0]);
    }
}

#[test]
fn what_aws_refuses_is_reported() {
    assert_eq!(
        problems(LoadBalancer::application([SubnetId::existing(
            "subnet-0a1"
        )])),
        ["`Subnets` of `lb` has 1 of at least 2 subnets"]
    );
    assert_eq!(
        problems(LoadBalancer::network([SubnetId::existing("subnet-0a1")])),
        [""; 0]
    );
    assert_eq!(
        problems(LoadBalancer::application(two()).name("internal-api")),
        ["`Name` of `lb` is `internal-api`"]
    );
    assert_eq!(
        problems(LoadBalancer::gateway(two()).scheme(Scheme::Internal)),
        ["`Scheme` of `lb` is given for a load balancer of type `gateway`"]
    );
    assert_eq!(
        problems(
            LoadBalancer::application(two()).attribute(LoadBalancerAttribute::idle_timeout(4001))
        ),
        ["`LoadBalancerAttributes` of `lb` has `idle_timeout.timeout_seconds` = `4001`"]
    );
    assert_eq!(
        problems(LoadBalancer::network(two()).attribute(LoadBalancerAttribute::idle_timeout(60))),
        [
            "`LoadBalancerAttributes` of `lb` has `idle_timeout.timeout_seconds` for a load balancer of type `network`"
        ]
    );
}

#[test]
fn what_only_a_new_load_balancer_can_have() {
    let network = |groups: Value| json!({"Type": "network", "SecurityGroups": groups});
    let application = |groups: Value| json!({"Type": "application", "SecurityGroups": groups});
    assert!(gains_or_loses_security_groups(
        &network(json!(null)),
        &network(json!(["sg-1"]))
    ));
    assert!(!gains_or_loses_security_groups(
        &network(json!(["sg-2"])),
        &network(json!(["sg-1"]))
    ));
    assert!(!gains_or_loses_security_groups(
        &application(json!(null)),
        &application(json!(["sg-1"]))
    ));

    let gateway = |subnets: Value| json!({"Type": "gateway", "Subnets": subnets});
    assert!(gateway_leaves_subnet(
        &gateway(json!(["a", "b"])),
        &gateway(json!(["b"]))
    ));
    assert!(!gateway_leaves_subnet(
        &gateway(json!(["a"])),
        &gateway(json!(["b", "a"]))
    ));

    let at = |address: &str| json!([{"SubnetId": "a", "AllocationId": address}]);
    assert!(moves_an_address(&at("1"), &at("2")));
    assert!(!moves_an_address(
        &at("1"),
        &json!([{"SubnetId": "b", "AllocationId": "2"}])
    ));
}
