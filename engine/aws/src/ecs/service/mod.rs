//! The life cycle of `AWS::ECS::Service`.
//!
//! AWS returns Service Connect, volumes and VPC Lattice in the answer's primary deployment, not in the service itself. A draining service counts as
//! gone, although AWS reserves its name for a while: AWS then refuses to create the successor, with a code that means "not yet". Not here: whether a
//! deployment succeeds (`rollout`).

mod blocks;
mod deployment_blocks;
mod last_words;
mod rollout;
mod rollouts;
mod sent;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ecs::types::{
    CapacityProviderStrategyItem, DeploymentAlarms, DeploymentCircuitBreaker,
    DeploymentConfiguration, DeploymentController, DeploymentControllerType, PropagateTags,
    Service as SdkService, ServiceConnectConfiguration, ServiceField,
};
use windlass::aws::ecs::{
    DeploymentConfigurationResolved, LaunchResolved, LaunchType, SchedulingStrategy, Service,
    ServiceChange, ServiceResolved,
};
use windlass::schema::Wait;

use self::rollouts::Rollouts;
use self::sent::Sent;
use super::tags;
use crate::prelude::*;
use crate::services::shared;

lives!(Service => ServiceLifecycle);

pub struct ServiceLifecycle;

/// Services by cluster and ARN, in any state.
pub struct Services;

/// A cluster's name and a service's ARN or name.
pub type ServiceKey = (String, String);

impl Query for Services {
    type Key = ServiceKey;
    type Item = SdkService;
    /// How many services DescribeServices takes.
    const BATCH: usize = 10;

    fn groups(keys: BTreeSet<ServiceKey>) -> Vec<Vec<ServiceKey>> {
        by_cluster(keys, |key| &key.0)
    }

    async fn fetch(
        clients: &Clients,
        keys: Vec<ServiceKey>,
    ) -> Result<Vec<(ServiceKey, SdkService)>> {
        let services = describe(clients, &keys).await?;
        Ok(keys
            .into_iter()
            .filter_map(|key| Some((key.clone(), services.get(&key.1)?.clone())))
            .collect())
    }
}

/// Groups keys by cluster, because a call names one cluster.
fn by_cluster<K>(keys: BTreeSet<K>, cluster: impl Fn(&K) -> &String) -> Vec<Vec<K>> {
    let mut groups: BTreeMap<String, Vec<K>> = BTreeMap::new();
    for key in keys {
        groups.entry(cluster(&key).clone()).or_default().push(key);
    }
    groups.into_values().collect()
}

/// At most ten services of one cluster, by ARN and by name.
async fn describe(clients: &Clients, keys: &[ServiceKey]) -> Result<BTreeMap<String, SdkService>> {
    let Some((cluster, _)) = keys.first() else {
        return Ok(BTreeMap::new());
    };
    let call = clients
        .ecs()
        .describe_services()
        .cluster(cluster)
        .set_services(Some(
            keys.iter().map(|(_, service)| service.clone()).collect(),
        ))
        .include(ServiceField::Tags);
    // A cluster that is gone has no services.
    let answer = call.send().await.named("ecs:DescribeServices").found()?;
    let described = answer
        .and_then(|answer| answer.services)
        .unwrap_or_default();
    let mut services = BTreeMap::new();
    for service in described {
        for name in [&service.service_arn, &service.service_name]
            .into_iter()
            .flatten()
        {
            services.insert(name.clone(), service.clone());
        }
    }
    Ok(services)
}

fn key(subject: &Subject<ServiceLifecycle>) -> ServiceKey {
    (
        subject.applied.cluster.as_str().to_owned(),
        subject.id.clone(),
    )
}

fn rollout_key(subject: &Subject<ServiceLifecycle>) -> rollouts::Key {
    let task = subject.applied.task_definition.as_ref();
    rollouts::Key {
        cluster: subject.applied.cluster.as_str().to_owned(),
        service: subject.id.clone(),
        task_definition: task.map(|task| task.as_str().to_owned()),
        sent: Sent::recorded(&subject.outputs),
    }
}

