//! Calls that AWS refuses and moto does not: the gateway refuses them with AWS's texts. Also faults of moto that the gateway corrects.

use serde_json::{Value, json};
use windlass_local::EmbeddedCloud;

use crate::client::AwsClient;
use crate::network::{ELB, Network, listener};

fn endpoint() -> &'static str {
    EmbeddedCloud::shared().endpoint()
}

#[tokio::test]
async fn a_network_in_use_stays() {
    let network = Network::make(endpoint(), "230000000001", 1).await;
    let [a, _] = network.subnets.clone();
    let form = format!(
        "Action=CreateLoadBalancer&Name=web&Subnets.member.1={a}&Subnets.member.2={}",
        network.subnets[1]
    );
    let (code, message) = network.refused(ELB, &form).await;
    assert_eq!(
        (code.as_str(), message),
        (
            "InvalidSubnet",
            format!("VPC {} has no internet gateway", network.vpc)
        )
    );
    let gateway = network.open().await;
    let (used, referring) = (
        network.group("used").await,
        network.group("referring").await,
    );
    let permission = format!(
        "Action=AuthorizeSecurityGroupIngress&GroupId={referring}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1&IpPermissions.1.ToPort=1&IpPermissions.1.Groups.1.GroupId={used}"
    );
    network.ok("ec2", &permission).await;
    let delete_used = format!("Action=DeleteSecurityGroup&GroupId={used}");
    let in_use = (
        "DependencyViolation".to_owned(),
        format!("resource {used} has a dependent object"),
    );
    assert_eq!(network.refused("ec2", &delete_used).await, in_use);
    network
        .ok(
            "ec2",
            &format!("Action=DeleteSecurityGroup&GroupId={referring}"),
        )
        .await;
    let balancer = network
        .made(
            ELB,
            &format!("{form}&SecurityGroups.member.1={used}"),
            "LoadBalancerArn",
        )
        .await;
    assert_eq!(network.refused("ec2", &delete_used).await, in_use);
    let delete_subnet = format!("Action=DeleteSubnet&SubnetId={a}");
    let (code, message) = network.refused("ec2", &delete_subnet).await;
    assert_eq!(code, "DependencyViolation");
    assert_eq!(
        message,
        format!("The subnet '{a}' has dependencies and cannot be deleted.")
    );
    let detach = format!(
        "Action=DetachInternetGateway&InternetGatewayId={gateway}&VpcId={}",
        network.vpc
    );
    let (code, message) = network.refused("ec2", &detach).await;
    assert_eq!(code, "DependencyViolation");
    assert!(
        message.contains("has some mapped public address(es)"),
        "{message}"
    );
    network
        .ok(
            ELB,
            &format!("Action=DeleteLoadBalancer&LoadBalancerArn={balancer}"),
        )
        .await;
    network.ok("ec2", &delete_used).await;
    let nat = network
        .made("ec2", "Action=AllocateAddress&Domain=vpc", "allocationId")
        .await;
    let release = format!("Action=ReleaseAddress&AllocationId={nat}");
    let create = format!("Action=CreateNatGateway&SubnetId={a}&AllocationId={nat}");
    let gateway_of_nat = network.made("ec2", &create, "natGatewayId").await;
    assert_eq!(
        network.refused("ec2", &release).await.0,
        "InvalidIPAddress.InUse"
    );
    assert_eq!(
        network.refused("ec2", &delete_subnet).await.0,
        "DependencyViolation"
    );
    network
        .ok(
            "ec2",
            &format!("Action=DeleteNatGateway&NatGatewayId={gateway_of_nat}"),
        )
        .await;
    let held = network.refused("ec2", &release).await;
    let words = "You do not have permission to access the specified resource.";
    assert_eq!(
        held,
        ("AuthFailure".to_owned(), words.to_owned()),
        "for a moment longer"
    );
    network.ok("ec2", &release).await;
    let delete_vpc = format!("Action=DeleteVpc&VpcId={}", network.vpc);
    for subnet in &network.subnets {
        network
            .ok("ec2", &format!("Action=DeleteSubnet&SubnetId={subnet}"))
            .await;
    }
    assert_eq!(
        network.refused("ec2", &delete_vpc).await.0,
        "DependencyViolation"
    );
    network.ok("ec2", &detach).await;
    network.ok("ec2", &delete_vpc).await;
}

