//! Actions of every type that the samples of listeners and rules share. Not here: the samples themselves.

use super::{
    Action, AuthenticateCognito, AuthenticateOidc, ClaimFormat, ContentType, FixedResponse,
    Forward, ForwardStickiness, ForwardTarget, IpTarget, JwtClaim, LoadBalancerArn,
    OnUnauthenticatedRequest, Redirect, RedirectProtocol, TargetGroupArn, UserPoolArn, ValidateJwt,
};
use crate::aws::acm::CertificateArn;
use crate::value::SecretInput;

const HERE: &str = "arn:aws:elasticloadbalancing:us-east-1:123456789012";

pub(super) fn load_balancer(name: &str) -> LoadBalancerArn {
    LoadBalancerArn::existing(format!("{HERE}:loadbalancer/{name}"))
}

pub(super) fn target_group(name: &str) -> TargetGroupArn<IpTarget> {
    TargetGroupArn::existing(format!("{HERE}:targetgroup/{name}/0a1"))
}

pub(super) fn certificate(id: &str) -> CertificateArn {
    CertificateArn::existing(format!(
        "arn:aws:acm:us-east-1:123456789012:certificate/{id}"
    ))
}

/// Lists of actions in which every property of every action appears.
pub(super) fn actions() -> Vec<Vec<Action>> {
    let forward = || Action::forward(target_group("web"));
    let split = Forward::new([
        ForwardTarget::new(target_group("blue")).weight(90),
        ForwardTarget::new(target_group("green")).weight(10),
    ])
    .target_group_stickiness_config(
        ForwardStickiness::new()
            .enabled(true)
            .duration_seconds(3600),
    );
    let redirect = Redirect::temporary()
        .protocol(RedirectProtocol::Https)
        .host("shop.example.com")
        .port("443")
        .path("/new/#{path}")
        .query("from=old");
    let pool =
        UserPoolArn::existing("arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_0a1");
    let cognito = AuthenticateCognito::new(pool, "client", "shop")
        .on_unauthenticated_request(OnUnauthenticatedRequest::Deny)
        .scope("openid email")
        .session_cookie_name("session")
        .session_timeout(3600)
        .authentication_request_extra_params([("lang", "en")]);
    let at = |path: &str| format!("https://login.example.com/{path}");
    let oidc = |secret: &str| {
        let secret = SecretInput::from_file(secret);
        AuthenticateOidc::new(
            at(""),
            at("authorize"),
            at("token"),
            at("userinfo"),
            "client",
            secret,
        )
        .on_unauthenticated_request(OnUnauthenticatedRequest::Allow)
        .scope("openid email")
        .session_cookie_name("session")
        .session_timeout(3600)
        .authentication_request_extra_params([("lang", "en")])
    };
    let token = ValidateJwt::new(at(""), at("keys")).additional_claims([JwtClaim::new(
        "scope",
        ClaimFormat::SpaceSeparatedValues,
        ["read", "write"],
    )]);
    let listed = ValidateJwt::new(at(""), at("keys")).additional_claims([JwtClaim::new(
        "groups",
        ClaimFormat::StringArray,
        ["staff"],
    )]);
    vec![
        vec![split.into()],
        vec![redirect.into()],
        vec![
            FixedResponse::status(503)
                .body(ContentType::Plain, "back soon")
                .into(),
        ],
        vec![Action::from(cognito).order(1), forward().order(2)],
        vec![
            Action::from(oidc("oidc-secret")).order(1),
            forward().order(2),
        ],
        vec![
            Action::from(oidc("other-oidc-secret")).order(1),
            forward().order(2),
        ],
        vec![Action::from(token).order(1), forward().order(2)],
        vec![Redirect::permanent().path("/moved").into()],
        vec![Action::from(listed).order(1), forward().order(2)],
    ]
}
