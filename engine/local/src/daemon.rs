//! The background process that runs moto and the gateway.
//!
//! Guarantees: There is one daemon per home. The daemon has a session of its own, so closing a terminal or pressing Ctrl-C there does not reach it. The
//! status file exists exactly while the daemon serves. Moto ends with the daemon, however the daemon ends. Not here: starting it (`cloud`).

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::backend::Backend;
use crate::gateway::Gateway;
use crate::home::{Home, HomeError, Lock};
use crate::loopback::{Loopback, LoopbackError};
use crate::models::Models;
use crate::moto::install::{self, InstallError};
use crate::moto::process::{MotoError, MotoProcess};
use crate::status::Status;

/// How long answers under way may take after a stop.
const LAST_ANSWERS: Duration = Duration::from_millis(150);

/// Why the daemon cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another daemon holds the home.
    #[error("another local cloud is running in {0}")]
    AlreadyRunning(String),
    /// Moto cannot be installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// Moto cannot be started.
    #[error(transparent)]
    Moto(#[from] MotoError),
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The gateway is not on a loopback address.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
    /// The system refused an operation.
    #[error("cannot serve the local cloud")]
    Io(#[from] std::io::Error),
    /// Moto ended unexpectedly; its worlds are lost.
    #[error("moto ended by itself ({0})")]
    MotoEnded(std::process::ExitStatus),
}

/// Moto and the gateway, both ready.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) gateway: Arc<Gateway>,
    moto: MotoProcess,
    listener: TcpListener,
}

impl Serving {
    /// Starts both; `announced` writes the status file.
    pub(crate) async fn start(home: &Home, announced: bool) -> Result<Self, ServeError> {
        home.create()?;
        let environment = install::ensure(home).await?;
        let moto = MotoProcess::start(&environment, &home.moto_log_file()).await?;
        let listener = TcpListener::bind(Loopback::ANY.socket()).await?;
        let endpoint = Loopback::try_from(listener.local_addr()?)?;
        let status = Status::new(endpoint, moto.door().address, moto.pid());
        let file = announced.then(|| home.status_file());
        if let Some(file) = &file {
            status.write(file)?;
        }
        let models = Models::in_environment(environment.folder());
        let backend = Backend::new(moto.door().clone());
        let gateway = Arc::new(Gateway::new(backend, models, status, file));
        Ok(Self {
            gateway,
            moto,
            listener,
        })
    }

    /// Serves until the stop comes, or until moto ends.
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
        let Self {
            gateway,
            mut moto,
            listener,
        } = self;
        let ended = tokio::select! {
            () = Arc::clone(&gateway).accept(listener) => None,
            () = gateway.stop.notified() => None,
            () = stop => None,
            status = moto.ended() => Some(status?),
        };
        if let Some(status) = ended {
            return Err(ServeError::MotoEnded(status));
        }
        tokio::time::sleep(LAST_ANSWERS).await;
        moto.end().await;
        Ok(())
    }
}

/// Runs the daemon of a home in this process until the control API, SIGTERM or SIGINT stops it.
///
/// # Errors
/// If another daemon runs there, or moto cannot be installed, started or kept running.
pub async fn serve(home: Home) -> Result<(), ServeError> {
    // The leader of a process group cannot get a session of its own; a daemon started by hand from a shell is such a leader.
    if let Err(error) = nix::unistd::setsid() {
        tracing::debug!(%error, "no session of its own");
    }
    home.create()?;
    let Some(mut lock) = Lock::attempt(&home.daemon_lock())? else {
        return Err(ServeError::AlreadyRunning(
            home.root().display().to_string(),
        ));
    };
    lock.sign()?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let stop = async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = interrupt.recv() => return,
                // The daemon ignores a closing terminal (SIGHUP).
                _ = hang_up.recv() => {}
            }
        }
    };
    let outcome = match Serving::start(&home, true).await {
        Ok(serving) => serving.run(stop).await,
        Err(error) => Err(error),
    };
    remove_status(&home)?;
    outcome
}

fn remove_status(home: &Home) -> Result<(), HomeError> {
    let file = home.status_file();
    match std::fs::remove_file(&file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(HomeError::io(&file)(error))
        }
        _ => Ok(()),
    }
}
