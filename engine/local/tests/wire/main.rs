//! The local cloud's gateway over the network, with a real moto behind it. The tests install moto first if it is missing.

mod client;
mod ecs;
mod instrument;
mod lagging;
mod network;
mod refusals;
mod security;
mod services;
