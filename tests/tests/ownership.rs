//! Ownership: which roles and secrets life cycles take for their own when they read and delete, through the real SDK with an HTTP client that
//! captures calls.

use serde_json::{Value, json};
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::Place;
use windlass_aws::AwsProvider;
use windlass_engine::provider::{
    CreateRequest, Created, ErrorClass, Outputs, Provider, ProviderError, Target, UpdateRequest,
};
use windlass_plan::observation::Observation;
use windlass_state::identity::IntentId;
use windlass_tests::wire::capture::{Answers, Capture, Captured};
use windlass_tests::wire::{owner, unauthored};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-0a1B2c";
const SECRET: &str = "AWS::SecretsManager::Secret";

fn provider(answers: &[(&str, u16, &str)]) -> (AwsProvider, Capture) {
    let answers: Answers = answers
        .iter()
        .map(|(operation, status, body)| ((*operation).to_owned(), (*status, (*body).to_owned())))
        .collect();
    let capture = Capture::new(answers);
    (capture.provider(), capture)
}

fn target(kind: &str, id: &str, applied: &Value) -> Target {
    Target {
        address: Address::parse("subject").expect("an address"),
        generation: 0,
        kind: kind.to_owned(),
        place: Place::default(),
        physical_id: id.to_owned(),
        applied: CanonicalJson::of(applied),
        outputs: Outputs::new(),
        imported: false,
        // The resource's create call has set the owner's tags.
        since: Some(jiff::Timestamp::UNIX_EPOCH),
    }
}

async fn create_secret(
    answers: &[(&str, u16, &str)],
) -> (Result<Created, ProviderError>, Vec<Captured>) {
    let (provider, capture) = provider(answers);
    let spec = CanonicalJson::of(&json!({
        "Name": "db", "Description": "The new one", "Tags": [{"Key": "team", "Value": "shop"}],
        "GenerateSecretString": {"PasswordLength": 32},
    }));
    let request = CreateRequest {
        address: &Address::parse("db").expect("an address"),
        kind: SECRET,
        place: &Place::default(),
        intent: &IntentId("0123456789abcdef0123456789abcdef".to_owned()),
        owner: &owner(),
        template: &unauthored(),
        spec: &spec,
    };
    let created = provider.create(&request).await;
    (created, capture.take())
}

fn operations(captured: &[Captured]) -> Vec<&str> {
    captured
        .iter()
        .map(|request| request.operation.as_str())
        .collect()
}

const RANDOM: (&str, u16, &str) = (
    "GetRandomPassword",
    200,
    r#"{"RandomPassword": "correct horse battery staple"}"#,
);
const WAITS: (&str, u16, &str) = (
    "CreateSecret",
    400,
    r#"{"__type": "InvalidRequestException", "message": "You can't create this secret because a secret with this name is already scheduled for deletion."}"#,
);

#[tokio::test]
async fn a_secret_of_ours_that_waits_for_its_deletion_is_taken_back() {
    let described = json!({
        "ARN": ARN, "Name": "db", "DeletedDate": 1_893_456_000,
        "Tags": [
            {"Key": "windlass:intent", "Value": "an earlier one"}, {"Key": "windlass:deleted", "Value": "true"}, {"Key": "old", "Value": "x"},
        ],
    })
    .to_string();
    let (created, captured) =
        create_secret(&[RANDOM, WAITS, ("DescribeSecret", 200, &described)]).await;
    assert_eq!(created.expect("taken back").physical_id, ARN);
    assert_eq!(
        operations(&captured),
        [
            "GetRandomPassword",
            "CreateSecret",
            "DescribeSecret",
            "RestoreSecret",
            "UpdateSecret",
            "TagResource",
            "UntagResource"
        ]
    );
    let body =
        |index: usize| -> Value { serde_json::from_str(&captured[index].body).expect("json") };
    assert_eq!(body(4)["Description"], "The new one");
    let tags = body(5)["Tags"].to_string();
    assert!(
        tags.contains("0123456789abcdef0123456789abcdef") && tags.contains("shop"),
        "{tags}"
    );
    assert_eq!(body(6)["TagKeys"], json!(["windlass:deleted", "old"]));
}