#[tokio::test]
async fn only_one_can_have_it() {
    let network = Network::make(endpoint(), "230000000002", 2).await;
    let (first, second) = (
        network.balancer("first", "").await,
        network.balancer("second", "").await,
    );
    let (group, other) = (
        network.target_group("group").await,
        network.target_group("other").await,
    );
    let made = network.listener(&first, 80, &group).await;
    assert_eq!(
        network.listener(&first, 80, &group).await,
        made,
        "the same settings: as if it had been made"
    );
    let (code, message) = network.refused(ELB, &listener(&first, 80, &other)).await;
    assert_eq!(code, "DuplicateListener");
    assert_eq!(
        message,
        format!("A listener already exists on this port for this load balancer '{first}'")
    );
    let (code, message) = network.refused(ELB, &listener(&second, 80, &group)).await;
    assert_eq!(code, "TargetGroupAssociationLimit");
    assert_eq!(
        message,
        format!(
            "The following target groups cannot be associated with more than one load balancer: {group}"
        )
    );
    let again = network.balancer("first", "").await;
    assert_eq!(again, first, "the same settings: as if it had been made");
    let [a, b] = &network.subnets;
    let form = format!(
        "Action=CreateLoadBalancer&Name=first&Scheme=internal&Type=network&Subnets.member.1={a}&Subnets.member.2={b}"
    );
    assert_eq!(
        network.refused(ELB, &form).await.0,
        "DuplicateLoadBalancerName"
    );
    let protect = format!(
        "Action=ModifyLoadBalancerAttributes&LoadBalancerArn={first}&Attributes.member.1.Key=deletion_protection.enabled&Attributes.member.1.Value"
    );
    network.ok(ELB, &format!("{protect}=true")).await;
    let delete = format!("Action=DeleteLoadBalancer&LoadBalancerArn={first}");
    assert_eq!(
        network.refused(ELB, &delete).await.0,
        "OperationNotPermitted"
    );
    network.ok(ELB, &format!("{protect}=false")).await;
    network.ok(ELB, &delete).await;
    network.listener(&second, 80, &group).await;
    let elsewhere = Network::make(endpoint(), "230000000002", 3).await;
    let [c, d] = &elsewhere.subnets;
    let set = format!(
        "Action=SetSubnets&LoadBalancerArn={second}&Subnets.member.1={c}&Subnets.member.2={d}"
    );
    assert_eq!(
        network.refused(ELB, &set).await.0,
        "InvalidConfigurationRequest"
    );
}

#[tokio::test]
async fn rules_are_told_in_an_order_that_aws_takes() {
    let network = Network::make(endpoint(), "230000000003", 4).await;
    let balancer = network.balancer("web", "").await;
    let (blue, green) = (
        network.target_group("blue").await,
        network.target_group("green").await,
    );
    let listener = network.listener(&balancer, 80, &blue).await;
    let rule = async |priority: u8| {
        let form = format!(
            "Action=CreateRule&ListenerArn={listener}&Priority={priority}&Conditions.member.1.Field=path-pattern&Conditions.member.1.Values.member.1=%2F{priority}&Actions.member.1.Type=forward&Actions.member.1.ForwardConfig.TargetGroups.member.1.TargetGroupArn={blue}&Actions.member.1.ForwardConfig.TargetGroups.member.2.TargetGroupArn={green}"
        );
        network.made(ELB, &form, "RuleArn").await
    };
    let (one, two) = (rule(1).await, rule(2).await);
    let swap = format!(
        "Action=SetRulePriorities&RulePriorities.member.1.RuleArn={one}&RulePriorities.member.1.Priority=2&RulePriorities.member.2.RuleArn={two}&RulePriorities.member.2.Priority=1"
    );
    network.ok(ELB, &swap).await;
    let half = format!(
        "Action=SetRulePriorities&RulePriorities.member.1.RuleArn={one}&RulePriorities.member.1.Priority=1"
    );
    assert_eq!(network.refused(ELB, &half).await.0, "PriorityInUse");
    let shown = network
        .ok(
            ELB,
            &format!("Action=DescribeRules&RuleArns.member.1={one}"),
        )
        .await;
    assert!(shown.contains("<Priority>2</Priority>"), "{shown}");
    let sticky = format!(
        "Action=ModifyTargetGroupAttributes&TargetGroupArn={blue}&Attributes.member.1.Key=stickiness.enabled&Attributes.member.1.Value=true"
    );
    let (code, message) = network.refused(ELB, &sticky).await;
    assert_eq!(code, "InvalidConfigurationRequest");
    assert!(
        message.ends_with("You must enable group stickiness before enabling target stickiness"),
        "{message}"
    );
}

