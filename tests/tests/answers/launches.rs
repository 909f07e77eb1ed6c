//! Auto Scaling groups that cannot launch instances: their activities contain the reason, and a lasting reason ends the wait.

use std::collections::BTreeMap;

use serde_json::json;
use windlass::schema::Wait;
use windlass_engine::provider::{PollQuestion, Progress, Provider, Target, Until};
use windlass_tests::wire::capture::{Capture, Captured};

use crate::subject::target;

const QUOTA: &str = "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified \
                     instance type belongs to.";
/// 2026-01-01T00:01:00Z, when the launch failed.
const FAILED_AT: i64 = 1_767_225_660;
const PROFILE: &str = "Invalid IAM Instance Profile name (app).";

/// Auto Scaling with a group that wants two instances. Its last launch failed for the reason `why`.
fn failing(request: &Captured, why: &str) -> Option<(u16, String)> {
    let operation = request.operation.as_str();
    let result = match operation {
        "DescribeAutoScalingGroups" => {
            "<AutoScalingGroups><member><AutoScalingGroupName>app</AutoScalingGroupName><DesiredCapacity>2</DesiredCapacity>\
             </member></AutoScalingGroups>"
                .to_owned()
        }
        "DescribeScalingActivities" => {
            let activity = |code: &str, message: &str| {
                format!(
                    "<member><ActivityId>a</ActivityId><AutoScalingGroupName>app</AutoScalingGroupName><Cause>c</Cause>\
                     <Description>Launching a new EC2 instance</Description><StartTime>2026-01-01T00:01:00Z</StartTime>\
                     <StatusCode>{code}</StatusCode><StatusMessage>{message}</StatusMessage></member>"
                )
            };
            let failed = activity("Failed", &format!("{why} Launching EC2 instance failed."));
            format!("<Activities>{}{failed}</Activities>", activity("InProgress", ""))
        }
        _ => return None,
    };
    let body = format!("<{operation}Result>{result}</{operation}Result>");
    Some((
        200,
        format!("<{operation}Response>{body}</{operation}Response>"),
    ))
}

/// The progress of a group whose newest activity before its last change began at `before` (Unix time in seconds).
async fn progress(why: &'static str, before: Option<i64>) -> Progress {
    let applied = json!({"AutoScalingGroupName": "app", "MinSize": 2, "MaxSize": 2, "VPCZoneIdentifier": ["subnet-0a1"],
        "LaunchTemplate": {"LaunchTemplateId": "lt-0a1", "Version": "1"}});
    let recorded = before.map(|before| ("LastActivity".to_owned(), json!(before)));
    let question = PollQuestion {
        target: Target {
            outputs: recorded.into_iter().collect::<BTreeMap<_, _>>(),
            ..target("AWS::AutoScaling::AutoScalingGroup", "app", &applied)
        },
        until: Until::Reaches(Wait::Stable),
    };
    let capture = Capture::answering(move |request| failing(request, why));
    let progress = capture.provider().poll(&[question]).await;
    let mut progress = progress.into_iter();
    progress
        .next()
        .expect("one")
        .expect("every call is answered")
}

#[tokio::test]
async fn a_quota_ends_the_wait_with_awss_words() {
    let Progress::Failed(failure) = progress(QUOTA, None).await else {
        panic!("it stays");
    };
    assert_eq!(
        failure.summary,
        "the group cannot launch instances, 0/2 in service"
    );
    assert_eq!(failure.details[0], ("cause".to_owned(), QUOTA.to_owned()));
}

#[tokio::test]
async fn what_may_pass_is_shown_and_waited_for() {
    // A profile that was created a moment ago, and a quota that was reached before the last change.
    for (why, before) in [(PROFILE, None), (QUOTA, Some(FAILED_AT))] {
        let Progress::Pending { status, .. } = progress(why, before).await else {
            panic!("{why} passes");
        };
        assert_eq!(
            status,
            format!("0/2 in service; the last launch failed: {why}")
        );
    }
}
