//! Wire fixture of `AWS::ApplicationAutoScaling::ScalableTarget`: its samples and AWS's answers.

use windlass::aws::applicationautoscaling::ScalableTarget;

use crate::wire::Fixture;

pub fn fixture() -> Fixture {
    let id = "service/shop/api|ecs:service:DesiredCount|ecs";
    let arn = "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0ec5";
    Fixture::of::<ScalableTarget>(id)
        .output("Id", id)
        .output("ScalableTargetArn", arn)
        .answer("RegisterScalableTarget", &format!(r#"{{"ScalableTargetARN": "{arn}"}}"#))
        .answer("ListTagsForResource", r#"{"Tags": {"Name": "api", "windlass:intent": "0"}}"#)
        .answer(
            "DescribeScalableTargets",
            r#"{"ScalableTargets": [{
                "ServiceNamespace": "ecs", "ResourceId": "service/shop/api", "ScalableDimension": "ecs:service:DesiredCount",
                "MinCapacity": 2, "MaxCapacity": 10, "CreationTime": 1893456000.5,
                "RoleARN": "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService",
                "ScalableTargetARN": "arn:aws:application-autoscaling:us-east-1:123456789012:scalable-target/0ec5",
                "SuspendedState": {"DynamicScalingInSuspended": false, "DynamicScalingOutSuspended": true, "ScheduledScalingSuspended": false}
            }]}"#,
        )
        .answer(
            "DescribeScheduledActions",
            r#"{"ScheduledActions": [
                {
                    "ScheduledActionName": "evening", "ScheduledActionARN": "arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:1",
                    "ServiceNamespace": "ecs", "ResourceId": "service/shop/api", "ScalableDimension": "ecs:service:DesiredCount",
                    "Schedule": "cron(0 20 * * ? *)", "Timezone": "Europe/Berlin", "StartTime": 1893456000, "EndTime": 1924905600,
                    "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 2}, "CreationTime": 1893456000
                },
                {
                    "ScheduledActionName": "morning", "ScheduledActionARN": "arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:2",
                    "ServiceNamespace": "ecs", "ResourceId": "service/shop/api", "ScalableDimension": "ecs:service:DesiredCount",
                    "Schedule": "rate(1 day)", "ScalableTargetAction": {"MinCapacity": 4}, "CreationTime": 1893456000
                },
                {
                    "ScheduledActionName": "foreign", "ScheduledActionARN": "arn:aws:autoscaling:us-east-1:123456789012:scheduledAction:3",
                    "ServiceNamespace": "ecs", "ResourceId": "service/shop/api", "ScalableDimension": "ecs:service:DesiredCount",
                    "Schedule": "rate(2 days)", "CreationTime": 1893456000
                }
            ]}"#,
        )
}
