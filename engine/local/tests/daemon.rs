//! The daemon as a process of its own: one for each home, found again, replaced when dead, stopped completely.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use windlass_local::{CloudError, DaemonCommand, Home, LocalCloud, Status};

fn home(folder: &Path) -> Home {
    let python = Home::from_environment().expect("home").python().to_owned();
    Home::at(folder).with_python(python)
}

fn daemon(home: &Home) -> DaemonCommand {
    DaemonCommand {
        program: env!("CARGO_BIN_EXE_windlass-local-daemon").into(),
        arguments: vec![home.root().into(), home.python().into()],
    }
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}/stat")).exists() && !is_zombie(pid)
}

fn is_zombie(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')')
        .next()
        .is_some_and(|rest| rest.trim_start().starts_with('Z'))
}

fn kill(pid: u32, signal: Signal) -> nix::Result<()> {
    nix::sys::signal::kill(Pid::from_raw(i32::try_from(pid).expect("a pid")), signal)
}

/// Kills a daemon whose test failed before it stopped the daemon itself.
struct Leftover(u32);

impl Drop for Leftover {
    fn drop(&mut self) {
        if std::thread::panicking()
            && let Err(error) = kill(self.0, Signal::SIGKILL)
        {
            eprintln!("process {}: {error}", self.0);
        }
    }
}

async fn until_dead(pid: u32) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_alive(pid) {
        assert!(Instant::now() < deadline, "process {pid} lives on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn backend_pid(status: &Status) -> u32 {
    status.backend_pid.expect("moto's process")
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_starts_make_one_daemon_and_a_stop_ends_it_whole() {
    let folder = tempfile::tempdir().expect("folder");
    let home = home(folder.path());
    let starts = (0..4).map(|_| {
        let cloud = LocalCloud::new(home.clone());
        let command = daemon(&home);
        tokio::spawn(async move {
            cloud
                .ensure_started(&command, |_| {})
                .await
                .expect("started")
        })
    });
    let mut statuses = Vec::new();
    for start in starts.collect::<Vec<_>>() {
        statuses.push(start.await.expect("no panic"));
    }
    let first = statuses[0].clone();
    let _leftover = Leftover(first.pid);
    assert!(
        statuses.iter().all(|status| *status == first),
        "{statuses:#?}"
    );

    let cloud = LocalCloud::new(home.clone());
    assert_eq!(cloud.status().await.expect("status"), Some(first.clone()));
    let sessions = Command::new("ps")
        .args(["-o", "sid=", "-p", &first.pid.to_string()])
        .output()
        .expect("ps");
    assert_eq!(
        String::from_utf8_lossy(&sessions.stdout).trim(),
        first.pid.to_string(),
        "a session of its own"
    );
    let second = Command::new(env!("CARGO_BIN_EXE_windlass-local-daemon"))
        .args([home.root(), home.python()])
        .stdout(Stdio::null())
        .output()
        .expect("runs");
    assert!(!second.status.success());
    assert!(String::from_utf8_lossy(&second.stderr).contains("another local cloud is running"));

    let renewed = cloud.reset().await.expect("reset");
    assert_ne!(renewed.instance, first.instance);
    assert_eq!(cloud.status().await.expect("status"), Some(renewed));

    assert!(cloud.stop().await.expect("stops"));
    until_dead(first.pid).await;
    until_dead(backend_pid(&first)).await;
    assert_eq!(cloud.status().await.expect("status"), None);
    assert!(!cloud.stop().await.expect("nothing to stop"));
    assert!(matches!(
        cloud.calls(false).await,
        Err(CloudError::NotRunning)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_daemon_takes_moto_along_and_is_replaced() {
    let folder = tempfile::tempdir().expect("folder");
    let home = home(folder.path());
    let cloud = LocalCloud::new(home.clone());
    let first = cloud
        .ensure_started(&daemon(&home), |_| {})
        .await
        .expect("started");
    let _leftover = Leftover(first.pid);
    kill(first.pid, Signal::SIGKILL).expect("killed");
    until_dead(first.pid).await;
    until_dead(backend_pid(&first)).await;
    assert_eq!(
        cloud.status().await.expect("status"),
        None,
        "a dead daemon's file counts for nothing"
    );
    let second = cloud
        .ensure_started(&daemon(&home), |_| {})
        .await
        .expect("started");
    assert_ne!(first.instance, second.instance);
    assert!(cloud.stop().await.expect("stops"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_hangs_is_replaced() {
    let folder = tempfile::tempdir().expect("folder");
    let home = home(folder.path());
    let cloud = LocalCloud::new(home.clone());
    let first = cloud
        .ensure_started(&daemon(&home), |_| {})
        .await
        .expect("started");
    let _leftover = Leftover(first.pid);
    kill(first.pid, Signal::SIGSTOP).expect("stopped");
    assert!(cloud.stop().await.expect("stops"));
    until_dead(first.pid).await;
    until_dead(backend_pid(&first)).await;
}

#[tokio::test]
async fn a_daemon_that_cannot_start_says_why() {
    let folder = tempfile::tempdir().expect("folder");
    let home = home(folder.path());
    let command = DaemonCommand {
        program: env!("CARGO_BIN_EXE_windlass-local-daemon").into(),
        arguments: Vec::new(),
    };
    let Err(CloudError::Ended { tail, .. }) =
        LocalCloud::new(home).ensure_started(&command, |_| {}).await
    else {
        panic!("a daemon without a home started");
    };
    assert!(tail.contains("usage"), "{tail}");
}