#[tokio::test]
async fn descriptions_of_rules_arrive() {
    let network = Network::make(endpoint(), "230000000004", 5).await;
    let (group, source) = (network.group("group").await, network.group("source").await);
    for more in [
        "IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0%2F8&IpPermissions.1.IpRanges.1.Description=first".to_owned(),
        format!("IpPermissions.1.Groups.1.GroupId={source}&IpPermissions.1.Groups.1.Description=first"),
    ] {
        let form = format!(
            "Action=AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=1&IpPermissions.1.ToPort=1&{more}"
        );
        let rule = network.made("ec2", &form, "securityGroupRuleId").await;
        let described = format!("Action=DescribeSecurityGroupRules&SecurityGroupRuleId.1={rule}");
        let before = network.ok("ec2", &described).await;
        assert!(before.contains("<description>first</description>"), "{before}");
        let change = format!(
            "Action=UpdateSecurityGroupRuleDescriptionsIngress&GroupId={group}&SecurityGroupRuleDescription.1.SecurityGroupRuleId={rule}&SecurityGroupRuleDescription.1.Description=second"
        );
        network.ok("ec2", &change).await;
        let after = network.ok("ec2", &described).await;
        assert!(after.contains("<description>second</description>"), "{after}");
    }
}

#[tokio::test]
async fn endpoints_go_with_route_tables_that_were_added_later() {
    let network = Network::make(endpoint(), "230000000005", 6).await;
    let vpc = &network.vpc;
    let create = format!(
        "Action=CreateVpcEndpoint&VpcId={vpc}&ServiceName=com.amazonaws.us-east-1.s3&VpcEndpointType=Gateway"
    );
    let endpoint = network.made("ec2", &create, "vpcEndpointId").await;
    let table = network
        .made(
            "ec2",
            &format!("Action=CreateRouteTable&VpcId={vpc}"),
            "routeTableId",
        )
        .await;
    network
        .ok(
            "ec2",
            &format!("Action=ModifyVpcEndpoint&VpcEndpointId={endpoint}&AddRouteTableId.1={table}"),
        )
        .await;
    network
        .ok(
            "ec2",
            &format!("Action=DeleteVpcEndpoints&VpcEndpointId.1={endpoint}"),
        )
        .await;
    network
        .ok(
            "ec2",
            &format!("Action=DeleteRouteTable&RouteTableId={table}"),
        )
        .await;
}

