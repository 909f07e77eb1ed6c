//! The attributes of load balancers, target groups and listeners: what AWS takes for each, and its default.
//!
//! AWS keeps attributes as lists of key and value. Windlass compares only keys that the author writes. If the author removes a key, Windlass sets the
//! default from these tables. Windlass sends a key that the tables do not know as it is, and leaves it unchanged in AWS when the author removes it. Not
//! here: sending them.

use std::collections::BTreeSet;

use serde_json::Value;
use windlass_derive::Block;

use super::LoadBalancerType;
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

/// The rule of one attribute: its key, its default, and what AWS takes.
#[derive(Debug)]
pub struct AttributeRule {
    /// AWS's key.
    pub key: &'static str,
    /// The value in AWS if the author writes none.
    pub default: AttributeDefault,
    /// What AWS takes.
    pub takes: Takes,
    /// The load balancers that have the attribute.
    pub on: &'static [LoadBalancerType],
}

/// AWS's default of an attribute.
#[derive(Debug, Clone, Copy)]
pub enum AttributeDefault {
    /// The default is always the same.
    Is(&'static str),
    /// The default depends on the rest of the spec, given in its JSON form.
    By(fn(&Value) -> &'static str),
}

/// What AWS takes for an attribute.
#[derive(Debug)]
pub enum Takes {
    /// `true` or `false`.
    Switch,
    /// A whole number from the first to the second.
    Number(u32, u32),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// Any text.
    Text,
}

impl AttributeRule {
    /// AWS's default for a resource with that spec.
    #[must_use]
    pub fn default_for(&self, spec: &Value) -> &'static str {
        match self.default {
            AttributeDefault::Is(text) => text,
            AttributeDefault::By(test) => test(spec),
        }
    }
}

impl Takes {
    fn refuses(&self, value: &str) -> Option<String> {
        match self {
            Self::Switch if !matches!(value, "true" | "false") => {
                Some("AWS takes `true` or `false`".to_owned())
            }
            Self::Number(low, high)
                if !value
                    .parse()
                    .is_ok_and(|number| (*low..=*high).contains(&number)) =>
            {
                Some(format!("AWS takes {low} to {high}"))
            }
            Self::OneOf(texts) if !texts.contains(&value) => {
                Some(format!("AWS takes `{}`", texts.join("`, `")))
            }
            _ => None,
        }
    }
}

/// Reports attributes that AWS would refuse, for the type of load balancer if that is known.
pub(super) fn check<'a>(
    checks: &mut Checks<'_>,
    property: &str,
    rules: &[AttributeRule],
    attributes: impl IntoIterator<Item = (&'a Input<String>, &'a Input<String>)>,
    on: Option<LoadBalancerType>,
) {
    let mut seen = BTreeSet::new();
    for (key, value) in attributes {
        let Some(key) = key.literal() else { continue };
        if let Some(rule) = rules.iter().find(|rule| rule.key == key) {
            if let Some((value, help)) = value
                .literal()
                .and_then(|value| Some((value.clone(), rule.takes.refuses(&value)?)))
            {
                checks.invalid(property, format!("has `{key}` = `{value}`"), help);
            }
            if let Some(on) = on.filter(|on| !rule.on.contains(on)) {
                let known: Vec<_> = rule.on.iter().map(|kind| kind.as_str()).collect();
                checks.invalid(
                    property,
                    format!("has `{key}` for a load balancer of type `{on}`"),
                    format!(
                        "that attribute belongs to load balancers of type {}",
                        known.join(" and ")
                    ),
                );
            }
        }
        if !seen.insert(key.clone()) {
            checks.invalid(
                property,
                format!("has `{key}` twice"),
                "write each attribute once",
            );
        }
    }
}

