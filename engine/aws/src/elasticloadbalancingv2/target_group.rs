//! The life cycle of `AWS::ElasticLoadBalancingV2::TargetGroup`.
//!
//! CreateTargetGroup carries neither attributes nor targets. Windlass leaves alone targets that another owner registers, such as an ECS service.

use aws_sdk_elasticloadbalancingv2::operation::create_target_group::builders::CreateTargetGroupFluentBuilder;
use aws_sdk_elasticloadbalancingv2::types::{
    TargetDescription, TargetGroup as SdkTargetGroup, TargetGroupAttribute,
};
use serde_json::{Value, json};
use windlass::aws::elasticloadbalancingv2::{
    TARGET_GROUP_ATTRIBUTES, TargetGroup, TargetGroupChange, TargetGroupResolved,
};

use super::tags::Tags;
use super::{attributes, errors, read, tags};
use crate::applied_tags;
use crate::prelude::*;
use crate::reads::Query as _;
use crate::tagging;

lives!(TargetGroup => TargetGroupLifecycle);

pub struct TargetGroupLifecycle;

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    Matcher;
    TargetDescription;
    TargetGroup => create_target_group | TargetGroup {
        "Name" shown as target_group_name;
        "Targets" later, not shown;
        "TargetGroupAttributes" later, not shown;
    }
}

impl Described for SdkTargetGroup {
    fn id(&self) -> Option<String> {
        self.target_group_arn.clone()
    }

    fn outputs(&self) -> Outputs {
        let arn = self.target_group_arn.as_deref();
        let full_name = arn.and_then(|arn| read::full_name(arn, ""));
        let name = self.target_group_name.clone();
        let balancers = self.load_balancer_arns.clone().unwrap_or_default();
        outputs([
            ("TargetGroupArn", arn.map(Value::from)),
            ("TargetGroupFullName", full_name.map(Value::from)),
            ("TargetGroupName", name.map(Value::from)),
            ("LoadBalancerArns", Some(Value::from(balancers))),
        ])
    }

    fn properties(&self) -> Block {
        self.block()
    }
}

impl Lifecycle for TargetGroupLifecycle {
    type Kind = TargetGroup;
    const DELETION: Deletion = Deletion::AtOnce;
    const IS_LISTED: bool = true;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn after_create(spec: &TargetGroupResolved) -> Vec<TargetGroupChange> {
        later::<_, CreateTargetGroupFluentBuilder>(spec)
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<read::TargetGroups>(subject.id.as_str());
        applied_tags::want(&subject.id, &subject.applied.tags, wants);
        if !subject.applied.target_group_attributes.is_empty() {
            wants.want::<read::TargetGroupAttributes>(subject.id.as_str());
        }
        if !subject.applied.targets.is_empty() {
            wants.want::<read::Targets>(subject.id.as_str());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(found) = answers.get::<read::TargetGroups>(&subject.id)? else {
            return Ok(None);
        };
        let targets = answers.get::<read::Targets>(&subject.id)?;
        let targets = targets.and_then(|targets| targets.shown());
        let properties = found.properties().set("Targets", targets);
        let written = answers.get::<read::TargetGroupAttributes>(&subject.id)?;
        let properties = attributes::observe(properties, "TargetGroupAttributes", written);
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: found.outputs(),
        }))
    }

    async fn create(cx: &Context, spec: &TargetGroupResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateTargetGroup";
        if cx.is_authored("Name") {
            tags::refuse_anothers(cx, OPERATION, named(cx, spec).await?).await?;
        }
        let call = spec.fill(cx.elbv2().create_target_group());
        let call = call.set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = call.send().await.named(OPERATION)?;
        made(answer.target_groups().first(), OPERATION)
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &TargetGroupResolved,
        changes: &[TargetGroupChange],
    ) -> Result<Outputs> {
        let mut request = cx
            .elbv2()
            .modify_target_group()
            .target_group_arn(&subject.id);
        let mut modifies = false;
        for change in changes {
            let health_check = match change {
                // The plan replaces a value that the author removed with AWS's default.
                TargetGroupChange::HealthCheckEnabled => {
                    request.set_health_check_enabled(to.health_check_enabled)
                }
                TargetGroupChange::HealthCheckProtocol => {
                    request.set_health_check_protocol(to.health_check_protocol.to_sdk())
                }
                TargetGroupChange::HealthCheckPort => {
                    request.set_health_check_port(to.health_check_port.to_sdk())
                }
                TargetGroupChange::HealthCheckPath => {
                    request.set_health_check_path(to.health_check_path.clone())
                }
                TargetGroupChange::HealthCheckIntervalSeconds => request
                    .set_health_check_interval_seconds(to.health_check_interval_seconds.to_sdk()),
                TargetGroupChange::HealthCheckTimeoutSeconds => request
                    .set_health_check_timeout_seconds(to.health_check_timeout_seconds.to_sdk()),
                TargetGroupChange::HealthyThresholdCount => {
                    request.set_healthy_threshold_count(to.healthy_threshold_count.to_sdk())
                }
                TargetGroupChange::UnhealthyThresholdCount => {
                    request.set_unhealthy_threshold_count(to.unhealthy_threshold_count.to_sdk())
                }
                TargetGroupChange::Matcher => request.set_matcher(to.matcher.to_sdk()),
                TargetGroupChange::Targets => {
                    register(cx, subject, to).await?;
                    continue;
                }
                TargetGroupChange::TargetGroupAttributes => {
                    set_attributes(cx, subject, to).await?;
                    continue;
                }
                TargetGroupChange::Tags => {
                    tagging::update::<Tags>(cx, &subject.id, &subject.applied.tags, &to.tags)
                        .await?;
                    continue;
                }
            };
            (request, modifies) = (health_check, true);
        }
        if modifies {
            request
                .send()
                .await
                .named("elasticloadbalancing:ModifyTargetGroup")?;
        }
        Ok(Outputs::new())
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let request = cx
            .elbv2()
            .delete_target_group()
            .target_group_arn(&subject.id);
        request
            .send()
            .await
            .named("elasticloadbalancing:DeleteTargetGroup")
            .map(drop)
    }

    async fn who_uses(cx: &Context, subject: &Subject<Self>) -> Result<Vec<String>> {
        let found = read::TargetGroups::fetch(cx, vec![subject.id.clone()]).await?;
        let balancers = found
            .into_iter()
            .flat_map(|(_, group)| group.load_balancer_arns);
        Ok(balancers.flatten().collect())
    }

    async fn find(cx: &Context, spec: &TargetGroupResolved, intent: &IntentId) -> Result<FoundOne> {
        tags::judge(cx, named(cx, spec).await?, intent).await
    }
}

