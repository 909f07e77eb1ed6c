//! The life cycle of `AWS::EC2::SecurityGroup`. CreateSecurityGroup carries no rules; inline ones follow by an update of their own.
//!
//! Only rules that were recorded are taken away, with one exception: the rule that AWS itself gives a new group goes once `SecurityGroupEgress`
//! is written. Rules of other resources and rules made by hand stay.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    IpPermission, ResourceType, SecurityGroup as SdkGroup, SecurityGroupRule,
};
use windlass::aws::ec2::{SecurityGroup, SecurityGroupChange, SecurityGroupResolved};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::IntentId;

use super::holders;
use super::rules::{Direction, Key, Rule};
use super::tags;
use crate::clients::Clients;
use crate::error::{Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants};
use crate::registry::lives;

lives!(SecurityGroup => SecurityGroupLifecycle);

pub struct SecurityGroupLifecycle;

/// Security groups by id, with their rules.
pub struct SecurityGroups;

impl Query for SecurityGroups {
    type Key = String;
    type Item = SdkGroup;
    /// Values that one EC2 filter takes.
    const BATCH: usize = 200;

    async fn fetch(clients: &Clients, keys: Vec<String>) -> Result<Vec<(String, SdkGroup)>> {
        let mut found = Vec::new();
        let mut pages = clients
            .ec2()
            .describe_security_groups()
            .filters(tags::filter("group-id", keys))
            .into_paginator()
            .items()
            .send();
        while let Some(group) = pages.next().await {
            let group = group.named("ec2:DescribeSecurityGroups")?;
            found.extend(group.group_id.clone().map(|id| (id, group)));
        }
        Ok(found)
    }
}

impl Lifecycle for SecurityGroupLifecycle {
    type Kind = SecurityGroup;
    const DELETION: Deletion = Deletion::AtOnce;

    fn after_create(spec: &SecurityGroupResolved) -> Vec<SecurityGroupChange> {
        let ingress = (!spec.security_group_ingress.is_empty())
            .then_some(SecurityGroupChange::SecurityGroupIngress);
        let egress = spec
            .security_group_egress
            .as_ref()
            .map(|_| SecurityGroupChange::SecurityGroupEgress);
        ingress.into_iter().chain(egress).collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<SecurityGroups>(subject.id.clone());
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(group) = answers.get::<SecurityGroups>(&subject.id)? else {
            return Ok(None);
        };
        let blocks = |direction: Direction, permissions: &[IpPermission]| -> Vec<Block> {
            permissions
                .iter()
                .flat_map(|permission| direction.blocks(permission))
                .collect()
        };
        // An empty list of what goes out is something that an author can write.
        let properties = Block::new()
            .set("GroupDescription", group.description())
            .set("GroupName", group.group_name())
            .set("VpcId", group.vpc_id())
            .list(
                "SecurityGroupIngress",
                blocks(Direction::Ingress, group.ip_permissions()),
            )
            .set(
                "SecurityGroupEgress",
                Some(blocks(Direction::Egress, group.ip_permissions_egress())),
            )
            .tags("Tags", tags::pairs(group.tags.as_deref()));
        Ok(Some(Observed {
            properties,
            outputs: group_outputs(group.group_id.clone()),
        }))
    }

