//! Updates the rules that a security group lists: sends the difference in as few calls as AWS takes.
//!
//! Not here: the group itself, and rules that are resources themselves.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{IpPermission, SecurityGroupRule};
use windlass::aws::ec2::SecurityGroupResolved;

use super::rules::{Direction, Key, Rule, Rules};
use super::tags;
use crate::prelude::*;

/// Updates the ingress rules.
pub async fn ingress(
    cx: &Context,
    group: &str,
    from: &SecurityGroupResolved,
    to: &SecurityGroupResolved,
) -> Result<()> {
    let change = RuleChange::between(
        from.security_group_ingress.iter().map(Rule::from),
        to.security_group_ingress.iter().map(Rule::from),
    );
    apply(cx, group, Direction::Ingress, change).await
}

/// Updates the egress rules.
pub async fn egress(
    cx: &Context,
    group: &str,
    from: &SecurityGroupResolved,
    to: &SecurityGroupResolved,
) -> Result<()> {
    let rules = |spec: &SecurityGroupResolved| -> Option<Vec<Rule>> {
        let list = spec.security_group_egress.as_ref()?;
        Some(list.iter().map(Rule::from).collect())
    };
    let from = rules(from);
    // If the author removes the list, AWS's own rule applies again: all traffic may go out.
    let wanted = rules(to).unwrap_or_else(|| vec![Rule::allow_all()]);
    let untouched = from.is_none();
    let keeps_default = wanted.contains(&Rule::allow_all());
    let mut change = RuleChange::between(from.unwrap_or_default().into_iter(), wanted.into_iter());
    if !keeps_default {
        // Windlass does this even if rules were recorded before: the run that sent the first rules may have been killed before it revoked the default rule.
        revoke_default(cx, group, untouched).await?;
    } else if untouched {
        change.authorize.retain(|rule| *rule != Rule::allow_all());
    }
    apply(cx, group, Direction::Egress, change).await
}

/// The calls that turn one set of rules into another.
#[derive(Debug, Default, PartialEq)]
struct RuleChange {
    revoke: Vec<Rule>,
    authorize: Vec<Rule>,
    describe: Vec<Rule>,
}

impl RuleChange {
    /// If both sets are equal, the change authorizes all rules: the group was created a moment ago, and no call has sent its rules yet.
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

/// Revokes the rules that AWS gives a new group: all traffic to every address, without tag or description.
///
/// The list of rules is eventually consistent. For a new group, a list without the default rule proves nothing, and the rule would let all traffic
/// out permanently. So for a new group, Windlass revokes an unlisted default rule by its content, once for IPv4 and once for IPv6. A rule with the
/// same content that has tags or a description belongs to another owner, and stays.
async fn revoke_default(cx: &Context, group: &str, new: bool) -> Result<()> {
    let filter = tags::filter("group-id", vec![group.to_owned()]);
    let everything: Vec<_> = Rules::matching(cx, filter)
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
        // The list may still show a rule that an earlier call revoked.
        Err(error) if is_about_a_rule(&error) => Ok(()),
        other => other.map(drop),
    }
}

fn lets_everything_out(rule: &SecurityGroupRule) -> bool {
    let anywhere = rule.cidr_ipv4() == Some("0.0.0.0/0") || rule.cidr_ipv6() == Some("::/0");
    rule.is_egress == Some(true) && rule.ip_protocol() == Some("-1") && anywhere
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
        // The call is all or nothing. If it is a retry, or if another caller has added a rule, Windlass sends the rules one by one.
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            for rule in change.authorize.iter().map(std::slice::from_ref) {
                match authorize(cx, group, direction, rule).await {
                    // The rule exists, perhaps with another owner's description.
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

/// Revokes rules. A rule that is already gone counts as revoked, but AWS refuses the other rules of the same call because of it.
async fn withdraw(cx: &Context, group: &str, direction: Direction, rules: &[Rule]) -> Result<()> {
    match revoke(cx, group, direction, rules).await {
        Err(error) if error.class == ErrorClass::NotFound && is_about_a_rule(&error) => {
            // A single rule in `rules` is the missing one, so there is nothing left to revoke.
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

/// Whether the error reports a missing rule, not a missing group.
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
