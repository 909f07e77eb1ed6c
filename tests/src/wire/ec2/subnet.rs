//! Wire fixture of `AWS::EC2::Subnet`: its samples and AWS's answers.

use windlass::aws::ec2::Subnet;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<Subnet>("subnet-0a1b2c3d")
        .output("SubnetId", "subnet-0a1b2c3d")
        .answer(
            "CreateSubnet",
            "<CreateSubnetResponse><subnet><subnetId>subnet-0a1b2c3d</subnetId></subnet></CreateSubnetResponse>",
        )
        .answer(
            "DescribeSubnets",
            "<DescribeSubnetsResponse><subnetSet><item>
                <subnetId>subnet-0a1b2c3d</subnetId><state>available</state><vpcId>vpc-0a1</vpcId>
                <availabilityZone>us-east-1a</availabilityZone><availabilityZoneId>use1-az1</availabilityZoneId>
                <cidrBlock>10.0.1.0/24</cidrBlock>
                <ipv6CidrBlockAssociationSet>
                    <item><ipv6CidrBlock>2001:db8:1234:1900::/64</ipv6CidrBlock><associationId>subnet-cidr-assoc-0f9</associationId>
                        <ipv6CidrBlockState><state>disassociating</state></ipv6CidrBlockState></item>
                    <item><ipv6CidrBlock>2001:db8:1234:1a00::/64</ipv6CidrBlock><associationId>subnet-cidr-assoc-0a1</associationId>
                        <ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item>
                </ipv6CidrBlockAssociationSet>
                <ipv6Native>false</ipv6Native><assignIpv6AddressOnCreation>true</assignIpv6AddressOnCreation>
                <enableDns64>true</enableDns64><enableLniAtDeviceIndex>1</enableLniAtDeviceIndex>
                <mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>
                <outpostArn>arn:aws:outposts:us-east-1:123456789012:outpost/op-0a1</outpostArn>
                <privateDnsNameOptionsOnLaunch>
                    <hostnameType>resource-name</hostnameType><enableResourceNameDnsARecord>true</enableResourceNameDnsARecord>
                    <enableResourceNameDnsAAAARecord>true</enableResourceNameDnsAAAARecord>
                </privateDnsNameOptionsOnLaunch>
                <tagSet><item><key>Name</key><value>app-a</value></item></tagSet>
            </item></subnetSet></DescribeSubnetsResponse>",
        )
        // The same subnet. Its author named the zone by the zone's id.
        .described(6, [])
}
