//! One service with everything that belongs to it: twelve resources.

use windlass::aws::ec2::{Ingress, SecurityGroup, SecurityGroupIngress};
use windlass::aws::ecs::{
    AwsvpcConfiguration, Cluster, Container, DeploymentConfiguration, Image, Launch, Service,
    ServiceRegistry, TaskDefinition,
};
use windlass::aws::elasticloadbalancingv2::{
    Action, Listener, ListenerRule, Protocol, RuleCondition, TargetGroup,
};
use windlass::aws::iam::{Allow, Role, RolePolicy, principal};
use windlass::aws::logs::{LogGroup, Retention};
use windlass::aws::secretsmanager::Secret;
use windlass::aws::servicediscovery::{self, DnsRecord, PrivateDnsNamespace, RecordType};
use windlass::prelude::*;

use crate::network::Network;

/// The port of every service.
const PORT: u16 = 8080;

/// What all services share.
pub struct Platform {
    pub network: Network,
    pub alb: Handle<SecurityGroup>,
    pub listener: Handle<Listener>,
    pub namespace: Handle<PrivateDnsNamespace>,
    pub cluster: Handle<Cluster>,
}

impl Platform {
    pub fn service(&self, cx: &mut Stack, name: &str, number: u32, release: &str) {
        let execution = Role::assumed_by(principal::EcsTasks)
            .role_name(format!("{name}-exec"))
            .declare(cx, "execution-role");
        let task = Role::assumed_by(principal::EcsTasks)
            .role_name(format!("{name}-task"))
            .declare(cx, "task-role");
        let read = Allow::actions(["secretsmanager:GetSecretValue"]).on_anything();
        RolePolicy::new(execution.name(), "exec", read).declare(cx, "execution-policy");
        let logs = LogGroup::new()
            .log_group_name(format!("/ecs/{name}"))
            .retention_in_days(Retention::Days14)
            .declare(cx, "logs");
        let group = SecurityGroup::new(name)
            .group_name(name)
            .vpc(self.network.vpc.id())
            .declare(cx, "security-group");
        SecurityGroupIngress::on(&group, Ingress::tcp(PORT).from(&self.alb))
            .declare(cx, "from-alb");
        let secret = Secret::empty()
            .name(format!("{name}-secret"))
            .force_delete_without_recovery()
            .declare(cx, "secret");
        let target_group = TargetGroup::ip(self.network.vpc.id(), Protocol::Http, PORT)
            .name(name)
            .health_check_path("/healthz")
            .declare(cx, "target-group");
        let paths = RuleCondition::paths([format!("/{name}/*")]);
        let forward = Action::forward(target_group.arn());
        ListenerRule::new(self.listener.arn(), number + 1, [paths], [forward]).declare(cx, "rule");
        let record = DnsRecord::new(RecordType::A, 10u32);
        let discovery = servicediscovery::Service::dns(self.namespace.id(), name, [record])
            .declare(cx, "discovery");

        let image = Image::from_text(format!("nginx:{release}"));
        let region = cx.region().to_owned();
        let mut app = Container::new("app", image)
            .env("A", "b")
            .secret("S", secret.arn())
            .log_to(logs.name(), region.as_str());
        let http = app.port(PORT);
        let definition = TaskDefinition::fargate(fargate!(cpu: 256, memory: 512))
            .family(name)
            .execution_role_arn(execution.arn())
            .task_role_arn(task.arn())
            .container(app)
            .declare(cx, "task-definition");
        let placement =
            AwsvpcConfiguration::new(self.network.private_ids()).security_groups([group.id()]);
        Service::awsvpc(self.cluster.name(), definition.arn(), placement)
            .service_name(name)
            .desired_count(2u32)
            .launch(Launch::fargate())
            .balance(http, target_group.arn())
            .service_registries([ServiceRegistry::new(discovery.arn())])
            .deployment_configuration(DeploymentConfiguration::rolling().rolls_back())
            .declare(cx, "service");
    }
}
