//! `AWS::ServiceDiscovery::Service`: a name in a namespace, under which instances register.
//!
//! What surprises people: Of the DNS records, only the time to live (TTL) can change. Route 53 health checks are for public namespaces and HTTP
//! namespaces only; ECS uses the custom check. A service of an HTTP namespace cannot change in place, except for `ServiceAttributes` and tags.
//!
//! Not here: `DnsConfig.NamespaceId`, which AWS has replaced by `NamespaceId`; instances, which ECS registers. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-servicediscovery-service.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use windlass_derive::{Block, Choice, Resource};

use super::{NamespaceId, ServiceArn, ServiceId, name};
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// How clients find a service, if that does not follow from its namespace.
    pub enum ServiceType {
        /// Only by asking AWS Cloud Map, even in a namespace with DNS.
        Http = "HTTP",
    }

    /// The type of a DNS record.
    pub enum RecordType {
        /// An IPv4 address.
        A = "A",
        /// An IPv6 address.
        Aaaa = "AAAA",
        /// A host name.
        Cname = "CNAME",
        /// Host name and port.
        Srv = "SRV",
    }

    /// Which instances a DNS answer contains.
    pub enum RoutingPolicy {
        /// Up to eight healthy instances.
        Multivalue = "MULTIVALUE",
        /// One instance at random.
        Weighted = "WEIGHTED",
    }

    /// The protocol of a Route 53 health check.
    pub enum HealthCheckType {
        Http = "HTTP",
        Https = "HTTPS",
        Tcp = "TCP",
    }
}

/// A name in a namespace, under which instances register.
///
/// ```
/// use windlass::aws::ec2::VpcId;
/// use windlass::aws::servicediscovery::{DnsRecord, PrivateDnsNamespace, RecordType, Service};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let namespace = PrivateDnsNamespace::new(VpcId::existing("vpc-0a1"), "shop.internal").declare(cx, "namespace");
///     Service::dns(namespace.id(), "api", [DnsRecord::new(RecordType::A, 10)]).declare(cx, "api-name");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ServiceDiscovery::Service",
    id = "Id",
    outputs(id: ServiceId = "Id", arn: ServiceArn = "Arn"),
    waits(Ready),
    exclusive("NamespaceId", "Name"),
    holds("NamespaceId"),
    replaces_when("Description", is_in_http_namespace, "AWS changes no service of an HTTP namespace"),
    replaces_when("HealthCheckConfig", is_in_http_namespace, "AWS changes no service of an HTTP namespace"),
    no_new
)]
pub struct Service {
    #[field(replaces, no_setter)]
    pub namespace_id: Input<NamespaceId>,
    /// The name below the namespace's name, at most 127 characters. If absent, the engine makes one.
    #[field(replaces, physical_name(max = 63))]
    pub name: Option<Input<String>>,
    /// How clients find the service, if that does not follow from its namespace.
    #[field(name = "Type", replaces)]
    pub service_type: Option<Input<ServiceType>>,
    /// A description of the service, at most 1024 characters. In an HTTP namespace, a change of the description replaces the service.
    #[field(in_place)]
    pub description: Option<Input<String>>,
    /// The DNS records of each instance.
    #[field(replaces_if(
        more_than_time_to_live,
        "anything but the time to live of its DNS records changes"
    ))]
    pub dns_config: Option<DnsConfig>,
    /// The health check: what decides whether an instance is healthy.
    #[field(choice, in_place)]
    pub health_check: Option<HealthCheck>,
    /// Attributes, up to 30. Windlass leaves attributes that the author does not write alone.
    #[field(in_place)]
    pub service_attributes: BTreeMap<String, Input<String>>,
    #[field(in_place)]
    pub tags: Tags,
}

/// The DNS records of each instance.
#[derive(Debug, Clone, Block)]
pub struct DnsConfig {
    /// The records: `A`, `AAAA`, both, `SRV`, or `CNAME`.
    #[field(required, keyed("Type"))]
    pub dns_records: Vec<DnsRecord>,
    /// Which instances an answer contains. AWS's default is `MULTIVALUE`.
    #[field(removal_default("\"MULTIVALUE\""))]
    pub routing_policy: Option<Input<RoutingPolicy>>,
}

