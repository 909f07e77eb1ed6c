//! The platform that benchmarks compare: one network, one load balancer, one cluster, and N services of twelve resources each.
//!
//! It is the twin of a Terraform platform of 147 resources for ten services, kind for kind, with names where that has names; here the
//! attachment of the internet gateway is a resource of its own, which makes 148. So it uses kinds, not patterns.

mod network;
mod service;

use windlass::aws::ec2::{Ingress, SecurityGroup, SecurityGroupIngress};
use windlass::aws::ecs::{
    CapacityProviderName, CapacityProviderStrategyItem, Cluster,
    ClusterCapacityProviderAssociations,
};
use windlass::aws::elasticloadbalancingv2::{
    Action, ContentType, FixedResponse, Listener, LoadBalancer,
};
use windlass::aws::servicediscovery::PrivateDnsNamespace;
use windlass::prelude::*;

use crate::service::Platform;

/// Every service names its own launch type.
const NO_STRATEGY: [CapacityProviderStrategyItem; 0] = [];

/// Declares the stack.
///
/// # Errors
/// A parameter is malformed.
pub fn stack(cx: &mut Stack) -> Result<()> {
    let (services, release, first_release) = cx.parameters((
        parameter::<u32>("services").or(10u32),
        parameter::<String>("release").or("1.27"),
        // A release of the first service only; if empty, the release of all services.
        parameter::<String>("first-release").or(""),
    ))?;
    let network = network::declare(cx);

    let alb = SecurityGroup::new("alb")
        .group_name("alb")
        .vpc(network.vpc.id())
        .declare(cx, "alb-security-group");
    SecurityGroupIngress::on(&alb, Ingress::tcp(80).from(cidr!("0.0.0.0/0"))).declare(cx, "alb-80");
    let balancer = LoadBalancer::application(network.public_ids())
        .name("alb")
        .security_groups([alb.id()])
        .declare(cx, "alb");
    let nothing = FixedResponse::status(404).body(ContentType::Plain, "nope");
    let listener = Listener::http(balancer.arn(), Action::from(nothing)).declare(cx, "http");

    let namespace =
        PrivateDnsNamespace::new(network.vpc.id(), "corp.local").declare(cx, "namespace");
    let cluster = Cluster::new()
        .cluster_name("main")
        .container_insights(ecs::Insights::Enabled)
        .declare(cx, "cluster");
    ClusterCapacityProviderAssociations::new(cluster.name(), NO_STRATEGY)
        .capacity_providers([
            CapacityProviderName::fargate(),
            CapacityProviderName::fargate_spot(),
        ])
        .declare(cx, "cluster-capacity");

    let platform = Platform {
        network,
        alb,
        listener,
        namespace,
        cluster,
    };
    for number in 0..services {
        let name = format!("svc{number:04}");
        let first = (number == 0 && !first_release.is_empty()).then_some(&first_release);
        let release = first.unwrap_or(&release);
        cx.within(&name, |cx| platform.service(cx, &name, number, release));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::stack;
    use windlass::Stack;
    use windlass::request::Request;

    #[test]
    fn ten_services_are_148_resources() {
        let document = Stack::test("platform", stack, Request::offline("us-east-1"));
        assert_eq!(document.problems, []);
        assert_eq!(document.resources.len(), 148);
    }
}
