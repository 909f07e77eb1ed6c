//! The life cycle of `AWS::ElasticLoadBalancingV2::ListenerRule`.
//!
//! AWS does not return which listener a rule belongs to; the rule's ARN holds it. Priorities change by a call of their own. Rules that
//! exchange theirs come as partners of one of them and change in one call, since AWS takes no priority twice even for a moment.

use aws_sdk_elasticloadbalancingv2::types::{Rule, RulePriorityPair};
use serde_json::Value;
use windlass::aws::elasticloadbalancingv2::{
    ListenerRule, ListenerRuleChange, ListenerRuleResolved,
};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_plan::plan::Partner;
use windlass_state::identity::IntentId;

use super::tags::Tags;
use super::{actions, conditions, errors, read, tags};
use crate::applied_tags;
use crate::error::{Found, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Wants};
use crate::registry::lives;
use crate::tagging;
use crate::wording::Wording;

lives!(ListenerRule => ListenerRuleLifecycle);

pub struct ListenerRuleLifecycle;

impl Lifecycle for ListenerRuleLifecycle {
    type Kind = ListenerRule;
    const DELETION: Deletion = Deletion::AtOnce;
    const ENGINE_REPEATS: bool = true;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<read::Rules>(subject.id.as_str());
        applied_tags::want(&subject.id, &subject.applied.tags, wants);
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(found) = answers.get::<read::Rules>(&subject.id)? else {
            return Ok(None);
        };
        let properties = Block::new()
            .set(
                "ListenerArn",
                found.rule_arn.as_deref().and_then(read::listener_of),
            )
            .set("Priority", priority(found))
            .list(
                "Conditions",
                conditions::observed(found.conditions.as_deref()),
            )
            .list("Actions", actions::observed(found.actions.as_deref()))
            .list(
                "Transforms",
                conditions::observed_transforms(found.transforms.as_deref()),
            );
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: outputs_of(found),
        }))
    }

    async fn create(cx: &Context, spec: &ListenerRuleResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateRule";
        let transforms = conditions::transforms(&spec.transforms);
        let request = cx
            .elbv2()
            .create_rule()
            .listener_arn(spec.listener_arn.as_str())
            .priority(int(spec.priority))
            .set_conditions(Some(conditions::to_sdk(&spec.conditions)))
            .set_actions(Some(actions::to_sdk(cx, &spec.actions)?))
            .set_transforms((!transforms.is_empty()).then_some(transforms))
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        let made = answer.rules.unwrap_or_default().first().and_then(made);
        made.ok_or_else(|| incomplete(OPERATION, "rule ARN"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ListenerRuleResolved,
        changes: &[ListenerRuleChange],
    ) -> Result<Outputs> {
        let mut request = cx.elbv2().modify_rule().rule_arn(&subject.id);
        let mut modifies = false;
        for change in changes {
            let modified = match change {
                ListenerRuleChange::Conditions => {
                    request.set_conditions(Some(conditions::to_sdk(&to.conditions)))
                }
                ListenerRuleChange::Actions => {
                    request.set_actions(Some(actions::to_sdk(cx, &to.actions)?))
                }
                ListenerRuleChange::Transforms if to.transforms.is_empty() => {
                    request.reset_transforms(true)
                }
                ListenerRuleChange::Transforms => {
                    request.set_transforms(Some(conditions::transforms(&to.transforms)))
                }
                ListenerRuleChange::Priority => {
                    set_priorities(cx, subject, to.priority).await?;
                    continue;
                }
                ListenerRuleChange::Tags => {
                    tagging::update::<Tags>(cx, &subject.id, &subject.applied.tags, &to.tags)
                        .await?;
                    continue;
                }
            };
            (request, modifies) = (modified, true);
        }
        if modifies {
            request
                .send()
                .await
                .named("elasticloadbalancing:ModifyRule")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let request = cx.elbv2().delete_rule().rule_arn(&subject.id);
        request
            .send()
            .await
            .named("elasticloadbalancing:DeleteRule")
            .map(drop)
    }

    async fn find(
        cx: &Context,
        spec: &ListenerRuleResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let there = at_priority(cx, spec.listener_arn.as_str(), spec.priority).await?;
        tags::judge(cx, there.as_ref().and_then(made), intent).await
    }
}

async fn at_priority(cx: &Context, listener: &str, wanted: u32) -> Result<Option<Rule>> {
    let mut pages = cx
        .elbv2()
        .describe_rules()
        .listener_arn(listener)
        .into_paginator()
        .items()
        .send();
    while let Some(rule) = pages.next().await {
        let Some(rule) = rule.named("elasticloadbalancing:DescribeRules").found()? else {
            return Ok(None);
        };
        if priority(&rule) == Some(wanted) {
            return Ok(Some(rule));
        }
    }
    Ok(None)
}

/// Moves the rule, and with it those that it exchanges priorities with.
async fn set_priorities(
    cx: &Context,
    subject: &Subject<ListenerRuleLifecycle>,
    to: u32,
) -> Result<()> {
    let request = cx.elbv2().set_rule_priorities();
    request
        .set_rule_priorities(Some(moves(&subject.id, to, &subject.partners)))
        .send()
        .await
        .named("elasticloadbalancing:SetRulePriorities")
        .map(drop)
}

fn moves(rule: &str, to: u32, partners: &[Partner]) -> Vec<RulePriorityPair> {
    let partners = partners.iter().filter_map(|partner| {
        let priority = partner.value.as_u64().and_then(|to| u32::try_from(to).ok());
        Some((partner.physical_id.as_str(), priority?))
    });
    let moves = std::iter::once((rule, to)).chain(partners);
    let pair = |(arn, priority): (&str, u32)| {
        let pair = RulePriorityPair::builder().rule_arn(arn);
        pair.priority(int(priority)).build()
    };
    moves.map(pair).collect()
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A default rule has the priority `default`.
fn priority(rule: &Rule) -> Option<u32> {
    rule.priority.as_deref().and_then(|text| text.parse().ok())
}

fn made(found: &Rule) -> Option<Made> {
    Some(Made {
        id: found.rule_arn.clone()?,
        outputs: outputs_of(found),
    })
}

fn outputs_of(found: &Rule) -> Outputs {
    outputs([
        ("RuleArn", found.rule_arn.clone().map(Value::from)),
        ("IsDefault", found.is_default.map(Value::from)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_exchange_priorities_move_together() {
        let partner = Partner {
            address: windlass::address::Address::parse("api-rule").expect("an address"),
            physical_id: "api".to_owned(),
            property: "Priority".to_owned(),
            value: Value::from(10),
        };
        let moves = moves("web", 20, &[partner]);
        let moves: Vec<_> = moves
            .iter()
            .map(|pair| (pair.rule_arn(), pair.priority()))
            .collect();
        assert_eq!(moves, [(Some("web"), Some(20)), (Some("api"), Some(10))]);
    }
}
