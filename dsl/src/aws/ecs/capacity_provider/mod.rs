//! `AWS::ECS::CapacityProvider`: EC2 capacity for tasks, from an Auto Scaling group or from instances that ECS manages itself.
//!
//! What surprises people: The name cannot begin with `aws`, `ecs` or `fargate`. The Auto Scaling group cannot change; everything else can. Managed
//! termination protection needs managed scaling here *and* scale-in protection on the group. A deletion goes through `DELETE_IN_PROGRESS`, and AWS
//! refuses it while a cluster still has the provider.
//!
//! Not here: attaching it to a cluster, which is `AWS::ECS::ClusterCapacityProviderAssociations` (managed instances name their cluster themselves).
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-capacityprovider.html>

mod auto_scaling_group;
mod instance_requirements;
mod managed_instances;
mod samples;

pub use auto_scaling_group::{
    AutoScalingGroupProvider, AutoScalingGroupProviderResolved, ManagedScaling,
    ManagedScalingResolved, Toggle,
};
pub use instance_requirements::{
    AcceleratorManufacturer, AcceleratorName, AcceleratorType, CpuManufacturer, GibRange,
    GibRangeResolved, InstanceRequirements, InstanceRequirementsResolved, UnitRange, UnitRangeFrom,
    UnitRangeFromResolved, UnitRangeResolved,
};
pub use managed_instances::{
    AutoRepairConfiguration, AutoRepairConfigurationResolved, CapacityOptionType,
    CapacityReservations, CapacityReservationsResolved, InfrastructureOptimization,
    InfrastructureOptimizationResolved, InstanceLaunchTemplate, InstanceLaunchTemplateResolved,
    InstanceMonitoring, InstanceNetworkConfiguration, InstanceNetworkConfigurationResolved,
    InstanceStorageConfiguration, InstanceStorageConfigurationResolved, LocalStorageConfiguration,
    LocalStorageConfigurationResolved, ManagedInstancesProvider, ManagedInstancesProviderResolved,
    PropagateInstanceTags, ReservationPreference,
};

pub use crate::aws::ec2::{Candidacy, InstanceGeneration, LocalStorageType};

use serde_json::Value;
use windlass_derive::{Choice, Resource};

use super::{CapacityProviderArn, CapacityProviderName, ClusterName};
use crate::aws::autoscaling::AutoScalingGroupArn;
use crate::resource::Check;
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

/// EC2 capacity for tasks.
///
/// ```
/// use windlass::aws::autoscaling::AutoScalingGroupArn;
/// use windlass::aws::ecs::{AutoScalingGroupProvider, CapacityProvider, ManagedScaling};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("gpu", |cx| {
///     let group = AutoScalingGroupArn::existing("arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/gpu");
///     CapacityProvider::of(AutoScalingGroupProvider::new(group).managed_scaling(ManagedScaling::to(90)))
///         .declare(cx, "capacity");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ECS::CapacityProvider",
    id = "Name",
    outputs(name: CapacityProviderName = "Name", arn: CapacityProviderArn = "CapacityProviderArn"),
    waits(Ready),
    reference_wait = Ready,
    serves_one("AutoScalingGroupProvider.AutoScalingGroupArn", follows),
    holds("AutoScalingGroupProvider.AutoScalingGroupArn", "ClusterName", "ManagedInstancesProvider.InstanceLaunchTemplate.NetworkConfiguration.Subnets[]", "ManagedInstancesProvider.InstanceLaunchTemplate.NetworkConfiguration.SecurityGroups[]"),
    no_new
)]
pub struct CapacityProvider {
    /// The name, up to 255 letters, digits, `-` and `_`; not beginning with `aws`, `ecs` or `fargate`.
    #[field(
        replaces,
        physical_name(max = 255, also = "_", reserved("aws", "ecs", "fargate"))
    )]
    pub name: Option<Input<String>>,
    /// The source of the instances.
    #[field(in_place, choice, no_setter)]
    pub provider: Provider,
    /// The cluster of managed instances. A provider with an Auto Scaling group has none.
    #[field(replaces)]
    pub cluster_name: Option<Input<ClusterName>>,
    #[field(in_place)]
    pub tags: Tags,
}

/// The source of the instances.
#[derive(Debug, Clone, Choice)]
pub enum Provider {
    #[field(replaces_if(comes_or_goes, "the capacity becomes of another sort"))]
    AutoScalingGroupProvider(Box<AutoScalingGroupProvider>),
    /// Instances that ECS launches and manages.
    #[field(replaces_if(comes_or_goes, "the capacity becomes of another sort"))]
    ManagedInstancesProvider(Box<ManagedInstancesProvider>),
}

fn comes_or_goes(old: &Value, new: &Value) -> bool {
    old.is_null() != new.is_null()
}

impl From<AutoScalingGroupProvider> for Provider {
    fn from(provider: AutoScalingGroupProvider) -> Self {
        Self::AutoScalingGroupProvider(Box::new(provider))
    }
}

impl CapacityProvider {
    /// Capacity from an Auto Scaling group.
    #[must_use]
    pub fn of(provider: AutoScalingGroupProvider) -> Self {
        Self {
            name: None,
            provider: provider.into(),
            cluster_name: None,
            tags: Tags::default(),
        }
    }

    /// Capacity from an Auto Scaling group, with AWS's defaults.
    #[must_use]
    pub fn of_group(group: impl IntoInput<AutoScalingGroupArn>) -> Self {
        Self::of(AutoScalingGroupProvider::new(group))
    }

    /// Instances that ECS launches and manages, in one cluster.
    #[must_use]
    pub fn of_managed_instances(
        cluster: impl IntoInput<ClusterName>,
        provider: ManagedInstancesProvider,
    ) -> Self {
        Self {
            name: None,
            provider: Provider::ManagedInstancesProvider(Box::new(provider)),
            cluster_name: Some(cluster.into()),
            tags: Tags::default(),
        }
    }
}

impl Check for CapacityProvider {
    fn check(&self, checks: &mut Checks<'_>) {
        super::check_name("Name", self.name.as_ref(), checks);
        if let Some(name) = self.name.as_ref().and_then(Input::literal)
            && let Some(word) = ["aws", "ecs", "fargate"]
                .iter()
                .find(|word| name.to_ascii_lowercase().starts_with(**word))
        {
            checks.invalid(
                "Name",
                format!("is `{name}`, which begins with `{word}`"),
                "AWS keeps names that begin with `aws`, `ecs` or `fargate` to itself",
            );
        }
        match &self.provider {
            Provider::AutoScalingGroupProvider(provider) => {
                if self.cluster_name.is_some() {
                    checks.invalid(
                        "ClusterName",
                        "is given for an Auto Scaling group",
                        "only managed instances belong to a cluster; attach this one with `ClusterCapacityProviderAssociations`",
                    );
                }
                provider.check(checks);
            }
            Provider::ManagedInstancesProvider(provider) => provider.check(checks),
        }
    }
}
