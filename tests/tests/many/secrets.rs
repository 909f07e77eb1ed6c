//! Secrets: Windlass reads the list of all secrets that it made.

use serde_json::{Value, json};
use windlass_engine::provider::Target;
use windlass_plan::observation::Observation;
use windlass_tests::wire::capture::Captured;

use super::{GONE, LATE, MANY, agree, owned, target, together};

fn arn(at: usize) -> String {
    format!("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-{at}-0a1B2c")
}

fn secret(at: usize) -> Value {
    json!({
        "ARN": arn(at), "Name": format!("db-{at}"), "Description": format!("number {at}"), "KmsKeyId": "alias/shop", "Type": "partner",
        "Tags": [{"Key": "number", "Value": at.to_string()}, {"Key": "windlass:intent", "Value": "0"}],
    })
}

/// Secrets Manager. The list has two pages, with another stack's secret among ours. The deleted secret waits for its recovery window.
fn secrets_manager(request: &Captured) -> Option<(u16, String)> {
    let body: Value = serde_json::from_str(&request.body).expect("JSON");
    let answer = match request.operation.as_str() {
        "DescribeSecret" => {
            let at = (0..MANY).find(|at| body["SecretId"] == arn(*at))?;
            let mut secret = secret(at);
            if at == GONE {
                secret["DeletedDate"] = json!(1_893_456_000);
            }
            secret
        }
        "ListSecrets" if body.get("NextToken").is_none() => {
            assert_eq!(
                body["Filters"],
                json!([{"Key": "tag-key", "Values": ["windlass:intent"]}])
            );
            json!({"SecretList": [secret(0), secret(1), secret(77)], "NextToken": "more"})
        }
        "ListSecrets" => json!({"SecretList": [secret(2), secret(3)]}),
        _ => return None,
    };
    Some((200, answer.to_string()))
}

#[tokio::test]
async fn many_secrets_are_read_by_a_list() {
    let targets: Vec<Target> = (0..MANY)
        .map(|at| {
            let applied = json!({"Name": format!("db-{at}")});
            target("AWS::SecretsManager::Secret", arn(at), &applied)
        })
        .collect();
    let (all, _) = together(secrets_manager, &targets).await;
    let Observation::Present { properties, .. } = &all[LATE] else {
        panic!("{all:?}");
    };
    assert_eq!(
        *properties,
        json!({
            "Name": "db-4", "Description": "number 4", "KmsKeyId": "alias/shop", "Type": "partner",
            "Tags": [{"Key": "number", "Value": "4"}],
        })
    );
    assert_eq!(
        agree(secrets_manager, &targets).await,
        owned(&[("DescribeSecret", 2), ("ListSecrets", 2)])
    );
}
