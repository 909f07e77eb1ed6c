//! The peer's platform: `stacks/platform` as Terraform JSON, resource for resource.
//!
//! Terraform has no separate resource for the attachment of the internet gateway, so the peer's platform has one resource less. Not here: how it runs
//! (`contender`).

use serde_json::{Map, Value, json};

/// The version of the AWS provider that the configuration requires.
pub const PROVIDER: &str = "5.100.0";

const SERVICES: [&str; 12] = [
    "applicationautoscaling",
    "autoscaling",
    "cloudwatch",
    "ec2",
    "ecs",
    "elasticloadbalancingv2",
    "iam",
    "logs",
    "secretsmanager",
    "servicediscovery",
    "ssm",
    "sts",
];

/// The configuration of a platform with this number of services. The first service may have another release than the others.
#[must_use]
pub fn platform(services: usize, first_release: &str, endpoint: &str) -> Value {
    let mut resources = Resources::default();
    resources.network();
    resources.shared();
    for number in 0..services {
        let release = if number == 0 { first_release } else { "1.27" };
        resources.service(number, release);
    }
    let endpoints: Map<_, _> = SERVICES
        .iter()
        .map(|service| ((*service).to_owned(), Value::from(endpoint)))
        .collect();
    json!({
        "terraform": [{"required_providers": [{"aws": {"source": "hashicorp/aws", "version": PROVIDER}}]}],
        "provider": {"aws": [{
            "region": "us-east-1", "access_key": "test", "secret_key": "test",
            "skip_credentials_validation": true, "skip_metadata_api_check": true,
            "skip_region_validation": true, "endpoints": [endpoints],
        }]},
        "resource": resources.0,
    })
}

#[derive(Default)]
struct Resources(Map<String, Value>);

impl Resources {
    fn add(&mut self, kind: &str, name: &str, resource: Value) {
        let kind = self.0.entry(kind).or_insert_with(|| json!({}));
        kind[name] = resource;
    }

    fn network(&mut self) {
        self.add("aws_vpc", "main", json!({"cidr_block": "10.0.0.0/16", "enable_dns_hostnames": true, "enable_dns_support": true}));
        self.add(
            "aws_internet_gateway",
            "main",
            json!({"vpc_id": "${aws_vpc.main.id}"}),
        );
        let tables = [
            ("public", "gateway_id", "aws_internet_gateway.main"),
            ("private", "nat_gateway_id", "aws_nat_gateway.main"),
        ];
        for (table, target, to) in tables {
            self.add(
                "aws_route_table",
                table,
                json!({"vpc_id": "${aws_vpc.main.id}"}),
            );
            let id = format!("${{aws_route_table.{table}.id}}");
            let route = json!({"route_table_id": id, "destination_cidr_block": "0.0.0.0/0", target: format!("${{{to}.id}}")});
            self.add("aws_route", table, route);
        }
        for (table, first) in [("public", 0), ("private", 16)] {
            for (index, zone) in ["a", "b", "c"].into_iter().enumerate() {
                let name = format!("{table}_{zone}");
                let block = format!("10.0.{}.0/24", first + index);
                let subnet = json!({"vpc_id": "${aws_vpc.main.id}", "cidr_block": block, "availability_zone": format!("us-east-1{zone}")});
                self.add("aws_subnet", &name, subnet);
                let ids = json!({"subnet_id": format!("${{aws_subnet.{name}.id}}"), "route_table_id": format!("${{aws_route_table.{table}.id}}")});
                self.add("aws_route_table_association", &name, ids);
            }
        }
        self.add("aws_eip", "nat", json!({"domain": "vpc"}));
        self.add(
            "aws_nat_gateway",
            "main",
            json!({"allocation_id": "${aws_eip.nat.id}", "subnet_id": "${aws_subnet.public_a.id}"}),
        );
    }

    fn shared(&mut self) {
        self.add(
            "aws_security_group",
            "alb",
            json!({"name": "alb", "description": "alb", "vpc_id": "${aws_vpc.main.id}"}),
        );
        let rule = json!({"security_group_id": "${aws_security_group.alb.id}", "ip_protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_ipv4": "0.0.0.0/0"});
        self.add("aws_vpc_security_group_ingress_rule", "alb", rule);
        let balancer = json!({"name": "alb", "load_balancer_type": "application", "subnets": subnets("public"), "security_groups": ["${aws_security_group.alb.id}"]});
        self.add("aws_lb", "alb", balancer);
        let nothing = json!([{"type": "fixed-response", "fixed_response": [{"content_type": "text/plain", "status_code": "404", "message_body": "nope"}]}]);
        self.add("aws_lb_listener", "http", json!({"load_balancer_arn": "${aws_lb.alb.arn}", "port": 80, "protocol": "HTTP", "default_action": nothing}));
        self.add(
            "aws_service_discovery_private_dns_namespace",
            "main",
            json!({"name": "corp.local", "vpc": "${aws_vpc.main.id}"}),
        );
        self.add(
            "aws_ecs_cluster",
            "main",
            json!({"name": "main", "setting": [{"name": "containerInsights", "value": "enabled"}]}),
        );
        self.add("aws_ecs_cluster_capacity_providers", "main", json!({"cluster_name": "${aws_ecs_cluster.main.name}", "capacity_providers": ["FARGATE", "FARGATE_SPOT"]}));
    }

