//! The resources of random programs: resources that belong together as people wire them, each in a few variants.
//!
//! Not here: which of them a program contains (`draft`).

use serde_json::{Value, json};

use crate::cloud::kinds::{CLUSTER, GATEWAY, NETWORK, PORT, REVISION, ROLE, SERVICE, SUBNET};
use crate::cloud::reference;

/// A resource that a program may contain.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    pub address: &'static str,
    /// CloudFormation type name.
    pub kind: &'static str,
    /// The addresses that its spec refers to, or whose resources it needs beside it.
    pub needs: &'static [&'static str],
    /// Its spec in one of its variants.
    pub spec: fn(u8) -> Value,
}

const fn template(
    address: &'static str,
    kind: &'static str,
    needs: &'static [&'static str],
    spec: fn(u8) -> Value,
) -> Template {
    Template {
        address,
        kind,
        needs,
        spec,
    }
}

/// The wirings. Each is a list in which a resource comes after the resources that it needs.
pub const WIRINGS: &[&[Template]] = &[TEST, NETWORKS, SERVICES, SCALED, CAPACITY];

fn r(address: &str, output: &str) -> Value {
    reference(address, output)
}

fn pick<'v, T: ?Sized>(variant: u8, values: &[&'v T]) -> &'v T {
    values[usize::from(variant) % values.len()]
}

fn tags(variant: u8) -> Value {
    json!([{"Key": "Team", "Value": pick(variant, &["shop", "pay"])}])
}

const TEST: &[Template] = &[
    template("network", NETWORK, &[], |v| {
        let mut spec = json!({
            "Range": pick(v / 4, &["10.0.0.0/16", "10.9.0.0/16"]), "Secretive": pick(v, &["s", "t"]), "Tags": tags(v),
        });
        if v % 3 > 0 {
            spec["Names"] = json!(v % 3 == 1);
        }
        spec
    }),
    template(
        "subnet-a",
        SUBNET,
        &["network"],
        |v| json!({"NetworkId": r("network", "NetworkId"), "Range": "10.0.1.0/24", "Note": pick(v, &["a", "b"])}),
    ),
    template(
        "subnet-b",
        SUBNET,
        &["network"],
        |v| json!({"NetworkId": r("network", "NetworkId"), "Range": pick(v, &["10.0.2.0/24", "10.0.3.0/24"])}),
    ),
    template(
        "gateway",
        GATEWAY,
        &["subnet-a"],
        |v| json!({"SubnetId": r("subnet-a", "SubnetId"), "Note": pick(v, &["x", "y"]), "Tags": tags(v / 2)}),
    ),
    template("port", PORT, &["network", "gateway"], |v| {
        json!({
            "NetworkId": r("network", "NetworkId"), "Number": 443, "Protocol": pick(v, &["tcp", "udp"]),
            "Target": r("gateway", "GatewayId"),
        })
    }),
    template(
        "role",
        ROLE,
        &[],
        |v| json!({"Path": pick(v / 2, &["/", "/x/"]), "Policy": pick(v, &["p1", "p2"])}),
    ),
    template(
        "cluster",
        CLUSTER,
        &[],
        |v| json!({"Settings": pick(v, &["s1", "s2"])}),
    ),
    template(
        "revision",
        REVISION,
        &["role"],
        |v| json!({"Family": "app", "Image": pick(v, &["app:1", "app:2", "app:3"]), "RoleArn": r("role", "Arn")}),
    ),
    template(
        "service",
        SERVICE,
        &["cluster", "revision", "subnet-a", "subnet-b"],
        |v| {
            json!({
                "Cluster": r("cluster", "Arn"), "Revision": r("revision", "Arn"), "Count": 1 + v % 3,
                "Subnets": [r("subnet-a", "SubnetId"), r("subnet-b", "SubnetId")],
            })
        },
    ),
];

