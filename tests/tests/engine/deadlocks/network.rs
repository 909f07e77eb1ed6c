//! Networks: security groups, subnets, route tables, gateways.

use serde_json::{Value, json};
use windlass_engine::interrupt::Interrupt;
use windlass_engine::session::SessionError;
use windlass_tests::cloud::{Program, Universe, parse, reference, refused};

use super::{
    BALANCER, GROUP, Real, SERVICE, SUBNET, goes, group, id, network, service, subnet, tasks, vpc,
};

const INGRESS: &str = "AWS::EC2::SecurityGroupIngress";
const ENDPOINT: &str = "AWS::EC2::VPCEndpoint";
const TABLE: &str = "AWS::EC2::RouteTable";
const TABLE_ASSOCIATION: &str = "AWS::EC2::SubnetRouteTableAssociation";

fn admits(group: &str, source: &str) -> Value {
    json!({"GroupId": id(group), "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "SourceSecurityGroupId": id(source)})
}

#[tokio::test]
async fn a_security_group_that_a_rule_of_another_admits() {
    let after = network().add("web", GROUP, group("web"));
    let before = after.clone().add("balancer", GROUP, group("balancer")).add(
        "web-from-balancer",
        INGRESS,
        admits("web", "balancer"),
    );
    goes(&before, Some(&after)).await;
}

#[tokio::test]
async fn security_groups_that_admit_each_other() {
    let before = network()
        .add("web", GROUP, group("web"))
        .add("api", GROUP, group("api"))
        .add("api-from-web", INGRESS, admits("api", "web"))
        .add("web-from-api", INGRESS, admits("web", "api"));
    goes(&before, None).await;
    let after = before
        .clone()
        .add("web", GROUP, group("pages"))
        .add("api", GROUP, group("data"));
    goes(&before, Some(&after)).await;
}

#[tokio::test]
async fn a_security_group_whose_inline_rule_admits_another() {
    let admits = |source: &str| {
        let rule = json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "SourceSecurityGroupId": id(source)});
        json!({"VpcId": vpc(), "GroupDescription": "web", "SecurityGroupIngress": [rule]})
    };
    let before = network()
        .add("old", GROUP, group("old"))
        .add("web", GROUP, admits("old"));
    let after = network()
        .add("new", GROUP, group("new"))
        .add("web", GROUP, admits("new"));
    goes(&before, Some(&after)).await;
    goes(&before, None).await;
}

#[tokio::test]
async fn a_security_group_of_a_service_is_replaced() {
    let before = tasks(network()).add("web", GROUP, group("web")).add(
        "service",
        SERVICE,
        service(&["a"], &["web"]),
    );
    let after = before.clone().add("web", GROUP, group("pages"));
    let (universe, _) = goes(&before, Some(&after)).await;
    let log = universe.cloud.log();
    assert_eq!(
        log[log.len() - 3..],
        ["create web", "update service", "delete web"]
    );
}

#[tokio::test]
async fn a_security_group_of_an_interface_is_replaced() {
    let before = network().add("web", GROUP, group("web")).add(
        "logs",
        ENDPOINT,
        json!({
            "VpcId": vpc(), "ServiceName": "com.amazonaws.us-east-1.logs", "VpcEndpointType": "Interface",
            "SubnetIds": [reference("a", "SubnetId")], "SecurityGroupIds": [id("web")],
        }),
    );
    let after = before.clone().add("web", GROUP, group("pages"));
    goes(&before, Some(&after)).await;
    goes(&before, None).await;
}

#[tokio::test]
async fn a_subnet_with_interfaces() {
    let balanced = |at: &str| json!({"Type": "network", "Subnets": [reference(at, "SubnetId")]});
    let program = |at: &str| {
        tasks(network())
            .add("web", GROUP, group("web"))
            .add("balancer", BALANCER, balanced(at))
            .add("service", SERVICE, service(&[at], &["web"]))
    };
    goes(&program("b"), Some(&program("a").without("b"))).await;
    goes(&program("b"), None).await;
}

#[tokio::test]
async fn a_subnet_is_replaced_under_what_is_in_it() {
    let before = tasks(network()).add("web", GROUP, group("web")).add(
        "service",
        SERVICE,
        service(&["a"], &["web"]),
    );
    let after = before.clone().add("a", SUBNET, subnet("10.0.9.0/24"));
    goes(&before, Some(&after)).await;
}

