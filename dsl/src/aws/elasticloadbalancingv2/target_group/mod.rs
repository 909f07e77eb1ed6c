//! `AWS::ElasticLoadBalancingV2::TargetGroup`: the targets that a load balancer sends traffic to, and the health check that tells which are healthy.
//!
//! What surprises people: Nearly every change except one of the health check replaces the group. A listener or rule has to use the group before an ECS
//! service accepts it. ECS services register their tasks themselves, so `Targets` is for everything else.
//!
//! The API has no way to change `TargetControlPort`, though CloudFormation does not list it as create-only: here a change replaces the group.
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-targetgroup.html>

mod check;
mod defaults;
#[cfg(test)]
mod tests;

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use windlass_derive::{Block, Choice, Resource};

use super::{
    AnyTarget, InstanceTarget, IpTarget, LambdaTarget, LoadBalancerArn, LoadBalancerTarget,
    LoadBalancerType, Protocol, ProtocolVersion, TargetGroupArn, TargetGroupAttribute, TargetKind,
};
use crate::aws::ec2::VpcId;
use crate::resource::Samples;
use crate::schema::Shape;
use crate::value::{Input, IntoInput, Literal, Tags, Text};

crate::text_enum! {
    /// The type of a target group's targets.
    pub enum TargetType {
        /// EC2 instances.
        Instance = "instance",
        /// IP addresses.
        Ip = "ip",
        /// One Lambda function.
        Lambda = "lambda",
        /// One application load balancer.
        LoadBalancer = "alb",
    }

    /// The address family of a target group's targets.
    pub enum TargetGroupIpAddressType {
        Ipv4 = "ipv4",
        Ipv6 = "ipv6",
    }
}

/// The port of health checks. Its JSON form is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthCheckPort {
    /// The port on which the target gets traffic.
    Traffic,
    /// A separate port.
    Port(u16),
}

/// The targets that a load balancer sends traffic to. `T` is the type of the targets.
///
/// ```
/// use windlass::aws::ec2::VpcId;
/// use windlass::aws::elasticloadbalancingv2::{Matcher, Protocol, TargetGroup, TargetGroupAttribute};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let web = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 8080)
///         .health_check_path("/healthz")
///         .matcher(Matcher::http("200-299"))
///         .attribute(TargetGroupAttribute::deregistration_delay(30))
///         .declare(cx, "web");
///     cx.output("target-group", web.arn().text());
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ElasticLoadBalancingV2::TargetGroup",
    id = "TargetGroupArn",
    outputs(
        arn: TargetGroupArn<T> = "TargetGroupArn",
        full_name: String = "TargetGroupFullName",
        name: String = "TargetGroupName",
        load_balancer_arns: Vec<LoadBalancerArn> = "LoadBalancerArns" changes,
    ),
    users_first("TargetGroupAttributes", sticks_to_targets, "targets become sticky"),
    no_new
)]
pub struct TargetGroup<T: TargetKind = AnyTarget> {
    /// The name, at most 32 letters, digits and hyphens. If absent, the engine makes one.
    #[field(replaces, physical_name(max = 32))]
    pub name: Option<Input<String>>,
    /// The type of the targets; the constructors set it. AWS's default is `instance`.
    #[field(replaces, removal_default("\"instance\""), no_setter)]
    target_type: Input<TargetType>,
    /// The VPC of the targets; a Lambda function has none.
    #[field(replaces, no_setter)]
    pub vpc_id: Option<Input<VpcId>>,
    /// The protocol of the targets; a Lambda function has none.
    #[field(replaces, no_setter)]
    pub protocol: Option<Input<Protocol>>,
    /// The port of targets without a port of their own, 1 to 65535; a Lambda function has none.
    #[field(replaces, no_setter)]
    pub port: Option<Input<u16>>,
    /// The version of HTTP that targets use. AWS's default is `HTTP1`.
    #[field(replaces, removal_default("\"HTTP1\""))]
    pub protocol_version: Option<Input<ProtocolVersion>>,
    /// The address family of the targets. AWS's default is `ipv4`.
    #[field(replaces, removal_default("\"ipv4\""))]
    pub ip_address_type: Option<Input<TargetGroupIpAddressType>>,
    /// The port on which the target optimizer's agents communicate with the load balancer, 1 to 65535.
    #[field(replaces)]
    pub target_control_port: Option<Input<u16>>,
    /// Whether the load balancer checks the health of targets. Only for a Lambda function can this be off, and it is off by default.
    #[field(in_place, removal_default_by(defaults::enabled))]
    pub health_check_enabled: Option<Input<bool>>,
    /// The protocol of health checks. AWS's default is HTTP for application load balancers and TCP for others.
    #[field(in_place, removal_default_by(defaults::protocol))]
    pub health_check_protocol: Option<Input<Protocol>>,
    /// The port of health checks. AWS's default is the port on which targets get traffic, and 80 for GENEVE.
    #[field(in_place, removal_default_by(defaults::port))]
    pub health_check_port: Option<Input<HealthCheckPort>>,
    /// The path of health checks. AWS's default is `/`, and `/AWS.ALB/healthcheck` for gRPC.
    #[field(in_place, removal_default_by(defaults::path))]
    pub health_check_path: Option<Input<String>>,
    /// The interval between two checks in seconds, 5 to 300. AWS's default is 30; 10 for GENEVE and 35 for Lambda.
    #[field(in_place, removal_default_by(defaults::interval))]
    pub health_check_interval_seconds: Option<Input<u32>>,
    /// The timeout of a check in seconds, 2 to 120. AWS's default is 6 for HTTP, 10 for TCP, TLS and HTTPS, 5 for GENEVE, 30 for Lambda.
    #[field(in_place, removal_default_by(defaults::timeout))]
    pub health_check_timeout_seconds: Option<Input<u32>>,
    /// The number of successes in a row that make a target healthy, 2 to 10. AWS's default is 5.
    #[field(in_place, removal_default("5"))]
    pub healthy_threshold_count: Option<Input<u32>>,
    /// The number of failures in a row that make a target unhealthy, 2 to 10. AWS's default is 2, and 5 for Lambda.
    #[field(in_place, removal_default_by(defaults::unhealthy))]
    pub unhealthy_threshold_count: Option<Input<u32>>,
    /// The answers that count as healthy. AWS's default is 200; 200-399 for network and gateway load balancers, 12 for gRPC.
    #[field(in_place, removal_default_by(defaults::matcher))]
    pub matcher: Option<Matcher>,
    /// Targets that this resource registers, in addition to those that an ECS service or Auto Scaling group registers.
    #[field(in_place, set, no_setter)]
    pub targets: Vec<TargetDescription>,
    /// The attributes. An attribute that the author does not write has AWS's default.
    #[field(in_place, keyed("Key"))]
    pub target_group_attributes: Vec<TargetGroupAttribute>,
    #[field(in_place)]
    pub tags: Tags,
    #[field(skip)]
    of: PhantomData<fn() -> T>,
}

