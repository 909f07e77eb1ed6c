//! The whole engine on the simulated cloud, one module for each concern.

mod catalogue;
mod crash;
mod deadlocks;
mod drift;
mod failure;
mod faults;
mod import;
mod interrupt;
mod left_behind;
mod lifecycle;
mod not_ours;
mod older;
mod parsers;
mod properties;
mod protection;
mod readback;
mod renames;
mod replace_each;
mod rollback;
mod secrets;
mod sweep;
mod visibility;
mod weather;