#[tokio::test]
async fn an_auto_scaling_group_keeps_what_an_update_leaves_out() {
    let network = Network::make(endpoint(), "230000000006", 7).await;
    let template = "Action=CreateLaunchTemplate&LaunchTemplateName=t&LaunchTemplateData.InstanceType=t3.micro&LaunchTemplateData.ImageId=ami-12c6146b";
    let template = network.made("ec2", template, "launchTemplateId").await;
    let policy = "MixedInstancesPolicy.LaunchTemplate";
    let create = format!(
        "Action=CreateAutoScalingGroup&AutoScalingGroupName=g&MinSize=0&MaxSize=4&DesiredCapacity=2&VPCZoneIdentifier={}&DefaultInstanceWarmup=17&{policy}.LaunchTemplateSpecification.LaunchTemplateId={template}&{policy}.Overrides.member.1.InstanceType=t3.micro&{policy}.Overrides.member.1.WeightedCapacity=2",
        network.subnets[0]
    );
    network.ok("autoscaling", &create).await;
    network
        .ok(
            "autoscaling",
            "Action=UpdateAutoScalingGroup&AutoScalingGroupName=g&DefaultCooldown=11",
        )
        .await;
    let shown = network
        .ok(
            "autoscaling",
            "Action=DescribeAutoScalingGroups&AutoScalingGroupNames.member.1=g",
        )
        .await;
    for expected in [
        "<MixedInstancesPolicy>",
        "<WeightedCapacity>2</WeightedCapacity>",
        "<DefaultCooldown>11<",
        "<DefaultInstanceWarmup>17<",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let instances = shown.split_once("<Instances>").expect("instances").1;
    let instances = instances.split_once("</Instances>").expect("closed").0;
    assert!(
        instances.contains("<WeightedCapacity>2</WeightedCapacity>"),
        "{instances}"
    );
    let delete = "Action=DeleteAutoScalingGroup&AutoScalingGroupName=g";
    assert_eq!(
        network.refused("autoscaling", delete).await.0,
        "ResourceInUse"
    );
    network
        .ok("autoscaling", &format!("{delete}&ForceDelete=true"))
        .await;
    network
        .ok(
            "ec2",
            &format!("Action=DeleteSubnet&SubnetId={}", network.subnets[0]),
        )
        .await;
}

async fn json_call(
    aws: &AwsClient,
    service: &str,
    target: &str,
    body: Value,
) -> crate::client::Answer {
    aws.json(service, target, body).await.expect("an answer")
}

#[tokio::test]
async fn two_scaling_policies_of_one_target_are_two() {
    let aws = AwsClient::new(endpoint(), "230000000007");
    aws.ecs("CreateCluster", json!({"clusterName": "c"}))
        .await
        .ok();
    let definition =
        json!({"family": "a", "containerDefinitions": [{"name": "a", "image": "a", "memory": 8}]});
    aws.ecs("RegisterTaskDefinition", definition).await.ok();
    let service =
        json!({"cluster": "c", "serviceName": "s", "taskDefinition": "a", "desiredCount": 0});
    aws.ecs("CreateService", service).await.ok();
    let scaling = async |operation: &str, more: Value| {
        let mut body = json!({"ServiceNamespace": "ecs", "ResourceId": "service/c/s", "ScalableDimension": "ecs:service:DesiredCount"});
        body.as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        json_call(
            &aws,
            "application-autoscaling",
            &format!("AnyScaleFrontendService.{operation}"),
            body,
        )
        .await
    };
    scaling(
        "RegisterScalableTarget",
        json!({"MinCapacity": 1, "MaxCapacity": 2}),
    )
    .await
    .ok();
    let tracking = json!({"TargetValue": 50.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}});
    for name in ["cpu", "memory"] {
        let put = json!({"PolicyName": name, "PolicyType": "TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration": tracking});
        scaling("PutScalingPolicy", put).await.ok();
    }
    let predictive = json!({"MetricSpecifications": [{"TargetValue": 40}]});
    let put = json!({"PolicyName": "ahead", "PolicyType": "PredictiveScaling", "PredictiveScalingPolicyConfiguration": predictive});
    scaling("PutScalingPolicy", put).await.ok();
    for (name, kind) in [
        ("memory", "TargetTrackingScaling"),
        ("ahead", "PredictiveScaling"),
    ] {
        let found = scaling("DescribeScalingPolicies", json!({"PolicyNames": [name]}))
            .await
            .ok();
        let policies = found["ScalingPolicies"].as_array().expect("policies");
        assert_eq!(policies.len(), 1, "{name}: {found}");
        assert_eq!(
            (&policies[0]["PolicyName"], &policies[0]["PolicyType"]),
            (&json!(name), &json!(kind))
        );
    }
    scaling("DeleteScalingPolicy", json!({"PolicyName": "cpu"}))
        .await
        .ok();
    let (code, _) = scaling("DeleteScalingPolicy", json!({"PolicyName": "cpu"}))
        .await
        .error();
    assert_eq!(code, "ObjectNotFoundException");
    scaling("DeregisterScalableTarget", json!({})).await.ok();
    let left = scaling("DescribeScalingPolicies", json!({})).await.ok();
    assert_eq!(
        left["ScalingPolicies"],
        json!([]),
        "a target's policies go with it"
    );
}

