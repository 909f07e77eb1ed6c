//! What Amazon CloudWatch Logs answers.

use windlass_engine::provider::ErrorClass::*;

use super::{Row, said};

pub const ROWS: &[Row] = &[
    said(
        "AWS::Logs::LogGroup",
        "logs:CreateLogGroup",
        400,
        "InvalidParameterException",
        "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:eu-central-1:123456789012:log-group:web'",
        NotYet,
        "hashicorp/terraform-provider-aws#8042",
    ),
    said(
        "AWS::Logs::LogGroup",
        "logs:AssociateKmsKey",
        400,
        "InvalidParameterException",
        "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:eu-central-1:123456789012:log-group:web'",
        NotYet,
        "hashicorp/terraform-provider-aws#8042",
    ),
    said(
        "AWS::Logs::LogGroup",
        "logs:PutRetentionPolicy",
        400,
        "ResourceNotFoundException",
        "The specified log group does not exist.",
        NotFound,
        "hashicorp/terraform-provider-aws#27028",
    ),
    said(
        "AWS::Logs::LogGroup",
        "logs:CreateLogGroup",
        400,
        "InvalidParameterException",
        "1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern",
        Invalid,
        "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html",
    ),
];
