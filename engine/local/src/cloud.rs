//! The local cloud as commands use it: start it if needed, ask it, stop it.
//!
//! Guarantees: If several commands start it at once, one makes the daemon and all get its status. A status file that a dead daemon left is noticed and
//! replaced. Not here: the daemon itself (`daemon`).

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use http::Method;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::calls::Calls;
use crate::home::{Home, HomeError, Lock};
use crate::loopback::{Loopback, LoopbackClient, LoopbackError};
use crate::moto::install::{self, InstallError};
use crate::moto::process::log_tail;
use crate::rules::{Rules, RulesError};
use crate::status::Status;

/// The timeout of a request to the gateway itself, which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// The timeout of a reset and of making a bucket, which wait for moto.
const RESET_PATIENCE: Duration = Duration::from_secs(60);
/// The timeout of a start; longer than the daemon's own timeout for moto.
const START_PATIENCE: Duration = Duration::from_secs(5 * 60);
const STOP_PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// The local cloud of one home, running or not.
#[derive(Debug, Clone)]
pub struct LocalCloud {
    home: Home,
}

/// How to run the daemon: a program that calls [`crate::serve`] for the same home.
#[derive(Debug, Clone)]
pub struct DaemonCommand {
    /// The program; usually this one.
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
}

/// The progress of a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Moto is being installed, once per machine.
    Installing,
    /// Moto and the gateway are starting.
    Starting,
}

