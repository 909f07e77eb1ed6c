//! The whole engine over the simulated cloud, a module per concern.

mod catalogue;
mod crash;
mod deadlocks;
mod failure;
mod faults;
mod interrupt;
mod lifecycle;
mod parsers;
mod properties;
