//! Actions that find out who asks, before a request goes on: Amazon Cognito, OpenID Connect, JSON Web Tokens.
//!
//! Not here: `UseExistingClientSecret`, which spares one `ModifyRule` call the secret; the engine always has the secret to send.

use std::collections::BTreeMap;

use windlass_derive::Block;

use super::UserPoolArn;
use crate::stack::Checks;
use crate::value::{Input, SecretInput};

crate::text_enum! {
    /// What happens to a client that nobody has authenticated.
    pub enum OnUnauthenticatedRequest {
        /// It gets HTTP 401.
        Deny = "deny",
        /// It passes.
        Allow = "allow",
        /// It is sent to log in.
        Authenticate = "authenticate",
    }

    /// The form of a claim in a token.
    pub enum ClaimFormat {
        /// One text.
        SingleString = "single-string",
        /// A list of texts.
        StringArray = "string-array",
        /// Words in one text.
        SpaceSeparatedValues = "space-separated-values",
    }
}

/// Asks an Amazon Cognito user pool who the client is.
#[derive(Debug, Clone, Block)]
pub struct AuthenticateCognito {
    /// The user pool.
    pub user_pool_arn: Input<UserPoolArn>,
    /// The app client of the user pool.
    pub user_pool_client_id: Input<String>,
    /// The prefix or the whole name of the user pool's domain.
    pub user_pool_domain: Input<String>,
    /// What is done about a client that is not logged in. AWS's default is `authenticate`.
    #[field(removal_default("\"authenticate\""))]
    pub on_unauthenticated_request: Option<Input<OnUnauthenticatedRequest>>,
    /// The claims that are asked for. AWS's default is `openid`.
    #[field(removal_default("\"openid\""))]
    pub scope: Option<Input<String>>,
    /// The name of the cookie that keeps a client logged in. AWS's default is `AWSELBAuthSessionCookie`.
    #[field(removal_default("\"AWSELBAuthSessionCookie\""))]
    pub session_cookie_name: Option<Input<String>>,
    /// How long a session lasts, 1 to 604800 seconds, which is AWS's default.
    #[field(removal_default("604800"))]
    pub session_timeout: Option<Input<u32>>,
    /// Query parameters for the authorization endpoint, up to 10.
    pub authentication_request_extra_params: BTreeMap<String, Input<String>>,
}

/// Asks an OpenID Connect provider who the client is.
#[derive(Debug, Clone, Block)]
pub struct AuthenticateOidc {
    /// The provider's identifier: a whole `https` URL.
    pub issuer: Input<String>,
    /// Where clients log in: a whole `https` URL.
    pub authorization_endpoint: Input<String>,
    /// Where tokens are had: a whole `https` URL.
    pub token_endpoint: Input<String>,
    /// Where claims are had: a whole `https` URL.
    pub user_info_endpoint: Input<String>,
    /// The client identifier.
    pub client_id: Input<String>,
    /// The client secret.
    #[field(never_read)]
    pub client_secret: SecretInput,
    /// What is done about a client that is not logged in. AWS's default is `authenticate`.
    #[field(removal_default("\"authenticate\""))]
    pub on_unauthenticated_request: Option<Input<OnUnauthenticatedRequest>>,
    /// The claims that are asked for. AWS's default is `openid`.
    #[field(removal_default("\"openid\""))]
    pub scope: Option<Input<String>>,
    /// The name of the cookie that keeps a client logged in. AWS's default is `AWSELBAuthSessionCookie`.
    #[field(removal_default("\"AWSELBAuthSessionCookie\""))]
    pub session_cookie_name: Option<Input<String>>,
    /// How long a session lasts, 1 to 604800 seconds, which is AWS's default.
    #[field(removal_default("604800"))]
    pub session_timeout: Option<Input<u32>>,
    /// Query parameters for the authorization endpoint, up to 10.
    pub authentication_request_extra_params: BTreeMap<String, Input<String>>,
}

/// Checks the client's JSON Web Token. `exp`, `iss`, `nbf` and `iat` are always checked.
#[derive(Debug, Clone, Block)]
pub struct ValidateJwt {
    /// Who issues the tokens, at most 256 characters.
    pub issuer: Input<String>,
    /// Where the keys are had: a whole `https` URL, at most 256 characters.
    pub jwks_endpoint: Input<String>,
    /// Further claims that must hold, up to 10.
    #[field(keyed("Name"))]
    pub additional_claims: Vec<JwtClaim>,
}

/// A claim that must hold.
#[derive(Debug, Clone, Block)]
pub struct JwtClaim {
    /// Its name.
    pub name: Input<String>,
    /// Its form.
    pub format: Input<ClaimFormat>,
    /// The values that it may have, up to 10.
    #[field(required, set)]
    pub values: Vec<Input<String>>,
}

impl AuthenticateCognito {
    pub(super) fn check(&self, checks: &mut Checks<'_>, property: &str) {
        check_session(
            checks,
            property,
            self.session_timeout.as_ref(),
            &self.authentication_request_extra_params,
        );
    }
}

impl AuthenticateOidc {
    pub(super) fn check(&self, checks: &mut Checks<'_>, property: &str) {
        check_session(
            checks,
            property,
            self.session_timeout.as_ref(),
            &self.authentication_request_extra_params,
        );
        for url in [
            &self.issuer,
            &self.authorization_endpoint,
            &self.token_endpoint,
            &self.user_info_endpoint,
        ] {
            check_url(checks, property, url);
        }
    }
}

impl ValidateJwt {
    pub(super) fn check(&self, checks: &mut Checks<'_>, property: &str) {
        check_url(checks, property, &self.jwks_endpoint);
        checks.length(property, Some(&self.jwks_endpoint), 1..=256);
        checks.length(property, Some(&self.issuer), 1..=256);
        if self.additional_claims.len() > 10 {
            checks.invalid(
                property,
                format!("checks {} claims", self.additional_claims.len()),
                "AWS takes up to 10",
            );
        }
        for claim in &self.additional_claims {
            if let Some(name) = claim.name.literal()
                && ["exp", "iss", "nbf", "iat"].contains(&name.as_str())
            {
                checks.invalid(
                    property,
                    format!("checks the claim `{name}`"),
                    "AWS always checks that one; leave it out",
                );
            }
            if !(1..=10).contains(&claim.values.len()) {
                checks.invalid(
                    property,
                    format!("has a claim with {} values", claim.values.len()),
                    "AWS takes 1 to 10",
                );
            }
        }
    }
}

fn check_session(
    checks: &mut Checks<'_>,
    property: &str,
    timeout: Option<&Input<u32>>,
    extra: &BTreeMap<String, Input<String>>,
) {
    checks.range(property, timeout, 1..=604_800);
    if extra.len() > 10 {
        checks.invalid(
            property,
            format!("adds {} query parameters", extra.len()),
            "AWS takes up to 10",
        );
    }
}

fn check_url(checks: &mut Checks<'_>, property: &str, url: &Input<String>) {
    if let Some(url) = url.literal()
        && !url.starts_with("https://")
    {
        checks.invalid(
            property,
            format!("names `{url}`"),
            "AWS takes whole URLs that start with `https://`",
        );
    }
}
