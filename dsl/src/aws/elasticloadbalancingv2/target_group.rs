//! `AWS::ElasticLoadBalancingV2::TargetGroup`: where a load balancer sends what comes in, and how it knows who is healthy.
//!
//! What surprises people: nearly everything but the health check replaces it; a target group has to be in use by a listener or rule
//! before an ECS service takes it; ECS services register their tasks themselves, so `Targets` is for everything else.
//!
//! The API has no way to change `TargetControlPort`, though CloudFormation does not list it as create-only: it replaces.
//! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-targetgroup.html>

use std::marker::PhantomData;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use windlass_derive::{Block, Choice, Resource};

use super::attributes::{self, TARGET_GROUP_ATTRIBUTES};
use super::{
    AnyTarget, InstanceTarget, IpTarget, LambdaTarget, LoadBalancerArn, LoadBalancerTarget,
    LoadBalancerType, Protocol, ProtocolVersion, TargetGroupArn, TargetGroupAttribute, TargetKind,
    name,
};
use crate::aws::ec2::VpcId;
use crate::resource::{Check, Samples};
use crate::schema::Shape;
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Literal, Tags, Text};

crate::text_enum! {
    /// What a target group holds.
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

    /// The addresses of a target group's targets.
    pub enum TargetGroupIpAddressType {
        /// IPv4.
        Ipv4 = "ipv4",
        /// IPv6.
        Ipv6 = "ipv6",
    }
}

/// The port that health checks go to. Its JSON form is a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthCheckPort {
    /// The one that the target gets traffic on.
    Traffic,
    /// A port of its own.
    Port(u16),
}

/// Where a load balancer sends what comes in. `T` is what it holds.
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
    outputs(
        arn: TargetGroupArn<T> = "TargetGroupArn",
        full_name: String = "TargetGroupFullName",
        name: String = "TargetGroupName",
        load_balancer_arns: Vec<LoadBalancerArn> = "LoadBalancerArns" changes,
    ),
    no_new
)]
pub struct TargetGroup<T: TargetKind = AnyTarget> {
    /// The name, at most 32 letters, digits and hyphens. The engine makes one when there is none.
    #[field(replaces, physical_name(max = 32))]
    pub name: Option<Input<String>>,
    /// What it holds; the constructors say it. AWS's default is `instance`.
    #[field(replaces, removal_default("\"instance\""), no_setter)]
    target_type: Input<TargetType>,
    /// The VPC of the targets; a Lambda function has none.
    #[field(replaces, no_setter)]
    pub vpc_id: Option<Input<VpcId>>,
    /// What targets speak; a Lambda function has none.
    #[field(replaces, no_setter)]
    pub protocol: Option<Input<Protocol>>,
    /// The port of targets that do not say otherwise, 1 to 65535; a Lambda function has none.
    #[field(replaces, no_setter)]
    pub port: Option<Input<u16>>,
    /// Which version of HTTP targets speak. AWS's default is `HTTP1`.
    #[field(replaces, removal_default("\"HTTP1\""))]
    pub protocol_version: Option<Input<ProtocolVersion>>,
    /// The addresses of targets. AWS's default is `ipv4`.
    #[field(replaces, removal_default("\"ipv4\""))]
    pub ip_address_type: Option<Input<TargetGroupIpAddressType>>,
    /// The port on which the target optimizer's agents speak with the load balancer, 1 to 65535.
    #[field(replaces)]
    pub target_control_port: Option<Input<u16>>,
    /// Whether targets are checked. Only a Lambda function can do without, which is AWS's default for one.
    #[field(in_place)]
    pub health_check_enabled: Option<Input<bool>>,
    /// What health checks speak. AWS's default is HTTP for application load balancers and TCP for others.
    #[field(in_place)]
    pub health_check_protocol: Option<Input<Protocol>>,
    /// The port that health checks go to. AWS's default is the one that targets get traffic on, and 80 for GENEVE.
    #[field(in_place)]
    pub health_check_port: Option<Input<HealthCheckPort>>,
    /// The path that health checks ask for. AWS's default is `/`, and `/AWS.ALB/healthcheck` for gRPC.
    #[field(in_place)]
    pub health_check_path: Option<Input<String>>,
    /// Seconds between two checks, 5 to 300. AWS's default is 30; 10 for GENEVE and 35 for Lambda.
    #[field(in_place)]
    pub health_check_interval_seconds: Option<Input<u32>>,
    /// Seconds until a check has failed, 2 to 120. AWS's default is 6 for HTTP, 10 for TCP, TLS and HTTPS, 5 for GENEVE, 30 for Lambda.
    #[field(in_place)]
    pub health_check_timeout_seconds: Option<Input<u32>>,
    /// Successes in a row that make a target healthy, 2 to 10. AWS's default is 5.
    #[field(in_place, removal_default("5"))]
    pub healthy_threshold_count: Option<Input<u32>>,
    /// Failures in a row that make a target unhealthy, 2 to 10. AWS's default is 2, and 5 for Lambda.
    #[field(in_place)]
    pub unhealthy_threshold_count: Option<Input<u32>>,
    /// Which answers count as healthy. AWS's default is 200, and 12 for gRPC.
    #[field(in_place)]
    pub matcher: Option<Matcher>,
    /// Targets that are registered here, beside those that an ECS service or Auto Scaling group registers.
    #[field(in_place, set, no_setter)]
    pub targets: Vec<TargetDescription>,
    /// Its attributes. Those that are not written keep AWS's default.
    #[field(in_place, keyed("Key"))]
    pub target_group_attributes: Vec<TargetGroupAttribute>,
    /// Tags.
    #[field(in_place)]
    pub tags: Tags,
    #[field(skip)]
    of: PhantomData<fn() -> T>,
}