/// A DNS record of each instance.
#[derive(Debug, Clone, Block)]
pub struct DnsRecord {
    /// The type of the record.
    #[field(name = "Type")]
    pub record_type: Input<RecordType>,
    /// The time to live (TTL): how long resolvers cache the record, in seconds, 0 to 2147483647.
    #[field(name = "TTL")]
    pub ttl: Input<u32>,
}

/// The health check: what decides whether an instance is healthy.
#[derive(Debug, Clone, Choice)]
pub enum HealthCheck {
    /// Route 53 checks the instance; for public DNS and HTTP namespaces.
    #[field(
        name = "HealthCheckConfig",
        replaces_if(changes_type, "the health check speaks something else")
    )]
    Route53(Route53HealthCheck),
    /// Another program reports the health, such as ECS.
    #[field(name = "HealthCheckCustomConfig", replaces)]
    Custom(CustomHealthCheck),
}

/// A health check of Route 53.
#[derive(Debug, Clone, Block)]
pub struct Route53HealthCheck {
    /// The protocol of the check.
    #[field(name = "Type")]
    pub check_type: Input<HealthCheckType>,
    /// The path of the check; not for TCP. AWS's default is `/`.
    #[field(removal_default("\"/\""))]
    pub resource_path: Option<Input<String>>,
    /// The number of answers in a row that change an instance's state, 1 to 10. AWS's default is 1.
    #[field(removal_default("1"))]
    pub failure_threshold: Option<Input<u32>>,
}

/// A health check by another program.
#[derive(Debug, Clone, Block)]
pub struct CustomHealthCheck {
    /// AWS uses 1 whatever value it gets, so the check refuses any other value.
    #[field(removal_default("1"))]
    pub failure_threshold: Option<Input<u32>>,
}

/// `UpdateService` can change only the records' time to live, and nothing else about DNS.
fn more_than_time_to_live(old: &Value, new: &Value) -> bool {
    let types = |config: &Value| -> BTreeSet<String> {
        let records = config["DnsRecords"].as_array();
        records
            .into_iter()
            .flatten()
            .map(|record| record["Type"].to_string())
            .collect()
    };
    let policy = |config: &Value| match &config["RoutingPolicy"] {
        Value::Null => json!("MULTIVALUE"),
        policy => policy.clone(),
    };
    old.is_null() != new.is_null() || types(old) != types(new) || policy(old) != policy(new)
}

/// Whether a service is in an HTTP namespace, where `UpdateService` answers `InvalidInput` (go-to-k/cdk-real-drift#261). In any other namespace a
/// service has DNS records, or its type says that it has none.
fn is_in_http_namespace(_: &Value, to: &Value) -> bool {
    to.get("DnsConfig").is_none() && to.get("Type").is_none()
}

/// The protocol of a Route 53 health check cannot change.
fn changes_type(old: &Value, new: &Value) -> bool {
    !old.is_null() && !new.is_null() && old["Type"] != new["Type"]
}

impl Service {
    /// A service that clients find by DNS.
    #[must_use]
    pub fn dns(
        namespace: impl IntoInput<NamespaceId>,
        name: impl IntoInput<String>,
        records: impl IntoIterator<Item = DnsRecord>,
    ) -> Self {
        Self::within(namespace)
            .name(name)
            .dns_config(DnsConfig::new(records))
    }

    /// A service that clients find only by asking AWS Cloud Map.
    #[must_use]
    pub fn http(namespace: impl IntoInput<NamespaceId>, name: impl IntoInput<String>) -> Self {
        Self::within(namespace).name(name)
    }

    /// A service whose name the engine makes.
    #[must_use]
    pub fn within(namespace: impl IntoInput<NamespaceId>) -> Self {
        Self {
            namespace_id: namespace.into(),
            name: None,
            service_type: None,
            description: None,
            dns_config: None,
            health_check: None,
            service_attributes: BTreeMap::new(),
            tags: Tags::default(),
        }
    }

    /// Lets ECS report whether an instance is healthy.
    #[must_use]
    pub fn custom_health_check(self) -> Self {
        self.health_check(HealthCheck::Custom(CustomHealthCheck::new()))
    }
}

