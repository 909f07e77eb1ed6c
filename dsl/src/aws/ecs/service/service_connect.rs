//! Service Connect: how a service is found by others, and finds them, through a proxy that ECS runs beside each task.

use serde_json::Value;
use windlass_derive::Block;

use crate::aws::ecs::{LogConfiguration, PortName};
use crate::aws::iam::principal::Ecs;
use crate::aws::iam::{RoleArn, RoleFor};
use crate::aws::servicediscovery::NamespaceArn;
use crate::value::{Input, IntoInput};

crate::text_enum! {
    /// The form of access logs.
    pub enum AccessLogFormat {
        /// Text.
        Text = "TEXT",
        /// JSON.
        Json = "JSON",
    }
    /// Whether access logs show what stands behind the `?` of a request.
    pub enum IncludeQueryParameters {
        /// They do.
        Enabled = "ENABLED",
        /// They do not.
        Disabled = "DISABLED",
    }
}

/// A namespace has one service of a name: ECS answers "SC service is already used by" (aws/copilot-cli#4313, #5431). A namespace that is
/// the cluster's default is not known here, so services of two clusters may only seem to be after one name.
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

/// Whether and how a service takes part in Service Connect.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectConfiguration {
    /// Whether it does.
    pub enabled: Input<bool>,
    /// The Cloud Map namespace; the cluster's default where absent.
    pub namespace: Option<Input<NamespaceArn>>,
    /// What others can find; nothing for a mere client.
    #[field(keyed("PortName"))]
    pub services: Vec<ServiceConnectService>,
    /// Where the proxy's log goes.
    pub log_configuration: Option<LogConfiguration>,
    /// The log of requests, which the proxy writes into its own.
    pub access_log_configuration: Option<AccessLogConfiguration>,
}

/// The log of requests.
#[derive(Debug, Clone, Block)]
pub struct AccessLogConfiguration {
    /// Its form.
    pub format: Input<AccessLogFormat>,
    /// Whether it shows what stands behind the `?` of a request. AWS's default is `DISABLED`.
    #[field(removal_default("\"DISABLED\""))]
    pub include_query_parameters: Option<Input<IncludeQueryParameters>>,
}

/// A named port that others can find.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectService {
    /// The port, which a container names: `app.named_port(…)`.
    pub port_name: Input<PortName>,
    /// The names and ports that clients use, at most one for each namespace.
    #[field(set)]
    pub client_aliases: Vec<ServiceConnectClientAlias>,
    /// The name in Cloud Map; the port's own name where absent.
    #[field(removal_keeps)]
    pub discovery_name: Option<Input<String>>,
    /// The port on which the proxy listens; ECS picks one where absent.
    pub ingress_port_override: Option<Input<u16>>,
    /// When idle connections and slow requests are given up.
    pub timeout: Option<ServiceConnectTimeout>,
    /// Whose certificates encrypt the traffic.
    pub tls: Option<ServiceConnectTls>,
}

/// A name and port that clients use.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectClientAlias {
    /// The port.
    pub port: Input<u16>,
    /// The name; `discovery-name.namespace` where absent.
    #[field(removal_keeps)]
    pub dns_name: Option<Input<String>>,
    /// Which requests are test traffic, for blue/green deployments.
    pub test_traffic_rules: Option<TestTrafficRules>,
}

/// Which requests are test traffic.
#[derive(Debug, Clone, Block)]
pub struct TestTrafficRules {
    /// Those with this header.
    pub header: TestTrafficHeader,
}

/// A header of test traffic.
#[derive(Debug, Clone, Block)]
pub struct TestTrafficHeader {
    /// Its name.
    pub name: Input<String>,
    /// Its value; any where absent.
    pub value: Option<TestTrafficHeaderValue>,
}

/// The value of a header of test traffic.
#[derive(Debug, Clone, Block)]
pub struct TestTrafficHeaderValue {
    /// Exactly this.
    pub exact: Input<String>,
}

/// When idle connections and slow requests are given up.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectTimeout {
    /// After how many seconds without traffic; 0 for never. AWS's default is 5 minutes for HTTP, an hour for TCP.
    pub idle_timeout_seconds: Option<Input<u32>>,
    /// After how many seconds without a whole response; 0 for never. Not for TCP. AWS's default is 15.
    pub per_request_timeout_seconds: Option<Input<u32>>,
}

/// Whose certificates encrypt the traffic.
#[derive(Debug, Clone, Block)]
pub struct ServiceConnectTls {
    /// The certificate authority.
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
    /// One of AWS Private CA.
    pub aws_pca_authority_arn: Option<Input<String>>,
}

impl ServiceConnectConfiguration {
    /// A service that finds others and cannot be found.
    #[must_use]
    pub fn client(namespace: impl IntoInput<NamespaceArn>) -> Self {
        Self::new(true).namespace(namespace)
    }

    /// Adds a named port that others can find, under a name and the port that they use.
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
