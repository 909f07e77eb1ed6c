//! `AWS::EC2::VPCEndpoint`: connects a VPC to a service without the internet.
//!
//! What surprises people: A gateway endpoint works through route tables and is free. An interface endpoint works through network interfaces in subnets
//! behind security groups and costs money. Each type refuses the properties of the other. Tasks in private subnets without a NAT gateway need interface
//! endpoints for `ecr.api`, `ecr.dkr` and `logs`, and a gateway endpoint for `s3`. If the spec gives no security groups, AWS takes the VPC's default
//! one; an endpoint cannot have none. Private DNS needs DNS support and DNS host names in the VPC.
//!
//! Where CloudFormation and AWS's API differ: `PrivateDnsOnlyForInboundResolverEndpoint` is a boolean in the API. CloudFormation writes `not-specified`
//! for an absent property, so that is not a value here.
//!
//! Not here: addresses chosen per subnet (`SubnetConfigurations`) and tunnel endpoints, which CloudFormation does not have. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcendpoint.html>

use serde_json::Value;
use windlass_derive::{Block, Choice, Resource};

use super::{NetworkInterfaceId, RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId};
use crate::aws::iam::PolicyDocument;
use crate::aws::iam::policy::ResourceBased;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// How an endpoint connects.
    pub enum VpcEndpointType {
        /// Network interfaces in subnets.
        Interface = "Interface",
        /// Routes in route tables; for S3 and DynamoDB.
        Gateway = "Gateway",
        /// A network interface in one subnet, for appliances.
        GatewayLoadBalancer = "GatewayLoadBalancer",
        /// A service network of Amazon VPC Lattice.
        ServiceNetwork = "ServiceNetwork",
        /// A resource configuration of Amazon VPC Lattice.
        Resource = "Resource",
        /// A network segment: a resource configuration of Amazon VPC Lattice for address ranges, reached through a tunnel of GENEVE.
        Tunnel = "Tunnel",
    }

    /// The address family of an endpoint.
    pub enum EndpointAddressType {
        Ipv4 = "ipv4",
        Ipv6 = "ipv6",
        /// Both.
        Dualstack = "dualstack",
    }

    /// Which DNS records AWS creates for an endpoint.
    pub enum DnsRecordIpType {
        /// A records.
        Ipv4 = "ipv4",
        /// AAAA records.
        Ipv6 = "ipv6",
        /// Both.
        Dualstack = "dualstack",
        /// The records that the service defines.
        ServiceDefined = "service-defined",
    }

    /// Which clients use the private DNS name of a service that also has a gateway endpoint.
    pub enum PrivateDnsScope {
        /// Only clients behind an inbound Resolver endpoint; the VPC itself uses the gateway endpoint.
        OnlyInboundResolver = "OnlyInboundResolver",
        /// All clients.
        AllResolvers = "AllResolvers",
    }

    /// Which custom domains get private DNS.
    pub enum PrivateDnsPreference {
        VerifiedDomainsOnly = "VERIFIED_DOMAINS_ONLY",
        AllDomains = "ALL_DOMAINS",
        /// Verified domains, and the domains that are listed.
        VerifiedDomainsAndSpecifiedDomains = "VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS",
        /// The domains that are listed.
        SpecifiedDomainsOnly = "SPECIFIED_DOMAINS_ONLY",
    }
}

/// The target of an endpoint.
#[derive(Debug, Clone, Choice)]
#[choice(replaces)]
pub enum EndpointTarget {
    /// A service, such as `com.amazonaws.us-east-1.s3`.
    ServiceName(Input<String>),
    ServiceNetworkArn(Input<String>),
    ResourceConfigurationArn(Input<String>),
}

