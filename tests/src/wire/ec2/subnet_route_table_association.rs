//! Wire fixture of `AWS::EC2::SubnetRouteTableAssociation`: its samples and AWS's answers.

use windlass::aws::ec2::SubnetRouteTableAssociation;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<SubnetRouteTableAssociation>("rtbassoc-0a1b2c3d")
        .output("Id", "rtbassoc-0a1b2c3d")
        .answer(
            "AssociateRouteTable",
            "<AssociateRouteTableResponse><associationId>rtbassoc-0a1b2c3d</associationId></AssociateRouteTableResponse>",
        )
        .answer(
            "DescribeRouteTables",
            "<DescribeRouteTablesResponse><routeTableSet><item>
                <routeTableId>rtb-0b2</routeTableId><vpcId>vpc-0a1</vpcId>
                <associationSet><item>
                    <routeTableAssociationId>rtbassoc-0a1b2c3d</routeTableAssociationId><routeTableId>rtb-0b2</routeTableId>
                    <subnetId>subnet-0a1</subnetId><main>false</main><associationState><state>associated</state></associationState>
                </item></associationSet>
            </item></routeTableSet></DescribeRouteTablesResponse>",
        )
}
