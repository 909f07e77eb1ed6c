//! Wire fixture of `AWS::EC2::VPC`: its samples and AWS's answers.

use windlass::aws::ec2::Vpc;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<Vpc>("vpc-0a1b2c3d")
        .output("VpcId", "vpc-0a1b2c3d")
        .answer("CreateVpc", "<CreateVpcResponse><vpc><vpcId>vpc-0a1b2c3d</vpcId><cidrBlock>10.0.0.0/16</cidrBlock></vpc></CreateVpcResponse>")
        .answer(
            "DescribeVpcs",
            "<DescribeVpcsResponse><vpcSet><item>
                <vpcId>vpc-0a1b2c3d</vpcId><state>available</state><cidrBlock>10.0.0.0/16</cidrBlock><instanceTenancy>dedicated</instanceTenancy>
                <encryptionControl><vpcId>vpc-0a1b2c3d</vpcId><vpcEncryptionControlId>vpcec-0a1b2c3d</vpcEncryptionControlId><mode>enforce</mode>
                <state>available</state><resourceExclusions><natGateway><state>enabled</state></natGateway></resourceExclusions></encryptionControl>
                <tagSet><item><key>Name</key><value>main</value></item><item><key>windlass:intent</key><value>0</value></item></tagSet>
            </item></vpcSet></DescribeVpcsResponse>",
        )
        .answer(
            "DescribeVpcAttribute",
            "<DescribeVpcAttributeResponse><vpcId>vpc-0a1b2c3d</vpcId>
                <enableDnsHostnames><value>true</value></enableDnsHostnames><enableDnsSupport><value>true</value></enableDnsSupport>
            </DescribeVpcAttributeResponse>",
        )
        .not_updated("InstanceTenancy", "ModifyVpcTenancy knows only the way to `default`, so no other value is ever sent")
}
