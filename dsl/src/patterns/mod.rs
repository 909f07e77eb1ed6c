//! Patterns: several resources that make one thing, with good defaults, over the same kinds that authors can use themselves.
//!
//! Nothing is hidden in a pattern: all that it makes can be changed before it is declared, and is a handle afterwards.

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
