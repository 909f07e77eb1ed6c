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

/// Why nothing could be planned, or a run could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The state is about another place.
    #[error("this state belongs to {bound}, and the credentials are for {found}")]
    OtherPlace {
        /// Where its resources are.
        bound: Box<Binding>,
        /// Where the credentials lead.
        found: Box<Binding>,
    },
    /// The first `up` of a state finds resources of another state for the same stack and environment.
    #[error("{stack} ({environment}) exists already: {} is there, made by another state (lineage {}, {} listed)", .found.arn, .found.lineage.0, resources(.found.listed))]
    Namesake {
        /// The stack's name.
        stack: String,
        /// The environment.
        environment: String,
        /// What was found.
        found: Box<Namesake>,
    },
    /// A later run of the same state made what the plan would make again.
    #[error("this state is an older copy: a later run made `{}`, and it exists ({}; {} of later runs listed)", .0.address, .0.arn, resources(.0.listed))]
    Older(Box<Later>),
    /// The stack may not touch this account.
    #[error("the stack allows only the accounts {}, and the credentials are for {account}", .allowed.join(", "))]
    AccountNotAllowed {
        /// The account of the credentials.
        account: String,
        /// Those that the stack allows.
        allowed: Vec<String>,
    },
    /// The stack has errors, or no plan leads to it.
    #[error("{} of the stack must be mended first", problems(.0.len()))]
    Stack(Vec<Diagnostic>),
    /// A secret cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// What an earlier run left open cannot be settled.
    #[error(transparent)]
    Recover(Box<RecoverError>),
    /// The world cannot be read.
    #[error(transparent)]
    Observe(#[from] ObserveError),
    /// A question has no answer.
    #[error("{question} could not be read")]
    Unanswered {
        /// What was asked.
        question: &'static str,
        /// Why.
        #[source]
        error: ProviderError,
    },
    /// Nothing fits lookups that had an answer.
    #[error("nothing fits {} any more", .0.iter().map(|lookup| format!("the lookup `{lookup}`")).collect::<Vec<_>>().join(", "))]
    LookupsLost(Vec<Address>),
    /// What is to be recorded does not fit what is believed.
    #[error(transparent)]
    Unfit(#[from] AmendError),
    /// Nothing more can be recorded.
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
