//! AWS's resource kinds, a folder per service and a file per kind, and the catalogue of them.
//!
//! Not here: life cycles, which are the engine's.

pub mod acm;
pub mod applicationautoscaling;
pub mod autoscaling;
pub mod ec2;
pub mod ecs;
pub mod elasticloadbalancingv2;
pub mod iam;
pub mod kms;
pub mod logs;
pub mod lookups;
pub mod route53;
pub mod secretsmanager;
pub mod servicediscovery;

/// Calls a macro with every kind of the catalogue: `catalog!(visit)` becomes `visit! { ec2::Vpc, … }`, with types below `windlass::aws`.
///
/// This is the only list of kinds. The engine's registry, the catalogue tests and the reference all come from it.
#[macro_export]
macro_rules! catalog {
    ($visit:ident) => {
        $visit! {
            applicationautoscaling::ScalableTarget,
            applicationautoscaling::ScalingPolicy,
            autoscaling::AutoScalingGroup,
            ec2::Eip,
            ec2::InternetGateway,
            ec2::LaunchTemplate,
            ec2::NatGateway,
            ec2::Route,
            ec2::RouteTable,
            ec2::SecurityGroup,
            ec2::SecurityGroupEgress,
            ec2::SecurityGroupIngress,
            ec2::Subnet,
            ec2::SubnetRouteTableAssociation,
            ec2::Vpc,
            ec2::VpcEndpoint,
            ec2::VpcGatewayAttachment,
            ecs::CapacityProvider,
            ecs::Cluster,
            ecs::ClusterCapacityProviderAssociations,
            ecs::Service,
            ecs::TaskDefinition,
            elasticloadbalancingv2::Listener,
            elasticloadbalancingv2::ListenerRule,
            elasticloadbalancingv2::LoadBalancer,
            elasticloadbalancingv2::TargetGroup,
            iam::InstanceProfile,
            iam::ManagedPolicy,
            iam::Role,
            iam::RolePolicy,
            logs::LogGroup,
            secretsmanager::Secret,
            servicediscovery::HttpNamespace,
            servicediscovery::PrivateDnsNamespace,
            servicediscovery::Service,
        }
    };
}

macro_rules! schemas {
    ($($service:ident::$kind:ident),+ $(,)?) => {
        /// The schema of every kind, by CloudFormation type name in order of the catalogue.
        pub const SCHEMAS: &[&crate::schema::KindSchema] = &[$(<$service::$kind as crate::resource::Resource>::SCHEMA),+];
    };
}

catalog!(schemas);

/// The schema of a kind by its CloudFormation type name.
#[must_use]
pub fn schema(kind: &str) -> Option<&'static crate::schema::KindSchema> {
    SCHEMAS.iter().copied().find(|schema| schema.kind == kind)
}
