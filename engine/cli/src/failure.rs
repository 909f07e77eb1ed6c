//! Failures of a command: kind, cause, a way out, and the exit code.
//!
//! Not here: how a failure is drawn (`render`).

use std::error::Error;

use serde::Serialize;
use windlass::address::Address;
use windlass::diagnostics::Diagnostic;
use windlass_engine::amend::AmendError;
use windlass_engine::events::ErrorReport;
use windlass_engine::observe::ObserveError;
use windlass_engine::provider::{ErrorClass, ProviderError};
use windlass_engine::session::SessionError;
use windlass_state::apply::ApplyError;
use windlass_store::StoreError;

use crate::exit::Exit;

/// Why a command ended.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// The error, lowercase, in one line.
    pub message: String,
    /// A way out, where one is known.
    pub help: Option<String>,
    /// The problems of the stack, if they are the cause.
    pub problems: Vec<Diagnostic>,
    /// AWS's errors, if they are the cause.
    pub refused: Vec<Refused>,
}

/// An error of AWS that ended a command, and the resources of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The resources; empty if the call was not about a resource, such as the one for the credentials' account.
    pub addresses: Vec<Address>,
    /// AWS's error.
    pub error: ErrorReport,
}

impl Failure {
    /// A failure with its message.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
            help: None,
            problems: Vec::new(),
            refused: Vec::new(),
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

    /// The state records nothing under these addresses.
    pub fn unrecorded(addresses: &[&Address]) -> Self {
        let named: Vec<_> = addresses
            .iter()
            .map(|address| format!("`{address}`"))
            .collect();
        Self::new(format!("the state knows no {}", named.join(", ")))
            .help("`state list` shows what it knows")
    }

    /// The user interrupted, or said no, before the command began any work.
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

    /// An error whose cause, at some depth, is an answer of AWS. The failure shows the answer apart from the action that failed.
    fn refused(error: &(dyn Error + 'static)) -> Self {
        let mut asked = Vec::new();
        let mut next = Some(error);
        while let Some(cause) = next {
            if let Some(answer) = cause.downcast_ref::<ProviderError>() {
                if asked.is_empty() {
                    asked.push("AWS could not be asked".to_owned());
                }
                let refused = vec![Refused {
                    addresses: Vec::new(),
                    error: answer.into(),
                }];
                let failure = Self {
                    refused,
                    ..Self::new(asked.join(": "))
                };
                return failure.helped(answer);
            }
            asked.push(cause.to_string());
            next = cause.source();
        }
        Self::of(error)
    }

    /// The same failure, with the way out for an answer of AWS.
    fn helped(self, answer: &ProviderError) -> Self {
        if let Some(way_out) = answer.way_out() {
            return self.help(format!("{way_out}; nothing was changed"));
        }
        match answer.class {
            ErrorClass::Throttled | ErrorClass::NotYet | ErrorClass::Unknown => {
                self.help("nothing was changed; run the same again")
            }
            _ => self,
        }
    }

    /// The same failure with another exit code.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same failure with a way out.
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
            SessionError::Namesake { .. } => Self::of(&error).exit(Exit::Namesake).help(
                "go on with the state that made it: `--state` or WINDLASS_STATE with the place where it is kept, or its file put back; `windlass import` takes resources into a new state; `--new` makes a second platform beside the first",
            ),
            SessionError::Older(_) => Self::of(&error).exit(Exit::Namesake).help(
                "put the newest copy of the state back; if there is none, take what later runs made into this one: `windlass import ADDRESS ID`, or all of it from a file",
            ),
            SessionError::LookupsLost(_) => Self::of(&error).help(
                "they keep their old answers, and nothing was recorded; mend what they look for, or take them out of the program",
            ),
            SessionError::Unfit(error) => error.into(),
            SessionError::AccountNotAllowed { .. } => Self::of(&error).exit(Exit::Problems).help("use credentials of an allowed account"),
            SessionError::Observe(error) => error.into(),
            other => Self::refused(&other),
        }
    }
}

