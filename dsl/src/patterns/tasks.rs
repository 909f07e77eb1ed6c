//! What the services of all patterns have in common: containers, size, count, scaling, log, roles and security group.
//!
//! Not here: how traffic reaches them.

use std::fmt;
use std::ops::RangeInclusive;

use crate::aws::applicationautoscaling::{
    PredefinedMetricType, ScalableTarget, ScalingPolicy, TargetTracking,
};
use crate::aws::ec2::SecurityGroup;
use crate::aws::ecs::{
    AwsVpc, AwsvpcConfiguration, Cluster, Container, DeploymentConfiguration, FargateSize, Launch,
    Service, TaskDefinition,
};
use crate::aws::iam::policy::{Identity, IntoPolicy, PolicyDocument};
use crate::aws::logs::{LogGroup, Retention};
use crate::patterns::network::Network;
use crate::patterns::task_roles::TaskRoles;
use crate::resource::{Declare, Handle};
use crate::stack::Stack;

/// A percentage: `60.percent()`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Percent(pub f64);

/// Number types that can be percentages.
pub trait Percentage {
    /// The number as a percentage.
    fn percent(self) -> Percent;
}

impl Percentage for u32 {
    fn percent(self) -> Percent {
        Percent(self.into())
    }
}

/// The number of tasks: a fixed number, or a range from the minimum to the maximum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCount(RangeInclusive<u32>);

impl From<u32> for TaskCount {
    fn from(count: u32) -> Self {
        Self(count..=count)
    }
}

impl From<RangeInclusive<u32>> for TaskCount {
    fn from(count: RangeInclusive<u32>) -> Self {
        Self(count)
    }
}

/// Changes that an author makes to a part before a pattern declares it.
pub(super) struct Changes<T>(Vec<Box<dyn FnOnce(T) -> T>>);

impl<T> Changes<T> {
    pub(super) fn add(&mut self, change: impl FnOnce(T) -> T + 'static) {
        self.0.push(Box::new(change));
    }

    pub(super) fn apply(self, spec: T) -> T {
        self.0.into_iter().fold(spec, |spec, change| change(spec))
    }
}

impl<T> Default for Changes<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> fmt::Debug for Changes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} changes", self.0.len())
    }
}

/// The tasks of a service that has not been declared yet.
#[derive(Debug)]
pub(super) struct Tasks {
    pub cluster: Handle<Cluster>,
    pub network: Network,
    pub containers: Vec<Container>,
    pub size: FargateSize,
    pub count: TaskCount,
    pub cpu: Option<Percent>,
    pub launch: Launch,
    pub retention: Retention,
    pub grants: Vec<(String, PolicyDocument<Identity>)>,
    pub security_group: Changes<SecurityGroup>,
    pub task_definition: Changes<TaskDefinition>,
    pub service: Changes<Service<AwsVpc>>,
}

/// The parts that every service pattern declares.
#[derive(Debug, Clone)]
pub struct RunningTasks {
    /// The log group of the containers: `logs`.
    pub logs: Handle<LogGroup>,
    /// The roles: `execution-role` and `task-role`.
    pub roles: TaskRoles,
    /// The tasks' security group: `security-group`.
    pub security_group: Handle<SecurityGroup>,
    /// The task definition: `task-definition`.
    pub task_definition: Handle<TaskDefinition>,
    /// The service: `service`.
    pub service: Handle<Service<AwsVpc>>,
    /// The scalable target, if the service is scaled: `scalable-target`.
    pub scalable_target: Option<Handle<ScalableTarget>>,
}

impl Tasks {
    pub fn on(cluster: &Handle<Cluster>, network: &Network) -> Self {
        Self {
            cluster: cluster.clone(),
            network: network.clone(),
            containers: Vec::new(),
            size: crate::fargate!(cpu: 256, memory: 512),
            count: 1.into(),
            cpu: None,
            launch: Launch::fargate(),
            retention: Retention::Days30,
            grants: Vec::new(),
            security_group: Changes::default(),
            task_definition: Changes::default(),
            service: Changes::default(),
        }
    }

    pub fn grant(&mut self, name: impl Into<String>, policy: impl IntoPolicy<Identity>) {
        self.grants.push((name.into(), policy.into_policy()));
    }

