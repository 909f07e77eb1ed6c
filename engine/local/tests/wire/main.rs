//! The gateway over the wire, with a real moto behind; installs moto first where that has not been done.

mod client;
mod ecs;
mod instrument;
