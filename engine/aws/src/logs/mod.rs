//! Amazon CloudWatch Logs.

mod log_group;
mod reads;

pub use self::reads::Tags;