impl Check for Service {
    fn check(&self, checks: &mut Checks<'_>) {
        name::check_dns(checks, self.name.as_ref(), 127);
        name::check_description(checks, self.description.as_ref());
        if let Some(dns) = &self.dns_config {
            self.check_dns(checks, dns);
        }
        match &self.health_check {
            Some(HealthCheck::Route53(check)) => self.check_route53(checks, check),
            Some(HealthCheck::Custom(check)) => {
                // AWS stores 1 whatever value it gets, so any other number would cause a replacement in every run (terraform-provider-aws#40777; the
                // API reference of HealthCheckCustomConfig says so, too).
                let threshold = check.failure_threshold.as_ref().and_then(Input::literal);
                if let Some(threshold) = threshold.filter(|threshold| *threshold != 1) {
                    checks.invalid(
                        "HealthCheckCustomConfig.FailureThreshold",
                        format!("is {threshold}, but AWS uses 1 whatever it is given"),
                        "leave it out: `.custom_health_check()`",
                    );
                }
            }
            None => {}
        }
        if self.service_attributes.len() > 30 {
            let count = self.service_attributes.len();
            checks.invalid(
                "ServiceAttributes",
                format!("has {count} entries"),
                "AWS takes up to 30",
            );
        }
        for (key, value) in &self.service_attributes {
            if !(1..=255).contains(&key.len()) {
                checks.invalid(
                    "ServiceAttributes",
                    format!("has a key of {} characters", key.len()),
                    "AWS takes 1 to 255",
                );
            }
            checks.length("ServiceAttributes", Some(value), 0..=1024);
        }
    }
}

impl Service {
    fn check_dns(&self, checks: &mut Checks<'_>, dns: &DnsConfig) {
        for record in &dns.dns_records {
            checks.range("DnsConfig", Some(&record.ttl), 0..=2_147_483_647);
        }
        if self.service_type.is_some() {
            checks.invalid(
                "DnsConfig",
                "is given for a service that DNS does not know",
                "leave out `Type` or `DnsConfig`",
            );
        }
        let literals: Option<Vec<_>> = dns
            .dns_records
            .iter()
            .map(|record| record.record_type.literal())
            .collect();
        let Some(mut types) = literals else { return };
        types.sort();
        let fits = matches!(
            types[..],
            [RecordType::A | RecordType::Aaaa | RecordType::Srv | RecordType::Cname]
                | [RecordType::A, RecordType::Aaaa]
        );
        if !fits {
            let types: Vec<_> = types.iter().map(|record| record.as_str()).collect();
            checks.invalid(
                "DnsConfig",
                format!("has the records {}", types.join(", ")),
                "AWS takes A, AAAA, A and AAAA, SRV, or CNAME",
            );
        }
        let weighted = dns.routing_policy.as_ref().map(Input::literal);
        if types.contains(&RecordType::Cname) {
            if weighted
                .is_none_or(|policy| policy.is_some_and(|policy| policy != RoutingPolicy::Weighted))
            {
                checks.invalid(
                    "DnsConfig",
                    "has a CNAME record",
                    "CNAME needs `.routing_policy(RoutingPolicy::Weighted)`",
                );
            }
            if matches!(self.health_check, Some(HealthCheck::Route53(_))) {
                checks.invalid(
                    "HealthCheckConfig",
                    "is given beside a CNAME record",
                    "AWS does not take both",
                );
            }
        }
    }

    fn check_route53(&self, checks: &mut Checks<'_>, check: &Route53HealthCheck) {
        checks.range(
            "HealthCheckConfig",
            check.failure_threshold.as_ref(),
            1..=10,
        );
        checks.length("HealthCheckConfig", check.resource_path.as_ref(), 1..=255);
        if check.check_type.literal() == Some(HealthCheckType::Tcp) && check.resource_path.is_some()
        {
            checks.invalid(
                "HealthCheckConfig",
                "has a `ResourcePath` over TCP",
                "leave it out, or use HTTP",
            );
        }
    }
}

