//! The SDK's clients, one set for each place. Windlass creates a client when a kind first needs it. Not here: the choice of the call.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use tokio::sync::Mutex;
use windlass::document::Place;

use crate::guard::Guard;
use crate::services::services;

/// How to reach AWS.
#[derive(Debug, Clone)]
pub struct Access {
    /// The stack's region.
    pub region: String,
    /// A profile of the shared configuration files. `None` means the SDK's default chain.
    pub profile: Option<String>,
    /// The URL that gets every call instead of AWS.
    pub endpoint: Option<String>,
    /// The account of the local cloud. If it is set, the SDK reads no real credentials, and `endpoint` must be set as well.
    pub local_account: Option<String>,
    /// Another HTTP client, for tests that look at the requests.
    pub http_client: Option<SharedHttpClient>,
}

/// Why Windlass cannot reach AWS at all.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The local cloud without its endpoint. A call could reach AWS.
    #[error("the local cloud has no endpoint")]
    LocalWithoutEndpoint,
    /// A profile that the shared configuration files do not have.
    #[error("there is no profile `{profile}` in the shared configuration files; they have {}", listed(.known))]
    UnknownProfile {
        /// The profile that the user wants.
        profile: String,
        /// The profiles that exist.
        known: Vec<String>,
    },
    /// The shared configuration files cannot be read.
    #[error("the shared configuration files cannot be read: {0}")]
    Profiles(String),
}

fn listed(profiles: &[String]) -> String {
    match profiles {
        [] => "none".to_owned(),
        profiles => profiles.join(", "),
    }
}

/// The clients of all places that a run uses.
#[derive(Debug)]
pub struct Pool {
    access: Access,
    http: SharedHttpClient,
    guard: Guard,
    base: tokio::sync::OnceCell<SdkConfig>,
    places: Mutex<HashMap<Place, Arc<PlaceClients>>>,
}

/// The clients of one place.
#[derive(Debug)]
pub struct PlaceClients {
    /// For reads, and for updates of many calls: the SDK retries each call itself.
    pub repeating: Arc<Clients>,
    /// For all other calls that change AWS: exactly one attempt, because a retried create could make a second resource, and because the engine must
    /// see how fast AWS accepts calls.
    pub once: Arc<Clients>,
}

impl Pool {
    /// A pool that has not opened a connection yet. `guard` checks every call that changes AWS.
    ///
    /// # Errors
    /// `access` names the local cloud without its endpoint.
    pub fn new(access: Access, guard: Guard) -> Result<Self, AccessError> {
        if access.local_account.is_some() && access.endpoint.is_none() {
            return Err(AccessError::LocalWithoutEndpoint);
        }
        let http = access
            .http_client
            .clone()
            .unwrap_or_else(default_http_client);
        Ok(Self {
            access,
            http,
            guard,
            base: tokio::sync::OnceCell::new(),
            places: Mutex::default(),
        })
    }

    /// The clients of a place. A part that `place` leaves out is the stack's own.
    pub async fn place(&self, place: &Place) -> Arc<PlaceClients> {
        let mut places = self.places.lock().await;
        if let Some(clients) = places.get(place) {
            return Arc::clone(clients);
        }
        let config = self.config(place).await;
        let with = |retry: RetryConfig| {
            Arc::new(Clients::new(
                config.clone().into_builder().retry_config(retry).build(),
                self.guard.clone(),
            ))
        };
        let clients = Arc::new(PlaceClients {
            repeating: with(RetryConfig::standard().with_max_attempts(5)),
            once: with(RetryConfig::disabled()),
        });
        places.insert(place.clone(), Arc::clone(&clients));
        clients
    }

