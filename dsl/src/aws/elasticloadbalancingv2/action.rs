//! What a listener or rule does with a request: forward it, answer it, send it elsewhere, or first find out who asks.
//!
//! AWS tells actions apart by `Type` and by which configuration is there; here the configuration decides, and `Type` follows from it.
//! Not here: the configurations that find out who asks, which are `authenticate`'s.

use windlass_derive::{Block, Choice};

use super::{AuthenticateCognito, AuthenticateOidc, Protocol, TargetGroupArn, ValidateJwt};
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// What sort of action it is.
    pub enum ActionType {
        /// Forwards to target groups.
        Forward = "forward",
        /// Sends the client elsewhere.
        Redirect = "redirect",
        /// Answers by itself.
        FixedResponse = "fixed-response",
        /// Asks an Amazon Cognito user pool who the client is.
        AuthenticateCognito = "authenticate-cognito",
        /// Asks an OpenID Connect provider who the client is.
        AuthenticateOidc = "authenticate-oidc",
        /// Checks the client's JSON Web Token.
        ValidateJwt = "jwt-validation",
    }

    /// The media type of a fixed response.
    pub enum ContentType {
        /// Plain text.
        Plain = "text/plain",
        /// CSS.
        Css = "text/css",
        /// HTML.
        Html = "text/html",
        /// JavaScript.
        Javascript = "application/javascript",
        /// JSON.
        Json = "application/json",
    }

    /// Whether clients may remember a redirect.
    pub enum RedirectStatus {
        /// For good: HTTP 301.
        Permanent = "HTTP_301",
        /// For now: HTTP 302.
        Temporary = "HTTP_302",
    }

    /// The protocol of a redirect.
    pub enum RedirectProtocol {
        /// HTTP.
        Http = "HTTP",
        /// HTTPS.
        Https = "HTTPS",
        /// As it came.
        Same = "#{protocol}",
    }
}

/// One thing that is done with a request.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Action {
    /// What sort of action it is; it follows from the configuration.
    #[field(name = "Type", no_setter)]
    action_type: Input<ActionType>,
    /// Its place among several, 1 to 50000; the one that answers comes last.
    pub order: Option<Input<u32>>,
    /// What it does.
    #[field(choice, no_setter)]
    config: ActionConfig,
}

/// What an action does.
#[derive(Debug, Clone, Choice)]
pub enum ActionConfig {
    /// Forwards to one target group.
    TargetGroupArn(Input<TargetGroupArn>),
    /// Forwards to several target groups.
    #[field(name = "ForwardConfig")]
    Forward(Forward),
    /// Sends the client elsewhere.
    #[field(name = "RedirectConfig")]
    Redirect(Box<Redirect>),
    /// Answers by itself.
    #[field(name = "FixedResponseConfig")]
    FixedResponse(FixedResponse),
    /// Asks an Amazon Cognito user pool who the client is.
    #[field(name = "AuthenticateCognitoConfig")]
    AuthenticateCognito(Box<AuthenticateCognito>),
    /// Asks an OpenID Connect provider who the client is.
    #[field(name = "AuthenticateOidcConfig")]
    AuthenticateOidc(Box<AuthenticateOidc>),
    /// Checks the client's JSON Web Token.
    #[field(name = "JwtValidationConfig")]
    ValidateJwt(Box<ValidateJwt>),
}

/// Target groups that share what is forwarded.
#[derive(Debug, Clone, Block)]
pub struct Forward {
    /// The target groups, 1 to 5.
    #[field(required, keyed("TargetGroupArn"))]
    pub target_groups: Vec<ForwardTarget>,
    /// Whether a client stays with the target group it got first.
    pub target_group_stickiness_config: Option<ForwardStickiness>,
}

/// A target group and its share.
#[derive(Debug, Clone, Block)]
pub struct ForwardTarget {
    /// The target group.
    pub target_group_arn: Input<TargetGroupArn>,
    /// Its weight among the others, 0 to 999. AWS's default is 1.
    #[field(removal_default("1"))]
    pub weight: Option<Input<u32>>,
}

/// Whether a client stays with the target group it got first.
#[derive(Debug, Clone, Block)]
pub struct ForwardStickiness {
    /// Whether it does. AWS's default is `false`.
    #[field(removal_default("false"))]
    pub enabled: Option<Input<bool>>,
    /// For how long, 1 to 604800 seconds.
    pub duration_seconds: Option<Input<u32>>,
}

/// Where a client is sent. What is not said stays as it was in the request.
#[derive(Debug, Clone, Block)]
#[block(no_new)]
pub struct Redirect {
    /// Whether clients may remember it.
    pub status_code: Input<RedirectStatus>,
    /// The protocol. AWS's default is `#{protocol}`.
    #[field(removal_default("\"#{protocol}\""))]
    pub protocol: Option<Input<RedirectProtocol>>,
    /// The host, which may hold `#{host}`. AWS's default is `#{host}`.
    #[field(removal_default("\"#{host}\""))]
    pub host: Option<Input<String>>,
    /// The port as a text. AWS's default is `#{port}`.
    #[field(removal_default("\"#{port}\""))]
    pub port: Option<Input<String>>,
    /// The path from its `/` on, which may hold `#{host}`, `#{path}` and `#{port}`. AWS's default is `/#{path}`.
    #[field(removal_default("\"/#{path}\""))]
    pub path: Option<Input<String>>,
    /// The query without its `?`. AWS's default is `#{query}`.
    #[field(removal_default("\"#{query}\""))]
    pub query: Option<Input<String>>,
}

/// What the load balancer answers by itself.
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

    /// Sends the same request to HTTPS on port 443, for good.
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

    /// What it does.
    #[must_use]
    pub fn config(&self) -> &ActionConfig {
        &self.config
    }

    /// What sort of action it is.
    #[must_use]
    pub fn sort(&self) -> ActionType {
        self.config.action_type()
    }
}

impl Redirect {
    /// One that clients may remember.
    #[must_use]
    pub fn permanent() -> Self {
        Self::with(RedirectStatus::Permanent)
    }

    /// One that clients ask for each time.
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
    /// A status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status_code: status.to_string().into(),
            content_type: None,
            message_body: None,
        }
    }

    /// With a body.
    #[must_use]
    pub fn body(self, content_type: ContentType, body: impl IntoInput<String>) -> Self {
        self.content_type(content_type).message_body(body)
    }
}

impl ActionConfig {
    /// What sort of action it makes.
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
    /// Whether it ends the list: the request is answered or forwarded.
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

/// Reports actions that AWS would refuse. `protocol` is the listener's, where it is known.
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
    // With an order on every action the place in the list does not matter.
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
