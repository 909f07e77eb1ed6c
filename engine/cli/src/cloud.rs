//! Reaching AWS, or the local cloud in its place.
//!
//! Guarantee: with `--local` every call goes to a loopback address, and no real credentials are read.

use std::sync::Arc;

use windlass::document::Place;
use windlass_aws::{Access, AwsProvider, WindowScale};
use windlass_engine::provider::{ErrorClass, Provider, ProviderError};
use windlass_engine::secrets::SecretReader;
use windlass_local::{DEFAULT_ACCOUNT, DaemonCommand, Home, LocalCloud, Progress, Status};
use windlass_state::binding::Binding;

use crate::arguments::DAEMON;
use crate::failure::Failure;
use crate::render::tell;

/// The region of the local cloud if the user names none.
const LOCAL_REGION: &str = "us-east-1";

/// A cloud after the first contact.
#[derive(Debug)]
pub struct Cloud {
    /// AWS, or the local cloud.
    pub provider: AwsProvider,
    /// The place of the resources.
    pub binding: Binding,
}

/// The options of the command line.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// `--local`.
    pub local: bool,
    /// `--region`.
    pub region: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--endpoint-url`.
    pub endpoint: Option<String>,
}

/// The local cloud, if it runs.
pub async fn running() -> Result<Option<Status>, Failure> {
    Ok(LocalCloud::new(Home::from_environment()?).status().await?)
}

/// Starts the local cloud, unless it runs already.
pub async fn local() -> Result<Status, Failure> {
    let cloud = LocalCloud::new(Home::from_environment()?);
    let daemon = DaemonCommand {
        program: std::env::current_exe()?,
        arguments: vec![DAEMON.into(), cloud.home().root().as_os_str().to_owned()],
    };
    let told = |progress| match progress {
        Progress::Installing => {
            tell!(
                "Installing the local cloud (moto, in a Python environment of its own). This is done once."
            );
        }
        Progress::Starting => tell!("Starting the local cloud."),
    };
    Ok(cloud.ensure_started(&daemon, told).await?)
}

/// The region of a command, without asking AWS.
pub async fn region(wanted: &Wanted) -> Result<String, Failure> {
    if !wanted.local {
        windlass_aws::check_profile(wanted.profile.as_deref()).await?;
    }
    if let Some(region) = &wanted.region {
        return Ok(region.clone());
    }
    if wanted.local {
        return Ok(LOCAL_REGION.to_owned());
    }
    windlass_aws::default_region(wanted.profile.as_deref())
        .await
        .ok_or_else(|| {
            Failure::new("no region is given")
                .help("give one with `--region`, in AWS_REGION, or in the profile")
        })
}

impl Cloud {
    /// Connects to the cloud, and finds out whose account it is.
    pub async fn reach(
        wanted: &Wanted,
        region: &str,
        local: Option<&Status>,
        secrets: Arc<SecretReader>,
    ) -> Result<Self, Failure> {
        let place = Place {
            region: Some(region.to_owned()),
            ..Place::default()
        };
        let provider = AwsProvider::new(access(wanted, region, local), secrets)?;
        let provider = match local {
            Some(status) => {
                let lost = status.loses.iter();
                let lost = lost.map(|lost| (lost.kind.clone(), lost.path.clone()));
                provider
                    .with_windows(WindowScale::of(status.visibility_scale))
                    .with_losses(lost)
            }
            None => provider,
        };
        let binding = match local {
            Some(status) => Binding::Local {
                instance: status.instance.clone(),
                account: local_account(),
                region: region.to_owned(),
            },
            None => {
                let identity = provider.identity(&place).await.map_err(|error| {
                    let help = way_out(&error, region);
                    Failure::from(error).help(help)
                })?;
                Binding::Aws {
                    account: identity.account,
                    region: region.to_owned(),
                }
            }
        };
        Ok(Self { provider, binding })
    }
}

/// The way out if AWS does not say whose the credentials are. For keys in a region that the account has not enabled, AWS answers as it does for wrong
/// keys: aws/aws-sdk-ruby#2850.
fn way_out(error: &ProviderError, region: &str) -> String {
    match error.code.as_deref() {
        Some(_) if error.may_be_the_region() => format!(
            "the credentials are wrong, or the account has not enabled region `{region}` (AWS answers the same to both): \
             `aws sts get-caller-identity --region us-east-1` tells which; then renew the credentials, or enable the region, or give another with `--region`"
        ),
        None if error.class == ErrorClass::Invalid => {
            "check the name of the region (`--region`, AWS_REGION, the profile) and the network; or use `--local`".to_owned()
        }
        _ => "check the credentials: `aws sts get-caller-identity`, AWS_PROFILE, `--profile`; or use `--local`".to_owned(),
    }
}

/// Access to AWS, or to the local cloud in its place.
pub fn access(wanted: &Wanted, region: &str, local: Option<&Status>) -> Access {
    Access {
        region: region.to_owned(),
        profile: wanted.profile.clone(),
        endpoint: local
            .map(|status| status.endpoint.clone())
            .or_else(|| wanted.endpoint.clone()),
        local_account: local.map(|_| local_account()),
        http_client: None,
    }
}

/// The account of the local cloud. Tests use different accounts to keep their worlds apart.
pub fn local_account() -> String {
    std::env::var("WINDLASS_LOCAL_ACCOUNT")
        .ok()
        .filter(|account| !account.is_empty())
        .unwrap_or_else(|| DEFAULT_ACCOUNT.to_owned())
}

#[cfg(test)]
mod tests {
    use windlass_engine::provider::ClassedBy;

    use super::*;

    #[test]
    fn keys_that_are_refused_may_be_a_region_that_is_not_enabled() {
        let refused = |code: &str| ProviderError {
            class: ErrorClass::CredentialsExpired,
            classed_by: ClassedBy::SharedTable,
            operation: "sts:GetCallerIdentity".to_owned(),
            code: Some(code.to_owned()),
            message: "The security token included in the request is invalid.".to_owned(),
            request_id: None,
        };
        let help = way_out(&refused("InvalidClientTokenId"), "ap-east-1");
        assert!(
            help.contains("has not enabled region `ap-east-1`"),
            "{help}"
        );
        let help = way_out(&refused("ExpiredToken"), "ap-east-1");
        assert!(!help.contains("ap-east-1"), "{help}");
    }
}
