//! Wire fixture of `AWS::EC2::VPCEndpoint`: its samples and AWS's answers.

use windlass::aws::ec2::VpcEndpoint;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let endpoint = |inner: &str| {
        format!(
            "<DescribeVpcEndpointsResponse><vpcEndpointSet><item>
                <vpcEndpointId>vpce-0a1</vpcEndpointId><vpcId>vpc-0a1</vpcId><state>available</state>
                <creationTimestamp>2026-01-31T00:00:00.000Z</creationTimestamp>{inner}
            </item></vpcEndpointSet></DescribeVpcEndpointsResponse>"
        )
    };
    let full = endpoint(
        "<vpcEndpointType>Interface</vpcEndpointType><serviceName>com.amazonaws.us-east-1.ecr.api</serviceName>
        <serviceRegion>us-west-2</serviceRegion><privateDnsEnabled>true</privateDnsEnabled><ipAddressType>ipv4</ipAddressType>
        <policyDocument>{&quot;Version&quot;:&quot;2012-10-17&quot;,&quot;Statement&quot;:[{&quot;Effect&quot;:&quot;Allow&quot;,&quot;Principal&quot;:&quot;*&quot;,&quot;Action&quot;:&quot;ecr:*&quot;,&quot;Resource&quot;:&quot;*&quot;}]}</policyDocument>
        <subnetIdSet><item>subnet-0a1</item><item>subnet-0b2</item></subnetIdSet>
        <groupSet><item><groupId>sg-0a1</groupId><groupName>endpoints</groupName></item></groupSet>
        <dnsOptions><dnsRecordIpType>ipv4</dnsRecordIpType><privateDnsOnlyForInboundResolverEndpoint>true</privateDnsOnlyForInboundResolverEndpoint></dnsOptions>
        <dnsEntrySet><item><dnsName>vpce-0a1.api.ecr.us-east-1.vpce.amazonaws.com</dnsName><hostedZoneId>Z1</hostedZoneId></item></dnsEntrySet>
        <networkInterfaceIdSet><item>eni-0a1</item></networkInterfaceIdSet>
        <tagSet><item><key>Name</key><value>ecr-api</value></item></tagSet>",
    );
    let gateway = endpoint(
        "<vpcEndpointType>Gateway</vpcEndpointType><serviceName>com.amazonaws.us-east-1.s3</serviceName>
        <routeTableIdSet><item>rtb-0a1</item></routeTableIdSet>",
    );
    let network = endpoint(
        "<vpcEndpointType>ServiceNetwork</vpcEndpointType>
        <serviceNetworkArn>arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0a1</serviceNetworkArn>",
    );
    let resource = endpoint(
        "<vpcEndpointType>Resource</vpcEndpointType><privateDnsEnabled>true</privateDnsEnabled>
        <resourceConfigurationArn>arn:aws:vpc-lattice:us-east-1:123456789012:resourceconfiguration/rcfg-0a1</resourceConfigurationArn>
        <dnsOptions><privateDnsPreference>SPECIFIED_DOMAINS_ONLY</privateDnsPreference>
            <privateDnsSpecifiedDomainSet><item>one.example.com</item></privateDnsSpecifiedDomainSet></dnsOptions>",
    );
    Fixture::of::<VpcEndpoint>("vpce-0a1")
        .output("Id", "vpce-0a1")
        .answer(
            "CreateVpcEndpoint",
            "<CreateVpcEndpointResponse><vpcEndpoint><vpcEndpointId>vpce-0a1</vpcEndpointId><creationTimestamp>2026-01-02T03:04:05.000Z</creationTimestamp></vpcEndpoint></CreateVpcEndpointResponse>",
        )
        .answer("DescribeVpcEndpoints", &full)
        .described(6, [("DescribeVpcEndpoints", gateway.as_str())])
        .described(9, [("DescribeVpcEndpoints", network.as_str())])
        .described(11, [("DescribeVpcEndpoints", resource.as_str())])
}
