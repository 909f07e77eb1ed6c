//! `AWS::ElasticLoadBalancingV2::Listener`: a port of a load balancer, and the actions for the requests or connections that arrive there.
//!
//! What surprises people: A listener takes exactly one certificate (further ones are `AWS::ElasticLoadBalancingV2::ListenerCertificate`). When the
//! author removes the security policy, AWS keeps the old one unless a call sets it back. An ECS service can only use a target group that a listener or
//! rule forwards to, which is why every resource that uses the target group waits for this one.
//!
//! CloudFormation has no `Tags` here; the API takes them, so this kind has them. `SessionTimeout` of an authentication is a text in CloudFormation's
//! listener, and a number in its rule and in the API: a number here. Reference:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-elasticloadbalancingv2-listener.html>

use serde_json::Value;
use windlass_derive::{Block, Resource};

use super::attributes::{self, LISTENER_ATTRIBUTES};
use super::{
    Action, ListenerArn, ListenerAttribute, LoadBalancerArn, LoadBalancerType,
    MutualAuthentication, Protocol, TargetGroupArn, action,
};
use crate::aws::acm::CertificateArn;
use crate::codes;
use crate::resource::{Check, Samples};
use crate::stack::Checks;
use crate::value::{Input, IntoInput, Tags};

crate::text_enum! {
    /// The version of HTTP that a TLS listener negotiates with clients (ALPN).
    pub enum AlpnPolicy {
        Http1Only = "HTTP1Only",
        Http2Only = "HTTP2Only",
        /// HTTP/1 is preferred to HTTP/2.
        Http2Optional = "HTTP2Optional",
        /// HTTP/2 is preferred to HTTP/1.
        Http2Preferred = "HTTP2Preferred",
        /// The listener does not negotiate.
        None = "None",
    }
}

/// A port of a load balancer, and the actions for the requests or connections that arrive there.
///
/// ```
/// use windlass::aws::acm::CertificateArn;
/// use windlass::aws::ec2::{SubnetId, VpcId};
/// use windlass::aws::elasticloadbalancingv2::{Action, Listener, LoadBalancer, Protocol, TargetGroup};
/// use windlass::request::Request;
/// use windlass::resource::Declare;
/// use windlass::stack::Stack;
///
/// let document = Stack::test("shop", |cx| {
///     let front = LoadBalancer::application(["subnet-0a1", "subnet-0b2"].map(SubnetId::existing)).declare(cx, "front");
///     let web = TargetGroup::ip(VpcId::existing("vpc-0a1"), Protocol::Http, 8080).declare(cx, "web");
///     Listener::http(front.arn(), Action::redirect_to_https()).declare(cx, "http");
///     let certificate = CertificateArn::existing("arn:aws:acm:us-east-1:123456789012:certificate/0a1b");
///     Listener::https(front.arn(), certificate, Action::forward(web.arn())).declare(cx, "https");
///     Ok(())
/// }, Request::offline("us-east-1"));
/// assert_eq!(document.problems, []);
/// ```
#[derive(Debug, Clone, Resource)]
#[resource(
    kind = "AWS::ElasticLoadBalancingV2::Listener",
    id = "ListenerArn",
    outputs(arn: ListenerArn = "ListenerArn"),
    completes(
        "DefaultActions[].TargetGroupArn",
        "DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn"
    ),
    exclusive("LoadBalancerArn", "Port"),
    serves_one("DefaultActions[].TargetGroupArn", "DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn", owner("LoadBalancerArn"), follows),
    holds("DefaultActions[].TargetGroupArn", "DefaultActions[].ForwardConfig.TargetGroups[].TargetGroupArn"),
    users_first("Protocol", stops_encrypting, "HTTPS becomes HTTP, on which no rule can authenticate users"),
    no_new
)]
pub struct Listener {
    #[field(replaces)]
    pub load_balancer_arn: Input<LoadBalancerArn>,
    /// The port, 1 to 65535; a gateway load balancer's listener has none.
    #[field(in_place, removal_keeps)]
    pub port: Option<Input<u16>>,
    /// The protocol of clients; a gateway load balancer's listener has none.
    #[field(in_place, removal_keeps)]
    pub protocol: Option<Input<Protocol>>,
    /// The accepted TLS versions and ciphers, by the name of AWS's policy. AWS's default is `ELBSecurityPolicy-2016-08`.
    #[field(in_place, removal_default("\"ELBSecurityPolicy-2016-08\""))]
    pub ssl_policy: Option<Input<String>>,
    /// The certificate for HTTPS and TLS, exactly one.
    #[field(in_place, set)]
    pub certificates: Vec<ListenerCertificate>,
    /// The version of HTTP that a TLS listener negotiates, at most one policy. AWS's default is `None`.
    #[field(in_place, removal_default("[\"None\"]"))]
    pub alpn_policy: Vec<Input<AlpnPolicy>>,
    /// How an HTTPS listener handles client certificates. AWS's default is `off`.
    #[field(in_place, removal_default("{\"Mode\":\"off\"}"))]
    pub mutual_authentication: Option<MutualAuthentication>,
    /// The actions for requests to which no rule applies.
    #[field(in_place, required)]
    pub default_actions: Vec<Action>,
    /// The attributes. An attribute that the author does not write has AWS's default.
    #[field(in_place, keyed("Key"))]
    pub listener_attributes: Vec<ListenerAttribute>,
    #[field(in_place)]
    pub tags: Tags,
}

