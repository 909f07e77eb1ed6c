//! Wire fixture of `AWS::EC2::InternetGateway`: its samples and AWS's answers.

use windlass::aws::ec2::InternetGateway;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<InternetGateway>("igw-0a1b2c3d")
        .output("InternetGatewayId", "igw-0a1b2c3d")
        .answer(
            "CreateInternetGateway",
            "<CreateInternetGatewayResponse><internetGateway><internetGatewayId>igw-0a1b2c3d</internetGatewayId></internetGateway></CreateInternetGatewayResponse>",
        )
        .answer(
            "DescribeInternetGateways",
            "<DescribeInternetGatewaysResponse><internetGatewaySet><item>
                <internetGatewayId>igw-0a1b2c3d</internetGatewayId>
                <tagSet><item><key>Name</key><value>main</value></item></tagSet>
            </item></internetGatewaySet></DescribeInternetGatewaysResponse>",
        )
}
