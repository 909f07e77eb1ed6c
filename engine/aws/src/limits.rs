//! The token buckets in which AWS counts the calls that change something, as far as it documents them, by kind and what is done to it. One that takes
//! several operations goes by the one that it cannot do without.
//!
//! IAM, Amazon EC2 Auto Scaling and AWS Cloud Map throttle in buckets, too, without saying how large they are. Not here: keeping to any of them, and
//! what is read (`reads`).

use windlass_engine::provider::Limit;
use windlass_state::record::Action;

/// The limit of the call that does this to a kind.
pub fn documented(kind: &str, action: Action) -> Option<Limit> {
    let (service, name) = kind.strip_prefix("AWS::")?.split_once("::")?;
    match service {
        "EC2" => Some(ec2(name)),
        "ECS" => ecs(name),
        "ElasticLoadBalancingV2" => Some(elasticloadbalancingv2(name, action)),
        _ => None,
    }
}

/// Each operation has a bucket of its own: <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>.
fn ec2(name: &str) -> Limit {
    match name {
        "VPCEndpoint" => bucket(4, 0.3),
        "NatGateway" => bucket(10, 1.0),
        _ => bucket(50, 5.0),
    }
}

/// What makes, changes and removes a thing shares a bucket: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html>.
fn ecs(name: &str) -> Option<Limit> {
    Some(match name {
        "TaskDefinition" => shared("ECS task definition modify", 20, 1.0),
        "Service" => shared("ECS service modify", 50, 5.0),
        "Cluster" | "ClusterCapacityProviderAssociations" => shared("ECS cluster modify", 20, 1.0),
        "CapacityProvider" => shared("ECS capacity provider modify", 10, 1.0),
        _ => return None,
    })
}

/// All that changes something shares a bucket, but for what takes most of the service:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>.
fn elasticloadbalancingv2(name: &str, action: Action) -> Limit {
    match (name, action) {
        ("LoadBalancer", Action::Create) => bucket(10, 0.2),
        _ => shared("Elastic Load Balancing mutating", 20, 3.0),
    }
}

const fn bucket(capacity: u32, per_second: f64) -> Limit {
    Limit {
        shared: None,
        capacity,
        per_second,
    }
}

const fn shared(name: &'static str, capacity: u32, per_second: f64) -> Limit {
    Limit {
        shared: Some(name),
        ..bucket(capacity, per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_a_service_that_documents_limits_has_one() {
        for schema in windlass::aws::SCHEMAS {
            let documents = ["EC2", "ECS", "ElasticLoadBalancingV2"];
            let documents = documents.map(|service| format!("AWS::{service}::"));
            let documents = documents
                .iter()
                .any(|service| schema.kind.starts_with(service));
            for action in [Action::Create, Action::Update, Action::Delete] {
                assert_eq!(
                    documented(schema.kind, action).is_some(),
                    documents,
                    "{}",
                    schema.kind
                );
            }
        }
    }
}
