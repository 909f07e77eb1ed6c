//! The lease's guard: no call that changes AWS leaves this host once the state is not held any more.
//!
//! It stands before every attempt of every call, since one update can be several calls and the SDK sends some again by itself. Not here: who
//! holds the state.

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Says whether the state is still held; it costs no I/O.
pub type Held = Arc<dyn Fn() -> bool + Send + Sync>;

/// The guard of all clients of one provider. Open until it is told whom to ask: what only reads holds no state.
#[derive(Clone, Default)]
pub struct Guard(Arc<OnceLock<Held>>);

/// The state is not held any more, so nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("not sent: the state is not held any more")]
pub struct Withheld;

impl Guard {
    /// Asks `held` from now on.
    pub fn ask(&self, held: Held) {
        assert!(self.0.set(held).is_ok(), "a provider serves one run");
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

#[dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(held) = self.0.get() else {
            return Ok(());
        };
        let operation = config.load::<Metadata>().map(Metadata::name);
        if operation.is_some_and(only_reads) || held() {
            Ok(())
        } else {
            Err(Withheld.into())
        }
    }
}

/// Every service of the catalogue names its reads so.
fn only_reads(operation: &str) -> bool {
    ["Describe", "Get", "List"]
        .iter()
        .any(|verb| operation.starts_with(verb))
}
