//! Actions of listeners and rules, from the spec's form to the SDK's and back.
//!
//! For one target group AWS returns both of its forms, so whichever the author wrote is there. A client secret is sent with every change
//! and never returned.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, AuthenticateCognitoActionConditionalBehaviorEnum,
    AuthenticateCognitoActionConfig, AuthenticateOidcActionConditionalBehaviorEnum,
    AuthenticateOidcActionConfig, FixedResponseActionConfig, ForwardActionConfig,
    JwtValidationActionAdditionalClaim, JwtValidationActionAdditionalClaimFormatEnum,
    JwtValidationActionConfig, RedirectActionConfig, RedirectActionStatusCodeEnum,
    TargetGroupStickinessConfig, TargetGroupTuple,
};
use windlass::aws::elasticloadbalancingv2::{
    ActionConfigResolved, ActionResolved, AuthenticateCognitoResolved, AuthenticateOidcResolved,
    FixedResponseResolved, ForwardResolved, RedirectResolved, ValidateJwtResolved,
};

use crate::error::Result;
use crate::lifecycle::Context;
use crate::observed::Block;

/// The SDK's form. Secrets are read for the call.
pub fn to_sdk(cx: &Context, actions: &[ActionResolved]) -> Result<Vec<Action>> {
    actions.iter().map(|action| one(cx, action)).collect()
}

fn one(cx: &Context, action: &ActionResolved) -> Result<Action> {
    let built = Action::builder()
        .r#type(ActionTypeEnum::from(action.action_type.as_str()))
        .set_order(action.order.map(int));
    Ok(match &action.config {
        ActionConfigResolved::TargetGroupArn(arn) => built.target_group_arn(arn.as_str()),
        ActionConfigResolved::Forward(config) => built.forward_config(forward(config)),
        ActionConfigResolved::Redirect(config) => built.redirect_config(redirect(config)),
        ActionConfigResolved::FixedResponse(config) => {
            built.fixed_response_config(fixed_response(config))
        }
        ActionConfigResolved::AuthenticateCognito(config) => {
            built.authenticate_cognito_config(cognito(config))
        }
        ActionConfigResolved::AuthenticateOidc(config) => {
            built.authenticate_oidc_config(oidc(cx, config)?)
        }
        ActionConfigResolved::ValidateJwt(config) => built.jwt_validation_config(jwt(config)),
    }
    .build())
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn extra(params: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!params.is_empty()).then(|| params.clone().into_iter().collect())
}

fn forward(config: &ForwardResolved) -> ForwardActionConfig {
    let groups = config.target_groups.iter().map(|target| {
        TargetGroupTuple::builder()
            .target_group_arn(target.target_group_arn.as_str())
            .set_weight(target.weight.map(int))
            .build()
    });
    let stickiness = config
        .target_group_stickiness_config
        .as_ref()
        .map(|stickiness| {
            TargetGroupStickinessConfig::builder()
                .set_enabled(stickiness.enabled)
                .set_duration_seconds(stickiness.duration_seconds.map(int))
                .build()
        });
    ForwardActionConfig::builder()
        .set_target_groups(Some(groups.collect()))
        .set_target_group_stickiness_config(stickiness)
        .build()
}

fn redirect(config: &RedirectResolved) -> RedirectActionConfig {
    RedirectActionConfig::builder()
        .status_code(RedirectActionStatusCodeEnum::from(
            config.status_code.as_str(),
        ))
        .set_protocol(config.protocol.map(|protocol| protocol.to_string()))
        .set_host(config.host.clone())
        .set_port(config.port.clone())
        .set_path(config.path.clone())
        .set_query(config.query.clone())
        .build()
}

fn fixed_response(config: &FixedResponseResolved) -> FixedResponseActionConfig {
    FixedResponseActionConfig::builder()
        .status_code(&config.status_code)
        .set_content_type(config.content_type.map(|of| of.to_string()))
        .set_message_body(config.message_body.clone())
        .build()
}

