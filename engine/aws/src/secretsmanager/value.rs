//! The values of secrets on their way to AWS: a value exists only for the one call that sends it, and nothing stores it.

use crate::prelude::*;
use serde_json::{Map, Value, json};
use windlass::aws::secretsmanager::PasswordResolved;
use windlass::canonical::CanonicalJson;
use windlass::value::SecretRef;

tables! { windlass::aws::secretsmanager => aws_sdk_secretsmanager;
    Password => get_random_password | _ { "GenerateStringKey" not sent; "SecretStringTemplate" not sent; }
}

/// A value that AWS generates, inside the author's template if there is one.
pub async fn generated(cx: &Context, password: &PasswordResolved) -> Result<String> {
    const OPERATION: &str = "secretsmanager:GetRandomPassword";
    let call = password.fill(cx.secretsmanager().get_random_password());
    let answer = call.send().await.named(OPERATION)?;
    let random = answer.random_password;
    let random = random.ok_or_else(|| incomplete(OPERATION, "password"))?;
    let (Some(template), Some(key)) = (
        &password.secret_string_template,
        &password.generate_string_key,
    ) else {
        return Ok(random);
    };
    // The error's cause would quote the template. The author wrote it and it is no secret, but its position in the text is enough.
    let mut object: Map<String, Value> = serde_json::from_str(template).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        invalid(
            OPERATION,
            format!("`SecretStringTemplate` is no JSON object ({place})"),
        )
    })?;
    object.insert(key.clone(), Value::String(random));
    Ok(Value::Object(object).to_string())
}

/// Makes a value from outside the current version.
///
/// The version's id comes from the secret and the value's keyed hash, so AWS ignores a retry. If the secret has had this value before, its version
/// exists already, and the call only makes that version the current one again.
pub async fn send(cx: &Context, arn: &str, secret: &SecretRef) -> Result<()> {
    let version = CanonicalJson::of(&json!([arn, secret.hash])).hash();
    let value = cx.reveal(secret)?;
    let call = cx.secretsmanager().put_secret_value().secret_id(arn);
    call.client_request_token(&version)
        .secret_string(value.expose())
        .send()
        .await
        .named("secretsmanager:PutSecretValue")?;
    drop(value);
    let call = cx.secretsmanager().describe_secret().secret_id(arn);
    let answer = call.send().await.named("secretsmanager:DescribeSecret")?;
    let current = answer
        .version_ids_to_stages
        .unwrap_or_default()
        .into_iter()
        .find_map(|(id, stages)| stages.iter().any(|stage| stage == CURRENT).then_some(id));
    match current {
        Some(current) if current != version => {
            let call = cx
                .secretsmanager()
                .update_secret_version_stage()
                .secret_id(arn);
            call.version_stage(CURRENT)
                .move_to_version_id(&version)
                .remove_from_version_id(current)
                .send()
                .await
                .named("secretsmanager:UpdateSecretVersionStage")
                .map(drop)
        }
        _ => Ok(()),
    }
}

const CURRENT: &str = "AWSCURRENT";

#[cfg(test)]
mod tests {
    use aws_sdk_secretsmanager::operation::create_secret::CreateSecretInput;
    use aws_sdk_secretsmanager::operation::get_random_password::GetRandomPasswordOutput;
    use aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueInput;
    use windlass::expr::SecretSource;

    use super::*;

    #[test]
    fn no_form_that_is_logged_or_kept_holds_the_value() {
        let value = "correct horse battery staple";
        let create = CreateSecretInput::builder().secret_string(value).build();
        let put = PutSecretValueInput::builder().secret_string(value).build();
        let random = GetRandomPasswordOutput::builder()
            .random_password(value)
            .build();
        let kept = SecretRef {
            source: SecretSource::Env("DB_PASSWORD".to_owned()),
            hash: "00ff".to_owned(),
        };
        for shown in [
            format!("{create:?}"),
            format!("{put:?}"),
            format!("{random:?}"),
            format!("{kept:?}"),
            serde_json::to_string(&kept).expect("json"),
        ] {
            assert!(!shown.contains(value), "{shown}");
        }
    }
}
