//! Actions of a listener or rule: forward a request, answer it, redirect it, or first authenticate the user.
//!
//! AWS tells actions apart by `Type` and by which configuration is there. Here the configuration decides, and `Type` follows from it. Not here: the
//! authentication configurations (`authenticate`).

use windlass_derive::{Block, Choice};

use super::{AuthenticateCognito, AuthenticateOidc, Protocol, TargetGroupArn, ValidateJwt};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The type of an action.
    pub enum ActionType {
        /// Forwards to target groups.
        Forward = "forward",
        /// Redirects the client to another URL.
        Redirect = "redirect",
        /// Answers without a target.
        FixedResponse = "fixed-response",
        /// Authenticates the user with an Amazon Cognito user pool.
        AuthenticateCognito = "authenticate-cognito",
        /// Authenticates the user with an OpenID Connect provider.
        AuthenticateOidc = "authenticate-oidc",
        /// Checks the client's JSON Web Token.
        ValidateJwt = "jwt-validation",
    }

    /// The media type of a fixed response.
    pub enum ContentType {
        /// Plain text.
        Plain = "text/plain",
        Css = "text/css",
        Html = "text/html",
        Javascript = "application/javascript",
        Json = "application/json",
    }

    /// Whether clients may cache a redirect.
    pub enum RedirectStatus {
        /// Permanent: HTTP 301.
        Permanent = "HTTP_301",
        /// Temporary: HTTP 302.
        Temporary = "HTTP_302",
    }

    /// The protocol of a redirect.
    pub enum RedirectProtocol {
        Http = "HTTP",
        Https = "HTTPS",
        /// The protocol of the request.
        Same = "#{protocol}",
    }
}

/// One action on a request.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Action {
    /// The type of the action, which follows from the configuration.
    #[field(name = "Type", no_setter)]
    action_type: Input<ActionType>,
    /// The position among several actions, 1 to 50000; the action that answers comes last.
    pub order: Option<Input<u32>>,
    /// The configuration of the action.
    #[field(choice, no_setter)]
    config: ActionConfig,
}

/// The configuration of an action.
#[derive(Debug, Clone, Choice)]
pub enum ActionConfig {
    /// Forwards to one target group.
    TargetGroupArn(Input<TargetGroupArn>),
    /// Forwards to several target groups.
    #[field(name = "ForwardConfig")]
    Forward(Forward),
    /// Redirects the client to another URL.
    #[field(name = "RedirectConfig")]
    Redirect(Box<Redirect>),
    /// Answers without a target.
    #[field(name = "FixedResponseConfig")]
    FixedResponse(FixedResponse),
    /// Authenticates the user with an Amazon Cognito user pool.
    #[field(name = "AuthenticateCognitoConfig")]
    AuthenticateCognito(Box<AuthenticateCognito>),
    /// Authenticates the user with an OpenID Connect provider.
    #[field(name = "AuthenticateOidcConfig")]
    AuthenticateOidc(Box<AuthenticateOidc>),
    /// Checks the client's JSON Web Token.
    #[field(name = "JwtValidationConfig")]
    ValidateJwt(Box<ValidateJwt>),
}

/// Target groups that share the forwarded requests.
#[derive(Debug, Clone, Block)]
pub struct Forward {
    /// The target groups, 1 to 5.
    #[field(required, keyed("TargetGroupArn"))]
    pub target_groups: Vec<ForwardTarget>,
    /// Whether a client stays with its first target group.
    pub target_group_stickiness_config: Option<ForwardStickiness>,
}

/// A target group and its share of the requests.
#[derive(Debug, Clone, Block)]
pub struct ForwardTarget {
    pub target_group_arn: Input<TargetGroupArn>,
    /// The weight relative to the others, 0 to 999. AWS's default is 1.
    #[field(removal_default("1"))]
    pub weight: Option<Input<u32>>,
}

/// Whether a client stays with its first target group.
#[derive(Debug, Clone, Block)]
pub struct ForwardStickiness {
    /// Whether the stickiness is on. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub enabled: Option<Input<bool>>,
    /// How long the stickiness lasts, 1 to 604800 seconds.
    pub duration_seconds: Option<Input<u32>>,
}

/// The URL of a redirect. A part that is left out keeps its value from the request.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Redirect {
    /// Whether clients may cache the redirect.
    pub status_code: Input<RedirectStatus>,
    /// The protocol. AWS's default is `#{protocol}`.
    #[field(removal_default("\"#{protocol}\""))]
    pub protocol: Option<Input<RedirectProtocol>>,
    /// The host, which may contain `#{host}`. AWS's default is `#{host}`.
    #[field(removal_default("\"#{host}\""))]
    pub host: Option<Input<String>>,
    /// The port as a text. AWS's default is `#{port}`.
    #[field(removal_default("\"#{port}\""))]
    pub port: Option<Input<String>>,
    /// The path with its leading `/`, which may contain `#{host}`, `#{path}` and `#{port}`. AWS's default is `/#{path}`.
    #[field(removal_default("\"/#{path}\""))]
    pub path: Option<Input<String>>,
    /// The query without its `?`. AWS's default is `#{query}`.
    #[field(removal_default("\"#{query}\""))]
    pub query: Option<Input<String>>,
}