    async fn config(&self, place: &Place) -> SdkConfig {
        let base = self.base.get_or_init(|| self.base()).await;
        let mut config = base.clone().into_builder();
        if let Some(region) = &place.region {
            config.set_region(Region::new(region.clone()));
        }
        if let Some(local) = &self.access.local_account {
            // The local cloud takes the account from the access key id. A role would only hide the account.
            let account = place.account.as_ref().unwrap_or(local);
            config.set_credentials_provider(Some(local_credentials(account)));
        } else if let Some(role) = &place.role {
            let provider = aws_config::sts::AssumeRoleProvider::builder(role)
                .session_name("windlass")
                .configure(base)
                .build()
                .await;
            config.set_credentials_provider(Some(SharedCredentialsProvider::new(provider)));
        }
        config.build()
    }

    /// The credentials provider of the stack's own place.
    pub async fn credentials(&self) -> Option<SharedCredentialsProvider> {
        let base = self.base.get_or_init(|| self.base()).await;
        base.credentials_provider()
    }

    async fn base(&self) -> SdkConfig {
        let app = AppName::new("windlass").expect("a valid application name");
        let region = Region::new(self.access.region.clone());
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_secs(60))
            .build();
        if let (Some(account), Some(endpoint)) = (&self.access.local_account, &self.access.endpoint)
        {
            // Built by hand: the local cloud must get no real credentials or endpoints from the environment or the shared files.
            return SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .http_client(self.http.clone())
                .region(region)
                .app_name(app)
                .timeout_config(timeouts)
                .credentials_provider(local_credentials(account))
                .endpoint_url(endpoint)
                .build();
        }
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(self.http.clone())
            .region(region.clone())
            .app_name(app)
            .timeout_config(timeouts);
        if let Some(profile) = &self.access.profile {
            // The profile and nothing else. The SDK's chain would prefer keys in the environment, and would ask the machine if the profile has no credentials.
            let places = ProviderConfig::default()
                .with_http_client(self.http.clone())
                .with_region(Some(region));
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&places)
                .profile_name(profile)
                .build();
            loader = loader.profile_name(profile).credentials_provider(provider);
        }
        if let Some(endpoint) = &self.access.endpoint {
            loader = loader.endpoint_url(endpoint);
        }
        loader.load().await
    }
}

/// The HTTP client for all calls: rustls with ring.
pub fn default_http_client() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new()
        .tls_provider(tls::Provider::Rustls(
            tls::rustls_provider::CryptoMode::Ring,
        ))
        .build_https()
}

fn local_credentials(account: &str) -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new(
        account,
        "local",
        None,
        None,
        "windlass-local",
    ))
}

macro_rules! clients {
    ($($(#[$doc:meta])* $service:ident: $sdk:ident, $name:literal, $bucket:expr;)+) => {
        /// The clients of one place with one retry mode. Each client is created at its first use.
        pub struct Clients {
            config: SdkConfig,
            guard: Guard,
            $($service: OnceLock<$sdk::Client>,)+
        }

        impl Clients {
            fn new(config: SdkConfig, guard: Guard) -> Self {
                Self { config, guard, $($service: OnceLock::new(),)+ }
            }

            $(
                $(#[$doc])*
                pub fn $service(&self) -> &$sdk::Client {
                    self.$service.get_or_init(|| {
                        let config = $sdk::config::Builder::from(&self.config);
                        $sdk::Client::from_conf(config.interceptor(self.guard.clone()).build())
                    })
                }
            )+
        }
    };
}

services!(clients);

impl Clients {
    /// The region that calls go to.
    pub fn region(&self) -> &str {
        self.config.region().map_or("", |region| region.as_ref())
    }
}

impl std::fmt::Debug for Clients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clients")
            .field("region", &self.region())
            .finish_non_exhaustive()
    }
}

/// The region that the SDK's own chain gives: the environment, then the profile.
pub async fn default_region(profile: Option<&str>) -> Option<String> {
    let mut loader =
        aws_config::defaults(BehaviorVersion::latest()).http_client(default_http_client());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await.region().map(ToString::to_string)
}
