//! `AWS::EC2::SecurityGroupIngress`: one inbound rule of a security group, as a resource of its own.
//!
//! What surprises people: The traffic identifies a rule, so every change except one of the description replaces the rule. Groups that refer to
//! themselves or to each other need this kind. AWS accepts the same rule only once per group, wherever it is declared. A resource that uses the group
//! does not wait for its separate rules, because rules of two groups that refer to each other would then wait in a circle. Add `depends_on` where a
//! resource must wait for a rule.
//!
//! Not here: rules inside a group's own spec ([`SecurityGroup`](super::SecurityGroup)). Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html>

use serde_json::Value;
use windlass_derive::{Choice, Resource};

use super::security_group::rule::RuleParts;
use super::{
    Ingress, IngressSource, IpProtocol, SecurityGroup, SecurityGroupId, SecurityGroupRuleId,
};
use crate::resource::{Check, Handle, Samples};
use crate::stack::Checks;
use crate::value::{Input, Output};

/// The group that a rule belongs to.
#[derive(Debug, Clone, Choice)]
pub enum RuleGroup {
    /// By id.
    GroupId(Input<SecurityGroupId>),
    /// By name; only in a default VPC. AWS returns the id instead.
    #[field(never_read)]
    GroupName(Input<String>),
}

/// One inbound rule of a security group, as a resource of its own.
///
/// ```
/// use windlass::aws::ec2::{Ingress, SecurityGroup, SecurityGroupIngress};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let nodes = SecurityGroup::new("Nodes of the cache").declare(cx, "nodes");
///     SecurityGroupIngress::on(&nodes, Ingress::tcp(6379).from(&nodes)).declare(cx, "nodes-gossip");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::SecurityGroupIngress",
    id = "Id",
    outputs(id: SecurityGroupRuleId = "Id"),
    exclusive_by(
        taken,
        "GroupId",
        "GroupName",
        "IpProtocol",
        "FromPort",
        "ToPort",
        "CidrIp",
        "CidrIpv6",
        "SourcePrefixListId",
        "SourceSecurityGroupId"
    ),
    holds("SourceSecurityGroupId"),
    no_new
)]
pub struct SecurityGroupIngress {
    #[field(choice, replaces)]
    pub group: RuleGroup,
    #[field(replaces)]
    pub ip_protocol: Input<IpProtocol>,
    /// The first port, or the ICMP type; -1 is every type.
    #[field(replaces)]
    pub from_port: Option<Input<i32>>,
    /// The last port, or the ICMP code; -1 is every code.
    #[field(replaces)]
    pub to_port: Option<Input<i32>>,
    /// The source of the traffic.
    #[field(choice, replaces)]
    pub source: IngressSource,
    /// The account of the source security group, if it is another account.
    #[field(replaces)]
    pub source_security_group_owner_id: Option<Input<String>>,
    /// A description of the rule, at most 255 characters.
    #[field(in_place)]
    pub description: Option<Input<String>>,
}

/// A group cannot have the same rule twice, whatever the descriptions are: AWS answers `InvalidPermission.Duplicate`.
fn taken(spec: &Value) -> Vec<Vec<Value>> {
    let parts = [
        "GroupId",
        "GroupName",
        "IpProtocol",
        "FromPort",
        "ToPort",
        "CidrIp",
        "CidrIpv6",
        "SourcePrefixListId",
        "SourceSecurityGroupId",
    ];
    vec![parts.map(|part| spec[part].clone()).to_vec()]
}

impl SecurityGroupIngress {
    /// An inbound rule of a group.
    pub fn on(group: impl Into<RuleGroup>, rule: impl Into<Ingress>) -> Self {
        let Ingress {
            ip_protocol,
            from_port,
            to_port,
            source,
            source_security_group_owner_id,
            description,
        } = rule.into();
        Self {
            group: group.into(),
            ip_protocol,
            from_port,
            to_port,
            source,
            source_security_group_owner_id,
            description,
        }
    }
}

impl From<&Handle<SecurityGroup>> for RuleGroup {
    fn from(group: &Handle<SecurityGroup>) -> Self {
        Self::GroupId(group.id().into())
    }
}

impl From<SecurityGroupId> for RuleGroup {
    fn from(id: SecurityGroupId) -> Self {
        Self::GroupId(id.into())
    }
}

impl From<Output<SecurityGroupId>> for RuleGroup {
    fn from(id: Output<SecurityGroupId>) -> Self {
        Self::GroupId(id.into())
    }
}

impl From<Input<SecurityGroupId>> for RuleGroup {
    fn from(id: Input<SecurityGroupId>) -> Self {
        Self::GroupId(id)
    }
}

impl Check for SecurityGroupIngress {
    fn check(&self, checks: &mut Checks<'_>) {
        let owner = self.source_security_group_owner_id.as_ref();
        RuleParts {
            protocol: &self.ip_protocol,
            from_port: self.from_port.as_ref(),
            to_port: self.to_port.as_ref(),
            description: self.description.as_ref(),
            range: self.source.range(),
            owner: owner.map(|owner| (owner, self.source.is_group())),
        }
        .check("", checks);
    }
}

impl Samples for SecurityGroupIngress {
    fn samples() -> Vec<Self> {
        use super::PrefixListId;
        let v4 = |text: &str| text.parse::<ipnet::Ipv4Net>().expect("a range");
        let v6 = |text: &str| text.parse::<ipnet::Ipv6Net>().expect("a range");
        let group = || SecurityGroupId::existing("sg-0a1");
        let from = |source: IngressSource| {
            Self::on(group(), Ingress::tcp(80..=81).from(source)).description("inside")
        };
        let full = from(SecurityGroupId::existing("sg-0b2").into())
            .source_security_group_owner_id("210987654321");
        vec![
            Self::on(group(), Ingress::all().from_anywhere()),
            full.clone(),
            full.clone().description("inside the network"),
            full.clone().group(SecurityGroupId::existing("sg-0c3")),
            full.clone().group(RuleGroup::GroupName("bastion".into())),
            full.clone().group(RuleGroup::GroupName("jump".into())),
            full.clone().ip_protocol(IpProtocol::Udp),
            full.clone().from_port(79),
            full.clone().to_port(82),
            full.clone().source(SecurityGroupId::existing("sg-0d4")),
            full.clone().source_security_group_owner_id("109876543210"),
            from(v4("10.0.0.0/16").into()),
            from(v4("10.1.0.0/16").into()),
            from(v6("2001:db8::/32").into()),
            from(v6("2001:db9::/32").into()),
            from(PrefixListId::existing("pl-0a1").into()),
            from(PrefixListId::existing("pl-0b2").into()),
            from(IngressSource::SourceSecurityGroupName("bastion".into())),
            from(IngressSource::SourceSecurityGroupName("jump".into())),
            Self::on(group(), Ingress::icmp().from_anywhere()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Resource;
    use crate::schema::Change;
    use serde_json::json;

    #[test]
    fn a_rule_is_the_same_block_with_a_group() {
        let rule = SecurityGroupIngress::on(
            SecurityGroupId::existing("sg-0a1"),
            Ingress::tcp(80).from_anywhere(),
        );
        assert_eq!(
            rule.to_json(),
            json!({"GroupId": "sg-0a1", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"})
        );
    }

    #[test]
    fn everything_but_the_description_replaces_it() {
        let in_place: Vec<_> = SecurityGroupIngress::SCHEMA
            .fields()
            .filter(|field| !matches!(field.change, Change::Replaces))
            .map(|field| field.name)
            .collect();
        assert_eq!(in_place, ["Description"]);
    }
}