const NETWORKS: &[Template] = &[
    template(
        "vpc",
        "AWS::EC2::VPC",
        &[],
        |v| json!({"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": v % 2 == 0, "EnableDnsSupport": true, "Tags": tags(v / 2)}),
    ),
    template(
        "public",
        "AWS::EC2::Subnet",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a", "MapPublicIpOnLaunch": v % 2 == 0}),
    ),
    template(
        "public-b",
        "AWS::EC2::Subnet",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1b", "Tags": tags(v)}),
    ),
    template(
        "private",
        "AWS::EC2::Subnet",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "CidrBlock": pick(v, &["10.0.2.0/24", "10.0.3.0/24"]), "AvailabilityZone": "us-east-1a"}),
    ),
    template(
        "igw",
        "AWS::EC2::InternetGateway",
        &[],
        |v| json!({"Tags": tags(v)}),
    ),
    template(
        "attachment",
        "AWS::EC2::VPCGatewayAttachment",
        &["vpc", "igw"],
        |_| json!({"VpcId": r("vpc", "VpcId"), "InternetGatewayId": r("igw", "InternetGatewayId")}),
    ),
    template(
        "address",
        "AWS::EC2::EIP",
        &[],
        |v| json!({"Domain": "vpc", "Tags": tags(v)}),
    ),
    template(
        "nat",
        "AWS::EC2::NatGateway",
        &["public", "address", "attachment"],
        |v| json!({"SubnetId": r("public", "SubnetId"), "AllocationId": r("address", "AllocationId"), "Tags": tags(v)}),
    ),
    template(
        "routes",
        "AWS::EC2::RouteTable",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "Tags": tags(v)}),
    ),
    template(
        "route",
        "AWS::EC2::Route",
        &["routes", "nat"],
        |_| json!({"RouteTableId": r("routes", "RouteTableId"), "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": r("nat", "NatGatewayId")}),
    ),
    template(
        "private-routes",
        "AWS::EC2::SubnetRouteTableAssociation",
        &["private", "routes"],
        |_| json!({"SubnetId": r("private", "SubnetId"), "RouteTableId": r("routes", "RouteTableId")}),
    ),
    template(
        "group",
        "AWS::EC2::SecurityGroup",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "GroupDescription": pick(v / 2, &["web", "the web"]), "Tags": tags(v)}),
    ),
    template(
        "ingress",
        "AWS::EC2::SecurityGroupIngress",
        &["group"],
        |v| {
            json!({
                "GroupId": r("group", "GroupId"), "IpProtocol": "tcp", "FromPort": 80, "ToPort": pick(v / 2, &[&80, &81]),
                "CidrIp": "10.0.0.0/8", "Description": pick(v, &["in", "inside"]),
            })
        },
    ),
    template("egress", "AWS::EC2::SecurityGroupEgress", &["group"], |v| {
        json!({
            "GroupId": r("group", "GroupId"), "IpProtocol": "tcp", "FromPort": 443, "ToPort": pick(v / 2, &[&443, &444]),
            "CidrIp": "0.0.0.0/0", "Description": pick(v, &["out", "outside"]),
        })
    }),
    template(
        "gateway-endpoint",
        "AWS::EC2::VPCEndpoint",
        &["vpc", "routes"],
        |v| {
            json!({
                "VpcId": r("vpc", "VpcId"), "VpcEndpointType": "Gateway", "ServiceName": "com.amazonaws.us-east-1.s3",
                "RouteTableIds": [r("routes", "RouteTableId")], "Tags": tags(v),
            })
        },
    ),
    template(
        "interface-endpoint",
        "AWS::EC2::VPCEndpoint",
        &["vpc", "private", "group"],
        |v| {
            json!({
                "VpcId": r("vpc", "VpcId"), "VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.us-east-1.logs",
                "SubnetIds": [r("private", "SubnetId")], "SecurityGroupIds": [r("group", "GroupId")], "Tags": tags(v),
            })
        },
    ),
];

