//! Profiles of the shared configuration files, `~/.aws/config` and `~/.aws/credentials`: checks that a profile exists.
//!
//! The SDK's chain skips a profile that does not exist, and asks the machine instead. So a typing error would lead to the machine's own role, or to
//! an error about instance metadata. Not here: the content of a profile (the SDK).

use aws_types::os_shim_internal::{Env, Fs};

use crate::clients::AccessError;

/// Checks that a profile exists: the wanted profile, or the profile of `AWS_PROFILE` if the environment has no keys, which take precedence.
///
/// # Errors
/// The profile does not exist, or the files cannot be read.
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
