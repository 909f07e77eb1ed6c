//! Pagination: which reads AWS answers in pages, and a client whose first pages are all empty.
//!
//! An empty first page that names a next one is real: AWS filters after it has cut the pages.
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination>
//! Not here: the questions that Windlass asks (`questions`).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use windlass::canonical::CanonicalJson;

use super::capture::{Capture, Captured};

/// The token of every first page.
const TOKEN: &str = "more";

/// Reads with the same form of pagination: their requests can carry a token.
#[derive(Debug)]
pub struct Paged {
    /// The service, with IAM's name.
    service: &'static str,
    operations: &'static [&'static str],
    /// The request's member for the token.
    token: &'static str,
    /// A parameter with which AWS forbids a token: AWS answers such requests in one page.
    instead: Option<&'static str>,
    /// An empty page of an operation, with a token for the next page.
    empty: fn(&str) -> String,
}

/// Reads that AWS answers in one page: their requests can carry no token.
#[derive(Debug)]
pub struct Whole {
    service: &'static str,
    operations: &'static [&'static str],
    /// What limits the size of the answer, by AWS's reference of the operations.
    pub why: &'static str,
}

/// Every paged read.
pub const PAGED: &[Paged] = &[
    Paged {
        service: "acm",
        operations: &["ListCertificates"],
        token: "NextToken",
        instead: None,
        empty: |_| json!({"NextToken": TOKEN}).to_string(),
    },
    Paged {
        service: "application-autoscaling",
        operations: &[
            "DescribeScalableTargets",
            "DescribeScalingPolicies",
            "DescribeScheduledActions",
        ],
        token: "NextToken",
        instead: None,
        empty: |_| json!({"NextToken": TOKEN}).to_string(),
    },
    Paged {
        service: "autoscaling",
        operations: &[
            "DescribeAutoScalingGroups",
            "DescribeNotificationConfigurations",
            "DescribeScalingActivities",
        ],
        token: "NextToken",
        instead: None,
        empty: |operation| query(operation, &format!("<NextToken>{TOKEN}</NextToken>")),
    },
    Paged {
        service: "ec2",
        operations: &[
            "DescribeInternetGateways",
            "DescribeLaunchTemplateVersions",
            "DescribeLaunchTemplates",
            "DescribeNatGateways",
            "DescribeNetworkAcls",
            "DescribeNetworkInterfaces",
            "DescribeRouteTables",
            "DescribeSecurityGroupRules",
            "DescribeSecurityGroups",
            "DescribeSubnets",
            "DescribeVpcEndpoints",
            "DescribeVpcs",
        ],
        token: "NextToken",
        instead: None,
        empty: |operation| {
            format!(
                "<{operation}Response><requestId>r</requestId><nextToken>{TOKEN}</nextToken></{operation}Response>"
            )
        },
    },
    Paged {
        service: "ecs",
        operations: &[
            "DescribeCapacityProviders",
            "ListServiceDeployments",
            "ListTaskDefinitions",
            "ListContainerInstances",
            "ListServices",
            "ListTasks",
        ],
        token: "nextToken",
        instead: None,
        empty: |_| json!({"nextToken": TOKEN}).to_string(),
    },
    Paged {
        service: "elasticloadbalancing",
        operations: &[
            "DescribeListeners",
            "DescribeLoadBalancers",
            "DescribeRules",
            "DescribeTargetGroups",
        ],
        token: "Marker",
        instead: None,
        empty: |operation| query(operation, &format!("<NextMarker>{TOKEN}</NextMarker>")),
    },
    Paged {
        service: "iam",
        operations: &[
            "GetAccountAuthorizationDetails",
            "ListAttachedRolePolicies",
            "ListInstanceProfilesForRole",
            "ListRolePolicies",
            "ListEntitiesForPolicy",
            "ListInstanceProfiles",
            "ListPolicies",
            "ListPolicyVersions",
            "ListRoles",
        ],
        token: "Marker",
        instead: None,
        empty: |operation| {
            query(
                operation,
                &format!("<IsTruncated>true</IsTruncated><Marker>{TOKEN}</Marker>"),
            )
        },
    },
    Paged {
        service: "logs",
        operations: &[
            "DescribeIndexPolicies",
            "DescribeLogGroups",
            "DescribeResourcePolicies",
        ],
        token: "nextToken",
        instead: None,
        empty: |_| json!({"nextToken": TOKEN}).to_string(),
    },
    // The log is read from its end backwards: an answer with the request's own token is the last one.
    Paged {
        service: "logs",
        operations: &["GetLogEvents"],
        token: "nextToken",
        instead: None,
        empty: |_| json!({"events": [], "nextBackwardToken": TOKEN}).to_string(),
    },
    Paged {
        service: "secretsmanager",
        operations: &["ListSecrets"],
        token: "NextToken",
        instead: None,
        empty: |_| json!({"NextToken": TOKEN}).to_string(),
    },
    Paged {
        service: "servicediscovery",
        operations: &[
            "ListInstances",
            "ListNamespaces",
            "ListOperations",
            "ListServices",
        ],
        token: "NextToken",
        instead: None,
        empty: |_| json!({"NextToken": TOKEN}).to_string(),
    },
    Paged {
        service: "tag",
        operations: &["GetResources"],
        token: "PaginationToken",
        instead: Some("ResourceARNList"),
        empty: |_| json!({"PaginationToken": TOKEN}).to_string(),
    },
];

