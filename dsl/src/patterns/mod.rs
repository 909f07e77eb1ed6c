//! Patterns: several resources that make one thing, with good defaults, over the same kinds that authors can use themselves.
//!
//! A network can be changed in every part, a service in those that have a `change_…`, before they are declared; the parts that others refer to are
//! handles afterwards. Not here: anything that authors could not write down by themselves.

mod load_balanced_service;
pub mod network;
mod task_roles;
mod tasks;
mod worker_service;

pub use load_balanced_service::{
    HealthCheck, LoadBalancedService, LoadBalancedServiceDesign, OwnLoadBalancer,
};
pub use network::{Nat, Network, ZoneCount};
pub use task_roles::{TaskRoles, TaskRolesDesign};
pub use tasks::{Percent, Percentage, RunningTasks, TaskCount};
pub use worker_service::{WorkerService, WorkerServiceDesign};
