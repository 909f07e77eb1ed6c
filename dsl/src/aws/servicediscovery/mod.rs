//! AWS Cloud Map: namespaces and the services in them.

mod http_namespace;
mod name;
mod private_dns_namespace;
mod service;

pub use http_namespace::{HttpNamespace, HttpNamespaceChange, HttpNamespaceResolved};
pub use private_dns_namespace::{
    DnsProperties, DnsPropertiesResolved, NamespaceProperties, NamespacePropertiesResolved,
    PrivateDnsNamespace, PrivateDnsNamespaceChange, PrivateDnsNamespaceResolved, Soa, SoaResolved,
};
pub use service::{
    CustomHealthCheck, CustomHealthCheckResolved, DnsConfig, DnsConfigResolved, DnsRecord,
    DnsRecordResolved, HealthCheck, HealthCheckResolved, HealthCheckType, RecordType,
    Route53HealthCheck, Route53HealthCheckResolved, RoutingPolicy, Service, ServiceChange,
    ServiceResolved, ServiceType,
};

crate::ids! {
    /// A namespace.
    NamespaceId = "ns-";
    /// A namespace.
    NamespaceArn = "arn:";
    /// A service.
    ServiceId = "srv-";
    /// A service.
    ServiceArn = "arn:";
}
