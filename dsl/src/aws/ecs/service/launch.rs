//! Launch type and capacity: what a service's tasks run on. Not here: which capacity providers there are; the cluster lists them.

use serde_json::Value;
use windlass_derive::Choice;

use crate::aws::ecs::{CapacityProviderName, CapacityProviderStrategyItem};
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The launch type: what tasks run on, without a capacity provider.
    pub enum LaunchType {
        Fargate = "FARGATE",
        /// EC2 instances of the cluster.
        Ec2 = "EC2",
        /// Machines outside AWS.
        External = "EXTERNAL",
    }
}

/// What a service's tasks run on. A service without this property follows its cluster's default strategy.
#[derive(Debug, Clone, Choice)]
pub enum Launch {
    /// A launch type. A service can change from it to a strategy in place; `UpdateService` cannot change it to another launch type.
    #[field(
        replaces_if(another_launch_type, "the launch type becomes another one"),
        removal_keeps
    )]
    LaunchType(Input<LaunchType>),
    /// Capacity providers of the cluster, by a strategy. If the author removes it, the service follows its cluster's default strategy.
    #[field(in_place, keyed("CapacityProvider"), removal_releases)]
    CapacityProviderStrategy(Vec<CapacityProviderStrategyItem>),
}

fn another_launch_type(_old: &Value, new: &Value) -> bool {
    !new.is_null()
}

impl Launch {
    #[must_use]
    pub fn fargate() -> Self {
        Self::LaunchType(LaunchType::Fargate.into())
    }

    /// EC2 instances of the cluster.
    #[must_use]
    pub fn ec2() -> Self {
        Self::LaunchType(LaunchType::Ec2.into())
    }

    /// Machines outside AWS.
    #[must_use]
    pub fn external() -> Self {
        Self::LaunchType(LaunchType::External.into())
    }

    /// Capacity providers of the cluster, by a strategy.
    #[must_use]
    pub fn strategy(items: impl IntoIterator<Item = CapacityProviderStrategyItem>) -> Self {
        Self::CapacityProviderStrategy(items.into_iter().collect())
    }

    /// One capacity provider of the cluster.
    #[must_use]
    pub fn on(provider: impl IntoInput<CapacityProviderName>) -> Self {
        Self::strategy([CapacityProviderStrategyItem::new(provider).weight(1)])
    }

    /// Fargate Spot: spare capacity, which AWS may take back with two minutes' notice.
    #[must_use]
    pub fn fargate_spot() -> Self {
        Self::on(CapacityProviderName::fargate_spot())
    }

    /// Whether every task runs on Fargate, as far as literals show it.
    pub(super) fn is_fargate(&self) -> bool {
        match self {
            Self::LaunchType(launch) => launch.literal() == Some(LaunchType::Fargate),
            Self::CapacityProviderStrategy(items) => {
                let fargate = [
                    CapacityProviderName::fargate(),
                    CapacityProviderName::fargate_spot(),
                ];
                let named = |item: &CapacityProviderStrategyItem| {
                    item.capacity_provider
                        .literal()
                        .is_some_and(|name| fargate.contains(&name))
                };
                !items.is_empty() && items.iter().all(named)
            }
        }
    }
}
