//! The place where states are kept, as a URL. Not here: reaching it.

use std::path::{Path, PathBuf};

use url::Url;

use crate::error::StoreError;

/// The place of states: a folder of this host, or a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder, each state in a file of its own.
    Folder(PathBuf),
    /// A bucket or container of an object store.
    Bucket(Bucket),
}

/// A bucket or container of an object store, and how to find it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub service: Service,
    pub name: String,
    /// The prefix of the names of all objects. May be empty.
    pub prefix: String,
    /// The region, if the URL names one. Amazon S3 only.
    pub region: Option<String>,
    /// The endpoint, if the URL names one. Only for stores that use Amazon S3's protocol.
    pub endpoint: Option<String>,
}

/// An object store's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Amazon S3 and stores that use its protocol.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
}

impl Service {
    const fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }
}

impl Place {
    /// Parses `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix` or `file:///folder`. An `s3` URL may end in `?region=eu-west-1` or
    /// `?endpoint=https://host`.
    ///
    /// # Errors
    /// The text is none of these.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let wrong = |why: &str| StoreError::Place {
            url: text.to_owned(),
            why: why.to_owned(),
        };
        let url = Url::parse(text).map_err(|error| {
            wrong(&format!(
                "{error}; write s3://bucket/prefix, gs://…, az://… or file:///folder"
            ))
        })?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            // The URL is not repeated here, because it may contain a secret.
            return Err(StoreError::Place {
                url: format!("{}://…", url.scheme()),
                why: "it holds more than a place".to_owned(),
            });
        }
        let service = match url.scheme() {
            "s3" => Service::S3,
            "gs" => Service::Google,
            "az" => Service::Azure,
            "file" => {
                let folder = url
                    .to_file_path()
                    .map_err(|()| wrong("write file:///folder"))?;
                return Ok(Self::Folder(folder));
            }
            _ => return Err(wrong("write s3://…, gs://…, az://… or file:///folder")),
        };
        let name = url.host_str().unwrap_or_default().to_owned();
        if name.is_empty() || url.port().is_some() {
            return Err(wrong("it names no bucket"));
        }
        if !is_bucket(service, &name) {
            return Err(wrong(match service {
                Service::S3 => {
                    "a bucket's name is 3 to 63 lowercase letters, digits, `-` and `.`, and begins and ends with a letter or digit"
                }
                Service::Google => {
                    "a bucket's name is 3 to 222 lowercase letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit"
                }
                Service::Azure => {
                    "a container's name is 3 to 63 lowercase letters, digits and `-`, and begins and ends with a letter or digit"
                }
            }));
        }
        let mut bucket = Bucket {
            service,
            name,
            prefix: url.path().trim_matches('/').to_owned(),
            region: None,
            endpoint: None,
        };
        for (key, value) in url.query_pairs() {
            match (&*key, service) {
                ("region", Service::S3) => bucket.region = Some(value.into_owned()),
                ("endpoint", Service::S3) => bucket.endpoint = Some(value.into_owned()),
                _ => return Err(wrong(&format!("`{key}` is not known here"))),
            }
        }
        Ok(Self::Bucket(bucket))
    }
}

/// Whether a service takes such a name. A wrong one is answered with an error that speaks of anything else.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, <https://cloud.google.com/storage/docs/buckets#naming>,
/// <https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#container-names>
fn is_bucket(service: Service, name: &str) -> bool {
    let (most, also) = match service {
        Service::S3 => (63, "-."),
        Service::Google => (222, "-_."),
        Service::Azure => (63, "-"),
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (3..=most).contains(&name.len())
        && name.chars().all(|c| plain(c) || also.contains(c))
        && name.starts_with(plain)
        && name.ends_with(plain)
}

impl std::fmt::Display for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.service.scheme(), self.name)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        Ok(())
    }
}

/// The place of one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub(crate) at: At,
    pub(crate) stack: String,
    pub(crate) environment: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    File(PathBuf),
    Bucket(Bucket),
}

impl Location {
    /// The state of a stack and environment at a place.
    #[must_use]
    pub fn of(place: &Place, stack: &str, environment: &str) -> Self {
        let at = match place {
            Place::Folder(folder) => At::File(folder.join(stack).join(format!("{environment}.db"))),
            Place::Bucket(bucket) => At::Bucket(bucket.clone()),
        };
        Self {
            at,
            stack: stack.to_owned(),
            environment: environment.to_owned(),
        }
    }

    /// The state of a stack and environment in exactly that file.
    #[must_use]
    pub fn file(file: &Path, stack: &str, environment: &str) -> Self {
        Self {
            at: At::File(file.to_owned()),
            stack: stack.to_owned(),
            environment: environment.to_owned(),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.at {
            At::File(file) => write!(f, "{}", file.display()),
            At::Bucket(bucket) => write!(f, "{bucket}/{}/{}", self.stack, self.environment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(text: &str) -> Bucket {
        match Place::parse(text).expect("a place") {
            Place::Bucket(bucket) => bucket,
            Place::Folder(_) => panic!("{text} is a bucket"),
        }
    }

    #[test]
    fn a_url_names_a_place() {
        let states = bucket("s3://our-states/platform/one/?region=eu-west-1");
        assert_eq!(
            (states.service, states.name.as_str()),
            (Service::S3, "our-states")
        );
        assert_eq!(states.prefix, "platform/one");
        assert_eq!(states.region.as_deref(), Some("eu-west-1"));
        assert_eq!(states.to_string(), "s3://our-states/platform/one");
        assert_eq!(bucket("gs://our-states").prefix, "");
        assert_eq!(bucket("az://container/a").service, Service::Azure);
        let folder = Place::parse("file:///srv/states").expect("a place");
        assert_eq!(folder, Place::Folder("/srv/states".into()));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in [
            "our-states",
            "https://our-states",
            "s3://",
            "s3://key:secret@our-states/a",
            "s3://our-states/a#b",
            "s3://Our_States/a",
            "s3://ab",
            "s3://-states",
            "az://our_states/a",
            "s3://our-states/a?versions=1",
            "gs://our-states/a?region=eu",
            "file://host/folder",
        ] {
            let refused = Place::parse(text);
            assert!(
                matches!(refused, Err(StoreError::Place { .. })),
                "{text}: {refused:?}"
            );
            assert!(!refused.is_err_and(|error| error.to_string().contains("secret")));
        }
    }

    #[test]
    fn stacks_and_environments_are_apart() {
        let place = Place::parse("s3://our-states/a").expect("a place");
        let at = |stack, environment| Location::of(&place, stack, environment).to_string();
        assert_eq!(at("shop", "dev"), "s3://our-states/a/shop/dev");
        assert_ne!(at("shop", "dev"), at("shop", "prod"));
    }
}
