//! Service Connect: other services reach a service, and it reaches them, through a proxy that ECS runs beside each task.

use serde_json::Value;
use windlass_derive::Block;

use crate::aws::ecs::{LogConfiguration, PortName};
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::aws::servicediscovery::NamespaceArn;
use crate::stack::Checks;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The format of access logs.
    pub enum AccessLogFormat {
        Text = "TEXT",
        Json = "JSON",
    }
    /// Whether access logs contain the query string of a request.
    pub enum IncludeQueryParameters {
        /// Access logs contain it.
        Enabled = "ENABLED",
        /// Access logs do not contain it.
        Disabled = "DISABLED",
    }
    /// How much the proxy logs.
    pub enum ServiceConnectLogLevel {
        /// More, to find out why services do not reach each other.
        Debug = "debug",
        /// The usual.
        Info = "info",
    }
}

/// A namespace has one service of a name: for a second one ECS answers "SC service is already used by" (aws/copilot-cli#4313, #5431). This check does
/// not know the cluster's default namespace, so services of two clusters that use it may only seem to want the same name.
pub(super) fn taken(spec: &Value) -> Vec<Vec<Value>> {
    let connect = &spec["ServiceConnectConfiguration"];
    let services = connect["Services"].as_array().into_iter().flatten();
    let name = |service: &Value| match service.get("DiscoveryName") {
        Some(name) => name.clone(),
        None => service["PortName"].clone(),
    };
    services
        .filter(|_| connect["Enabled"] != false)
        .map(|service| vec![connect["Namespace"].clone(), name(service)])
        .collect()
}

/// Whether and how a service uses Service Connect.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectConfiguration {
    /// Whether the service uses Service Connect.
    pub enabled: Input<bool>,
    /// The Cloud Map namespace. If absent, the cluster's default.
    pub namespace: Option<Input<NamespaceArn>>,
    /// The names under which other services find this one. Empty for a service that is only a client.
    #[field(keyed("PortName"))]
    pub services: Vec<ServiceConnectService>,
    /// Where the proxy's log goes.
    pub log_configuration: Option<LogConfiguration>,
    /// The access log: the proxy writes each request into its own log.
    pub access_log_configuration: Option<AccessLogConfiguration>,
    /// Settings of the proxy's container, each at most once. Without one, AWS's default applies.
    #[field(set)]
    pub container_configurations: Vec<ServiceConnectContainerConfiguration>,
}

/// A setting of the proxy's container. It reaches the tasks that ECS starts afterwards.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectContainerConfiguration {
    /// How much the proxy logs. AWS's default is `info`.
    pub log_level: Input<ServiceConnectLogLevel>,
}

/// The access log of the proxy.
#[derive(Debug, Clone, Block)]
pub struct AccessLogConfiguration {
    /// Its form.
    pub format: Input<AccessLogFormat>,
    /// Whether the log contains the query string of a request. AWS's default is `DISABLED`.
    #[field(removal_default("\"DISABLED\""))]
    pub include_query_parameters: Option<Input<IncludeQueryParameters>>,
}

/// A named port that other services can find.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectService {
    /// The name of a container port: `app.named_port(…)`.
    pub port_name: Input<PortName>,
    /// The names and ports that clients use, at most one for each namespace.
    #[field(set)]
    pub client_aliases: Vec<ServiceConnectClientAlias>,
    /// The name in Cloud Map. If absent, the port's own name.
    #[field(removal_keeps)]
    pub discovery_name: Option<Input<String>>,
    /// The port on which the proxy listens. If absent, ECS chooses one.
    pub ingress_port_override: Option<Input<u16>>,
    /// Timeouts of idle connections and slow requests.
    pub timeout: Option<ServiceConnectTimeout>,
    /// TLS: the certificates that encrypt the traffic.
    pub tls: Option<ServiceConnectTls>,
}

/// A name and port that clients use.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectClientAlias {
    pub port: Input<u16>,
    /// The name. If absent, `discovery-name.namespace`.
    #[field(removal_keeps)]
    pub dns_name: Option<Input<String>>,
    /// Which requests are test traffic, for blue/green deployments.
    pub test_traffic_rules: Option<TestTrafficRules>,
}

/// Which requests are test traffic.
#[derive(Debug, Clone, Block)]
pub struct TestTrafficRules {
    /// Requests with this header are test traffic.
    pub header: TestTrafficHeader,
}

/// The header of test traffic.
#[derive(Debug, Clone, Block)]
pub struct TestTrafficHeader {
    pub name: Input<String>,
    /// The value of the header. If absent, any value.
    pub value: Option<TestTrafficHeaderValue>,
}

/// The value of the header of test traffic.
#[derive(Debug, Clone, Block)]
pub struct TestTrafficHeaderValue {
    /// The exact value.
    pub exact: Input<String>,
}

/// Timeouts of idle connections and slow requests.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectTimeout {
    /// The timeout of a connection without traffic, in seconds; 0 for none. AWS's default is 5 minutes for HTTP, an hour for TCP.
    pub idle_timeout_seconds: Option<Input<u32>>,
    /// The timeout of a whole response, in seconds; 0 for none. Not for TCP. AWS's default is 15.
    pub per_request_timeout_seconds: Option<Input<u32>>,
}

/// TLS: the certificates that encrypt the traffic.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectTls {
    pub issuer_certificate_authority: IssuerCertificateAuthority,
    /// The KMS key that encrypts the certificates' keys.
    pub kms_key: Option<Input<String>>,
    /// The role with which ECS manages certificates.
    #[field(takes(RoleFor<Ecs>))]
    pub role_arn: Option<Input<RoleArn<Ecs>>>,
}

/// A certificate authority.
#[derive(Debug, Clone, Block)]
pub struct IssuerCertificateAuthority {
    /// The ARN of an authority of AWS Private CA.
    pub aws_pca_authority_arn: Option<Input<String>>,
}

impl ServiceConnectConfiguration {
    pub(super) fn check(&self, checks: &mut Checks<'_>) {
        let count = self.container_configurations.len();
        if count > 10 {
            checks.invalid(
                "ServiceConnectConfiguration.ContainerConfigurations",
                format!("has {count} members"),
                "AWS takes at most 10",
            );
        }
    }

    /// A service that reaches other services by their names, and has no name itself.
    #[must_use]
    pub fn client(namespace: impl IntoInput<NamespaceArn>) -> Self {
        Self::new(true).namespace(namespace)
    }

    /// Adds a named port under which other services find this one, with the name and port that clients use.
    #[must_use]
    pub fn serve(
        mut self,
        port: impl IntoInput<PortName>,
        name: impl IntoInput<String>,
        client_port: impl IntoInput<u16>,
    ) -> Self {
        let alias = ServiceConnectClientAlias::new(client_port).dns_name(name);
        self.services
            .push(ServiceConnectService::new(port).client_aliases([alias]));
        self
    }
}
