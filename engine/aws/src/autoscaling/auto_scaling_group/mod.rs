//! The life cycle of `AWS::AutoScaling::AutoScalingGroup`. Metrics and notifications have calls of their own, so they follow the create.
//!
//! A group is known by its name. Removal scales it to zero, so that its hooks run, and is refused by AWS until it is empty; the caller sends
//! it again. With `ForceDelete`, or where instances are protected from scale-in, one call ends the group and its instances.

mod attached;
mod capacity;
mod launch;
mod launches;
mod leaving;
mod reads;

use aws_sdk_autoscaling::operation::update_auto_scaling_group::builders::UpdateAutoScalingGroupFluentBuilder;
use aws_sdk_autoscaling::types::DeletionProtection;
use serde_json::Value;
use windlass::aws::autoscaling::auto_scaling_group::launch::LaunchResolved;
use windlass::aws::autoscaling::{
    AutoScalingGroup, AutoScalingGroupChange, AutoScalingGroupResolved,
};
use windlass::schema::Wait;
use windlass_engine::provider::{
    Deletion, ErrorClass, Failure, Outputs, Progress, ProviderError, Until,
};
use windlass_state::identity::{INTENT_TAG, IntentId};

use self::launches::{Launch, Launching, Obstacle};
use self::reads::{Groups, Hooks, Notifications, group_outputs, observed};
use crate::error::{Named, Result, incomplete, invalid};
use crate::lifecycle::{Context, FoundOne, Lifecycle, Made, Subject};
use crate::observed::{Observed, outputs};
use crate::reads::{Answers, Wants};
use crate::registry::lives;
use crate::wording::Wording;

lives!(AutoScalingGroup => AutoScalingGroupLifecycle);

pub struct AutoScalingGroupLifecycle;

/// The output that says when the newest activity from before the last change began. No author can refer to it.
const BEFORE: &str = "LastActivity";

/// How long after a create a group may still be hidden, in seconds.
const VISIBLE_WITHIN: u64 = 60;

