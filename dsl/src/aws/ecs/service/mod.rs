//! `AWS::ECS::Service`: a number of tasks of one task definition, which ECS keeps running and replaces by new ones.
//!
//! What surprises people: `UpdateService` answers at once, and only later shows whether the deployment succeeded: a circuit breaker may have gone back
//! to the old revision. If an auto scaler exists, the desired count belongs to it, so a service that does not state the count starts with one task and
//! keeps the count that it has after that. A launch type never becomes another one. AWS does not delete a service with running tasks without force. A
//! deleted service drains for a while, and its name is taken during that time.
//!
//! Not here: the number of tasks over time, which is `AWS::ApplicationAutoScaling::ScalableTarget`, and task sets. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html>

mod check;
mod deployment;
mod gateway_connector;
mod launch;
mod monitoring;
mod network;
mod samples;
mod service_connect;
mod volume_configuration;

pub use deployment::{
    CanaryConfiguration, CanaryConfigurationResolved, CircuitBreakerThreshold,
    CircuitBreakerThresholdResolved, DeploymentAlarms, DeploymentAlarmsResolved,
    DeploymentCircuitBreaker, DeploymentCircuitBreakerResolved, DeploymentConfiguration,
    DeploymentConfigurationResolved, DeploymentController, DeploymentControllerResolved,
    DeploymentControllerType, DeploymentLifecycleHook, DeploymentLifecycleHookResolved,
    DeploymentStrategy, EarlySuccessCriteria, EarlySuccessCriteriaResolved, ForceNewDeployment,
    ForceNewDeploymentResolved, LifecycleHookTarget, LifecycleHookTimeout,
    LifecycleHookTimeoutAction, LifecycleHookTimeoutResolved, LifecycleStage, LinearConfiguration,
    LinearConfigurationResolved, SourceRevisionCleanup, ThresholdType,
};
pub use gateway_connector::{
    GatewayAccessType, GatewayConnector, GatewayConnectorFilters, GatewayConnectorFiltersResolved,
    GatewayConnectorHealthCheck, GatewayConnectorHealthCheckMatcher,
    GatewayConnectorHealthCheckMatcherResolved, GatewayConnectorHealthCheckResolved,
    GatewayConnectorResolved, GatewayHealthCheckProtocol,
};
pub use launch::{Launch, LaunchResolved, LaunchType};
pub use monitoring::{
    ServiceMetricConfiguration, ServiceMetricConfigurationResolved, ServiceMetricName,
    ServiceMonitoring, ServiceMonitoringResolved,
};
pub use network::{
    AdvancedConfiguration, AdvancedConfigurationResolved, AnyNetwork, AssignPublicIp, AwsVpc,
    AwsvpcConfiguration, AwsvpcConfigurationResolved, Balancer, BalancerResolved,
    NetworkConfiguration, NetworkConfigurationResolved, OnInstances, ServiceLoadBalancer,
    ServiceLoadBalancerResolved, ServiceNetwork, TargetGroupFor, VpcLatticeAdvancedConfiguration,
    VpcLatticeAdvancedConfigurationResolved, VpcLatticeConfiguration,
    VpcLatticeConfigurationResolved,
};
pub use service_connect::{
    AccessLogConfiguration, AccessLogConfigurationResolved, AccessLogFormat,
    IncludeQueryParameters, IssuerCertificateAuthority, IssuerCertificateAuthorityResolved,
    ServiceConnectClientAlias, ServiceConnectClientAliasResolved, ServiceConnectConfiguration,
    ServiceConnectConfigurationResolved, ServiceConnectContainerConfiguration,
    ServiceConnectContainerConfigurationResolved, ServiceConnectLogLevel, ServiceConnectService,
    ServiceConnectServiceResolved, ServiceConnectTimeout, ServiceConnectTimeoutResolved,
    ServiceConnectTls, ServiceConnectTlsResolved, TestTrafficHeader, TestTrafficHeaderResolved,
    TestTrafficHeaderValue, TestTrafficHeaderValueResolved, TestTrafficRules,
    TestTrafficRulesResolved,
};
pub use volume_configuration::{
    EbsResourceType, EbsTagSpecification, EbsTagSpecificationResolved, EbsVolumeType,
    FilesystemType, ManagedEbsVolume, ManagedEbsVolumeResolved, ServiceVolumeConfiguration,
    ServiceVolumeConfigurationResolved,
};

