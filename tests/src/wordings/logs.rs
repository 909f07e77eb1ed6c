//! Error answers of Amazon CloudWatch Logs, with sources.

use windlass_engine::provider::ErrorClass::*;

use super::{Row, said};

pub const ROWS: &[Row] = &[
    said(
        "AWS::Logs::LogGroup",
        "logs:CreateLogGroup",
        400,
        "AccessDeniedException",
        "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:eu-central-1:123456789012:log-group:web'",
        DeniedYet,
        "hashicorp/terraform-provider-aws#29282",
    ),
    said(
        "AWS::Logs::LogGroup",
        "logs:AssociateKmsKey",
        400,
        "AccessDeniedException",
        "The specified KMS key does not exist or is not allowed to be used with Arn 'arn:aws:logs:eu-central-1:123456789012:log-group:web'",
        DeniedYet,
        "ministryofjustice/modernisation-platform#7870",
    ),
    said(
        "AWS::Logs::LogGroup",
        "logs:PutRetentionPolicy",
        400,
        "AccessDeniedException",
        "User: arn:aws:sts::123456789012:assumed-role/ci/run is not authorized to perform: logs:PutRetentionPolicy on resource: arn:aws:logs:eu-central-1:123456789012:log-group:web:log-stream: because no identity-based policy allows the logs:PutRetentionPolicy action",
        DeniedYet,
        "hashicorp/terraform-provider-aws#29325",
    ),
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