impl Lifecycle for AutoScalingGroupLifecycle {
    type Kind = AutoScalingGroup;
    const DELETION: Deletion = Deletion::InBackground;
    const WORDINGS: &'static [Wording] = &[
        Wording::new(&[], &["ResourceContention"], ErrorClass::NotYet),
        // Auto Scaling has no code of its own for a group that does not exist: "AutoScalingGroup name not found - …". That a target
        // group is not found is said in much the same words, and is something else.
        Wording::new(&[], &["ValidationError"], ErrorClass::NotFound)
            .saying(&["AutoScalingGroup name not found"]),
        // Subnets and launch templates that were made a moment ago, among others. <https://github.com/hashicorp/terraform/issues/471>
        Wording::new(
            &[
                "autoscaling:CreateAutoScalingGroup",
                "autoscaling:UpdateAutoScalingGroup",
            ],
            &["ValidationError"],
            ErrorClass::NotFound,
        )
        .saying(&["The subnet ID '", "launch template, with template ID"]),
        // A profile that was made a moment ago. <https://github.com/hashicorp/terraform-provider-aws/issues/5217>
        Wording::new(&[], &["ValidationError"], ErrorClass::NotYet).saying(&[
            "Invalid IAM Instance Profile",
            // The role of a lifecycle hook that was made a moment ago: Terraform tries for five minutes (`lifecycle_hook.go`).
            "Unable to publish test message to notification target",
            // The service-linked role is made by the first group of an account. <https://github.com/pelias/kubernetes/issues/32>
            "Access denied when attempting to assume role",
        ]),
    ];

    fn after_create(spec: &AutoScalingGroupResolved) -> Vec<AutoScalingGroupChange> {
        let metrics = (!spec.metrics_collection.is_empty())
            .then_some(AutoScalingGroupChange::MetricsCollection);
        let notifications = (!spec.notification_configurations.is_empty())
            .then_some(AutoScalingGroupChange::NotificationConfigurations);
        metrics.into_iter().chain(notifications).collect()
    }

    fn want(subject: &Subject<Self>, wants: &mut Wants) {
        wants.want::<Groups>(subject.id.clone());
        if !subject.applied.lifecycle_hook_specification_list.is_empty() {
            wants.want::<Hooks>(subject.id.clone());
        }
        if !subject.applied.notification_configurations.is_empty() {
            wants.want::<Notifications>(subject.id.clone());
        }
    }

    fn observe(subject: &Subject<Self>, answers: &Answers) -> Result<Option<Observed>> {
        let Some(group) = answers.get::<Groups>(&subject.id)? else {
            return Ok(None);
        };
        // AWS gives a status only while it deletes the group.
        if group.status.is_some() {
            return Ok(None);
        }
        let hooks = answers.get::<Hooks>(&subject.id)?;
        let notifications = answers.get::<Notifications>(&subject.id)?;
        Ok(Some(observed(
            group,
            hooks.map_or(&[], Vec::as_slice),
            notifications.map_or(&[], Vec::as_slice),
        )))
    }

    async fn create(
        cx: &Context,
        spec: &AutoScalingGroupResolved,
        intent: &IntentId,
    ) -> Result<Made> {
        const OPERATION: &str = "autoscaling:CreateAutoScalingGroup";
        let name = spec
            .auto_scaling_group_name
            .as_deref()
            .ok_or_else(|| incomplete(OPERATION, "name in its spec"))?;
        create(cx, spec, name, intent)
            .send()
            .await
            .named(OPERATION)?;
        Ok(Made {
            id: name.to_owned(),
            outputs: outputs([("AutoScalingGroupName", Some(name.to_owned()))]),
        })
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &AutoScalingGroupResolved,
        changes: &[AutoScalingGroupChange],
    ) -> Result<Outputs> {
        let (from, group) = (&subject.applied, subject.id.as_str());
        let mut call = cx
            .autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(group);
        let mut updates = false;
        for change in changes {
            if attach(cx, group, from, to, *change).await? {
                continue;
            }
            updates = true;
            call = with(call, to, *change)?;
        }
        if !updates {
            return Ok(Outputs::new());
        }
        let before = launches::newest(cx, group).await;
        call.send()
            .await
            .named("autoscaling:UpdateAutoScalingGroup")?;
        Ok(outputs([(BEFORE, before)]))
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let applied = &subject.applied;
        let force = applied.force_delete == Some(true)
            || applied.new_instances_protected_from_scale_in == Some(true);
        let answer = remove(cx, &subject.id, force).await;
        let is_held = |error: &ProviderError| error.class == ErrorClass::InUse;
        // Where this fails, because an instance has ended meanwhile for example, the next attempt looks again.
        if answer.as_ref().err().is_some_and(is_held)
            && let Err(error) = leaving::let_go(cx, &subject.id).await
            && error.class == ErrorClass::Denied
        {
            return Err(error);
        }
        answer
    }

    async fn find(
        cx: &Context,
        spec: &AutoScalingGroupResolved,
        intent: &IntentId,
    ) -> Result<FoundOne> {
        let groups = cx
            .autoscaling()
            .describe_auto_scaling_groups()
            .set_auto_scaling_group_names(
                spec.auto_scaling_group_name.clone().map(|name| vec![name]),
            )
            .into_paginator()
            .items()
            .send()
            .try_collect()
            .await
            .named("autoscaling:DescribeAutoScalingGroups")?;
        let Some(group) = groups
            .iter()
            .find(|group| group.auto_scaling_group_name == spec.auto_scaling_group_name)
        else {
            return Ok(FoundOne::Nothing {
                visible_within: VISIBLE_WITHIN,
            });
        };
        let name = group.auto_scaling_group_name().unwrap_or_default();
        let ours = group
            .tags()
            .iter()
            .any(|tag| tag.key() == Some(INTENT_TAG) && tag.value() == Some(&intent.0));
        Ok(if ours {
            FoundOne::Ours(Made {
                id: name.to_owned(),
                outputs: group_outputs(group),
            })
        } else {
            FoundOne::Foreign(format!("an Auto Scaling group has the name `{name}`"))
        })
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        if until == Until::Reaches(Wait::Stable) {
            wants.want::<Launching>(subject.id.clone());
        } else {
            wants.want::<Groups>(subject.id.clone());
        }
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        let pending = |status: String| Progress::Pending {
            status,
            events: Vec::new(),
        };
        if until == Until::Reaches(Wait::Stable) {
            let launch = answers.get::<Launching>(&subject.id)?;
            return Ok(launch.map_or_else(
                || pending("not visible yet".to_owned()),
                |launch| launching(launch, subject.outputs.get(BEFORE).and_then(Value::as_i64)),
            ));
        }
        let group = answers.get::<Groups>(&subject.id)?;
        Ok(match (until, group) {
            (Until::Gone, None) => Progress::Reached {
                outputs: Outputs::new(),
            },
            (Until::Gone, Some(group)) => {
                pending(format!("{} instances are ending", group.instances().len()))
            }
            (Until::Reaches(_), None) => pending("not visible yet".to_owned()),
            (Until::Reaches(_), Some(group)) => Progress::Reached {
                outputs: group_outputs(group),
            },
        })
    }
}

