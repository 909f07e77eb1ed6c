//! The names of the resources in the way of a deletion: what each kind asks AWS, through the real SDK with an HTTP client that captures calls.

use serde_json::{Value, json};
use windlass_engine::provider::Provider as _;
use windlass_tests::wire::capture::Capture;

use crate::subject::{answers, target};

async fn holders(kind: &str, id: &str, spec: Value, of: &[(&str, &str)]) -> Vec<String> {
    let of: Vec<(&str, u16, &str)> = of
        .iter()
        .map(|(operation, body)| (*operation, 200, *body))
        .collect();
    let capture = Capture::new(answers(&of));
    let found = capture.provider().who_uses(&target(kind, id, &spec)).await;
    for call in capture.take() {
        // The query protocols encode these characters of ARNs.
        let body = call.body.replace("%3A", ":").replace("%2F", "/");
        let names = |part: &str| body.contains(part);
        assert!(
            id.split('|').any(names),
            "it asks about something else: {call:?}"
        );
    }
    found.expect("answered")
}

const INTERFACES: &str = "<DescribeNetworkInterfacesResponse><networkInterfaceSet>
    <item><networkInterfaceId>eni-0a1</networkInterfaceId><description>AWS Lambda VPC ENI-mail</description></item>
    <item><networkInterfaceId>eni-0b2</networkInterfaceId><description></description>
        <attachment><instanceId>i-0c3</instanceId></attachment><association><publicIp>192.0.2.1</publicIp></association></item>
    </networkInterfaceSet></DescribeNetworkInterfacesResponse>";

const GROUPS: &str = "<DescribeSecurityGroupsResponse><securityGroupInfo>
    <item><groupId>sg-0d1</groupId><groupName>default</groupName></item>
    <item><groupId>sg-0e2</groupId><groupName>GuardDutyManagedSecurityGroup-vpc-0a1</groupName></item>
    <item><groupId>sg-0f3</groupId><groupName>db</groupName></item>
    </securityGroupInfo></DescribeSecurityGroupsResponse>";

const ENDPOINTS: &str = "<DescribeVpcEndpointsResponse><vpcEndpointSet>
    <item><vpcEndpointId>vpce-0a1</vpcEndpointId><serviceName>com.amazonaws.us-east-1.guardduty-data</serviceName>
        <tagSet><item><key>GuardDutyManaged</key><value>true</value></item></tagSet></item>
    <item><vpcEndpointId>vpce-0b2</vpcEndpointId><serviceName>com.amazonaws.us-east-1.s3</serviceName></item>
    </vpcEndpointSet></DescribeVpcEndpointsResponse>";

#[tokio::test]
async fn a_subnet_is_held_by_interfaces() {
    let spec = json!({"VpcId": "vpc-0a1", "CidrBlock": "10.0.0.0/24"});
    let found = holders(
        "AWS::EC2::Subnet",
        "subnet-0a1",
        spec,
        &[("DescribeNetworkInterfaces", INTERFACES)],
    )
    .await;
    assert_eq!(
        found,
        ["eni-0a1 (AWS Lambda VPC ENI-mail)", "eni-0b2 (i-0c3)"]
    );
}

#[tokio::test]
async fn an_internet_gateway_is_held_by_public_addresses() {
    let spec = json!({"VpcId": "vpc-0a1", "InternetGatewayId": "igw-0a1"});
    let found = holders(
        "AWS::EC2::VPCGatewayAttachment",
        "igw-0a1|vpc-0a1",
        spec,
        &[("DescribeNetworkInterfaces", INTERFACES)],
    )
    .await;
    assert_eq!(found, ["eni-0b2 (i-0c3)"]);
}

#[tokio::test]
async fn a_group_is_held_by_interfaces_and_by_rules_of_others() {
    let spec = json!({"GroupDescription": "web", "VpcId": "vpc-0a1"});
    let found = holders(
        "AWS::EC2::SecurityGroup",
        "sg-0f3",
        spec,
        &[
            ("DescribeNetworkInterfaces", INTERFACES),
            ("DescribeSecurityGroups", GROUPS),
        ],
    )
    .await;
    assert!(
        found.contains(&"a rule of sg-0d1 (default)".to_owned()),
        "{found:?}"
    );
    assert!(
        found.iter().all(|holder| !holder.contains("sg-0f3")),
        "not by itself: {found:?}"
    );
}

