//! The life cycle of `AWS::ElasticLoadBalancingV2::TargetGroup`.
//!
//! CreateTargetGroup carries neither attributes nor targets. Targets that somebody else registers, such as an ECS service, are left alone.

use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetDescription, TargetGroup as SdkTargetGroup, TargetGroupAttribute,
    TargetGroupIpAddressTypeEnum, TargetTypeEnum,
};
use serde_json::{Value, json};
use windlass::aws::elasticloadbalancingv2::{
    HealthCheckPort, MatcherCodesResolved, Protocol, TARGET_GROUP_ATTRIBUTES,
    TargetDescriptionResolved, TargetGroup, TargetGroupChange, TargetGroupResolved,
};
use windlass_engine::provider::{Deletion, Outputs};
use windlass_state::identity::IntentId;

use super::tags::Tags;
use super::{attributes, errors, read, tags};
use crate::applied_tags;
use crate::error::{Found, Named, Result, incomplete};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Block, Observed, outputs};
use crate::reads::{Answers, Query as _, Wants};
use crate::registry::lives;
use crate::tagging;
use crate::wording::Wording;

lives!(TargetGroup => TargetGroupLifecycle);

pub struct TargetGroupLifecycle;

impl Lifecycle for TargetGroupLifecycle {
    type Kind = TargetGroup;
    const DELETION: Deletion = Deletion::AtOnce;
    const WORDINGS: &'static [Wording] = errors::WORDINGS;

    fn after_create(spec: &TargetGroupResolved) -> Vec<TargetGroupChange> {
        let targets = (!spec.targets.is_empty()).then_some(TargetGroupChange::Targets);
        let written = !spec.target_group_attributes.is_empty();
        targets
            .into_iter()
            .chain(written.then_some(TargetGroupChange::TargetGroupAttributes))
            .collect()
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
        let matcher = found.matcher.as_ref().map(|matcher| {
            Block::new()
                .set("HttpCode", matcher.http_code.as_ref())
                .set("GrpcCode", matcher.grpc_code.as_ref())
        });
        let properties = Block::new()
            .set("Name", found.target_group_name.as_ref())
            .set(
                "TargetType",
                found.target_type.as_ref().map(TargetTypeEnum::as_str),
            )
            .set("VpcId", found.vpc_id.as_ref())
            .set(
                "Protocol",
                found.protocol.as_ref().map(ProtocolEnum::as_str),
            )
            .set("Port", found.port)
            .set("ProtocolVersion", found.protocol_version.as_ref())
            .set(
                "IpAddressType",
                found
                    .ip_address_type
                    .as_ref()
                    .map(TargetGroupIpAddressTypeEnum::as_str),
            )
            .set("TargetControlPort", found.target_control_port)
            .set("HealthCheckEnabled", found.health_check_enabled)
            .set(
                "HealthCheckProtocol",
                found
                    .health_check_protocol
                    .as_ref()
                    .map(ProtocolEnum::as_str),
            )
            .set("HealthCheckPort", found.health_check_port.as_ref())
            .set("HealthCheckPath", found.health_check_path.as_ref())
            .set(
                "HealthCheckIntervalSeconds",
                found.health_check_interval_seconds,
            )
            .set(
                "HealthCheckTimeoutSeconds",
                found.health_check_timeout_seconds,
            )
            .set("HealthyThresholdCount", found.healthy_threshold_count)
            .set("UnhealthyThresholdCount", found.unhealthy_threshold_count)
            .block("Matcher", matcher);
        let targets = answers.get::<read::Targets>(&subject.id)?;
        let properties = properties.list(
            "Targets",
            targets.into_iter().flatten().map(observed_target),
        );
        let written = answers.get::<read::TargetGroupAttributes>(&subject.id)?;
        let properties = attributes::observe(properties, "TargetGroupAttributes", written);
        let tags = &subject.applied.tags;
        Ok(Some(Observed {
            properties: applied_tags::observe(properties, &subject.id, tags, answers)?,
            outputs: outputs_of(found),
        }))
    }