/// Every other read.
pub const WHOLE: &[Whole] = &[
    Whole {
        service: "application-autoscaling",
        operations: &["ListTagsForResource"],
        why: "the tags of one scalable target",
    },
    Whole {
        service: "autoscaling",
        operations: &["DescribeLifecycleHooks"],
        why: "the hooks of one group, which has at most fifty",
    },
    Whole {
        service: "ec2",
        operations: &[
            "DescribeAddresses",
            "DescribeAvailabilityZones",
            "DescribeVpnGateways",
        ],
        why: "all that fit: EC2 pages neither, and says so by having no MaxResults",
    },
    Whole {
        service: "ec2",
        operations: &["DescribeVpcAttribute"],
        why: "one attribute of one VPC",
    },
    Whole {
        service: "ecs",
        operations: &["DescribeServices"],
        why: "at most ten services, each of them named",
    },
    Whole {
        service: "ecs",
        operations: &["DescribeServiceDeployments", "DescribeServiceRevisions"],
        why: "at most twenty, each of them named",
    },
    Whole {
        service: "ecs",
        operations: &["DescribeClusters", "DescribeTasks"],
        why: "at most a hundred, each of them named",
    },
    Whole {
        service: "ecs",
        operations: &["DescribeTaskDefinition", "ListTagsForResource"],
        why: "one revision; the tags of one resource",
    },
    Whole {
        service: "elasticloadbalancing",
        operations: &[
            "DescribeCapacityReservation",
            "DescribeListenerAttributes",
            "DescribeLoadBalancerAttributes",
            "DescribeTargetGroupAttributes",
        ],
        why: "the attributes or the reservation of one resource",
    },
    Whole {
        service: "elasticloadbalancing",
        operations: &["DescribeTags"],
        why: "the tags of at most twenty resources, each of them named",
    },
    Whole {
        service: "elasticloadbalancing",
        operations: &["DescribeTargetHealth"],
        why: "all targets of one target group",
    },
    Whole {
        service: "iam",
        operations: &[
            "GetInstanceProfile",
            "GetPolicy",
            "GetPolicyVersion",
            "GetRole",
            "GetRolePolicy",
        ],
        why: "one thing, by its name",
    },
    Whole {
        service: "logs",
        operations: &["GetDataProtectionPolicy", "ListTagsForResource"],
        why: "the policy or the tags of one log group",
    },
    Whole {
        service: "secretsmanager",
        operations: &["DescribeSecret", "GetRandomPassword"],
        why: "one secret, by its name; one password",
    },
    Whole {
        service: "servicediscovery",
        operations: &[
            "GetNamespace",
            "GetOperation",
            "GetService",
            "GetServiceAttributes",
            "ListTagsForResource",
        ],
        why: "one thing, by its identifier; its attributes or its tags",
    },
    Whole {
        service: "ssm",
        operations: &["GetParameter"],
        why: "one parameter, by its name",
    },
    Whole {
        service: "sts",
        operations: &["GetCallerIdentity"],
        why: "one identity",
    },
];

