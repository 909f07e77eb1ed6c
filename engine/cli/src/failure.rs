//! Why a command ended without doing what it was asked: kind, cause, a way out, and the exit code.
//!
//! Not here: how it is drawn (`render`).

use std::error::Error;

use windlass::diagnostics::Diagnostic;
use windlass_engine::amend::AmendError;
use windlass_engine::session::SessionError;
use windlass_state::apply::ApplyError;
use windlass_store::StoreError;

use crate::exit::Exit;

/// Why a command ended.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What happened, lowercase, in one line.
    pub message: String,
    /// A way out, where one is known.
    pub help: Option<String>,
    /// The problems of the stack, where that is what is wrong.
    pub problems: Vec<Diagnostic>,
}

impl Failure {
    /// A failure with its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
            help: None,
            problems: Vec::new(),
        }
    }

    /// Problems of the stack.
    pub fn problems(problems: Vec<Diagnostic>) -> Self {
        Self {
            exit: Exit::Problems,
            problems,
            ..Self::new("the stack has problems; nothing was changed")
        }
    }

    /// The user wanted to stop, or said no, before anything was begun.
    pub fn stopped() -> Self {
        Self::new("stopped; nothing was begun").exit(Exit::Interrupted)
    }

    /// An error with its chain of causes in one line.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let text = next.to_string();
            // Some libraries repeat their cause in their own text.
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            cause = next.source();
        }
        Self::new(message)
    }

    /// The same with an exit code of its own.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = Self::of(&error);
        match error {
            StoreError::Held { .. } => failure.exit(Exit::Locked).help(
                "`--lock-timeout 10m` waits until it has ended; if it was killed, its hold ends by itself within 40 s",
            ),
            StoreError::Damaged { .. } => failure.help(
                "`windlass state repair` shows what can still be read and goes on from there; or put back a copy of before, such as an earlier version of the object",
            ),
            StoreError::Moved { to } => failure.help(format!(
                "give `--state` with the place it was moved to ({to}), or write it into the stack's Cargo.toml: [package.metadata.windlass] state = \"…\""
            )),
            StoreError::Sealed { .. } => failure.help(
                "give the key with `--state-key-file`, `--state-passphrase-file` or WINDLASS_STATE_PASSPHRASE",
            ),
            StoreError::Unconditional { .. } => failure.help(
                "Amazon S3, Google Cloud Storage and Azure Blob Storage do; so do current versions of most stores that speak S3's protocol",
            ),
            StoreError::Place { .. } | StoreError::Key { .. } => failure.exit(Exit::Usage),
            _ => failure,
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Stack(problems) => Self::problems(problems),
            SessionError::OtherPlace { .. } => {
                Self::of(&error).help("use the credentials and the region of that place, or another `--env` for another place")
            }
            SessionError::LookupsLost(_) => Self::of(&error).help(
                "they keep their old answers, and nothing was recorded; mend what they look for, or take them out of the program",
            ),
            SessionError::Unfit(error) => error.into(),
            SessionError::AccountNotAllowed { .. } => Self::of(&error).exit(Exit::Problems).help("use credentials of an allowed account"),
            other => Self::of(&other),
        }
    }
}

impl From<AmendError> for Failure {
    fn from(error: AmendError) -> Self {
        let failure = Self::of(&error);
        match error {
            AmendError::Apply(ApplyError::Busy { .. }) => failure.help(
                "an earlier run left a call on it open; `windlass refresh`, as every `up`, settles what became of it",
            ),
            AmendError::Apply(ApplyError::Taken(address)) => failure.help(format!(
                "`windlass state rm {address}` makes room, if what is recorded there may be forgotten"
            )),
            _ => failure,
        }
    }
}

macro_rules! plain {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::of(&error)
            }
        }
    )+};
}

plain!(
    std::io::Error,
    windlass_aws::AccessError,
    windlass_engine::provider::ProviderError,
    windlass_local::CloudError,
    windlass_local::ControlError,
    windlass_local::LoopbackError,
    windlass_local::HomeError,
    windlass_local::RulesError,
    windlass_local::ServeError,
);
