//! Rules of security groups: their form in requests and answers, and the read of a single rule. Groups and rules share this code.
//!
//! AWS tells rules apart by protocol, ports and peer, never by description. A rule by group name comes back with the group's id.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ReferencedSecurityGroup, ResourceType,
    SecurityGroupRule, UserIdGroupPair,
};
use windlass::aws::ec2::{
    EgressDestinationResolved, EgressResolved, IngressResolved, IngressSourceResolved, IpProtocol,
};
use windlass::value::ResolvedTags;

use super::filtered::by_filter;
use super::tags;
use crate::prelude::*;

/// The source or destination of traffic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    V4(String),
    V6(String),
    PrefixList(String),
    Group(String),
    GroupName(String),
}

/// The identity of a rule: for AWS, rules with equal keys are the same rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub protocol: String,
    pub from: Option<i32>,
    pub to: Option<i32>,
    pub peer: Peer,
}

/// A rule in the form that EC2 takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    pub key: Key,
    pub owner: Option<String>,
    pub description: Option<String>,
}

impl Rule {
    fn new(
        protocol: IpProtocol,
        from: Option<i32>,
        to: Option<i32>,
        peer: Peer,
        description: Option<String>,
    ) -> Self {
        let key = Key {
            protocol: protocol.to_string(),
            from,
            to,
            peer,
        };
        Self {
            key,
            owner: None,
            description,
        }
    }

    /// The default rule that AWS gives a new group: all traffic may go out.
    pub fn allow_all() -> Self {
        let anywhere = Peer::V4("0.0.0.0/0".to_owned());
        Self::new(IpProtocol::All, None, None, anywhere, None)
    }

    /// The default rule for IPv6. AWS adds it if the VPC has an IPv6 range.
    pub fn allow_all_v6() -> Self {
        let anywhere = Peer::V6("::/0".to_owned());
        Self::new(IpProtocol::All, None, None, anywhere, None)
    }

    /// The rule as EC2's request type.
    pub fn permission(&self) -> IpPermission {
        let text = |text: &String| text.clone();
        let description = self.description.clone();
        let permission = IpPermission::builder()
            .ip_protocol(&self.key.protocol)
            .set_from_port(self.key.from)
            .set_to_port(self.key.to);
        let pair = || {
            UserIdGroupPair::builder()
                .set_user_id(self.owner.clone())
                .set_description(self.description.clone())
        };
        match &self.key.peer {
            Peer::V4(range) => permission.ip_ranges(
                IpRange::builder()
                    .cidr_ip(text(range))
                    .set_description(description)
                    .build(),
            ),
            Peer::V6(range) => permission.ipv6_ranges(
                Ipv6Range::builder()
                    .cidr_ipv6(text(range))
                    .set_description(description)
                    .build(),
            ),
            Peer::PrefixList(id) => permission.prefix_list_ids(
                PrefixListId::builder()
                    .prefix_list_id(text(id))
                    .set_description(description)
                    .build(),
            ),
            Peer::Group(id) => permission.user_id_group_pairs(pair().group_id(text(id)).build()),
            Peer::GroupName(name) => {
                permission.user_id_group_pairs(pair().group_name(text(name)).build())
            }
        }
        .build()
    }
}

impl From<&IngressResolved> for Rule {
    fn from(rule: &IngressResolved) -> Self {
        let mut made = Self::new(
            rule.ip_protocol,
            rule.from_port,
            rule.to_port,
            Peer::from(&rule.source),
            rule.description.clone(),
        );
        made.owner.clone_from(&rule.source_security_group_owner_id);
        made
    }
}

impl From<&EgressResolved> for Rule {
    fn from(rule: &EgressResolved) -> Self {
        Self::new(
            rule.ip_protocol,
            rule.from_port,
            rule.to_port,
            Peer::from(&rule.destination),
            rule.description.clone(),
        )
    }
}

impl From<&IngressSourceResolved> for Peer {
    fn from(source: &IngressSourceResolved) -> Self {
        match source {
            IngressSourceResolved::CidrIp(range) => Self::V4(range.to_string()),
            IngressSourceResolved::CidrIpv6(range) => Self::V6(range.to_string()),
            IngressSourceResolved::SourcePrefixListId(id) => Self::PrefixList(id.to_string()),
            IngressSourceResolved::SourceSecurityGroupId(id) => Self::Group(id.to_string()),
            IngressSourceResolved::SourceSecurityGroupName(name) => Self::GroupName(name.clone()),
        }
    }
}