/// Rules that authenticate users need HTTPS, so the listener keeps HTTPS until they have changed.
fn stops_encrypting(old: &Value, new: &Value) -> bool {
    old == "HTTPS" && new != "HTTPS"
}

/// A certificate of a listener.
#[derive(Debug, Clone, Block)]
pub struct ListenerCertificate {
    pub certificate_arn: Input<CertificateArn>,
}

impl Listener {
    /// A listener on a port.
    #[must_use]
    pub fn on(
        load_balancer: impl IntoInput<LoadBalancerArn>,
        protocol: impl IntoInput<Protocol>,
        port: impl IntoInput<u16>,
        action: impl Into<Action>,
    ) -> Self {
        Self {
            port: Some(port.into()),
            protocol: Some(protocol.into()),
            ..Self::portless(load_balancer, action)
        }
    }

    /// HTTP on port 80.
    #[must_use]
    pub fn http(load_balancer: impl IntoInput<LoadBalancerArn>, action: impl Into<Action>) -> Self {
        Self::on(load_balancer, Protocol::Http, 80, action)
    }

    /// HTTPS on port 443.
    #[must_use]
    pub fn https(
        load_balancer: impl IntoInput<LoadBalancerArn>,
        certificate: impl IntoInput<CertificateArn>,
        action: impl Into<Action>,
    ) -> Self {
        Self::on(load_balancer, Protocol::Https, 443, action).certificate(certificate)
    }

    /// The only listener of a gateway load balancer: it sends all traffic to the target group.
    #[must_use]
    pub fn gateway(
        load_balancer: impl IntoInput<LoadBalancerArn>,
        target_group: impl IntoInput<TargetGroupArn>,
    ) -> Self {
        Self::portless(load_balancer, Action::forward(target_group))
    }

    fn portless(load_balancer: impl IntoInput<LoadBalancerArn>, action: impl Into<Action>) -> Self {
        Self {
            load_balancer_arn: load_balancer.into(),
            port: None,
            protocol: None,
            ssl_policy: None,
            certificates: Vec::new(),
            alpn_policy: Vec::new(),
            mutual_authentication: None,
            default_actions: vec![action.into()],
            listener_attributes: Vec::new(),
            tags: Tags::default(),
        }
    }

    /// The certificate for HTTPS and TLS.
    #[must_use]
    pub fn certificate(self, certificate: impl IntoInput<CertificateArn>) -> Self {
        self.certificates([ListenerCertificate::new(certificate)])
    }

    /// Adds an attribute.
    #[must_use]
    pub fn attribute(mut self, attribute: ListenerAttribute) -> Self {
        self.listener_attributes.push(attribute);
        self
    }
}

