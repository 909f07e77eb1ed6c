//! The local cloud: moto's server, managed, and Windlass's gateway in front of it.
//!
//! Read in this order: [`LocalCloud`] starts and asks a background daemon, [`serve`] is that daemon, [`EmbeddedCloud`] is the same within a test's
//! process. Behind them: `moto` (install, run), `gateway` (the proxy), `rules` and `calls` (fault injection and call log), `ecs` (ECS that rolls out),
//! `gaps` (what else moto lacks and the gateway has), `open_gaps` (what is still missing). `docs/local-cloud.md` describes it for users.
//!
//! Architecture invariants: depends on no other Windlass crate and on no AWS SDK; binds and reaches loopback addresses only ([`Loopback`]); reads no
//! AWS credentials; never a second emulator.

mod abandoned_calls;
mod backend;
mod callers;
mod calls;
mod clock;
mod cloud;
mod control;
mod daemon;
mod ecs;
mod embedded;
mod endpoints;
mod gaps;
mod gateway;
mod held;
mod home;
mod lag;
mod loopback;
mod models;
mod moto;
mod open_gaps;
mod operation;
mod protocol_error;
mod rules;
mod status;
mod tagged;

pub use calls::{CallRecord, Calls};
pub use cloud::{CloudError, Control, ControlError, DaemonCommand, LocalCloud, Progress};
pub use daemon::{ServeError, serve};
pub use embedded::{EmbedError, EmbeddedCloud};
pub use home::{HOME_VARIABLE, Home, HomeError, PYTHON_VARIABLE};
pub use loopback::{Loopback, LoopbackError};
pub use models::Models;
pub use moto::install::{InstallError, python};
pub use moto::process::MotoError;
pub use moto::{ACCOUNT_HEADER, DEFAULT_ACCOUNT, MOTO_VERSION};
pub use open_gaps::{Moto, OPEN_GAPS, OpenGap};
pub use rules::{
    BucketScope, CutWhen, EcsRules, Effect, ImageRule, Match, Rule, Rules, RulesError,
    VISIBILITY_SCALE,
};
pub use status::{Lost, Status};