#[tokio::test]
async fn a_secret_that_nothing_marks_as_ours_is_left_alone() {
    let described =
        json!({"ARN": ARN, "Name": "db", "DeletedDate": 1_893_456_000, "Tags": []}).to_string();
    let (created, captured) =
        create_secret(&[RANDOM, WAITS, ("DescribeSecret", 200, &described)]).await;
    assert_eq!(
        created.expect_err("refused").class,
        ErrorClass::AlreadyExists
    );
    assert_eq!(
        operations(&captured),
        ["GetRandomPassword", "CreateSecret", "DescribeSecret"]
    );
}

#[tokio::test]
async fn a_name_that_is_not_free_yet_is_tried_again_later() {
    let gone = r#"{"__type": "ResourceNotFoundException", "message": "Secrets Manager can't find the specified secret."}"#;
    let (created, _) = create_secret(&[RANDOM, WAITS, ("DescribeSecret", 400, gone)]).await;
    assert_eq!(created.expect_err("refused").class, ErrorClass::NotYet);
}

#[tokio::test]
async fn a_secret_is_deleted_with_its_recovery_window_unless_it_says_otherwise() {
    for (applied, operations, wanted) in [
        (
            json!({}),
            ["TagResource", "DeleteSecret"].as_slice(),
            json!({"SecretId": ARN}),
        ),
        (
            json!({"RecoveryWindowInDays": 7}),
            &["TagResource", "DeleteSecret"],
            json!({"SecretId": ARN, "RecoveryWindowInDays": 7}),
        ),
        (
            json!({"ForceDeleteWithoutRecovery": true}),
            &["DeleteSecret"],
            json!({"SecretId": ARN, "ForceDeleteWithoutRecovery": true}),
        ),
    ] {
        let (provider, capture) = provider(&[]);
        provider
            .delete(&target(SECRET, ARN, &applied))
            .await
            .expect("deleted");
        let captured = capture.take();
        assert_eq!(self::operations(&captured), operations);
        let last = &captured.last().expect("a request").body;
        assert_eq!(serde_json::from_str::<Value>(last).expect("json"), wanted);
    }
}

#[tokio::test]
async fn a_secret_that_waits_for_its_deletion_is_gone() {
    let waits = r#"{"__type": "InvalidRequestException", "message": "You can't perform this operation on the secret because it was marked for deletion."}"#;
    let (provider, _) = provider(&[("TagResource", 400, waits), ("DeleteSecret", 400, waits)]);
    let deleted = provider.delete(&target(SECRET, ARN, &json!({}))).await;
    assert_eq!(deleted.expect_err("gone").class, ErrorClass::NotFound);
}

#[tokio::test]
async fn a_role_takes_off_only_what_its_own_spec_put_on() {
    let applied = json!({
        "RoleName": "api", "AssumeRolePolicyDocument": {},
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "Policies": [{"PolicyName": "read", "PolicyDocument": {}}],
    });
    let (provider, capture) = provider(&[]);
    provider
        .delete(&target("AWS::IAM::Role", "api", &applied))
        .await
        .expect("deleted");
    let captured = capture.take();
    assert_eq!(
        operations(&captured),
        ["DetachRolePolicy", "DeleteRolePolicy", "DeleteRole"]
    );
    assert!(
        captured[0].body.contains("ReadOnlyAccess") && captured[1].body.contains("PolicyName=read"),
        "{captured:?}"
    );
}

