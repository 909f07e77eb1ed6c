//! Request validation by AWS's own models of its services, as botocore ships them in moto's environment.
//!
//! Moto accepts nearly everything. AWS refuses a request that does not fit its service's model: an unknown member, a missing one, a number out of
//! range, a word that is not in the list. The gateway refuses it, too, and names every fault.
//!
//! Guarantees: The gateway reads a model once, when a client first calls its service. Not here: services whose requests are paths (S3), and what AWS
//! checks beyond its models.

mod check;
mod form;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use flate2::read::GzDecoder;
use http::request::Parts;
use serde::Deserialize;
use serde_json::Value;

use crate::home::Home;
use crate::moto::install::{self, InstallError};
use crate::operation::{Accounts, Call, Protocol, form_value};

/// The models of all services.
#[derive(Debug)]
pub struct Models {
    folder: PathBuf,
    read: Mutex<BTreeMap<String, Option<Arc<Model>>>>,
}

/// The model of one service.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    operations: BTreeMap<String, Operation>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
struct Operation {
    input: Option<Reference>,
}

/// A use of a shape, with its name on the wire if that differs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    shape: String,
    location_name: Option<String>,
    query_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Shape {
    r#type: String,
    #[serde(default)]
    members: BTreeMap<String, Reference>,
    #[serde(default)]
    required: Vec<String>,
    member: Option<Reference>,
    value: Option<Reference>,
    min: Option<f64>,
    max: Option<f64>,
    #[serde(default)]
    r#enum: Vec<String>,
    pattern: Option<String>,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    document: bool,
}

/// The folder of a service's models, by the signing name of its requests.
const FOLDERS: &[(&str, &str)] = &[
    ("acm", "acm"),
    ("application-autoscaling", "application-autoscaling"),
    ("autoscaling", "autoscaling"),
    ("ec2", "ec2"),
    ("ecs", "ecs"),
    ("elasticloadbalancing", "elbv2"),
    (CLASSIC, "elb"),
    ("iam", "iam"),
    ("logs", "logs"),
    ("secretsmanager", "secretsmanager"),
    ("servicediscovery", "servicediscovery"),
    ("ssm", "ssm"),
    ("sts", "sts"),
    ("tagging", "resourcegroupstaggingapi"),
];

/// Classic load balancers have the same signing name as the others. The version of the API tells them apart.
const CLASSIC: &str = "elasticloadbalancing 2012-06-01";

/// The service whose model a request has to fit.
fn modelled<'a>(service: &'a str, body: &[u8]) -> &'a str {
    let is_classic = service == "elasticloadbalancing"
        && std::str::from_utf8(body)
            .is_ok_and(|form| form_value(form, "Version").as_deref() == Some("2012-06-01"));
    if is_classic { CLASSIC } else { service }
}

impl Models {
    /// The models in a Python environment; `None` if the environment has no botocore.
    #[must_use]
    pub fn in_environment(environment: &Path) -> Option<Self> {
        let versions = std::fs::read_dir(environment.join("lib")).ok()?.flatten();
        let folders = versions.map(|version| version.path().join("site-packages/botocore/data"));
        let folder = folders.into_iter().find(|folder| folder.is_dir())?;
        Some(Self {
            folder,
            read: Mutex::default(),
        })
    }

    /// The models in the local cloud's environment; installs the environment first if it is missing.
    ///
    /// # Errors
    /// The environment cannot be installed.
    pub async fn installed(home: &Home) -> Result<Option<Self>, InstallError> {
        let environment = install::ensure(home).await?;
        Ok(Self::in_environment(environment.folder()))
    }

    /// Everything in a signed request that its service's model does not allow.
    #[must_use]
    pub fn faults_of(&self, head: &Parts, body: &[u8]) -> Vec<String> {
        let call = Call::read(head, body, &Accounts::default());
        self.faults(&call.service, &call.operation, call.protocol, body)
    }

    /// Everything in a request that its service's model does not allow. An unknown service or operation has no faults.
    pub(crate) fn faults(
        &self,
        service: &str,
        operation: &str,
        protocol: Protocol,
        body: &[u8],
    ) -> Vec<String> {
        let Some(model) = self.model(modelled(service, body)) else {
            return Vec::new();
        };
        let Some(operation) = model.operations.get(operation) else {
            return Vec::new();
        };
        let Some(input) = &operation.input else {
            return Vec::new();
        };
        let mut faults = Vec::new();
        let value = match protocol {
            Protocol::Json => match serde_json::from_slice(body) {
                Ok(value) => value,
                Err(_) if body.is_empty() => Value::Object(serde_json::Map::new()),
                Err(error) => return vec![format!("the body is no JSON: {error}")],
            },
            Protocol::Query | Protocol::Ec2Query => {
                let dialect = form::Dialect::of(protocol);
                form::read(&model, dialect, &input.shape, body, &mut faults)
            }
            Protocol::RestXml | Protocol::RestJson => return faults,
        };
        check::check(&model, &input.shape, "", &value, &mut faults);
        faults
    }

    fn model(&self, service: &str) -> Option<Arc<Model>> {
        let mut read = self.read.lock().expect("no panic while held");
        if let Some(model) = read.get(service) {
            return model.clone();
        }
        let (_, folder) = FOLDERS.iter().find(|(name, _)| *name == service)?;
        let model = newest(&self.folder.join(folder)).map(Arc::new);
        read.insert(service.to_owned(), model.clone());
        model
    }
}

/// The model of the newest API version. A folder's name is the version's date.
fn newest(service: &Path) -> Option<Model> {
    let versions = std::fs::read_dir(service).ok()?.flatten();
    let newest = versions.map(|version| version.path()).max()?;
    let file = std::fs::File::open(newest.join("service-2.json.gz")).ok()?;
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut GzDecoder::new(file), &mut text).ok()?;
    match serde_json::from_slice(&text) {
        Ok(model) => Some(model),
        Err(error) => {
            tracing::warn!(%error, folder = %newest.display(), "a model cannot be read");
            None
        }
    }
}

impl Model {
    fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.get(name)
    }
}

#[cfg(test)]
pub(crate) fn model_of(text: &str) -> Model {
    serde_json::from_str(text).expect("a model")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classic_load_balancers_have_a_model_of_their_own() {
        let of = |version: &str| modelled("elasticloadbalancing", version.as_bytes());
        assert_eq!(of("Action=CreateLoadBalancer&Version=2012-06-01"), CLASSIC);
        assert_eq!(
            of("Action=CreateLoadBalancer&Version=2015-12-01"),
            "elasticloadbalancing"
        );
        assert_eq!(modelled("ec2", b"Version=2012-06-01"), "ec2");
        assert!(FOLDERS.iter().any(|(name, _)| *name == CLASSIC));
    }
}
