//! The mapping of every property to AWS's requests and answers (wire proof), through the real SDK with an HTTP client that captures requests.
//!
//! For every path of a kind's samples the proof checks three things. Another value changes the create request. Another value changes the update
//! request, if the property changes in place. AWS's answer brings the value back into the observation. A fixture has AWS's answers, written from
//! AWS's own API reference. Not here: what AWS does with the calls.

mod answers;
pub mod capture;
pub mod fixture;
mod oracle;
pub mod pagination;
mod paths;
mod proof;
mod questions;
mod subject;

mod applicationautoscaling;
mod autoscaling;
mod ec2;
mod ecs;
mod elasticloadbalancingv2;
mod iam;
mod logs;
mod secretsmanager;
mod servicediscovery;

pub use fixture::Fixture;
pub use paths::leaves;
pub use proof::{Proof, prove};
pub use questions::{Followed, creation, follow};
pub use subject::{owner, unauthored};

/// Every kind's fixture, in order of the catalogue.
pub fn fixtures() -> Vec<Fixture> {
    vec![
        applicationautoscaling::scalable_target::fixture(),
        applicationautoscaling::scaling_policy::fixture(),
        autoscaling::auto_scaling_group::fixture(),
        ec2::eip::fixture(),
        ec2::internet_gateway::fixture(),
        ec2::launch_template::fixture(),
        ec2::nat_gateway::fixture(),
        ec2::route::fixture(),
        ec2::route_table::fixture(),
        ec2::security_group::fixture(),
        ec2::security_group_egress::fixture(),
        ec2::security_group_ingress::fixture(),
        ec2::subnet::fixture(),
        ec2::subnet_route_table_association::fixture(),
        ec2::vpc::fixture(),
        ec2::vpc_endpoint::fixture(),
        ec2::vpc_gateway_attachment::fixture(),
        ecs::capacity_provider::fixture(),
        ecs::cluster::fixture(),
        ecs::cluster_capacity_provider_associations::fixture(),
        ecs::service::fixture(),
        ecs::task_definition::fixture(),
        elasticloadbalancingv2::listener::fixture(),
        elasticloadbalancingv2::listener_rule::fixture(),
        elasticloadbalancingv2::load_balancer::fixture(),
        elasticloadbalancingv2::target_group::fixture(),
        iam::instance_profile::fixture(),
        iam::managed_policy::fixture(),
        iam::role::fixture(),
        iam::role_policy::fixture(),
        logs::log_group::fixture(),
        secretsmanager::secret::fixture(),
        servicediscovery::http_namespace::fixture(),
        servicediscovery::private_dns_namespace::fixture(),
        servicediscovery::service::fixture(),
    ]
}