    /// Declares everything in the current scope. `balance` connects the service to its load balancer.
    #[track_caller]
    pub fn declare(
        self,
        cx: &mut Stack,
        security_group: SecurityGroup,
        balance: impl FnOnce(Service<AwsVpc>) -> Service<AwsVpc>,
    ) -> RunningTasks {
        let logs = LogGroup::new()
            .retention_in_days(self.retention)
            .declare(cx, "logs");
        let mut roles = TaskRoles::of(&self.containers).logs_to(&logs);
        for (name, policy) in self.grants {
            roles = roles.grant(name, policy);
        }
        let roles = roles.declare(cx);
        let group = self.security_group.apply(security_group);
        let security_group = group
            .vpc(self.network.vpc.id())
            .declare(cx, "security-group");
        let region = cx.region().to_owned();
        let mut definition = TaskDefinition::fargate(self.size)
            .execution_role_arn(roles.execution.arn())
            .task_role_arn(roles.task.arn());
        for container in self.containers {
            let logged = match container.log_configuration {
                Some(_) => container,
                None => container.log_to(logs.name(), region.as_str()),
            };
            definition = definition.container(logged);
        }
        let task_definition = self
            .task_definition
            .apply(definition)
            .declare(cx, "task-definition");
        let placement = AwsvpcConfiguration::new(self.network.private_ids())
            .security_groups([security_group.id()]);
        let service = Service::awsvpc(self.cluster.name(), task_definition.arn(), placement)
            .launch(self.launch)
            .desired_count(*self.count.0.start())
            .deployment_configuration(DeploymentConfiguration::rolling().rolls_back());
        let service = self.service.apply(balance(service));
        let service = match self.cpu {
            // After creation, the number of tasks belongs to what scales the service.
            Some(_) => service
                .owned_elsewhere("DesiredCount")
                .declare(cx, "service"),
            None => service.declare(cx, "service"),
        };
        let scalable_target = self.cpu.map(|cpu| {
            let target =
                ScalableTarget::ecs_service(self.cluster.name(), service.name(), self.count.0)
                    .declare(cx, "scalable-target");
            let metric = PredefinedMetricType::EcsServiceAverageCpuUtilization;
            ScalingPolicy::new("cpu", &target, TargetTracking::of(metric, cpu.0))
                .declare(cx, "scale-on-cpu");
            target
        });
        RunningTasks {
            logs,
            roles,
            security_group,
            task_definition,
            service,
            scalable_target,
        }
    }
}

/// The setters that every service pattern has, over its field `tasks`.
macro_rules! task_setters {
    () => {
        /// Adds a container. It logs to the service's log group, unless it says otherwise.
        pub fn container(mut self, container: crate::aws::ecs::Container) -> Self {
            self.tasks.containers.push(container);
            self
        }

        /// The size of a task: `fargate!(cpu: 256, memory: 512)`, which is also the default.
        pub fn size(mut self, size: crate::aws::ecs::FargateSize) -> Self {
            self.tasks.size = size;
            self
        }

        /// The number of tasks: `2`, or `2..=10` for a service that is scaled. One by default.
        pub fn tasks(mut self, count: impl Into<crate::patterns::TaskCount>) -> Self {
            self.tasks.count = count.into();
            self
        }

        /// Scales the number of tasks so that their average CPU use stays at this percentage.
        pub fn scale_on_cpu(mut self, share: crate::patterns::Percent) -> Self {
            self.tasks.cpu = Some(share);
            self
        }

        /// What tasks run on. Fargate by default.
        pub fn launch(mut self, launch: crate::aws::ecs::Launch) -> Self {
            self.tasks.launch = launch;
            self
        }

        /// How long AWS keeps logs. 30 days by default.
        pub fn log_retention(mut self, retention: crate::aws::logs::Retention) -> Self {
            self.tasks.retention = retention;
            self
        }

        /// Gives the program in the tasks permissions, under a policy name.
        pub fn grant(
            mut self,
            name: impl Into<String>,
            policy: impl crate::aws::iam::policy::IntoPolicy<crate::aws::iam::policy::Identity>,
        ) -> Self {
            self.tasks.grant(name, policy);
            self
        }

        /// Changes the tasks' security group before it is declared.
        pub fn change_security_group(
            mut self,
            change: impl FnOnce(crate::aws::ec2::SecurityGroup) -> crate::aws::ec2::SecurityGroup
            + 'static,
        ) -> Self {
            self.tasks.security_group.add(change);
            self
        }

        /// Changes the task definition before it is declared.
        pub fn change_task_definition(
            mut self,
            change: impl FnOnce(crate::aws::ecs::TaskDefinition) -> crate::aws::ecs::TaskDefinition
            + 'static,
        ) -> Self {
            self.tasks.task_definition.add(change);
            self
        }

        /// Changes the service before it is declared.
        pub fn change_service(
            mut self,
            change: impl FnOnce(
                crate::aws::ecs::Service<crate::aws::ecs::AwsVpc>,
            ) -> crate::aws::ecs::Service<crate::aws::ecs::AwsVpc>
            + 'static,
        ) -> Self {
            self.tasks.service.add(change);
            self
        }
    };
}
pub(super) use task_setters;
