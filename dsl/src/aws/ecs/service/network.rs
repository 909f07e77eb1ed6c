//! The network mode of a service's tasks, as types: tasks with their own network interface need `ip` targets, other tasks need `instance` targets.

use windlass_derive::{Block, Choice};

use crate::aws::ec2::{SecurityGroupId, SubnetId};
use crate::aws::ecs::{ContainerPort, ExposedPort, PortName};
use crate::aws::elasticloadbalancingv2::{
    AnyTarget, InstanceTarget, IpTarget, ListenerRuleArn, TargetGroupArn, TargetKind,
};
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::value::{Input, IntoInput, Output};

crate::text_enum! {
    /// Whether tasks get public addresses.
    pub enum AssignPublicIp {
        /// Tasks get public addresses.
        Enabled = "ENABLED",
        /// Tasks get no public addresses.
        Disabled = "DISABLED",
    }
}

/// The network mode of a service's tasks, as far as the compiler knows it.
pub trait ServiceNetwork: Clone + std::fmt::Debug + Send + Sync + 'static {}

/// Every task has a network interface of its own: network mode `awsvpc`, which all Fargate tasks use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AwsVpc {}

/// Clients reach tasks through their instance: network modes `bridge` and `host`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInstances {}

/// The compiler does not know the network mode: for task definitions made elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnyNetwork {}

impl ServiceNetwork for AwsVpc {}
impl ServiceNetwork for OnInstances {}
impl ServiceNetwork for AnyNetwork {}

/// A target group that can hold the tasks of a service in network `N`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot balance a service whose tasks are connected as `{N}`",
    note = "tasks in `awsvpc` network mode, all Fargate tasks among them, need a target group of `IpTarget`; tasks in `bridge` and `host` mode need one of `InstanceTarget`",
    note = "a target group made elsewhere fits as `TargetGroupArn::<AnyTarget>::existing(…)`"
)]
pub trait TargetGroupFor<N> {
    fn target_group(self) -> Input<TargetGroupArn>;
}

macro_rules! fits {
    ($($network:ty: $target:ty),+ $(,)?) => {$(
        impl TargetGroupFor<$network> for TargetGroupArn<$target> {
            fn target_group(self) -> Input<TargetGroupArn> {
                Input::<TargetGroupArn<$target>>::from(self).trust_as()
            }
        }
        impl TargetGroupFor<$network> for Output<TargetGroupArn<$target>> {
            fn target_group(self) -> Input<TargetGroupArn> {
                self.trust_as::<TargetGroupArn>().into()
            }
        }
        impl TargetGroupFor<$network> for &Output<TargetGroupArn<$target>> {
            fn target_group(self) -> Input<TargetGroupArn> {
                self.clone().trust_as::<TargetGroupArn>().into()
            }
        }
    )+};
}

fits!(AwsVpc: IpTarget, AwsVpc: AnyTarget, OnInstances: InstanceTarget, OnInstances: AnyTarget);

impl<T: TargetKind> TargetGroupFor<AnyNetwork> for TargetGroupArn<T> {
    fn target_group(self) -> Input<TargetGroupArn> {
        Input::from(self).trust_as()
    }
}

impl<T: TargetKind> TargetGroupFor<AnyNetwork> for Output<TargetGroupArn<T>> {
    fn target_group(self) -> Input<TargetGroupArn> {
        Input::from(self).trust_as()
    }
}

impl<T: TargetKind> TargetGroupFor<AnyNetwork> for &Output<TargetGroupArn<T>> {
    fn target_group(self) -> Input<TargetGroupArn> {
        Input::from(self).trust_as()
    }
}

/// The subnets and security groups of the tasks' network interfaces.
#[derive(Debug, Clone, Block)]
pub struct NetworkConfiguration {
    /// For the network mode `awsvpc`.
    pub awsvpc_configuration: AwsvpcConfiguration,
}

/// Subnets and security groups of tasks in network mode `awsvpc`.
#[derive(Debug, Clone, Block)]
pub struct AwsvpcConfiguration {
    /// The subnets, at most 16, all of one VPC.
    #[field(set, required)]
    pub subnets: Vec<Input<SubnetId>>,
    /// The security groups, at most 5. If empty, AWS takes the VPC's default one.
    #[field(set, removal_keeps)]
    pub security_groups: Vec<Input<SecurityGroupId>>,
    /// Whether tasks get public addresses. AWS's default is `DISABLED`.
    #[field(removal_default("\"DISABLED\""))]
    pub assign_public_ip: Option<Input<AssignPublicIp>>,
}

