//! A service that accepts no connections: it fetches its work itself, from a queue for example.

use crate::aws::ec2::SecurityGroup;
use crate::aws::ecs::Cluster;
use crate::patterns::network::Network;
use crate::patterns::tasks::{RunningTasks, Tasks, task_setters};
use crate::resource::Handle;
use crate::stack::Stack;

/// Services without a load balancer.
#[derive(Debug)]
pub enum WorkerService {}

/// A worker service that has not been declared yet.
#[derive(Debug)]
#[must_use = "a service is made by `declare`"]
pub struct WorkerServiceDesign {
    tasks: Tasks,
}

impl WorkerService {
    /// A service in a cluster, in the private subnets of a network.
    ///
    /// ```
    /// use windlass::patterns::{Network, WorkerService, ZoneCount};
    /// use windlass::prelude::*;
    /// use windlass::request::Request;
    ///
    /// let document = Stack::test("t", |cx| {
    ///     let network = Network::over(2.zones()).declare(cx, "network");
    ///     let cluster = ecs::Cluster::new().fargate().declare(cx, "cluster");
    ///     let mailer = ecs::Container::new("mailer", windlass::image!("shop/mailer:1"));
    ///     WorkerService::on(&cluster, &network).container(mailer).tasks(2).declare(cx, "mailer");
    ///     Ok(())
    /// }, Request::offline("us-east-1"));
    /// assert_eq!(document.problems, []);
    /// ```
    pub fn on(cluster: &Handle<Cluster>, network: &Network) -> WorkerServiceDesign {
        WorkerServiceDesign {
            tasks: Tasks::on(cluster, network),
        }
    }
}

impl WorkerServiceDesign {
    task_setters!();

    /// Declares the service's parts below a name.
    #[track_caller]
    pub fn declare(self, cx: &mut Stack, name: impl AsRef<str>) -> RunningTasks {
        let name = name.as_ref();
        let group = SecurityGroup::new(format!("Tasks of {name}: nothing comes in"));
        cx.pattern(|cx| cx.within(name, |cx| self.tasks.declare(cx, group, |service| service)))
    }
}
