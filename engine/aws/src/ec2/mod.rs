//! Amazon EC2: a file for each kind, and the code that its kinds share: filters, tags and reads.

mod alive;
mod eip;
mod filtered;
mod gateways;
mod group_rules;
mod holders;
mod instance_requirements;
mod internet_gateway;
mod launch_template;
mod nat_gateway;
mod nat_gateway_addresses;
mod route;
mod route_table;
mod route_tables;
mod rules;
mod security_group;
mod security_group_egress;
mod security_group_ingress;
mod subnet;
mod subnet_route_table_association;
pub(crate) mod tags;
mod vpc;
mod vpc_endpoint;
mod vpc_gateway_attachment;
mod words;

pub use self::alive::first as first_alive;