    fn service(&mut self, number: usize, release: &str) {
        let name = format!("svc{number:04}");
        let of = |kind: &str, attribute: &str| format!("${{{kind}.{name}.{attribute}}}");
        let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
        for role in ["exec", "task"] {
            let resource =
                json!({"name": format!("{name}-{role}"), "assume_role_policy": trust.to_string()});
            self.add("aws_iam_role", &format!("{name}_{role}"), resource);
        }
        let (exec, task) = (format!("{name}_exec"), format!("{name}_task"));
        let read = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["secretsmanager:GetSecretValue"], "Resource": "*"}]});
        self.add("aws_iam_role_policy", &name, json!({"name": "exec", "role": format!("${{aws_iam_role.{exec}.id}}"), "policy": read.to_string()}));
        self.add(
            "aws_cloudwatch_log_group",
            &name,
            json!({"name": format!("/ecs/{name}"), "retention_in_days": 14}),
        );
        self.add(
            "aws_security_group",
            &name,
            json!({"name": name, "description": name, "vpc_id": "${aws_vpc.main.id}"}),
        );
        let rule = json!({"security_group_id": of("aws_security_group", "id"), "ip_protocol": "tcp", "from_port": 8080, "to_port": 8080, "referenced_security_group_id": "${aws_security_group.alb.id}"});
        self.add("aws_vpc_security_group_ingress_rule", &name, rule);
        self.add(
            "aws_secretsmanager_secret",
            &name,
            json!({"name": format!("{name}-secret"), "recovery_window_in_days": 0}),
        );
        let group = json!({"name": name, "port": 8080, "protocol": "HTTP", "target_type": "ip", "vpc_id": "${aws_vpc.main.id}", "health_check": [{"path": "/healthz"}]});
        self.add("aws_lb_target_group", &name, group);
        let rule = json!({"listener_arn": "${aws_lb_listener.http.arn}", "priority": number + 1,
            "action": [{"type": "forward", "target_group_arn": of("aws_lb_target_group", "arn")}], "condition": [{"path_pattern": [{"values": [format!("/{name}/*")]}]}]});
        self.add("aws_lb_listener_rule", &name, rule);
        let dns = json!([{"namespace_id": "${aws_service_discovery_private_dns_namespace.main.id}", "dns_records": [{"ttl": 10, "type": "A"}]}]);
        self.add(
            "aws_service_discovery_service",
            &name,
            json!({"name": name, "dns_config": dns}),
        );
        let containers = json!([{
            "name": "app", "image": format!("nginx:{release}"), "essential": true,
            "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
            "environment": [{"name": "A", "value": "b"}],
            "secrets": [{"name": "S", "valueFrom": of("aws_secretsmanager_secret", "arn")}],
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": format!("/ecs/{name}"), "awslogs-region": "us-east-1", "awslogs-stream-prefix": "app"}},
        }]);
        let definition = json!({"family": name, "requires_compatibilities": ["FARGATE"], "network_mode": "awsvpc", "cpu": "256", "memory": "512",
            "execution_role_arn": format!("${{aws_iam_role.{exec}.arn}}"), "task_role_arn": format!("${{aws_iam_role.{task}.arn}}"),
            "container_definitions": containers.to_string()});
        self.add("aws_ecs_task_definition", &name, definition);
        let service = json!({"name": name, "cluster": "${aws_ecs_cluster.main.id}", "task_definition": of("aws_ecs_task_definition", "arn"),
            "desired_count": 2, "launch_type": "FARGATE",
            "network_configuration": [{"subnets": subnets("private"), "security_groups": [of("aws_security_group", "id")]}],
            "load_balancer": [{"target_group_arn": of("aws_lb_target_group", "arn"), "container_name": "app", "container_port": 8080}],
            "service_registries": [{"registry_arn": of("aws_service_discovery_service", "arn")}],
            "deployment_circuit_breaker": [{"enable": true, "rollback": true}],
            "depends_on": [format!("aws_lb_listener_rule.{name}")]});
        self.add("aws_ecs_service", &name, service);
    }
}

fn subnets(table: &str) -> Vec<String> {
    let zones = ["a", "b", "c"].iter();
    zones
        .map(|zone| format!("${{aws_subnet.{table}_{zone}.id}}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_services_are_147_resources() {
        let platform = platform(10, "1.28", "http://127.0.0.1:1");
        let kinds = platform["resource"].as_object().expect("kinds");
        let count = kinds.values().filter_map(Value::as_object).map(Map::len);
        assert_eq!(count.sum::<usize>(), 147);
        let text = platform.to_string();
        assert_eq!(text.matches("nginx:1.28").count(), 1);
        assert_eq!(text.matches("nginx:1.27").count(), 9);
    }
}