/// Every paged read, with IAM's name, such as `ec2:DescribeVpcs`.
pub fn paged() -> BTreeSet<String> {
    let each = PAGED.iter().map(|row| (row.service, row.operations));
    each.flat_map(named).collect()
}

/// Every other read, in the same form.
pub fn whole() -> BTreeSet<String> {
    let each = WHOLE.iter().map(|row| (row.service, row.operations));
    each.flat_map(named).collect()
}

fn named(
    (service, operations): (&'static str, &'static [&'static str]),
) -> impl Iterator<Item = String> {
    operations
        .iter()
        .map(move |operation| format!("{service}:{operation}"))
}

/// A client that answers by the rule, but answers every paged read with an empty page first.
pub fn paging(
    rule: impl Fn(&Captured) -> Option<(u16, String)> + Send + Sync + 'static,
) -> Capture {
    Capture::answering(move |request| match of(request) {
        Some(paged) if paged.is_first(request) => Some((200, (paged.empty)(&request.operation))),
        _ => rule(request),
    })
    // Some questions use samples with values that AWS does not have.
    .lenient()
}

/// The reads among requests.
#[derive(Debug, Default)]
pub struct Reads {
    /// Paged reads.
    pub asked: BTreeSet<String>,
    /// Paged reads for which Windlass took the empty first page for the end.
    pub unfollowed: BTreeSet<String>,
    /// Operations with the name of a read that are in neither table.
    pub unknown: BTreeSet<String>,
}

/// The reads among the requests to a client that pages.
pub fn reads(requests: &[Captured]) -> Reads {
    let mut reads = Reads::default();
    for request in requests {
        let Some(paged) = of(request) else {
            if is_unknown(&request.operation) {
                reads.unknown.insert(request.operation.clone());
            }
            continue;
        };
        let name = format!("{}:{}", paged.service, request.operation);
        reads.asked.insert(name.clone());
        let continues = |other: &Captured| {
            other.operation == request.operation
                && paged.without_token(other).as_deref() == Some(&request.body)
        };
        if paged.is_first(request) && !requests.iter().any(continues) {
            reads.unfollowed.insert(name);
        }
    }
    reads
}

/// Whether an operation only reads, judged by its name.
pub fn is_read(operation: &str) -> bool {
    let verbs = ["BatchGet", "Describe", "Discover", "Get", "List", "Search"];
    verbs.iter().any(|verb| operation.starts_with(verb))
}

fn is_unknown(operation: &str) -> bool {
    let is_whole = WHOLE.iter().any(|row| row.operations.contains(&operation));
    is_read(operation) && !is_whole
}

/// The row of a read. If two services have a read of the same name, such as Amazon ECS and Cloud Map, the service decides.
fn of(request: &Captured) -> Option<&'static Paged> {
    let named = |row: &&Paged| row.operations.contains(&&*request.operation);
    let own = |row: &&Paged| named(row) && row.service == request.service;
    PAGED.iter().find(own).or_else(|| PAGED.iter().find(named))
}

impl Paged {
    /// Whether AWS would answer this request with a first page.
    fn is_first(&self, request: &Captured) -> bool {
        let is_whole = self
            .instead
            .is_some_and(|parameter| request.body.contains(parameter));
        !is_whole && self.without_token(request).is_none()
    }

    /// The request for the first page, if this request continues one.
    fn without_token(&self, request: &Captured) -> Option<String> {
        if let Ok(Value::Object(mut members)) = serde_json::from_str(&request.body) {
            members.remove(self.token)?;
            return Some(CanonicalJson::of(&members.into()).as_str().to_owned());
        }
        let token = format!("{}={TOKEN}", self.token);
        let pairs: Vec<_> = request.body.split("&\n").collect();
        let rest: Vec<_> = pairs
            .iter()
            .copied()
            .filter(|pair| *pair != token)
            .collect();
        (rest.len() < pairs.len()).then(|| rest.join("&\n"))
    }
}

fn query(operation: &str, inner: &str) -> String {
    format!(
        "<{operation}Response><{operation}Result>{inner}</{operation}Result></{operation}Response>"
    )
}
