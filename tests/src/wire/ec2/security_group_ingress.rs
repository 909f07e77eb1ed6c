//! Wire fixture of `AWS::EC2::SecurityGroupIngress`: its samples and AWS's answers.

use windlass::aws::ec2::SecurityGroupIngress;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let rule = |protocol: &str, peer: &str| {
        format!(
            "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet><item>
                <securityGroupRuleId>sgr-0d1</securityGroupRuleId><groupId>sg-0a1</groupId><groupOwnerId>123456789012</groupOwnerId>
                <isEgress>false</isEgress><ipProtocol>{protocol}</ipProtocol><fromPort>80</fromPort><toPort>81</toPort>{peer}
                <description>inside</description>
            </item></securityGroupRuleSet></DescribeSecurityGroupRulesResponse>"
        )
    };
    let group = "<referencedGroupInfo><groupId>sg-0b2</groupId><userId>210987654321</userId></referencedGroupInfo>";
    let v4 = rule("tcp", "<cidrIpv4>10.0.0.0/16</cidrIpv4>");
    let v6 = rule("tcp", "<cidrIpv6>2001:db8::/32</cidrIpv6>");
    let list = rule("tcp", "<prefixListId>pl-0a1</prefixListId>");
    Fixture::of::<SecurityGroupIngress>("sgr-0d1")
        .output("Id", "sgr-0d1")
        .output("GroupId", "sg-0a1")
        .answer(
            "AuthorizeSecurityGroupIngress",
            "<AuthorizeSecurityGroupIngressResponse><return>true</return><securityGroupRuleSet><item>
                <securityGroupRuleId>sgr-0d1</securityGroupRuleId><groupId>sg-0a1</groupId>
            </item></securityGroupRuleSet></AuthorizeSecurityGroupIngressResponse>",
        )
        .answer("DescribeSecurityGroupRules", &rule("tcp", group))
        .described(11, [("DescribeSecurityGroupRules", v4.as_str())])
        .described(13, [("DescribeSecurityGroupRules", v6.as_str())])
        .described(15, [("DescribeSecurityGroupRules", list.as_str())])
}
