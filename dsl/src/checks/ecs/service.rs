//! A service against its task definition: containers, ports, network, target groups, launch type and volumes.

use serde_json::Value;

use super::{SERVICE, TASK_DEFINITION};
use crate::checks::declared::{Declared, of_kind, referenced};
use crate::codes;
use crate::diagnostics::{Code, Diagnostic};
use crate::document::Document;

/// Reports services that do not fit the task definition that the same stack declares.
pub(in crate::checks) fn services(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for service in of_kind(document, SERVICE) {
        let Some(task) = referenced(document, &service.spec["TaskDefinition"], TASK_DEFINITION)
        else {
            continue;
        };
        let pair = Pair {
            document,
            service: &service,
            task: &task,
        };
        pair.ports(&mut problems);
        pair.port_names(&mut problems);
        pair.network(&mut problems);
        pair.target_groups(&mut problems);
        pair.launch(&mut problems);
        pair.volumes(&mut problems);
    }
    problems
}

struct Pair<'a> {
    document: &'a Document,
    service: &'a Declared<'a>,
    task: &'a Declared<'a>,
}

impl Pair<'_> {
    fn problem(
        &self,
        code: Code,
        what: impl AsRef<str>,
        here: &str,
        there: &str,
        help: impl Into<String>,
    ) -> Diagnostic {
        let message = format!("`{}` {}", self.service.address, what.as_ref());
        Diagnostic::error(code, message)
            .at(self.service.source, here)
            .at(self.task.source, there)
            .help(help)
    }

    fn containers(&self) -> &[Value] {
        self.task.list("ContainerDefinitions")
    }

    /// The network mode, unless it is computed.
    fn mode(&self) -> Option<&str> {
        match &self.task.spec["NetworkMode"] {
            Value::Null => Some("bridge"),
            mode => mode.as_str(),
        }
    }

    /// Load balancers and registries name a container and one of its ports.
    fn ports(&self, problems: &mut Vec<Diagnostic>) {
        let uses =
            ["LoadBalancers", "ServiceRegistries"].map(|property| self.service.list(property));
        for used in uses.into_iter().flatten() {
            let Some(name) = used["ContainerName"].as_str() else {
                continue;
            };
            if self
                .containers()
                .iter()
                .any(|container| !container["Name"].is_string())
            {
                continue;
            }
            let container = self
                .containers()
                .iter()
                .find(|container| container["Name"] == name);
            let Some(container) = container else {
                let names: Vec<_> = self
                    .containers()
                    .iter()
                    .filter_map(|c| c["Name"].as_str())
                    .collect();
                problems.push(self.problem(
                    codes::CONTAINER_UNKNOWN,
                    format!(
                        "sends traffic to container `{name}`, which `{}` does not have",
                        self.task.address
                    ),
                    &format!("`{name}` is named here"),
                    &format!("the containers are {}", quoted(&names)),
                    "use the handle that `container.port(…)` gives",
                ));
                continue;
            };
            if let Some(port) = used["ContainerPort"].as_u64()
                && !exposes(container, port)
            {
                problems.push(self.problem(
                    codes::PORT_NOT_EXPOSED,
                    format!("sends traffic to port {port} of container `{name}`, which does not expose it"),
                    &format!("port {port} is used here"),
                    &format!("`{name}` is declared here"),
                    format!("add `let port = container.port({port});` and use that handle"),
                ));
            }
        }
    }

    /// Service Connect, VPC Lattice and gateways name a port by its name.
    fn port_names(&self, problems: &mut Vec<Diagnostic>) {
        let connect = self.service.spec["ServiceConnectConfiguration"]["Services"].as_array();
        let lattice = self.service.list("VpcLatticeConfigurations").iter();
        let gateways = self.service.list("GatewayConnectors").iter();
        let mappings = || {
            let containers = self.containers().iter();
            containers
                .filter_map(|container| container["PortMappings"].as_array())
                .flatten()
        };
        for used in connect.into_iter().flatten().chain(lattice).chain(gateways) {
            let Some(name) = used["PortName"].as_str() else {
                continue;
            };
            if !mappings().any(|mapping| mapping["Name"] == name || mapping["Name"].is_object()) {
                problems.push(self.problem(
                    codes::PORT_NAME_UNKNOWN,
                    format!(
                        "uses the port name `{name}`, which no container of `{}` gives",
                        self.task.address
                    ),
                    &format!("`{name}` is used here"),
                    "the containers are declared here",
                    "use the handle that `container.named_port(…)` gives",
                ));
            }
        }
    }

    fn network(&self, problems: &mut Vec<Diagnostic>) {
        let given = !self.service.spec["NetworkConfiguration"].is_null();
        match self.mode() {
            Some("awsvpc") if !given => problems.push(self.problem(
                codes::NETWORK_CONFIGURATION_MISMATCH,
                "has no network configuration, which the network mode `awsvpc` needs",
                "subnets and security groups are missing here",
                "the network mode is `awsvpc`",
                "make it with `Service::awsvpc(cluster, task, AwsvpcConfiguration::new(subnets))`",
            )),
            Some(mode) if mode != "awsvpc" && given => problems.push(self.problem(
                codes::NETWORK_CONFIGURATION_MISMATCH,
                format!(
                    "has a network configuration, but its tasks have the network mode `{mode}`"
                ),
                "subnets and security groups are given here",
                &format!("the network mode is `{mode}`"),
                "leave the network configuration out, or make the network mode `awsvpc`",
            )),
            _ => {}
        }
    }

    fn target_groups(&self, problems: &mut Vec<Diagnostic>) {
        let wanted = match self.mode() {
            Some("awsvpc") => "ip",
            Some("bridge" | "host") => "instance",
            _ => return,
        };
        for balancer in self.service.list("LoadBalancers") {
            let arn = &balancer["TargetGroupArn"];
            let kind = "AWS::ElasticLoadBalancingV2::TargetGroup";
            let Some(group) = referenced(self.document, arn, kind) else {
                continue;
            };
            let held = match &group.spec["TargetType"] {
                Value::Null => "instance",
                Value::String(held) => held,
                _ => continue,
            };
            if held != wanted {
                let mode = self.mode().unwrap_or_default();
                let message = format!(
                    "`{}` cannot be balanced by `{}`: tasks in network mode `{mode}` are `{wanted}` targets, not `{held}`",
                    self.service.address, group.address
                );
                problems.push(
                    Diagnostic::error(codes::TARGET_TYPE_MISMATCH, message)
                        .at(self.service.source, "balanced here")
                        .at(group.source, format!("holds `{held}` targets"))
                        .at(self.task.source, format!("the network mode is `{mode}`"))
                        .help(format!("make the target group one of `{wanted}` targets")),
                );
            }
        }
    }

    fn launch(&self, problems: &mut Vec<Diagnostic>) {
        let launch = self.service.spec["LaunchType"].as_str();
        let why = match (launch, self.mode()) {
            (Some("FARGATE"), Some(mode)) if mode != "awsvpc" => {
                format!("runs on Fargate, where the network mode `{mode}` does not exist")
            }
            (Some("FARGATE"), _)
                if self.task.spec["Cpu"].is_null() || self.task.spec["Memory"].is_null() =>
            {
                "runs on Fargate, but its tasks have no size".to_owned()
            }
            (Some("EXTERNAL"), Some("awsvpc")) => {
                "runs on machines outside AWS, where the network mode `awsvpc` does not exist"
                    .to_owned()
            }
            _ => return,
        };
        problems.push(self.problem(
            codes::LAUNCH_MISMATCH,
            why,
            &format!("the launch type is `{}`", launch.unwrap_or_default()),
            "the task definition is made here",
            "make the task definition with `TaskDefinition::fargate(…)`, `::ec2(…)` or `::external(…)` as the service launches it",
        ));
    }

    fn volumes(&self, problems: &mut Vec<Diagnostic>) {
        let left = |name: &str| {
            let mut volumes = self.task.list("Volumes").iter();
            volumes.any(|volume| {
                (volume["Name"] == name || volume["Name"].is_object())
                    && !volume["ConfiguredAtLaunch"].is_null()
            })
        };
        for configured in self.service.list("VolumeConfigurations") {
            let Some(name) = configured["Name"].as_str() else {
                continue;
            };
            if !left(name) {
                problems.push(self.problem(
                    codes::VOLUME_MISMATCH,
                    format!("configures the volume `{name}`, which `{}` does not leave to it", self.task.address),
                    &format!("`{name}` is configured here"),
                    "the volumes are declared here",
                    format!("add `.volume(Volume::configured_at_launch(\"{name}\"))` to the task definition"),
                ));
            }
        }
    }
}

