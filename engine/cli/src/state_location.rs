//! The location of a stack's states, and what opens it. Windlass looks for the location in this order: the command line, the environment, the stack's
//! Cargo.toml, the stack's own folder.
//!
//! Not here: reading and writing states.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use windlass_aws::CredentialChain;
use windlass_local::{Control, Status};
use windlass_store::{
    Bucket, Key, Location, Place, S3Access, S3Credential, S3Credentials, Service, private,
};

use crate::arguments::{Kept, Which};
use crate::cloud::{self, Wanted, local_account};
use crate::exit::Exit;
use crate::failure::Failure;

/// The folder for files that do not belong in version control.
const FOLDER: &str = ".windlass";
/// The stack's own folder, named as a place to migrate to.
pub const DEFAULT: &str = "default";

/// The place of states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// In the stack's own folder.
    Default,
    /// At another place.
    Place(Place),
}

impl Where {
    /// A place as `--to` names it.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if text == DEFAULT {
            return Ok(Self::Default);
        }
        let place = Place::parse(text).map_err(|error| Failure::of(&error).exit(Exit::Usage))?;
        Ok(Self::Place(place))
    }

    /// The place of the states of the stack in that folder.
    pub fn of(folder: &Path, kept: &Kept) -> Result<Self, Failure> {
        let url = match &kept.url {
            Some(url) => Some(url.clone()),
            None => declared(folder)?,
        };
        url.filter(|url| !url.is_empty())
            .map_or(Ok(Self::Default), |url| Self::parse(&url))
    }

    /// The location of one state.
    pub fn location(&self, folder: &Path, stack: &str, which: &Which) -> Result<Location, Failure> {
        let environment = plain(&which.env)?;
        if stack.contains(['/', '\\']) || stack == ".." {
            return Err(Failure::new(format!("`{stack}` cannot be a stack's name"))
                .exit(Exit::Usage)
                .help("give one that is no path"));
        }
        let Self::Place(place) = self else {
            let file = own_folder(folder, which.local).join(format!("{environment}.db"));
            return Ok(Location::file(&file, stack, environment));
        };
        let apart = match place {
            Place::Folder(folder) if which.local => Place::Folder(folder.join("local")),
            Place::Bucket(bucket) if which.local && bucket.service != Service::S3 => {
                return Err(Failure::new(format!("the local cloud has no store for {bucket}"))
                    .exit(Exit::Usage)
                    .help("with `--local`, give an `s3://` or `file://` URL with `--state`, or `WINDLASS_STATE=` for none"));
            }
            place => place.clone(),
        };
        Ok(Location::of(&apart, stack, environment))
    }

    fn bucket(&self) -> Option<&Bucket> {
        match self {
            Self::Place(Place::Bucket(bucket)) => Some(bucket),
            _ => None,
        }
    }
}

/// `[package.metadata.windlass] state = "…"` of the stack's crate.
pub fn declared(folder: &Path) -> Result<Option<String>, Failure> {
    let file = folder.join("Cargo.toml");
    let Ok(text) = std::fs::read_to_string(&file) else {
        return Ok(None);
    };
    let manifest: toml::Table = text
        .parse()
        .map_err(|error| Failure::new(format!("`{}`: {error}", file.display())))?;
    let metadata = ["package", "metadata", "windlass", "state"];
    let mut value = Some(&toml::Value::Table(manifest)).cloned();
    for key in metadata {
        value = value.and_then(|value| value.get(key).cloned());
    }
    match value {
        None => Ok(None),
        Some(toml::Value::String(url)) => Ok(Some(url)),
        Some(other) => Err(Failure::new(format!(
            "`{}`: `package.metadata.windlass.state` is {}, and should be a URL in quotes",
            file.display(),
            other.type_str()
        ))),
    }
}

fn plain(environment: &str) -> Result<&str, Failure> {
    let plain = environment
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !plain || environment.is_empty() || environment.starts_with('.') {
        return Err(
            Failure::new(format!("`{environment}` cannot be an environment"))
                .exit(Exit::Usage)
                .help("use letters, digits, `-`, `_` and `.`"),
        );
    }
    Ok(environment)
}

fn own_folder(folder: &Path, local: bool) -> PathBuf {
    let folder = folder.join(FOLDER);
    if local { folder.join("local") } else { folder }
}

/// The folder of the emergency journal, for records that the store does not take.
pub fn emergency_folder(folder: &Path, local: bool) -> PathBuf {
    own_folder(folder, local).join("emergency")
}

/// States contain identifiers of a live account. They must not be committed by accident, and other users of this host must not read them.
pub fn keep_out_of_git(folder: &Path) -> Result<(), Failure> {
    let folder = folder.join(FOLDER);
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        private::folder(&folder)?;
        std::fs::write(ignore, "*\n")?;
    }
    private::narrow(&folder);
    Ok(())
}

/// The user's key, for a state at that place.
pub fn key_for(at: &Where, kept: &Kept) -> Result<Option<Key>, Failure> {
    let key = key(kept)?;
    if key.is_some() && at.bucket().is_none() {
        return Err(Failure::new(
            "a state in a file is not encrypted by Windlass, and a key was given",
        )
        .exit(Exit::Usage)
        .help("keep it on an encrypted disk, or in an object store with `--state`"));
    }
    Ok(key)
}

