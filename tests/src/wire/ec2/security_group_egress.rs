//! Wire fixture of `AWS::EC2::SecurityGroupEgress`: its samples and AWS's answers.

use windlass::aws::ec2::SecurityGroupEgress;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let rule = |peer: &str| {
        format!(
            "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet><item>
                <securityGroupRuleId>sgr-0d1</securityGroupRuleId><groupId>sg-0a1</groupId><groupOwnerId>123456789012</groupOwnerId>
                <isEgress>true</isEgress><ipProtocol>tcp</ipProtocol><fromPort>80</fromPort><toPort>81</toPort>{peer}
                <description>inside</description>
            </item></securityGroupRuleSet></DescribeSecurityGroupRulesResponse>"
        )
    };
    let group = "<referencedGroupInfo><groupId>sg-0b2</groupId><userId>123456789012</userId></referencedGroupInfo>";
    let v4 = rule("<cidrIpv4>10.0.0.0/16</cidrIpv4>");
    let v6 = rule("<cidrIpv6>2001:db8::/32</cidrIpv6>");
    let list = rule("<prefixListId>pl-0a1</prefixListId>");
    Fixture::of::<SecurityGroupEgress>("sgr-0d1")
        .output("Id", "sgr-0d1")
        .answer(
            "AuthorizeSecurityGroupEgress",
            "<AuthorizeSecurityGroupEgressResponse><return>true</return><securityGroupRuleSet><item>
                <securityGroupRuleId>sgr-0d1</securityGroupRuleId><groupId>sg-0a1</groupId>
            </item></securityGroupRuleSet></AuthorizeSecurityGroupEgressResponse>",
        )
        .answer("DescribeSecurityGroupRules", &rule(group))
        .described(8, [("DescribeSecurityGroupRules", v4.as_str())])
        .described(10, [("DescribeSecurityGroupRules", v6.as_str())])
        .described(12, [("DescribeSecurityGroupRules", list.as_str())])
}
