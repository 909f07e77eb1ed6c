//! The blocks of a service, as request and as answer: network, load balancing, gateways, registries, volumes, metrics and placement.

use aws_sdk_ecs::types::Service;
use serde_json::Value;

use super::by_ecs;
use super::rollout::primary;
use crate::ecs::last_part;
use crate::table::{Shown as _, tables};

tables! { windlass::aws::ecs => aws_sdk_ecs;
    ServiceRegistry;
    VpcLatticeConfiguration;
    VpcLatticeAdvancedConfiguration;
    GatewayConnector;
    GatewayConnectorFilters;
    GatewayConnectorHealthCheck;
    GatewayConnectorHealthCheckMatcher;
    ServiceMonitoring => MonitoringConfiguration;
    ServiceMetricConfiguration => MetricConfiguration { "MetricNames" always; }
    PlacementConstraint { "Type" as r#type; }
    PlacementStrategy { "Type" as r#type; }
    NetworkConfiguration;
    AwsvpcConfiguration => AwsVpcConfiguration { "Subnets" always; }
    ServiceLoadBalancer => LoadBalancer;
    AdvancedConfiguration;
    ServiceVolumeConfiguration;
    ManagedEbsVolume => ServiceManagedEbsVolumeConfiguration;
    EbsTagSpecification;
    Service => create_service | Service {
        "Cluster" shown by cluster;
        "PlacementStrategies" as placement_strategy;
        "ForceNewDeployment" not sent, not shown;
        "DeploymentController" shown by controller;
        "ServiceConnectConfiguration" shown by service_connect;
        "VolumeConfigurations" shown by volumes;
        "VpcLatticeConfigurations" shown by lattice;
        "Role" shown as role_arn;
        launch { "LaunchType" shown by launch_type; }
    }
}

/// The cluster's name. AWS answers with the cluster's ARN.
fn cluster(service: &Service) -> Option<&str> {
    service.cluster_arn.as_deref().map(last_part)
}

/// The author's launch type. A service with a strategy has none, although AWS derives and returns one.
fn launch_type(service: &Service) -> Option<Value> {
    let follows = service.capacity_provider_strategy.shown().is_some();
    service.launch_type.shown().filter(|_| !follows)
}

/// The deployment controller. AWS may leave it out if it is ECS (aws-cloudformation/cloudformation-coverage-roadmap#1259).
fn controller(service: &Service) -> Option<Value> {
    let controller = service.deployment_controller.clone();
    controller.unwrap_or_else(by_ecs).shown()
}

fn service_connect(service: &Service) -> Option<Value> {
    primary(service)?.service_connect_configuration.shown()
}

fn volumes(service: &Service) -> Option<Value> {
    primary(service)?.volume_configurations.shown()
}

fn lattice(service: &Service) -> Option<Value> {
    primary(service)?.vpc_lattice_configurations.shown()
}
