//! Checks of one target group: what AWS would refuse, as far as literals show it. Checks that also need its load balancer are in `checks::balancing`.

use super::*;
use crate::aws::elasticloadbalancingv2::attributes::{self, TARGET_GROUP_ATTRIBUTES};
use crate::aws::elasticloadbalancingv2::name;
use crate::resource::Check;
use crate::stack::Checks;

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