const SERVICES: &[Template] = &[
    template(
        "vpc",
        "AWS::EC2::VPC",
        &[],
        |v| json!({"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true, "EnableDnsSupport": true, "Tags": tags(v)}),
    ),
    template(
        "a",
        "AWS::EC2::Subnet",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a", "Tags": tags(v)}),
    ),
    template(
        "b",
        "AWS::EC2::Subnet",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1b", "Tags": tags(v)}),
    ),
    template(
        "group",
        "AWS::EC2::SecurityGroup",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "GroupDescription": pick(v / 2, &["web", "the web"]), "Tags": tags(v)}),
    ),
    template(
        "balancer",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        &["a", "b", "group"],
        |v| json!({"Type": "application", "Scheme": pick(v / 2, &["internal", "internet-facing"]), "Subnets": [r("a", "SubnetId"), r("b", "SubnetId")], "SecurityGroups": [r("group", "GroupId")], "Tags": tags(v)}),
    ),
    template(
        "targets",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        &["vpc"],
        |v| {
            json!({
                "VpcId": r("vpc", "VpcId"), "Protocol": "HTTP", "Port": 80, "TargetType": "ip", "HealthCheckPath": pick(v, &["/", "/health"]), "Tags": tags(v / 2),
            })
        },
    ),
    template(
        "listener",
        "AWS::ElasticLoadBalancingV2::Listener",
        &["balancer", "targets"],
        |v| {
            json!({
                "LoadBalancerArn": r("balancer", "LoadBalancerArn"), "Port": pick(v, &[&80, &8080]), "Protocol": "HTTP",
                "DefaultActions": [{"Type": "forward", "TargetGroupArn": r("targets", "TargetGroupArn")}],
            })
        },
    ),
    template(
        "cluster",
        "AWS::ECS::Cluster",
        &[],
        |v| json!({"Tags": tags(v)}),
    ),
    template(
        "logs",
        "AWS::Logs::LogGroup",
        &[],
        |v| json!({"RetentionInDays": pick(v, &[&7, &30])}),
    ),
    template("task-role", "AWS::IAM::Role", &[], |v| {
        json!({
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Path": pick(v / 2, &["/", "/shop/"]), "Description": pick(v, &["tasks", "the tasks"]),
        })
    }),
    template("task-policy", "AWS::IAM::RolePolicy", &["task-role"], |v| {
        json!({
            "RoleName": r("task-role", "RoleName"), "PolicyName": "read",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": pick(v, &["s3:GetObject", "s3:ListBucket"]), "Resource": "*"}]},
        })
    }),
    template(
        "task",
        "AWS::ECS::TaskDefinition",
        &["task-role", "logs"],
        |v| {
            json!({
                "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512", "TaskRoleArn": r("task-role", "Arn"),
                "ContainerDefinitions": [{
                    "Name": "app", "Image": pick(v, &["app:1", "app:2", "app:3"]), "PortMappings": [{"ContainerPort": 80}],
                    "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": r("logs", "LogGroupName")}},
                }],
            })
        },
    ),
    template(
        "service",
        "AWS::ECS::Service",
        &["cluster", "task", "a", "b", "group", "listener"],
        |v| {
            json!({
                "Cluster": r("cluster", "ClusterName"), "TaskDefinition": r("task", "TaskDefinitionArn"), "LaunchType": "FARGATE", "DesiredCount": 1 + v % 2,
                "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": [r("a", "SubnetId"), r("b", "SubnetId")], "SecurityGroups": [r("group", "GroupId")]}},
                "LoadBalancers": [{"TargetGroupArn": r("targets", "TargetGroupArn"), "ContainerName": "app", "ContainerPort": 80}],
            })
        },
    ),
    template(
        "rule",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        &["listener", "targets"],
        |v| {
            json!({
                "ListenerArn": r("listener", "ListenerArn"), "Priority": pick(v, &[&10, &20]), "Tags": tags(v / 2),
                "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": [pick(v / 2, &["/app", "/api"])]}}],
                "Actions": [{"Type": "forward", "TargetGroupArn": r("targets", "TargetGroupArn")}],
            })
        },
    ),
    template("password", "AWS::SecretsManager::Secret", &[], |v| {
        let mut spec = json!({
            "GenerateSecretString": {"PasswordLength": 32}, "Description": pick(v, &["password", "the password"]), "Tags": tags(v / 2),
        });
        if v % 4 > 2 {
            spec["ForceDeleteWithoutRecovery"] = json!(true);
        }
        spec
    }),
    template(
        "task-access",
        "AWS::IAM::ManagedPolicy",
        &["task-role", "password"],
        |v| {
            json!({
                "Description": pick(v / 2, &["access", "the access"]), "Roles": [r("task-role", "RoleName")],
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow", "Action": pick(v, &["secretsmanager:GetSecretValue", "secretsmanager:*"]), "Resource": r("password", "Id"),
                }]},
            })
        },
    ),
];

