//! The services that Windlass calls, one row each. The clients and the rate limits come from these rows.
//!
//! Not here: values that only one kind has, such as its own token bucket, which its life cycle declares.

use windlass_engine::provider::Limit;
use windlass_state::record::Action;

use crate::registry::life;

/// Passes one row for each service to a macro: the client's name, the SDK's crate, the service in CloudFormation's type names, and the token bucket
/// (rate limit) in which AWS counts mutating calls, if AWS documents one. IAM, Amazon EC2 Auto Scaling and AWS Cloud Map throttle as well, but do not
/// document the size of their buckets.
macro_rules! services {
    ($visit:ident) => {
        $visit! {
            /// AWS Certificate Manager.
            acm: aws_sdk_acm, "CertificateManager", None;
            /// Application Auto Scaling.
            application_autoscaling: aws_sdk_applicationautoscaling, "ApplicationAutoScaling", None;
            /// Amazon EC2 Auto Scaling.
            autoscaling: aws_sdk_autoscaling, "AutoScaling", None;
            /// Amazon EC2. Each operation has its own bucket: <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>.
            ec2: aws_sdk_ec2, "EC2", Some(own(50, 5.0));
            /// Amazon ECS. Each kind has a bucket: <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html>.
            ecs: aws_sdk_ecs, "ECS", None;
            /// Elastic Load Balancing. All mutating calls share a bucket, except the calls that cost the service most:
            /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>.
            elbv2: aws_sdk_elasticloadbalancingv2, "ElasticLoadBalancingV2", Some(shared("Elastic Load Balancing mutating", 20, 3.0));
            /// AWS Identity and Access Management.
            iam: aws_sdk_iam, "IAM", None;
            /// Amazon CloudWatch Logs.
            logs: aws_sdk_cloudwatchlogs, "Logs", None;
            /// AWS Secrets Manager.
            secretsmanager: aws_sdk_secretsmanager, "SecretsManager", None;
            /// AWS Cloud Map.
            servicediscovery: aws_sdk_servicediscovery, "ServiceDiscovery", None;
            /// AWS Systems Manager.
            ssm: aws_sdk_ssm, "SSM", None;
            /// AWS Security Token Service.
            sts: aws_sdk_sts, "STS", None;
            /// The Resource Groups Tagging API.
            tagging: aws_sdk_resourcegroupstagging, "ResourceGroupsTaggingAPI", None;
        }
    };
}
pub(crate) use services;

macro_rules! buckets {
    ($($(#[$doc:meta])* $client:ident: $sdk:ident, $name:literal, $bucket:expr;)+) => {
        /// The token bucket that all kinds of a service share, by the service's name in CloudFormation.
        const BUCKETS: &[(&str, Option<Limit>)] = &[$(($name, $bucket)),+];
    };
}

services!(buckets);

/// The token bucket in which AWS counts the call for this action on a kind, if AWS documents one: the kind's own bucket, or its service's bucket.
pub fn bucket(kind: &str, action: Action) -> Option<Limit> {
    let own = life(kind).ok().and_then(|life| life.bucket(action));
    own.or_else(|| {
        let service = kind.split("::").nth(1)?;
        let (_, bucket) = BUCKETS.iter().find(|(name, _)| *name == service)?;
        *bucket
    })
}

/// A bucket of one operation: how many calls it holds, and how many calls per second refill it.
pub const fn own(capacity: u32, per_second: f64) -> Limit {
    Limit {
        shared: None,
        capacity,
        per_second,
    }
}

/// A bucket that several operations share. The name is ours, not AWS's.
pub const fn shared(name: &'static str, capacity: u32, per_second: f64) -> Limit {
    Limit {
        shared: Some(name),
        ..own(capacity, per_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_a_service_that_documents_limits_has_one() {
        for schema in windlass::aws::SCHEMAS {
            let service = schema.kind.split("::").nth(1).expect("AWS::Service::Kind");
            let documents = ["EC2", "ECS", "ElasticLoadBalancingV2"].contains(&service);
            for action in [Action::Create, Action::Update, Action::Delete] {
                let bucket = bucket(schema.kind, action);
                assert_eq!(bucket.is_some(), documents, "{}", schema.kind);
            }
        }
    }

    #[test]
    fn every_service_of_the_catalogue_has_a_row() {
        for schema in windlass::aws::SCHEMAS {
            let service = schema.kind.split("::").nth(1).expect("AWS::Service::Kind");
            assert!(
                BUCKETS.iter().any(|(name, _)| *name == service),
                "{service}"
            );
        }
    }
}
