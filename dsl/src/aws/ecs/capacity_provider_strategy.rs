//! A capacity provider strategy: how ECS distributes tasks among capacity providers. A cluster has a default strategy, and a service can have its own.

use windlass_derive::Block;

use super::CapacityProviderName;
use crate::stack::Checks;
use crate::value::Input;

/// One capacity provider's share in a strategy.
#[derive(Debug, Clone, Block)]
pub struct CapacityProviderStrategyItem {
    /// The capacity provider; the cluster must have it.
    pub capacity_provider: Input<CapacityProviderName>,
    /// The minimum number of tasks on this provider, 0 to 100000. Only one item of a strategy may have a base. AWS's default is 0.
    #[field(removal_default("0"))]
    pub base: Option<Input<u32>>,
    /// The relative share of the tasks beyond the base, compared with the other items' weights, 0 to 1000. AWS's default is 0.
    #[field(removal_default("0"))]
    pub weight: Option<Input<u32>>,
}

impl CapacityProviderName {
    #[must_use]
    pub fn fargate() -> Self {
        Self::existing("FARGATE")
    }

    /// Fargate Spot: spare capacity, which AWS may take back with two minutes' notice.
    #[must_use]
    pub fn fargate_spot() -> Self {
        Self::existing("FARGATE_SPOT")
    }
}

/// Reports what AWS would refuse in a strategy.
pub(super) fn check(
    property: &str,
    strategy: &[CapacityProviderStrategyItem],
    checks: &mut Checks<'_>,
) {
    let number = |input: &Option<Input<u32>>| input.as_ref().and_then(Input::literal);
    for item in strategy {
        checks.range(&format!("{property}.Base"), item.base.as_ref(), 0..=100_000);
        checks.range(
            &format!("{property}.Weight"),
            item.weight.as_ref(),
            0..=1000,
        );
    }
    let with_base = strategy
        .iter()
        .filter(|item| number(&item.base).is_some_and(|base| base > 0));
    if with_base.count() > 1 {
        checks.invalid(
            property,
            "gives more than one capacity provider a base",
            "AWS takes a base for one item of a strategy only",
        );
    }
    let weightless = |item: &CapacityProviderStrategyItem| match &item.weight {
        None => true,
        Some(weight) => weight.literal() == Some(0),
    };
    if strategy.len() > 1 && strategy.iter().all(weightless) {
        checks.invalid(
            property,
            "gives no capacity provider a weight",
            "with several items, at least one needs a weight above 0",
        );
    }
    if strategy.len() > 20 {
        checks.invalid(
            property,
            format!("has {} items", strategy.len()),
            "AWS takes at most 20",
        );
    }
}