/// An answer that the load balancer gives without a target.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct FixedResponse {
    /// The HTTP status, 2xx, 4xx or 5xx, as a text.
    pub status_code: Input<String>,
    /// The media type of the body.
    pub content_type: Option<Input<ContentType>>,
    /// The body, at most 1024 characters.
    pub message_body: Option<Input<String>>,
}

impl Action {
    /// Forwards to a target group.
    #[must_use]
    pub fn forward(target_group: impl IntoInput<TargetGroupArn>) -> Self {
        ActionConfig::TargetGroupArn(target_group.into()).into()
    }

    /// Forwards to several target groups by weight.
    #[must_use]
    pub fn split<T: IntoInput<TargetGroupArn>>(shares: impl IntoIterator<Item = (T, u32)>) -> Self {
        let share =
            |(target_group, weight): (T, u32)| ForwardTarget::new(target_group).weight(weight);
        Forward::new(shares.into_iter().map(share)).into()
    }

    /// Redirects the same request to HTTPS on port 443, permanently.
    #[must_use]
    pub fn redirect_to_https() -> Self {
        Redirect::permanent()
            .protocol(RedirectProtocol::Https)
            .port("443")
            .into()
    }

    /// Answers with a status, without a body.
    #[must_use]
    pub fn respond(status: u16) -> Self {
        FixedResponse::status(status).into()
    }

    /// The configuration of the action.
    #[must_use]
    pub fn config(&self) -> &ActionConfig {
        &self.config
    }

    /// The type of the action.
    #[must_use]
    pub fn sort(&self) -> ActionType {
        self.config.action_type()
    }
}

impl Redirect {
    /// A redirect that clients may cache.
    #[must_use]
    pub fn permanent() -> Self {
        Self::with(RedirectStatus::Permanent)
    }

    /// A redirect that clients must not cache.
    #[must_use]
    pub fn temporary() -> Self {
        Self::with(RedirectStatus::Temporary)
    }

    fn with(status: RedirectStatus) -> Self {
        Self {
            status_code: status.into(),
            protocol: None,
            host: None,
            port: None,
            path: None,
            query: None,
        }
    }
}

impl FixedResponse {
    /// An answer with a status and no body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status_code: status.to_string().into(),
            content_type: None,
            message_body: None,
        }
    }

    /// Adds a body.
    #[must_use]
    pub fn body(self, content_type: ContentType, body: impl IntoInput<String>) -> Self {
        self.content_type(content_type).message_body(body)
    }
}

impl ActionConfig {
    /// The type of action that this configuration makes.
    #[must_use]
    pub fn action_type(&self) -> ActionType {
        match self {
            Self::TargetGroupArn(_) | Self::Forward(_) => ActionType::Forward,
            Self::Redirect(_) => ActionType::Redirect,
            Self::FixedResponse(_) => ActionType::FixedResponse,
            Self::AuthenticateCognito(_) => ActionType::AuthenticateCognito,
            Self::AuthenticateOidc(_) => ActionType::AuthenticateOidc,
            Self::ValidateJwt(_) => ActionType::ValidateJwt,
        }
    }
}

impl ActionType {
    /// Whether the action ends the list, because it answers or forwards the request.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Self::Forward | Self::Redirect | Self::FixedResponse)
    }
}

impl From<ActionConfig> for Action {
    fn from(config: ActionConfig) -> Self {
        Self {
            action_type: config.action_type().into(),
            order: None,
            config,
        }
    }
}

macro_rules! actions {
    ($($config:ty => $variant:ident($made:expr);)+) => {$(
        impl From<$config> for Action {
            fn from(config: $config) -> Self {
                let made: fn($config) -> _ = $made;
                ActionConfig::$variant(made(config)).into()
            }
        }
    )+};
}

actions! {
    Forward => Forward(|config| config);
    Redirect => Redirect(Box::new);
    FixedResponse => FixedResponse(|config| config);
    AuthenticateCognito => AuthenticateCognito(Box::new);
    AuthenticateOidc => AuthenticateOidc(Box::new);
    ValidateJwt => ValidateJwt(Box::new);
}

