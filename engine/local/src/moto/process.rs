//! Runs moto's server as a child process that ends when this process ends.
//!
//! Guarantees: Moto is bound to 127.0.0.1 on a port that we chose. It ends when the value is dropped, and when its standard input closes because this
//! process is killed. It sees no AWS credentials of the person who started it, answers the gateway alone, and reaches no other address. Not here:
//! installing it (`install`).

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use http::{HeaderValue, Method};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};

use super::install::MotoEnvironment;
use crate::home::HomeError;
use crate::loopback::{Loopback, LoopbackClient};

/// Generous: a cold start on a busy machine takes several seconds of imports.
const READY_WITHIN: Duration = Duration::from_secs(90);
/// The program that Python runs: one text of several files, so that there is no file on disk that others could change.
const PROGRAM: &str = concat!(
    include_str!("guard.py"),
    include_str!("mends/base.py"),
    include_str!("mends/applicationautoscaling.py"),
    include_str!("mends/autoscaling.py"),
    include_str!("mends/ec2.py"),
    include_str!("mends/ecs.py"),
    include_str!("mends/elb.py"),
    include_str!("mends/logs.py"),
    include_str!("mends/servicediscovery.py"),
    include_str!("launch.py"),
);
const POLL: Duration = Duration::from_millis(40);
/// Another program can take the free port between our choice and moto's bind.
const ATTEMPTS: usize = 3;

/// A running moto.
#[derive(Debug)]
pub(crate) struct MotoProcess {
    child: Child,
    /// Moto ends when this closes. It is kept apart from the child, whose `wait` would close it.
    _lifeline: Option<ChildStdin>,
    door: Door,
}

/// Moto's address, and the key that it requires.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub(crate) address: Loopback,
    /// Moto answers only requests with this key in [`KEY_HEADER`].
    pub(crate) key: HeaderValue,
}

/// The header with the gateway's key, in every request to moto.
pub(crate) const KEY_HEADER: &str = "x-windlass-key";
/// The header with the key again, in the gateway's requests to moto's own commands; never in a request that is passed on.
pub(crate) const MANAGER_HEADER: &str = "x-windlass-manager";

impl Door {
    fn new(address: Loopback) -> Self {
        let key = format!("{:032x}", rand::random::<u128>());
        Self {
            address,
            key: HeaderValue::from_str(&key).expect("hexadecimal digits are a header's text"),
        }
    }
}

/// Why moto did not start.
#[derive(Debug, thiserror::Error)]
pub enum MotoError {
    /// Moto ended while starting.
    #[error("moto ended while starting ({status}); {}:\n{tail}", .log.display())]
    Ended {
        /// How it ended.
        status: ExitStatus,
        log: PathBuf,
        /// The end of the log.
        tail: String,
    },
    /// Moto runs but does not answer.
    #[error("moto did not answer within {} s; {}:\n{tail}", READY_WITHIN.as_secs(), .log.display())]
    Silent {
        log: PathBuf,
        /// The end of the log.
        tail: String,
    },
    /// The system refused an operation.
    #[error("cannot run moto")]
    Io(#[from] std::io::Error),
    /// The log cannot be written.
    #[error(transparent)]
    Home(#[from] HomeError),
}

impl MotoProcess {
    /// Starts moto and waits until it answers.
    pub(crate) async fn start(
        environment: &MotoEnvironment,
        log: &Path,
    ) -> Result<Self, MotoError> {
        let mut attempt = 1;
        loop {
            match Self::start_once(environment, log).await {
                Err(MotoError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    pub(crate) fn door(&self) -> &Door {
        &self.door
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits until moto ends by itself, which it never should.
    pub(crate) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends moto and waits until it is gone.
    pub(crate) async fn end(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "moto could not be ended");
        }
    }

    async fn start_once(environment: &MotoEnvironment, log: &Path) -> Result<Self, MotoError> {
        let door = Door::new(Loopback::port_on_localhost(free_port()?));
        let mut child = command(environment, door.address, log)?.spawn()?;
        let mut lifeline = child.stdin.take();
        if let Some(lifeline) = &mut lifeline {
            // Not by the command line or the environment, which other users of this host can read.
            lifeline.write_all(door.key.as_bytes()).await?;
            lifeline.write_all(b"\n").await?;
        }
        let mut moto = Self {
            _lifeline: lifeline,
            child,
            door,
        };
        moto.until_ready(log).await?;
        Ok(moto)
    }

    async fn until_ready(&mut self, log: &Path) -> Result<(), MotoError> {
        let client = LoopbackClient::new(self.door.address, Duration::from_secs(10));
        let key = self.door.key.to_str().unwrap_or_default();
        let headers = [(KEY_HEADER, key), (MANAGER_HEADER, key)];
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Err(MotoError::Ended {
                    status,
                    log: log.to_owned(),
                    tail: log_tail(log),
                });
            }
            let asked = client.send_with(Method::GET, "/moto-api/", &headers, None);
            if asked.await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(MotoError::Silent {
                    log: log.to_owned(),
                    tail: log_tail(log),
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

fn command(
    environment: &MotoEnvironment,
    address: Loopback,
    log: &Path,
) -> Result<Command, MotoError> {
    let output = OpenOptions::new()
        .create(true)
        .append(true)
        .open(log)
        .map_err(HomeError::io(log))?;
    let mut command = Command::new(environment.python());
    command
        // -I: neither the caller's PYTHON* variables nor the working folder can change what is imported.
        .args(["-I", "-c", PROGRAM])
        .args([
            "-H",
            "127.0.0.1",
            "-p",
            &address.socket().port().to_string(),
        ])
        .current_dir(environment.python().parent().unwrap_or(Path::new("/")))
        .stdin(Stdio::piped())
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AWS_") || text.starts_with("MOTO_") {
            command.env_remove(&name);
        }
    }
    command
        .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        .env("MOTO_ECS_NEW_ARN", "true")
        .env("MOTO_DISABLE_GLOBAL_CORS", "true")
        // Stacks resolve AMI ids by parameter; moto knows the parameters but not their images.
        .env_remove("MOTO_ENABLE_AMI_VALIDATION")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ok(command)
}

fn free_port() -> std::io::Result<u16> {
    let listener = std::net::TcpListener::bind(Loopback::ANY.socket())?;
    Ok(listener.local_addr()?.port())
}

/// The last lines of a log, for an error text.
pub(crate) fn log_tail(log: &Path) -> String {
    const LINES: usize = 15;
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