/// DNS options of an endpoint.
#[derive(Debug, Clone, Block)]
pub struct DnsOptions {
    /// Which records AWS creates. AWS's default follows the address type.
    #[field(removal_keeps)]
    pub dns_record_ip_type: Option<Input<DnsRecordIpType>>,
    /// Which clients use the private DNS name of a service that also has a gateway endpoint. AWS's default is all clients.
    #[field(removal_default("\"AllResolvers\""))]
    pub private_dns_only_for_inbound_resolver_endpoint: Option<Input<PrivateDnsScope>>,
    /// Which custom domains get private DNS.
    #[field(replaces)]
    pub private_dns_preference: Option<Input<PrivateDnsPreference>>,
    /// The listed domains, 1 to 10, as a set.
    #[field(replaces, set)]
    pub private_dns_specified_domains: Vec<Input<String>>,
}

/// Connects a VPC to a service without the internet.
///
/// ```
/// use windlass::aws::ec2::{RouteTableId, VpcEndpoint, VpcId};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let vpc = VpcId::existing("vpc-0a1");
///     VpcEndpoint::gateway(vpc, VpcEndpoint::service(cx, "s3"))
///         .route_table_ids([RouteTableId::existing("rtb-0a1")])
///         .declare(cx, "s3");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert!(document.problems.is_empty());
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::EC2::VPCEndpoint",
    id = "Id",
    outputs(
        id: VpcEndpointId = "Id",
        creation_timestamp: String = "CreationTimestamp",
        dns_entries: Vec<String> = "DnsEntries" changes,
        network_interface_ids: Vec<NetworkInterfaceId> = "NetworkInterfaceIds" changes,
    ),
    waits(Ready),
    exclusive_by(
        taken,
        "VpcId",
        "VpcEndpointType",
        "ServiceName",
        "RouteTableIds",
        "PrivateDnsEnabled"
    ),
    holds("VpcId", "SubnetIds[]", "SecurityGroupIds[]"),
    no_new
)]
pub struct VpcEndpoint {
    #[field(replaces)]
    pub vpc_id: Input<VpcId>,
    /// The type of the endpoint. AWS's default is `Gateway`.
    #[field(replaces, removal_default("\"Gateway\""))]
    pub vpc_endpoint_type: Option<Input<VpcEndpointType>>,
    /// The target of the endpoint.
    #[field(choice)]
    pub target: EndpointTarget,
    /// The region of the service, if it is another region.
    #[field(replaces, removal_keeps)]
    pub service_region: Option<Input<String>>,
    /// The endpoint policy: what requests through the endpoint may do; interface and gateway endpoints. AWS's default allows everything.
    #[field(
        in_place,
        removal_default(
            "{\"Statement\":[{\"Action\":\"*\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}],\"Version\":\"2008-10-17\"}"
        )
    )]
    pub policy_document: Option<PolicyDocument<ResourceBased>>,
    /// The route tables that get a route to the endpoint, as a set; gateway endpoints.
    #[field(in_place, set)]
    pub route_table_ids: Vec<Input<RouteTableId>>,
    /// The subnets of the endpoint's network interfaces, at most one per zone, as a set; all but gateway endpoints.
    #[field(in_place, set)]
    pub subnet_ids: Vec<Input<SubnetId>>,
    /// The security groups of the endpoint's network interfaces, as a set. AWS's default is the VPC's default group.
    #[field(in_place, set, removal_keeps)]
    pub security_group_ids: Vec<Input<SecurityGroupId>>,
    /// Whether the service's own public name leads to the endpoint inside the VPC; interface endpoints. AWS documents no default, so AWS keeps the last
    /// value when the author removes the property.
    #[field(in_place, removal_keeps)]
    pub private_dns_enabled: Option<Input<bool>>,
    /// The address family of the endpoint. AWS's default follows the subnets and the service.
    #[field(in_place, removal_keeps)]
    pub ip_address_type: Option<Input<EndpointAddressType>>,
    /// DNS options of the endpoint.
    #[field(in_place, removal_keeps)]
    pub dns_options: Option<DnsOptions>,
    #[field(in_place)]
    pub tags: Tags,
}

