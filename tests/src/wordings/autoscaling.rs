//! What Amazon EC2 Auto Scaling answers.

use windlass_engine::provider::ErrorClass::*;

use super::{Row, said};

pub const ROWS: &[Row] = &[
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:UpdateAutoScalingGroup",
        500,
        "ResourceContention",
        "You already have a pending update to an Amazon EC2 Auto Scaling resource.",
        NotYet,
        "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:DeleteAutoScalingGroup",
        400,
        "ValidationError",
        "AutoScalingGroup name not found - AutoScalingGroup 'web' not found",
        NotFound,
        "hashicorp/terraform-provider-aws#5217",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:CreateAutoScalingGroup",
        400,
        "ValidationError",
        "You must use a valid fully-formed launch template. Value (web) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
        NotYet,
        "hashicorp/terraform-provider-aws#5217",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:DeleteAutoScalingGroup",
        400,
        "ResourceInUse",
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
        InUse,
        "hashicorp/terraform-provider-aws#18849",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:CreateAutoScalingGroup",
        400,
        "ValidationError",
        "Unable to publish test message to notification target arn:aws:sns:eu-central-1:123456789012:hooks using IAM role arn:aws:iam::123456789012:role/hooks. Please check your target and role configuration and try to put lifecycle hook again.",
        NotYet,
        "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/autoscaling/lifecycle_hook.go",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:PutLifecycleHook",
        400,
        "ValidationError",
        "Unable to publish test message to notification target arn:aws:sqs:eu-central-1:123456789012:hooks using IAM role arn:aws:iam::123456789012:role/hooks. Please check your target and role configuration and try to put lifecycle hook again.",
        NotYet,
        "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/autoscaling/lifecycle_hook.go",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:CreateAutoScalingGroup",
        400,
        "ValidationError",
        "Access denied when attempting to assume role arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling. Validating load balancer configuration failed.",
        NotYet,
        "pelias/kubernetes#32",
    ),
    said(
        "AWS::AutoScaling::AutoScalingGroup",
        "autoscaling:DeleteAutoScalingGroup",
        400,
        "ScalingActivityInProgress",
        "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        InUse,
        "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html",
    ),
];
