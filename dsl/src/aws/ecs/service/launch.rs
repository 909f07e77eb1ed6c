//! What a service's tasks run on. Not here: which capacity providers there are, which the cluster says.

use serde_json::Value;
use windlass_derive::Choice;

use crate::aws::ecs::{CapacityProviderName, CapacityProviderStrategyItem};
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// What tasks run on, without a capacity provider.
    pub enum LaunchType {
        /// Fargate.
        Fargate = "FARGATE",
        /// Instances of the cluster.
        Ec2 = "EC2",
        /// Machines outside AWS.
        External = "EXTERNAL",
    }
}

/// What a service's tasks run on. A service that does not say follows its cluster's default strategy.
#[derive(Debug, Clone, Choice)]
pub enum Launch {
    /// A launch type. A service can leave it for a strategy in place; `UpdateService` knows no way to another launch type.
    #[field(
        replaces_if(another_launch_type, "the launch type becomes another one"),
        removal_keeps
    )]
    LaunchType(Input<LaunchType>),
    /// Capacity providers of the cluster, by a strategy.
    /// Once it is taken out, the service follows its cluster's default strategy.
    #[field(in_place, keyed("CapacityProvider"), removal_releases)]
    CapacityProviderStrategy(Vec<CapacityProviderStrategyItem>),
}

fn another_launch_type(_old: &Value, new: &Value) -> bool {
    !new.is_null()
}

impl Launch {
    /// Fargate.
    #[must_use]
    pub fn fargate() -> Self {
        Self::LaunchType(LaunchType::Fargate.into())
    }

    /// Instances of the cluster.
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

    /// Fargate on spare capacity, which AWS may take back with two minutes' notice.
    #[must_use]
    pub fn fargate_spot() -> Self {
        Self::on(CapacityProviderName::fargate_spot())
    }

    /// Whether every task runs on Fargate, as far as literals show.
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
