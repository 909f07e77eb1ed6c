//! Why a session ends without a plan, or a run without a record.
//!
//! Not here: why one step of a run failed (`step`), and the codes and help, which are the CLI's.

use windlass::address::Address;
use windlass::diagnostics::Diagnostic;
use windlass_state::binding::Binding;

use crate::amend::AmendError;
use crate::observe::ObserveError;
use crate::older::Later;
use crate::provider::ProviderError;
use crate::recorder::Halted;
use crate::recover::RecoverError;
use crate::secrets::SecretError;
use crate::sweep::Namesake;

/// Why a session has no plan, or a run has no record.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The state belongs to another place.
    #[error("this state belongs to {bound}, and the credentials are for {found}")]
    OtherPlace {
        /// The place of the state's resources.
        bound: Box<Binding>,
        /// The place of the credentials.
        found: Box<Binding>,
    },
    /// The first `up` of a state finds resources of another state for the same stack and environment.
    #[error("{stack} ({environment}) exists already: {} is there, made by another state (lineage {}, {} listed)", .found.arn, .found.lineage.0, resources(.found.listed))]
    Namesake {
        /// The stack's name.
        stack: String,
        environment: String,
        /// The resources that were found.
        found: Box<Namesake>,
    },
    /// A later run of the same state made resources that the plan would make again.
    #[error("this state is an older copy: a later run made `{}`, and it exists ({}; {} of later runs listed)", .0.address, .0.arn, resources(.0.listed))]
    Older(Box<Later>),
    /// The stack may not touch this account.
    #[error("the stack allows only the accounts {}, and the credentials are for {account}", .allowed.join(", "))]
    AccountNotAllowed {
        /// The account of the credentials.
        account: String,
        /// The accounts that the stack allows.
        allowed: Vec<String>,
    },
    /// The stack has errors, or there is no valid plan.
    #[error("{} of the stack must be mended first", problems(.0.len()))]
    Stack(Vec<Diagnostic>),
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Calls that an earlier run left open cannot be settled.
    #[error(transparent)]
    Recover(Box<RecoverError>),
    /// The resources cannot be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// AWS does not answer a question.
    #[error("{question} could not be read")]
    Unanswered {
        /// The question.
        question: &'static str,
        #[source]
        error: ProviderError,
    },
    /// Lookups that had an answer before match nothing now.
    #[error("nothing fits {} any more", .0.iter().map(|lookup| format!("the lookup `{lookup}`")).collect::<Vec<_>>().join(", "))]
    LookupsLost(Vec<Address>),
    /// A settlement does not fit the recorded state.
    #[error(transparent)]
    Unfit(#[from] AmendError),
    /// The journal takes no more records.
    #[error(transparent)]
    Halted(#[from] Halted),
}

fn resources(count: usize) -> String {
    match count {
        1 => "one resource".to_owned(),
        many => format!("{many} resources"),
    }
}

fn problems(count: usize) -> String {
    match count {
        1 => "one problem".to_owned(),
        many => format!("{many} problems"),
    }
}

impl From<RecoverError> for SessionError {
    fn from(error: RecoverError) -> Self {
        match error {
            RecoverError::Halted(halted) => Self::Halted(halted),
            other => Self::Recover(Box::new(other)),
        }
    }
}
