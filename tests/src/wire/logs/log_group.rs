//! Wire fixture of `AWS::Logs::LogGroup`: its samples and AWS's answers.

use serde_json::json;
use windlass::aws::logs::LogGroup;

use crate::wire::Fixture;

const ARN: &str = "arn:aws:logs:us-east-1:123456789012:log-group:/ecs/shop/api";

pub fn fixture() -> Fixture {
    let groups = json!({"logGroups": [{
        "logGroupName": "/ecs/shop/api", "arn": format!("{ARN}:*"), "logGroupArn": ARN, "creationTime": 1_893_456_000_000_i64, "storedBytes": 0,
        "logGroupClass": "STANDARD", "retentionInDays": 30, "kmsKeyId": "arn:aws:kms:us-east-1:123456789012:key/0a1",
        "dataProtectionStatus": "ACTIVATED", "deletionProtectionEnabled": true, "bearerTokenAuthenticationEnabled": true,
    }]});
    let masked = r#"{"Name":"mask","Version":"2021-06-01","Statement":[
        {"DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],"Operation":{"Audit":{"FindingsDestination":{}}}},
        {"DataIdentifier":["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],"Operation":{"Deidentify":{"MaskConfig":{}}}}
    ]}"#;
    let shared = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:PutLogEvents"],"Resource":["*"],"Principal":{"Service":["route53.amazonaws.com"]}}]}"#;
    let indexed = r#"{"Fields":["requestId"]}"#;
    Fixture::of::<LogGroup>("/ecs/shop/api")
        .output("LogGroupName", "/ecs/shop/api")
        .output("Arn", format!("{ARN}:*"))
        .output("LogGroupArn", ARN)
        .answer("DescribeLogGroups", &groups.to_string())
        .answer("ListTagsForResource", r#"{"tags": {"Name": "api", "windlass:intent": "0"}}"#)
        .answer(
            "GetDataProtectionPolicy",
            &json!({"logGroupIdentifier": ARN, "policyDocument": masked, "lastUpdatedTime": 1_893_456_000_000_i64}).to_string(),
        )
        .answer(
            "DescribeIndexPolicies",
            &json!({"indexPolicies": [{"logGroupIdentifier": ARN, "source": "LOG_GROUP", "policyDocument": indexed}]}).to_string(),
        )
        .answer(
            "DescribeResourcePolicies",
            &json!({"resourcePolicies": [{"policyScope": "RESOURCE", "resourceArn": ARN, "revisionId": "1", "policyDocument": shared}]}).to_string(),
        )
}
