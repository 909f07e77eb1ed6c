//! ECS rollouts in the local cloud, over the network, with a real moto behind the gateway.

use std::time::{Duration, Instant};

use crate::client::AwsClient;
use serde_json::{Value, json};
use windlass_local::{EcsRules, EmbeddedCloud, ImageRule, Rules};

/// One cloud for all tests of this file, with a quick clock and an image that does not start.
fn cloud() -> &'static EmbeddedCloud {
    use std::sync::Once;
    static RULES: Once = Once::new();
    let cloud = EmbeddedCloud::shared();
    RULES.call_once(|| {
        let rules = Rules {
            ecs: EcsRules {
                step_ms: 40,
                images: vec![ImageRule {
                    image: "*broken*".into(),
                    reason: Some("CannotPullContainerError: not found".into()),
                    exit_code: None,
                    log: Vec::new(),
                }],
                ..EcsRules::default()
            },
            ..Rules::default()
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("runtime");
                runtime
                    .block_on(cloud.control().set_rules(&rules))
                    .expect("rules");
            });
        });
    });
    cloud
}

struct Shop {
    aws: AwsClient,
}

impl Shop {
    /// A cluster `shop` and the first revision of `web`, in its own account.
    async fn open(account: &str) -> Self {
        let aws = AwsClient::new(cloud().endpoint(), account);
        aws.ecs("CreateCluster", json!({"clusterName": "shop"}))
            .await
            .ok();
        let shop = Self { aws };
        shop.register("shop/web:1").await;
        shop
    }

    async fn register(&self, image: &str) -> String {
        let definition = json!({
            "family": "web", "networkMode": "bridge", "requiresCompatibilities": ["EC2"], "enableFaultInjection": true,
            "containerDefinitions": [{"name": "app", "image": image, "memory": 128, "essential": true}],
        });
        let answer = self
            .aws
            .ecs("RegisterTaskDefinition", definition)
            .await
            .ok();
        answer["taskDefinition"]["taskDefinitionArn"]
            .as_str()
            .expect("ARN")
            .to_owned()
    }

    async fn create(&self, mut more: Value) -> Value {
        let request = more.as_object_mut().expect("object");
        for (name, value) in [
            ("cluster", json!("shop")),
            ("serviceName", json!("web")),
            ("taskDefinition", json!("web")),
        ] {
            request.entry(name).or_insert(value);
        }
        self.aws.ecs("CreateService", more).await.ok()["service"].take()
    }

    async fn describe(&self) -> Value {
        let request = json!({"cluster": "shop", "services": ["web"]});
        self.aws.ecs("DescribeServices", request).await.ok()["services"][0].take()
    }

    /// One of the timestamps of each task of the service.
    async fn times(&self, desired: &str, name: &str) -> Vec<f64> {
        let listed = json!({"cluster": "shop", "serviceName": "web", "desiredStatus": desired});
        let listed = self.aws.ecs("ListTasks", listed).await.ok();
        let tasks = json!({"cluster": "shop", "tasks": listed["taskArns"]});
        let tasks = self.aws.ecs("DescribeTasks", tasks).await.ok();
        let tasks = tasks["tasks"].as_array().expect("tasks").iter();
        tasks
            .map(|task| {
                task[name]
                    .as_f64()
                    .unwrap_or_else(|| panic!("no {name}: {task:#}"))
            })
            .collect()
    }

    async fn until(&self, what: &str, reached: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let service = self.describe().await;
            if reached(&service) {
                return service;
            }
            assert!(Instant::now() < deadline, "never {what}: {service:#}");
            tokio::time::sleep(Duration::from_millis(15)).await;
        }
    }

    async fn until_steady(&self) -> Value {
        self.until("steady", |service| {
            service["deployments"]
                .as_array()
                .is_some_and(|deployments| deployments.len() == 1)
                && service["deployments"][0]["rolloutState"] == "COMPLETED"
                && service["runningCount"] == service["desiredCount"]
        })
        .await
    }
}