#[tokio::test]
async fn policies_of_log_groups_are_kept() {
    let aws = AwsClient::new(endpoint(), "230000000008");
    let logs = async |operation: &str, body: Value| {
        json_call(&aws, "logs", &format!("Logs_20140328.{operation}"), body).await
    };
    logs(
        "CreateLogGroup",
        json!({"logGroupName": "g", "logGroupClass": "INFREQUENT_ACCESS"}),
    )
    .await;
    let nothing = logs(
        "GetDataProtectionPolicy",
        json!({"logGroupIdentifier": "g"}),
    )
    .await
    .ok();
    assert_eq!(nothing["policyDocument"], Value::Null);
    logs(
        "PutDataProtectionPolicy",
        json!({"logGroupIdentifier": "g", "policyDocument": "{}"}),
    )
    .await
    .ok();
    let policy = logs(
        "GetDataProtectionPolicy",
        json!({"logGroupIdentifier": "g"}),
    )
    .await
    .ok();
    assert_eq!(policy["policyDocument"], "{}");
    logs(
        "PutIndexPolicy",
        json!({"logGroupIdentifier": "g", "policyDocument": "{\"Fields\":[\"a\"]}"}),
    )
    .await
    .ok();
    let policies = logs(
        "DescribeIndexPolicies",
        json!({"logGroupIdentifiers": ["g"]}),
    )
    .await
    .ok();
    assert_eq!(
        policies["indexPolicies"][0]["policyDocument"],
        "{\"Fields\":[\"a\"]}"
    );
    let shown = logs("DescribeLogGroups", json!({"logGroupNamePrefix": "g"}))
        .await
        .ok();
    assert_eq!(shown["logGroups"][0]["logGroupClass"], "INFREQUENT_ACCESS");
}

#[tokio::test]
async fn a_registry_with_instances_stays() {
    let aws = AwsClient::new(endpoint(), "230000000009");
    let map = async |operation: &str, body: Value| {
        json_call(
            &aws,
            "servicediscovery",
            &format!("Route53AutoNaming_v20170314.{operation}"),
            body,
        )
        .await
    };
    let operation =
        map("CreateHttpNamespace", json!({"Name": "n"})).await.ok()["OperationId"].clone();
    let namespace = map("GetOperation", json!({"OperationId": operation}))
        .await
        .ok()["Operation"]["Targets"]["NAMESPACE"]
        .clone();
    let (code, _) = map("CreateHttpNamespace", json!({"Name": "n"}))
        .await
        .error();
    assert_eq!(code, "NamespaceAlreadyExists");
    let service = map(
        "CreateService",
        json!({"Name": "s", "NamespaceId": namespace}),
    )
    .await
    .ok()["Service"]["Id"]
        .clone();
    let instance = json!({"ServiceId": service, "InstanceId": "i", "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.1"}});
    map("RegisterInstance", instance).await.ok();
    let (code, message) = map("DeleteService", json!({"Id": service})).await.error();
    assert_eq!(code, "ResourceInUse");
    assert_eq!(
        message,
        "Service contains registered instances; delete the instances before deleting the service"
    );
    let (code, _) = map("DeleteNamespace", json!({"Id": namespace}))
        .await
        .error();
    assert_eq!(code, "ResourceInUse");
    map(
        "DeregisterInstance",
        json!({"ServiceId": service, "InstanceId": "i"}),
    )
    .await
    .ok();
    map("DeleteService", json!({"Id": service})).await.ok();
    map("DeleteNamespace", json!({"Id": namespace})).await.ok();
}
