//! AWS Cloud Map: namespaces and the services in them.

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
