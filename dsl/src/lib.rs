//! Windlass: the language of stacks.
//!
//! A stack is a Rust function that declares resources on a [`Stack`]; [`main!`] makes it a program. The program is light: it writes the desired
//! [document](document::Document), and the engine, a separate program, does the rest.
//!
//! Architecture invariant: no tokio, no petgraph, no AWS SDK. Stack authors never wait for those to compile.

extern crate self as windlass;

pub mod address;
pub mod aws;
pub mod canonical;
mod checks;
pub mod cidr;
pub mod codes;
pub mod diagnostics;
pub mod document;
pub mod expr;
pub mod parameters;
pub mod partition;
pub mod patterns;
pub mod request;
pub mod resource;
pub mod runner;
pub mod schema;
pub mod stack;
mod texts;
pub mod value;

pub use stack::{Result, Stack};

/// The names that a stack program uses: `use windlass::prelude::*;`.
pub mod prelude {
    pub use crate::aws;
    pub use crate::aws::{
        applicationautoscaling, autoscaling, ec2, ecs, elasticloadbalancingv2, iam, logs,
        secretsmanager, servicediscovery,
    };
    pub use crate::parameters::parameter;
    pub use crate::patterns::{
        HealthCheck, LoadBalancedService, Nat, Network, OwnLoadBalancer, Percentage, TaskRoles,
        WorkerService, ZoneCount,
    };
    pub use crate::resource::{Declare, Handle};
    pub use crate::stack::{Result, Stack};
    pub use crate::value::{Input, IntoInput, Output};
    pub use crate::{cidr, fargate, image};
}

/// Items that the derives refer to. Not for authors.
#[doc(hidden)]
pub mod private {
    pub use serde;
    pub use serde_json;
}
