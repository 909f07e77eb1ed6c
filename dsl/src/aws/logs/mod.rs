//! Amazon CloudWatch Logs.

mod log_group;
mod retention;

pub use log_group::{LogGroup, LogGroupChange, LogGroupClass, LogGroupResolved};
pub use retention::Retention;

crate::ids! {
    /// The name of a log group.
    LogGroupName = "";
    /// A log group.
    LogGroupArn = "arn:";
}
