//! Error answers of AWS Secrets Manager, with sources.

use windlass_engine::provider::ErrorClass::*;

use super::{Row, said};

pub const ROWS: &[Row] = &[
    said(
        "AWS::SecretsManager::Secret",
        "secretsmanager:CreateSecret",
        400,
        "InvalidRequestException",
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
        NotFound,
        "aws/copilot-cli#655",
    ),
    said(
        "AWS::SecretsManager::Secret",
        "secretsmanager:PutSecretValue",
        400,
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
        NotFound,
        "aws/copilot-cli#4871",
    ),
    said(
        "AWS::SecretsManager::Secret",
        "secretsmanager:DescribeSecret",
        400,
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
        NotFound,
        "ibm-mas/cli#937",
    ),
];