#[tokio::test]
async fn a_service_comes_up_rolls_out_scales_and_drains() {
    let shop = Shop::open("100000000001").await;
    let created = shop.create(json!({"desiredCount": 2})).await;
    assert_eq!(
        (&created["status"], &created["runningCount"]),
        (&json!("ACTIVE"), &json!(0))
    );
    assert_eq!(created["deployments"][0]["rolloutState"], "IN_PROGRESS");
    let steady = shop.until_steady().await;
    assert_eq!(steady["runningCount"], 2);
    assert_eq!(
        steady["events"][0]["message"],
        "(service web) has reached a steady state."
    );

    let second = shop.register("shop/web:2").await;
    let update = json!({"cluster": "shop", "service": "web", "taskDefinition": second});
    let updated = shop.aws.ecs("UpdateService", update).await.ok();
    assert_eq!(
        updated["service"]["deployments"].as_array().map(Vec::len),
        Some(2)
    );
    let steady = shop.until_steady().await;
    assert_eq!(steady["taskDefinition"], second.as_str());
    let latest_start = shop
        .times("RUNNING", "startedAt")
        .await
        .into_iter()
        .fold(0.0, f64::max);
    let old_stops = shop.times("STOPPED", "stoppingAt").await;
    assert_eq!(old_stops.len(), 2);
    assert!(
        old_stops.iter().all(|stop| *stop >= latest_start),
        "old tasks stayed until the new ones ran"
    );

    let scale = json!({"cluster": "shop", "service": "web", "desiredCount": 0});
    shop.aws.ecs("UpdateService", scale).await.ok();
    shop.until("scaled in", |service| service["runningCount"] == 0)
        .await;
    let delete = json!({"cluster": "shop", "service": "web"});
    assert_eq!(
        shop.aws.ecs("DeleteService", delete).await.ok()["service"]["status"],
        "DRAINING"
    );
    shop.until("gone", |service| service["status"] == "INACTIVE")
        .await;
    assert_eq!(
        shop.aws
            .ecs("ListServices", json!({"cluster": "shop"}))
            .await
            .ok()["serviceArns"],
        json!([])
    );
}

#[tokio::test]
async fn a_broken_image_is_rolled_back_and_says_why() {
    let shop = Shop::open("100000000002").await;
    let breaker = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    shop.create(json!({"desiredCount": 1, "deploymentConfiguration": breaker}))
        .await;
    let first = shop.until_steady().await["taskDefinition"].clone();

    let broken = shop.register("shop/broken:2").await;
    let update = json!({"cluster": "shop", "service": "web", "taskDefinition": broken});
    let updated = shop.aws.ecs("UpdateService", update).await.ok();
    let deployment = updated["service"]["currentServiceDeployment"].clone();
    let rolled_back = shop
        .until("rolled back", |service| {
            service["taskDefinition"] == first
                && service["deployments"][0]["rolloutState"] == "COMPLETED"
        })
        .await;
    assert_eq!(rolled_back["runningCount"], 1);

    let described = shop
        .aws
        .ecs(
            "DescribeServiceDeployments",
            json!({"serviceDeploymentArns": [deployment]}),
        )
        .await
        .ok();
    let deployment = &described["serviceDeployments"][0];
    assert_eq!(deployment["status"], "ROLLBACK_SUCCESSFUL");
    assert_eq!(
        deployment["deploymentCircuitBreaker"]["status"],
        "TRIGGERED"
    );
    let revision = json!({"serviceRevisionArns": [deployment["rollback"]["serviceRevisionArn"]]});
    let revision = shop
        .aws
        .ecs("DescribeServiceRevisions", revision)
        .await
        .ok();
    assert_eq!(revision["serviceRevisions"][0]["taskDefinition"], first);
    let listed = shop
        .aws
        .ecs(
            "ListServiceDeployments",
            json!({"cluster": "shop", "service": "web"}),
        )
        .await
        .ok();
    assert_eq!(
        listed["serviceDeployments"].as_array().map(Vec::len),
        Some(2)
    );

    let stopped = json!({"cluster": "shop", "serviceName": "web", "desiredStatus": "STOPPED"});
    let stopped = shop.aws.ecs("ListTasks", stopped).await.ok();
    let tasks = json!({"cluster": "shop", "tasks": stopped["taskArns"]});
    let tasks = shop.aws.ecs("DescribeTasks", tasks).await.ok();
    assert_eq!(tasks["tasks"][0]["stopCode"], "TaskFailedToStart");
    assert_eq!(
        tasks["tasks"][0]["stoppedReason"],
        "CannotPullContainerError: not found"
    );
}

