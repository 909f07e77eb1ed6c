//! Amazon CloudWatch Logs: the kind of log groups, its reads and its tags.

mod log_group;
mod reads;
mod tags;
mod words;

pub use self::tags::Tags;
