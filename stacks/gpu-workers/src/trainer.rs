//! A service that trains, one GPU for each task.

use windlass::aws::ec2::SecurityGroup;
use windlass::aws::ecs::{
    AwsvpcConfiguration, CapacityProvider, Cluster, Container, DeploymentConfiguration, Launch,
    NetworkMode, Service, TaskDefinition,
};
use windlass::aws::logs::{LogGroup, Retention};
use windlass::prelude::*;

pub fn declare(
    cx: &mut Stack,
    network: &Network,
    cluster: &Handle<Cluster>,
    gpus: &Handle<CapacityProvider>,
    workers: u32,
) {
    let logs = LogGroup::new()
        .retention_in_days(Retention::Days14)
        .declare(cx, "logs");
    let region = cx.region().to_owned();
    let trainer = Container::new("trainer", image!("public.ecr.aws/shop/trainer:3"))
        .cpu(2048u32)
        .memory(12_288u32)
        .gpus(1)
        .log_to(logs.name(), region.as_str());
    let roles = TaskRoles::of([&trainer]).logs_to(&logs).declare(cx);
    let group = SecurityGroup::new("Training tasks: nothing comes in")
        .vpc(network.vpc.id())
        .declare(cx, "security-group");
    let definition = TaskDefinition::ec2(NetworkMode::Awsvpc)
        .execution_role_arn(roles.execution.arn())
        .task_role_arn(roles.task.arn())
        .container(trainer)
        .declare(cx, "task-definition");
    let placement = AwsvpcConfiguration::new(network.private_ids()).security_groups([group.id()]);
    Service::awsvpc(cluster.name(), definition.arn(), placement)
        .launch(Launch::on(gpus.name()))
        .desired_count(workers)
        .deployment_configuration(DeploymentConfiguration::rolling().rolls_back())
        .declare(cx, "service");
}