/// Why a command to the local cloud failed.
#[derive(Debug, thiserror::Error)]
pub enum CloudError {
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Moto cannot be installed.
    #[error(transparent)]
    Install(#[from] InstallError),
    /// The gateway refused or did not answer.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// The daemon could not be started.
    #[error("cannot run {}", .program.display())]
    Spawn {
        program: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The daemon ended while starting.
    #[error("the local cloud did not start ({status}):\n{tail}")]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// The end of the daemon's log.
        tail: String,
    },
    /// The daemon runs but does not answer in time.
    #[error("the local cloud did not start within {} minutes; its log is {}", START_PATIENCE.as_secs() / 60, .log.display())]
    Slow {
        /// The log of the daemon.
        log: PathBuf,
    },
    /// The daemon does not end.
    #[error("the local cloud (process {pid}) does not end")]
    Immortal {
        /// The process id of the daemon.
        pid: i32,
    },
    /// The local cloud does not run.
    #[error("the local cloud is not running; start it with `windlass local start`")]
    NotRunning,
}

/// Why a request to the gateway failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The address is not a loopback address, or it did not answer.
    #[error(transparent)]
    Loopback(#[from] LoopbackError),
    /// The rules are not valid.
    #[error(transparent)]
    Rules(#[from] RulesError),
}

/// The commands of a gateway.
#[derive(Debug, Clone)]
pub struct Control {
    client: LoopbackClient,
    patient: LoopbackClient,
}

impl Control {
    /// The commands of the gateway with this status.
    ///
    /// # Errors
    /// If its endpoint is not a loopback address.
    pub fn of(status: &Status) -> Result<Self, ControlError> {
        let gateway = Loopback::parse(&status.endpoint)?;
        Ok(Self {
            client: LoopbackClient::new(gateway, PATIENCE),
            patient: LoopbackClient::new(gateway, RESET_PATIENCE),
        })
    }

    /// The gateway's status.
    ///
    /// # Errors
    /// If the gateway does not answer.
    pub async fn status(&self) -> Result<Status, ControlError> {
        Ok(self
            .client
            .json(Method::GET, "/_windlass/status", None)
            .await?)
    }

    /// The calls recorded up to now.
    ///
    /// # Errors
    /// If the gateway does not answer.
    pub async fn calls(&self) -> Result<Calls, ControlError> {
        Ok(self
            .client
            .json(Method::GET, "/_windlass/calls", None)
            .await?)
    }

    /// The calls recorded up to now, and begins a new log.
    ///
    /// # Errors
    /// If the gateway does not answer.
    pub async fn take_calls(&self) -> Result<Calls, ControlError> {
        Ok(self
            .client
            .json(Method::POST, "/_windlass/calls/reset", None)
            .await?)
    }

    /// The rules in force.
    ///
    /// # Errors
    /// If the gateway does not answer.
    pub async fn rules(&self) -> Result<Rules, ControlError> {
        Ok(self
            .client
            .json(Method::GET, "/_windlass/rules", None)
            .await?)
    }

    /// Replaces the rules in force; the counters of new rules start at zero.
    ///
    /// # Errors
    /// If the rules are not valid, or the gateway does not answer.
    pub async fn set_rules(&self, rules: &Rules) -> Result<(), ControlError> {
        rules.check()?;
        let text = serde_json::to_string(rules).map_err(RulesError::from)?;
        self.client
            .send(Method::PUT, "/_windlass/rules", Some(text))
            .await?;
        Ok(())
    }

    /// Empties the local cloud. The returned status names the new instance.
    ///
    /// # Errors
    /// If the gateway does not answer.
    pub async fn reset(&self) -> Result<Status, ControlError> {
        Ok(self
            .patient
            .json(Method::POST, "/_windlass/reset", None)
            .await?)
    }

    /// Moves the clock forward at once: for rollouts, rate limits and hidden things.
    ///
    /// # Errors
    /// If the gateway does not answer.
    pub async fn forward(&self, time: Duration) -> Result<(), ControlError> {
        let path = format!("/_windlass/clock/forward?ms={}", time.as_millis());
        self.client.send(Method::POST, &path, None).await?;
        Ok(())
    }

    /// Makes an S3 bucket in an account, if it has none of that name. A reset of the local cloud also deletes the bucket.
    ///
    /// # Errors
    /// If the gateway does not answer, or the name is not valid for a bucket.
    pub async fn make_bucket(&self, account: &str, name: &str) -> Result<(), ControlError> {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={account}/20300101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        );
        let headers = [("authorization", authorization.as_str())];
        self.patient
            .send_with(Method::PUT, &format!("/{name}"), &headers, None)
            .await?;
        Ok(())
    }

    async fn stop(&self) -> Result<(), ControlError> {
        self.client
            .send(Method::POST, "/_windlass/stop", None)
            .await?;
        Ok(())
    }
}

impl LocalCloud {
    /// The local cloud of this home.
    #[must_use]
    pub fn new(home: Home) -> Self {
        Self { home }
    }

    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The status, if the local cloud runs. A status file counts only if the gateway that it names confirms it.
    ///
    /// # Errors
    /// If the file names an address that is not a loopback one.
    pub async fn status(&self) -> Result<Option<Status>, CloudError> {
        let Some(written) = Status::read(&self.home.status_file()) else {
            return Ok(None);
        };
        let answered = Control::of(&written)?.status().await;
        // A reset between reading the file and asking changes the instance, but not the process.
        Ok(answered
            .ok()
            .filter(|status| status.pid == written.pid && status.endpoint == written.endpoint))
    }

    /// Starts the local cloud unless it runs already, and returns its status.
    ///
    /// # Errors
    /// If it cannot be started; the error contains the cause from the daemon's log.
    pub async fn ensure_started(
        &self,
        daemon: &DaemonCommand,
        tell: impl Fn(Progress),
    ) -> Result<Status, CloudError> {
        if let Some(status) = self.status().await? {
            return Ok(status);
        }
        let _turn = Lock::wait(self.home.start_lock()).await?;
        if let Some(status) = self.status().await? {
            return Ok(status);
        }
        self.clear_away().await?;
        if !install::is_installed(&self.home) {
            tell(Progress::Installing);
            // Installed here and not in the daemon, so that a missing Python is an error of this program.
            install::ensure(&self.home).await?;
        }
        tell(Progress::Starting);
        let child = self.spawn(daemon)?;
        self.until_started(child).await
    }

    /// Stops the local cloud; returns whether it ran.
    ///
    /// # Errors
    /// If the daemon does not end.
    pub async fn stop(&self) -> Result<bool, CloudError> {
        if Lock::attempt(&self.home.daemon_lock())?.is_some() {
            return Ok(false);
        }
        if let Some(status) = self.status().await? {
            Control::of(&status)?.stop().await?;
        }
        self.clear_away().await?;
        Ok(true)
    }

