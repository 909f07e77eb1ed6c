//! The right form of every case in `compile_fail`: it proves that each of them fails for its own reason only.

use windlass::aws::ec2::{InternetGateway, Route, RouteTable, SecurityGroup, Subnet, Vpc};
use windlass::aws::ecs::{
    AwsVpc, AwsvpcConfiguration, Container, ContainerPort, Service, TaskDefinition,
};
use windlass::aws::elasticloadbalancingv2::{IpTarget, TargetGroup};
use windlass::aws::iam::principal::{Ec2, EcsTasks};
use windlass::aws::iam::{Allow, InstanceProfile, ManagedPolicy, Role};
use windlass::aws::secretsmanager::Secret;
use windlass::aws::servicediscovery::PrivateDnsNamespace;
use windlass::prelude::*;

fn runs_as(task: TaskDefinition, role: &Handle<Role<EcsTasks>>) -> TaskDefinition {
    task.task_role_arn(role.arn())
}

fn balanced(
    service: Service<AwsVpc>,
    port: &ContainerPort,
    group: &Handle<TargetGroup<IpTarget>>,
) -> Service<AwsVpc> {
    service.balance(port, group.arn())
}

fn with_password(app: Container, password: &Handle<Secret>) -> Container {
    app.secret("DB_PASSWORD", password).env("LOG_LEVEL", "info")
}

fn reached_by(network: AwsvpcConfiguration, group: &Handle<SecurityGroup>) -> AwsvpcConfiguration {
    network.security_groups([group.id()])
}

fn namespace(vpc: &Handle<Vpc>) -> PrivateDnsNamespace {
    PrivateDnsNamespace::new(vpc.id(), "shop.internal")
}

fn profile(role: &Handle<Role<Ec2>>) -> InstanceProfile {
    InstanceProfile::new(role)
}

fn subnet(vpc: &Handle<Vpc>) -> Subnet {
    Subnet::new(vpc.id(), cidr!("10.0.1.0/24"))
}

fn route(table: &Handle<RouteTable>, gateway: &Handle<InternetGateway>) -> Route {
    Route::new(table.id(), cidr!("0.0.0.0/0"), gateway.id())
}

fn policy() -> ManagedPolicy {
    ManagedPolicy::new(Allow::actions(["s3:GetObject"]).on("arn:aws:s3:::uploads/*"))
}

fn main() {
    let _ = (
        runs_as,
        balanced,
        with_password,
        reached_by,
        namespace,
        profile,
        subnet,
        route,
        policy,
    );
    let _ = (
        fargate!(cpu: 256, memory: 512),
        image!("nginx:1.27"),
        Role::assumed_by(EcsTasks),
    );
}