/// A route table has one route to a service: for a second one AWS answers `RouteAlreadyExists`. A VPC has one interface endpoint under the service's
/// own name: for a second one AWS answers `InvalidParameter`, "there is already a conflicting DNS domain" (hashicorp/terraform-provider-aws#17269).
fn taken(spec: &Value) -> Vec<Vec<Value>> {
    let Some(service) = spec.get("ServiceName") else {
        return Vec::new();
    };
    let through = |place: &Value| vec![service.clone(), place.clone()];
    match spec.get("VpcEndpointType").and_then(Value::as_str) {
        None | Some("Gateway") => {
            let tables = spec.get("RouteTableIds").and_then(Value::as_array);
            tables.into_iter().flatten().map(through).collect()
        }
        Some("Interface") if spec["PrivateDnsEnabled"] == true => vec![through(&spec["VpcId"])],
        Some(_) => Vec::new(),
    }
}

impl VpcEndpoint {
    /// The name of one of AWS's own services in the region of the scope, such as `ecr.api` or `s3`.
    #[must_use]
    pub fn service(cx: &crate::Stack, service: &str) -> String {
        format!("com.amazonaws.{}.{service}", cx.region())
    }

    /// An interface endpoint for a service.
    pub fn interface(vpc: impl IntoInput<VpcId>, service_name: impl IntoInput<String>) -> Self {
        let target = EndpointTarget::ServiceName(service_name.into());
        Self::of(VpcEndpointType::Interface, vpc, target)
    }

    /// A gateway endpoint for a service: S3 or DynamoDB.
    pub fn gateway(vpc: impl IntoInput<VpcId>, service_name: impl IntoInput<String>) -> Self {
        let target = EndpointTarget::ServiceName(service_name.into());
        Self::of(VpcEndpointType::Gateway, vpc, target)
    }

    /// A Gateway Load Balancer endpoint for a service of network appliances.
    pub fn gateway_load_balancer(
        vpc: impl IntoInput<VpcId>,
        service_name: impl IntoInput<String>,
    ) -> Self {
        let target = EndpointTarget::ServiceName(service_name.into());
        Self::of(VpcEndpointType::GatewayLoadBalancer, vpc, target)
    }

    /// An endpoint for a service network.
    pub fn service_network(vpc: impl IntoInput<VpcId>, arn: impl IntoInput<String>) -> Self {
        let target = EndpointTarget::ServiceNetworkArn(arn.into());
        Self::of(VpcEndpointType::ServiceNetwork, vpc, target)
    }

    /// An endpoint for a resource configuration.
    pub fn resource(vpc: impl IntoInput<VpcId>, arn: impl IntoInput<String>) -> Self {
        let target = EndpointTarget::ResourceConfigurationArn(arn.into());
        Self::of(VpcEndpointType::Resource, vpc, target)
    }

    /// A tunnel endpoint for a resource configuration of type `CIDR`.
    pub fn tunnel(vpc: impl IntoInput<VpcId>, arn: impl IntoInput<String>) -> Self {
        let target = EndpointTarget::ResourceConfigurationArn(arn.into());
        Self::of(VpcEndpointType::Tunnel, vpc, target)
    }

    fn of(kind: VpcEndpointType, vpc: impl IntoInput<VpcId>, target: EndpointTarget) -> Self {
        Self {
            vpc_id: vpc.into(),
            vpc_endpoint_type: Some(kind.into()),
            target,
            service_region: None,
            policy_document: None,
            route_table_ids: Vec::new(),
            subnet_ids: Vec::new(),
            security_group_ids: Vec::new(),
            private_dns_enabled: None,
            ip_address_type: None,
            dns_options: None,
            tags: Tags::default(),
        }
    }

