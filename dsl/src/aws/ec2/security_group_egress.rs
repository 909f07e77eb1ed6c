//! `AWS::EC2::SecurityGroupEgress`: one outbound rule of a security group, as a resource of its own.
//!
//! What surprises people: AWS gives every new group a rule that allows all outbound traffic, and a separate outbound rule does not end that one. Only
//! the group's own spec ends it, with [`no_egress`](super::SecurityGroup::no_egress) or inline rules. The traffic identifies a rule, so every change
//! except one of the description replaces the rule.
//!
//! Not here: rules inside a group's own spec ([`SecurityGroup`](super::SecurityGroup)). Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupegress.html>

use serde_json::Value;
use windlass_derive::Resource;

use super::security_group::rule::RuleParts;
use super::{Egress, EgressDestination, IpProtocol, SecurityGroupId, SecurityGroupRuleId};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

/// One outbound rule of a security group, as a resource of its own.
///
/// ```
/// use windlass::aws::ec2::{Egress, SecurityGroup, SecurityGroupEgress};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let database = SecurityGroup::new("Database").declare(cx, "database");
///     let tasks = SecurityGroup::new("Tasks").no_egress().declare(cx, "tasks");
///     SecurityGroupEgress::on(&tasks, Egress::tcp(5432).to(&database)).declare(cx, "tasks-to-database");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::SecurityGroupEgress",
    id = "Id",
    outputs(id: SecurityGroupRuleId = "Id"),
    exclusive_by(
        taken,
        "GroupId",
        "IpProtocol",
        "FromPort",
        "ToPort",
        "CidrIp",
        "CidrIpv6",
        "DestinationPrefixListId",
        "DestinationSecurityGroupId"
    ),
    holds("DestinationSecurityGroupId"),
    no_new
)]
pub struct SecurityGroupEgress {
    #[field(replaces)]
    pub group_id: Input<SecurityGroupId>,
    #[field(replaces)]
    pub ip_protocol: Input<IpProtocol>,
    /// The first port, or the ICMP type; -1 is every type.
    #[field(replaces)]
    pub from_port: Option<Input<i32>>,
    /// The last port, or the ICMP code; -1 is every code.
    #[field(replaces)]
    pub to_port: Option<Input<i32>>,
    /// The destination of the traffic.
    #[field(choice, replaces)]
    pub destination: EgressDestination,
    /// A description of the rule, at most 255 characters.
    #[field(in_place)]
    pub description: Option<Input<String>>,
}

/// A group cannot have the same rule twice, whatever the descriptions are: AWS answers `InvalidPermission.Duplicate`.
fn taken(spec: &Value) -> Vec<Vec<Value>> {
    let parts = [
        "GroupId",
        "IpProtocol",
        "FromPort",
        "ToPort",
        "CidrIp",
        "CidrIpv6",
        "DestinationPrefixListId",
        "DestinationSecurityGroupId",
    ];
    vec![parts.map(|part| spec[part].clone()).to_vec()]
}

impl SecurityGroupEgress {
    /// An outbound rule of a group.
    pub fn on(group: impl IntoInput<SecurityGroupId>, rule: impl Into<Egress>) -> Self {
        let Egress {
            ip_protocol,
            from_port,
            to_port,
            destination,
            description,
        } = rule.into();
        Self {
            group_id: group.into(),
            ip_protocol,
            from_port,
            to_port,
            destination,
            description,
        }
    }
}

impl Check for SecurityGroupEgress {
    fn check(&self, checks: &mut Checks<'_>) {
        RuleParts {
            protocol: &self.ip_protocol,
            from_port: self.from_port.as_ref(),
            to_port: self.to_port.as_ref(),
            description: self.description.as_ref(),
            range: self.destination.range(),
            owner: None,
        }
        .check("", checks);
    }
}

impl Samples for SecurityGroupEgress {
    fn samples() -> Vec<Self> {
        use super::PrefixListId;
        let v4 = |text: &str| text.parse::<ipnet::Ipv4Net>().expect("a range");
        let v6 = |text: &str| text.parse::<ipnet::Ipv6Net>().expect("a range");
        let group = || SecurityGroupId::existing("sg-0a1");
        let to = |destination: EgressDestination| {
            Self::on(group(), Egress::tcp(80..=81).to(destination)).description("inside")
        };
        let full = to(SecurityGroupId::existing("sg-0b2").into());
        vec![
            Self::on(group(), Egress::all().to_anywhere()),
            full.clone(),
            full.clone().description("inside the network"),
            full.clone().group_id(SecurityGroupId::existing("sg-0c3")),
            full.clone().ip_protocol(IpProtocol::Udp),
            full.clone().from_port(79),
            full.clone().to_port(82),
            full.clone()
                .destination(SecurityGroupId::existing("sg-0d4")),
            to(v4("10.0.0.0/16").into()),
            to(v4("10.1.0.0/16").into()),
            to(v6("2001:db8::/32").into()),
            to(v6("2001:db9::/32").into()),
            to(PrefixListId::existing("pl-0a1").into()),
            to(PrefixListId::existing("pl-0b2").into()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::schema::Change;
    use crate::stack::Stack;

    #[test]
    fn everything_but_the_description_replaces_it() {
        let in_place: Vec<_> = SecurityGroupEgress::SCHEMA
            .fields()
            .filter(|field| !matches!(field.change, Change::Replaces))
            .map(|field| field.name)
            .collect();
        assert_eq!(in_place, ["Description"]);
    }

    #[test]
    fn ports_of_all_traffic_are_reported() {
        let rule = SecurityGroupEgress::on(
            SecurityGroupId::existing("sg-0a1"),
            Egress::all().to_anywhere().from_port(80).to_port(80),
        );
        let document = Stack::test(
            "t",
            |cx| {
                rule.declare(cx, "rule");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        assert_eq!(
            document.problems[0].message,
            "`FromPort` of `rule` or `ToPort` is given"
        );
    }
}