fn routed(table: &str) -> Program {
    let association = json!({"SubnetId": reference("a", "SubnetId"), "RouteTableId": reference(table, "RouteTableId")});
    network().add(table, TABLE, json!({"VpcId": vpc()})).add(
        "association",
        TABLE_ASSOCIATION,
        association,
    )
}

#[tokio::test]
async fn a_route_table_association_moves() {
    goes(&routed("old"), Some(&routed("new"))).await;
}

#[tokio::test]
async fn a_route_table_association_is_declared_anew_elsewhere() {
    let housed = |table: &str| {
        tasks(routed(table)).add("web", GROUP, group("web")).add(
            "service",
            SERVICE,
            service(&["a"], &["web"]),
        )
    };
    let after = housed("new");
    let association = after.document().resources[&windlass_tests::cloud::parse("association")]
        .spec
        .to_value();
    let after = after
        .without("association")
        .add("a-association", TABLE_ASSOCIATION, association);
    goes(&housed("old"), Some(&after)).await;
}

#[tokio::test]
async fn an_internet_gateway_of_a_network_with_public_addresses() {
    let before = network_with_nat();
    goes(&before, None).await;
    // Another subnet needs another gateway. Only one gateway can use the address at a time.
    let after = before.clone().add("nat", "AWS::EC2::NatGateway", nat("b"));
    goes(&before, Some(&after)).await;
}

/// A story found this: the subnet between the two has no step, and the order depended on it.
#[tokio::test]
async fn a_nat_gateway_that_has_vanished_waits_for_another_attachment() {
    let program = network_with_nat();
    let universe = Universe::default();
    assert_eq!(refused(&universe.up(&program).await), [""; 0]);
    let id = universe.cloud.world().at("nat").map(|(id, _)| id.clone());
    let id = id.expect("it is there");
    universe.cloud.world().objects.remove(&id);
    let replace = [parse("attachment")];
    let ran = universe.run_replacing(Some(&program), &replace, Interrupt::never());
    assert_eq!(refused(&ran.await.expect("an order")), [""; 0]);
    assert!(universe.cloud.refusals().is_empty());
    assert!(universe.preview(&program).await.is_empty());
}

#[tokio::test]
async fn a_nat_gateway_needs_the_internet_gateway_of_its_network() {
    let program = network()
        .add("address", "AWS::EC2::EIP", json!({"Domain": "vpc"}))
        .add("nat", "AWS::EC2::NatGateway", nat("a"));
    let universe = Universe::default();
    let told = refused(&universe.up(&program).await);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("has no Internet gateway attached"),
        "{told:?}"
    );
}

fn network_with_nat() -> Program {
    let internet = reference("internet", "InternetGatewayId");
    network()
        .add("internet", "AWS::EC2::InternetGateway", json!({}))
        .add(
            "attachment",
            "AWS::EC2::VPCGatewayAttachment",
            json!({"VpcId": vpc(), "InternetGatewayId": internet}),
        )
        .add("address", "AWS::EC2::EIP", json!({"Domain": "vpc"}))
        .add("nat", "AWS::EC2::NatGateway", nat("a"))
}

fn nat(subnet: &str) -> Value {
    json!({"SubnetId": reference(subnet, "SubnetId"), "AllocationId": reference("address", "AllocationId")})
}

#[tokio::test]
async fn a_subnet_cannot_be_replaced_beside_itself_in_the_same_range() {
    let in_zone = |zone: &str| {
        let mut spec = subnet("10.0.1.0/24");
        spec["AvailabilityZone"] = json!(zone);
        network().add("a", SUBNET, spec)
    };
    let universe = Universe::default();
    universe.up(&in_zone("us-east-1a")).await;
    let ran = universe
        .run(Some(&in_zone("us-east-1b")), Interrupt::never())
        .await;
    let Err(SessionError::Stack(problems)) = ran else {
        panic!("AWS would refuse the second one: {ran:?}");
    };
    let texts: Vec<_> = problems.iter().map(|problem| &problem.message).collect();
    assert_eq!(
        texts,
        [
            "`a` is replaced, and its new generation would need the same `CidrBlock` while the old one still has it"
        ]
    );
    universe.assert_nothing_lost();
}
