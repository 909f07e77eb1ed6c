//! Wire fixture of `AWS::EC2::RouteTable`: its samples and AWS's answers.

use windlass::aws::ec2::RouteTable;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<RouteTable>("rtb-0a1b2c3d")
        .output("RouteTableId", "rtb-0a1b2c3d")
        .answer(
            "CreateRouteTable",
            "<CreateRouteTableResponse><routeTable><routeTableId>rtb-0a1b2c3d</routeTableId></routeTable></CreateRouteTableResponse>",
        )
        .answer(
            "DescribeRouteTables",
            "<DescribeRouteTablesResponse><routeTableSet><item>
                <routeTableId>rtb-0a1b2c3d</routeTableId><vpcId>vpc-0a1</vpcId>
                <tagSet><item><key>Name</key><value>private</value></item></tagSet>
            </item></routeTableSet></DescribeRouteTablesResponse>",
        )
}
