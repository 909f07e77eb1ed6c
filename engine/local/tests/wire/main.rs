//! The gateway over the wire, with a real moto behind; installs moto first where that has not been done.

mod client;
mod ecs;
mod instrument;
mod lagging;
mod network;
mod refusals;
mod security;
mod services;