#[tokio::test]
async fn a_role_shows_only_what_its_own_spec_put_on() {
    let role = "<GetRoleResponse><GetRoleResult><Role>
            <RoleName>api</RoleName><RoleId>AROA0A1</RoleId><Arn>arn:aws:iam::123456789012:role/api</Arn><Path>/</Path>
            <CreateDate>2030-01-01T00:00:00Z</CreateDate>
        </Role></GetRoleResult></GetRoleResponse>";
    let attached = "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies>
            <member><PolicyName>Own</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Own</PolicyArn></member>
            <member><PolicyName>Foreign</PolicyName><PolicyArn>arn:aws:iam::aws:policy/Foreign</PolicyArn></member>
        </AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>";
    let answers = [
        ("GetRole", 200, role),
        ("ListAttachedRolePolicies", 200, attached),
    ];
    let applied = json!({
        "RoleName": "api", "AssumeRolePolicyDocument": {},
        "ManagedPolicyArns": ["arn:aws:iam::aws:policy/Own", "arn:aws:iam::aws:policy/TakenOff"],
    });
    let (provider, _) = provider(&answers);
    let observed = provider
        .observe(&[target("AWS::IAM::Role", "api", &applied)])
        .await
        .remove(0);
    let Ok(Observation::Present { properties, .. }) = observed else {
        panic!("{observed:?}");
    };
    assert_eq!(
        properties["ManagedPolicyArns"],
        json!(["arn:aws:iam::aws:policy/Own"])
    );
}

