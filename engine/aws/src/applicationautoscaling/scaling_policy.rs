//! The life cycle of `AWS::ApplicationAutoScaling::ScalingPolicy`. PutScalingPolicy both creates and updates, and always sends the whole policy.
//!
//! The API has neither client tokens nor tags. After a lost create, Windlass finds the policy by its natural key: the target and the name.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_applicationautoscaling::types::ScalingPolicy as SdkPolicy;
use windlass::aws::applicationautoscaling::{
    ScalingPolicy, ScalingPolicyChange, ScalingPolicyResolved,
};

use super::VISIBLE_WITHIN;
use super::number::{Number, by_namespace};
use crate::error::exists;
use crate::prelude::*;
use crate::reads::{chunks, few_at_once, worthwhile};

lives!(ScalingPolicy => ScalingPolicyLifecycle);

pub struct ScalingPolicyLifecycle;

tables! { windlass::aws::applicationautoscaling => aws_sdk_applicationautoscaling;
    ScalingPolicy => put_scaling_policy | ScalingPolicy {
        "ScalingTargetId" not sent, shown by target_id;
    }
}

/// The identifier of the policy's target. AWS returns its three parts.
fn target_id(policy: &SdkPolicy) -> Option<String> {
    Some(number_of(policy).to_string())
}

/// Scaling policies by target and name. Windlass reads a few policies with one call each, and many with a list filtered by name. Several targets can
/// have policies of the same name, and a call takes one target or all targets.
struct Policies;

/// How many names one call takes.
const NAMES: usize = 50;

impl Query for Policies {
    type Key = (Number, String);
    type Item = SdkPolicy;
    /// One list answers for all keys.
    const BATCH: usize = 100_000;

    fn groups(keys: BTreeSet<Self::Key>) -> Vec<Vec<Self::Key>> {
        by_namespace(keys, |(number, _)| &number.namespace)
    }

    async fn fetch(clients: &Clients, keys: Vec<Self::Key>) -> Result<Vec<(Self::Key, SdkPolicy)>> {
        let mut by_name: BTreeMap<String, BTreeSet<Number>> = BTreeMap::new();
        for (number, name) in keys {
            by_name.entry(name).or_default().insert(number);
        }
        let by_name: Vec<_> = by_name.into_iter().collect();
        let asked = chunks(&by_name, NAMES).map(|wanted| listed(clients, wanted));
        let found: Result<Vec<Vec<_>>> = few_at_once(asked).await.into_iter().collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// Reads one policy, because the list may not have been read to its end. The code compares the answer with the key: not every endpoint filters by name.
    async fn confirm(clients: &Clients, (number, name): &Self::Key) -> Result<Option<SdkPolicy>> {
        let call = clients
            .application_autoscaling()
            .describe_scaling_policies()
            .service_namespace(number.namespace())
            .resource_id(&number.resource_id)
            .scalable_dimension(number.dimension())
            .policy_names(name);
        let mut policies = call.into_paginator().items().send();
        while let Some(policy) = policies.try_next().await.named(DESCRIBE)? {
            if policy.policy_name == *name && number_of(&policy) == *number {
                return Ok(Some(policy));
            }
        }
        Ok(None)
    }
}

const DESCRIBE: &str = "application-autoscaling:DescribeScalingPolicies";

/// The policies of these names that scale one of these targets. All targets are of one namespace.
async fn listed(
    clients: &Clients,
    wanted: Vec<(String, BTreeSet<Number>)>,
) -> Result<Vec<((Number, String), SdkPolicy)>> {
    let mut numbers = wanted.iter().flat_map(|(_, numbers)| numbers);
    let Some(namespace) = numbers.next().map(Number::namespace) else {
        return Ok(Vec::new());
    };
    let left = 1 + numbers.count();
    let call = clients
        .application_autoscaling()
        .describe_scaling_policies()
        .service_namespace(namespace)
        .set_policy_names(Some(wanted.iter().map(|(name, _)| name.clone()).collect()));
    let (mut pages, mut found) = (call.into_paginator().send(), Vec::new());
    for _ in 0..worthwhile(left) {
        let Some(page) = pages.next().await else {
            break;
        };
        for policy in page.named(DESCRIBE)?.scaling_policies.unwrap_or_default() {
            let number = number_of(&policy);
            let of_name = wanted.iter().find(|(name, _)| *name == policy.policy_name);
            if of_name.is_some_and(|(_, numbers)| numbers.contains(&number)) {
                found.push(((number, policy.policy_name.clone()), policy));
            }
        }
        if found.len() == left {
            break;
        }
    }
    Ok(found)
}

impl Lifecycle for ScalingPolicyLifecycle {
    type Kind = ScalingPolicy;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_MARKED: bool = false;
    const ENGINE_REPEATS: bool = true;
    const WORDINGS: &'static [Wording] = &[
        // The target exists, since the policy waited for its registration. PutScalingPolicy does not see it yet.
        Wording::new(&[PUT], &["ObjectNotFoundException"], ErrorClass::NotYet),
        // The account's first policy creates the service-linked role, which CloudWatch does not know for some seconds. Terraform retries for two
        // minutes (`internal/service/appautoscaling/policy.go`).
        Wording::new(
            &[PUT],
            &["FailedResourceAccessException"],
            ErrorClass::NotYet,
        ),
    ];