impl Lifecycle for ServiceLifecycle {
    type Kind = Service;
    const DELETION: Deletion = Deletion::InBackground;
    /// Tasks take at least some seconds to start, so shorter pauses between polls would not help.
    const TIMING: Timing = Timing::USUAL
        .polled(600, 5_000)
        .limited_to(30)
        .taking(90, 60);
    const IS_LISTED: bool = true;
    const ENGINE_REPEATS: bool = true;
    const WORDINGS: &'static [Wording] = &[
        // ECS has one error code for everything that is wrong with a request, and no list of its messages. These are the messages that people have
        // reported. Creates and updates both return them.
        Wording::new(
            &["ecs:CreateService"],
            &["InvalidParameterException"],
            ErrorClass::NotYet,
        )
        .saying(&[
            // An earlier service of the same name is still draining. <https://github.com/spinnaker/spinnaker/issues/5476>
            "still Draining",
            // The first cluster of an account creates the service-linked role, which takes a moment to become visible.
            "service linked role",
        ]),
        Wording::new(
            &["ecs:CreateService", "ecs:UpdateService"],
            &["InvalidParameterException"],
            ErrorClass::NotYet,
        )
        .saying(&[
            // A listener or rule that was created a moment ago.
            "does not have an associated load balancer",
            // A capacity provider that is being attached. <https://github.com/dask/dask-cloudprovider/issues/328>
            "not associated with the cluster",
            // Roles that were created a moment ago.
            "Unable to assume",
            // An earlier service still has the Service Connect name. <https://github.com/aws/copilot-cli/issues/5431>
            "SC service is already used by",
        ]),
        // ECS passes on EC2's answer. For a resource that was created a moment ago, the engine waits; any other one does not exist.
        Wording::new(
            &["ecs:CreateService", "ecs:UpdateService"],
            &["InvalidParameterException"],
            ErrorClass::NotFound,
        )
        .saying(&["InvalidGroup.NotFound", "InvalidSubnetID.NotFound"]),
        // A revision that was registered a moment ago. <https://github.com/remind101/empire/issues/353>
        Wording::new(
            &["ecs:CreateService", "ecs:UpdateService"],
            &["ClientException"],
            ErrorClass::NotFound,
        )
        .saying(&["TaskDefinition not found"]),
        // Terraform retries this, too: `internal/service/ecs/service.go`.
        Wording::new(
            &["ecs:DeleteService"],
            &["InvalidParameterException"],
            ErrorClass::InUse,
        )
        .saying(&["while deployments are active"]),
        Wording::new(
            &["ecs:CreateService"],
            &["InvalidParameterException"],
            ErrorClass::AlreadyExists,
        )
        .saying(&["not idempotent", "already exists"]),
        Wording::new(
            &["ecs:DeleteService", "ecs:UpdateService"],
            &["ServiceNotActiveException"],
            ErrorClass::NotFound,
        ),
    ];

    fn bucket(_: Action) -> Option<Limit> {
        Some(shared("ECS service modify", 50, 5.0))
    }

    observed_by!(Services: key);

    async fn create(cx: &Context, spec: &ServiceResolved, intent: &IntentId) -> Result<Made> {
        const OPERATION: &str = "ecs:CreateService";
        let daemon = spec.scheduling_strategy == Some(SchedulingStrategy::Daemon);
        let count = spec.desired_count.to_sdk();
        let call = spec
            .fill(cx.ecs().create_service())
            .client_token(&intent.0)
            .set_desired_count(count.or((!daemon).then_some(1)))
            .set_tags(Some(tags::created(cx, &spec.tags, intent)));
        let answer = call.send().await.named(OPERATION)?;
        let service = answer.service.as_ref().and_then(begun);
        service.ok_or_else(|| incomplete(OPERATION, "service's ARN"))
    }

    async fn update(
        cx: &Context,
        subject: &Subject<Self>,
        to: &ServiceResolved,
        changes: &[ServiceChange],
    ) -> Result<Outputs> {
        let mut call = cx
            .ecs()
            .update_service()
            .cluster(to.cluster.as_str())
            .service(&subject.id);
        let (mut changed, mut forced) = (false, false);
        for change in changes {
            changed |= *change != ServiceChange::Tags;
            call = match change {
                ServiceChange::TaskDefinition => {
                    call.set_task_definition(to.task_definition.to_sdk())
                }
                ServiceChange::DesiredCount => call.set_desired_count(to.desired_count.to_sdk()),
                ServiceChange::Launch => match launch(subject.applied.launch.as_ref(), to) {
                    None => call,
                    // Without a forced deployment, AWS refuses a change to another strategy (pipe-cd/pipecd#6385), and a change back as well.
                    strategy => {
                        forced = true;
                        call.set_capacity_provider_strategy(strategy)
                    }
                },
                ServiceChange::PlatformVersion => call.set_platform_version(platform_version(to)),
                ServiceChange::NetworkConfiguration => {
                    call.set_network_configuration(to.network_configuration.to_sdk())
                }
                ServiceChange::LoadBalancers => {
                    call.set_load_balancers(Some(to.load_balancers.to_sdk().unwrap_or_default()))
                }
                ServiceChange::HealthCheckGracePeriodSeconds => {
                    let seconds = to.health_check_grace_period_seconds.to_sdk().unwrap_or(0);
                    call.health_check_grace_period_seconds(seconds)
                }
                ServiceChange::DeploymentConfiguration => {
                    let mut configuration = to.deployment_configuration.as_ref().and_then(whole);
                    let before = subject.applied.deployment_configuration.as_ref();
                    let hooked = before.is_some_and(|before| !before.lifecycle_hooks.is_empty());
                    // AWS keeps the hooks that an update leaves out.
                    if let Some(configuration) = configuration.as_mut().filter(|_| hooked) {
                        configuration.lifecycle_hooks.get_or_insert_default();
                    }
                    call.set_deployment_configuration(configuration)
                }
                ServiceChange::DeploymentController => {
                    let controller = to.deployment_controller.to_sdk();
                    call.deployment_controller(controller.unwrap_or_else(by_ecs))
                }
                ServiceChange::ForceNewDeployment => {
                    let force = to.force_new_deployment.as_ref();
                    forced |= force.is_some_and(|force| force.enable_force_new_deployment);
                    call
                }
                ServiceChange::ServiceConnectConfiguration => {
                    let off = || {
                        ServiceConnectConfiguration::builder()
                            .enabled(false)
                            .build()
                    };
                    let connect = to.service_connect_configuration.to_sdk();
                    call.service_connect_configuration(connect.unwrap_or_else(off))
                }
                ServiceChange::ServiceRegistries => call.set_service_registries(Some(
                    to.service_registries.to_sdk().unwrap_or_default(),
                )),
                ServiceChange::VolumeConfigurations => {
                    let volumes = to.volume_configurations.to_sdk();
                    call.set_volume_configurations(Some(volumes.unwrap_or_default()))
                }
                ServiceChange::VpcLatticeConfigurations => {
                    let lattice = to.vpc_lattice_configurations.to_sdk();
                    call.set_vpc_lattice_configurations(Some(lattice.unwrap_or_default()))
                }
                ServiceChange::GatewayConnectors => {
                    let connectors = to.gateway_connectors.to_sdk();
                    call.set_gateway_connectors(Some(connectors.unwrap_or_default()))
                }
                ServiceChange::Monitoring => call.set_monitoring(to.monitoring.to_sdk()),
                ServiceChange::PlacementConstraints => {
                    let constraints = to.placement_constraints.to_sdk();
                    call.set_placement_constraints(Some(constraints.unwrap_or_default()))
                }
                ServiceChange::PlacementStrategies => {
                    let strategies = to.placement_strategies.to_sdk();
                    call.set_placement_strategy(Some(strategies.unwrap_or_default()))
                }
                ServiceChange::AvailabilityZoneRebalancing => call
                    .set_availability_zone_rebalancing(to.availability_zone_rebalancing.to_sdk()),
                ServiceChange::EnableExecuteCommand => {
                    call.enable_execute_command(to.enable_execute_command.unwrap_or(false))
                }
                ServiceChange::EnableEcsManagedTags => {
                    call.enable_ecs_managed_tags(to.enable_ecs_managed_tags.unwrap_or(false))
                }
                ServiceChange::PropagateTags => {
                    let propagate = to.propagate_tags.to_sdk();
                    call.propagate_tags(propagate.unwrap_or(PropagateTags::None))
                }
                ServiceChange::Tags => {
                    tags::update(cx, &subject.id, &subject.applied.tags, &to.tags).await?;
                    call
                }
            };
        }
        // A later wait does not look at a count that an earlier call changed.
        let mut sent = Sent::recorded(&subject.outputs).map(|sent| sent.scaled(None, None));
        if changed {
            let call = call.set_force_new_deployment(forced.then_some(true));
            let answer = call.send().await.named("ecs:UpdateService")?;
            let scaled = changes.contains(&ServiceChange::DesiredCount);
            let from = subject.applied.desired_count.filter(|_| scaled).to_sdk();
            sent = answer.service.as_ref().and_then(Sent::of);
            sent = sent.map(|sent| sent.scaled(from, to.desired_count.to_sdk()));
        }
        Ok(outputs([(
            sent::OUTPUT,
            sent.and_then(|sent| sent.output()),
        )]))
    }

    async fn delete(cx: &Context, subject: &Subject<Self>) -> Result<()> {
        let call = cx
            .ecs()
            .delete_service()
            .cluster(subject.applied.cluster.as_str())
            .service(&subject.id)
            // Without `force`, AWS refuses to delete a service that has tasks. With or without it, AWS drains the tasks.
            .force(true);
        call.send().await.named("ecs:DeleteService").map(drop)
    }

    async fn find(cx: &Context, spec: &ServiceResolved, intent: &IntentId) -> Result<FoundOne> {
        let name = name(spec)?;
        let key = (spec.cluster.as_str().to_owned(), name.to_owned());
        let found = describe(cx, std::slice::from_ref(&key)).await?;
        let service = found.get(name).filter(|service| is_active(service));
        Ok(match service {
            None => FoundOne::Nothing {
                visible_within: tags::VISIBLE_WITHIN,
            },
            Some(service) => match begun(service) {
                Some(made) if tags::are_of(service.tags.as_deref(), intent) => FoundOne::Ours(made),
                _ => FoundOne::Foreign(format!("the service `{name}`")),
            },
        })
    }

    fn want_progress(subject: &Subject<Self>, until: Until, wants: &mut Wants) {
        if until == Until::Reaches(Wait::Stable) {
            wants.want::<Rollouts>(rollout_key(subject));
        } else {
            wants.want::<Services>(key(subject));
        }
    }

    fn progress(subject: &Subject<Self>, until: Until, answers: &Answers) -> Result<Progress> {
        if until == Until::Reaches(Wait::Stable) {
            let rollout = answers.get::<Rollouts>(&rollout_key(subject))?;
            return Ok(rollout::progress(rollout, &subject.applied));
        }
        let service = answers.get::<Services>(&key(subject))?;
        let status = service.and_then(|service| service.status.as_deref());
        Ok(match (until, service, status) {
            (Until::Gone, None, _) | (Until::Gone, _, Some("INACTIVE")) => reached(Outputs::new()),
            (Until::Gone, Some(service), _) => {
                let (running, pending_tasks) = (service.running_count, service.pending_count);
                pending(&format!("draining, {} tasks left", running + pending_tasks))
            }
            (Until::Reaches(_), Some(service), Some("ACTIVE")) => reached(service.outputs()),
            (Until::Reaches(_), None, _) => pending("not visible yet"),
            (Until::Reaches(_), Some(_), status) => {
                pending(&status.unwrap_or("no status").to_lowercase())
            }
        })
    }
}

