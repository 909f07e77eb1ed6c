//! Amazon ECS: clusters, capacity, task definitions and services.

crate::ids! {
    /// The name of a cluster.
    ClusterName = "";
    /// A cluster.
    ClusterArn = "arn:";
    /// The name of a capacity provider, `FARGATE` and `FARGATE_SPOT` included.
    CapacityProviderName = "";
    /// One revision of a task definition.
    TaskDefinitionArn = "arn:";
    /// The name of a service.
    ServiceName = "";
    /// A service.
    ServiceArn = "arn:";
}