/// A rule with several target groups must have group stickiness before one of the groups is sticky to its targets. Otherwise AWS answers
/// `InvalidConfigurationRequest`, "This target group appears behind a rule with group stickiness disabled"
/// (kubernetes-sigs/aws-load-balancer-controller#2734).
fn sticks_to_targets(old: &Value, new: &Value) -> bool {
    let sticks = |attributes: &Value| {
        let mut attributes = attributes.as_array().into_iter().flatten();
        attributes.any(|attribute| {
            attribute["Key"] == "stickiness.enabled" && attribute["Value"] == "true"
        })
    };
    sticks(new) && !sticks(old)
}

/// The answers that count as healthy.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Matcher {
    #[field(choice)]
    pub codes: MatcherCodes,
}

/// Codes as a list or range: `200,202` or `200-299`.
#[derive(Debug, Clone, Choice)]
pub enum MatcherCodes {
    /// HTTP status codes, within 200 to 499 for HTTP and 200 to 599 for others.
    HttpCode(Input<String>),
    /// gRPC status codes, within 0 to 99.
    GrpcCode(Input<String>),
}

/// A registered target.
#[derive(Debug, Clone, Block)]
pub struct TargetDescription {
    /// The target: an instance's id, an address, or an ARN.
    pub id: Input<String>,
    /// The port of the target, 1 to 65535. AWS's default is the target group's.
    pub port: Option<Input<u16>>,
    /// The zone of the target, or `all`; required for an address outside the VPC.
    pub availability_zone: Option<Input<String>>,
    /// The server id of the target: `0x` and 16 lowercase hex digits; required for QUIC.
    pub quic_server_id: Option<Input<String>>,
}

impl TargetGroup<IpTarget> {
    /// A target group of IP addresses: for tasks in `awsvpc` network mode, which all Fargate tasks use.
    #[must_use]
    pub fn ip(
        vpc: impl IntoInput<VpcId>,
        protocol: impl IntoInput<Protocol>,
        port: impl IntoInput<u16>,
    ) -> Self {
        Self::in_vpc(TargetType::Ip, vpc, protocol, port)
    }
}

