//! Actions of listeners and rules, as request and as answer.
//!
//! An action has two forms for one target group, and AWS returns both, so the answer has the form that the author wrote. Windlass sends a client
//! secret with every change, and AWS never returns it.

use crate::prelude::*;
use aws_sdk_elasticloadbalancingv2::types::Action;
use serde_json::Value;
use windlass::aws::elasticloadbalancingv2::{ActionConfigResolved, ActionResolved};

tables! { windlass::aws::elasticloadbalancingv2 => aws_sdk_elasticloadbalancingv2;
    Action { "Type" as r#type; }
    Forward => ForwardActionConfig { "TargetGroups" always; }
    ForwardTarget => TargetGroupTuple;
    ForwardStickiness => TargetGroupStickinessConfig;
    Redirect => RedirectActionConfig;
    FixedResponse => FixedResponseActionConfig;
    AuthenticateCognito => AuthenticateCognitoActionConfig;
    AuthenticateOidc => AuthenticateOidcActionConfig { "ClientSecret" not sent; }
    ValidateJwt => JwtValidationActionConfig;
    JwtClaim => JwtValidationActionAdditionalClaim { "Values" always; }
}

/// The actions in the SDK's form. The function reads secrets for the call.
pub fn to_sdk(cx: &Context, actions: &[ActionResolved]) -> Result<Vec<Action>> {
    let each = actions.iter();
    each.filter_map(|action| one(cx, action).transpose())
        .collect()
}

/// One action. The secret is not in the table, because reading it can fail.
fn one(cx: &Context, action: &ActionResolved) -> Result<Option<Action>> {
    let mut built: Option<Action> = action.to_sdk();
    let oidc = built
        .as_mut()
        .and_then(|built| built.authenticate_oidc_config.as_mut());
    if let (Some(oidc), ActionConfigResolved::AuthenticateOidc(config)) = (oidc, &action.config) {
        let secret = cx.reveal(&config.client_secret)?;
        oidc.client_secret = Some(secret.expose().to_owned());
    }
    Ok(built)
}

/// The actions that AWS returned, in the order of their execution.
pub fn shown(actions: Option<&[Action]>) -> Option<Value> {
    let mut actions = actions.unwrap_or_default().to_vec();
    actions.sort_by_key(|action| action.order);
    actions.shown()
}