impl Check for Listener {
    fn check(&self, checks: &mut Checks<'_>) {
        checks.range("Port", self.port.as_ref(), 1..=65_535);
        let protocol = self.protocol.as_ref().and_then(Input::literal);
        action::check(checks, "DefaultActions", &self.default_actions, protocol);
        let attributes = self.listener_attributes.iter().map(|a| (&a.key, &a.value));
        let on = match &self.protocol {
            None => Some(LoadBalancerType::Gateway),
            Some(_) => protocol.map(Protocol::load_balancer),
        };
        attributes::check(
            checks,
            "ListenerAttributes",
            LISTENER_ATTRIBUTES,
            attributes,
            on,
        );
        if self.port.is_some() != self.protocol.is_some() {
            checks.invalid(
                "Port",
                "and `Protocol` are not both given",
                "a listener has both, or neither on a gateway load balancer",
            );
        }
        if protocol == Some(Protocol::Geneve) {
            checks.invalid(
                "Protocol",
                "is `GENEVE`",
                "use `Listener::gateway(load_balancer, target_group)`",
            );
        }
        if let Some(protocol) = protocol {
            self.check_tls(checks, protocol);
        }
        if let Some(mutual) = &self.mutual_authentication {
            mutual.check(checks);
        }
    }
}

impl Listener {
    fn check_tls(&self, checks: &mut Checks<'_>, protocol: Protocol) {
        match (protocol.is_secure(), self.certificates.len()) {
            (true, 0) => checks.error(
                codes::LISTENER_CERTIFICATE,
                format!("a listener speaks {protocol} but has no certificate"),
                "add `.certificate(arn)`, with the certificate of the names that clients use",
            ),
            (true, 2..) => checks.error(
                codes::LISTENER_CERTIFICATE,
                format!("a listener has {} certificates", self.certificates.len()),
                "AWS takes one here; further ones are resources of their own",
            ),
            (false, 1..) => checks.error(
                codes::LISTENER_CERTIFICATE,
                format!("a listener has a certificate but speaks {protocol}"),
                "certificates are for HTTPS and TLS",
            ),
            _ => {}
        }
        let needs = [
            (
                "SslPolicy",
                self.ssl_policy.is_some() && !protocol.is_secure(),
                "HTTPS and TLS",
            ),
            (
                "AlpnPolicy",
                !self.alpn_policy.is_empty() && protocol != Protocol::Tls,
                "TLS",
            ),
            (
                "MutualAuthentication",
                self.mutual_authentication.is_some() && protocol != Protocol::Https,
                "HTTPS",
            ),
        ];
        for (property, _, takers) in needs.iter().filter(|(_, misplaced, _)| *misplaced) {
            checks.invalid(
                property,
                format!("is given for a listener that speaks {protocol}"),
                format!("it is for listeners that speak {takers}"),
            );
        }
        if self.alpn_policy.len() > 1 {
            checks.invalid(
                "AlpnPolicy",
                format!("has {} entries", self.alpn_policy.len()),
                "AWS takes one",
            );
        }
    }
}

