//! What one test works in: a stack, its own account and its own folder.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::cloud::{Calls, Cloud};
use crate::programs::program;

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(120);
/// A whole command takes less than this, including the waits for a dead holder's lease and for the SDK's timeout of a minute.
const LIMIT: Duration = Duration::from_secs(300);

pub struct World {
    pub cloud: Arc<Cloud>,
    pub account: String,
    stack: &'static str,
    program: PathBuf,
    folder: TempDir,
}

/// How a command ended.
pub struct Ran {
    pub exit: Option<i32>,
    pub out: String,
    pub errors: String,
}

impl World {
    /// A new, empty account.
    pub fn of(stack: &'static str) -> Self {
        Self::within(Cloud::shared(), stack)
    }

    /// The same in the cloud whose windows are long enough to hide resources.
    pub fn lagging(stack: &'static str) -> Self {
        Self::within(Cloud::lagging(), stack)
    }

    fn within(cloud: Arc<Cloud>, stack: &'static str) -> Self {
        static ACCOUNTS: AtomicU32 = AtomicU32::new(1);
        let account = ACCOUNTS.fetch_add(1, Ordering::Relaxed);
        Self {
            cloud,
            account: format!("{account:012}"),
            stack,
            program: program(stack),
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// A file in the stack's folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many lines each emergency journal has that the state does not have yet.
    pub fn emergencies(&self) -> Vec<usize> {
        let folder = std::fs::read_dir(self.file(".windlass/local/emergency"));
        let lines = |path: PathBuf| {
            let text = std::fs::read_to_string(path).expect("text");
            text.lines().count()
        };
        let files = folder.expect("there was one").flatten();
        files.map(|file| lines(file.path())).collect()
    }

    fn command(&self, account: &str, words: &str) -> Command {
        let mut command = self.cloud.windlass();
        command
            .env("WINDLASS_LOCAL_ACCOUNT", account)
            .args(words.split_whitespace())
            .args(["--local", "--stack-name", self.stack, "--program"])
            .arg(&self.program)
            .arg("--stack-folder")
            .arg(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs `windlass` with these arguments.
    pub fn run(&self, words: &str) -> Ran {
        self.run_in(&self.account, words)
    }

    /// The same with the credentials of another account.
    pub fn run_in(&self, account: &str, words: &str) -> Ran {
        Ran::to_the_end(self.command(account, words))
    }

    /// The same, with a changed command.
    pub fn run_by(&self, words: &str, otherwise: impl FnOnce(Command) -> Command) -> Ran {
        Ran::to_the_end(otherwise(self.command(&self.account, words)))
    }

    /// Runs it with events as output. It has to succeed.
    pub fn succeeds(&self, words: &str) -> Ran {
        let ran = self.run(&format!("{words} --json"));
        assert_eq!(
            ran.exit,
            Some(0),
            "{words}: {}{}",
            ran.troubles(),
            ran.errors
        );
        ran
    }

    /// The same, and returns the calls that it took.
    pub fn measured(&self, words: &str) -> (Ran, Calls) {
        self.counting(|| self.succeeds(words))
    }

    /// The same for a run that may fail.
    pub fn counted(&self, words: &str) -> (Ran, Calls) {
        self.counting(|| self.run(words))
    }

    fn counting(&self, run: impl FnOnce() -> Ran) -> (Ran, Calls) {
        self.cloud.count();
        let before = self.cloud.calls_by_operation(&self.account);
        let ran = run();
        self.cloud.count();
        let mut calls = self.cloud.calls_by_operation(&self.account);
        for (operation, before) in before {
            *calls.entry(operation).or_default() -= before;
        }
        calls.retain(|_, count| *count > 0);
        (ran, calls)
    }

    /// Asserts that nothing is left to do.
    pub fn is_settled(&self, parameters: &str) {
        let ran = self.run(&format!("preview --detailed-exitcode --json {parameters}"));
        assert_eq!(ran.changes(), [""; 0], "{}", self.stack);
        assert_eq!(ran.exit, Some(0), "{}{}", ran.troubles(), ran.errors);
    }

    /// Starts `windlass` with these arguments. The returned value can wait for its end.
    pub fn starts(&self, words: &str) -> Starting {
        let child = self
            .command(&self.account, words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("windlass runs");
        Starting(child)
    }

    /// Starts it so that the test can stop it at one of its calls.
    pub fn begins(&self, words: &str) -> Begun<'_> {
        let log = |name| File::create(self.file(name)).expect("a log");
        let child = self
            .command(&self.account, words)
            .stdout(log("begun.out"))
            .stderr(log("begun.err"))
            .spawn()
            .expect("windlass runs");
        Begun {
            world: self,
            child,
            begun: Instant::now(),
        }
    }

    /// Waits until no rule holds a call here.
    pub fn holds_nothing(&self) {
        let since = Instant::now();
        while self.cloud.held(&self.account).is_some() {
            assert!(since.elapsed() < PATIENCE, "a call is held without a rule");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Runs it and kills it as soon as the cloud has seen this many of its calls. Returns whether that happened.
    pub fn killed_after(&self, calls: usize, words: &str) -> bool {
        let before = self.cloud.calls(&self.account);
        let log = |name| File::create(self.file(name)).expect("a log");
        let mut child = self
            .command(&self.account, words)
            .stdout(log("killed.out"))
            .stderr(log("killed.err"))
            .spawn()
            .expect("windlass runs");
        let begun = Instant::now();
        while child.try_wait().expect("a child").is_none() {
            if self.cloud.calls(&self.account) - before >= calls {
                child.kill().expect("a child");
                child.wait().expect("a child");
                return true;
            }
            assert!(begun.elapsed() < PATIENCE, "{words} hangs");
            std::thread::sleep(Duration::from_millis(1));
        }
        false
    }
}

/// A running command that the test will kill.
pub struct Begun<'a> {
    world: &'a World,
    child: std::process::Child,
    begun: Instant,
}

impl Begun<'_> {
    /// Waits until a rule holds a call of this operation. Returns whether that happened before the command ended.
    pub fn is_held_at(&mut self, operation: &str) -> bool {
        let (cloud, account) = (&self.world.cloud, &self.world.account);
        self.until(|| cloud.held(account).as_deref() == Some(operation))
    }

    /// Waits until `reached` is true. Returns whether that happened before the command ended.
    pub fn until(&mut self, reached: impl Fn() -> bool) -> bool {
        loop {
            if reached() {
                return true;
            }
            if self.child.try_wait().expect("a child").is_some() {
                return false;
            }
            assert!(self.begun.elapsed() < PATIENCE, "it hangs");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Presses Ctrl-C.
    pub fn interrupt(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("there is `kill`").success());
    }

    /// Waits for its end. Returns the exit code and the output.
    pub fn ends(mut self) -> (Option<i32>, String) {
        self.until(|| false);
        let status = self.child.wait().expect("a child");
        (status.code(), self.output())
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.child.kill().expect("a child");
        self.child.wait().expect("a child");
    }

    /// The output so far.
    pub fn output(&self) -> String {
        let text = |name| std::fs::read_to_string(self.world.file(name)).unwrap_or_default();
        text("begun.out") + &text("begun.err")
    }
}

/// A running command.
pub struct Starting(std::process::Child);

impl Starting {
    /// Waits for its end.
    pub fn ends(self) -> Ran {
        Ran::after(&self.0.wait_with_output().expect("a child"))
    }
}

impl Ran {
    /// Runs the command to its end. If it hangs, this function kills it, and the test fails.
    fn to_the_end(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let (mut out, mut errors) = (child.stdout.take(), child.stderr.take());
        let begun = Instant::now();
        std::thread::scope(|scope| {
            let out = scope.spawn(|| text(out.as_mut().expect("it is piped")));
            let errors = scope.spawn(|| text(errors.as_mut().expect("it is piped")));
            let status = loop {
                if let Some(status) = child.try_wait().expect("a child") {
                    break status;
                }
                if begun.elapsed() > LIMIT {
                    child.kill().expect("a child");
                    panic!("{command:?} hangs");
                }
                std::thread::sleep(Duration::from_millis(2));
            };
            Self {
                exit: status.code(),
                out: out.join().expect("it is read"),
                errors: errors.join().expect("it is read"),
            }
        })
    }

    fn after(output: &std::process::Output) -> Self {
        Self {
            exit: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The events, one for each line of output.
    pub fn events(&self) -> Vec<Value> {
        let event = |line| {
            let event: Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(
                event["event"].is_string() && event["at"].is_string(),
                "{line}"
            );
            event
        };
        self.out.lines().map(event).collect()
    }

    /// The events with this name.
    pub fn of(&self, name: &str) -> Vec<Value> {
        let mut events = self.events();
        events.retain(|event| event["event"] == name);
        events
    }

    /// The plan, with one line for each address: `update web/service: TaskDefinition`.
    pub fn changes(&self) -> Vec<String> {
        let planned = self.of("planned");
        let changes = planned.first().map(|planned| &planned["changes"]);
        let changes = changes.and_then(Value::as_array).into_iter().flatten();
        changes.map(line).collect()
    }

    /// Asserts that this run did not have to find out the results of steps that the earlier run reported as done.
    pub fn knew(&self, earlier: &Self) {
        for recovered in self.of("recovered") {
            for what in ["adopted", "removed", "uncertain"] {
                let found = recovered[what].as_array().expect("a list");
                for done in earlier.of("step_done") {
                    assert!(!found.contains(&done["address"]), "{done} was {what}");
                }
            }
        }
    }

    /// What failed, for messages of assertions.
    pub fn troubles(&self) -> String {
        let bad = |line: &&str| {
            ["step_failed", "step_retrying", "\"error\"", "recovered"]
                .iter()
                .any(|word| line.contains(word))
        };
        self.out.lines().filter(bad).collect::<Vec<_>>().join("\n")
    }
}

fn line(change: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut line = format!(
        "{} {}",
        text(&change["verdict"]["verdict"]),
        text(&change["address"])
    );
    let fields = change["fields"].as_array().into_iter().flatten();
    let paths: Vec<_> = fields.map(|field| text(&field["path"])).collect();
    let verdict = text(&change["verdict"]["verdict"]);
    if !paths.is_empty() && verdict != "create" {
        line.push_str(": ");
        line.push_str(&paths.join(", "));
    }
    line
}

fn text(pipe: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).expect("a pipe can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The path as one word of the command line.
pub fn word(path: &Path) -> &str {
    let word = path.to_str().expect("paths of tests are text");
    assert!(!word.contains(char::is_whitespace), "{word}");
    word
}