/// How far a group is from having all its instances in service.
fn launching(launch: &Launch, before: Option<i64>) -> Progress {
    let (running, wanted) = reads::in_service(&launch.group);
    if running >= wanted {
        return Progress::Reached {
            outputs: group_outputs(&launch.group),
        };
    }
    let status = format!("{running}/{wanted} in service");
    let status = match launch.obstacle(before) {
        Some(Obstacle::Final(why)) => {
            let help = "AWS tries again by itself: once the cause is gone, run the same again";
            return Progress::Failed(Failure {
                summary: format!("the group cannot launch instances, {status}"),
                details: vec![
                    ("cause".to_owned(), why),
                    ("help".to_owned(), help.to_owned()),
                ],
                rolled_back: false,
            });
        }
        Some(Obstacle::Passing(why)) => format!("{status}; the last launch failed: {why}"),
        None => status,
    };
    Progress::Pending {
        status,
        events: Vec::new(),
    }
}

/// Begins the removal: by scaling to zero, which AWS refuses to end while there are instances, or by force.
async fn remove(cx: &Context, group: &str, force: bool) -> Result<()> {
    if !force {
        cx.autoscaling()
            .update_auto_scaling_group()
            .auto_scaling_group_name(group)
            .min_size(0)
            .max_size(0)
            .desired_capacity(0)
            .send()
            .await
            .named("autoscaling:UpdateAutoScalingGroup")?;
    }
    cx.autoscaling()
        .delete_auto_scaling_group()
        .auto_scaling_group_name(group)
        .set_force_delete(force.then_some(true))
        .send()
        .await
        .named("autoscaling:DeleteAutoScalingGroup")
        .map(drop)
}

/// A change that has calls of its own; `false` where UpdateAutoScalingGroup carries it.
async fn attach(
    cx: &Context,
    group: &str,
    from: &AutoScalingGroupResolved,
    to: &AutoScalingGroupResolved,
    change: AutoScalingGroupChange,
) -> Result<bool> {
    use AutoScalingGroupChange as Change;
    match change {
        Change::LifecycleHookSpecificationList => {
            let (from, to) = (
                &from.lifecycle_hook_specification_list,
                &to.lifecycle_hook_specification_list,
            );
            attached::hooks(cx, group, from, to).await?;
        }
        Change::NotificationConfigurations => {
            let (from, to) = (
                &from.notification_configurations,
                &to.notification_configurations,
            );
            attached::notifications(cx, group, from, to).await?;
        }
        Change::MetricsCollection => {
            let (from, to) = (&from.metrics_collection, &to.metrics_collection);
            attached::metrics(cx, group, from, to).await?;
        }
        Change::LoadBalancerNames => {
            let (from, to) = (&from.load_balancer_names, &to.load_balancer_names);
            attached::load_balancers(cx, group, from, to).await?;
        }
        Change::TargetGroupArns => {
            let (from, to) = (target_groups(from), target_groups(to));
            attached::target_groups(cx, group, &from, &to).await?;
        }
        Change::TrafficSources => {
            attached::traffic_sources(cx, group, &from.traffic_sources, &to.traffic_sources)
                .await?;
        }
        Change::Tags => {
            attached::tags(cx, group, from.tags.as_ref(), to.tags.as_ref()).await?;
        }
        // It says how the engine deletes; AWS does not know it.
        Change::ForceDelete => {}
        _ => return Ok(false),
    }
    Ok(true)
}

fn target_groups(spec: &AutoScalingGroupResolved) -> Vec<String> {
    spec.target_group_arns
        .iter()
        .map(|arn| arn.as_str().to_owned())
        .collect()
}

fn texts<T: ToString>(list: &[T]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.iter().map(ToString::to_string).collect())
}