    /// Reports a property that this type of endpoint does not take.
    fn check_type(&self, kind: VpcEndpointType, checks: &mut Checks<'_>) {
        use VpcEndpointType::{Gateway, GatewayLoadBalancer, Interface};
        let mut refused = |property: &str, given: bool, help: &str| {
            if given {
                checks.invalid(
                    property,
                    format!("is given, but the endpoint is of type {kind}"),
                    help,
                );
            }
        };
        let gateway = kind == Gateway;
        refused(
            "RouteTableIds",
            !gateway && !self.route_table_ids.is_empty(),
            "route tables are for gateway endpoints; name subnets",
        );
        refused(
            "SubnetIds",
            gateway && !self.subnet_ids.is_empty(),
            "a gateway endpoint has no network interfaces; name route tables",
        );
        refused(
            "SecurityGroupIds",
            matches!(kind, Gateway | GatewayLoadBalancer) && !self.security_group_ids.is_empty(),
            "only endpoints with network interfaces of their own have security groups",
        );
        let private = self.private_dns_enabled.as_ref().and_then(Input::literal) == Some(true);
        refused(
            "PrivateDnsEnabled",
            matches!(kind, Gateway | GatewayLoadBalancer) && private,
            "private DNS is for interface endpoints",
        );
        refused(
            "PolicyDocument",
            !matches!(kind, Gateway | Interface) && self.policy_document.is_some(),
            "policies are for interface and gateway endpoints",
        );
        if kind == GatewayLoadBalancer && self.subnet_ids.len() > 1 {
            checks.invalid(
                "SubnetIds",
                format!("names {} subnets", self.subnet_ids.len()),
                "such an endpoint is in one subnet; declare one per zone",
            );
        }
    }

    fn check_target(&self, kind: VpcEndpointType, checks: &mut Checks<'_>) {
        let (property, fits) = match &self.target {
            EndpointTarget::ServiceName(_) => (
                "ServiceName",
                !matches!(
                    kind,
                    VpcEndpointType::ServiceNetwork
                        | VpcEndpointType::Resource
                        | VpcEndpointType::Tunnel
                ),
            ),
            EndpointTarget::ServiceNetworkArn(_) => {
                ("ServiceNetworkArn", kind == VpcEndpointType::ServiceNetwork)
            }
            EndpointTarget::ResourceConfigurationArn(_) => (
                "ResourceConfigurationArn",
                matches!(kind, VpcEndpointType::Resource | VpcEndpointType::Tunnel),
            ),
        };
        if !fits {
            checks.invalid(
                property,
                format!("is given, but the endpoint is of type {kind}"),
                "the constructors of `VpcEndpoint` pair them",
            );
        }
    }
}

impl Check for VpcEndpoint {
    fn check(&self, checks: &mut Checks<'_>) {
        let kind = match &self.vpc_endpoint_type {
            None => Some(VpcEndpointType::Gateway),
            Some(input) => input.literal(),
        };
        if let Some(kind) = kind {
            self.check_type(kind, checks);
            self.check_target(kind, checks);
        }
        if let Some(options) = &self.dns_options {
            let domains = options.private_dns_specified_domains.len();
            if domains > 10 {
                checks.invalid(
                    "DnsOptions.PrivateDnsSpecifiedDomains",
                    format!("names {domains} domains"),
                    "AWS takes at most 10",
                );
            }
            let preference = options
                .private_dns_preference
                .as_ref()
                .and_then(Input::literal);
            let wanted = matches!(
                preference,
                Some(
                    PrivateDnsPreference::SpecifiedDomainsOnly
                        | PrivateDnsPreference::VerifiedDomainsAndSpecifiedDomains
                )
            );
            if wanted && domains == 0 {
                checks.invalid(
                    "DnsOptions.PrivateDnsSpecifiedDomains",
                    "is empty",
                    "the preference is about specified domains: name them",
                );
            }
        }
    }
}

