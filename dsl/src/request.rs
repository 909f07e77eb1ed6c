//! The handshake between engine and program: the request that a stack program gets before it declares anything, and the result that it returns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the handshake that this crate speaks.
pub const PROTOCOL: u32 = 1;

/// The argument that makes a stack program answer a request instead of starting the engine: `PROGRAM --windlass-answer REQUEST RESPONSE`.
pub const ANSWER_ARGUMENT: &str = "--windlass-answer";

/// The request of the engine to a stack program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// [`PROTOCOL`] of the engine.
    pub protocol: u32,
    /// The environment, such as `dev`.
    pub environment: String,
    /// The region that resources live in unless they say otherwise.
    pub region: String,
    /// The account of the credentials; absent for commands that need no credentials (`synth`, `check`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The availability zones that are open to the account, sorted; pinned by the state.
    pub zones: Vec<String>,
    /// `--set` parameters and those from the environment, as text.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

impl Request {
    /// A request for tests and for work without credentials: environment `dev`, in a region with zones `a`, `b` and `c`.
    #[must_use]
    pub fn offline(region: &str) -> Self {
        Self {
            protocol: PROTOCOL,
            environment: "dev".to_owned(),
            region: region.to_owned(),
            account: None,
            zones: ["a", "b", "c"]
                .map(|zone| format!("{region}{zone}"))
                .to_vec(),
            parameters: BTreeMap::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.insert(key.into(), value.into());
        self
    }
}
