//! Wire fixture of `AWS::ApplicationAutoScaling::ScalingPolicy`. The service's JSON has CloudFormation's names throughout. So the answer that
//! describes a policy is the policy's own configuration, which the SDK reads by its own model, plus the identity that the service adds.

use serde_json::{Value, json};
use windlass::aws::applicationautoscaling::ScalingPolicy;

use crate::wire::Fixture;

const ARN: &str = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:0ec5:resource/ecs/service/shop/api:policyName/policy";

pub fn fixture() -> Fixture {
    let fixture = Fixture::of::<ScalingPolicy>(ARN).output("Arn", ARN).answer(
        "PutScalingPolicy",
        &json!({"PolicyARN": ARN, "Alarms": []}).to_string(),
    );
    // One policy of each sort with all properties, and one that names what it scales.
    let described: Vec<(usize, String)> = [1, 3, 5, 8, 11, 14, 16, 20]
        .into_iter()
        .map(|index| (index, description(&fixture.samples[index])))
        .collect();
    let first = described[0].1.clone();
    described.iter().fold(
        fixture.answer("DescribeScalingPolicies", &first),
        |fixture, (index, body)| {
            fixture.described(*index, [("DescribeScalingPolicies", body.as_str())])
        },
    )
}

fn description(sample: &Value) -> String {
    let mut policy = sample.clone();
    let object = policy.as_object_mut().expect("a spec is an object");
    object.remove("ScalingTargetId");
    object.insert("PolicyARN".to_owned(), json!(ARN));
    object.insert("CreationTime".to_owned(), json!(1_893_456_000.5));
    object.insert("Alarms".to_owned(), json!([]));
    for (name, value) in [
        ("ResourceId", "service/shop/api"),
        ("ScalableDimension", "ecs:service:DesiredCount"),
        ("ServiceNamespace", "ecs"),
    ] {
        object.entry(name).or_insert_with(|| json!(value));
    }
    json!({"ScalingPolicies": [policy]}).to_string()
}