impl Samples for VpcEndpoint {
    fn samples() -> Vec<Self> {
        let vpc = || VpcId::existing("vpc-0a1");
        let policy = |action: &str| {
            PolicyDocument::<ResourceBased>::json(
                serde_json::json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}]}),
            )
        };
        let dns = |kind| {
            DnsOptions::new()
                .dns_record_ip_type(kind)
                .private_dns_only_for_inbound_resolver_endpoint(
                    PrivateDnsScope::OnlyInboundResolver,
                )
        };
        let full = Self::interface(vpc(), "com.amazonaws.us-east-1.ecr.api")
            .service_region("us-west-2")
            .policy_document(policy("ecr:*"))
            .subnet_ids(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing))
            .security_group_ids([SecurityGroupId::existing("sg-0a1")])
            .private_dns_enabled(true)
            .ip_address_type(EndpointAddressType::Ipv4)
            .dns_options(dns(DnsRecordIpType::Ipv4))
            .tag("Name", "ecr-api");
        let lattice = Self::resource(
            vpc(),
            "arn:aws:vpc-lattice:us-east-1:123456789012:resourceconfiguration/rcfg-0a1",
        )
        .private_dns_enabled(true)
        .dns_options(
            DnsOptions::new()
                .private_dns_preference(PrivateDnsPreference::SpecifiedDomainsOnly)
                .private_dns_specified_domains(["one.example.com".to_owned()]),
        );
        let gateway = Self::gateway(vpc(), "com.amazonaws.us-east-1.s3");
        vec![
            gateway.clone(),
            full.clone(),
            full.clone()
                .policy_document(policy("ecr:Get*"))
                .subnet_ids(["subnet-0a1", "subnet-0c3"].map(SubnetId::existing))
                .security_group_ids(["sg-0b2", "sg-0c3"].map(SecurityGroupId::existing))
                .private_dns_enabled(false)
                .ip_address_type(EndpointAddressType::Dualstack)
                .dns_options(
                    DnsOptions::new()
                        .dns_record_ip_type(DnsRecordIpType::Dualstack)
                        .private_dns_only_for_inbound_resolver_endpoint(
                            PrivateDnsScope::AllResolvers,
                        ),
                )
                .tag("Name", "ecr"),
            full.clone().vpc_id(VpcId::existing("vpc-0b2")),
            full.clone().service_region("eu-west-1"),
            full.target(EndpointTarget::ServiceName(
                "com.amazonaws.us-east-1.ecr.dkr".into(),
            )),
            gateway
                .clone()
                .route_table_ids([RouteTableId::existing("rtb-0a1")]),
            gateway.route_table_ids([RouteTableId::existing("rtb-0b2")]),
            Self::gateway_load_balancer(vpc(), "com.amazonaws.vpce.us-east-1.vpce-svc-0a1")
                .subnet_ids([SubnetId::existing("subnet-0a1")]),
            Self::service_network(
                vpc(),
                "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0a1",
            ),
            Self::service_network(
                vpc(),
                "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0b2",
            ),
            lattice.clone(),
            lattice
                .clone()
                .target(EndpointTarget::ResourceConfigurationArn(
                    "arn:aws:vpc-lattice:us-east-1:123456789012:resourceconfiguration/rcfg-0b2"
                        .into(),
                )),
            lattice.dns_options(
                DnsOptions::new()
                    .private_dns_preference(
                        PrivateDnsPreference::VerifiedDomainsAndSpecifiedDomains,
                    )
                    .private_dns_specified_domains(["two.example.com".to_owned()]),
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(endpoint: VpcEndpoint) -> Vec<String> {
        let document = Stack::test(
            "t",
            |cx| {
                endpoint.declare(cx, "endpoint");
                Ok(())
            },
            Request::offline("us-east-1"),
        );
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn every_sample_passes_the_checks() {
        for sample in VpcEndpoint::samples() {
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn what_the_other_type_takes_is_reported() {
        let vpc = || VpcId::existing("vpc-0a1");
        let gateway = VpcEndpoint::gateway(vpc(), "s3")
            .subnet_ids([SubnetId::existing("subnet-0a1")])
            .private_dns_enabled(true);
        assert_eq!(
            problems(gateway),
            [
                "`SubnetIds` of `endpoint` is given, but the endpoint is of type Gateway",
                "`PrivateDnsEnabled` of `endpoint` is given, but the endpoint is of type Gateway"
            ]
        );
        let interface = VpcEndpoint::interface(vpc(), "logs")
            .route_table_ids([RouteTableId::existing("rtb-0a1")])
            .vpc_endpoint_type(VpcEndpointType::Resource);
        assert_eq!(
            problems(interface),
            [
                "`RouteTableIds` of `endpoint` is given, but the endpoint is of type Resource",
                "`ServiceName` of `endpoint` is given, but the endpoint is of type Resource"
            ]
        );
    }
}
