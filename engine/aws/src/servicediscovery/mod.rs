//! AWS Cloud Map. The creator request id of a create is the intent's, so that what a lost create made is known by it.

mod errors;
mod http_namespace;
mod leftovers;
mod namespace;
mod private_dns_namespace;
mod service;
mod tags;

pub use self::tags::Tags;