/// Which answers count as healthy.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Matcher {
    /// The codes.
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
    /// What it is: an instance's id, an address, or an ARN.
    pub id: Input<String>,
    /// Its port, 1 to 65535. AWS's default is the target group's.
    pub port: Option<Input<u16>>,
    /// Its zone, or `all`; needed for an address outside the VPC.
    pub availability_zone: Option<Input<String>>,
    /// Its server id: `0x` and 16 lowercase hex digits; needed for QUIC.
    pub quic_server_id: Option<Input<String>>,
}

impl TargetGroup<IpTarget> {
    /// A target group of IP addresses: for tasks in `awsvpc` network mode, all Fargate tasks among them.
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
    /// A target group of one application load balancer, behind a network load balancer. The port is one of its listeners'.
    #[must_use]
    pub fn load_balancer(vpc: impl IntoInput<VpcId>, port: impl IntoInput<u16>) -> Self {
        Self::in_vpc(TargetType::LoadBalancer, vpc, Protocol::Tcp, port)
    }
}

impl TargetGroup<AnyTarget> {
    /// A target group whose type is not known before the program runs; for `lambda`, see [`TargetGroup::lambda`].
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

    /// The same where any target group is wanted.
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

    /// What it holds.
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

    /// Registers a target, and says more about it.
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

impl<T: TargetKind> Check for TargetGroup<T> {
    fn check(&self, checks: &mut Checks<'_>) {
        name::check(checks, self.name.as_ref());
        let protocol = self.protocol.as_ref().and_then(Input::literal);
        let lambda = self.target_type.literal() == Some(TargetType::Lambda);
        let on = match protocol {
            _ if lambda => Some(LoadBalancerType::Application),
            Some(protocol) => Some(protocol.load_balancer()),
            None => None,
        };
        let attributes = self
            .target_group_attributes
            .iter()
            .map(|a| (&a.key, &a.value));
        attributes::check(
            checks,
            "TargetGroupAttributes",
            TARGET_GROUP_ATTRIBUTES,
            attributes,
            on,
        );
        checks.range("Port", self.port.as_ref(), 1..=65_535);
        checks.range(
            "TargetControlPort",
            self.target_control_port.as_ref(),
            1..=65_535,
        );
        self.check_type(checks, protocol);
        self.check_health_check(checks, protocol);
        self.check_targets(checks, protocol);
    }
}

impl<T: TargetKind> TargetGroup<T> {
    fn check_type(&self, checks: &mut Checks<'_>, protocol: Option<Protocol>) {
        let given = [
            ("VpcId", self.vpc_id.is_some()),
            ("Protocol", self.protocol.is_some()),
            ("Port", self.port.is_some()),
        ];
        match self.target_type.literal() {
            Some(TargetType::Lambda) => {
                for (property, _) in given.iter().filter(|(_, given)| *given) {
                    checks.invalid(
                        property,
                        "is given for a Lambda function",
                        "a Lambda function is called, not connected to",
                    );
                }
            }
            Some(target_type) => {
                for (property, _) in given.iter().filter(|(_, given)| !*given) {
                    checks.invalid(
                        property,
                        "is missing",
                        format!("targets of type `{target_type}` need it"),
                    );
                }
                let tcp = protocol.is_none_or(|protocol| protocol == Protocol::Tcp);
                if target_type == TargetType::LoadBalancer && !tcp {
                    checks.invalid(
                        "Protocol",
                        "is not `TCP`",
                        "a load balancer as a target takes TCP only",
                    );
                }
            }
            None => {}
        }
        let Some(protocol) = protocol else { return };
        if self.protocol_version.is_some()
            && protocol.load_balancer() != LoadBalancerType::Application
        {
            checks.invalid(
                "ProtocolVersion",
                format!("is given for {protocol}"),
                "it is for HTTP and HTTPS",
            );
        }
        if protocol == Protocol::Geneve
            && self
                .port
                .as_ref()
                .and_then(Input::literal)
                .is_some_and(|port| port != 6081)
        {
            checks.invalid("Port", "is not 6081", "GENEVE uses port 6081");
        }
    }