const SCALED: &[Template] = &[
    template(
        "cluster",
        "AWS::ECS::Cluster",
        &[],
        |v| json!({"Tags": tags(v)}),
    ),
    template("task-role", "AWS::IAM::Role", &[], |v| {
        json!({
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Description": pick(v, &["tasks", "the tasks"]),
        })
    }),
    template("task", "AWS::ECS::TaskDefinition", &["task-role"], |v| {
        json!({
            "RequiresCompatibilities": ["FARGATE"], "NetworkMode": "awsvpc", "Cpu": "256", "Memory": "512", "TaskRoleArn": r("task-role", "Arn"),
            "ContainerDefinitions": [{"Name": "app", "Image": pick(v, &["app:1", "app:2", "app:3"])}],
        })
    }),
    template("service", "AWS::ECS::Service", &["cluster", "task"], |v| {
        let mut spec = json!({
            "Cluster": r("cluster", "ClusterName"), "TaskDefinition": r("task", "TaskDefinitionArn"),
            "LaunchType": "FARGATE", "PlatformVersion": pick(v, &["LATEST", "1.4.0"]),
            "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1", "subnet-2"]}},
        });
        if v % 3 > 0 {
            spec["DeploymentConfiguration"] = json!({"MaximumPercent": 200});
        }
        if v % 3 > 1 {
            spec["DeploymentConfiguration"]["BakeTimeInMinutes"] = json!(v);
        }
        spec
    }),
    template(
        "scaling",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        &["cluster", "service"],
        |v| {
            json!({
                "ResourceId": {"$windlass": {"join": ["service/", r("cluster", "ClusterName"), "/", r("service", "Name")]}},
                "ScalableDimension": "ecs:service:DesiredCount", "ServiceNamespace": "ecs", "MinCapacity": 1, "MaxCapacity": 2 + v % 4,
            })
        },
    ),
    template(
        "on-cpu",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        &["scaling"],
        |v| {
            json!({
                "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling", "ScalingTargetId": r("scaling", "Id"),
                "TargetTrackingScalingPolicyConfiguration": {
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}, "TargetValue": 50.0 + f64::from(v),
                },
            })
        },
    ),
];