/// The target group that has the name.
async fn named(cx: &Context, spec: &TargetGroupResolved) -> Result<Option<Made>> {
    let Some(name) = &spec.name else {
        return Ok(None);
    };
    let call = cx.elbv2().describe_target_groups().names(name);
    let groups = call.into_paginator().items().send().try_collect().await;
    let groups = groups
        .named("elasticloadbalancing:DescribeTargetGroups")
        .found()?;
    let mut groups = groups.iter().flatten();
    let named = groups.find(|group| group.target_group_name.as_ref() == Some(name));
    Ok(named.and_then(Made::of))
}

/// Deregisters recorded targets that the author no longer wants, and registers all wanted targets, because AWS may have lost one.
async fn register(
    cx: &Context,
    subject: &Subject<TargetGroupLifecycle>,
    to: &TargetGroupResolved,
) -> Result<()> {
    let wanted: Vec<TargetDescription> = to.targets.to_sdk().unwrap_or_default();
    let recorded: Vec<TargetDescription> = subject.applied.targets.to_sdk().unwrap_or_default();
    let recorded = recorded.into_iter();
    let gone: Vec<_> = recorded.filter(|target| !wanted.contains(target)).collect();
    if !gone.is_empty() {
        let request = cx
            .elbv2()
            .deregister_targets()
            .target_group_arn(&subject.id)
            .set_targets(Some(gone));
        request
            .send()
            .await
            .named("elasticloadbalancing:DeregisterTargets")?;
    }
    if !wanted.is_empty() {
        let request = cx
            .elbv2()
            .register_targets()
            .target_group_arn(&subject.id)
            .set_targets(Some(wanted));
        request
            .send()
            .await
            .named("elasticloadbalancing:RegisterTargets")?;
    }
    Ok(())
}

async fn set_attributes(
    cx: &Context,
    subject: &Subject<TargetGroupLifecycle>,
    to: &TargetGroupResolved,
) -> Result<()> {
    let spec: Value = json!({"TargetType": to.target_type, "Protocol": to.protocol});
    let from = subject
        .applied
        .target_group_attributes
        .iter()
        .map(|attribute| attribute.key.clone());
    let wanted = to
        .target_group_attributes
        .iter()
        .map(|attribute| (attribute.key.clone(), attribute.value.clone()));
    let pairs = attributes::to_send(TARGET_GROUP_ATTRIBUTES, &spec, from, wanted);
    if pairs.is_empty() {
        return Ok(());
    }
    let pairs = pairs.into_iter().map(|(key, value)| {
        TargetGroupAttribute::builder()
            .key(key)
            .value(value)
            .build()
    });
    let request = cx
        .elbv2()
        .modify_target_group_attributes()
        .target_group_arn(&subject.id)
        .set_attributes(Some(pairs.collect()));
    request
        .send()
        .await
        .named("elasticloadbalancing:ModifyTargetGroupAttributes")
        .map(drop)
}