/// A kind whose create call AWS answers with an existing resource if the settings are the same.
struct Idempotent {
    kind: &'static str,
    spec: Value,
    /// The read that shows the existing resource, with its answer.
    read: (&'static str, String),
    create: &'static str,
    arn: String,
    /// The property that can make it another owner's, if the author wrote it.
    by: &'static str,
}

fn idempotent() -> Vec<Idempotent> {
    let arn = |rest: &str| format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:{rest}");
    let balancer = arn("loadbalancer/app/web/0a1");
    let answer = |operation: &str, list: &str, member: String| {
        format!(
            "<{operation}Response><{operation}Result><{list}><member>{member}</member></{list}></{operation}Result></{operation}Response>"
        )
    };
    let group = arn("targetgroup/web/0a1");
    let listener = arn("listener/app/web/0a1/0b2");
    vec![
        Idempotent {
            kind: "AWS::ElasticLoadBalancingV2::TargetGroup",
            spec: json!({"Name": "web", "TargetType": "ip", "VpcId": "vpc-0a1", "Protocol": "HTTP", "Port": 8080}),
            read: (
                "DescribeTargetGroups",
                answer(
                    "DescribeTargetGroups",
                    "TargetGroups",
                    format!(
                        "<TargetGroupArn>{group}</TargetGroupArn><TargetGroupName>web</TargetGroupName>"
                    ),
                ),
            ),
            create: "CreateTargetGroup",
            arn: group,
            by: "Name",
        },
        Idempotent {
            kind: "AWS::ElasticLoadBalancingV2::LoadBalancer",
            spec: json!({"Name": "web", "Type": "application", "Subnets": ["subnet-0a1", "subnet-0b2"]}),
            read: (
                "DescribeLoadBalancers",
                answer(
                    "DescribeLoadBalancers",
                    "LoadBalancers",
                    format!(
                        "<LoadBalancerArn>{balancer}</LoadBalancerArn><LoadBalancerName>web</LoadBalancerName>"
                    ),
                ),
            ),
            create: "CreateLoadBalancer",
            arn: balancer.clone(),
            by: "Name",
        },
        Idempotent {
            kind: "AWS::ElasticLoadBalancingV2::Listener",
            spec: json!({
                "LoadBalancerArn": balancer, "Port": 80, "Protocol": "HTTP",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": arn("targetgroup/web/0a1")}],
            }),
            read: (
                "DescribeListeners",
                answer(
                    "DescribeListeners",
                    "Listeners",
                    format!(
                        "<ListenerArn>{listener}</ListenerArn><LoadBalancerArn>{balancer}</LoadBalancerArn><Port>80</Port>"
                    ),
                ),
            ),
            create: "CreateListener",
            arn: listener,
            by: "LoadBalancerArn",
        },
    ]
}

impl Idempotent {
    /// Creates it where a resource with the same name and these tags exists. The template is what the author wrote.
    async fn create(
        &self,
        tags: &[(&str, &str)],
        template: &Value,
    ) -> (Option<ErrorClass>, Vec<String>) {
        let tags = tags
            .iter()
            .map(|(key, value)| format!("<member><Key>{key}</Key><Value>{value}</Value></member>"));
        let tags = format!(
            "<DescribeTagsResponse><DescribeTagsResult><TagDescriptions><member><ResourceArn>{}</ResourceArn><Tags>{}</Tags></member></TagDescriptions></DescribeTagsResult></DescribeTagsResponse>",
            self.arn,
            tags.collect::<String>()
        );
        let (read, shown) = &self.read;
        let created = shown.replace(read, self.create);
        let (provider, capture) = provider(&[
            (read, 200, shown),
            ("DescribeTags", 200, &tags),
            (self.create, 200, &created),
        ]);
        let request = CreateRequest {
            address: &Address::parse("web").expect("an address"),
            kind: self.kind,
            place: &Place::default(),
            intent: &IntentId("0123456789abcdef0123456789abcdef".to_owned()),
            owner: &owner(),
            template: &CanonicalJson::of(template),
            spec: &CanonicalJson::of(&self.spec),
        };
        let class = provider.create(&request).await.err();
        let captured = capture.take();
        let operations = operations(&captured).into_iter().map(str::to_owned);
        (class.map(|error| error.class), operations.collect())
    }
}

#[tokio::test]
async fn what_aws_would_answer_with_anothers_resource_is_not_created() {
    let lineage = owner().lineage.0;
    for kind in idempotent() {
        for anothers in [
            &[][..],
            &[("Name", "web")],
            &[("windlass:intent", "0"), ("windlass:lineage", "another")],
        ] {
            let (class, sent) = kind.create(anothers, &kind.spec).await;
            assert_eq!(class, Some(ErrorClass::AlreadyExists), "{}", kind.kind);
            assert_eq!(sent, [kind.read.0, "DescribeTags"], "{}", kind.kind);
        }
        let ours = [("windlass:lineage", lineage.as_str())];
        let (class, sent) = kind.create(&ours, &kind.spec).await;
        assert_eq!(class, None, "{}: ours is made again", kind.kind);
        assert_eq!(sent, [kind.read.0, "DescribeTags", kind.create]);

        // If the engine chose the name, or if this stack makes the parent, the resource has no other owner: Windlass sends no read.
        let mut template = kind.spec.clone();
        template[kind.by] = match kind.by {
            "Name" => Value::Null,
            _ => json!({"$windlass": {"ref": "balancer", "output": kind.by}}),
        };
        if let Some(properties) = template.as_object_mut() {
            properties.retain(|_, value| !value.is_null());
        }
        let (class, sent) = kind.create(&[], &template).await;
        assert_eq!((class, sent), (None, vec![kind.create.to_owned()]));
    }
}

/// PutScalingPolicy overwrites. A service of another owner may have policies of that owner.
#[tokio::test]
async fn a_scaling_policy_of_somebody_else_is_not_overwritten() {
    let there = json!({"ScalingPolicies": [{
        "PolicyARN": "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:0a1:resource/ecs/service/shop/api:policyName/cpu",
        "PolicyName": "cpu", "ServiceNamespace": "ecs", "ResourceId": "service/shop/api",
        "ScalableDimension": "ecs:service:DesiredCount", "PolicyType": "TargetTrackingScaling", "CreationTime": 1_700_000_000,
    }]})
    .to_string();
    let spec = json!({
        "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "ServiceNamespace": "ecs", "ResourceId": "service/shop/api",
        "ScalableDimension": "ecs:service:DesiredCount",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 60.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        },
    });
    let mut ours = spec.clone();
    ours["ResourceId"] = json!({"$windlass": {"ref": "target", "output": "ResourceId"}});
    for (template, sent) in [
        (&spec, ["DescribeScalingPolicies"]),
        (&ours, ["PutScalingPolicy"]),
    ] {
        let (provider, capture) = provider(&[
            ("DescribeScalingPolicies", 200, &there),
            ("PutScalingPolicy", 200, r#"{"PolicyARN": "arn:policy"}"#),
        ]);
        let request = CreateRequest {
            address: &Address::parse("on-cpu").expect("an address"),
            kind: "AWS::ApplicationAutoScaling::ScalingPolicy",
            place: &Place::default(),
            intent: &IntentId("0123456789abcdef0123456789abcdef".to_owned()),
            owner: &owner(),
            template: &CanonicalJson::of(template),
            spec: &CanonicalJson::of(&spec),
        };
        let class = provider
            .create(&request)
            .await
            .err()
            .map(|error| error.class);
        let refused = sent[0] == "DescribeScalingPolicies";
        assert_eq!(class, refused.then_some(ErrorClass::AlreadyExists));
        assert_eq!(operations(&capture.take()), sent);
    }
}

/// The calls that an update of a cluster sends: operations with their bodies.
async fn changed(cluster: &Target, to: Value, property: &str) -> Vec<(String, Value)> {
    let (provider, capture) = provider(&[]);
    let update = UpdateRequest {
        target: cluster,
        intent: &IntentId("0".repeat(32)),
        owner: &owner(),
        spec: &CanonicalJson::of(&to),
        properties: &[property.to_owned()],
        partners: &[],
    };
    provider.update(&update).await.expect("updated");
    let sent = capture.take().into_iter();
    sent.map(|call| {
        (
            call.operation,
            serde_json::from_str(&call.body).expect("JSON"),
        )
    })
    .collect()
}

#[tokio::test]
async fn what_an_older_version_made_gets_the_owners_tags_with_its_next_change() {
    let before = json!({"ClusterName": "shop", "Tags": [{"Key": "team", "Value": "a"}]});
    let mut cluster = target("AWS::ECS::Cluster", "shop", &before);
    cluster.outputs = Outputs::from([(
        "Arn".to_owned(),
        json!("arn:aws:ecs:us-east-1:1:cluster/shop"),
    )]);
    cluster.since = None;
    let mut to = before.clone();
    to["ClusterSettings"] = json!([{"Name": "containerInsights", "Value": "enabled"}]);

    let tags = |sent: &[(String, Value)]| {
        let call = sent
            .iter()
            .find(|(operation, _)| operation == "TagResource");
        let tags = call.and_then(|(_, body)| body["tags"].as_array().cloned());
        let tags = tags.unwrap_or_default().into_iter();
        tags.map(|tag| tag["key"].as_str().expect("a key").to_owned())
            .collect::<Vec<_>>()
    };
    let all = [
        "team",
        "windlass:environment",
        "windlass:lineage",
        "windlass:stack",
    ];
    let sent = changed(&cluster, to.clone(), "ClusterSettings").await;
    assert_eq!(tags(&sent), all, "{sent:?}");

    cluster.since = Some(jiff::Timestamp::UNIX_EPOCH);
    let sent = changed(&cluster, to, "ClusterSettings").await;
    assert_eq!(tags(&sent), [""; 0], "its create has set them");

    // AWS removes the author's last tag, and the engine's own tags stay.
    let sent = changed(&cluster, json!({"ClusterName": "shop"}), "Tags").await;
    assert_eq!(sent[0].1["tagKeys"], json!(["team"]));
    assert_eq!(tags(&sent), all[1..]);
}