    async fn create(cx: &Context, spec: &SecurityGroupResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ec2:CreateSecurityGroup";
        let answer = cx
            .ec2()
            .create_security_group()
            .description(&spec.group_description)
            .set_group_name(spec.group_name.clone())
            .set_vpc_id(spec.vpc.as_ref().map(ToString::to_string))
            .tag_specifications(tags::specification(
                cx,
                ResourceType::SecurityGroup,
                &spec.tags,
                intent,
            ))
            .send()
            .await
            .named(OPERATION)?;
        made(answer.group_id).ok_or_else(|| incomplete(OPERATION, "group id"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &SecurityGroupResolved,
        changes: &[SecurityGroupChange],
    ) -> Result<Outputs> {
        for change in changes {
            match change {
                SecurityGroupChange::SecurityGroupIngress => {
                    let from = subject.applied.security_group_ingress.iter();
                    let change = RuleChange::between(
                        from.map(Rule::from),
                        to.security_group_ingress.iter().map(Rule::from),
                    );
                    apply(cx, &subject.id, Direction::Ingress, change).await?;
                }
                SecurityGroupChange::SecurityGroupEgress => egress(cx, subject, to).await?,
                SecurityGroupChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                }
            }
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        cx.ec2()
            .delete_security_group()
            .group_id(&subject.id)
            .send()
            .await
            .named("ec2:DeleteSecurityGroup")
            .map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        holders::of_group(cx, &subject.id).await
    }

    async fn find(
        cx: &Context,
        _spec: &SecurityGroupResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let groups = cx
            .ec2()
            .describe_security_groups()
            .filters(tags::intent_filter(intent))
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named("ec2:DescribeSecurityGroups")?;
        let mut ours = tags::of_intent(&groups, |one| one.tags.as_deref(), intent);
        let ours = ours.find_map(|group| made(group.group_id.clone()));
        Ok(tags::ours_or_nothing(ours))
    }
}

/// What has to be sent so that one set of rules becomes another.
#[derive(Debug, Default, PartialEq)]
struct RuleChange {
    revoke: Vec<Rule>,
    authorize: Vec<Rule>,
    describe: Vec<Rule>,
}

impl RuleChange {
    /// Where both are the same, all of it: the group was made a moment ago, and its rules have not been sent yet.
    fn between(from: impl Iterator<Item = Rule>, to: impl Iterator<Item = Rule>) -> Self {
        let by_key = |rule: Rule| (rule.key.clone(), rule);
        let from: BTreeMap<Key, Rule> = from.map(by_key).collect();
        let to: BTreeMap<Key, Rule> = to.map(by_key).collect();
        if from == to {
            return Self {
                authorize: to.into_values().collect(),
                ..Self::default()
            };
        }
        let mut change = Self::default();
        for (key, rule) in &to {
            match from.get(key) {
                None => change.authorize.push(rule.clone()),
                Some(before) if before.owner != rule.owner => {
                    change.revoke.push(before.clone());
                    change.authorize.push(rule.clone());
                }
                Some(before) if before.description != rule.description => {
                    change.describe.push(rule.clone());
                }
                Some(_) => {}
            }
        }
        change.revoke.extend(
            from.into_iter()
                .filter(|(key, _)| !to.contains_key(key))
                .map(|(_, rule)| rule),
        );
        change
    }
}

async fn egress(
    cx: &Context,
    subject: &Subject<SecurityGroupLifecycle>,
    to: &SecurityGroupResolved,
) -> Result<()> {
    let rules = |spec: &SecurityGroupResolved| -> Option<Vec<Rule>> {
        let list = spec.security_group_egress.as_ref()?;
        Some(list.iter().map(Rule::from).collect())
    };
    let from = rules(&subject.applied);
    // What the author took away, AWS's own rule stands for again.
    let wanted = rules(to).unwrap_or_else(|| vec![Rule::allow_all()]);
    let untouched = from.is_none();
    let keeps_default = wanted.contains(&Rule::allow_all());
    let mut change = RuleChange::between(from.unwrap_or_default().into_iter(), wanted.into_iter());
    if !keeps_default {
        // Also where rules were there before: the run that sent the first of them may have been killed in between.
        revoke_default(cx, &subject.id, untouched).await?;
    } else if untouched {
        change.authorize.retain(|rule| *rule != Rule::allow_all());
    }
    apply(cx, &subject.id, Direction::Egress, change).await
}

/// Takes away the rules that AWS gives a new group: everything to every address, without tag or description.
///
/// The list of rules lags behind a group that was just made: a list without such a rule proves nothing, and the rule would let everything out for
/// ever. So a new group's default that is not listed is revoked by what it says, each of IPv4's and of IPv6's. A rule of the same reach that somebody has
/// tagged or described is theirs, and stays.
async fn revoke_default(cx: &Context, group: &str, new: bool) -> Result<()> {
    let everything: Vec<_> = existing(cx, group)
        .await?
        .into_iter()
        .filter(lets_everything_out)
        .collect();
    let listed = |range: fn(&SecurityGroupRule) -> Option<&str>| {
        everything.iter().any(|rule| range(rule).is_some())
    };
    let families = [
        (Rule::allow_all(), listed(SecurityGroupRule::cidr_ipv4)),
        (Rule::allow_all_v6(), listed(SecurityGroupRule::cidr_ipv6)),
    ];
    for (rule, _) in families.into_iter().filter(|(_, listed)| new && !listed) {
        withdraw(cx, group, Direction::Egress, &[rule]).await?;
    }
    let is_default = |rule: &SecurityGroupRule| {
        rule.tags().is_empty() && rule.description().is_none_or(str::is_empty)
    };
    let ids: Vec<String> = everything
        .into_iter()
        .filter(is_default)
        .filter_map(|rule| rule.security_group_rule_id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let revoked = cx
        .ec2()
        .revoke_security_group_egress()
        .group_id(group)
        .set_security_group_rule_ids(Some(ids))
        .send()
        .await
        .named("ec2:RevokeSecurityGroupEgress");
    match revoked {
        // The list may lag behind an earlier revoke as well.
        Err(error) if is_about_a_rule(&error) => Ok(()),
        other => other.map(drop),
    }
}

fn lets_everything_out(rule: &SecurityGroupRule) -> bool {
    let anywhere = rule.cidr_ipv4() == Some("0.0.0.0/0") || rule.cidr_ipv6() == Some("::/0");
    rule.is_egress == Some(true) && rule.ip_protocol() == Some("-1") && anywhere
}

async fn existing(cx: &Context, group: &str) -> Result<Vec<SecurityGroupRule>> {
    let mut found = Vec::new();
    let mut pages = cx
        .ec2()
        .describe_security_group_rules()
        .filters(tags::filter("group-id", vec![group.to_owned()]))
        .into_paginator()
        .items()
        .send();
    while let Some(rule) = pages.next().await {
        found.push(rule.named("ec2:DescribeSecurityGroupRules")?);
    }
    Ok(found)
}

async fn apply(cx: &Context, group: &str, direction: Direction, change: RuleChange) -> Result<()> {
    if !change.revoke.is_empty() {
        withdraw(cx, group, direction, &change.revoke).await?;
    }
    if !change.describe.is_empty() {
        describe(cx, group, direction, &change.describe).await?;
    }
    if change.authorize.is_empty() {
        return Ok(());
    }
    match authorize(cx, group, direction, &change.authorize).await {
        // The call is all or nothing: sent a second time, or beside somebody else, it is repeated rule by rule.
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            for rule in change.authorize.iter().map(std::slice::from_ref) {
                match authorize(cx, group, direction, rule).await {
                    // It stands there, perhaps with what somebody else says it is for.
                    Err(error) if error.class == ErrorClass::AlreadyExists => {
                        describe(cx, group, direction, rule).await?;
                    }
                    other => other?,
                }
            }
            Ok(())
        }
        other => other,
    }
}

/// Revokes rules. One that is not there any more is as good as revoked, but makes AWS refuse the others with it.
async fn withdraw(cx: &Context, group: &str, direction: Direction, rules: &[Rule]) -> Result<()> {
    match revoke(cx, group, direction, rules).await {
        Err(error) if error.class == ErrorClass::NotFound && is_about_a_rule(&error) => {
            // Alone, it is the one that is not there.
            for rule in rules.iter().filter(|_| rules.len() > 1) {
                match revoke(cx, group, direction, std::slice::from_ref(rule)).await {
                    Err(error) if is_about_a_rule(&error) => {}
                    other => other?,
                }
            }
            Ok(())
        }
        other => other,
    }
}

/// Not the group, only a rule of it is missing.
fn is_about_a_rule(error: &windlass_engine::provider::ProviderError) -> bool {
    let code = error.code.as_deref();
    matches!(
        code,
        Some("InvalidPermission.NotFound" | "InvalidSecurityGroupRuleId.NotFound")
    )
}

fn permissions(rules: &[Rule]) -> Vec<IpPermission> {
    rules.iter().map(Rule::permission).collect()
}

async fn authorize(cx: &Context, group: &str, direction: Direction, rules: &[Rule]) -> Result<()> {
    let permissions = Some(permissions(rules));
    match direction {
        Direction::Ingress => cx
            .ec2()
            .authorize_security_group_ingress()
            .group_id(group)
            .set_ip_permissions(permissions)
            .send()
            .await
            .named("ec2:AuthorizeSecurityGroupIngress")
            .map(drop),
        Direction::Egress => cx
            .ec2()
            .authorize_security_group_egress()
            .group_id(group)
            .set_ip_permissions(permissions)
            .send()
            .await
            .named("ec2:AuthorizeSecurityGroupEgress")
            .map(drop),
    }
}

async fn revoke(cx: &Context, group: &str, direction: Direction, rules: &[Rule]) -> Result<()> {
    let permissions = Some(permissions(rules));
    match direction {
        Direction::Ingress => cx
            .ec2()
            .revoke_security_group_ingress()
            .group_id(group)
            .set_ip_permissions(permissions)
            .send()
            .await
            .named("ec2:RevokeSecurityGroupIngress")
            .map(drop),
        Direction::Egress => cx
            .ec2()
            .revoke_security_group_egress()
            .group_id(group)
            .set_ip_permissions(permissions)
            .send()
            .await
            .named("ec2:RevokeSecurityGroupEgress")
            .map(drop),
    }
}

async fn describe(cx: &Context, group: &str, direction: Direction, rules: &[Rule]) -> Result<()> {
    let permissions = Some(permissions(rules));
    match direction {
        Direction::Ingress => cx
            .ec2()
            .update_security_group_rule_descriptions_ingress()
            .group_id(group)
            .set_ip_permissions(permissions)
            .send()
            .await
            .named("ec2:UpdateSecurityGroupRuleDescriptionsIngress")
            .map(drop),
        Direction::Egress => cx
            .ec2()
            .update_security_group_rule_descriptions_egress()
            .group_id(group)
            .set_ip_permissions(permissions)
            .send()
            .await
            .named("ec2:UpdateSecurityGroupRuleDescriptionsEgress")
            .map(drop),
    }
}

fn made(id: Option<String>) -> Option<Made> {
    let outputs = group_outputs(id.clone());
    id.map(|id| Made { id, outputs })
}

fn group_outputs(id: Option<String>) -> Outputs {
    outputs([("GroupId", id)])
}

#[cfg(test)]
mod tests {
    use super::super::rules::Peer;
    use super::*;

    fn rule(port: i32, description: Option<&str>) -> Rule {
        let key = Key {
            protocol: "tcp".to_owned(),
            from: Some(port),
            to: Some(port),
            peer: Peer::V4("10.0.0.0/8".to_owned()),
        };
        Rule {
            key,
            owner: None,
            description: description.map(str::to_owned),
        }
    }

    fn between(from: &[Rule], to: &[Rule]) -> RuleChange {
        RuleChange::between(from.iter().cloned(), to.iter().cloned())
    }

    #[test]
    fn only_the_difference_is_sent() {
        let change = between(
            &[rule(80, None), rule(443, None), rule(22, None)],
            &[rule(80, Some("web")), rule(443, None), rule(8080, None)],
        );
        assert_eq!(change.describe, [rule(80, Some("web"))]);
        assert_eq!(change.authorize, [rule(8080, None)]);
        assert_eq!(change.revoke, [rule(22, None)]);
    }

    #[test]
    fn rules_of_a_new_group_are_all_sent() {
        let rules = [rule(80, None), rule(443, None)];
        let change = between(&rules, &rules);
        assert_eq!(change.authorize.len(), 2);
        assert_eq!((change.revoke.len(), change.describe.len()), (0, 0));
    }
}