use std::marker::PhantomData;

use windlass_derive::{Block, Resource};

use super::{ClusterName, ExposedPort, ServiceArn, ServiceName, TaskDefinitionArn};
use crate::aws::elasticloadbalancingv2::keep_traffic;
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::aws::servicediscovery;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// Whether ECS rebalances tasks over availability zones when they have become uneven.
    pub enum AvailabilityZoneRebalancing {
        /// ECS rebalances.
        Enabled = "ENABLED",
        /// ECS does not rebalance.
        Disabled = "DISABLED",
    }
    /// How ECS determines the number of tasks.
    pub enum SchedulingStrategy {
        /// ECS runs the desired count.
        Replica = "REPLICA",
        /// ECS runs one task on each instance.
        Daemon = "DAEMON",
    }
    /// The source of the tags of tasks.
    pub enum PropagateTags {
        /// The service's tags.
        Service = "SERVICE",
        /// The task definition's tags.
        TaskDefinition = "TASK_DEFINITION",
        /// No tags.
        None = "NONE",
    }
    /// Where tasks may be placed.
    pub enum PlacementConstraintType {
        /// Each task on a different instance.
        DistinctInstance = "distinctInstance",
        /// On instances that an expression describes.
        MemberOf = "memberOf",
    }
    /// How ECS distributes tasks over instances.
    pub enum PlacementStrategyType {
        /// Evenly over the values of a field.
        Spread = "spread",
        /// On as few instances as CPU or memory allow.
        Binpack = "binpack",
        /// At random.
        Random = "random",
    }
}