#[tokio::test]
async fn the_fields_that_moto_drops_come_back() {
    let shop = Shop::open("100000000003").await;
    let given = json!({
        "deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 50, "deploymentCircuitBreaker": {"enable": true, "rollback": true}},
        "healthCheckGracePeriodSeconds": 30, "enableExecuteCommand": true, "enableECSManagedTags": true, "propagateTags": "SERVICE",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}],
        "placementConstraints": [{"type": "distinctInstance"}], "schedulingStrategy": "REPLICA", "availabilityZoneRebalancing": "DISABLED",
        "serviceConnectConfiguration": {"enabled": true, "namespace": "ns"},
        "volumeConfigurations": [{"name": "data", "managedEBSVolume": {"roleArn": "arn:aws:iam::1:role/ebs"}}],
    });
    let mut request = given.clone();
    request["desiredCount"] = 0.into();
    shop.create(request).await;
    let service = shop.describe().await;
    let on_deployments = ["serviceConnectConfiguration", "volumeConfigurations"];
    for (name, value) in given.as_object().expect("object") {
        let there = if on_deployments.contains(&name.as_str()) {
            &service["deployments"][0][name]
        } else {
            &service[name]
        };
        match value.as_object() {
            Some(fields) if name == "deploymentConfiguration" => {
                for (name, value) in fields {
                    assert_eq!(&there[name], value, "deploymentConfiguration.{name}");
                }
            }
            _ => assert_eq!(there, value, "{name}"),
        }
    }
    assert!(
        service.get("launchType").is_none(),
        "a strategy excludes a launch type"
    );
    let definition = shop
        .aws
        .ecs("DescribeTaskDefinition", json!({"taskDefinition": "web"}))
        .await
        .ok();
    assert_eq!(definition["taskDefinition"]["enableFaultInjection"], true);
}

