//! `AWS::EC2::SecurityGroup`: the traffic that may reach a network interface, and the traffic that may leave it.
//!
//! What surprises people: AWS gives every new group a rule that allows all outbound traffic. This rule stays while `SecurityGroupEgress` is absent, and
//! goes as soon as the spec gives a list, even an empty one. Description, name and VPC cannot change afterwards. A group that refers to itself, and two
//! groups that refer to each other, need separate rule resources: [`SecurityGroupIngress`] and [`SecurityGroupEgress`]. A group's spec owns only the
//! inline rules that it declared: Windlass leaves rules of other resources and rules made by hand alone.
//!
//! Not here: `Id`, which CloudFormation returns beside `GroupId` with the same content; and `windlass:intent` tags on inline rules, because an
//! interrupted run looks for the group itself. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html>
//!
//! [`SecurityGroupIngress`]: super::SecurityGroupIngress
//! [`SecurityGroupEgress`]: super::SecurityGroupEgress

pub(super) mod rule;
mod traffic;

use windlass_derive::Resource;

pub use rule::{
    Egress, EgressDestination, EgressDestinationResolved, EgressResolved, Ingress, IngressResolved,
    IngressSource, IngressSourceResolved,
};
pub use traffic::{IpProtocol, Ports, Traffic};

use super::{SecurityGroupId, VpcId};
use crate::resource::{Check, Handle, Samples};
use crate::stack::Checks;
use crate::value::{Field, Input, IntoInput, List, Tags};

/// The traffic that may reach a network interface, and the traffic that may leave it.
///
/// ```
/// use windlass::aws::ec2::{Ingress, SecurityGroup, Vpc};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let vpc = Vpc::new("10.0.0.0/16".parse::<ipnet::Ipv4Net>()?).declare(cx, "vpc");
///     let alb = SecurityGroup::new("Public load balancer")
///         .vpc(vpc.id())
///         .ingress(Ingress::tcp(443).from_anywhere())
///         .declare(cx, "alb");
///     SecurityGroup::new("Tasks of the shop").vpc(vpc.id()).allow_from(&alb, 8080).declare(cx, "tasks");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::SecurityGroup",
    id = "GroupId",
    outputs(id: SecurityGroupId = "GroupId"),
    holds("VpcId", "SecurityGroupIngress[].SourceSecurityGroupId", "SecurityGroupEgress[].DestinationSecurityGroupId")
)]
pub struct SecurityGroup {
    /// What the group is for, at most 255 characters.
    #[field(replaces)]
    pub group_description: Input<String>,
    /// The name, unique in the VPC, at most 255 characters; it must not start with `sg-`.
    #[field(
        replaces,
        physical_name(max = 255, also = "._:/()#,@[]+=&;{}!$*", reserved("sg-"))
    )]
    pub group_name: Option<Input<String>>,
    /// The VPC. If absent, AWS takes the default VPC.
    #[field(replaces, name = "VpcId", no_setter)]
    pub vpc: Option<Input<VpcId>>,
    /// The inbound rules, as a set. Without rules, no traffic may come in.
    #[field(in_place, set)]
    pub security_group_ingress: Vec<Ingress>,
    /// The outbound rules, as a set. If absent, AWS's own rule allows all traffic; an empty list allows none.
    #[field(
        in_place,
        set,
        removal_default("[{\"CidrIp\":\"0.0.0.0/0\",\"IpProtocol\":\"-1\"}]")
    )]
    pub security_group_egress: Option<List<Egress>>,
    #[field(in_place)]
    pub tags: Tags,
}

impl SecurityGroup {
    /// The VPC. If absent, AWS takes the default VPC.
    #[must_use]
    pub fn vpc(mut self, vpc: impl IntoInput<VpcId>) -> Self {
        self.vpc = Some(vpc.into());
        self
    }

    /// Adds an inbound rule.
    #[must_use]
    pub fn ingress(mut self, rule: impl Into<Ingress>) -> Self {
        self.security_group_ingress.push(rule.into());
        self
    }

    /// Adds an outbound rule. The first one ends AWS's rule that allows all outbound traffic.
    #[must_use]
    pub fn egress(mut self, rule: impl Into<Egress>) -> Self {
        self.security_group_egress
            .get_or_insert(List(Vec::new()))
            .0
            .push(rule.into());
        self
    }