/// Whether a container exposes a port, by itself or in a range. A computed port counts as exposed.
fn exposes(container: &Value, port: u64) -> bool {
    let mappings = container["PortMappings"].as_array();
    mappings.into_iter().flatten().any(|mapping| {
        let range = mapping["ContainerPortRange"].as_str().and_then(|range| {
            let (first, last) = range.split_once('-')?;
            Some(first.parse::<u64>().ok()?..=last.parse::<u64>().ok()?)
        });
        mapping["ContainerPort"] == port
            || mapping["ContainerPort"].is_object()
            || range.is_some_and(|range| range.contains(&port))
    })
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::aws::ec2::SubnetId;
    use crate::aws::ecs::*;
    use crate::aws::elasticloadbalancingv2::{IpTarget, TargetGroupArn};
    use crate::diagnostics::Diagnostic;
    use crate::request::Request;
    use crate::resource::Declare;
    use crate::stack::Stack;
    use crate::value::Input;

    fn problems(
        task: TaskDefinition,
        service: impl FnOnce(Input<TaskDefinitionArn>) -> Service,
    ) -> Vec<Diagnostic> {
        let stack = |cx: &mut Stack| {
            let task = task.declare(cx, "task");
            service(task.arn().into()).declare(cx, "service");
            Ok(())
        };
        Stack::test("t", stack, Request::offline("us-east-1")).problems
    }

    fn fargate() -> TaskDefinition {
        let mut app = Container::new("app", crate::image!("nginx"));
        app.port(80);
        TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512)).container(app)
    }

    fn service(task: Input<TaskDefinitionArn>) -> Service {
        let network = AwsvpcConfiguration::new([SubnetId::existing("subnet-0a1")]);
        Service::new(ClusterName::existing("main"), task).network_configuration(network)
    }

    fn balanced(task: Input<TaskDefinitionArn>, container: &str, port: u16) -> Service {
        let group =
            TargetGroupArn::<IpTarget>::existing("arn:aws:elasticloadbalancing:::targetgroup/a");
        service(task).balance(ContainerPort::existing(container, port), group)
    }

    fn codes(problems: &[Diagnostic]) -> Vec<&str> {
        problems
            .iter()
            .map(|problem| problem.code.0.as_ref())
            .collect()
    }

    #[test]
    fn containers_and_ports_must_exist() {
        assert_eq!(
            codes(&problems(fargate(), |task| balanced(task, "app", 80))),
            [""; 0]
        );
        let wrong = problems(fargate(), |task| balanced(task, "web", 80));
        assert_eq!(codes(&wrong), ["WL-0301"]);
        assert_eq!(
            wrong[0].message,
            "`service` sends traffic to container `web`, which `task` does not have"
        );
        assert_eq!(wrong[0].labels.len(), 2);
        assert_ne!(wrong[0].labels[0].source, wrong[0].labels[1].source);
        assert_eq!(
            codes(&problems(fargate(), |task| balanced(task, "app", 81))),
            ["WL-0302"]
        );
    }

    #[test]
    fn ranges_expose_what_lies_in_them() {
        let app = Container::new("app", crate::image!("nginx")).expose(PortMapping::range("80-89"));
        let task = || {
            TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512)).container(app.clone())
        };
        assert_eq!(
            codes(&problems(task(), |task| balanced(task, "app", 89))),
            [""; 0]
        );
        assert_eq!(
            codes(&problems(task(), |task| balanced(task, "app", 90))),
            ["WL-0302"]
        );
    }

    #[test]
    fn network_mode_and_network_configuration_go_together() {
        let bare = |task| Service::new(ClusterName::existing("main"), task);
        assert_eq!(codes(&problems(fargate(), bare)), ["WL-0305"]);
        let app = || Container::new("app", crate::image!("nginx")).memory(64);
        let bridge = TaskDefinition::ec2(NetworkMode::Bridge).container(app());
        assert_eq!(codes(&problems(bridge.clone(), service)), ["WL-0305"]);
        assert_eq!(
            codes(&problems(bridge, |task| bare(task).launch(Launch::fargate()))),
            ["WL-0310"]
        );
    }

    #[test]
    fn port_names_and_volumes_must_exist() {
        let connect =
            ServiceConnectConfiguration::new(true).serve(PortName::existing("http"), "app", 80);
        let named = |task| service(task).service_connect_configuration(connect.clone());
        assert_eq!(codes(&problems(fargate(), named)), ["WL-0311"]);
        let mut app = Container::new("app", crate::image!("nginx"));
        app.named_port("http", AppProtocol::Http, 80);
        let task = TaskDefinition::fargate(crate::fargate!(cpu: 256, memory: 512)).container(app);
        assert_eq!(codes(&problems(task, named)), [""; 0]);
        let role = crate::aws::iam::RoleArn::existing("arn:aws:iam::123456789012:role/ebs");
        let volume =
            ServiceVolumeConfiguration::new("data", ManagedEbsVolume::new(role).size_in_gib(10));
        let with = |task| service(task).volume_configurations([volume.clone()]);
        assert_eq!(codes(&problems(fargate(), with)), ["WL-0312"]);
        let left = fargate().volume(Volume::configured_at_launch("data"));
        assert_eq!(codes(&problems(left, with)), [""; 0]);
    }
}
