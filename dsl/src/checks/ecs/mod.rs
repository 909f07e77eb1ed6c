//! Whether services, task definitions, clusters and capacity fit each other.
//!
//! These checks look only at what the stack itself declares. AWS checks what a literal or a computed value names.

mod capacity;
mod code_deploy;
mod secrets;
mod service;

pub(super) use capacity::capacity;
pub(super) use code_deploy::owned_by_code_deploy;
pub(super) use secrets::readable_secrets;
pub(super) use service::services;

const CLUSTER: &str = "AWS::ECS::Cluster";
const ASSOCIATIONS: &str = "AWS::ECS::ClusterCapacityProviderAssociations";
const CAPACITY_PROVIDER: &str = "AWS::ECS::CapacityProvider";
const TASK_DEFINITION: &str = "AWS::ECS::TaskDefinition";
const SERVICE: &str = "AWS::ECS::Service";