impl From<&EgressDestinationResolved> for Peer {
    fn from(destination: &EgressDestinationResolved) -> Self {
        match destination {
            EgressDestinationResolved::CidrIp(range) => Self::V4(range.to_string()),
            EgressDestinationResolved::CidrIpv6(range) => Self::V6(range.to_string()),
            EgressDestinationResolved::DestinationPrefixListId(id) => {
                Self::PrefixList(id.to_string())
            }
            EgressDestinationResolved::DestinationSecurityGroupId(id) => {
                Self::Group(id.to_string())
            }
        }
    }
}

/// The direction of traffic that a rule allows, with CloudFormation's names for its peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    const fn group(self) -> &'static str {
        match self {
            Self::Ingress => "SourceSecurityGroupId",
            Self::Egress => "DestinationSecurityGroupId",
        }
    }

    const fn prefix_list(self) -> &'static str {
        match self {
            Self::Ingress => "SourcePrefixListId",
            Self::Egress => "DestinationPrefixListId",
        }
    }

    /// A rule under CloudFormation's names. Protocols without ports have none here; AWS returns -1 for them.
    fn block(
        self,
        protocol: Option<&str>,
        from: Option<i32>,
        to: Option<i32>,
        description: Option<&str>,
    ) -> Block {
        let protocol = protocol.map(|text| {
            IpProtocol::parse(text).map_or_else(|| text.to_owned(), |protocol| protocol.to_string())
        });
        let ported = matches!(protocol.as_deref(), Some("tcp" | "udp" | "icmp" | "icmpv6"));
        Block::new()
            .set("IpProtocol", protocol)
            .set("FromPort", from.filter(|_| ported))
            .set("ToPort", to.filter(|_| ported))
            .set("Description", description)
    }

    /// The rules of a permission. A permission joins all rules that share protocol and ports.
    pub fn blocks(self, permission: &IpPermission) -> Vec<Block> {
        let block = |description: Option<&str>| {
            self.block(
                permission.ip_protocol(),
                permission.from_port,
                permission.to_port,
                description,
            )
        };
        let v4 = permission
            .ip_ranges()
            .iter()
            .map(|range| block(range.description()).set("CidrIp", range.cidr_ip()));
        let v6 = permission
            .ipv6_ranges()
            .iter()
            .map(|range| block(range.description()).set("CidrIpv6", range.cidr_ipv6()));
        let lists = permission
            .prefix_list_ids()
            .iter()
            .map(|list| block(list.description()).set(self.prefix_list(), list.prefix_list_id()));
        let groups = permission.user_id_group_pairs().iter().map(|pair| {
            let owner = pair.user_id().filter(|_| self == Self::Ingress);
            block(pair.description())
                .set(self.group(), pair.group_id())
                .set("SourceSecurityGroupOwnerId", owner)
        });
        v4.chain(v6).chain(lists).chain(groups).collect()
    }

    fn of(rule: &SecurityGroupRule) -> Self {
        match rule.is_egress {
            Some(true) => Self::Egress,
            _ => Self::Ingress,
        }
    }
}

impl Described for SecurityGroupRule {
    fn id(&self) -> Option<String> {
        self.security_group_rule_id.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([("Id", self.id()), ("GroupId", self.group_id.clone())])
    }

    fn properties(&self) -> Block {
        let direction = Direction::of(self);
        let referenced = self.referenced_group_info();
        let owner = referenced
            .and_then(ReferencedSecurityGroup::user_id)
            .filter(|_| direction == Direction::Ingress);
        direction
            .block(
                self.ip_protocol(),
                self.from_port,
                self.to_port,
                self.description(),
            )
            .set("GroupId", self.group_id())
            .set("CidrIp", self.cidr_ipv4())
            .set("CidrIpv6", self.cidr_ipv6())
            .set(direction.prefix_list(), self.prefix_list_id())
            .set(
                direction.group(),
                referenced.and_then(ReferencedSecurityGroup::group_id),
            )
            .set("SourceSecurityGroupOwnerId", owner)
    }
}

by_filter! {
    /// Rules by id.
    Rules: SecurityGroupRule by "security-group-rule-id", describe_security_group_rules.filters, "ec2:DescribeSecurityGroupRules"
}

/// The tags of a rule: only the engine's tags, because rules have none of the author's.
pub fn own_tags(cx: &Context, intent: &IntentId) -> aws_sdk_ec2::types::TagSpecification {
    tags::specification(
        cx,
        ResourceType::SecurityGroupRule,
        &ResolvedTags::default(),
        intent,
    )
}
