//! AWS's defaults of a health check, which depend on the type and protocol of the targets, and on the protocol of the check itself.
//!
//! `ModifyTargetGroup` keeps values that it does not get, so an update sends these defaults for a property that the author removed. AWS refuses a path
//! or a matcher beside a TCP check (terraform-provider-aws#46011), so such a check has neither. Reference:
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html>

use serde_json::Value;

/// A target group's spec in its JSON form.
struct Group<'s>(&'s Value);

impl Group<'_> {
    fn says(&self, property: &str, values: &[&str]) -> bool {
        let value = self.0.get(property).and_then(Value::as_str);
        value.is_some_and(|value| values.contains(&value))
    }

    fn is_lambda(&self) -> bool {
        self.says("TargetType", &["lambda"])
    }

    fn is_geneve(&self) -> bool {
        self.says("Protocol", &["GENEVE"])
    }

    fn is_grpc(&self) -> bool {
        self.says("ProtocolVersion", &["GRPC"])
    }

    /// Whether an application load balancer uses the target group.
    fn is_for_application(&self) -> bool {
        self.is_lambda()
            || self.0.get("Protocol").is_none()
            || self.says("Protocol", &["HTTP", "HTTPS"])
    }

    /// Whether its health checks use HTTP or HTTPS.
    fn asks_by_http(&self) -> bool {
        match self.0.get("HealthCheckProtocol").and_then(Value::as_str) {
            Some(protocol) => protocol != "TCP",
            None => protocol(self.0) == Some("\"HTTP\""),
        }
    }
}

pub(super) fn enabled(spec: &Value) -> Option<&'static str> {
    Some(if Group(spec).is_lambda() {
        "false"
    } else {
        "true"
    })
}

pub(super) fn protocol(spec: &Value) -> Option<&'static str> {
    let group = Group(spec);
    // For a load balancer as a target, the health check uses HTTP, although the target takes TCP.
    let http = group.is_for_application() || group.says("TargetType", &["alb"]);
    Some(if http { "\"HTTP\"" } else { "\"TCP\"" })
}

pub(super) fn port(spec: &Value) -> Option<&'static str> {
    Some(if Group(spec).is_geneve() {
        "\"80\""
    } else {
        "\"traffic-port\""
    })
}

pub(super) fn path(spec: &Value) -> Option<&'static str> {
    let group = Group(spec);
    match (group.asks_by_http(), group.is_grpc()) {
        (false, _) => None,
        (true, true) => Some("\"/AWS.ALB/healthcheck\""),
        (true, false) => Some("\"/\""),
    }
}

pub(super) fn interval(spec: &Value) -> Option<&'static str> {
    let group = Group(spec);
    Some(match (group.is_lambda(), group.is_geneve()) {
        (true, _) => "35",
        (_, true) => "10",
        _ => "30",
    })
}

pub(super) fn timeout(spec: &Value) -> Option<&'static str> {
    let group = Group(spec);
    Some(match (group.is_lambda(), group.is_geneve()) {
        (true, _) => "30",
        (_, true) => "5",
        _ if group.says("Protocol", &["HTTP"]) => "6",
        _ => "10",
    })
}

pub(super) fn unhealthy(spec: &Value) -> Option<&'static str> {
    Some(if Group(spec).is_lambda() { "5" } else { "2" })
}

pub(super) fn matcher(spec: &Value) -> Option<&'static str> {
    let group = Group(spec);
    match (group.asks_by_http(), group.is_grpc()) {
        (false, _) => None,
        (true, true) => Some(r#"{"GrpcCode":"12"}"#),
        (true, false) if group.is_for_application() => Some(r#"{"HttpCode":"200"}"#),
        // Network and gateway load balancers count redirects as healthy, too (terraform-provider-aws#2653).
        (true, false) => Some(r#"{"HttpCode":"200-399"}"#),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_check_by_tcp_has_no_path_and_no_matcher() {
        for spec in [
            json!({"Protocol": "TCP"}),
            json!({"Protocol": "TLS", "HealthCheckProtocol": "TCP"}),
            json!({"Protocol": "GENEVE"}),
        ] {
            assert_eq!((path(&spec), matcher(&spec)), (None, None), "{spec}");
        }
        assert_eq!(protocol(&json!({"Protocol": "UDP"})), Some("\"TCP\""));
    }

    #[test]
    fn what_is_healthy_depends_on_the_load_balancer() {
        let network = json!({"Protocol": "TCP", "HealthCheckProtocol": "HTTP"});
        assert_eq!(matcher(&network), Some(r#"{"HttpCode":"200-399"}"#));
        let application = json!({"Protocol": "HTTPS"});
        assert_eq!(matcher(&application), Some(r#"{"HttpCode":"200"}"#));
        let grpc = json!({"Protocol": "HTTP", "ProtocolVersion": "GRPC"});
        assert_eq!(matcher(&grpc), Some(r#"{"GrpcCode":"12"}"#));
        assert_eq!(path(&grpc), Some("\"/AWS.ALB/healthcheck\""));
        assert_eq!(timeout(&application), Some("10"));
        assert_eq!(enabled(&json!({"TargetType": "lambda"})), Some("false"));
    }
}
