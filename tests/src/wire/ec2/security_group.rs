//! Wire fixture of `AWS::EC2::SecurityGroup`: its samples and AWS's answers.

use windlass::aws::ec2::SecurityGroup;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    Fixture::of::<SecurityGroup>("sg-0f1e2d3c")
        .output("GroupId", "sg-0f1e2d3c")
        .answer("CreateSecurityGroup", "<CreateSecurityGroupResponse><groupId>sg-0f1e2d3c</groupId></CreateSecurityGroupResponse>")
        .answer(
            "DescribeSecurityGroups",
            "<DescribeSecurityGroupsResponse><securityGroupInfo><item>
                <ownerId>123456789012</ownerId><groupId>sg-0f1e2d3c</groupId><groupName>shop-tasks</groupName>
                <groupDescription>Tasks of the shop</groupDescription><vpcId>vpc-0a1</vpcId>
                <ipPermissions>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>8080</fromPort><toPort>8080</toPort>
                        <ipRanges><item><cidrIp>10.0.0.0/16</cidrIp><description>inside</description></item></ipRanges></item>
                    <item><ipProtocol>udp</ipProtocol><fromPort>8000</fromPort><toPort>8010</toPort>
                        <ipv6Ranges><item><cidrIpv6>2001:db8::/32</cidrIpv6></item></ipv6Ranges></item>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>
                        <prefixListIds><item><prefixListId>pl-0a1</prefixListId></item></prefixListIds></item>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>23</toPort>
                        <groups><item><userId>123456789012</userId><groupId>sg-0e5</groupId></item></groups></item>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort>
                        <groups><item><userId>210987654321</userId><groupId>sg-0a1</groupId></item></groups></item>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>23</fromPort><toPort>23</toPort>
                        <groups><item><userId>123456789012</userId><groupId>sg-0f6</groupId></item></groups></item>
                    <item><ipProtocol>icmp</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort>
                        <ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges></item>
                </ipPermissions>
                <ipPermissionsEgress>
                    <item><ipProtocol>-1</ipProtocol><ipRanges><item><cidrIp>10.0.0.0/16</cidrIp><description>inside</description></item></ipRanges></item>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>443</fromPort><toPort>443</toPort>
                        <ipv6Ranges><item><cidrIpv6>::/0</cidrIpv6></item></ipv6Ranges>
                        <prefixListIds><item><prefixListId>pl-0a1</prefixListId></item></prefixListIds></item>
                    <item><ipProtocol>tcp</ipProtocol><fromPort>5432</fromPort><toPort>5433</toPort>
                        <groups><item><userId>123456789012</userId><groupId>sg-0b2</groupId></item></groups></item>
                </ipPermissionsEgress>
                <tagSet><item><key>Name</key><value>shop-tasks</value></item></tagSet>
            </item></securityGroupInfo></DescribeSecurityGroupsResponse>",
        )
        .answer(
            "DescribeSecurityGroupRules",
            "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet><item>
                <securityGroupRuleId>sgr-0d1</securityGroupRuleId><groupId>sg-0f1e2d3c</groupId><isEgress>true</isEgress>
                <ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4>
            </item></securityGroupRuleSet></DescribeSecurityGroupRulesResponse>",
        )
}