/// Reports actions that AWS would refuse. `protocol` is the listener's, if it is known.
pub(super) fn check(
    checks: &mut Checks<'_>,
    property: &str,
    actions: &[Action],
    protocol: Option<Protocol>,
) {
    let answering = actions
        .iter()
        .filter(|action| action.sort().answers())
        .count();
    if answering != 1 {
        checks.invalid(
            property,
            format!("has {answering} actions that forward, redirect or respond"),
            "AWS takes exactly one, after all others",
        );
    }
    // If every action has an order, its place in the list does not matter.
    let ordered = actions.iter().all(|action| action.order.is_some());
    if !ordered && answering == 1 && !actions.last().is_some_and(|action| action.sort().answers()) {
        checks.invalid(
            property,
            "does something after forwarding, redirecting or responding",
            "put what finds out who asks before it",
        );
    }
    for action in actions {
        checks.range(property, action.order.as_ref(), 1..=50_000);
        check_config(checks, property, &action.config);
        if !action.sort().answers() && protocol.is_some_and(|protocol| protocol != Protocol::Https)
        {
            checks.invalid(
                property,
                format!("has an action `{}` without HTTPS", action.sort()),
                "AWS finds out who asks on HTTPS listeners only",
            );
        }
    }
}

fn check_config(checks: &mut Checks<'_>, property: &str, config: &ActionConfig) {
    match config {
        ActionConfig::TargetGroupArn(_) => {}
        ActionConfig::Forward(forward) => check_forward(checks, property, forward),
        ActionConfig::Redirect(redirect) => check_redirect(checks, property, redirect),
        ActionConfig::FixedResponse(response) => check_response(checks, property, response),
        ActionConfig::AuthenticateCognito(config) => config.check(checks, property),
        ActionConfig::AuthenticateOidc(config) => config.check(checks, property),
        ActionConfig::ValidateJwt(config) => config.check(checks, property),
    }
}

fn check_forward(checks: &mut Checks<'_>, property: &str, forward: &Forward) {
    if !(1..=5).contains(&forward.target_groups.len()) {
        checks.invalid(
            property,
            format!("forwards to {} target groups", forward.target_groups.len()),
            "AWS takes 1 to 5 in one action",
        );
    }
    for target in &forward.target_groups {
        checks.range(property, target.weight.as_ref(), 0..=999);
    }
    if let Some(stickiness) = &forward.target_group_stickiness_config {
        checks.range(property, stickiness.duration_seconds.as_ref(), 1..=604_800);
        if stickiness.enabled.as_ref().and_then(Input::literal) == Some(true)
            && stickiness.duration_seconds.is_none()
        {
            checks.invalid(
                property,
                "keeps clients with a target group, but does not say how long",
                "add `.duration_seconds(3600)`",
            );
        }
    }
}

fn check_redirect(checks: &mut Checks<'_>, property: &str, redirect: &Redirect) {
    checks.length(property, redirect.host.as_ref(), 1..=128);
    checks.length(property, redirect.path.as_ref(), 1..=128);
    checks.length(property, redirect.query.as_ref(), 0..=128);
    if let Some(path) = redirect.path.as_ref().and_then(Input::literal)
        && !path.starts_with('/')
    {
        checks.invalid(
            property,
            format!("redirects to the path `{path}`"),
            "a path starts with `/`",
        );
    }
    if let Some(port) = redirect.port.as_ref().and_then(Input::literal)
        && port != "#{port}"
        && !port.parse().is_ok_and(|port: u16| port > 0)
    {
        checks.invalid(
            property,
            format!("redirects to port `{port}`"),
            "AWS takes 1 to 65535, or `#{port}`",
        );
    }
    let changes = |part: &Option<Input<String>>, same: &str| {
        part.as_ref()
            .is_some_and(|part| part.literal().is_none_or(|text| text != same))
    };
    let protocol = redirect.protocol.as_ref().map(Input::literal);
    let leads_elsewhere = changes(&redirect.host, "#{host}")
        || changes(&redirect.port, "#{port}")
        || changes(&redirect.path, "/#{path}")
        || changes(&redirect.query, "#{query}")
        || protocol.is_some_and(|protocol| protocol != Some(RedirectProtocol::Same));
    if !leads_elsewhere {
        checks.invalid(
            property,
            "redirects to where the request came",
            "change at least one of protocol, host, port, path and query",
        );
    }
}

fn check_response(checks: &mut Checks<'_>, property: &str, response: &FixedResponse) {
    if let Some(status) = response.status_code.literal() {
        let fits = status.len() == 3
            && status.starts_with(['2', '4', '5'])
            && status.parse::<u16>().is_ok();
        if !fits {
            checks.invalid(
                property,
                format!("answers with status `{status}`"),
                "AWS takes 2xx, 4xx and 5xx",
            );
        }
    }
    checks.length(property, response.message_body.as_ref(), 0..=1024);
}
