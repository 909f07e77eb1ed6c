//! Containers and their blocks, as request and as answer.

use crate::prelude::*;
use aws_sdk_ecs::types;
use serde_json::Value;
use windlass::aws::ecs::SharingStrategyResolved;

tables! { windlass::aws::ecs => aws_sdk_ecs;
    Container => ContainerDefinition;
    ContainerDependency;
    HostEntry;
    ContainerHealthCheck => HealthCheck { "Command" always; }
    MountPoint;
    VolumeFrom;
    RepositoryCredentials;
    ResourceRequirement { "Type" as r#type; amount { "Value" shown by given_value; } }
    NvidiaMpsAllocation;
    RestartPolicy => ContainerRestartPolicy;
    EnvironmentVariable => KeyValuePair;
    EnvironmentFile { "Type" as r#type; }
    ContainerSecret => Secret;
    LinuxParameters;
    KernelCapabilities;
    Device;
    Tmpfs;
    SystemControl;
    Ulimit;
    LogConfiguration;
    FirelensConfiguration { "Type" as r#type; }
    PortMapping;
}

/// The SDK has an empty text where AWS gives no value.
fn given_value(requirement: &types::ResourceRequirement) -> Option<Value> {
    requirement.value.shown().filter(|value| value != "")
}

/// A union of the SDK, which has no builder.
impl ToSdk<types::SharingStrategy> for SharingStrategyResolved {
    fn to_sdk(&self) -> Option<types::SharingStrategy> {
        let share = self.nvidia_mps.to_sdk()?;
        Some(types::SharingStrategy::NvidiaMps(share))
    }
}

impl Showing for types::SharingStrategy {
    fn block(&self) -> Block {
        let share = self.as_nvidia_mps().ok();
        Block::new().set("NvidiaMps", share.and_then(Shown::shown))
    }
}