impl AwsvpcConfiguration {
    /// Gives tasks public addresses. Fargate tasks in a public subnet need one to reach the internet.
    #[must_use]
    pub fn public(self) -> Self {
        self.assign_public_ip(AssignPublicIp::Enabled)
    }
}

impl From<AwsvpcConfiguration> for NetworkConfiguration {
    fn from(configuration: AwsvpcConfiguration) -> Self {
        Self::new(configuration)
    }
}

/// A port of a container that a load balancer sends traffic to.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct ServiceLoadBalancer {
    /// The target group or load balancer that sends the traffic.
    #[field(choice, no_setter)]
    pub by: Balancer,
    #[field(no_setter)]
    pub container_name: Input<String>,
    #[field(no_setter)]
    pub container_port: Input<u16>,
    /// What ECS needs to shift traffic in blue/green, linear and canary deployments.
    pub advanced_configuration: Option<AdvancedConfiguration>,
}

/// The target group or load balancer that sends traffic to a port.
#[derive(Debug, Clone, Choice)]
pub enum Balancer {
    /// A target group of an application, network or gateway load balancer.
    TargetGroupArn(Input<TargetGroupArn>),
    /// A Classic Load Balancer. Not for the network mode `awsvpc`.
    LoadBalancerName(Input<String>),
}

/// What ECS needs to shift traffic in blue/green, linear and canary deployments.
#[derive(Debug, Clone, Block)]
pub struct AdvancedConfiguration {
    /// The target group for the new revision.
    pub alternate_target_group_arn: Input<TargetGroupArn>,
    /// The rule for the users' traffic; for a network load balancer its listener, through `trust_as`.
    pub production_listener_rule: Option<Input<ListenerRuleArn>>,
    /// The rule for test traffic.
    pub test_listener_rule: Option<Input<ListenerRuleArn>>,
    /// The role with which ECS changes rules and target groups.
    #[field(takes(RoleFor<Ecs>))]
    pub role_arn: Option<Input<RoleArn<Ecs>>>,
}

/// A VPC Lattice target group in which ECS registers the tasks.
#[derive(Debug, Clone, Block)]
pub struct VpcLatticeConfiguration {
    /// The role with which ECS registers tasks.
    #[field(takes(RoleFor<Ecs>))]
    pub role_arn: Input<RoleArn<Ecs>>,
    /// The VPC Lattice target group.
    pub target_group_arn: Input<String>,
    /// The port, which a container names.
    pub port_name: Input<PortName>,
    /// What blue/green, linear and canary deployments need to shift traffic.
    pub advanced_configuration: Option<VpcLatticeAdvancedConfiguration>,
}

/// What blue/green, linear and canary deployments need to shift the traffic of VPC Lattice.
#[derive(Debug, Clone, Block)]
pub struct VpcLatticeAdvancedConfiguration {
    /// The VPC Lattice target group that ECS puts the new revision into.
    pub alternate_target_group_arn: Option<Input<String>>,
    /// The VPC Lattice rule or listener that carries the users' traffic.
    pub production_listener_rule: Option<Input<String>>,
    /// The VPC Lattice rule or listener that carries test traffic.
    pub test_listener_rule: Option<Input<String>>,
}

impl ServiceLoadBalancer {
    /// Sends traffic to a port by a target group that can hold the tasks of a service in network `N`.
    #[must_use]
    pub fn new<N: ServiceNetwork>(port: impl ExposedPort, group: impl TargetGroupFor<N>) -> Self {
        Self::of(port.into(), Balancer::TargetGroupArn(group.target_group()))
    }

    /// Sends traffic to a port by a Classic Load Balancer.
    #[must_use]
    pub fn classic(port: impl ExposedPort, name: impl IntoInput<String>) -> Self {
        Self::of(port.into(), Balancer::LoadBalancerName(name.into()))
    }

    fn of(port: ContainerPort, by: Balancer) -> Self {
        Self {
            by,
            container_name: port.container(),
            container_port: port.number(),
            advanced_configuration: None,
        }
    }
}