    /// Allows no outbound traffic, except for what other rules of the group allow.
    #[must_use]
    pub fn no_egress(mut self) -> Self {
        self.security_group_egress = Some(List(Vec::new()));
        self
    }

    /// Allows inbound TCP on a port or a range of ports from an address range, a security group or a prefix list.
    #[must_use]
    pub fn allow_from(self, source: impl Into<IngressSource>, ports: impl Into<Ports>) -> Self {
        self.ingress(Traffic::tcp(ports).from(source))
    }

    /// Allows outbound TCP to a port or a range of ports. The first such rule ends AWS's rule that allows all outbound traffic.
    #[must_use]
    pub fn allow_to(
        self,
        destination: impl Into<EgressDestination>,
        ports: impl Into<Ports>,
    ) -> Self {
        self.egress(Traffic::tcp(ports).to(destination))
    }
}

impl From<&Handle<SecurityGroup>> for Input<SecurityGroupId> {
    fn from(group: &Handle<SecurityGroup>) -> Self {
        group.id().into()
    }
}

impl Check for SecurityGroup {
    fn check(&self, checks: &mut Checks<'_>) {
        rule::check_text(checks, "GroupDescription", Some(&self.group_description));
        rule::check_text(checks, "GroupName", self.group_name.as_ref());
        if let Some(name) = self.group_name.as_ref().and_then(Input::literal)
            && (name.to_lowercase().starts_with("sg-") || name.eq_ignore_ascii_case("default"))
        {
            checks.invalid(
                "GroupName",
                format!("is `{name}`"),
                "AWS keeps `default` and names that start with `sg-` for itself",
            );
        }
        for (index, ingress) in self.security_group_ingress.iter().enumerate() {
            ingress
                .parts()
                .check(&format!("SecurityGroupIngress[{index}]."), checks);
        }
        let egress = self.security_group_egress.iter().flat_map(|list| &list.0);
        for (index, egress) in egress.clone().enumerate() {
            egress
                .parts()
                .check(&format!("SecurityGroupEgress[{index}]."), checks);
        }
        check_twice(checks, "SecurityGroupIngress", &self.security_group_ingress);
        check_twice(checks, "SecurityGroupEgress", egress);
    }
}

/// Reports rules that AWS takes as the same: it refuses the second with `InvalidPermission.Duplicate`.
fn check_twice<'a, R: Field + 'a>(
    checks: &mut Checks<'_>,
    property: &str,
    rules: impl IntoIterator<Item = &'a R>,
) {
    let mut seen = std::collections::BTreeMap::new();
    for (index, rule) in rules.into_iter().enumerate() {
        let mut key = rule.to_json().unwrap_or_default();
        if let Some(object) = key.as_object_mut() {
            object.remove("Description");
        }
        if let Some(first) = seen.insert(key.to_string(), index) {
            checks.invalid(
                &format!("{property}[{index}]"),
                format!("is the same rule as `{property}[{first}]`"),
                "the description does not tell rules apart; leave one of them out",
            );
        }
    }
}

