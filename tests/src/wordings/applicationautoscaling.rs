//! Error answers of Application Auto Scaling, with sources.

use windlass_engine::provider::ErrorClass::*;

use super::{Row, said};

pub const ROWS: &[Row] = &[
    said(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "application-autoscaling:RegisterScalableTarget",
        400,
        "ValidationException",
        "The scalable target that you tried to tag already exists. To update tags on an existing scalable target, use the TagResource API.",
        AlreadyExists,
        "hashicorp/terraform-provider-aws#31839",
    ),
    said(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "application-autoscaling:RegisterScalableTarget",
        400,
        "ValidationException",
        "ECS service doesn't exist: service/web/web",
        NotYet,
        "spinnaker/spinnaker#4371",
    ),
    said(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "application-autoscaling:RegisterScalableTarget",
        400,
        "ValidationException",
        "Unable to assume IAM role: arn:aws:iam::123456789012:role/scaling",
        NotYet,
        "hashicorp/terraform-provider-aws#11693",
    ),
    said(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "application-autoscaling:PutScalingPolicy",
        400,
        "ObjectNotFoundException",
        "No scalable target registered for service namespace: ecs, resource ID: service/web/web, scalable dimension: ecs:service:DesiredCount",
        NotYet,
        "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html",
    ),
    said(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "application-autoscaling:PutScalingPolicy",
        400,
        "FailedResourceAccessException",
        "Unable to create alarms for scaling policy. User: arn:aws:sts::123456789012:assumed-role/AWSServiceRoleForApplicationAutoScaling_ECSService/AutoScaling is not authorized to perform: cloudwatch:PutMetricAlarm on resource: arn:aws:cloudwatch:eu-central-1:123456789012:alarm:web",
        NotYet,
        "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/appautoscaling/policy.go",
    ),
    said(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "application-autoscaling:PutScalingPolicy",
        400,
        "FailedResourceAccessException",
        "Unable to create alarms for scaling policy due to reason: The security token included in the request is invalid",
        NotYet,
        "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/appautoscaling/policy.go",
    ),
];
