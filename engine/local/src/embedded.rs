//! The local cloud within the caller's own process: for tests and benchmarks.
//!
//! Moto and the gateway run on a thread of their own with a runtime of its own, so that one instance can serve tests that each have their own runtime.
//! They end when the value is dropped, and when the process ends in any way.

use std::sync::OnceLock;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::cloud::{Control, ControlError};
use crate::daemon::{ServeError, Serving};
use crate::home::Home;
use crate::status::Status;

/// A local cloud that lives in this process.
#[derive(Debug)]
pub struct EmbeddedCloud {
    control: Control,
    status: Status,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Why the embedded cloud cannot run.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// Moto or the gateway did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The gateway's address cannot be used.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The thread or its runtime could not be made.
    #[error("cannot run the local cloud in a thread")]
    Thread(#[source] std::io::Error),
}

impl EmbeddedCloud {
    /// Starts moto and a gateway; installs moto first if it is missing. Blocks until both answer.
    ///
    /// # Errors
    /// If moto cannot be installed or started.
    pub fn start(home: Home) -> Result<Self, EmbedError> {
        let (ready, started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("local-cloud")
            .enable_all()
            .build()
            .map_err(EmbedError::Thread)?;
        let body = move || {
            runtime.block_on(async move {
                let serving = match Serving::start(&home, false).await {
                    Ok(serving) => serving,
                    Err(error) => {
                        drop(ready.send(Err(error)));
                        return;
                    }
                };
                drop(ready.send(Ok(serving.gateway.status())));
                let stop = async move { drop(stopped.await) };
                if let Err(error) = serving.run(stop).await {
                    tracing::error!(%error, "the embedded local cloud ended");
                }
            });
        };
        let thread = std::thread::Builder::new()
            .name("local-cloud".to_owned())
            .spawn(body)
            .map_err(EmbedError::Thread)?;
        let status = started.recv().expect("the thread reports before it ends")?;
        Ok(Self {
            control: Control::of(&status)?,
            status,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// One cloud for all tests of this process; the first test that asks for it starts it. Tests use different accounts to keep apart.
    ///
    /// # Panics
    /// If it cannot be started: a test that needs it can only fail.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<EmbeddedCloud> = OnceLock::new();
        SHARED.get_or_init(|| {
            let home = Home::from_environment().expect("a home for the local cloud");
            Self::start(home)
                .unwrap_or_else(|error| panic!("the embedded local cloud did not start: {error}"))
        })
    }

    /// The gateway's URL.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.status.endpoint
    }

    /// Moto's URL.
    #[must_use]
    pub fn backend(&self) -> &str {
        &self.status.backend
    }

    /// The commands of its gateway.
    #[must_use]
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Drop for EmbeddedCloud {
    fn drop(&mut self) {
        if self.stop.take().is_some_and(|stop| stop.send(()).is_err()) {
            tracing::debug!("the embedded local cloud had ended before");
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the embedded local cloud's thread panicked");
        }
    }
}