#[tokio::test]
async fn what_aws_refuses_is_refused() {
    let shop = Shop::open("100000000004").await;
    shop.create(json!({"desiredCount": 1, "launchType": "EXTERNAL", "clientToken": "t"}))
        .await;
    assert_eq!(shop.describe().await["launchType"], "EXTERNAL");
    let again = json!({"cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 5});
    let (code, message) = shop.aws.ecs("CreateService", again.clone()).await.error();
    assert_eq!(
        (code.as_str(), message.as_str()),
        (
            "InvalidParameterException",
            "Creation of service was not idempotent."
        )
    );
    let mut same = again;
    same["clientToken"] = "t".into();
    assert_eq!(
        shop.aws.ecs("CreateService", same).await.ok()["service"]["desiredCount"],
        1
    );

    let (code, _) = shop
        .aws
        .ecs("DeleteCluster", json!({"cluster": "shop"}))
        .await
        .error();
    assert_eq!(code, "ClusterContainsServicesException");
    let delete = json!({"cluster": "shop", "service": "web"});
    let (code, message) = shop.aws.ecs("DeleteService", delete).await.error();
    assert_eq!(
        (code.as_str(), message.as_str()),
        (
            "InvalidParameterException",
            "The service cannot be stopped while it is scaled above 0."
        )
    );
    shop.until_steady().await;
    shop.aws
        .ecs(
            "DeleteService",
            json!({"cluster": "shop", "service": "web", "force": true}),
        )
        .await
        .ok();
    let (code, _) = shop
        .aws
        .ecs("DeleteCluster", json!({"cluster": "shop"}))
        .await
        .error();
    assert_eq!(code, "ClusterContainsTasksException");
    let update = json!({"cluster": "shop", "service": "web", "desiredCount": 1});
    let (code, _) = shop.aws.ecs("UpdateService", update).await.error();
    assert_eq!(code, "ServiceNotActiveException");
    shop.until("gone", |service| service["status"] == "INACTIVE")
        .await;
    shop.aws
        .ecs("DeleteCluster", json!({"cluster": "shop"}))
        .await
        .ok();
    assert_eq!(
        shop.aws.ecs("ListClusters", json!({})).await.ok()["clusterArns"],
        json!([])
    );
    let (code, _) = shop
        .aws
        .ecs("ListServices", json!({"cluster": "shop"}))
        .await
        .error();
    assert_eq!(code, "ClusterNotFoundException");
    shop.aws
        .ecs("CreateCluster", json!({"clusterName": "shop"}))
        .await
        .ok();
    shop.create(json!({"desiredCount": 0})).await;
}

#[tokio::test]
async fn what_moto_lacks_works() {
    let shop = Shop::open("100000000005").await;
    let settings = json!({"cluster": "shop", "settings": [{"name": "containerInsights", "value": "enhanced"}]});
    let cluster = shop.aws.ecs("UpdateClusterSettings", settings).await.ok();
    assert_eq!(cluster["cluster"]["settings"][0]["value"], "enhanced");
    let again = shop
        .aws
        .ecs("CreateCluster", json!({"clusterName": "shop"}))
        .await
        .ok();
    assert_eq!(
        again["cluster"]["settings"][0]["value"], "enhanced",
        "creating it again does not overwrite it"
    );
    let setting = json!({"name": "containerInsights", "value": "enabled"});
    assert_eq!(
        shop.aws.ecs("PutAccountSettingDefault", setting).await.ok()["setting"]["value"],
        "enabled"
    );
    let providers = shop
        .aws
        .ecs("DescribeCapacityProviders", json!({}))
        .await
        .ok();
    assert_eq!(
        providers["capacityProviders"].as_array().map(Vec::len),
        Some(2)
    );
}

#[tokio::test]
async fn a_capacity_provider_in_use_stays() {
    let shop = Shop::open("100000000006").await;
    let group = json!({"autoScalingGroupArn": "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:1:autoScalingGroupName/a", "managedDraining": "ENABLED"});
    shop.aws
        .ecs(
            "CreateCapacityProvider",
            json!({"name": "gpu", "autoScalingGroupProvider": group}),
        )
        .await
        .ok();
    let update =
        json!({"name": "gpu", "autoScalingGroupProvider": {"managedDraining": "DISABLED"}});
    shop.aws.ecs("UpdateCapacityProvider", update).await.ok();
    let provider = shop
        .aws
        .ecs(
            "DescribeCapacityProviders",
            json!({"capacityProviders": ["gpu"]}),
        )
        .await
        .ok();
    assert_eq!(
        provider["capacityProviders"][0]["autoScalingGroupProvider"]["managedDraining"],
        "DISABLED"
    );
    let attach = |providers: Value, strategy: Value| json!({"cluster": "shop", "capacityProviders": providers, "defaultCapacityProviderStrategy": strategy});
    let strategy = json!([{"capacityProvider": "gpu", "weight": 1, "base": 0}]);
    shop.aws
        .ecs(
            "PutClusterCapacityProviders",
            attach(json!(["gpu"]), strategy.clone()),
        )
        .await
        .ok();
    assert_eq!(
        shop.create(json!({"desiredCount": 0})).await["capacityProviderStrategy"],
        strategy
    );
    let (code, _) = shop
        .aws
        .ecs("DeleteCapacityProvider", json!({"capacityProvider": "gpu"}))
        .await
        .error();
    assert_eq!(code, "ClientException");
    let (code, _) = shop
        .aws
        .ecs("PutClusterCapacityProviders", attach(json!([]), json!([])))
        .await
        .error();
    assert_eq!(code, "ResourceInUseException");
    shop.aws
        .ecs(
            "DeleteService",
            json!({"cluster": "shop", "service": "web"}),
        )
        .await
        .ok();
    shop.until("gone", |service| service["status"] == "INACTIVE")
        .await;
    shop.aws
        .ecs("PutClusterCapacityProviders", attach(json!([]), json!([])))
        .await
        .ok();
    shop.aws
        .ecs("DeleteCapacityProvider", json!({"capacityProvider": "gpu"}))
        .await
        .ok();
}

#[tokio::test]
async fn a_task_runs_to_completion() {
    let shop = Shop::open("100000000007").await;
    let run = json!({"cluster": "shop", "taskDefinition": "web", "launchType": "EC2", "startedBy": "migration"});
    let run = shop.aws.ecs("RunTask", run).await.ok();
    let arn = run["tasks"][0]["taskArn"].clone();
    assert_eq!(run["tasks"][0]["lastStatus"], "PROVISIONING");
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let request =
            json!({"cluster": "shop", "tasks": [arn, "0123456789abcdef0123456789abcdef"]});
        let described = shop.aws.ecs("DescribeTasks", request).await.ok();
        assert_eq!(described["failures"][0]["reason"], "MISSING");
        let task = &described["tasks"][0];
        if task["lastStatus"] == "STOPPED" {
            assert_eq!(task["containers"][0]["exitCode"], 0);
            return;
        }
        assert!(Instant::now() < deadline, "{task:#}");
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
}

#[tokio::test]
async fn a_target_group_needs_a_load_balancer_first() {
    let shop = Shop::open("100000000008").await;
    let elb = async |form: &str| {
        let answer = shop
            .aws
            .query(
                "elasticloadbalancing",
                &format!("{form}&Version=2015-12-01"),
            )
            .await
            .expect("answer");
        assert!(answer.status.is_success(), "{}", answer.text);
        answer.text
    };
    let between = |text: &str, name: &str| {
        let (_, rest) = text
            .split_once(&format!("<{name}>"))
            .unwrap_or_else(|| panic!("no {name}: {text}"));
        rest.split_once('<').expect("closed").0.trim().to_owned()
    };
    let ec2 = async |form: &str| {
        shop.aws
            .query("ec2", &format!("{form}&Version=2016-11-15"))
            .await
            .expect("answer")
            .text
    };
    let vpc = between(
        &ec2("Action=CreateVpc&CidrBlock=10.0.0.0%2F16").await,
        "vpcId",
    );
    let subnet = async |zone: &str, block: &str| {
        let form =
            format!("Action=CreateSubnet&VpcId={vpc}&AvailabilityZone={zone}&CidrBlock={block}");
        between(&ec2(&form).await, "subnetId")
    };
    let (a, b) = (
        subnet("us-east-1a", "10.0.1.0%2F24").await,
        subnet("us-east-1b", "10.0.2.0%2F24").await,
    );
    let group = between(
        &elb(&format!(
            "Action=CreateTargetGroup&Name=web&Protocol=HTTP&Port=80&VpcId={vpc}"
        ))
        .await,
        "TargetGroupArn",
    );

    let request = json!({
        "cluster": "shop", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1,
        "loadBalancers": [{"targetGroupArn": group, "containerName": "app", "containerPort": 80}],
    });
    let (_, message) = shop.aws.ecs("CreateService", request.clone()).await.error();
    assert_eq!(
        message,
        format!(
            "The target group with targetGroupArn {group} does not have an associated load balancer."
        )
    );

    let balancer = format!(
        "Action=CreateLoadBalancer&Name=web&Scheme=internal&Subnets.member.1={a}&Subnets.member.2={b}"
    );
    let balancer = between(&elb(&balancer).await, "LoadBalancerArn");
    let fixed = "DefaultActions.member.1.Type=fixed-response&DefaultActions.member.1.FixedResponseConfig.StatusCode=404";
    let listener = elb(&format!(
        "Action=CreateListener&LoadBalancerArn={balancer}&Protocol=HTTP&Port=80&{fixed}"
    ))
    .await;
    let listener = between(&listener, "ListenerArn");
    shop.aws.ecs("CreateService", request.clone()).await.error();
    elb(&format!("Action=ModifyListener&ListenerArn={listener}&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}")).await;
    shop.aws.ecs("CreateService", request).await.ok();
    let steady = shop.until_steady().await;
    let registered = format!("(service web) registered 1 targets in (target-group {group})");
    assert!(
        steady["events"]
            .as_array()
            .expect("events")
            .iter()
            .any(|event| event["message"] == registered.as_str()),
        "{steady:#}"
    );
}