impl TargetGroup<InstanceTarget> {
    /// A target group of EC2 instances: for tasks in `bridge` and `host` network mode, and for Auto Scaling groups.
    #[must_use]
    pub fn instance(
        vpc: impl IntoInput<VpcId>,
        protocol: impl IntoInput<Protocol>,
        port: impl IntoInput<u16>,
    ) -> Self {
        Self::in_vpc(TargetType::Instance, vpc, protocol, port)
    }
}

impl TargetGroup<LambdaTarget> {
    /// A target group of one Lambda function.
    #[must_use]
    pub fn lambda() -> Self {
        Self::empty(TargetType::Lambda)
    }
}

impl TargetGroup<LoadBalancerTarget> {
    /// A target group of one application load balancer, behind a network load balancer. The port is the port of one of its listeners.
    #[must_use]
    pub fn load_balancer(vpc: impl IntoInput<VpcId>, port: impl IntoInput<u16>) -> Self {
        Self::in_vpc(TargetType::LoadBalancer, vpc, Protocol::Tcp, port)
    }
}

impl TargetGroup<AnyTarget> {
    /// A target group whose type is only known at run time; for `lambda`, see [`TargetGroup::lambda`].
    #[must_use]
    pub fn of_type(
        target_type: TargetType,
        vpc: impl IntoInput<VpcId>,
        protocol: impl IntoInput<Protocol>,
        port: impl IntoInput<u16>,
    ) -> Self {
        Self::in_vpc(target_type, vpc, protocol, port)
    }
}

impl<T: TargetKind> TargetGroup<T> {
    fn in_vpc(
        target_type: TargetType,
        vpc: impl IntoInput<VpcId>,
        protocol: impl IntoInput<Protocol>,
        port: impl IntoInput<u16>,
    ) -> Self {
        Self {
            vpc_id: Some(vpc.into()),
            protocol: Some(protocol.into()),
            port: Some(port.into()),
            ..Self::empty(target_type)
        }
    }

    fn empty(target_type: TargetType) -> Self {
        Self {
            name: None,
            target_type: target_type.into(),
            vpc_id: None,
            protocol: None,
            port: None,
            protocol_version: None,
            ip_address_type: None,
            target_control_port: None,
            health_check_enabled: None,
            health_check_protocol: None,
            health_check_port: None,
            health_check_path: None,
            health_check_interval_seconds: None,
            health_check_timeout_seconds: None,
            healthy_threshold_count: None,
            unhealthy_threshold_count: None,
            matcher: None,
            targets: Vec::new(),
            target_group_attributes: Vec::new(),
            tags: Tags::default(),
            of: PhantomData,
        }
    }

    /// The same target group, for places that take any type of targets.
    #[must_use]
    pub fn any(self) -> TargetGroup<AnyTarget> {
        TargetGroup {
            name: self.name,
            target_type: self.target_type,
            vpc_id: self.vpc_id,
            protocol: self.protocol,
            port: self.port,
            protocol_version: self.protocol_version,
            ip_address_type: self.ip_address_type,
            target_control_port: self.target_control_port,
            health_check_enabled: self.health_check_enabled,
            health_check_protocol: self.health_check_protocol,
            health_check_port: self.health_check_port,
            health_check_path: self.health_check_path,
            health_check_interval_seconds: self.health_check_interval_seconds,
            health_check_timeout_seconds: self.health_check_timeout_seconds,
            healthy_threshold_count: self.healthy_threshold_count,
            unhealthy_threshold_count: self.unhealthy_threshold_count,
            matcher: self.matcher,
            targets: self.targets,
            target_group_attributes: self.target_group_attributes,
            tags: self.tags,
            of: PhantomData,
        }
    }

    /// The type of the targets.
    #[must_use]
    pub fn target_type(&self) -> &Input<TargetType> {
        &self.target_type
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: TargetGroupAttribute) -> Self {
        self.target_group_attributes.push(attribute);
        self
    }

    /// Registers a target on the target group's own port.
    #[must_use]
    pub fn target(self, id: impl IntoInput<T::Id>) -> Self {
        self.target_with(id, |target| target)
    }

    /// Registers a target with a port, zone or server id.
    #[must_use]
    pub fn target_with(
        mut self,
        id: impl IntoInput<T::Id>,
        say: impl FnOnce(TargetDescription) -> TargetDescription,
    ) -> Self {
        self.targets
            .push(say(TargetDescription::new(id.into().text())));
        self
    }
}

