//! Wire fixture of `AWS::SecretsManager::Secret`: its samples and AWS's answers.

use windlass::aws::secretsmanager::Secret;

use crate::wire::Fixture;

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/db-password-0a1B2c";

pub fn fixture() -> Fixture {
    let deletion = "it only says how DeleteSecret is to delete; nothing is sent before";
    let made = format!(r#"{{"ARN": "{ARN}", "Name": "shop/db-password"}}"#);
    Fixture::of::<Secret>(ARN)
        .output("Id", ARN)
        .output("Name", "shop/db-password")
        .answer("CreateSecret", &made)
        .answer("GetRandomPassword", r#"{"RandomPassword": "correct horse battery staple"}"#)
        .answer(
            "DescribeSecret",
            &format!(
                r#"{{
                    "ARN": "{ARN}", "Name": "shop/db-password", "Description": "The database's password", "KmsKeyId": "alias/shop", "Type": "partner",
                    "CreatedDate": 1893456000.5, "VersionIdsToStages": {{"0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d": ["AWSCURRENT"]}},
                    "ReplicationStatus": [
                        {{"Region": "eu-west-1", "KmsKeyId": "alias/shop", "Status": "InSync"}},
                        {{"Region": "ap-south-1", "Status": "InSync"}}
                    ],
                    "Tags": [{{"Key": "Name", "Value": "db-password"}}, {{"Key": "windlass:intent", "Value": "0"}}]
                }}"#
            ),
        )
        .not_created("RecoveryWindowInDays", deletion)
        .not_updated("RecoveryWindowInDays", deletion)
        .not_created("ForceDeleteWithoutRecovery", deletion)
        .not_updated("ForceDeleteWithoutRecovery", deletion)
}
