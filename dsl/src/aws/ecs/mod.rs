//! Amazon ECS: clusters, capacity, task definitions and services.

mod capacity_provider;
mod capacity_provider_strategy;
mod cluster;
mod cluster_capacity_provider_associations;
mod service;
mod task_definition;

pub use capacity_provider::*;
pub use capacity_provider_strategy::{
    CapacityProviderStrategyItem, CapacityProviderStrategyItemResolved,
};
pub use cluster::{
    Cluster, ClusterChange, ClusterConfiguration, ClusterConfigurationResolved, ClusterResolved,
    ClusterSetting, ClusterSettingName, ClusterSettingResolved, ExecuteCommandConfiguration,
    ExecuteCommandConfigurationResolved, ExecuteCommandLogConfiguration,
    ExecuteCommandLogConfigurationResolved, ExecuteCommandLogging, Insights,
    ManagedStorageConfiguration, ManagedStorageConfigurationResolved, ServiceConnectDefaults,
    ServiceConnectDefaultsResolved,
};
pub use cluster_capacity_provider_associations::{
    ClusterCapacityProviderAssociations, ClusterCapacityProviderAssociationsChange,
    ClusterCapacityProviderAssociationsResolved,
};
pub use service::*;
pub use task_definition::*;

use crate::stack::Checks;
use crate::value::Input;

crate::ids! {
    /// The name of a cluster.
    ClusterName = "";
    /// A cluster.
    ClusterArn = "arn:";
    /// The name of a capacity provider, including `FARGATE` and `FARGATE_SPOT`.
    CapacityProviderName = "";
    /// A capacity provider.
    CapacityProviderArn = "arn:";
    /// One revision of a task definition.
    TaskDefinitionArn = "arn:";
    /// The name of a container's port, which Service Connect and VPC Lattice use.
    PortName = "";
    /// The name of a service.
    ServiceName = "";
    /// A service.
    ServiceArn = "arn:";
    /// A parameter of Systems Manager, which ECS can read as a secret.
    SsmParameterArn = "arn:";
}

/// Reports a name that ECS would refuse. All names in ECS take the same characters.
fn check_name(property: &str, name: Option<&Input<String>>, checks: &mut Checks<'_>) {
    checks.length(property, name, 1..=255);
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if let Some(name) = name.and_then(Input::literal)
        && let Some(wrong) = name.chars().find(|c| !allowed(*c))
    {
        checks.invalid(
            property,
            format!("is `{name}`, which holds {wrong:?}"),
            "AWS takes letters, digits, `-` and `_`",
        );
    }
}
