//! What a running local cloud says of itself, and the file in which its daemon leaves that for others.
//!
//! Not here: whether it is true. A file is believed only when the gateway it names answers with the same instance (`cloud`).

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
    /// The gateway's URL: where clients go.
    pub endpoint: String,
    /// Moto's own URL, behind the gateway.
    pub backend: String,
    /// Names this world; another one after each start and each reset.
    pub instance: String,
    /// The gateway's process.
    pub pid: u32,
    /// Moto's process.
    pub backend_pid: Option<u32>,
    /// Which moto.
    pub moto_version: String,
    /// When this instance began.
    pub since: Timestamp,
    /// The factor from AWS's visibility windows to those of this local cloud, from 0 to 1: what the engine waits before it believes that a
    /// thing is missing. The rules in force set it.
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
    /// As `ContainerDefinitions[].Image`, with everything below.
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

    /// Another world begins.
    pub(crate) fn renew(&mut self) {
        self.instance = instance_id();
        self.since = Timestamp::now();
    }

    pub(crate) fn write(&self, file: &Path) -> Result<(), HomeError> {
        let text = serde_json::to_string_pretty(self).expect("strings and numbers serialise");
        write_atomically(file, &text)
    }

    /// The file's status; a missing or damaged file is none.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        serde_json::from_str(&std::fs::read_to_string(file).ok()?).ok()
    }
}

fn instance_id() -> String {
    format!("local-{:016x}", rand::random::<u64>())
}