    async fn create(cx: &Context, spec: &TargetGroupResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "elasticloadbalancing:CreateTargetGroup";
        if cx.is_authored("Name") {
            tags::refuse_anothers(cx, OPERATION, named(cx, spec).await?).await?;
        }
        let request = cx
            .elbv2()
            .create_target_group()
            .set_name(spec.name.clone())
            .target_type(TargetTypeEnum::from(spec.target_type.as_str()))
            .set_vpc_id(spec.vpc_id.as_ref().map(ToString::to_string))
            .set_protocol(spec.protocol.map(sdk_protocol))
            .set_port(spec.port.map(i32::from))
            .set_protocol_version(spec.protocol_version.map(|version| version.to_string()))
            .set_ip_address_type(
                spec.ip_address_type
                    .map(|of| TargetGroupIpAddressTypeEnum::from(of.as_str())),
            )
            .set_target_control_port(spec.target_control_port.map(i32::from))
            .set_health_check_enabled(spec.health_check_enabled)
            .set_health_check_protocol(spec.health_check_protocol.map(sdk_protocol))
            .set_health_check_port(spec.health_check_port.map(port_text))
            .set_health_check_path(spec.health_check_path.clone())
            .set_health_check_interval_seconds(spec.health_check_interval_seconds.map(int))
            .set_health_check_timeout_seconds(spec.health_check_timeout_seconds.map(int))
            .set_healthy_threshold_count(spec.healthy_threshold_count.map(int))
            .set_unhealthy_threshold_count(spec.unhealthy_threshold_count.map(int))
            .set_matcher(sdk_matcher(spec))
            .set_tags(tags::for_create(cx, &spec.tags, intent));
        let answer = request.send().await.named(OPERATION)?;
        let made = answer
            .target_groups
            .unwrap_or_default()
            .first()
            .and_then(made);
        made.ok_or_else(|| incomplete(OPERATION, "target group ARN"))
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
                // The plan puts AWS's default in the place of what the author took out.
                TargetGroupChange::HealthCheckEnabled => {
                    request.set_health_check_enabled(to.health_check_enabled)
                }
                TargetGroupChange::HealthCheckProtocol => {
                    request.set_health_check_protocol(to.health_check_protocol.map(sdk_protocol))
                }
                TargetGroupChange::HealthCheckPort => {
                    request.set_health_check_port(to.health_check_port.map(port_text))
                }
                TargetGroupChange::HealthCheckPath => {
                    request.set_health_check_path(to.health_check_path.clone())
                }
                TargetGroupChange::HealthCheckIntervalSeconds => request
                    .set_health_check_interval_seconds(to.health_check_interval_seconds.map(int)),
                TargetGroupChange::HealthCheckTimeoutSeconds => request
                    .set_health_check_timeout_seconds(to.health_check_timeout_seconds.map(int)),
                TargetGroupChange::HealthyThresholdCount => {
                    request.set_healthy_threshold_count(to.healthy_threshold_count.map(int))
                }
                TargetGroupChange::UnhealthyThresholdCount => {
                    request.set_unhealthy_threshold_count(to.unhealthy_threshold_count.map(int))
                }
                TargetGroupChange::Matcher => request.set_matcher(sdk_matcher(to)),
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

/// What stands under the name.
async fn named(cx: &Context, spec: &TargetGroupResolved) -> Result<Option<Made>> {
    let Some(name) = &spec.name else {
        return Ok(None);
    };
    let request = cx.elbv2().describe_target_groups().names(name);
    let mut pages = request.into_paginator().items().send();
    while let Some(found) = pages.next().await {
        let found = found.named("elasticloadbalancing:DescribeTargetGroups");
        match found.found()? {
            Some(found) if found.target_group_name.as_ref() == Some(name) => {
                return Ok(made(&found));
            }
            Some(_) => {}
            None => break,
        }
    }
    Ok(None)
}

/// Deregisters the recorded targets that are not wanted any more, and registers all that are: AWS may have lost one.
async fn register(
    cx: &Context,
    subject: &Subject<TargetGroupLifecycle>,
    to: &TargetGroupResolved,
) -> Result<()> {
    let wanted: Vec<_> = to.targets.iter().map(sdk_target).collect();
    let recorded = subject.applied.targets.iter().map(sdk_target);
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

pub(super) fn sdk_protocol(protocol: Protocol) -> ProtocolEnum {
    ProtocolEnum::from(protocol.as_str())
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn port_text(port: HealthCheckPort) -> String {
    match port {
        HealthCheckPort::Traffic => "traffic-port".to_owned(),
        HealthCheckPort::Port(port) => port.to_string(),
    }
}

fn sdk_matcher(spec: &TargetGroupResolved) -> Option<Matcher> {
    let matcher = Matcher::builder();
    spec.matcher.as_ref().map(|wanted| match &wanted.codes {
        MatcherCodesResolved::HttpCode(codes) => matcher.http_code(codes).build(),
        MatcherCodesResolved::GrpcCode(codes) => matcher.grpc_code(codes).build(),
    })
}

fn sdk_target(target: &TargetDescriptionResolved) -> TargetDescription {
    TargetDescription::builder()
        .id(&target.id)
        .set_port(target.port.map(i32::from))
        .set_availability_zone(target.availability_zone.clone())
        .set_quic_server_id(target.quic_server_id.clone())
        .build()
}

fn observed_target(target: &TargetDescription) -> Block {
    Block::new()
        .set("Id", target.id.as_ref())
        .set("Port", target.port)
        .set("AvailabilityZone", target.availability_zone.as_ref())
        .set("QuicServerId", target.quic_server_id.as_ref())
}

fn made(found: &SdkTargetGroup) -> Option<Made> {
    Some(Made {
        id: found.target_group_arn.clone()?,
        outputs: outputs_of(found),
    })
}

fn outputs_of(found: &SdkTargetGroup) -> Outputs {
    let full_name = found
        .target_group_arn
        .as_deref()
        .and_then(|arn| read::full_name(arn, ""));
    let balancers = found.load_balancer_arns.clone().unwrap_or_default();
    outputs([
        (
            "TargetGroupArn",
            found.target_group_arn.clone().map(Value::from),
        ),
        ("TargetGroupFullName", full_name.map(Value::from)),
        (
            "TargetGroupName",
            found.target_group_name.clone().map(Value::from),
        ),
        ("LoadBalancerArns", Some(Value::from(balancers))),
    ])
}