    fn check_health_check(&self, checks: &mut Checks<'_>, protocol: Option<Protocol>) {
        checks.range(
            "HealthCheckIntervalSeconds",
            self.health_check_interval_seconds.as_ref(),
            5..=300,
        );
        checks.range(
            "HealthCheckTimeoutSeconds",
            self.health_check_timeout_seconds.as_ref(),
            2..=120,
        );
        checks.range(
            "HealthyThresholdCount",
            self.healthy_threshold_count.as_ref(),
            2..=10,
        );
        checks.range(
            "UnhealthyThresholdCount",
            self.unhealthy_threshold_count.as_ref(),
            2..=10,
        );
        checks.length("HealthCheckPath", self.health_check_path.as_ref(), 1..=1024);
        let number = |input: &Option<Input<u32>>| input.as_ref().and_then(Input::literal);
        if let (Some(timeout), Some(interval)) = (
            number(&self.health_check_timeout_seconds),
            number(&self.health_check_interval_seconds),
        ) && timeout >= interval
        {
            checks.invalid(
                "HealthCheckTimeoutSeconds",
                format!("is {timeout}, not less than the interval of {interval}"),
                "a check has to end before the next begins",
            );
        }
        let lambda = self.target_type.literal() == Some(TargetType::Lambda);
        if self.health_check_enabled.as_ref().and_then(Input::literal) == Some(false) && !lambda {
            checks.invalid(
                "HealthCheckEnabled",
                "is false",
                "only a Lambda function can do without health checks",
            );
        }
        let speaks = self.health_check_protocol.as_ref().and_then(Input::literal);
        if let Some(speaks) = speaks {
            let takes_tcp = protocol
                .is_none_or(|protocol| protocol.load_balancer() != LoadBalancerType::Application);
            match speaks {
                Protocol::Http | Protocol::Https => {}
                Protocol::Tcp if takes_tcp => {}
                _ => checks.invalid(
                    "HealthCheckProtocol",
                    format!("is {speaks}"),
                    "AWS checks over HTTP and HTTPS, and over TCP where targets do not speak HTTP",
                ),
            }
        }
        if speaks == Some(Protocol::Tcp)
            && (self.matcher.is_some() || self.health_check_path.is_some())
        {
            checks.invalid(
                "HealthCheckProtocol",
                "is TCP, which knows no path and no codes",
                "use HTTP or HTTPS",
            );
        }
        if let Some(path) = self.health_check_path.as_ref().and_then(Input::literal)
            && !path.starts_with('/')
        {
            checks.invalid(
                "HealthCheckPath",
                format!("is `{path}`"),
                "a path starts with `/`",
            );
        }
        self.check_matcher(checks);
    }

    fn check_matcher(&self, checks: &mut Checks<'_>) {
        let Some(matcher) = &self.matcher else { return };
        let grpc = self.protocol_version.as_ref().map(Input::literal);
        let (codes, largest, fits) = match &matcher.codes {
            MatcherCodes::HttpCode(codes) => {
                (codes, 599, grpc != Some(Some(ProtocolVersion::Grpc)))
            }
            MatcherCodes::GrpcCode(codes) => (
                codes,
                99,
                grpc.is_some_and(|grpc| grpc.is_none_or(|v| v == ProtocolVersion::Grpc)),
            ),
        };
        if !fits {
            checks.invalid(
                "Matcher",
                "has codes of another protocol",
                "use `Matcher::grpc` with the protocol version `GRPC`, and `Matcher::http` with all others",
            );
        }
        let Some(text) = codes.literal() else { return };
        let code = |code: &str| code.parse::<u32>().is_ok_and(|code| code <= largest);
        let sound = text.split(',').all(|part| match part.split_once('-') {
            Some((low, high)) => code(low) && code(high),
            None => code(part),
        });
        if !sound {
            checks.invalid(
                "Matcher",
                format!("is `{text}`"),
                "write codes as `200,202` or `200-299`",
            );
        }
    }

    fn check_targets(&self, checks: &mut Checks<'_>, protocol: Option<Protocol>) {
        let quic = protocol.map(|protocol| matches!(protocol, Protocol::Quic | Protocol::TcpQuic));
        for target in &self.targets {
            checks.range("Targets", target.port.as_ref(), 1..=65_535);
            if quic.is_some_and(|quic| quic != target.quic_server_id.is_some()) {
                checks.invalid(
                    "Targets",
                    "has a target whose `QuicServerId` does not go with the protocol",
                    "QUIC and TCP_QUIC need one, all others take none",
                );
            }
            if let Some(id) = target.quic_server_id.as_ref().and_then(Input::literal) {
                let digits = id.strip_prefix("0x").unwrap_or_default();
                let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
                if digits.len() != 16 || !digits.chars().all(hex) {
                    checks.invalid(
                        "Targets",
                        format!("has the server id `{id}`"),
                        "AWS takes `0x` and 16 lowercase hex digits",
                    );
                }
            }
        }
        let single = matches!(
            self.target_type.literal(),
            Some(TargetType::Lambda | TargetType::LoadBalancer)
        );
        if single && self.targets.len() > 1 {
            checks.invalid(
                "Targets",
                format!("has {} targets", self.targets.len()),
                "AWS takes one of this type",
            );
        }
    }
}

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

#[cfg(test)]
mod tests;