/// The call with one change. What the author removed goes back to AWS's default.
fn with(
    call: UpdateAutoScalingGroupFluentBuilder,
    to: &AutoScalingGroupResolved,
    change: AutoScalingGroupChange,
) -> Result<UpdateAutoScalingGroupFluentBuilder> {
    use AutoScalingGroupChange as Change;
    Ok(match change {
        Change::Launch => match &to.launch {
            LaunchResolved::LaunchTemplate(spec) => call.launch_template(launch::template(spec)),
            LaunchResolved::MixedInstancesPolicy(spec) => {
                call.mixed_instances_policy(launch::mixed(spec))
            }
            LaunchResolved::LaunchConfigurationName(name) => call.launch_configuration_name(name),
            LaunchResolved::InstanceId(_) => {
                return Err(invalid(
                    "autoscaling:UpdateAutoScalingGroup",
                    "a group cannot be made from an instance afterwards",
                ));
            }
        },
        Change::MinSize => call.min_size(to.min_size),
        Change::MaxSize => call.max_size(to.max_size),
        Change::DesiredCapacity => call.set_desired_capacity(to.desired_capacity),
        Change::DesiredCapacityType => call.desired_capacity_type(
            to.desired_capacity_type
                .map_or("units", |word| word.as_str()),
        ),
        Change::VpcZoneIdentifier => {
            call.set_vpc_zone_identifier(texts(&to.vpc_zone_identifier).map(|ids| ids.join(",")))
        }
        Change::AvailabilityZones => call.set_availability_zones(texts(&to.availability_zones)),
        Change::AvailabilityZoneIds => {
            call.set_availability_zone_ids(texts(&to.availability_zone_ids))
        }
        Change::AvailabilityZoneDistribution => {
            let spec = to.availability_zone_distribution.as_ref();
            call.availability_zone_distribution(capacity::distribution(spec))
        }
        Change::AvailabilityZoneImpairmentPolicy => {
            let spec = to.availability_zone_impairment_policy.as_ref();
            call.availability_zone_impairment_policy(capacity::impairment(spec))
                .set_skip_zonal_shift_validation(to.skip_zonal_shift_validation)
        }
        Change::SkipZonalShiftValidation => {
            call.set_skip_zonal_shift_validation(to.skip_zonal_shift_validation)
        }
        Change::CapacityRebalance => {
            call.capacity_rebalance(to.capacity_rebalance.unwrap_or(false))
        }
        Change::CapacityReservationSpecification => {
            let spec = to.capacity_reservation_specification.as_ref();
            call.capacity_reservation_specification(capacity::reservation(spec))
        }
        Change::Context => call.set_context(to.context.clone()),
        Change::Cooldown => call.default_cooldown(to.cooldown.unwrap_or(300)),
        Change::DefaultInstanceWarmup => {
            call.default_instance_warmup(to.default_instance_warmup.unwrap_or(-1))
        }
        Change::DeletionProtection => call.deletion_protection(
            to.deletion_protection
                .map_or(DeletionProtection::None, |word| {
                    DeletionProtection::from(word.as_str())
                }),
        ),
        Change::HealthCheckGracePeriod => {
            call.health_check_grace_period(to.health_check_grace_period.unwrap_or(0))
        }
        Change::HealthCheckType => call.health_check_type(
            to.health_check_type
                .as_ref()
                .map_or_else(|| "EC2".to_owned(), ToString::to_string),
        ),
        Change::InstanceLifecyclePolicy => {
            let spec = to.instance_lifecycle_policy.as_ref();
            call.instance_lifecycle_policy(capacity::lifecycle(spec))
        }
        Change::InstanceMaintenancePolicy => {
            let spec = to.instance_maintenance_policy.as_ref();
            call.instance_maintenance_policy(capacity::maintenance(spec))
        }
        Change::MaxInstanceLifetime => {
            call.max_instance_lifetime(to.max_instance_lifetime.unwrap_or(0))
        }
        Change::NewInstancesProtectedFromScaleIn => call.new_instances_protected_from_scale_in(
            to.new_instances_protected_from_scale_in.unwrap_or(false),
        ),
        Change::PlacementGroup => {
            call.placement_group(to.placement_group.clone().unwrap_or_default())
        }
        Change::ServiceLinkedRoleArn => call.set_service_linked_role_arn(
            to.service_linked_role_arn
                .as_ref()
                .map(|arn| arn.as_str().to_owned()),
        ),
        Change::TerminationPolicies => call.set_termination_policies(Some(
            texts(&to.termination_policies).unwrap_or_else(|| vec!["Default".to_owned()]),
        )),
        Change::ForceDelete
        | Change::LifecycleHookSpecificationList
        | Change::LoadBalancerNames
        | Change::MetricsCollection
        | Change::NotificationConfigurations
        | Change::TargetGroupArns
        | Change::TrafficSources
        | Change::Tags => call,
    })
}

