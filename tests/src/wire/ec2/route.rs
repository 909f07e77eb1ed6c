//! Wire fixture of `AWS::EC2::Route`. Each sample has another target, so each has its own description.

use windlass::aws::ec2::Route;

use crate::wire::Fixture;

const IPV4: &str = "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock>";

/// AWS's description of the samples' targets, each in a route for all of IPv4.
const TARGETS: [(usize, &str); 10] = [
    (3, "<carrierGatewayId>cagw-0a1</carrierGatewayId>"),
    (
        4,
        "<coreNetworkArn>arn:aws:networkmanager::123456789012:core-network/core-network-0a1</coreNetworkArn>",
    ),
    (
        5,
        "<instanceId>i-0a1</instanceId><networkInterfaceId>eni-0f9</networkInterfaceId>",
    ),
    (6, "<localGatewayId>lgw-0a1</localGatewayId>"),
    (7, "<natGatewayId>nat-0a1</natGatewayId>"),
    (
        9,
        "<instanceId>i-0f9</instanceId><networkInterfaceId>eni-0a1</networkInterfaceId>",
    ),
    (10, "<transitGatewayId>tgw-0a1</transitGatewayId>"),
    (11, "<gatewayId>vpce-0a1</gatewayId>"),
    (
        12,
        "<vpcPeeringConnectionId>pcx-0a1</vpcPeeringConnectionId>",
    ),
    (
        20,
        "<odbNetworkArn>arn:aws:odb:us-east-1:123456789012:odb-network/odbnet_0a1b2c3d</odbNetworkArn>",
    ),
];

pub fn fixture() -> Fixture {
    let described = TARGETS.map(|(sample, target)| (sample, table(&format!("{IPV4}{target}"))));
    let others = [
        (
            15,
            "<destinationPrefixListId>pl-0a1</destinationPrefixListId><gatewayId>igw-0a1</gatewayId>",
        ),
        (
            17,
            "<destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><gatewayId>igw-0a1</gatewayId>",
        ),
        (
            19,
            "<destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock>
             <egressOnlyInternetGatewayId>eigw-0a1</egressOnlyInternetGatewayId>",
        ),
    ];
    let others = others.map(|(sample, route)| (sample, table(route)));
    let fullest = table(&format!("{IPV4}<gatewayId>igw-0b2</gatewayId>"));
    let fixture = Fixture::of::<Route>("rtb-0a1|0.0.0.0/0")
        .output("CidrBlock", "0.0.0.0/0")
        .answer("DescribeRouteTables", &fullest);
    described
        .into_iter()
        .chain(others)
        .fold(fixture, |fixture, (sample, answer)| {
            fixture.described(sample, [("DescribeRouteTables", answer.as_str())])
        })
}

/// A route table with the route of its VPC and another one.
fn table(route: &str) -> String {
    format!(
        "<DescribeRouteTablesResponse><routeTableSet><item>
            <routeTableId>rtb-0a1</routeTableId><vpcId>vpc-0a1</vpcId>
            <routeSet>
                <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId><state>active</state><origin>CreateRouteTable</origin></item>
                <item>{route}<state>active</state><origin>CreateRoute</origin></item>
            </routeSet>
        </item></routeTableSet></DescribeRouteTablesResponse>"
    )
}
