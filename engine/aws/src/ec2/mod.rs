//! Amazon EC2: a file per kind, and what its kinds share: filters, tags, and how they are read.

mod eip;
mod gateways;
mod internet_gateway;
mod nat_gateway;
mod nat_gateway_addresses;
mod route;
mod route_table;
mod route_tables;
mod states;
mod subnet;
mod subnet_route_table_association;
pub(crate) mod tags;
mod vpc;
mod vpc_gateway_attachment;