macro_rules! attribute_method {
    (Switch, $(#[$doc:meta])* $method:ident, $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $method(enabled: bool) -> Self {
            Self::new($key, if enabled { "true" } else { "false" })
        }
    };
    (Number, $(#[$doc:meta])* $method:ident, $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $method(value: u32) -> Self {
            Self::new($key, value.to_string())
        }
    };
    ($text:ident, $(#[$doc:meta])* $method:ident, $key:literal) => {
        $(#[$doc])*
        #[must_use]
        pub fn $method(value: impl IntoInput<String>) -> Self {
            Self::new($key, value)
        }
    };
}

macro_rules! attributes {
    (
        $(#[$doc:meta])* $name:ident in $table:ident {
            $($(#[$attribute_doc:meta])* $method:ident: $takes:ident $(($($limits:tt)*))? = $key:literal, $default:expr, $on:expr;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Block)]
        pub struct $name {
            /// AWS's name of the attribute.
            pub key: Input<String>,
            /// The value, as a text.
            pub value: Input<String>,
        }

        impl $name {
            $(attribute_method!($takes, $(#[$attribute_doc])* #[doc = concat!("`", $key, "`.")] $method, $key);)+
        }

        #[doc = concat!("Every [`", stringify!($name), "`] that is known, with its default.")]
        pub const $table: &[AttributeRule] = &[
            $(AttributeRule { key: $key, default: $default, takes: Takes::$takes $(($($limits)*))?, on: $on },)+
        ];
    };
}

use AttributeDefault::{By, Is};
use LoadBalancerType::{Application, Gateway, Network};

const ANY: &[LoadBalancerType] = &[Application, Network, Gateway];
const ALB: &[LoadBalancerType] = &[Application];
const NLB: &[LoadBalancerType] = &[Network];
const GWLB: &[LoadBalancerType] = &[Gateway];
const ALB_AND_NLB: &[LoadBalancerType] = &[Application, Network];
const NLB_AND_GWLB: &[LoadBalancerType] = &[Network, Gateway];

attributes! {
    /// One attribute of a load balancer; `new` takes any key and value.
    LoadBalancerAttribute in LOAD_BALANCER_ATTRIBUTES {
        /// Whether AWS refuses to delete the load balancer. AWS's default is `false`.
        deletion_protection: Switch = "deletion_protection.enabled", Is("false"), ANY;
        /// Whether each node sends to targets of every zone. AWS's default is `true` for application load balancers, which cannot change it, else `false`.
        cross_zone: Switch = "load_balancing.cross_zone.enabled", By(cross_zone), ANY;
        /// Whether the load balancer writes access logs. AWS's default is `false`.
        access_logs: Switch = "access_logs.s3.enabled", Is("false"), ALB_AND_NLB;
        /// The bucket for access logs.
        access_logs_bucket: Text = "access_logs.s3.bucket", Is(""), ALB_AND_NLB;
        /// The prefix of access logs in their bucket.
        access_logs_prefix: Text = "access_logs.s3.prefix", Is(""), ALB_AND_NLB;
        /// Whether an internet gateway cannot reach the load balancer over IPv6. AWS's default is `true` for internal load balancers, else `false`.
        deny_all_igw_traffic: Switch = "ipv6.deny_all_igw_traffic", By(deny_all_igw_traffic), ALB_AND_NLB;
        /// Whether traffic can be shifted away from a zone. AWS's default is `false`.
        zonal_shift: Switch = "zonal_shift.config.enabled", Is("false"), ALB_AND_NLB;
        /// How long a connection may be idle, 1 to 4000 seconds. AWS's default is 60.
        idle_timeout: Number(1, 4000) = "idle_timeout.timeout_seconds", Is("60"), ALB;
        /// How long a client's connection is kept, 60 to 604800 seconds. AWS's default is 3600.
        client_keep_alive: Number(60, 604_800) = "client_keep_alive.seconds", Is("3600"), ALB;
        /// Whether the load balancer writes connection logs. AWS's default is `false`.
        connection_logs: Switch = "connection_logs.s3.enabled", Is("false"), ALB;
        /// The bucket for connection logs.
        connection_logs_bucket: Text = "connection_logs.s3.bucket", Is(""), ALB;
        /// The prefix of connection logs in their bucket.
        connection_logs_prefix: Text = "connection_logs.s3.prefix", Is(""), ALB;
        /// Whether the load balancer writes health check logs. AWS's default is `false`.
        health_check_logs: Switch = "health_check_logs.s3.enabled", Is("false"), ALB;
        /// The bucket for health check logs.
        health_check_logs_bucket: Text = "health_check_logs.s3.bucket", Is(""), ALB;
        /// The prefix of health check logs in their bucket.
        health_check_logs_prefix: Text = "health_check_logs.s3.prefix", Is(""), ALB;
        /// How the load balancer handles requests that may smuggle another one (desync mitigation). AWS's default is `defensive`.
        desync_mitigation: OneOf(&["monitor", "defensive", "strictest"]) = "routing.http.desync_mitigation_mode", Is("defensive"), ALB;
        /// Whether the load balancer removes malformed header fields. AWS's default is `false`.
        drop_invalid_header_fields: Switch = "routing.http.drop_invalid_header_fields.enabled", Is("false"), ALB;
        /// Whether targets see the client's `Host` header unchanged. AWS's default is `false`.
        preserve_host_header: Switch = "routing.http.preserve_host_header.enabled", Is("false"), ALB;
        /// Whether targets get headers with the TLS version and cipher. AWS's default is `false`.
        tls_version_headers: Switch = "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Is("false"), ALB;
        /// Whether `X-Forwarded-For` keeps the client's port. AWS's default is `false`.
        forwarded_for_client_port: Switch = "routing.http.xff_client_port.enabled", Is("false"), ALB;
        /// How the load balancer handles `X-Forwarded-For`. AWS's default is `append`.
        forwarded_for: OneOf(&["append", "preserve", "remove"]) = "routing.http.xff_header_processing.mode", Is("append"), ALB;
        /// Whether clients may use HTTP/2. AWS's default is `true`.
        http2: Switch = "routing.http2.enabled", Is("true"), ALB;
        /// Whether requests pass if AWS WAF does not answer. AWS's default is `false`.
        waf_fail_open: Switch = "waf.fail_open.enabled", Is("false"), ALB;
        /// The zones that DNS leads clients to. AWS's default is `any_availability_zone`.
        client_routing_policy: OneOf(&["any_availability_zone", "partial_availability_zone_affinity", "availability_zone_affinity"])
            = "dns_record.client_routing_policy", Is("any_availability_zone"), NLB;
        /// The number of secondary addresses of each node, 0 to 7; AWS refuses to lower it. AWS's default is 0.
        secondary_ips: Number(0, 7) = "secondary_ips.auto_assigned.per_subnet", Is("0"), NLB;
    }
}

attributes! {
    /// One attribute of a target group; `new` takes any key and value.
    TargetGroupAttribute in TARGET_GROUP_ATTRIBUTES {
        /// How long a deregistering target may finish its work, 0 to 3600 seconds. AWS's default is 300.
        deregistration_delay: Number(0, 3600) = "deregistration_delay.timeout_seconds", Is("300"), ANY;
        /// Whether a client stays with one target. AWS's default is `false`.
        stickiness: Switch = "stickiness.enabled", Is("false"), ANY;
        /// How the load balancer recognizes a client. AWS's default depends on the load balancer.
        stickiness_type: OneOf(&["lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"])
            = "stickiness.type", By(stickiness_type), ANY;
        /// Whether each node sends to targets of every zone: `true`, `false`, or the load balancer's setting, which is AWS's default.
        cross_zone: OneOf(&["true", "false", "use_load_balancer_configuration"])
            = "load_balancing.cross_zone.enabled", Is("use_load_balancer_configuration"), ANY;
        /// The minimum number of healthy targets: DNS leaves out a zone with fewer. A number or `off`. AWS's default is 1.
        dns_failover_count: Text = "target_group_health.dns_failover.minimum_healthy_targets.count", Is("1"), ALB_AND_NLB;
        /// The minimum percentage of healthy targets: DNS leaves out a zone with less. 1 to 100 or `off`. AWS's default is `off`.
        dns_failover_percentage: Text = "target_group_health.dns_failover.minimum_healthy_targets.percentage", Is("off"), ALB_AND_NLB;
        /// The minimum number of healthy targets: with fewer, all targets get traffic. AWS's default is 1.
        unhealthy_routing_count: Text
            = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", Is("1"), ALB_AND_NLB;
        /// The minimum percentage of healthy targets: with less, all targets get traffic. 1 to 100 or `off`. AWS's default is `off`.
        unhealthy_routing_percentage: Text
            = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", Is("off"), ALB_AND_NLB;
        /// The algorithm that chooses a target. AWS's default is `round_robin`.
        algorithm: OneOf(&["round_robin", "least_outstanding_requests", "weighted_random"])
            = "load_balancing.algorithm.type", Is("round_robin"), ALB;
        /// Whether targets with anomalies get less traffic; with `weighted_random` only. AWS's default is `off`.
        anomaly_mitigation: OneOf(&["on", "off"]) = "load_balancing.algorithm.anomaly_mitigation", Is("off"), ALB;
        /// How long a new target's share grows (slow start), 30 to 900 seconds. AWS's default is 0: no slow start.
        slow_start: Number(0, 900) = "slow_start.duration_seconds", Is("0"), ALB;
        /// The application's cookie that keeps a client with one target.
        app_cookie_name: Text = "stickiness.app_cookie.cookie_name", Is(""), ALB;
        /// How long the application's cookie is valid, 1 to 604800 seconds. AWS's default is 86400.
        app_cookie_duration: Number(1, 604_800) = "stickiness.app_cookie.duration_seconds", Is("86400"), ALB;
        /// How long the load balancer's cookie is valid, 1 to 604800 seconds. AWS's default is 86400.
        lb_cookie_duration: Number(1, 604_800) = "stickiness.lb_cookie.duration_seconds", Is("86400"), ALB;
        /// Whether the function gets headers as lists. AWS's default is `false`.
        lambda_multi_value_headers: Switch = "lambda.multi_value_headers.enabled", Is("false"), ALB;
        /// Whether the load balancer closes connections when a deregistering target's time is over. AWS's default is `true` for UDP, else `false`.
        connection_termination: Switch = "deregistration_delay.connection_termination.enabled", By(connection_termination), NLB;
        /// Whether targets see the client's address. AWS's default is `false` for `ip` targets over TCP and TLS, else `true`.
        preserve_client_ip: Switch = "preserve_client_ip.enabled", By(preserve_client_ip), NLB;
        /// Whether connections begin with a Proxy Protocol header. AWS's default is `false`.
        proxy_protocol_v2: Switch = "proxy_protocol_v2.enabled", Is("false"), NLB;
        /// Whether the load balancer closes connections to an unhealthy target. AWS's default is `true`.
        unhealthy_connection_termination: Switch
            = "target_health_state.unhealthy.connection_termination.enabled", Is("true"), NLB;
        /// How long an unhealthy target may finish its work, 0 to 360000 seconds. AWS's default is 0.
        unhealthy_draining_interval: Number(0, 360_000)
            = "target_health_state.unhealthy.draining_interval_seconds", Is("0"), NLB;
        /// What happens to flows of a deregistering target; must be the same as for an unhealthy one. AWS's default is `no_rebalance`.
        failover_on_deregistration: OneOf(&["rebalance", "no_rebalance"])
            = "target_failover.on_deregistration", Is("no_rebalance"), GWLB;
        /// What happens to flows of an unhealthy target; must be the same as for a deregistering one. AWS's default is `no_rebalance`.
        failover_on_unhealthy: OneOf(&["rebalance", "no_rebalance"])
            = "target_failover.on_unhealthy", Is("no_rebalance"), GWLB;
        /// Whether senders get a TCP reset when a target becomes unhealthy. AWS's default is `false`.
        tcp_reset_on_unhealthy: Switch = "send_tcp_reset.on_unhealthy.enabled", Is("false"), GWLB;
    }
}

attributes! {
    /// One attribute of a listener; `new` takes any key and value.
    ListenerAttribute in LISTENER_ATTRIBUTES {
        /// How long a TCP flow may be idle, 60 to 6000 seconds. AWS's default is 350.
        tcp_idle_timeout: Number(60, 6000) = "tcp.idle_timeout.seconds", Is("350"), NLB_AND_GWLB;
        /// Whether senders get a TCP reset after the idle timeout of a flow. AWS's default is `false`.
        tcp_reset_on_idle_timeout: Switch = "send_tcp_reset.on_idle_timeout.enabled", Is("false"), GWLB;
        /// The request header with the client certificate's serial number.
        mtls_serial_number_header: Text = "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name",
            Is("X-Amzn-Mtls-Clientcert-Serial-Number"), ALB;
        /// The request header with the client certificate's issuer.
        mtls_issuer_header: Text = "routing.http.request.x_amzn_mtls_clientcert_issuer.header_name",
            Is("X-Amzn-Mtls-Clientcert-Issuer"), ALB;
        /// The request header with the client certificate's subject.
        mtls_subject_header: Text = "routing.http.request.x_amzn_mtls_clientcert_subject.header_name",
            Is("X-Amzn-Mtls-Clientcert-Subject"), ALB;
        /// The request header with the client certificate's validity.
        mtls_validity_header: Text = "routing.http.request.x_amzn_mtls_clientcert_validity.header_name",
            Is("X-Amzn-Mtls-Clientcert-Validity"), ALB;
        /// The request header with the client's own certificate.
        mtls_leaf_header: Text = "routing.http.request.x_amzn_mtls_clientcert_leaf.header_name",
            Is("X-Amzn-Mtls-Clientcert-Leaf"), ALB;
        /// The request header with the client's certificate chain.
        mtls_certificate_header: Text = "routing.http.request.x_amzn_mtls_clientcert.header_name",
            Is("X-Amzn-Mtls-Clientcert"), ALB;
        /// The request header with the TLS version.
        tls_version_header: Text = "routing.http.request.x_amzn_tls_version.header_name", Is("X-Amzn-Tls-Version"), ALB;
        /// The request header with the TLS cipher.
        tls_cipher_suite_header: Text = "routing.http.request.x_amzn_tls_cipher_suite.header_name",
            Is("X-Amzn-Tls-Cipher-Suite"), ALB;
        /// Whether responses carry the `Server` header. AWS's default is `true`.
        server_header: Switch = "routing.http.response.server.enabled", Is("true"), ALB;
        /// The `Strict-Transport-Security` header of responses.
        strict_transport_security: Text = "routing.http.response.strict_transport_security.header_value", Is(""), ALB;
        /// The `Access-Control-Allow-Origin` header of responses.
        allow_origin: Text = "routing.http.response.access_control_allow_origin.header_value", Is(""), ALB;
        /// The `Access-Control-Allow-Methods` header of responses.
        allow_methods: Text = "routing.http.response.access_control_allow_methods.header_value", Is(""), ALB;
        /// The `Access-Control-Allow-Headers` header of responses.
        allow_headers: Text = "routing.http.response.access_control_allow_headers.header_value", Is(""), ALB;
        /// The `Access-Control-Allow-Credentials` header of responses.
        allow_credentials: Text = "routing.http.response.access_control_allow_credentials.header_value", Is(""), ALB;
        /// The `Access-Control-Expose-Headers` header of responses.
        expose_headers: Text = "routing.http.response.access_control_expose_headers.header_value", Is(""), ALB;
        /// The `Access-Control-Max-Age` header of responses, in seconds.
        max_age: Text = "routing.http.response.access_control_max_age.header_value", Is(""), ALB;
        /// The `Content-Security-Policy` header of responses.
        content_security_policy: Text = "routing.http.response.content_security_policy.header_value", Is(""), ALB;
        /// The `X-Content-Type-Options` header of responses.
        content_type_options: Text = "routing.http.response.x_content_type_options.header_value", Is(""), ALB;
        /// The `X-Frame-Options` header of responses.
        frame_options: Text = "routing.http.response.x_frame_options.header_value", Is(""), ALB;
    }
}

fn text<'a>(spec: &'a Value, property: &str) -> &'a str {
    spec[property].as_str().unwrap_or_default()
}

fn cross_zone(load_balancer: &Value) -> &'static str {
    match text(load_balancer, "Type") {
        "network" | "gateway" => "false",
        _ => "true",
    }
}

fn deny_all_igw_traffic(load_balancer: &Value) -> &'static str {
    match text(load_balancer, "Scheme") {
        "internal" => "true",
        _ => "false",
    }
}

fn stickiness_type(target_group: &Value) -> &'static str {
    match text(target_group, "Protocol") {
        "" | "HTTP" | "HTTPS" => "lb_cookie",
        "GENEVE" => "source_ip_dest_ip",
        _ => "source_ip",
    }
}

fn connection_termination(target_group: &Value) -> &'static str {
    match text(target_group, "Protocol") {
        "UDP" | "TCP_UDP" => "true",
        _ => "false",
    }
}

fn preserve_client_ip(target_group: &Value) -> &'static str {
    match (
        text(target_group, "TargetType"),
        text(target_group, "Protocol"),
    ) {
        ("ip", "TCP" | "TLS") => "false",
        _ => "true",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_default_is_something_that_aws_takes() {
        let spec = json!({});
        for rule in [
            LOAD_BALANCER_ATTRIBUTES,
            TARGET_GROUP_ATTRIBUTES,
            LISTENER_ATTRIBUTES,
        ]
        .into_iter()
        .flatten()
        {
            assert_eq!(
                rule.takes.refuses(rule.default_for(&spec)),
                None,
                "{}",
                rule.key
            );
        }
    }

    #[test]
    fn defaults_follow_the_rest_of_the_spec() {
        let rule = |rules: &'static [AttributeRule], key: &str| {
            rules.iter().find(|rule| rule.key == key).expect("known")
        };
        let cross_zone = rule(
            LOAD_BALANCER_ATTRIBUTES,
            "load_balancing.cross_zone.enabled",
        );
        assert_eq!(
            cross_zone.default_for(&json!({"Type": "application"})),
            "true"
        );
        assert_eq!(cross_zone.default_for(&json!({"Type": "network"})), "false");
        let preserve = rule(TARGET_GROUP_ATTRIBUTES, "preserve_client_ip.enabled");
        assert_eq!(
            preserve.default_for(&json!({"TargetType": "ip", "Protocol": "TCP"})),
            "false"
        );
        assert_eq!(
            preserve.default_for(&json!({"TargetType": "instance", "Protocol": "TCP"})),
            "true"
        );
    }
}
