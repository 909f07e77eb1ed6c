//! Connects to an object store. TLS is rustls with ring, as everywhere; the caller, which knows the SDK's credential chain, passes in credentials for
//! Amazon S3.
//!
//! Not here: the objects in the store.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use object_store::aws::{AmazonS3Builder, AwsCredential};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::{
    ClientOptions, CredentialProvider, HttpClient, HttpConnector, ReqwestConnector,
};
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::{BackoffConfig, ObjectStore, RetryConfig};

use crate::error::StoreError;
use crate::place::{Bucket, Service};

/// The timeout of a call, well below the term of a lease. A call that takes longer is retried, or counts as lost.
const PATIENCE: Duration = Duration::from_secs(8);

/// Access to stores that use Amazon S3's protocol.
#[derive(Debug, Clone)]
pub struct S3Access {
    /// The region of the bucket, unless the URL names one.
    pub region: String,
    /// The endpoint for every call, unless the URL names another one.
    pub endpoint: Option<String>,
    /// Whether calls must stay on this host: then proxies and the URL's endpoint are ignored.
    pub loopback: bool,
    pub credentials: Arc<dyn S3Credentials>,
}

/// A source of credentials for Amazon S3. The store asks before each call, so the source should cache them.
#[async_trait]
pub trait S3Credentials: std::fmt::Debug + Send + Sync {
    /// Credentials that are valid now.
    async fn credentials(&self) -> Result<S3Credential, Box<dyn std::error::Error + Send + Sync>>;
}

/// Credentials for Amazon S3.
pub struct S3Credential {
    /// The access key's id.
    pub access_key_id: String,
    pub secret_access_key: String,
    /// The session's token, for keys that expire.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for S3Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("S3Credential(..)")
    }
}

#[derive(Debug)]
struct Provider(Arc<dyn S3Credentials>);

#[async_trait]
impl CredentialProvider for Provider {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let credential =
            self.0
                .credentials()
                .await
                .map_err(|source| object_store::Error::Unauthenticated {
                    path: "credentials".to_owned(),
                    source,
                })?;
        Ok(Arc::new(AwsCredential {
            key_id: credential.access_key_id,
            secret_key: credential.secret_access_key,
            token: credential.session_token,
        }))
    }
}

/// Calls to the local cloud must not go through a proxy.
#[derive(Debug)]
struct Direct;

impl HttpConnector for Direct {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(PATIENCE)
            .build()
            .map_err(|error| object_store::Error::Generic {
                store: "S3",
                source: error.into(),
            })?;
        Ok(HttpClient::new(client))
    }
}

/// Connects to the bucket. Sends nothing yet.
pub fn connect(bucket: &Bucket, s3: Option<&S3Access>) -> Result<Arc<dyn ObjectStore>, StoreError> {
    // This fails only if another provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let unreachable = |cause| StoreError::Objects {
        place: bucket.to_string(),
        cause: Box::new(cause),
    };
    let options = ClientOptions::new()
        .with_connect_timeout(PATIENCE / 2)
        .with_timeout(PATIENCE);
    let retry = RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 3,
        retry_timeout: 2 * PATIENCE,
    };
    let store: Arc<dyn ObjectStore> = match bucket.service {
        Service::S3 => {
            let access = s3.ok_or_else(|| StoreError::Place {
                url: bucket.to_string(),
                why: "Amazon S3 is not reached from here".to_owned(),
            })?;
            Arc::new(s3_store(bucket, access, options, retry).map_err(unreachable)?)
        }
        Service::Google => {
            let builder = GoogleCloudStorageBuilder::from_env()
                .with_bucket_name(&bucket.name)
                .with_client_options(options)
                .with_retry(retry);
            Arc::new(builder.build().map_err(unreachable)?)
        }
        Service::Azure => {
            let builder = MicrosoftAzureBuilder::from_env()
                .with_container_name(&bucket.name)
                .with_client_options(options)
                .with_retry(retry);
            Arc::new(builder.build().map_err(unreachable)?)
        }
    };
    Ok(store)
}

fn s3_store(
    bucket: &Bucket,
    access: &S3Access,
    options: ClientOptions,
    retry: RetryConfig,
) -> object_store::Result<object_store::aws::AmazonS3> {
    let own = bucket.endpoint.as_ref().filter(|_| !access.loopback);
    let endpoint = own.or(access.endpoint.as_ref());
    let plain = endpoint.is_some_and(|endpoint| endpoint.starts_with("http://"));
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&bucket.name)
        .with_region(bucket.region.as_ref().unwrap_or(&access.region))
        .with_credentials(Arc::new(Provider(Arc::clone(&access.credentials))))
        .with_client_options(options.with_allow_http(plain))
        .with_allow_http(plain)
        // The store deletes one object at a time, which every object store supports.
        .with_disable_bulk_delete(true)
        .with_retry(retry);
    if let Some(endpoint) = endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    builder = if access.loopback {
        builder.with_http_connector(Direct)
    } else {
        builder.with_http_connector(ReqwestConnector::default())
    };
    builder.build()
}