    /// The commands of the running gateway.
    ///
    /// # Errors
    /// If it does not run.
    pub async fn control(&self) -> Result<Control, CloudError> {
        let status = self.status().await?.ok_or(CloudError::NotRunning)?;
        Ok(Control::of(&status)?)
    }

    /// Empties the local cloud; see [`Control::reset`].
    ///
    /// # Errors
    /// If it does not run or does not answer.
    pub async fn reset(&self) -> Result<Status, CloudError> {
        Ok(self.control().await?.reset().await?)
    }

    /// The calls; see [`Control::calls`] and [`Control::take_calls`].
    ///
    /// # Errors
    /// If it does not run or does not answer.
    pub async fn calls(&self, reset: bool) -> Result<Calls, CloudError> {
        let control = self.control().await?;
        Ok(if reset {
            control.take_calls().await?
        } else {
            control.calls().await?
        })
    }

    /// The rules in force.
    ///
    /// # Errors
    /// If it does not run or does not answer.
    pub async fn rules(&self) -> Result<Rules, CloudError> {
        Ok(self.control().await?.rules().await?)
    }

    /// Replaces the rules in force; see [`Control::set_rules`].
    ///
    /// # Errors
    /// If they are not valid, or it does not run or does not answer.
    pub async fn set_rules(&self, rules: &Rules) -> Result<(), CloudError> {
        Ok(self.control().await?.set_rules(rules).await?)
    }

    /// Waits until no daemon holds the home, and kills a daemon that does not end.
    async fn clear_away(&self) -> Result<(), CloudError> {
        if self.is_free_within(STOP_PATIENCE).await? {
            return Ok(());
        }
        let Some(pid) = self.daemon_pid() else {
            return Ok(());
        };
        // The lock proves that this process is alive and is a daemon of ours.
        tracing::warn!(
            pid = pid.as_raw(),
            "the local cloud does not answer and is ended"
        );
        if let Err(error) = kill(pid, Signal::SIGKILL) {
            tracing::debug!(%error, "it ended in the meantime");
        }
        if self.is_free_within(STOP_PATIENCE).await? {
            return Ok(());
        }
        Err(CloudError::Immortal { pid: pid.as_raw() })
    }

    fn daemon_pid(&self) -> Option<Pid> {
        let text = std::fs::read_to_string(self.home.daemon_lock()).ok()?;
        text.parse().ok().map(Pid::from_raw)
    }

    async fn is_free_within(&self, limit: Duration) -> Result<bool, HomeError> {
        let deadline = Instant::now() + limit;
        loop {
            if Lock::attempt(&self.home.daemon_lock())?.is_some() {
                return Ok(true);
            }
            if Instant::now() > deadline {
                return Ok(false);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn spawn(&self, daemon: &DaemonCommand) -> Result<Child, CloudError> {
        let path = self.home.log_file();
        let log = std::fs::File::create(&path).map_err(HomeError::io(&path))?;
        let errors = log.try_clone().map_err(HomeError::io(&path))?;
        let failed = |source| CloudError::Spawn {
            program: daemon.program.clone(),
            source,
        };
        Command::new(&daemon.program)
            .args(&daemon.arguments)
            .current_dir(self.home.root())
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .map_err(failed)
    }

    async fn until_started(&self, mut child: Child) -> Result<Status, CloudError> {
        let deadline = Instant::now() + START_PATIENCE;
        loop {
            if let Ok(Some(status)) = child.try_wait() {
                return Err(CloudError::Ended {
                    status,
                    tail: log_tail(&self.home.log_file()),
                });
            }
            if let Some(status) = self
                .status()
                .await?
                .filter(|status| status.pid == child.id())
            {
                // Reaps the daemon if it ends before this program; otherwise init does.
                std::thread::spawn(move || drop(child.wait()));
                return Ok(status);
            }
            if Instant::now() > deadline {
                return Err(CloudError::Slow {
                    log: self.home.log_file(),
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
