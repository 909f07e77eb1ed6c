//! AWS's rate limits (token buckets) as rules for the local cloud, and the least time that they allow for a set of calls.
//!
//! The numbers come from AWS's pages and not from the engine, because the benchmark measures the engine by them.

use serde_json::json;
use windlass_local::{BucketScope, CallRecord, Effect, Rule};

use crate::cloud::Outcome;

/// The start of the names of these rules.
const NAME: &str = "limit-";

/// A bucket: its calls, how many it saves up, how many come back in a second, and what shares it.
struct Bucket {
    service: &'static str,
    operations: &'static str,
    saved_up: u32,
    per_second: f64,
    per: &'static str,
}

const fn each(service: &'static str, operations: &'static str, of: (u32, f64)) -> Bucket {
    Bucket {
        service,
        operations,
        saved_up: of.0,
        per_second: of.1,
        per: "operation",
    }
}

const fn shared(service: &'static str, operations: &'static str, of: (u32, f64)) -> Bucket {
    Bucket {
        per: "rule",
        ..each(service, operations, of)
    }
}

const READS: &str = "Describe*|Get*|List*";

/// The mutating operations among those that the platform calls.
const CHANGES: &str = "Allocate*|Associate*|Attach*|Authorize*|Create*|Delete*|Deregister*|Detach*|Disassociate*|Modify*|Put*|Register*|Release*|Revoke*|Tag*|Update*";

const BALANCING: &str =
    "CreateListener|CreateRule|CreateTargetGroup|Add*|Delete*|Modify*|Remove*|Set*";

/// The services of the platform whose limits AWS does not document.
const OTHERS: &str =
    "application-autoscaling|autoscaling|iam|logs|secretsmanager|servicediscovery|tagging";

/// The limit that Amazon EC2 documents for operations without a bucket of their own.
const USUAL: (u32, f64) = (50, 5.0);

/// The limits that AWS documents, and Amazon EC2's limits for services without documented ones. Sources:
/// [Amazon EC2](https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html),
/// [Amazon ECS](https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html),
/// [Elastic Load Balancing](https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html).
const DOCUMENTED: [Bucket; 18] = [
    each("ec2", READS, (100, 20.0)),
    each("ec2", CHANGES, USUAL),
    each("ec2", "CreateNatGateway|DeleteNatGateway", (10, 1.0)),
    each(
        "ec2",
        "CreateVpcEndpoint|DeleteVpcEndpoints|ModifyVpcEndpoint",
        (4, 0.3),
    ),
    shared("ecs", "DescribeClusters|ListClusters", (50, 20.0)),
    shared(
        "ecs",
        "CreateCluster|DeleteCluster|UpdateCluster*|PutClusterCapacityProviders",
        (20, 1.0),
    ),
    shared(
        "ecs",
        "DescribeTaskDefinition|ListTaskDefinition*",
        (50, 20.0),
    ),
    shared(
        "ecs",
        "RegisterTaskDefinition|DeregisterTaskDefinition",
        (20, 1.0),
    ),
    shared("ecs", "DescribeServices|ListServices", (100, 20.0)),
    shared(
        "ecs",
        "CreateService|DeleteService|UpdateService",
        (50, 5.0),
    ),
    shared(
        "ecs",
        "DescribeServiceDeployments|ListServiceDeployments",
        (50, 20.0),
    ),
    shared("ecs", "TagResource|UntagResource", (20, 10.0)),
    shared("elasticloadbalancing", "*", (40, 10.0)),
    shared("elasticloadbalancing", "Describe*", (40, 10.0)),
    shared(
        "elasticloadbalancing",
        "CreateLoadBalancer|SetSubnets",
        (10, 0.2),
    ),
    shared("elasticloadbalancing", BALANCING, (20, 3.0)),
    each(OTHERS, READS, (100, 20.0)),
    each(OTHERS, CHANGES, USUAL),
];

/// One limit for every operation of every service.
const UNIFORM: [Bucket; 2] = [each("*", READS, (50, 10.0)), each("*", CHANGES, USUAL)];

/// Which limits AWS enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Limits {
    /// Those that it documents.
    Documented,
    /// 5 changes in a second of each operation after 50, and 10 reads after 50: others than it documents, for all services.
    Uniform,
}

impl Limits {
    /// The limits as rules of the local cloud.
    ///
    /// # Errors
    /// Never: each limit is a valid rule.
    pub fn rules(self) -> Outcome<Vec<Rule>> {
        let buckets: &[Bucket] = match self {
            Self::Documented => &DOCUMENTED,
            Self::Uniform => &UNIFORM,
        };
        let rules = buckets.iter().enumerate().map(|(number, bucket)| {
            let rule = json!({
                "name": format!("{NAME}{number}"), "match": {"service": bucket.service, "operation": bucket.operations},
                "effect": {"kind": "rate_limit", "per_second": bucket.per_second, "burst": bucket.saved_up, "per": bucket.per},
            });
            Ok(serde_json::from_value(rule)?)
        });
        rules.collect()
    }
}

/// Whether AWS accepted a call.
#[must_use]
pub fn is_taken(call: &CallRecord) -> bool {
    let rule = call.rule.as_deref();
    rule.is_none_or(|rule| !rule.starts_with(NAME))
}

/// The rate limit that makes these calls take longest: the least time in seconds that it allows, and a text with the number and name of its calls.
#[must_use]
pub fn bound(calls: &[CallRecord], rules: &[Rule]) -> (f64, String) {
    let mut longest = (0.0, String::new());
    for rule in rules {
        let Effect::RateLimit {
            per_second,
            burst,
            per,
        } = &rule.effect
        else {
            continue;
        };
        let mut counts: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
        let met = calls.iter().filter(|call| is_taken(call));
        for call in met.filter(|call| rule.matching.is_of(&call.service, &call.operation)) {
            let bucket = match per {
                BucketScope::Operation => &call.operation,
                _ => rule.matching.operation.as_deref().unwrap_or_default(),
            };
            *counts.entry(bucket).or_default() += 1;
        }
        for (bucket, count) in counts {
            let seconds = (f64::from(count) - burst) / per_second;
            if seconds > longest.0 {
                longest = (
                    seconds,
                    format!("{count} `{}`", bucket.replace('|', "`, `")),
                );
            }
        }
    }
    longest
}