fn cognito(config: &AuthenticateCognitoResolved) -> AuthenticateCognitoActionConfig {
    let unauthenticated = config.on_unauthenticated_request.map(|behaviour| {
        AuthenticateCognitoActionConditionalBehaviorEnum::from(behaviour.as_str())
    });
    AuthenticateCognitoActionConfig::builder()
        .user_pool_arn(config.user_pool_arn.as_str())
        .user_pool_client_id(&config.user_pool_client_id)
        .user_pool_domain(&config.user_pool_domain)
        .set_on_unauthenticated_request(unauthenticated)
        .set_scope(config.scope.clone())
        .set_session_cookie_name(config.session_cookie_name.clone())
        .set_session_timeout(config.session_timeout.map(i64::from))
        .set_authentication_request_extra_params(extra(&config.authentication_request_extra_params))
        .build()
}

fn oidc(cx: &Context, config: &AuthenticateOidcResolved) -> Result<AuthenticateOidcActionConfig> {
    let unauthenticated = config
        .on_unauthenticated_request
        .map(|behaviour| AuthenticateOidcActionConditionalBehaviorEnum::from(behaviour.as_str()));
    Ok(AuthenticateOidcActionConfig::builder()
        .issuer(&config.issuer)
        .authorization_endpoint(&config.authorization_endpoint)
        .token_endpoint(&config.token_endpoint)
        .user_info_endpoint(&config.user_info_endpoint)
        .client_id(&config.client_id)
        .client_secret(cx.reveal(&config.client_secret)?.expose())
        .set_on_unauthenticated_request(unauthenticated)
        .set_scope(config.scope.clone())
        .set_session_cookie_name(config.session_cookie_name.clone())
        .set_session_timeout(config.session_timeout.map(i64::from))
        .set_authentication_request_extra_params(extra(&config.authentication_request_extra_params))
        .build())
}

fn jwt(config: &ValidateJwtResolved) -> JwtValidationActionConfig {
    let claims = config.additional_claims.iter().map(|claim| {
        JwtValidationActionAdditionalClaim::builder()
            .name(&claim.name)
            .format(JwtValidationActionAdditionalClaimFormatEnum::from(
                claim.format.as_str(),
            ))
            .set_values(Some(claim.values.clone()))
            .build()
    });
    let claims: Vec<_> = claims.collect();
    JwtValidationActionConfig::builder()
        .issuer(&config.issuer)
        .jwks_endpoint(&config.jwks_endpoint)
        .set_additional_claims((!claims.is_empty()).then_some(claims))
        .build()
}

/// What AWS returned, in the order in which it is done.
pub fn observed(actions: Option<&[Action]>) -> Vec<Block> {
    let mut actions: Vec<_> = actions.unwrap_or_default().iter().collect();
    actions.sort_by_key(|action| action.order);
    actions.into_iter().map(observed_one).collect()
}

