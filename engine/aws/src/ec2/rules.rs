//! Rules of security groups, as life cycles of groups and of rules share them: their form on the wire, and how a single one is read.
//!
//! AWS tells rules apart by protocol, ports and peer, never by description; a rule by group name comes back by group id.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ReferencedSecurityGroup, ResourceType,
    SecurityGroupRule, UserIdGroupPair,
};
use windlass::aws::ec2::{
    EgressDestinationResolved, EgressResolved, IngressResolved, IngressSourceResolved, IpProtocol,
};
use windlass::value::ResolvedTags;
use windlass_engine::provider::Outputs;
use windlass_state::identity::IntentId;

use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result};
use crate::lifecycle::{Context, FoundOne, Made};
use crate::observed::{Block, Observed, outputs};
use crate::reads::Query;

/// Where traffic comes from or goes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    V4(String),
    V6(String),
    PrefixList(String),
    Group(String),
    GroupName(String),
}

/// What makes a rule the same to AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub protocol: String,
    pub from: Option<i32>,
    pub to: Option<i32>,
    pub peer: Peer,
}

/// A rule on the wire.
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

    /// AWS's own rule of a new group: everything goes out.
    pub fn allow_all() -> Self {
        let anywhere = Peer::V4("0.0.0.0/0".to_owned());
        Self::new(IpProtocol::All, None, None, anywhere, None)
    }

    /// The same for IPv6, which AWS adds where the VPC has a range.
    pub fn allow_all_v6() -> Self {
        let anywhere = Peer::V6("::/0".to_owned());
        Self::new(IpProtocol::All, None, None, anywhere, None)
    }

    /// The rule as EC2 takes it.
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

/// Which way a rule lets traffic through, with CloudFormation's names for its peer.
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

    /// A rule under CloudFormation's names. Ports are left out where they mean nothing: AWS gives -1 there.
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

    /// The rules of a permission, which joins all that share protocol and ports.
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

    /// What AWS says about one rule.
    pub fn observed(self, rule: &SecurityGroupRule) -> Observed {
        let referenced = rule.referenced_group_info();
        let owner = referenced
            .and_then(ReferencedSecurityGroup::user_id)
            .filter(|_| self == Self::Ingress);
        let properties = self
            .block(
                rule.ip_protocol(),
                rule.from_port,
                rule.to_port,
                rule.description(),
            )
            .set("GroupId", rule.group_id())
            .set("CidrIp", rule.cidr_ipv4())
            .set("CidrIpv6", rule.cidr_ipv6())
            .set(self.prefix_list(), rule.prefix_list_id())
            .set(
                self.group(),
                referenced.and_then(ReferencedSecurityGroup::group_id),
            )
            .set("SourceSecurityGroupOwnerId", owner);
        Observed {
            properties,
            outputs: rule_outputs(rule),
        }
    }
}

/// Rules by id.
pub struct Rules;

impl Query for Rules {
    type Key = String;
    type Item = SecurityGroupRule;
    /// Values that one EC2 filter takes.
    const BATCH: usize = 200;

    async fn fetch(
        clients: &Clients,
        keys: Vec<String>,
    ) -> Result<Vec<(String, SecurityGroupRule)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_security_group_rules()
            .filters(tags::filter("security-group-rule-id", keys))
            .into_paginator()
            .items()
            .send();
        while let Some(rule) = pages.next().await {
            let rule = rule.named("ec2:DescribeSecurityGroupRules")?;
            found.extend(rule.security_group_rule_id.clone().map(|id| (id, rule)));
        }
        Ok(found)
    }
}

/// The tags of a rule: those of the engine, since rules have none of the author's.
pub fn own_tags(cx: &Context, intent: &IntentId) -> aws_sdk_ec2::types::TagSpecification {
    tags::specification(
        cx,
        ResourceType::SecurityGroupRule,
        &ResolvedTags::default(),
        intent,
    )
}

/// What an authorize call made.
pub fn made(rules: Option<&[SecurityGroupRule]>) -> Option<Made> {
    made_one(rules?.first()?)
}

fn made_one(rule: &SecurityGroupRule) -> Option<Made> {
    Some(Made {
        id: rule.security_group_rule_id.clone()?,
        outputs: rule_outputs(rule),
    })
}

/// Looks for the rule that an intent made.
pub async fn find(cx: &Context, intent: &IntentId) -> Result<FoundOne> {
    let rules = cx
        .ec2()
        .describe_security_group_rules()
        .filters(tags::intent_filter(intent))
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .named("ec2:DescribeSecurityGroupRules")?;
    let mut ours = tags::of_intent(&rules, |one| one.tags.as_deref(), intent);
    Ok(tags::ours_or_nothing(ours.find_map(made_one)))
}

fn rule_outputs(rule: &SecurityGroupRule) -> Outputs {
    outputs([
        ("Id", rule.security_group_rule_id.clone()),
        ("GroupId", rule.group_id.clone()),
    ])
}
