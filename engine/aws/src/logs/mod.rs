//! Amazon CloudWatch Logs.

mod log_group;
mod reads;