impl Samples for SecurityGroup {
    fn samples() -> Vec<Self> {
        use super::PrefixListId;
        let v4 = |text: &str| text.parse::<ipnet::Ipv4Net>().expect("a range");
        let v6 = |text: &str| text.parse::<ipnet::Ipv6Net>().expect("a range");
        let group = SecurityGroupId::existing;
        let full = Self::new("Tasks of the shop")
            .group_name("shop-tasks")
            .vpc(VpcId::existing("vpc-0a1"))
            .security_group_ingress([
                Ingress::tcp(8080)
                    .from(v4("10.0.0.0/16"))
                    .description("inside"),
                Ingress::udp(8000..=8010).from(v6("2001:db8::/32")),
                Ingress::tcp(443).from(PrefixListId::existing("pl-0a1")),
                Ingress::tcp(22)
                    .from(group("sg-0a1"))
                    .source_security_group_owner_id("210987654321"),
                Ingress::tcp(23).from(IngressSource::SourceSecurityGroupName("bastion".into())),
                Ingress::icmp().from_anywhere(),
            ])
            .security_group_egress([
                Egress::all().to(v4("10.0.0.0/16")).description("inside"),
                Egress::tcp(443).to_anywhere_ipv6(),
                Egress::tcp(443).to(PrefixListId::existing("pl-0a1")),
                Egress::tcp(5432..=5433).to(group("sg-0b2")),
            ])
            .tag("Name", "shop-tasks");
        let in_place = full
            .clone()
            .security_group_ingress([
                Ingress::tcp(8080)
                    .from(v4("10.0.0.0/16"))
                    .description("inside the network"),
                Ingress::udp(8000..=8011).from(v6("2001:db9::/32")),
                Ingress::tcp(443).from(PrefixListId::existing("pl-0b2")),
                Ingress::tcp(22)
                    .from(group("sg-0b2"))
                    .source_security_group_owner_id("109876543210"),
                Ingress::tcp(23).from(IngressSource::SourceSecurityGroupName("jump".into())),
            ])
            .security_group_egress([
                Egress::all().to(v4("10.0.0.0/8")).description("inside"),
                Egress::tcp(80).to(v6("2001:db9::/32")),
                Egress::tcp(443).to(PrefixListId::existing("pl-0b2")),
            ])
            .tag("Name", "shop");
        vec![
            Self::new("Nothing yet"),
            full.clone(),
            in_place,
            full.clone().no_egress(),
            full.clone().group_name("shop-workers"),
            full.clone().vpc(VpcId::existing("vpc-0b2")),
            Self {
                group_description: "Workers of the shop".into(),
                ..full
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::{Declare, Resource};
    use crate::stack::Stack;
    use serde_json::json;

    fn problems(group: SecurityGroup) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                group.declare(cx, "group");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn absent_empty_and_given_egress_are_three_things() {
        let group = SecurityGroup::new("x");
        assert_eq!(group.to_json(), json!({"GroupDescription": "x"}));
        assert_eq!(
            group.clone().no_egress().to_json(),
            json!({"GroupDescription": "x", "SecurityGroupEgress": []})
        );
        assert_eq!(
            group.egress(Egress::all().to_anywhere()).to_json()["SecurityGroupEgress"],
            json!([{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}])
        );
    }

    #[test]
    fn rules_round_trip_through_their_resolved_form() {
        for sample in SecurityGroup::samples() {
            let resolved: SecurityGroupResolved =
                serde_json::from_value(sample.to_json()).expect("the resolved form");
            assert_eq!(
                resolved.security_group_ingress.len(),
                sample.security_group_ingress.len()
            );
        }
    }

    #[test]
    fn what_aws_refuses_is_reported() {
        let v4 = |text: &str| text.parse::<ipnet::Ipv4Net>().expect("a range");
        assert_eq!(
            problems(SecurityGroup::new("fine").allow_from(v4("10.0.0.0/8"), 80)),
            [""; 0]
        );
        let (more, less) = (443, 80);
        let bad = SecurityGroup::new("naïve")
            .group_name("sg-mine")
            .ingress(Ingress::tcp(more..=less).from_anywhere())
            .ingress(
                Ingress::tcp(80)
                    .from(v4("10.0.0.1/8"))
                    .source_security_group_owner_id("1"),
            )
            .ingress(Ingress::tcp(80).from(v4("10.0.0.1/8")).description("again"))
            .egress(Traffic::protocol(IpProtocol::Udp).to_anywhere());
        assert_eq!(
            problems(bad),
            [
                "`GroupDescription` of `group` holds `ï`",
                "`GroupName` of `group` is `sg-mine`",
                "`SecurityGroupIngress[0].FromPort` of `group` and `ToPort` are 443 and 80",
                "`SecurityGroupIngress[1].CidrIp` of `group` is 10.0.0.1/8, which has host bits set",
                "`SecurityGroupIngress[1].SourceSecurityGroupOwnerId` of `group` is given, but the source is no security group",
                "`SecurityGroupIngress[2].CidrIp` of `group` is 10.0.0.1/8, which has host bits set",
                "`SecurityGroupEgress[0].FromPort` of `group` or `ToPort` is missing",
            ]
        );
    }

    #[test]
    fn the_same_rule_twice_is_reported() {
        let twice = SecurityGroup::new("x")
            .ingress(Ingress::tcp(80).from_anywhere())
            .ingress(Ingress::tcp(80).from_anywhere().description("again"));
        assert_eq!(
            problems(twice),
            ["`SecurityGroupIngress[1]` of `group` is the same rule as `SecurityGroupIngress[0]`"]
        );
    }
}
