//! Credentials of the SDK's chain (environment, profiles, SSO, `credential_process`, roles of the machine) for what speaks an AWS protocol without
//! the SDK, such as the store of shared state.
//!
//! Not here: what they are used for.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use tokio::sync::Mutex;

use crate::clients::{Access, AccessError, Pool};
use crate::guard::Guard;

/// Credentials that end sooner are not used any more.
const AHEAD: Duration = Duration::from_secs(300);

/// Credentials of the SDK's chain, kept until they are about to expire.
#[derive(Debug)]
pub struct CredentialChain {
    provider: Option<SharedCredentialsProvider>,
    kept: Mutex<Option<Credentials>>,
}

/// What a call is signed with.
pub struct SigningKeys {
    /// The access key's id.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// The session's token, for keys that expire.
    pub session_token: Option<String>,
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(..)")
    }
}

impl CredentialChain {
    /// The chain as calls with this access use it. Nothing is asked for yet.
    ///
    /// # Errors
    /// The local cloud is asked for without its endpoint.
    pub async fn of(access: Access) -> Result<Self, AccessError> {
        Ok(Self {
            provider: Pool::new(access, Guard::default())?.credentials().await,
            kept: Mutex::default(),
        })
    }

    /// Keys that are valid for some minutes at least.
    ///
    /// # Errors
    /// The chain gives none.
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
