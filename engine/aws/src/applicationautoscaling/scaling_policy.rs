//! The life cycle of `AWS::ApplicationAutoScaling::ScalingPolicy`. PutScalingPolicy makes and changes alike, whole policies only.
//!
//! There are neither tokens nor tags: what a lost call made is known by its natural key, the target and the name.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_applicationautoscaling::types::{PolicyType, ScalingPolicy as SdkPolicy};
use windlass::aws::applicationautoscaling::{
    ConfigurationResolved, ScalingPolicy, ScalingPolicyChange, ScalingPolicyResolved,
};
use windlass_engine::provider::{Deletion, ErrorClass, Outputs};
use windlass_state::identity::IntentId;

use super::number::{Number, by_namespace};
use super::{VISIBLE_WITHIN, configuration, observed_configuration};
use crate::clients::Clients;
use crate::error::{Named, Result, exists};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query, Wants, chunks, few_at_once, worthwhile};
use crate::registry::lives;
use crate::wording::Wording;

lives!(ScalingPolicy => ScalingPolicyLifecycle);

pub struct ScalingPolicyLifecycle;

/// Scaling policies by what they scale and their name: a few by themselves, many by name. Names repeat over targets, and a call takes one target
/// or all.
struct Policies;

/// Names that one call takes.
const NAMES: usize = 50;

impl Query for Policies {
    type Key = (Number, String);
    type Item = SdkPolicy;
    /// The list answers all at once.
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

    /// The list may not have been read to its end. What answers is compared with what was asked: not every endpoint filters by name.
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

/// The policies of these names that scale one of these targets, all of one namespace.
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
    const ENGINE_REPEATS: bool = true;
    const WORDINGS: &'static [Wording] = &[
        // The target was registered: the policy waited for it. It is not visible to this call yet.
        Wording::new(&[PUT], &["ObjectNotFoundException"], ErrorClass::NotYet),
        // The account's first policy makes the service-linked role, which CloudWatch does not know for some seconds. Terraform tries for two minutes
        // (`internal/service/appautoscaling/policy.go`).
        Wording::new(
            &[PUT],
            &["FailedResourceAccessException"],
            ErrorClass::NotYet,
        ),
    ];

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Policies>(key(&subject.applied));
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(policy) = answers.get::<Policies>(&key(&subject.applied))? else {
            return Ok(None);
        };
        let predictive = policy.predictive_scaling_policy_configuration.as_ref();
        let step = policy.step_scaling_policy_configuration.as_ref();
        let tracking = policy.target_tracking_scaling_policy_configuration.as_ref();
        let properties = Block::new()
            .set("PolicyName", Some(&policy.policy_name))
            .set("PolicyType", Some(policy.policy_type.as_str()))
            .block(
                "PredictiveScalingPolicyConfiguration",
                predictive.map(observed_configuration::predictive),
            )
            .block(
                "StepScalingPolicyConfiguration",
                step.map(observed_configuration::step),
            )
            .block(
                "TargetTrackingScalingPolicyConfiguration",
                tracking.map(observed_configuration::target_tracking),
            )
            .set("ResourceId", Some(&policy.resource_id))
            .set(
                "ScalableDimension",
                Some(policy.scalable_dimension.as_str()),
            )
            .set("ScalingTargetId", Some(number_of(policy).to_string()))
            .set("ServiceNamespace", Some(policy.service_namespace.as_str()));
        Ok(Some(Observed {
            properties,
            outputs: made(&policy.policy_arn).outputs,
        }))
    }

    async fn create(cx: &Context, spec: &ScalingPolicyResolved, _: &IntentId) -> Result<Made> {
        // PutScalingPolicy overwrites. A target of this stack has no policies but the stack's.
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
                // One call carries both.
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
    let (number, name) = key(spec);
    let call = cx
        .application_autoscaling()
        .put_scaling_policy()
        .policy_name(name)
        .policy_type(PolicyType::from(spec.policy_type.as_str()))
        .service_namespace(number.namespace())
        .resource_id(&number.resource_id)
        .scalable_dimension(number.dimension());
    let call = match &spec.configuration {
        ConfigurationResolved::PredictiveScalingPolicyConfiguration(predictive) => {
            call.predictive_scaling_policy_configuration(configuration::predictive(predictive))
        }
        ConfigurationResolved::StepScalingPolicyConfiguration(step) => {
            call.step_scaling_policy_configuration(configuration::step(step))
        }
        ConfigurationResolved::TargetTrackingScalingPolicyConfiguration(tracking) => call
            .target_tracking_scaling_policy_configuration(configuration::target_tracking(tracking)),
    };
    Ok(call.send().await.named(PUT)?.policy_arn)
}

fn key(spec: &ScalingPolicyResolved) -> (Number, String) {
    let text = |part: Option<String>| part.unwrap_or_default();
    let number = match &spec.scaling_target_id {
        Some(id) => Number::parse(id.as_str()),
        None => Number {
            namespace: text(
                spec.service_namespace
                    .map(|namespace| namespace.to_string()),
            ),
            resource_id: text(spec.resource_id.clone()),
            dimension: text(
                spec.scalable_dimension
                    .map(|dimension| dimension.to_string()),
            ),
        },
    };
    (number, spec.policy_name.clone())
}

fn number_of(policy: &SdkPolicy) -> Number {
    Number {
        namespace: policy.service_namespace.as_str().to_owned(),
        resource_id: policy.resource_id.clone(),
        dimension: policy.scalable_dimension.as_str().to_owned(),
    }
}

fn made(arn: &str) -> Made {
    Made {
        id: arn.to_owned(),
        outputs: outputs([("Arn", Some(arn.to_owned()))]),
    }
}
