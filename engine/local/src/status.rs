//! The status of a running local cloud, and the file in which its daemon leaves the status for other programs.
//!
//! Not here: whether the file is true. A command believes it only if the gateway that it names answers with the same instance (`cloud`).

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::home::{HomeError, write_atomically};
use crate::loopback::Loopback;
use crate::moto::MOTO_VERSION;
use crate::open_gaps::{Moto, OPEN_GAPS};
use crate::rules::VISIBILITY_SCALE;

/// A running local cloud.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The gateway's URL, for clients.
    pub endpoint: String,
    /// Moto's own URL, behind the gateway.
    pub backend: String,
    /// The name of this world; each start and each reset gives another one.
    pub instance: String,
    /// The gateway's process.
    pub pid: u32,
    /// Moto's process.
    pub backend_pid: Option<u32>,
    /// The version of moto.
    pub moto_version: String,
    /// When this instance began.
    pub since: Timestamp,
    /// The factor from AWS's visibility windows to those of this local cloud, from 0 to 1. It scales how long the engine waits before it takes a thing
    /// as missing. The rules in force set it.
    #[serde(default = "default_scale")]
    pub visibility_scale: f64,
    /// Properties that moto accepts and does not return: the engine does not wait for them.
    #[serde(default = "Lost::all")]
    pub loses: Vec<Lost>,
}

/// A property that moto loses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// CloudFormation's name of the kind.
    pub kind: String,
    /// A path such as `ContainerDefinitions[].Image`, with everything below.
    pub path: String,
}

impl Lost {
    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let lost = OPEN_GAPS.iter().filter(|gap| gap.moto == Moto::Loses);
        let lost = lost.map(|gap| Self {
            kind: gap.kind.to_owned(),
            path: gap.path.to_owned(),
        });
        lost.collect()
    }
}

/// A status of an older gateway has no factor.
const fn default_scale() -> f64 {
    VISIBILITY_SCALE
}

impl Status {
    pub(crate) fn new(endpoint: Loopback, backend: Loopback, backend_pid: Option<u32>) -> Self {
        Self {
            endpoint: endpoint.url(),
            backend: backend.url(),
            instance: instance_id(),
            pid: std::process::id(),
            backend_pid,
            moto_version: MOTO_VERSION.to_owned(),
            since: Timestamp::now(),
            visibility_scale: VISIBILITY_SCALE,
            loses: Lost::all(),
        }
    }

    /// Begins another world.
    pub(crate) fn renew(&mut self) {
        self.instance = instance_id();
        self.since = Timestamp::now();
    }

    pub(crate) fn write(&self, file: &Path) -> Result<(), HomeError> {
        let text = serde_json::to_string_pretty(self).expect("strings and numbers serialise");
        write_atomically(file, &text)
    }

    /// The status in the file; `None` if the file is missing or damaged.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
    }
}

fn instance_id() -> String {
    format!("local-{:016x}", rand::random::<u64>())
}
