//! EC2 capacity with GPUs: a launch template on the ECS-optimised GPU image, an Auto Scaling group mostly on Spot, a capacity provider
//! that scales it by what tasks need, and a worker service on it.

mod capacity;
mod trainer;

use windlass::aws::ecs::{
    CapacityProviderStrategyItem, Cluster, ClusterCapacityProviderAssociations,
};
use windlass::prelude::*;

/// Declares the stack.
///
/// # Errors
/// A parameter is missing or malformed.
pub fn stack(cx: &mut Stack) -> Result<()> {
    let workers = cx.parameters(parameter::<u32>("workers").or(2u32))?;
    let network = Network::over(2.zones())
        .nat(Nat::Single)
        .declare(cx, "network");
    let cluster = Cluster::new().declare(cx, "cluster");
    let gpus = cx.within("capacity", |cx| capacity::declare(cx, &network, &cluster));
    ClusterCapacityProviderAssociations::new(
        cluster.name(),
        [CapacityProviderStrategyItem::new(gpus.name()).weight(1)],
    )
    .capacity_providers([gpus.name()])
    .declare(cx, "cluster-capacity");
    cx.within("trainer", |cx| {
        trainer::declare(cx, &network, &cluster, &gpus, workers)
    });
    cx.output("cluster", cluster.name().text());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::stack;
    use windlass::Stack;
    use windlass::request::Request;

    #[test]
    fn it_has_no_problems() {
        let document = Stack::test("gpu-workers", stack, Request::offline("us-east-1"));
        assert_eq!(document.problems, []);
    }
}
