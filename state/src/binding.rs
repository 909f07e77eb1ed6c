//! The place (account and region) that a state is bound to. Not here: who may change it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The place of a state's resources. The first `up` sets it; every later run refuses another place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cloud", rename_all = "snake_case", deny_unknown_fields)]
pub enum Binding {
    /// AWS itself, or an endpoint that the user named.
    Aws {
        /// Twelve digits.
        account: String,
        /// The stack's region.
        region: String,
    },
    /// The local cloud, between two resets.
    Local {
        /// The id of the local cloud's instance; a reset makes a new one.
        instance: String,
        /// Twelve digits.
        account: String,
        /// The stack's region.
        region: String,
    },
}

impl Binding {
    /// Twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        match self {
            Self::Aws { account, .. } | Self::Local { account, .. } => account,
        }
    }

    /// The stack's region.
    #[must_use]
    pub fn region(&self) -> &str {
        match self {
            Self::Aws { region, .. } | Self::Local { region, .. } => region,
        }
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aws { account, region } => write!(f, "account {account}, {region}"),
            Self::Local {
                instance,
                account,
                region,
            } => write!(f, "local cloud {instance}, account {account}, {region}"),
        }
    }
}
