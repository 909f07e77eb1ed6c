//! Amazon EC2: a file per kind, and what its kinds share: filters, tags, and how they are read.

mod eip;
mod gateways;
pub(crate) mod instance_requirements;
mod internet_gateway;
mod launch_template;
mod nat_gateway_addresses;
mod nat_gateway;
mod route_table;
mod route_tables;
mod route;
mod rules;
mod security_group_egress;
mod security_group_ingress;
mod security_group;
mod states;
mod subnet_route_table_association;
mod subnet;
pub(crate) mod tags;
mod vpc_endpoint;
mod vpc_gateway_attachment;
mod vpc;
