//! Patterns: groups of resources with good defaults, built from the same kinds that authors can use themselves.
//!
//! Before it is declared, a network can be changed in every part, and a service in the parts that have a `change_…`. Afterwards, the parts that others
//! refer to are handles. Not here: anything that authors could not write down themselves.

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
