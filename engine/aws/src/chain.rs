//! Credentials from the SDK's chain (environment, profiles, SSO, `credential_process`, roles of the machine), for code that speaks an AWS protocol
//! without the SDK, such as the store of shared state.
//!
//! Not here: the code that uses the credentials.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use tokio::sync::Mutex;

use crate::clients::{Access, AccessError, Pool};
use crate::guard::Guard;

/// Windlass replaces credentials that expire within these five minutes.
const AHEAD: Duration = Duration::from_secs(300);

/// Caches the credentials of the SDK's chain until shortly before they expire.
#[derive(Debug)]
pub struct CredentialChain {
    provider: Option<SharedCredentialsProvider>,
    kept: Mutex<Option<Credentials>>,
}

/// The keys that sign a call.
pub struct SigningKeys {
    pub access_key_id: String,
    pub secret_access_key: String,
    /// The session token; `None` for keys that do not expire.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

impl CredentialChain {
    /// The chain for calls with this access. It does not read credentials yet.
    ///
    /// # Errors
    /// `access` names the local cloud without its endpoint.
    pub async fn of(access: Access) -> Result<Self, AccessError> {
        Ok(Self {
            provider: Pool::new(access, Guard::default())?.credentials().await,
            kept: Mutex::default(),
        })
    }

    /// Keys that stay valid for some minutes.
    ///
    /// # Errors
    /// The chain has no credentials.
    pub async fn keys(&self) -> Result<SigningKeys, CredentialsError> {
        let mut kept = self.kept.lock().await;
        let fresh = kept.as_ref().is_some_and(|kept| {
            kept.expiry()
                .is_none_or(|expiry| expiry > SystemTime::now() + AHEAD)
        });
        if !fresh {
            let provider = self.provider.as_ref();
            let provider =
                provider.ok_or_else(|| CredentialsError::not_loaded("there is no provider"))?;
            *kept = Some(provider.provide_credentials().await?);
        }
        let credentials = kept.as_ref().expect("they were just provided");
        Ok(SigningKeys {
            access_key_id: credentials.access_key_id().to_owned(),
            secret_access_key: credentials.secret_access_key().to_owned(),
            session_token: credentials.session_token().map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_local_cloud_gets_its_own_keys_and_no_real_ones() {
        let access = Access {
            region: "us-east-1".to_owned(),
            profile: None,
            endpoint: Some("http://127.0.0.1:1".to_owned()),
            local_account: Some("000000000007".to_owned()),
            http_client: None,
        };
        let chain = CredentialChain::of(access).await.expect("has an endpoint");
        let keys = chain.keys().await.expect("they are made up");
        assert_eq!(keys.access_key_id, "000000000007");
        assert_eq!(keys.secret_access_key, "local");
        assert!(!format!("{keys:?}").contains("local"));
    }
}