/// A number of tasks of one task definition, which ECS keeps running.
///
/// The network mode of the tasks is part of the service's type, so a target group that cannot hold the tasks does not compile.
///
/// ```
/// use windlass::aws::ec2::{SecurityGroupId, SubnetId};
/// use windlass::aws::ecs::{AwsvpcConfiguration, Cluster, Container, Launch, Service, TaskDefinition};
/// use windlass::aws::elasticloadbalancingv2::{IpTarget, TargetGroupArn};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let cluster = Cluster::new().fargate().declare(cx, "cluster");
///     let mut app = Container::new("app", windlass::image!("public.ecr.aws/nginx/nginx:1.27"));
///     let http = app.port(80);
///     let task = TaskDefinition::fargate(windlass::fargate!(cpu: 256, memory: 512)).container(app).declare(cx, "task-definition");
///     let group = TargetGroupArn::<IpTarget>::existing("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/0a1");
///     let network = AwsvpcConfiguration::new([SubnetId::existing("subnet-0a1")]).security_groups([SecurityGroupId::existing("sg-0a1")]);
///     Service::awsvpc(cluster.name(), task.arn(), network)
///         .launch(Launch::fargate())
///         .balance(http, group)
///         .desired_count(2)
///         .declare(cx, "service");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
///
/// An `instance` target group cannot hold tasks that have an interface of their own:
///
/// ```compile_fail
/// use windlass::aws::ecs::{AwsVpc, ContainerPort, Service};
/// use windlass::aws::elasticloadbalancingv2::{InstanceTarget, TargetGroupArn};
///
/// fn balanced(service: Service<AwsVpc>, http: ContainerPort, group: TargetGroupArn<InstanceTarget>) -> Service<AwsVpc> {
///     service.balance(http, group)
/// }
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ECS::Service",
    id = "ServiceArn",
    outputs(arn: ServiceArn = "ServiceArn", name: ServiceName = "Name"),
    waits(Ready, Stable),
    reference_wait = Ready,
    exclusive_by(service_connect::taken, "ServiceConnectConfiguration"),
    holds("Cluster", "NetworkConfiguration.AwsvpcConfiguration.Subnets[]", "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups[]", "CapacityProviderStrategy[].CapacityProvider", "ServiceRegistries[].RegistryArn"),
    drives("LoadBalancers" => "Actions" | "DefaultActions", keep_traffic, "ECS shifts traffic"),
    no_new
)]
pub struct Service<N: ServiceNetwork = AnyNetwork> {
    /// The name, up to 255 letters, digits, `-` and `_`.
    #[field(replaces, physical_name(max = 255, also = "_"))]
    pub service_name: Option<Input<String>>,
    /// The cluster, by name.
    #[field(replaces)]
    pub cluster: Input<ClusterName>,
    /// The task definition to run. Only a service that a third party deploys through task sets leaves it out.
    #[field(in_place, removal_keeps)]
    pub task_definition: Option<Input<TaskDefinitionArn>>,
    /// The number of tasks. If absent, ECS starts one task at creation, and afterwards the number belongs to what scales the service.
    #[field(in_place, removal_keeps)]
    pub desired_count: Option<Input<u32>>,
    /// What tasks run on. A service without this property follows its cluster's default strategy.
    #[field(in_place, choice)]
    pub launch: Option<Launch>,
    /// The version of Fargate. AWS's default is `LATEST`.
    #[field(in_place, removal_default("\"LATEST\""))]
    pub platform_version: Option<Input<String>>,
    /// The subnets and security groups of the tasks' network interfaces, for the network mode `awsvpc`.
    #[field(in_place, removal_keeps)]
    pub network_configuration: Option<NetworkConfiguration>,
    /// The container ports that load balancers send traffic to, at most 5.
    #[field(in_place, set, no_setter)]
    pub load_balancers: Vec<ServiceLoadBalancer>,
    /// The time after a task's start during which ECS ignores its health, in seconds. AWS's default is 0.
    #[field(in_place, removal_default("0"))]
    pub health_check_grace_period_seconds: Option<Input<u32>>,
    /// How the service moves from one revision to the next.
    #[field(in_place, removal_default_by(deployment::usual))]
    pub deployment_configuration: Option<DeploymentConfiguration>,
    /// The deployment controller: what replaces old tasks by new ones. AWS's default is ECS.
    #[field(in_place, removal_default(r#"{"Type":"ECS"}"#))]
    pub deployment_controller: Option<DeploymentController>,
    /// A deployment without any other change, because the author asks for one.
    #[field(in_place, never_read, removal_keeps)]
    pub force_new_deployment: Option<ForceNewDeployment>,
    #[field(in_place, removal_default(r#"{"Enabled":false}"#))]
    pub service_connect_configuration: Option<ServiceConnectConfiguration>,
    /// Cloud Map services that ECS registers tasks with.
    #[field(in_place, keyed("RegistryArn"))]
    pub service_registries: Vec<ServiceRegistry>,
    /// EBS volumes that ECS creates for each task.
    #[field(in_place, keyed("Name"))]
    pub volume_configurations: Vec<ServiceVolumeConfiguration>,
    /// VPC Lattice target groups that ECS registers tasks with.
    #[field(in_place, set)]
    pub vpc_lattice_configurations: Vec<VpcLatticeConfiguration>,
    /// The named port that gateways of the cluster send traffic to, at most one. For the network mode `awsvpc`.
    #[field(in_place, never_read, set)]
    pub gateway_connectors: Vec<GatewayConnector>,
    /// How often ECS publishes the service's CPU and memory. AWS's default is every 60 seconds.
    #[field(in_place, never_read, removal_default(r#"{"MetricConfigurations":[{"MetricNames":["CPUUtilization","MemoryUtilization"],"ResolutionSeconds":60}]}"#))]
    pub monitoring: Option<ServiceMonitoring>,
    /// Where tasks may be placed, at most 10. Not on Fargate.
    #[field(in_place, set)]
    pub placement_constraints: Vec<PlacementConstraint>,
    /// How ECS distributes tasks over instances, at most 5, in order. Not on Fargate.
    #[field(in_place)]
    pub placement_strategies: Vec<PlacementStrategy>,
    /// Whether ECS rebalances tasks over zones when they have become uneven. AWS's default for new services is `ENABLED`.
    #[field(in_place, removal_keeps)]
    pub availability_zone_rebalancing: Option<Input<AvailabilityZoneRebalancing>>,
    /// How ECS determines the number of tasks. AWS's default is `REPLICA`.
    #[field(replaces, removal_default("\"REPLICA\""))]
    pub scheduling_strategy: Option<Input<SchedulingStrategy>>,
    /// Whether people can run commands in the containers with ECS Exec. AWS's default is `false`.
    #[field(in_place, removal_default("false"))]
    pub enable_execute_command: Option<Input<bool>>,
    /// Whether ECS tags tasks with cluster and service name. AWS's default is `false`.
    #[field(in_place, name = "EnableECSManagedTags", removal_default("false"))]
    pub enable_ecs_managed_tags: Option<Input<bool>>,
    /// The source of the tags of tasks. AWS's default is `NONE`.
    #[field(in_place, removal_default("\"NONE\""))]
    pub propagate_tags: Option<Input<PropagateTags>>,
    /// The role with which ECS registers tasks, if it is not the service-linked one. Not for the network mode `awsvpc`.
    #[field(replaces, takes(RoleFor<Ecs>))]
    pub role: Option<Input<RoleArn<Ecs>>>,
    #[field(in_place)]
    pub tags: Tags,
    #[field(skip)]
    network: PhantomData<fn() -> N>,
}

