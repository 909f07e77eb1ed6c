//! The loop as a whole, as the CLI calls it: settle what is open → look up → observe → plan → (show, confirm) → execute → record.
//!
//! `preview`, `up` and `destroy` share everything up to executing. A preview gets a journal in [memory](crate::memory), so that its settlements are
//! forgotten. The calls in order: [`zones()`] → [`Session::prepare`], which `admit` guards → [`Prepared::execute`].
//!
//! Not here: locking the state, running the stack program, asking the user.

mod admit;
mod error;
mod prepare;
mod prepared;
mod settlements;
mod zones;

use std::fmt;
use std::num::NonZeroUsize;

use jiff::Timestamp;
use windlass::address::Address;
use windlass::document::Document;
use windlass::schema::KindSchema;
use windlass_state::binding::Binding;
use windlass_state::identity::RunId;
use windlass_state::journal::Journal;
use windlass_state::record::Operation;

pub(crate) use self::admit::admit;
pub use self::error::SessionError;
pub(crate) use self::prepare::secrets;
pub use self::prepared::{Finished, Prepared};
pub(crate) use self::settlements::settlements;
pub use self::zones::zones;
use crate::clock::Clock;
use crate::events::Events;
use crate::interrupt::Interrupt;
use crate::lookups::Answers;
use crate::provider::Provider;
use crate::secrets::SecretReader;
use crate::voice::Voice;

/// All external services that a run works with.
pub struct Session<'a> {
    /// AWS.
    pub provider: &'a dyn Provider,
    /// The journal for records. For a preview, one in memory.
    pub journal: &'a dyn Journal,
    /// Time.
    pub clock: &'a dyn Clock,
    /// The receiver of events.
    pub events: &'a dyn Events,
    /// The schemas of kinds: [`windlass::aws::schema`], except in tests.
    pub schema: fn(&str) -> Option<&'static KindSchema>,
    /// The user's Ctrl-C.
    pub interrupt: Interrupt,
    pub run: RunId,
    /// User and host, for the history.
    pub who: String,
    /// How many mutating steps run at once.
    pub concurrency: NonZeroUsize,
}

/// The goal of a run.
#[derive(Debug)]
pub struct Goal<'a> {
    /// The command.
    pub operation: Operation,
    /// The desired document; `None` for `destroy`.
    pub document: Option<&'a Document>,
    /// The place of the credentials.
    pub binding: Binding,
    /// The availability zones that the program got in its request.
    pub zones: Vec<String>,
    /// Reads the secrets that the document names.
    pub secrets: &'a SecretReader,
    /// Answers to lookups that AWS cannot give (outputs of other stacks), and to those that the user had refreshed.
    pub known: Answers,
    /// When the youngest resource of those other stacks was made, by AWS's clock: AWS may still hide it.
    pub neighbours: Option<Timestamp>,
    /// Only these resources, and those that they depend on. Empty: all resources.
    pub target: &'a [Address],
    /// Resources to replace although nothing else requires it.
    pub replace: &'a [Address],
    /// Whether a first `up` continues although another state has resources of the same stack and environment, because the user wants a second platform.
    pub new: bool,
}

/// How many mutating steps run at once, unless the user says otherwise.
pub const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(32).expect("32 is not zero");

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("run", &self.run)
            .field("who", &self.who)
            .finish_non_exhaustive()
    }
}

impl Session<'_> {
    pub(crate) fn voice(&self) -> Voice<'_> {
        Voice {
            events: self.events,
            clock: self.clock,
        }
    }
}