#[tokio::test]
async fn what_guard_duty_keeps_in_a_vpc_is_told_apart() {
    let found = holders(
        "AWS::EC2::VPC",
        "vpc-0a1",
        json!({"CidrBlock": "10.0.0.0/16"}),
        &[
            ("DescribeVpcEndpoints", ENDPOINTS),
            ("DescribeSecurityGroups", GROUPS),
        ],
    )
    .await;
    assert!(found[0].starts_with("vpce-0a1 (GuardDuty's"), "{found:?}");
    assert_eq!(found[1], "vpce-0b2 (com.amazonaws.us-east-1.s3)");
    assert!(found[2].starts_with("sg-0e2 (GuardDuty's"), "{found:?}");
    assert_eq!(found[3], "sg-0f3 (db)");
}

#[tokio::test]
async fn a_policy_is_held_by_those_who_carry_it() {
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    let carried = "<ListEntitiesForPolicyResponse><ListEntitiesForPolicyResult>
        <PolicyRoles><member><RoleName>ops</RoleName><RoleId>AROA1</RoleId></member></PolicyRoles>
        <PolicyUsers><member><UserName>jo</UserName><UserId>AIDA1</UserId></member></PolicyUsers>
        </ListEntitiesForPolicyResult></ListEntitiesForPolicyResponse>";
    let found = holders(
        "AWS::IAM::ManagedPolicy",
        "arn:aws:iam::123456789012:policy/web",
        json!({"PolicyDocument": document}),
        &[("ListEntitiesForPolicy", carried)],
    )
    .await;
    assert_eq!(found, ["role ops", "user jo"]);
}

#[tokio::test]
async fn a_role_is_held_by_what_others_put_on_it() {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]});
    let attached = "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult><AttachedPolicies>
        <member><PolicyName>ops</PolicyName><PolicyArn>arn:aws:iam::123456789012:policy/ops</PolicyArn></member>
        </AttachedPolicies></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>";
    let inline = "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames><member>debug</member></PolicyNames></ListRolePoliciesResult></ListRolePoliciesResponse>";
    let found = holders(
        "AWS::IAM::Role",
        "web",
        json!({"AssumeRolePolicyDocument": trust}),
        &[
            ("ListAttachedRolePolicies", attached),
            ("ListRolePolicies", inline),
        ],
    )
    .await;
    assert_eq!(
        found,
        [
            "arn:aws:iam::123456789012:policy/ops",
            "inline policy debug"
        ]
    );
}

#[tokio::test]
async fn a_cluster_is_held_by_what_runs_in_it() {
    const SERVICES: &str =
        r#"{"serviceArns": ["arn:aws:ecs:us-east-1:123456789012:service/main/theirs"]}"#;
    const TASKS: &str = r#"{"taskArns": ["arn:aws:ecs:us-east-1:123456789012:task/main/0a1"]}"#;
    const INSTANCES: &str = r#"{"containerInstanceArns": ["arn:aws:ecs:us-east-1:123456789012:container-instance/main/0b2"]}"#;
    let found = holders(
        "AWS::ECS::Cluster",
        "main",
        json!({"ClusterName": "main"}),
        &[
            ("ListServices", SERVICES),
            ("ListTasks", TASKS),
            ("ListContainerInstances", INSTANCES),
        ],
    )
    .await;
    assert_eq!(
        found,
        ["service theirs", "task 0a1", "container instance 0b2"]
    );
}

#[tokio::test]
async fn cloud_map_is_held_by_services_and_their_instances() {
    const SERVICES: &str = r#"{"Services": [{"Id": "srv-0b2", "Name": "api"}]}"#;
    const INSTANCES: &str = r#"{"Instances": [{"Id": "0a1", "Attributes": {"ECS_CLUSTER_NAME": "main", "ECS_SERVICE_NAME": "app"}},
        {"Id": "0b2"}]}"#;
    let found = holders(
        "AWS::ServiceDiscovery::HttpNamespace",
        "ns-0a1",
        json!({"Name": "shop"}),
        &[("ListServices", SERVICES)],
    )
    .await;
    assert_eq!(found, ["Cloud Map service srv-0b2 (api)"]);
    let found = holders(
        "AWS::ServiceDiscovery::Service",
        "srv-0a1",
        json!({"NamespaceId": "ns-0a1", "Name": "api"}),
        &[("ListInstances", INSTANCES)],
    )
    .await;
    assert_eq!(
        found,
        ["instance 0a1 (ECS service main/app)", "instance 0b2"]
    );
}