const CAPACITY: &[Template] = &[
    template(
        "vpc",
        "AWS::EC2::VPC",
        &[],
        |v| json!({"CidrBlock": "10.0.0.0/16", "Tags": tags(v)}),
    ),
    template(
        "subnet",
        "AWS::EC2::Subnet",
        &["vpc"],
        |v| json!({"VpcId": r("vpc", "VpcId"), "CidrBlock": "10.0.0.0/24", "Tags": tags(v)}),
    ),
    template(
        "cluster",
        "AWS::ECS::Cluster",
        &[],
        |v| json!({"Tags": tags(v)}),
    ),
    template("instance-role", "AWS::IAM::Role", &[], |v| {
        json!({
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
            "Path": pick(v / 2, &["/", "/shop/"]),
        })
    }),
    template(
        "profile",
        "AWS::IAM::InstanceProfile",
        &["instance-role"],
        |v| json!({"Roles": [r("instance-role", "RoleName")], "Path": pick(v, &["/", "/shop/"])}),
    ),
    template(
        "template",
        "AWS::EC2::LaunchTemplate",
        &["profile"],
        |v| json!({"LaunchTemplateData": {"ImageId": "ami-1", "InstanceType": pick(v, &["t3.small", "t3.large"]), "IamInstanceProfile": {"Arn": r("profile", "Arn")}}}),
    ),
    template(
        "fleet",
        "AWS::AutoScaling::AutoScalingGroup",
        &["template", "subnet"],
        |v| {
            json!({
                "MinSize": "0", "MaxSize": pick(v, &["2", "4"]), "VPCZoneIdentifier": [r("subnet", "SubnetId")],
                "NewInstancesProtectedFromScaleIn": v / 2 % 2 == 1,
                "LaunchTemplate": {"LaunchTemplateId": r("template", "LaunchTemplateId"), "Version": r("template", "LatestVersionNumber")},
            })
        },
    ),
    template("provider", "AWS::ECS::CapacityProvider", &["fleet"], |v| {
        let mut spec = json!({"AutoScalingGroupProvider": {"AutoScalingGroupArn": r("fleet", "AutoScalingGroupARN")}});
        if v % 4 < 3 {
            spec["AutoScalingGroupProvider"]["ManagedScaling"] = json!({"Status": "ENABLED"});
        }
        if v % 4 < 2 {
            spec["AutoScalingGroupProvider"]["ManagedScaling"]["TargetCapacity"] =
                json!(pick(v, &[&90, &80]));
        }
        if v % 3 == 2 {
            spec["AutoScalingGroupProvider"]["ManagedDraining"] = json!("DISABLED");
        }
        spec
    }),
    template(
        "providers",
        "AWS::ECS::ClusterCapacityProviderAssociations",
        &["cluster", "provider"],
        |v| {
            json!({
                "Cluster": r("cluster", "ClusterName"), "CapacityProviders": [r("provider", "Name")],
                "DefaultCapacityProviderStrategy": [{"CapacityProvider": r("provider", "Name"), "Weight": 1 + v % 2}],
            })
        },
    ),
    template(
        "namespace",
        "AWS::ServiceDiscovery::PrivateDnsNamespace",
        &["vpc"],
        |v| json!({"Name": "shop.internal", "Vpc": r("vpc", "VpcId"), "Description": pick(v, &["names", "the names"])}),
    ),
    template(
        "discovery",
        "AWS::ServiceDiscovery::Service",
        &["namespace"],
        |v| json!({"Name": "api", "NamespaceId": r("namespace", "Id"), "Description": pick(v, &["api", "the api"]), "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 10}]}}),
    ),
    template(
        "http",
        "AWS::ServiceDiscovery::HttpNamespace",
        &[],
        |v| json!({"Name": pick(v / 4, &["shop", "pay"]), "Description": pick(v, &["calls", "the calls"]), "Tags": tags(v / 2)}),
    ),
    // Two addresses of one name: the key of a list need not distinguish its members.
    template("task", "AWS::ECS::TaskDefinition", &[], |v| {
        let hosts = ["10.0.0.1", pick(v / 2, &["10.0.0.2", "10.0.0.3"])];
        let hosts = hosts.map(|address| json!({"Hostname": "db", "IpAddress": address}));
        json!({
            "RequiresCompatibilities": ["EC2"], "NetworkMode": "bridge",
            "ContainerDefinitions": [{"Name": "app", "Image": pick(v, &["app:1", "app:2"]), "Memory": 128, "ExtraHosts": hosts}],
        })
    }),
    template(
        "service",
        "AWS::ECS::Service",
        &["cluster", "task", "providers", "discovery"],
        |v| {
            json!({
                "Cluster": r("cluster", "ClusterName"), "TaskDefinition": r("task", "TaskDefinitionArn"),
                "CapacityProviderStrategy": [{"CapacityProvider": r("provider", "Name"), "Weight": 1 + v % 2}],
                "ServiceRegistries": [{"RegistryArn": r("discovery", "Arn"), "ContainerName": "app", "ContainerPort": 80}],
            })
        },
    ),
];
