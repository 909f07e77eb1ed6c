//! `AWS::ECS::ClusterCapacityProviderAssociations`: which capacity providers a cluster has, declared apart from the cluster.
//!
//! What surprises people: The call replaces the cluster's whole list, so a cluster with an association has only this one and lists no providers itself.
//! A provider cannot leave while a service uses it. The cluster is busy for some seconds after a change, and AWS refuses further changes during that
//! time.
//!
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-clustercapacityproviderassociations.html>

use windlass_derive::Resource;

use super::capacity_provider_strategy::{self, CapacityProviderStrategyItem};
use super::{CapacityProviderName, ClusterName};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, List};

/// The capacity providers of a cluster.
///
/// ```
/// use windlass::aws::ecs::{CapacityProviderName, CapacityProviderStrategyItem, Cluster, ClusterCapacityProviderAssociations};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let cluster = Cluster::new().declare(cx, "cluster");
///     let spot = CapacityProviderName::fargate_spot();
///     ClusterCapacityProviderAssociations::new(cluster.name(), [CapacityProviderStrategyItem::new(spot.clone()).weight(1)])
///         .capacity_providers([spot])
///         .declare(cx, "capacity");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ECS::ClusterCapacityProviderAssociations",
    id = "Cluster",
    outputs(cluster: ClusterName = "Cluster"),
    waits(Ready),
    reference_wait = Ready,
    completes("Cluster"),
    exclusive("Cluster"),
    lends("CapacityProviders"),
    holds("CapacityProviders[]")
)]
pub struct ClusterCapacityProviderAssociations {
    #[field(replaces)]
    pub cluster: Input<ClusterName>,
    /// The capacity providers that services and tasks in the cluster may use.
    #[field(in_place, set)]
    pub capacity_providers: Vec<Input<CapacityProviderName>>,
    /// The default capacity provider strategy, for services and tasks that state neither a launch type nor a strategy. The list may be empty.
    #[field(in_place, keyed("CapacityProvider"))]
    pub default_capacity_provider_strategy: List<CapacityProviderStrategyItem>,
}

impl Check for ClusterCapacityProviderAssociations {
    fn check(&self, checks: &mut Checks<'_>) {
        let strategy = &self.default_capacity_provider_strategy.0;
        capacity_provider_strategy::check("DefaultCapacityProviderStrategy", strategy, checks);
        if self.capacity_providers.len() > 20 {
            checks.invalid(
                "CapacityProviders",
                format!("has {} members", self.capacity_providers.len()),
                "AWS takes at most 20 for a cluster",
            );
        }
        // Both sides name a provider of this stack by reference, and references compare as well as literals.
        let known: Vec<_> = self
            .capacity_providers
            .iter()
            .map(Input::to_value)
            .collect();
        for item in strategy {
            let name = item.capacity_provider.to_value();
            if !known.contains(&name) {
                checks.invalid(
                    "DefaultCapacityProviderStrategy",
                    format!("names {name}, which is not among `CapacityProviders`"),
                    "list the capacity provider there too",
                );
            }
        }
    }
}

impl Samples for ClusterCapacityProviderAssociations {
    fn samples() -> Vec<Self> {
        let (fargate, spot) = (
            CapacityProviderName::fargate(),
            CapacityProviderName::fargate_spot(),
        );
        let own = CapacityProviderName::existing("gpu");
        let item = |name: &CapacityProviderName| CapacityProviderStrategyItem::new(name.clone());
        let nothing: [CapacityProviderStrategyItem; 0] = [];
        let full = Self::new(
            ClusterName::existing("main"),
            [item(&fargate).base(1).weight(1), item(&spot).weight(3)],
        )
        .capacity_providers([fargate.clone(), spot.clone(), own.clone()]);
        vec![
            Self::new(ClusterName::existing("main"), nothing),
            full.clone(),
            full.clone()
                .capacity_providers([fargate.clone(), spot.clone()]),
            full.clone()
                .default_capacity_provider_strategy([item(&fargate).base(2).weight(4)]),
            Self::new(
                ClusterName::existing("other"),
                [item(&fargate).base(1).weight(1), item(&spot).weight(3)],
            )
            .capacity_providers([fargate, spot, own]),
        ]
    }
}
