//! Elastic Load Balancing. Its API takes no client token: what a lost create made is found by name or place, and known by its intent tag.

mod actions;
mod attributes;
mod conditions;
mod errors;
mod listener;
mod listener_rule;
mod load_balancer;
mod read;
mod tags;
mod target_group;

pub use tags::tags_of;