impl Matcher {
    /// HTTP status codes: `200,202` or `200-299`.
    #[must_use]
    pub fn http(codes: impl IntoInput<String>) -> Self {
        Self {
            codes: MatcherCodes::HttpCode(codes.into()),
        }
    }

    /// gRPC status codes: `0,12` or `0-5`.
    #[must_use]
    pub fn grpc(codes: impl IntoInput<String>) -> Self {
        Self {
            codes: MatcherCodes::GrpcCode(codes.into()),
        }
    }
}

impl Serialize for HealthCheckPort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Traffic => serializer.serialize_str("traffic-port"),
            Self::Port(port) => serializer.collect_str(port),
        }
    }
}

impl<'de> Deserialize<'de> for HealthCheckPort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "traffic-port" => Ok(Self::Traffic),
            port => port
                .parse()
                .map(Self::Port)
                .map_err(serde::de::Error::custom),
        }
    }
}

impl Literal for HealthCheckPort {
    const SHAPE: &'static Shape = &Shape::Text;
}

impl Text for HealthCheckPort {}

impl Samples for TargetGroup<AnyTarget> {
    fn samples() -> Vec<Self> {
        let vpc = |id: &str| VpcId::existing(id);
        let full = TargetGroup::ip(vpc("vpc-0a1"), Protocol::Http, 8080)
            .name("web")
            .protocol_version(ProtocolVersion::Http2)
            .ip_address_type(TargetGroupIpAddressType::Ipv4)
            .target_control_port(9000)
            .health_check_enabled(true)
            .health_check_protocol(Protocol::Http)
            .health_check_port(HealthCheckPort::Port(8081))
            .health_check_path("/healthz")
            .health_check_interval_seconds(15)
            .health_check_timeout_seconds(5)
            .healthy_threshold_count(3)
            .unhealthy_threshold_count(4)
            .matcher(Matcher::http("200-299"))
            .target_with("10.0.1.5".to_owned(), |target| {
                target.port(8082).availability_zone("us-east-1a")
            })
            .attribute(TargetGroupAttribute::deregistration_delay(30))
            .attribute(TargetGroupAttribute::slow_start(60))
            .tag("Name", "web")
            .any();
        let lambda = |name: &str| {
            let function = format!("arn:aws:lambda:us-east-1:123456789012:function:{name}");
            TargetGroup::lambda().target(super::FunctionArn::existing(function))
        };
        let quic = |id: &str| {
            TargetGroup::instance(vpc("vpc-0a1"), Protocol::Quic, 443)
                .target_with(super::InstanceId::existing("i-0a1"), |target| {
                    target.quic_server_id(id)
                })
        };
        let with = |change: fn(&mut Self)| {
            let mut changed = full.clone();
            change(&mut changed);
            changed
        };
        vec![
            TargetGroup::ip(vpc("vpc-0a1"), Protocol::Http, 80).any(),
            full.clone(),
            full.clone()
                .health_check_protocol(Protocol::Https)
                .health_check_port(HealthCheckPort::Traffic)
                .health_check_path("/ready")
                .health_check_interval_seconds(20)
                .health_check_timeout_seconds(10)
                .healthy_threshold_count(2)
                .unhealthy_threshold_count(2)
                .matcher(Matcher::http("200,202"))
                .target("10.0.1.6".to_owned())
                .target_group_attributes([
                    TargetGroupAttribute::deregistration_delay(60),
                    TargetGroupAttribute::stickiness(true),
                ])
                .tag("Name", "other"),
            full.clone().name("other"),
            full.clone().protocol_version(ProtocolVersion::Http1),
            full.clone()
                .protocol_version(ProtocolVersion::Grpc)
                .matcher(Matcher::grpc("0-5")),
            full.clone().ip_address_type(TargetGroupIpAddressType::Ipv6),
            full.clone().target_control_port(9001),
            with(|group| group.vpc_id = Some(VpcId::existing("vpc-0b2").into())),
            with(|group| group.port = Some(8081.into())),
            with(|group| group.protocol = Some(Protocol::Https.into())),
            with(|group| {
                group.target_type = TargetType::Instance.into();
                group.targets.clear();
            }),
            lambda("a").health_check_enabled(true).any(),
            lambda("a").health_check_enabled(false).any(),
            TargetGroup::load_balancer(vpc("vpc-0a1"), 80).any(),
            quic("0x0123456789abcdef").any(),
            quic("0xfedcba9876543210").any(),
            TargetGroup::instance(vpc("vpc-0a1"), Protocol::Geneve, 6081).any(),
        ]
    }
}
