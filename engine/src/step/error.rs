//! Errors of a step: the cause, and the way out.
//!
//! Not here: what AWS's own errors mean, which the provider classifies.

use windlass::address::Address;
use windlass_plan::FillError;

use crate::events::{ErrorReport, StepRef};
use crate::identifier::in_words;
use crate::provider::{ErrorClass, Failure, ProviderError};
use crate::recorder::Halted;
use crate::wait::WaitError;

/// The permission that the first load balancer, cluster or group of an account needs, in addition to the permission to create it.
const LINKED_ROLE: &str = "iam:CreateServiceLinkedRole";

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// AWS refused.
    #[error("{0}")]
    Refused(ProviderError),
    /// The wait did not reach its level.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// Another resource has the name, and it is not ours.
    #[error("{description} exists already, and nothing shows that this stack made it")]
    Foreign {
        /// A description of that resource.
        description: String,
    },
    /// A reference has no value although its step succeeded.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// The plan names a generation that the state does not have.
    #[error("the state has no generation {generation} of `{address}`")]
    NoSuchGeneration {
        /// The resource.
        address: Address,
        generation: u32,
    },
    /// The journal takes no more records.
    #[error(transparent)]
    Halted(#[from] Halted),
}

impl StepError {
    /// Whether all other steps must stop, too.
    pub(crate) fn halts(&self) -> bool {
        match self {
            Self::Halted(_) => true,
            _ => self.aws().is_some_and(|error| {
                matches!(
                    error.class,
                    ErrorClass::CredentialsExpired | ErrorClass::Withheld
                )
            }),
        }
    }

    pub(crate) fn report(&self) -> Option<ErrorReport> {
        self.aws().map(ErrorReport::from)
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Wait(WaitError::Failed(failure)) => Some(failure),
            _ => None,
        }
    }

    pub(crate) fn help(&self, step: &StepRef) -> Option<String> {
        let help = match self {
            Self::Foreign { .. } => return Some(takeover(&step.address, &step.kind)),
            Self::Wait(WaitError::TimedOut { .. }) => {
                "run the same again to go on waiting, or raise the resource's time limit"
            }
            _ => match self.aws()?.class {
                ErrorClass::Denied if self.aws()?.message.contains(LINKED_ROLE) => {
                    "the service makes its service-linked role by itself where the credentials may call iam:CreateServiceLinkedRole: allow it, or make the role once with `aws iam create-service-linked-role`"
                }
                ErrorClass::QuotaExceeded => "ask AWS to raise the quota, then run the same again",
                ErrorClass::Unknown => "run the same again; it first looks at what became of this",
                _ => return self.aws()?.way_out(),
            },
        };
        Some(help.to_owned())
    }

    fn aws(&self) -> Option<&ProviderError> {
        match self {
            Self::Refused(error) | Self::Wait(WaitError::Unanswered(error)) => Some(error),
            _ => None,
        }
    }
}

/// The way out if a resource exists that is not ours.
fn takeover(address: &Address, kind: &str) -> String {
    let id = windlass::aws::schema(kind).map(|schema| in_words(schema.id));
    let id = id.map_or_else(String::new, |id| format!(", with its {id} for ID,"));
    format!(
        "if it is yours, `windlass import {address} ID`{id} takes it over; otherwise give this resource another name"
    )
}
