//! The life cycle of `AWS::ElasticLoadBalancingV2::ListenerRule`.
//!
//! AWS does not return a rule's listener; the rule's ARN contains it. Priorities have their own call. Rules that exchange priorities are partners of
//! one rule, and one call changes all of them, because AWS does not allow a duplicate priority even for a moment.

use aws_sdk_elasticloadbalancingv2::types::{Rule, RulePriorityPair};
use serde_json::Value;
use windlass::aws::elasticloadbalancingv2::{
    ListenerRule, ListenerRuleChange, ListenerRuleResolved,
};
use windlass_plan::plan::Partner;

use super::tags::Tags;
use super::{actions, errors, read, tags};
use crate::applied_tags;
use crate::prelude::*;
use crate::tagging;

lives!(ListenerRule => ListenerRuleLifecycle);

pub struct ListenerRuleLifecycle;

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    ListenerRule => create_rule | Rule {
        "ListenerArn" shown by listener;
        "Priority" shown by priority;
        "Conditions" always;
        "Actions" not sent, shown by shown_actions;
    }
}

fn listener(rule: &Rule) -> Option<String> {
    rule.rule_arn.as_deref().and_then(read::listener_of)
}

/// The priority as a number; `None` for a default rule, whose priority is `default`.
fn priority(rule: &Rule) -> Option<u32> {
    rule.priority.as_deref().and_then(|text| text.parse().ok())
}

fn shown_actions(rule: &Rule) -> Option<Value> {
    actions::shown(rule.actions.as_deref())
}

impl Described for Rule {
    fn id(&self) -> Option<String> {
        self.rule_arn.clone()
    }

    fn outputs(&self) -> Outputs {
        outputs([
            ("RuleArn", self.rule_arn.clone().map(Value::from)),
            ("IsDefault", self.is_default.map(Value::from)),
        ])
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

impl Lifecycle for ListenerRuleLifecycle {
    type Kind = ListenerRule;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
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
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(found.properties(), &subject.id, tags, answers)?,
            outputs: found.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &ListenerRuleResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateRule";
        let call = spec
            .fill(cx.elbv2().create_rule())
            .set_actions(Some(actions::to_sdk(cx, &spec.actions)?))
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.rules().first(), OPERATION)
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
                    request.set_conditions(Some(to.conditions.to_sdk().unwrap_or_default()))
                }
                ListenerRuleChange::Actions => {
                    request.set_actions(Some(actions::to_sdk(cx, &to.actions)?))
                }
                ListenerRuleChange::Transforms if to.transforms.is_empty() => {
                    request.reset_transforms(true)
                }
                ListenerRuleChange::Transforms => request.set_transforms(to.transforms.to_sdk()),
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
        tags::judge(cx, there.as_ref().and_then(Made::of), intent).await
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

/// Sets the priority of the rule and of its partners in one call.
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
        pair.set_priority(priority.to_sdk()).build()
    };
    moves.map(pair).collect()
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
