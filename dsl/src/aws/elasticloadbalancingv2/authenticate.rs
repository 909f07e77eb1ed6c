//! Authentication actions, which check who the user is before a request goes on: Amazon Cognito, OpenID Connect, JSON Web Tokens.
//!
//! Not here: `UseExistingClientSecret`, which lets a `ModifyRule` call leave the secret out. The engine always has the secret to send.

use std::collections::BTreeMap;

use windlass_derive::Block;

use super::UserPoolArn;
use crate::stack::Checks;
use crate::value::{Input, SecretInput};

crate::text_enum! {
    /// What happens to a request of a user who is not logged in.
    pub enum OnUnauthenticatedRequest {
        /// The user gets HTTP 401.
        Deny = "deny",
        /// The request passes.
        Allow = "allow",
        /// The user is sent to the login page.
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

/// Authenticates the user with an Amazon Cognito user pool.
#[derive(Debug, Clone, Block)]
pub struct AuthenticateCognito {
    pub user_pool_arn: Input<UserPoolArn>,
    /// The app client of the user pool.
    pub user_pool_client_id: Input<String>,
    /// The prefix or the whole name of the user pool's domain.
    pub user_pool_domain: Input<String>,
    /// What happens to a request of a user who is not logged in. AWS's default is `authenticate`.
    #[field(removal_default("\"authenticate\""))]
    pub on_unauthenticated_request: Option<Input<OnUnauthenticatedRequest>>,
    /// The claims to request. AWS's default is `openid`.
    #[field(removal_default("\"openid\""))]
    pub scope: Option<Input<String>>,
    /// The name of the cookie that keeps a user logged in. AWS's default is `AWSELBAuthSessionCookie`.
    #[field(removal_default("\"AWSELBAuthSessionCookie\""))]
    pub session_cookie_name: Option<Input<String>>,
    /// The length of a session, 1 to 604800 seconds. AWS's default is 604800.
    #[field(removal_default("604800"))]
    pub session_timeout: Option<Input<u32>>,
    /// Query parameters for the authorization endpoint, up to 10.
    pub authentication_request_extra_params: BTreeMap<String, Input<String>>,
}

/// Authenticates the user with an OpenID Connect provider.
#[derive(Debug, Clone, Block)]
pub struct AuthenticateOidc {
    /// The provider's identifier: a whole `https` URL.
    pub issuer: Input<String>,
    /// The URL at which users log in: a whole `https` URL.
    pub authorization_endpoint: Input<String>,
    /// The URL that returns tokens: a whole `https` URL.
    pub token_endpoint: Input<String>,
    /// The URL that returns claims: a whole `https` URL.
    pub user_info_endpoint: Input<String>,
    /// The client identifier.
    pub client_id: Input<String>,
    #[field(never_read)]
    pub client_secret: SecretInput,
    /// What happens to a request of a user who is not logged in. AWS's default is `authenticate`.
    #[field(removal_default("\"authenticate\""))]
    pub on_unauthenticated_request: Option<Input<OnUnauthenticatedRequest>>,
    /// The claims to request. AWS's default is `openid`.
    #[field(removal_default("\"openid\""))]
    pub scope: Option<Input<String>>,
    /// The name of the cookie that keeps a user logged in. AWS's default is `AWSELBAuthSessionCookie`.
    #[field(removal_default("\"AWSELBAuthSessionCookie\""))]
    pub session_cookie_name: Option<Input<String>>,
    /// The length of a session, 1 to 604800 seconds. AWS's default is 604800.
    #[field(removal_default("604800"))]
    pub session_timeout: Option<Input<u32>>,
    /// Query parameters for the authorization endpoint, up to 10.
    pub authentication_request_extra_params: BTreeMap<String, Input<String>>,
}

/// Checks the client's JSON Web Token. The load balancer always checks `exp`, `iss`, `nbf` and `iat`.
#[derive(Debug, Clone, Block)]
pub struct ValidateJwt {
    /// The issuer of the tokens, at most 256 characters.
    pub issuer: Input<String>,
    /// The URL of the keys: a whole `https` URL, at most 256 characters.
    pub jwks_endpoint: Input<String>,
    /// Further claims that a token must have, up to 10.
    #[field(keyed("Name"))]
    pub additional_claims: Vec<JwtClaim>,
}

/// A claim that a token must have.
#[derive(Debug, Clone, Block)]
pub struct JwtClaim {
    pub name: Input<String>,
    /// The format of the claim.
    pub format: Input<ClaimFormat>,
    /// The values that the claim may have, up to 10.
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