    observed_by!(Policies: asked);

    async fn create(cx: &Context, spec: &ScalingPolicyResolved, _: &IntentId) -> Result<Made> {
        // PutScalingPolicy overwrites an existing policy. A target that this stack creates has only the stack's policies, so only a target from
        // outside needs this check.
        if (cx.is_literal("ResourceId") || cx.is_literal("ScalingTargetId"))
            && let Some(policy) = Policies::confirm(cx, &key(spec)).await?
        {
            return Err(exists(PUT, &policy.policy_arn));
        }
        Ok(made(&put(cx, spec).await?))
    }

    async fn update(
        cx: &Context,
        _: &Subject<Self>,
        to: &ScalingPolicyResolved,
        changes: &[ScalingPolicyChange],
    ) -> Result<Outputs> {
        let mut outputs = Outputs::new();
        let mut sent = false;
        for change in changes {
            match change {
                // One PutScalingPolicy call carries both.
                ScalingPolicyChange::PolicyType | ScalingPolicyChange::Configuration if sent => {}
                ScalingPolicyChange::PolicyType | ScalingPolicyChange::Configuration => {
                    outputs = made(&put(cx, to).await?).outputs;
                    sent = true;
                }
            }
        }
        Ok(outputs)
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let (number, name) = key(&subject.applied);
        cx.application_autoscaling()
            .delete_scaling_policy()
            .policy_name(name)
            .service_namespace(number.namespace())
            .resource_id(&number.resource_id)
            .scalable_dimension(number.dimension())
            .send()
            .await
            .named("application-autoscaling:DeleteScalingPolicy")
            .map(drop)
    }

    async fn find(cx: &Context, spec: &ScalingPolicyResolved, _: &IntentId) -> Result<FoundOne> {
        let found = Policies::confirm(cx, &key(spec)).await?;
        let nothing = FoundOne::Nothing {
            visible_within: VISIBLE_WITHIN,
        };
        Ok(found.map_or(nothing, |policy| FoundOne::Ours(made(&policy.policy_arn))))
    }
}

const PUT: &str = "application-autoscaling:PutScalingPolicy";

async fn put(cx: &Context, spec: &ScalingPolicyResolved) -> Result<String> {
    let number = number(spec);
    let call = spec
        .fill(cx.application_autoscaling().put_scaling_policy())
        .service_namespace(number.namespace())
        .resource_id(&number.resource_id)
        .scalable_dimension(number.dimension());
    Ok(call.send().await.named(PUT)?.policy_arn)
}

fn asked(subject: &Subject<ScalingPolicyLifecycle>) -> (Number, String) {
    key(&subject.applied)
}

fn key(spec: &ScalingPolicyResolved) -> (Number, String) {
    (number(spec), spec.policy_name.clone())
}

fn number(spec: &ScalingPolicyResolved) -> Number {
    let text = |part: Option<String>| part.unwrap_or_default();
    match &spec.scaling_target_id {
        Some(id) => Number::parse(id.as_str()),
        None => Number {
            namespace: text(spec.service_namespace.map(|of| of.to_string())),
            resource_id: text(spec.resource_id.clone()),
            dimension: text(spec.scalable_dimension.map(|of| of.to_string())),
        },
    }
}

fn number_of(policy: &SdkPolicy) -> Number {
    Number::of(
        &policy.service_namespace,
        &policy.resource_id,
        &policy.scalable_dimension,
    )
}

impl Described for SdkPolicy {
    fn id(&self) -> Option<String> {
        Some(self.policy_arn.clone())
    }

    fn outputs(&self) -> Outputs {
        made(&self.policy_arn).outputs
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

fn made(arn: &str) -> Made {
    Made {
        id: arn.to_owned(),
        outputs: outputs([("Arn", Some(arn.to_owned()))]),
    }
}
