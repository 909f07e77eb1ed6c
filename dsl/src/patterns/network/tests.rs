//! Tests of the network pattern: its resources, zone by zone, and networks that have no valid layout.

use super::*;
use crate::document::Document;
use crate::request::Request;
use serde_json::{Value, json};

fn document(design: NetworkDesign) -> Document {
    let stack = |cx: &mut Stack| {
        design.declare(cx, "network");
        Ok(())
    };
    Stack::test("shop", stack, Request::offline("us-east-1"))
}

fn spec(document: &Document, name: &str) -> Value {
    let mut resources = document.resources.iter();
    let found = resources.find(|(address, _)| address.as_str() == name);
    found.map_or(Value::Null, |(_, declaration)| declaration.spec.to_value())
}

fn addresses(document: &Document) -> Vec<&str> {
    document
        .resources
        .keys()
        .map(|address| address.as_str())
        .collect()
}

fn messages(document: &Document) -> Vec<&str> {
    let problems = document.problems.iter();
    problems.map(|problem| problem.message.as_str()).collect()
}

#[test]
fn two_zones_with_a_single_nat_gateway() {
    let document = document(Network::over(2.zones()));
    assert_eq!(messages(&document), [""; 0]);
    let parts = [
        "attachment",
        "internet-gateway",
        "nat-a",
        "nat-a-address",
        "private-a",
        "private-a-association",
        "private-a-default-route",
        "private-a-routes",
        "private-b",
        "private-b-association",
        "private-b-default-route",
        "private-b-routes",
        "public-a",
        "public-a-association",
        "public-b",
        "public-b-association",
        "public-default-route",
        "public-routes",
        "vpc",
    ];
    assert_eq!(
        addresses(&document),
        parts.map(|part| format!("network/{part}"))
    );
    let nat = json!({"$windlass": {"ref": "network/nat-a", "output": "NatGatewayId"}});
    assert_eq!(
        spec(&document, "network/private-b-default-route")["NatGatewayId"],
        nat
    );
}

#[test]
fn every_nat_choice_gives_its_gateways_and_routes() {
    let count = |nat, kind: &str| {
        let document = document(Network::over(3.zones()).nat(nat));
        assert_eq!(messages(&document), [""; 0]);
        let all = document.resources.values();
        all.filter(|declaration| declaration.kind == format!("AWS::EC2::{kind}"))
            .count()
    };
    assert_eq!(
        (count(Nat::None, "NatGateway"), count(Nat::None, "Route")),
        (0, 1)
    );
    assert_eq!(
        (
            count(Nat::Single, "NatGateway"),
            count(Nat::Single, "Route")
        ),
        (1, 4)
    );
    assert_eq!(
        (count(Nat::PerZone, "EIP"), count(Nat::PerZone, "Route")),
        (3, 4)
    );
}

#[test]
fn another_zone_or_another_nat_moves_nothing() {
    let small = document(Network::over(1.zones()).nat(Nat::Single));
    let large = document(Network::over(3.zones()).nat(Nat::PerZone));
    for (address, declaration) in &small.resources {
        assert_eq!(
            large.resources.get(address).map(|it| &it.spec),
            Some(&declaration.spec)
        );
    }
}

#[test]
fn ranges_follow_from_the_position() {
    let document = document(Network::over(3.zones()).range(cidr!("10.8.0.0/20")));
    let range = |name: &str| spec(&document, name)["CidrBlock"].clone();
    assert_eq!(range("network/public-a"), "10.8.0.0/26");
    assert_eq!(range("network/public-c"), "10.8.0.128/26");
    assert_eq!(range("network/private-a"), "10.8.4.0/23");
    assert_eq!(range("network/private-c"), "10.8.8.0/23");
    let zone = spec(&document, "network/private-c")["AvailabilityZone"].clone();
    assert_eq!(zone, "us-east-1c");
}

#[test]
fn six_zones_in_the_smallest_range_fit() {
    let mut request = Request::offline("us-east-1");
    request.zones = ["a", "b", "c", "d", "e", "f"]
        .map(|zone| format!("us-east-1{zone}"))
        .to_vec();
    let stack = |cx: &mut Stack| {
        Network::over(6.zones())
            .range(cidr!("10.0.0.0/22"))
            .declare(cx, "network");
        Ok(())
    };
    let document = Stack::test("shop", stack, request);
    assert_eq!(messages(&document), [""; 0]);
    assert_eq!(
        spec(&document, "network/public-f")["CidrBlock"],
        "10.0.0.80/28"
    );
    assert_eq!(
        spec(&document, "network/private-f")["CidrBlock"],
        "10.0.3.128/25"
    );
}

#[test]
fn what_cannot_be_laid_out_is_reported_on_the_authors_line() {
    let unfit = |design| {
        let document = document(design);
        let all_here = document
            .problems
            .iter()
            .all(|problem| problem.labels[0].source.file == file!());
        assert!(all_here);
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        unfit(Network::over(4.zones())),
        ["a network over 4 zones does not fit: 3 are open to the account in us-east-1"]
    );
    assert_eq!(
        unfit(Network::over(0.zones())),
        ["a network cannot lie over 0 zones"]
    );
    assert_eq!(
        unfit(Network::over(2.zones()).range(cidr!("10.0.0.0/24"))),
        ["a network cannot be laid out in 10.0.0.0/24"]
    );
}

#[test]
fn every_part_can_be_changed_before_it_is_declared() {
    let document = document(Network::over(2.zones()).change(|parts| {
        parts.vpc.options.protect = true;
        parts.zones[1].public.spec.map_public_ip_on_launch = Some(true.into());
    }));
    let of = |name: &str| spec(&document, name)["MapPublicIpOnLaunch"].clone();
    assert_eq!(of("network/public-b"), true);
    assert_eq!(of("network/public-a"), Value::Null);
    let vpc = document
        .resources
        .values()
        .find(|it| it.kind == "AWS::EC2::VPC");
    assert!(vpc.is_some_and(|vpc| vpc.options.protect));
}
