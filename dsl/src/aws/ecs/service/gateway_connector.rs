//! How a service is reached through an ECS gateway that is associated with its cluster.
//!
//! Not here: gateways and their associations, which are no kinds of the catalogue. AWS shows connectors on service revisions only, not on services.

use windlass_derive::Block;

use crate::aws::ecs::PortName;
use crate::stack::Checks;
use crate::value::Input;

crate::text_enum! {
    /// The clients that reach a gateway.
    pub enum GatewayAccessType {
        /// Clients on the internet.
        Public = "PUBLIC",
        /// Clients in the VPC.
        Private = "PRIVATE",
    }
    /// How a gateway asks whether a task is healthy.
    pub enum GatewayHealthCheckProtocol {
        /// Over HTTP.
        Http = "HTTP",
        /// Over HTTPS.
        Https = "HTTPS",
    }
}

/// A named port that gateways of the cluster send traffic to.
#[derive(Debug, Clone, Block)]
pub struct GatewayConnector {
    /// The port, which a container names: `app.named_port(…)`.
    pub port_name: Input<PortName>,
    /// How a gateway asks whether a task is healthy.
    pub health_check: Option<GatewayConnectorHealthCheck>,
    /// Which gateways send traffic. Without filters, all that fit.
    pub filters: Option<GatewayConnectorFilters>,
}

/// Which gateways send traffic.
#[derive(Debug, Clone, Block)]
pub struct GatewayConnectorFilters {
    /// Gateways with these types of access, at most 2.
    #[field(set)]
    pub access_types: Vec<Input<GatewayAccessType>>,
}

/// How a gateway asks whether a task is healthy. AWS documents no bounds and no defaults.
#[derive(Debug, Clone, Block)]
pub struct GatewayConnectorHealthCheck {
    /// The protocol.
    pub health_check_protocol: Option<Input<GatewayHealthCheckProtocol>>,
    /// The port.
    pub health_check_port: Option<Input<u16>>,
    /// The path of the request.
    pub health_check_path: Option<Input<String>>,
    /// After how many seconds without an answer a check has failed.
    pub health_check_timeout_seconds: Option<Input<u32>>,
    /// How many seconds pass between two checks of a task.
    pub health_check_interval_seconds: Option<Input<u32>>,
    /// After how many checks in a row that succeed a task counts as healthy.
    pub healthy_threshold_count: Option<Input<u32>>,
    /// After how many checks in a row that fail a task counts as unhealthy.
    pub unhealthy_threshold_count: Option<Input<u32>>,
    /// Which codes mean that a task is healthy.
    pub matcher: Option<GatewayConnectorHealthCheckMatcher>,
}

/// Which codes mean that a task is healthy.
#[derive(Debug, Clone, Block)]
pub struct GatewayConnectorHealthCheckMatcher {
    /// HTTP codes, such as `200`.
    pub http_code: Option<Input<String>>,
    /// gRPC codes, such as `0`.
    pub grpc_code: Option<Input<String>>,
}

/// Reports what AWS would refuse.
pub(super) fn check(connectors: &[GatewayConnector], checks: &mut Checks<'_>) {
    let types = |connector: &GatewayConnector| {
        let filters = connector.filters.as_ref();
        filters.map_or(0, |filters| filters.access_types.len())
    };
    let most_types = connectors.iter().map(types).max().unwrap_or(0);
    for (property, count, most) in [
        ("GatewayConnectors", connectors.len(), 1),
        ("GatewayConnectors.Filters.AccessTypes", most_types, 2),
    ] {
        if count > most {
            checks.invalid(
                property,
                format!("has {count} members"),
                format!("AWS takes at most {most}"),
            );
        }
    }
}
