//! AWS over its SDK: the life cycles of the catalogue's kinds behind [`windlass_engine::provider::Provider`].
//!
//! Architecture invariant: only this crate uses the `aws-sdk-*` crates. Nothing in this crate decides which step runs when.

mod applicationautoscaling;
mod applied_tags;
mod autoscaling;
mod chain;
mod clients;
mod clock;
mod discreet;
mod ec2;
mod ecs;
mod elasticloadbalancingv2;
mod error;
mod guard;
mod iam;
mod lifecycle;
mod logs;
mod lookup;
mod losses;
mod observed;
mod prelude;
mod profiles;
mod provider;
mod reads;
mod registry;
mod secretsmanager;
mod servicediscovery;
mod services;
mod sweep;
mod table;
mod tagging;
mod wording;

pub use chain::{CredentialChain, SigningKeys};
pub use clients::{Access, AccessError, default_region};
pub use clock::WindowScale;
pub use error::exists;
pub use guard::Held;
pub use profiles::check_profile;
pub use provider::AwsProvider;
pub use registry::{classed, timing, wordings};
pub use wording::Wording;