/// A Cloud Map service that ECS registers tasks with.
#[derive(Debug, Clone, Block)]
pub struct ServiceRegistry {
    /// The Cloud Map service.
    pub registry_arn: Input<servicediscovery::ServiceArn>,
    /// The container whose port is registered; for SRV records, and for A records in `bridge` or `host` mode.
    pub container_name: Option<Input<String>>,
    /// That container's port.
    pub container_port: Option<Input<u16>>,
    /// The port for SRV records in `awsvpc` mode, in place of container and container port.
    pub port: Option<Input<u16>>,
}

/// Where tasks may be placed.
#[derive(Debug, Clone, Block)]
pub struct PlacementConstraint {
    /// The type of the constraint.
    #[field(name = "Type")]
    pub constraint_type: Input<PlacementConstraintType>,
    /// A cluster query, for `memberOf`.
    pub expression: Option<Input<String>>,
}

/// How ECS distributes tasks over instances.
#[derive(Debug, Clone, Block)]
pub struct PlacementStrategy {
    /// The type of the strategy.
    #[field(name = "Type")]
    pub strategy_type: Input<PlacementStrategyType>,
    /// For `spread` such as `attribute:ecs.availability-zone` or `instanceId`; for `binpack` `cpu` or `memory`. AWS answers `instanceId` for `host`,
    /// and writes the field of `binpack` in capitals (terraform-provider-aws, `internal/service/ecs/service.go`).
    #[field(spellings("host" = "instanceId", "cpu" = "CPU", "memory" = "MEMORY"))]
    pub field: Option<Input<String>>,
}

impl PlacementConstraint {
    /// Each task on a different instance.
    #[must_use]
    pub fn distinct_instance() -> Self {
        Self::new(PlacementConstraintType::DistinctInstance)
    }

    /// On instances that a cluster query describes.
    #[must_use]
    pub fn member_of(query: impl IntoInput<String>) -> Self {
        Self::new(PlacementConstraintType::MemberOf).expression(query)
    }
}

impl PlacementStrategy {
    /// Evenly over the values of a field.
    #[must_use]
    pub fn spread(field: impl IntoInput<String>) -> Self {
        Self::new(PlacementStrategyType::Spread).field(field)
    }

