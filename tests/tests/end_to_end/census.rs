//! Counts everything in an account, by calls to the cloud without Windlass.
//!
//! Tests compare the counts before and after, so what every new account has, such as a default VPC, cancels out. The census leaves out network
//! interfaces: they belong to NAT gateways and load balancers, and moto leaves them behind when those are deleted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::world::World;

/// The count of each sort of resource.
pub type Census = BTreeMap<&'static str, usize>;

/// Lists of the query protocol: service, version, action, and the element that each item has once; with its text, where that matters.
const LISTINGS: &[(&str, &str, &str, &str)] = &[
    ("ec2", "2016-11-15", "DescribeVpcs", "dhcpOptionsId"),
    (
        "ec2",
        "2016-11-15",
        "DescribeSubnets",
        "availableIpAddressCount",
    ),
    (
        "ec2",
        "2016-11-15",
        "DescribeRouteTables",
        "routeTableAssociationId",
    ),
    (
        "ec2",
        "2016-11-15",
        "DescribeRouteTables",
        "destinationCidrBlock",
    ),
    (
        "ec2",
        "2016-11-15",
        "DescribeInternetGateways",
        "internetGatewayId",
    ),
    (
        "ec2",
        "2016-11-15",
        "DescribeNatGateways",
        "state>available</state",
    ),
    ("ec2", "2016-11-15", "DescribeAddresses", "allocationId"),
    (
        "ec2",
        "2016-11-15",
        "DescribeSecurityGroups",
        "groupDescription",
    ),
    (
        "ec2",
        "2016-11-15",
        "DescribeSecurityGroupRules",
        "securityGroupRuleId",
    ),
    (
        "ec2",
        "2016-11-15",
        "DescribeLaunchTemplates",
        "launchTemplateName",
    ),
    // EC2 continues to show terminated instances.
    (
        "ec2",
        "2016-11-15",
        "DescribeInstances",
        "name>running</name",
    ),
    ("iam", "2010-05-08", "ListRoles", "RoleName"),
    (
        "iam",
        "2010-05-08",
        "ListInstanceProfiles",
        "InstanceProfileName",
    ),
    (
        "iam",
        "2010-05-08",
        "ListPolicies&Scope=Local",
        "PolicyName",
    ),
    (
        "elasticloadbalancing",
        "2015-12-01",
        "DescribeLoadBalancers",
        "LoadBalancerArn",
    ),
    (
        "elasticloadbalancing",
        "2015-12-01",
        "DescribeTargetGroups",
        "TargetGroupArn",
    ),
    (
        "autoscaling",
        "2011-01-01",
        "DescribeAutoScalingGroups",
        "AutoScalingGroupARN",
    ),
];

/// Lists of the JSON protocols: service, target, request, and the list in the answer.
fn json_listings() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    vec![
        (
            "ecs",
            "AmazonEC2ContainerServiceV20141113.ListClusters",
            json!({}),
            "clusterArns",
        ),
        (
            "ecs",
            "AmazonEC2ContainerServiceV20141113.DescribeCapacityProviders",
            json!({}),
            "capacityProviders",
        ),
        (
            "ecs",
            "AmazonEC2ContainerServiceV20141113.ListTaskDefinitions",
            json!({"status": "ACTIVE"}),
            "taskDefinitionArns",
        ),
        (
            "logs",
            "Logs_20140328.DescribeLogGroups",
            json!({}),
            "logGroups",
        ),
        (
            "secretsmanager",
            "secretsmanager.ListSecrets",
            json!({}),
            "SecretList",
        ),
        (
            "servicediscovery",
            "Route53AutoNaming_v20170314.ListNamespaces",
            json!({}),
            "Namespaces",
        ),
        (
            "servicediscovery",
            "Route53AutoNaming_v20170314.ListServices",
            json!({}),
            "Services",
        ),
        (
            "application-autoscaling",
            "AnyScaleFrontendService.DescribeScalableTargets",
            json!({"ServiceNamespace": "ecs"}),
            "ScalableTargets",
        ),
        (
            "application-autoscaling",
            "AnyScaleFrontendService.DescribeScalingPolicies",
            json!({"ServiceNamespace": "ecs"}),
            "ScalingPolicies",
        ),
    ]
}

impl World {
    /// Counts everything in the account.
    pub fn census(&self) -> Census {
        let mut census = Census::new();
        for (service, version, action, element) in LISTINGS {
            let text = self.query(service, version, action);
            census.insert(element, text.matches(&format!("<{element}>")).count());
        }
        for (service, target, request, list) in json_listings() {
            let answer = self.ask(service, target, &request);
            census.insert(list, answer[list].as_array().map_or(0, Vec::len));
        }
        census.insert("listeners", self.listeners());
        for (what, list) in [("ListServices", "serviceArns"), ("ListTasks", "taskArns")] {
            census.insert(list, self.in_clusters(what, list));
        }
        census
    }

    /// The answer to a call of the query protocol, which has to succeed.
    pub fn query(&self, service: &str, version: &str, action: &str) -> String {
        let form = (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        );
        let body = format!("Action={action}&Version={version}");
        let answer = self.cloud.call(&self.account, service, &[form], &body);
        assert_eq!(answer.status, 200, "{action}: {}", answer.text);
        answer.text
    }

    /// The answer to a call of a JSON protocol, which has to succeed.
    pub fn ask(&self, service: &str, target: &str, request: &Value) -> Value {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target),
        ];
        let answer = self
            .cloud
            .call(&self.account, service, &headers, &request.to_string());
        assert_eq!(answer.status, 200, "{target}: {}", answer.text);
        // Some successes have no body.
        serde_json::from_str(&answer.text).unwrap_or_default()
    }

    /// The answer to a call of ECS, which has to succeed.
    pub fn ecs(&self, operation: &str, request: &Value) -> Value {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        self.ask("ecs", &target, request)
    }

    fn listeners(&self) -> usize {
        let (service, version) = ("elasticloadbalancing", "2015-12-01");
        let balancers = self.query(service, version, "DescribeLoadBalancers");
        let arns = elements(&balancers, "LoadBalancerArn");
        let count = |arn: &str| {
            let action = format!("DescribeListeners&LoadBalancerArn={arn}");
            elements(&self.query(service, version, &action), "ListenerArn").len()
        };
        arns.into_iter().map(count).sum()
    }

    fn in_clusters(&self, operation: &str, list: &str) -> usize {
        let clusters = self.ecs("ListClusters", &json!({}));
        let clusters = clusters["clusterArns"].as_array().into_iter().flatten();
        let count = |cluster| {
            let answer = self.ecs(operation, &json!({ "cluster": cluster }));
            answer[list].as_array().map_or(0, Vec::len)
        };
        clusters.map(count).sum()
    }
}

/// The texts of all elements of that name.
pub fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let rest = xml.split(open.as_str()).skip(1);
    rest.filter_map(|rest| rest.split(close.as_str()).next())
        .collect()
}