fn observed_one(action: &Action) -> Block {
    Block::new()
        .set("Type", action.r#type.as_ref().map(ActionTypeEnum::as_str))
        .set("Order", action.order)
        .set("TargetGroupArn", action.target_group_arn.as_ref())
        .block(
            "ForwardConfig",
            action.forward_config.as_ref().map(observed_forward),
        )
        .block(
            "RedirectConfig",
            action.redirect_config.as_ref().map(observed_redirect),
        )
        .block(
            "FixedResponseConfig",
            action.fixed_response_config.as_ref().map(observed_response),
        )
        .block(
            "AuthenticateCognitoConfig",
            action
                .authenticate_cognito_config
                .as_ref()
                .map(observed_cognito),
        )
        .block(
            "AuthenticateOidcConfig",
            action.authenticate_oidc_config.as_ref().map(observed_oidc),
        )
        .block(
            "JwtValidationConfig",
            action.jwt_validation_config.as_ref().map(observed_jwt),
        )
}

fn observed_forward(config: &ForwardActionConfig) -> Block {
    let groups = config.target_groups.iter().flatten().map(|target| {
        Block::new()
            .set("TargetGroupArn", target.target_group_arn.as_ref())
            .set("Weight", target.weight)
    });
    let stickiness = config
        .target_group_stickiness_config
        .as_ref()
        .map(|stickiness| {
            Block::new()
                .set("Enabled", stickiness.enabled)
                .set("DurationSeconds", stickiness.duration_seconds)
        });
    Block::new()
        .list("TargetGroups", groups)
        .block("TargetGroupStickinessConfig", stickiness)
}

fn observed_redirect(config: &RedirectActionConfig) -> Block {
    Block::new()
        .set(
            "StatusCode",
            config
                .status_code
                .as_ref()
                .map(RedirectActionStatusCodeEnum::as_str),
        )
        .set("Protocol", config.protocol.as_ref())
        .set("Host", config.host.as_ref())
        .set("Port", config.port.as_ref())
        .set("Path", config.path.as_ref())
        .set("Query", config.query.as_ref())
}

fn observed_response(config: &FixedResponseActionConfig) -> Block {
    Block::new()
        .set("StatusCode", config.status_code.as_ref())
        .set("ContentType", config.content_type.as_ref())
        .set("MessageBody", config.message_body.as_ref())
}

fn observed_cognito(config: &AuthenticateCognitoActionConfig) -> Block {
    let unauthenticated = config.on_unauthenticated_request.as_ref();
    Block::new()
        .set("UserPoolArn", config.user_pool_arn.as_ref())
        .set("UserPoolClientId", config.user_pool_client_id.as_ref())
        .set("UserPoolDomain", config.user_pool_domain.as_ref())
        .set(
            "OnUnauthenticatedRequest",
            unauthenticated.map(AuthenticateCognitoActionConditionalBehaviorEnum::as_str),
        )
        .set("Scope", config.scope.as_ref())
        .set("SessionCookieName", config.session_cookie_name.as_ref())
        .set("SessionTimeout", config.session_timeout)
        .set(
            "AuthenticationRequestExtraParams",
            config.authentication_request_extra_params.as_ref(),
        )
}

fn observed_oidc(config: &AuthenticateOidcActionConfig) -> Block {
    let unauthenticated = config.on_unauthenticated_request.as_ref();
    Block::new()
        .set("Issuer", config.issuer.as_ref())
        .set(
            "AuthorizationEndpoint",
            config.authorization_endpoint.as_ref(),
        )
        .set("TokenEndpoint", config.token_endpoint.as_ref())
        .set("UserInfoEndpoint", config.user_info_endpoint.as_ref())
        .set("ClientId", config.client_id.as_ref())
        .set(
            "OnUnauthenticatedRequest",
            unauthenticated.map(AuthenticateOidcActionConditionalBehaviorEnum::as_str),
        )
        .set("Scope", config.scope.as_ref())
        .set("SessionCookieName", config.session_cookie_name.as_ref())
        .set("SessionTimeout", config.session_timeout)
        .set(
            "AuthenticationRequestExtraParams",
            config.authentication_request_extra_params.as_ref(),
        )
}

fn observed_jwt(config: &JwtValidationActionConfig) -> Block {
    let claims = config.additional_claims.iter().flatten().map(|claim| {
        Block::new()
            .set("Name", claim.name.as_ref())
            .set(
                "Format",
                claim
                    .format
                    .as_ref()
                    .map(JwtValidationActionAdditionalClaimFormatEnum::as_str),
            )
            .list("Values", claim.values.iter().flatten())
    });
    Block::new()
        .set("Issuer", config.issuer.as_ref())
        .set("JwksEndpoint", config.jwks_endpoint.as_ref())
        .list("AdditionalClaims", claims)
}