/// A deployment configuration for an update. It switches off every member that the author leaves out, because AWS would keep the old value.
fn whole(configuration: &DeploymentConfigurationResolved) -> Option<DeploymentConfiguration> {
    let mut whole: DeploymentConfiguration = configuration.to_sdk()?;
    let breaker = DeploymentCircuitBreaker::builder()
        .enable(false)
        .rollback(false);
    whole
        .deployment_circuit_breaker
        .get_or_insert_with(|| breaker.build());
    if whole.alarms.is_none() {
        let none = DeploymentAlarms::builder()
            .set_alarm_names(Some(Vec::new()))
            .enable(false)
            .rollback(false);
        whole.alarms = Some(none.build().expect("every member is set"));
    }
    Some(whole)
}

/// The strategy that an update sends for another launch; `None` if the update sends no strategy.
///
/// An empty strategy returns a service to its launch type or to its cluster's default strategy
/// (<https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>). A change from one launch type to another cannot happen in place.
fn launch(
    from: Option<&LaunchResolved>,
    to: &ServiceResolved,
) -> Option<Vec<CapacityProviderStrategyItem>> {
    match (from, &to.launch) {
        (_, Some(LaunchResolved::CapacityProviderStrategy(strategy))) => {
            Some(strategy.to_sdk().unwrap_or_default())
        }
        (Some(LaunchResolved::CapacityProviderStrategy(_)), None) => Some(Vec::new()),
        (_, None | Some(LaunchResolved::LaunchType(_))) => None,
    }
}