/// The create call.
fn create(
    cx: &Context,
    spec: &AutoScalingGroupResolved,
    name: &str,
    intent: &IntentId,
) -> aws_sdk_autoscaling::operation::create_auto_scaling_group::builders::CreateAutoScalingGroupFluentBuilder
{
    let hooks = &spec.lifecycle_hook_specification_list;
    let sources = &spec.traffic_sources;
    let call = cx
        .autoscaling()
        .create_auto_scaling_group()
        .auto_scaling_group_name(name)
        .min_size(spec.min_size)
        .max_size(spec.max_size)
        .set_desired_capacity(spec.desired_capacity)
        .set_desired_capacity_type(spec.desired_capacity_type.map(|word| word.to_string()))
        .set_vpc_zone_identifier(texts(&spec.vpc_zone_identifier).map(|ids| ids.join(",")))
        .set_availability_zones(texts(&spec.availability_zones))
        .set_availability_zone_ids(texts(&spec.availability_zone_ids))
        .set_skip_zonal_shift_validation(spec.skip_zonal_shift_validation)
        .set_capacity_rebalance(spec.capacity_rebalance)
        .set_context(spec.context.clone())
        .set_default_cooldown(spec.cooldown)
        .set_default_instance_warmup(spec.default_instance_warmup)
        .set_deletion_protection(
            spec.deletion_protection
                .map(|word| DeletionProtection::from(word.as_str())),
        )
        .set_health_check_grace_period(spec.health_check_grace_period)
        .set_health_check_type(spec.health_check_type.as_ref().map(ToString::to_string))
        .set_lifecycle_hook_specification_list(
            (!hooks.is_empty()).then(|| hooks.iter().map(attached::hook).collect()),
        )
        .set_load_balancer_names(texts(&spec.load_balancer_names))
        .set_max_instance_lifetime(spec.max_instance_lifetime)
        .set_new_instances_protected_from_scale_in(spec.new_instances_protected_from_scale_in)
        .set_placement_group(spec.placement_group.clone())
        .set_service_linked_role_arn(
            spec.service_linked_role_arn
                .as_ref()
                .map(|arn| arn.as_str().to_owned()),
        )
        .set_target_group_arns(texts(&target_groups(spec)))
        .set_termination_policies(texts(&spec.termination_policies))
        .set_traffic_sources(
            (!sources.is_empty()).then(|| sources.iter().map(attached::traffic_source).collect()),
        )
        .set_tags(Some(attached::creation_tags(
            cx,
            name,
            spec.tags.as_ref(),
            intent,
        )));
    let zones = spec.availability_zone_distribution.as_ref();
    let impairment = spec.availability_zone_impairment_policy.as_ref();
    let reservation = spec.capacity_reservation_specification.as_ref();
    let lifecycle = spec.instance_lifecycle_policy.as_ref();
    let maintenance = spec.instance_maintenance_policy.as_ref();
    let call = call
        .set_availability_zone_distribution(zones.map(|_| capacity::distribution(zones)))
        .set_availability_zone_impairment_policy(
            impairment.map(|_| capacity::impairment(impairment)),
        )
        .set_capacity_reservation_specification(
            reservation.map(|_| capacity::reservation(reservation)),
        )
        .set_instance_lifecycle_policy(lifecycle.map(|_| capacity::lifecycle(lifecycle)))
        .set_instance_maintenance_policy(maintenance.map(|_| capacity::maintenance(maintenance)));
    match &spec.launch {
        LaunchResolved::LaunchTemplate(spec) => call.launch_template(launch::template(spec)),
        LaunchResolved::MixedInstancesPolicy(spec) => {
            call.mixed_instances_policy(launch::mixed(spec))
        }
        LaunchResolved::LaunchConfigurationName(name) => call.launch_configuration_name(name),
        LaunchResolved::InstanceId(id) => call.instance_id(id.as_str()),
    }
}
