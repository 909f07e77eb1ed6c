//! AWS Cloud Map. The creator request id of a create is the intent's id, so that Windlass recognizes the result of a lost create.

mod errors;
mod http_namespace;
mod leftovers;
mod namespace;
mod private_dns_namespace;
mod service;
mod tags;
mod words;

pub use self::tags::Tags;
