//! Elastic Load Balancing. Its API takes no client token: after a lost create, Windlass finds the resource by name or place, and recognizes it by the
//! intent's tag.

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
mod words;

pub use tags::tags_of;
