//! Wire fixtures of Amazon EC2.

pub mod eip;
pub mod internet_gateway;
pub mod nat_gateway;
pub mod route;
pub mod route_table;
pub mod subnet;
pub mod subnet_route_table_association;
pub mod vpc;
pub mod vpc_gateway_attachment;
