//! Deletions that AWS refuses because one of its services left something behind. Windlass removes that, and leaves what belongs to others.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use windlass_engine::provider::{ErrorClass, Provider, Target};
use windlass_tests::wire::capture::{Capture, Captured};

use crate::subject::target;

fn refused(code: &str, message: &str) -> Option<(u16, String)> {
    let body = json!({"__type": code, "message": message});
    Some((400, body.to_string()))
}

/// The result of one attempt to delete: the class of the refusal, and the calls that Windlass sent.
async fn deleted(
    target: &Target,
    rule: impl Fn(&Captured) -> Option<(u16, String)> + Send + Sync + 'static,
) -> (ErrorClass, Vec<Captured>) {
    let capture = Capture::answering(rule);
    let refusal = capture.provider().delete(target).await;
    let refusal = refusal.expect_err("AWS refuses it");
    (refusal.class, capture.take())
}

fn named<'a>(calls: &'a [Captured], operation: &str) -> Vec<&'a Captured> {
    let of = |call: &&Captured| call.operation == operation;
    calls.iter().filter(of).collect()
}

fn query_error(code: &str, message: &str) -> Option<(u16, String)> {
    let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Some((400, format!("<ErrorResponse>{error}</ErrorResponse>")))
}

fn answer(operation: &str, result: &str) -> Option<(u16, String)> {
    let body = format!("<{operation}Result>{result}</{operation}Result>");
    Some((
        200,
        format!("<{operation}Response>{body}</{operation}Response>"),
    ))
}

const GROUP: &str =
    "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0a1:autoScalingGroupName/app";

fn group() -> Target {
    let applied = json!({"AutoScalingGroupName": "app", "MinSize": 0, "MaxSize": 2, "VPCZoneIdentifier": ["subnet-0a1"],
        "LaunchTemplate": {"LaunchTemplateId": "lt-0a1", "Version": "1"}});
    target("AWS::AutoScaling::AutoScalingGroup", "app", &applied)
}

/// Auto Scaling with `protected` protected instances in service and one that waits for ECS's hook, and ECS with these capacity providers.
fn with_instances(
    protected: usize,
    providers: &'static str,
) -> impl Fn(&Captured) -> Option<(u16, String)> + Send + Sync + 'static {
    move |request| match request.operation.as_str() {
        "DeleteAutoScalingGroup" => query_error(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances",
        ),
        "DescribeAutoScalingGroups" => {
            let instance = |id: &str, state: &str, protected: bool| {
                format!(
                    "<member><InstanceId>{id}</InstanceId><LifecycleState>{state}</LifecycleState>\
                     <ProtectedFromScaleIn>{protected}</ProtectedFromScaleIn></member>"
                )
            };
            let in_service =
                (0..protected).map(|at| instance(&format!("i-{at}"), "InService", true));
            let instances: String = in_service
                .chain([instance("i-waits", "Terminating:Wait", true)])
                .collect();
            let group = format!(
                "<member><AutoScalingGroupName>app</AutoScalingGroupName><AutoScalingGroupARN>{GROUP}</AutoScalingGroupARN>\
                 <Instances>{instances}</Instances></member>"
            );
            answer(
                "DescribeAutoScalingGroups",
                &format!("<AutoScalingGroups>{group}</AutoScalingGroups>"),
            )
        }
        "DescribeLifecycleHooks" => answer(
            "DescribeLifecycleHooks",
            "<LifecycleHooks><member><LifecycleHookName>ecs-managed-draining-termination-hook</LifecycleHookName>\
             <AutoScalingGroupName>app</AutoScalingGroupName></member></LifecycleHooks>",
        ),
        "DescribeCapacityProviders" => Some((200, providers.to_owned())),
        _ => None,
    }
}

const NO_PROVIDER: &str = r#"{"capacityProviders": []}"#;

#[tokio::test]
async fn protection_that_ecs_has_left_is_taken_off_fifty_instances_at_a_time() {
    let (class, calls) = deleted(&group(), with_instances(60, NO_PROVIDER)).await;
    assert_eq!(class, ErrorClass::InUse);
    let unprotected = named(&calls, "SetInstanceProtection");
    let counts = unprotected
        .iter()
        .map(|call| call.body.matches("InstanceIds.member").count());
    assert_eq!(counts.collect::<Vec<_>>(), [50, 10]);
    assert!(
        unprotected
            .iter()
            .all(|call| call.body.contains("ProtectedFromScaleIn=false")
                && !call.body.contains("i-waits"))
    );
}

#[tokio::test]
async fn the_hook_that_ecs_has_left_goes_once_nothing_drains() {
    let (_, calls) = deleted(&group(), with_instances(0, NO_PROVIDER)).await;
    let hooks = named(&calls, "DeleteLifecycleHook");
    assert_eq!(hooks.len(), 1);
    assert!(
        hooks[0]
            .body
            .contains("ecs-managed-draining-termination-hook")
    );
    // A capacity provider of another stack still drains this group: ECS answers the hook.
    let drains = r#"{"capacityProviders": [{"name": "other", "status": "ACTIVE", "autoScalingGroupProvider": {"autoScalingGroupArn":
        "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:0a1:autoScalingGroupName/app", "managedDraining": "ENABLED"}}]}"#;
    let (_, calls) = deleted(&group(), with_instances(0, drains)).await;
    assert_eq!(named(&calls, "DeleteLifecycleHook").len(), 0);
}

/// Cloud Map with instances of a deleted ECS service, of a running one, and of another owner.
fn with_registrations(request: &Captured) -> Option<(u16, String)> {
    let of = |id: &str, service: &str| json!({"Id": id, "Attributes": {"ECS_CLUSTER_NAME": "main", "ECS_SERVICE_NAME": service}});
    let body: Value = match request.operation.as_str() {
        "DeleteService" => {
            return refused(
                "ResourceInUse",
                "Service contains registered instances; delete the instances before deleting the service",
            );
        }
        "ListInstances" => {
            json!({"Instances": [of("left", "gone"), of("kept", "runs"), {"Id": "theirs", "Attributes": {}}]})
        }
        "DescribeServices" => {
            json!({"services": [{"serviceName": "gone", "status": "INACTIVE"}, {"serviceName": "runs", "status": "DRAINING"}]})
        }
        "DeregisterInstance" => json!({"OperationId": "op"}),
        _ => return None,
    };
    Some((200, body.to_string()))
}

#[tokio::test]
async fn instances_that_ecs_has_left_are_deregistered_and_no_others() {
    let applied = json!({"NamespaceId": "ns-0a1", "Name": "api"});
    let service = target("AWS::ServiceDiscovery::Service", "srv-0a1", &applied);
    let (class, calls) = deleted(&service, with_registrations).await;
    assert_eq!(class, ErrorClass::InUse);
    let gone = named(&calls, "DeregisterInstance");
    assert_eq!(gone.len(), 1);
    assert!(gone[0].body.contains("left"));
}

#[tokio::test]
async fn a_group_without_instances_costs_no_further_call() {
    static SENT: AtomicUsize = AtomicUsize::new(0);
    let capture = Capture::answering(|_| {
        SENT.fetch_add(1, Ordering::Relaxed);
        None
    });
    let deleted = capture.provider().delete(&group()).await;
    deleted.expect("AWS takes it");
    assert_eq!(SENT.load(Ordering::Relaxed), 2);
}