/// The platform version of an update; AWS's default if the author names none. For services on instances AWS refuses a version: "The platform version
/// must be null when specifying an EC2 launch type."
fn platform_version(to: &ServiceResolved) -> Option<String> {
    let on_fargate = match &to.launch {
        None => true,
        Some(LaunchResolved::LaunchType(launch)) => *launch == LaunchType::Fargate,
        Some(LaunchResolved::CapacityProviderStrategy(items)) => {
            let mut names = items.iter().map(|item| item.capacity_provider.as_str());
            names.all(|name| matches!(name, "FARGATE" | "FARGATE_SPOT"))
        }
    };
    let latest = || on_fargate.then(|| "LATEST".to_owned());
    to.platform_version.clone().or_else(latest)
}

fn by_ecs() -> DeploymentController {
    let controller = DeploymentController::builder().r#type(DeploymentControllerType::Ecs);
    controller.build().expect("the type is set")
}

fn is_active(service: &SdkService) -> bool {
    service.status.as_deref() == Some("ACTIVE")
}

fn name(spec: &ServiceResolved) -> Result<&str> {
    let missing = || invalid("ecs:CreateService", "the service has no name");
    spec.service_name.as_deref().ok_or_else(missing)
}

impl Described for SdkService {
    fn id(&self) -> Option<String> {
        self.service_arn.clone()
    }

    fn outputs(&self) -> Outputs {
        service_outputs(self)
    }

    fn properties(&self) -> Block {
        self.block().tags("Tags", tags::pairs(self.tags.as_deref()))
    }

    fn stays(&self) -> bool {
        is_active(self)
    }
}

/// The result of a create. Unlike other answers, the answer to a create names the deployment that the call began.
fn begun(service: &SdkService) -> Option<Made> {
    let mut made = Made::of(service)?;
    let sent = Sent::of(service).and_then(|sent| sent.output());
    let sent = sent.map(|sent| (sent::OUTPUT.to_owned(), sent));
    made.outputs.extend(sent);
    Some(made)
}

fn service_outputs(service: &SdkService) -> Outputs {
    outputs([
        ("ServiceArn", service.service_arn.clone()),
        ("Name", service.service_name.clone()),
    ])
}
