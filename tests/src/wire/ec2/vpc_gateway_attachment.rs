//! Wire fixture of `AWS::EC2::VPCGatewayAttachment`: its samples and AWS's answers.

use windlass::aws::ec2::VpcGatewayAttachment;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<VpcGatewayAttachment>("IGW|vpc-0a1")
        .output("AttachmentType", "IGW")
        .answer(
            "DescribeInternetGateways",
            "<DescribeInternetGatewaysResponse><internetGatewaySet><item>
                <internetGatewayId>igw-0b2</internetGatewayId>
                <attachmentSet><item><vpcId>vpc-0a1</vpcId><state>available</state></item></attachmentSet>
            </item></internetGatewaySet></DescribeInternetGatewaysResponse>",
        )
        .described(
            3,
            [(
                "DescribeVpnGateways",
                "<DescribeVpnGatewaysResponse><vpnGatewaySet><item>
                    <vpnGatewayId>vgw-0a1</vpnGatewayId><state>available</state>
                    <attachments><item><vpcId>vpc-0a1</vpcId><state>attached</state></item></attachments>
                </item></vpnGatewaySet></DescribeVpnGatewaysResponse>",
            )],
        )
}