    /// On as few instances as `cpu` or `memory` allow.
    #[must_use]
    pub fn binpack(field: impl IntoInput<String>) -> Self {
        Self::new(PlacementStrategyType::Binpack).field(field)
    }
}

impl ServiceRegistry {
    /// Registers a port of a container.
    #[must_use]
    pub fn of_port(
        registry: impl IntoInput<servicediscovery::ServiceArn>,
        port: impl ExposedPort,
    ) -> Self {
        let port = port.into();
        Self::new(registry)
            .container_name(port.container())
            .container_port(port.number())
    }
}

impl Service<AwsVpc> {
    /// A service whose tasks have network interfaces of their own, in the given subnets.
    #[must_use]
    pub fn awsvpc(
        cluster: impl IntoInput<ClusterName>,
        task_definition: impl IntoInput<TaskDefinitionArn>,
        network: AwsvpcConfiguration,
    ) -> Self {
        Self {
            task_definition: Some(task_definition.into()),
            network_configuration: Some(network.into()),
            ..Self::empty(cluster.into())
        }
    }
}

impl Service<OnInstances> {
    /// A service whose tasks clients reach through their instances, in network mode `bridge` or `host`.
    #[must_use]
    pub fn on_instances(
        cluster: impl IntoInput<ClusterName>,
        task_definition: impl IntoInput<TaskDefinitionArn>,
    ) -> Self {
        Self {
            task_definition: Some(task_definition.into()),
            ..Self::empty(cluster.into())
        }
    }
}

impl Service<AnyNetwork> {
    /// A service whose network mode the compiler does not know. The stack checks it when it is built, as far as the declarations show the mode.
    #[must_use]
    pub fn new(
        cluster: impl IntoInput<ClusterName>,
        task_definition: impl IntoInput<TaskDefinitionArn>,
    ) -> Self {
        Self {
            task_definition: Some(task_definition.into()),
            ..Self::empty(cluster.into())
        }
    }

    /// A service that a third party deploys, through task sets.
    #[must_use]
    pub fn deployed_elsewhere(cluster: impl IntoInput<ClusterName>) -> Self {
        Self {
            deployment_controller: Some(DeploymentController::new(
                DeploymentControllerType::External,
            )),
            ..Self::empty(cluster.into())
        }
    }
}

impl<N: ServiceNetwork> Service<N> {
    fn empty(cluster: Input<ClusterName>) -> Self {
        Self {
            service_name: None,
            cluster,
            task_definition: None,
            desired_count: None,
            launch: None,
            platform_version: None,
            network_configuration: None,
            load_balancers: Vec::new(),
            health_check_grace_period_seconds: None,
            deployment_configuration: None,
            deployment_controller: None,
            force_new_deployment: None,
            service_connect_configuration: None,
            service_registries: Vec::new(),
            volume_configurations: Vec::new(),
            vpc_lattice_configurations: Vec::new(),
            gateway_connectors: Vec::new(),
            monitoring: None,
            placement_constraints: Vec::new(),
            placement_strategies: Vec::new(),
            availability_zone_rebalancing: None,
            scheduling_strategy: None,
            enable_execute_command: None,
            enable_ecs_managed_tags: None,
            propagate_tags: None,
            role: None,
            tags: Tags::default(),
            network: PhantomData,
        }
    }

    /// Lets a target group send traffic to a port. Only an exposed port has a handle, and only a target group that can hold the tasks compiles.
    #[must_use]
    pub fn balance(mut self, port: impl ExposedPort, group: impl TargetGroupFor<N>) -> Self {
        self.load_balancers
            .push(ServiceLoadBalancer::new::<N>(port, group));
        self
    }

    /// Adds a load balancer entry that [`Service::balance`] cannot express.
    #[must_use]
    pub fn load_balancer(mut self, balancer: ServiceLoadBalancer) -> Self {
        self.load_balancers.push(balancer);
        self
    }
}