impl From<ObserveError> for Failure {
    /// One entry for each different error, with all resources that got it.
    fn from(error: ObserveError) -> Self {
        let mut refused: Vec<Refused> = Vec::new();
        for (address, _, answer) in &error.failures {
            let report = ErrorReport {
                // Each call has its own request id; the first one represents all calls with the same error.
                request_id: None,
                ..answer.into()
            };
            let alike = refused.iter_mut().find(|refused| {
                ErrorReport {
                    request_id: None,
                    ..refused.error.clone()
                } == report
            });
            match alike {
                Some(alike) if alike.addresses.contains(address) => {}
                Some(alike) => alike.addresses.push(address.clone()),
                None => refused.push(Refused {
                    addresses: vec![address.clone()],
                    error: answer.into(),
                }),
            }
        }
        let failure = Self {
            refused,
            ..Self::new(error.to_string())
        };
        match error.failures.first() {
            Some((_, _, answer)) => failure.helped(answer),
            None => failure,
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

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self::refused(&error)
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
    windlass_local::CloudError,
    windlass_local::ControlError,
    windlass_local::LoopbackError,
    windlass_local::HomeError,
    windlass_local::RulesError,
    windlass_local::ServeError,
);

#[cfg(test)]
mod tests {
    use windlass_engine::provider::ClassedBy;

    use super::*;

    fn denied(operation: &str, request: &str) -> ProviderError {
        ProviderError {
            class: ErrorClass::Denied,
            classed_by: ClassedBy::SharedTable,
            operation: operation.to_owned(),
            code: Some("UnauthorizedOperation".to_owned()),
            message: "You are not authorized to perform this operation.".to_owned(),
            request_id: Some(request.to_owned()),
        }
    }

    fn unread() -> ObserveError {
        let one = |address: &str, operation: &str, request: &str| {
            let address = Address::parse(address).expect("an address");
            (address, 0, denied(operation, request))
        };
        let routes = (0..8).map(|n| {
            one(
                &format!("network/routes-{n}"),
                "ec2:DescribeRouteTables",
                &n.to_string(),
            )
        });
        let role = one("role", "iam:GetRole", "9");
        ObserveError {
            failures: routes.chain([role]).collect(),
        }
    }

    #[test]
    fn denied_reads_say_what_was_asked_for_whom_and_what_aws_said() {
        let text = crate::render::words::failure(&unread().into());
        insta::assert_snapshot!(anstream::adapter::strip_str(&text).to_string());
    }

    #[test]
    fn each_different_answer_is_told_once() {
        let failure = Failure::from(SessionError::Observe(unread()));
        assert_eq!(failure.refused.len(), 2);
        assert_eq!(failure.refused[0].addresses.len(), 8);
        assert_eq!(failure.refused[0].error.request_id.as_deref(), Some("0"));
        assert_eq!(failure.refused[1].error.operation, "iam:GetRole");
    }

    #[test]
    fn a_region_that_is_not_enabled_is_named_as_a_cause() {
        let mut refused = unread();
        for (_, _, answer) in &mut refused.failures {
            answer.code = Some("AuthFailure".to_owned());
            answer.class = ErrorClass::CredentialsExpired;
        }
        let help = Failure::from(refused).help.unwrap_or_default();
        assert!(help.contains("enable the region"), "{help}");
    }

    #[test]
    fn what_is_told_to_programs_holds_the_answer_and_its_addresses() {
        let failure = Failure::from(unread());
        let told = serde_json::to_value(&failure.refused).expect("JSON");
        assert_eq!(told[0]["error"]["operation"], "ec2:DescribeRouteTables");
        assert_eq!(told[0]["error"]["request_id"], "0");
        assert_eq!(told[0]["addresses"][7], "network/routes-7");
    }

    #[test]
    fn a_question_that_was_refused_is_told_with_its_answer() {
        let failure = Failure::from(SessionError::Unanswered {
            question: "the availability zones",
            error: denied("ec2:DescribeAvailabilityZones", "1"),
        });
        assert_eq!(failure.message, "the availability zones could not be read");
        assert_eq!(
            failure.refused[0].error.operation,
            "ec2:DescribeAvailabilityZones"
        );
        let help = failure.help.unwrap_or_default();
        assert!(help.contains("ec2:DescribeAvailabilityZones"), "{help}");
    }
}