impl Samples for Listener {
    fn samples() -> Vec<Self> {
        use super::samples::{actions, certificate, load_balancer, target_group};
        use super::{Switch, TrustStoreArn};

        let trust_store = |name: &str| {
            let arn = format!(
                "arn:aws:elasticloadbalancing:us-east-1:123456789012:truststore/{name}/0a1"
            );
            MutualAuthentication::verify(TrustStoreArn::existing(arn))
        };
        let forward = |name: &str| Action::forward(target_group(name));
        let full = Self::https(
            load_balancer("app/front/0a1"),
            certificate("0a1"),
            forward("web"),
        )
        .ssl_policy("ELBSecurityPolicy-TLS13-1-2-2021-06")
        .mutual_authentication(
            trust_store("a")
                .ignore_client_certificate_expiry(true)
                .advertise_trust_store_ca_names(Switch::On),
        )
        .attribute(ListenerAttribute::server_header(false))
        .attribute(ListenerAttribute::frame_options("DENY"))
        .tag("Name", "https");
        let tls = Self::on(
            load_balancer("net/edge/0b2"),
            Protocol::Tls,
            443,
            forward("edge"),
        )
        .certificate(certificate("0a1"))
        .alpn_policy([AlpnPolicy::Http2Preferred])
        .attribute(ListenerAttribute::tcp_idle_timeout(600));
        let mut samples = vec![
            Self::http(load_balancer("app/front/0a1"), forward("web")),
            full.clone(),
            full.clone()
                .port(8443)
                .ssl_policy("ELBSecurityPolicy-TLS13-1-2-Res-2021-06")
                .certificate(certificate("0b2"))
                .mutual_authentication(
                    trust_store("b")
                        .ignore_client_certificate_expiry(false)
                        .advertise_trust_store_ca_names(Switch::Off),
                )
                .default_actions([forward("other")])
                .listener_attributes([
                    ListenerAttribute::server_header(true),
                    ListenerAttribute::strict_transport_security("max-age=31536000"),
                ])
                .tag("Name", "other"),
            full.clone()
                .mutual_authentication(MutualAuthentication::passthrough()),
            Self {
                load_balancer_arn: load_balancer("app/other/0c3").into(),
                ..full.clone()
            },
            tls.clone(),
            tls.clone().alpn_policy([AlpnPolicy::Http1Only]),
            Self {
                certificates: Vec::new(),
                alpn_policy: Vec::new(),
                protocol: Some(Protocol::Tcp.into()),
                ..tls
            },
            Self::gateway(load_balancer("gwy/inspect/0d4"), target_group("inspect")),
        ];
        samples.extend(
            actions()
                .into_iter()
                .map(|actions| full.clone().default_actions(actions)),
        );
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{certificate, load_balancer, target_group};
    use super::*;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;

    fn problems(spec: Listener) -> Vec<String> {
        let stack = |cx: &mut Stack| {
            spec.declare(cx, "l");
            Ok(())
        };
        let document = Stack::test("t", stack, Request::offline("us-east-1"));
        document
            .problems
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    fn forward() -> Action {
        Action::forward(target_group("web"))
    }

    #[test]
    fn samples_are_sound() {
        for sample in Listener::samples() {
            assert_eq!(problems(sample), [""; 0]);
        }
    }

    #[test]
    fn certificates_go_with_tls() {
        let front = || load_balancer("app/front/0a1");
        assert_eq!(
            problems(Listener::on(front(), Protocol::Https, 443, forward())),
            ["a listener speaks HTTPS but has no certificate"]
        );
        assert_eq!(
            problems(Listener::http(front(), forward()).certificate(certificate("0a1"))),
            ["a listener has a certificate but speaks HTTP"]
        );
    }

    #[test]
    fn actions_end_with_one_that_answers() {
        let listener = Listener::http(load_balancer("app/front/0a1"), forward());
        assert_eq!(
            problems(
                listener
                    .clone()
                    .default_actions([forward(), Action::respond(404)])
            ),
            ["`DefaultActions` of `l` has 2 actions that forward, redirect or respond"]
        );
        assert_eq!(
            problems(listener.clone().default_actions([Action::respond(301)])),
            ["`DefaultActions` of `l` answers with status `301`"]
        );
        let login = super::super::AuthenticateCognito::new(
            super::super::UserPoolArn::existing(
                "arn:aws:cognito-idp:us-east-1:123456789012:userpool/a",
            ),
            "client",
            "shop",
        );
        assert_eq!(
            problems(listener.default_actions([login.into(), forward()])),
            ["`DefaultActions` of `l` has an action `authenticate-cognito` without HTTPS"]
        );
    }

    #[test]
    fn the_type_of_an_action_follows_from_what_it_does() {
        use crate::resource::Resource;
        let listener = Listener::http(load_balancer("app/front/0a1"), Action::redirect_to_https());
        let json = listener.to_json();
        assert_eq!(
            json["DefaultActions"],
            serde_json::json!([{
                "Type": "redirect",
                "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"},
            }])
        );
        let resolved: ListenerResolved = serde_json::from_value(json).expect("it reads back");
        assert!(matches!(
            resolved.default_actions[0].config,
            super::super::ActionConfigResolved::Redirect(_)
        ));
    }
}