impl Samples for Service {
    fn samples() -> Vec<Self> {
        let namespace = |id: &str| NamespaceId::existing(id);
        let record = |ttl: u32| DnsRecord::new(RecordType::A, ttl);
        let full = Self::dns(namespace("ns-0a1"), "api", [record(10)])
            .dns_config(DnsConfig::new([record(10)]).routing_policy(RoutingPolicy::Multivalue))
            .description("the API")
            .health_check(HealthCheck::Custom(
                CustomHealthCheck::new().failure_threshold(1),
            ))
            .service_attributes([("owner", "shop")])
            .tag("Name", "api");
        let asked = |path: &str, threshold: u32| {
            let check = Route53HealthCheck::new(HealthCheckType::Http);
            HealthCheck::Route53(check.resource_path(path).failure_threshold(threshold))
        };
        let http = Self::http(namespace("ns-0b2"), "api").service_type(ServiceType::Http);
        vec![
            Self::within(namespace("ns-0a1")),
            full.clone(),
            full.clone()
                .dns_config(DnsConfig::new([record(60)]).routing_policy(RoutingPolicy::Multivalue))
                .description("the shop's API")
                .service_attributes([("owner", "platform"), ("tier", "1")])
                .tag("Name", "other"),
            full.clone()
                .dns_config(DnsConfig::new([record(10)]).routing_policy(RoutingPolicy::Weighted)),
            full.clone().dns_config(
                DnsConfig::new([record(10), DnsRecord::new(RecordType::Aaaa, 10)])
                    .routing_policy(RoutingPolicy::Multivalue),
            ),
            full.clone()
                .health_check(HealthCheck::Custom(CustomHealthCheck::new())),
            full.clone().name("other"),
            Self {
                namespace_id: namespace("ns-0c3").into(),
                ..full
            },
            http.clone().health_check(asked("/healthz", 3)),
            http.clone().health_check(asked("/ready", 5)),
            http.clone().health_check(HealthCheck::Route53(
                Route53HealthCheck::new(HealthCheckType::Https)
                    .resource_path("/healthz")
                    .failure_threshold(3),
            )),
            Self::http(namespace("ns-0b2"), "api").health_check(asked("/healthz", 3)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(spec: Service) -> Vec<String> {
        let stack = |cx: &mut Stack| {
            spec.declare(cx, "s");
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    fn with(records: &[RecordType]) -> Service {
        let records = records.iter().map(|record| DnsRecord::new(*record, 10));
        Service::dns(NamespaceId::existing("ns-0a1"), "api", records)
    }

    #[test]
    fn samples_are_sound() {
        for sample in Service::samples() {
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn records_that_do_not_go_together_are_reported() {
        assert_eq!(problems(with(&[RecordType::Aaaa, RecordType::A])), [""; 0]);
        assert_eq!(
            problems(with(&[RecordType::A, RecordType::Srv])),
            ["`DnsConfig` of `s` has the records A, SRV"]
        );
        assert_eq!(
            problems(with(&[RecordType::Cname])),
            ["`DnsConfig` of `s` has a CNAME record"]
        );
    }

    #[test]
    fn a_threshold_that_aws_does_not_keep_is_reported() {
        let threshold = |number: u32| {
            let check = CustomHealthCheck::new().failure_threshold(number);
            problems(with(&[RecordType::A]).health_check(HealthCheck::Custom(check)))
        };
        assert_eq!(threshold(1), [""; 0]);
        assert_eq!(
            threshold(3),
            [
                "`HealthCheckCustomConfig.FailureThreshold` of `s` is 3, but AWS uses 1 whatever it is given"
            ]
        );
    }

    #[test]
    fn only_the_time_to_live_changes_in_place() {
        let config = |ttl: u32, record: &str| json!({"DnsRecords": [{"Type": record, "TTL": ttl}]});
        assert!(!more_than_time_to_live(&config(10, "A"), &config(60, "A")));
        assert!(more_than_time_to_live(
            &config(10, "A"),
            &config(10, "AAAA")
        ));
        assert!(more_than_time_to_live(&Value::Null, &config(10, "A")));
        let mut named = config(10, "A");
        named["RoutingPolicy"] = json!("MULTIVALUE");
        assert!(!more_than_time_to_live(&config(10, "A"), &named));
        named["RoutingPolicy"] = json!("WEIGHTED");
        assert!(more_than_time_to_live(&config(10, "A"), &named));
    }
}
