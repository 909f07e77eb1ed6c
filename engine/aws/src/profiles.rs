//! Profiles of the shared configuration files, `~/.aws/config` and `~/.aws/credentials`: whether one exists.
//!
//! The SDK's chain passes over a profile that does not exist and asks the machine instead, so that a typing error ends in the machine's own role, or in
//! an error about instance metadata. Not here: what a profile gives (the SDK).

use aws_types::os_shim_internal::{Env, Fs};

use crate::clients::AccessError;

/// Makes sure that a profile exists: the one that is asked for, or the one of `AWS_PROFILE` where no keys in the environment go before it.
///
/// # Errors
/// It does not exist, or the files cannot be read.
pub async fn check_profile(wanted: Option<&str>) -> Result<(), AccessError> {
    let env = Env::real();
    let named = || match env.get("AWS_ACCESS_KEY_ID") {
        Ok(_) => None,
        Err(_) => env.get("AWS_PROFILE").ok().filter(|name| !name.is_empty()),
    };
    let Some(profile) = wanted.map(str::to_owned).or_else(named) else {
        return Ok(());
    };
    let files = aws_config::profile::load(&Fs::real(), &env, &Default::default(), None).await;
    let files = files.map_err(|error| AccessError::Profiles(error.to_string()))?;
    if files.get_profile(&profile).is_some() {
        return Ok(());
    }
    let mut known: Vec<String> = files.profiles().map(str::to_owned).collect();
    known.sort();
    Err(AccessError::UnknownProfile { profile, known })
}