/// The access that the place needs. `None`: the place is in the local cloud, which does not run, so there is no state.
pub async fn access(
    at: &Where,
    which: &Which,
    key: Option<Key>,
    start: bool,
) -> Result<Option<windlass_store::Access>, Failure> {
    let Some(bucket) = at.bucket() else {
        return Ok(Some(windlass_store::Access::default()));
    };
    if bucket.service != Service::S3 {
        return Ok(Some(windlass_store::Access { s3: None, key }));
    }
    let local = match (which.local, start) {
        (false, _) => None,
        (true, true) => Some(cloud::local().await?),
        (true, false) => match cloud::running().await? {
            Some(status) => Some(status),
            None => return Ok(None),
        },
    };
    let s3 = s3(bucket, local.as_ref(), which.kept.profile.clone()).await?;
    Ok(Some(windlass_store::Access { s3: Some(s3), key }))
}

async fn s3(
    bucket: &Bucket,
    local: Option<&Status>,
    profile: Option<String>,
) -> Result<S3Access, Failure> {
    let wanted = Wanted {
        local: local.is_some(),
        region: bucket.region.clone(),
        profile,
        endpoint: None,
    };
    let region = cloud::region(&wanted).await.map_err(|failure| {
        failure.help("give the bucket's region: `s3://bucket/prefix?region=eu-west-1`")
    })?;
    if let Some(status) = local {
        let control = Control::of(status)?;
        control.make_bucket(&local_account(), &bucket.name).await?;
    }
    let chain = CredentialChain::of(cloud::access(&wanted, &region, local)).await?;
    Ok(S3Access {
        region,
        endpoint: local.map(|status| status.endpoint.clone()),
        loopback: local.is_some(),
        credentials: Arc::new(Chain(chain)),
    })
}

/// The SDK's credential chain, in the form that the store takes.
#[derive(Debug)]
struct Chain(CredentialChain);

#[async_trait]
impl S3Credentials for Chain {
    async fn credentials(&self) -> Result<S3Credential, Box<dyn std::error::Error + Send + Sync>> {
        let keys = self.0.keys().await?;
        Ok(S3Credential {
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: keys.session_token,
        })
    }
}

/// The user's key.
pub fn key(kept: &Kept) -> Result<Option<Key>, Failure> {
    if let Some(file) = &kept.key_file {
        return Ok(Some(Key::identity_file(file)?));
    }
    if let Some(file) = &kept.passphrase_file {
        return Ok(Some(Key::passphrase_file(file)?));
    }
    // The passphrase is not a flag, because other users can read the command line of a process.
    match std::env::var("WINDLASS_STATE_PASSPHRASE") {
        Ok(passphrase) if !passphrase.is_empty() => Ok(Some(Key::passphrase(&passphrase)?)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn which(url: Option<&str>, local: bool) -> Which {
        Which {
            env: "dev".to_owned(),
            local,
            kept: Kept {
                url: url.map(str::to_owned),
                ..Kept::default()
            },
        }
    }

    fn location(folder: &Path, which: &Which) -> Result<String, Failure> {
        let at = Where::of(folder, &which.kept)?;
        Ok(at.location(folder, "shop", which)?.to_string())
    }

    #[test]
    fn the_flag_goes_before_the_manifest_and_that_before_the_folder() {
        let stack = tempfile::tempdir().expect("a folder");
        let at = |url| location(stack.path(), &which(url, false)).expect("a place");
        let own = stack.path().join(".windlass/dev.db").display().to_string();
        assert_eq!(at(None), own);
        let manifest =
            "[package]\nname = \"shop\"\n[package.metadata.windlass]\nstate = \"s3://ours/a\"\n";
        std::fs::write(stack.path().join("Cargo.toml"), manifest).expect("written");
        assert_eq!(at(None), "s3://ours/a/shop/dev");
        assert_eq!(at(Some("gs://theirs")), "gs://theirs/shop/dev");
        assert_eq!(at(Some("file:///srv")), "/srv/shop/dev.db");
        assert_eq!(at(Some("")), own);
    }

    #[test]
    fn local_states_are_apart_from_real_ones() {
        let stack = tempfile::tempdir().expect("a folder");
        let at = |url, local| location(stack.path(), &which(url, local));
        for url in [None, Some("file:///srv")] {
            let (real, local) = (at(url, false), at(url, true));
            assert_ne!(real.expect("a place"), local.expect("a place"));
        }
        let refused = at(Some("gs://ours"), true).expect_err("the local cloud has S3 only");
        assert_eq!(refused.exit, Exit::Usage);
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let stack = tempfile::tempdir().expect("a folder");
        for url in [None, Some("file:///srv")] {
            let mut which = which(url, false);
            let at = Where::of(stack.path(), &which.kept).expect("a place");
            let refused = at.location(stack.path(), "../../evil", &which);
            assert_eq!(refused.expect_err("a path").exit, Exit::Usage);
            which.env = "../dev".to_owned();
            let refused = at.location(stack.path(), "shop", &which);
            assert_eq!(refused.expect_err("a path").exit, Exit::Usage);
        }
    }

    #[test]
    fn a_state_that_is_no_text_is_told() {
        let stack = tempfile::tempdir().expect("a folder");
        let manifest = "[package.metadata.windlass]\nstate = 3\n";
        std::fs::write(stack.path().join("Cargo.toml"), manifest).expect("written");
        let refused = location(stack.path(), &which(None, false)).expect_err("it is a number");
        assert!(refused.message.contains("integer"), "{}", refused.message);
    }

    #[test]
    fn a_key_is_not_silently_left_out() {
        let stack = tempfile::tempdir().expect("a folder");
        let file = stack.path().join("passphrase");
        std::fs::write(&file, "correct horse\n").expect("written");
        let kept = Kept {
            passphrase_file: Some(file),
            ..Kept::default()
        };
        assert!(key_for(&Where::Default, &kept).is_err());
        let bucket = Where::parse("s3://ours").expect("a place");
        assert!(key_for(&bucket, &kept).expect("it is read").is_some());
    }
}
