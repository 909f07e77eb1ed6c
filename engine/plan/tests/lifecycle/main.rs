//! One file for each situation in a resource's life.

mod create;
mod kinds;
mod replace;
mod stage;
