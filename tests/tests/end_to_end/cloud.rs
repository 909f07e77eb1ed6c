//! One local cloud for all tests that run at the same time, in its own home folder, and another with longer visibility windows. The last test stops
//! it.
//!
//! Not here: the resources of a test (`world`).

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use windlass_local::Home;
use windlass_tests::local::http::{self, Answer, send};

use crate::programs::program;

/// How often the meter reads the record of calls: much more often than one call of a run takes.
const TICK: Duration = Duration::from_millis(2);
/// The factor from AWS's visibility windows to those of [`Cloud::lagging`]: a minute becomes six seconds. AWS gives its times in whole seconds, so
/// windows shorter than a few seconds prove nothing.
const SCALE: f64 = 0.1;
/// How long a test hides resources there: well within the shortest window of the catalogue, which is 30 s in AWS.
pub const HIDDEN: Duration = Duration::from_millis(1500);
/// After this time AWS shows every resource there that a stack of these tests has, except for namespaces. In AWS it is 60 s.
pub const WINDOW: Duration = Duration::from_secs(6);

/// The time in milliseconds, as rules need it.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("short")
}

/// Rules with images that do not start, or that start and exit. Each state of a task lasts a fifth of the usual time.
fn rules() -> Value {
    let missing = "CannotPullContainerError: there is no such image";
    let memory = "OutOfMemoryError: container killed due to memory usage";
    let images = json!([
        { "image": "*broken*", "reason": missing },
        { "image": "*leaky*", "reason": memory, "exit_code": 137, "log": ["loading the catalogue", "java.lang.OutOfMemoryError: Java heap space"] },
    ]);
    json!({ "ecs": { "step_ms": 50, "images": images } })
}

/// A running local cloud.
pub struct Cloud {
    home: TempDir,
    address: String,
    meter: Arc<Meter>,
    reading: Option<JoinHandle<()>>,
}

/// Calls by operation, such as `ec2:CreateVpc`.
pub type Calls = BTreeMap<String, usize>;

/// How many calls each account has made.
#[derive(Default)]
struct Meter {
    calls: Mutex<BTreeMap<String, Calls>>,
    /// How often the meter has read the record.
    readings: AtomicUsize,
    ended: AtomicBool,
}

impl Cloud {
    /// The running cloud, or a new one.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Cloud>> = Mutex::new(Weak::new());
        Self::running(&SHARED, &rules())
    }

    /// The same for tests in which new resources do not show yet. The factor applies to the whole cloud, and a longer window slows down every run
    /// that waits for a missing resource.
    pub fn lagging() -> Arc<Self> {
        static LAGGING: Mutex<Weak<Cloud>> = Mutex::new(Weak::new());
        let mut rules = rules();
        rules["visibility_scale"] = json!(SCALE);
        Self::running(&LAGGING, &rules)
    }

    fn running(shared: &Mutex<Weak<Self>>, rules: &Value) -> Arc<Self> {
        // A failed start in another test does not make the next start fail.
        let mut shared = shared.lock().unwrap_or_else(|poison| poison.into_inner());
        shared.upgrade().unwrap_or_else(|| {
            let cloud = Arc::new(Self::start(rules));
            *shared = Arc::downgrade(&cloud);
            cloud
        })
    }

    fn start(rules: &Value) -> Self {
        let home = tempfile::tempdir().expect("a home");
        let started = Self::command(&home)
            .args(["local", "start"])
            .output()
            .expect("windlass runs");
        assert!(
            started.status.success(),
            "{}",
            String::from_utf8_lossy(&started.stderr)
        );
        let status = std::fs::read_to_string(home.path().join("status.json")).expect("a status");
        let status: Value = serde_json::from_str(&status).expect("JSON");
        let endpoint = status["endpoint"].as_str().expect("an endpoint");
        let address = endpoint
            .strip_prefix("http://")
            .expect("plain HTTP")
            .to_owned();
        let set = send(&address, "PUT", "/_windlass/rules", &[], &rules.to_string());
        assert_eq!(set.status, 200, "{}", set.text);
        let meter = Arc::new(Meter::default());
        let reading = Some(std::thread::spawn({
            let (meter, address) = (Arc::clone(&meter), address.clone());
            move || meter.read(&address)
        }));
        Self {
            home,
            address,
            meter,
            reading,
        }
    }

    /// `windlass` in this cloud's home.
    pub fn windlass(&self) -> Command {
        Self::command(&self.home)
    }

    fn command(home: &TempDir) -> Command {
        let python = Home::from_environment()
            .expect("a home")
            .python()
            .to_owned();
        let mut command = Command::new(program("windlass"));
        for name in [
            "WINDLASS_ENV",
            "WINDLASS_LOCAL",
            "WINDLASS_STATE",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
        ] {
            command.env_remove(name);
        }
        command
            .env("WINDLASS_LOCAL_HOME", home.path())
            .env("WINDLASS_LOCAL_PYTHON", python);
        command
    }

    /// How many calls the account has made.
    pub fn calls(&self, account: &str) -> usize {
        self.calls_by_operation(account).values().sum()
    }

    /// Waits until the meter has counted every call that has an answer by now.
    pub fn count(&self) {
        // The current reading may have begun before.
        let wanted = self.meter.readings.load(Ordering::SeqCst) + 2;
        while self.meter.readings.load(Ordering::SeqCst) < wanted {
            let ended = self.reading.as_ref().is_none_or(JoinHandle::is_finished);
            assert!(!ended, "the meter panicked");
            std::thread::sleep(TICK);
        }
    }

    /// Which calls the account has made.
    pub fn calls_by_operation(&self, account: &str) -> Calls {
        let calls = self.meter.calls.lock().expect("the meter does not panic");
        calls.get(account).cloned().unwrap_or_default()
    }

    /// The account's operation that a rule holds now.
    pub fn held(&self, account: &str) -> Option<String> {
        let answer = send(&self.address, "GET", "/_windlass/held", &[], "");
        let held: Value = serde_json::from_str(&answer.text).expect("JSON");
        let held = held.as_array().expect("a list").iter();
        let mut ours = held.filter(|call| call["account"] == account);
        Some(ours.next()?["operation"].as_str()?.to_owned())
    }

    /// Adds a rule. The rule ends when the returned value is dropped.
    pub fn rule(&self, rule: &Value) -> Ruled<'_> {
        let name = rule["name"].as_str().expect("a rule has a name").to_owned();
        self.change_rules(|rules| rules.push(rule.clone()));
        Ruled { cloud: self, name }
    }

    fn change_rules(&self, change: impl FnOnce(&mut Vec<Value>)) {
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(|poison| poison.into_inner());
        let path = "/_windlass/rules";
        let there = send(&self.address, "GET", path, &[], "");
        let mut rules: Value = serde_json::from_str(&there.text).expect("rules are JSON");
        change(rules["rules"].as_array_mut().expect("a list"));
        let set = send(&self.address, "PUT", path, &[], &rules.to_string());
        assert_eq!(set.status, 200, "{}", set.text);
    }

    /// Sends an API call as that account, without Windlass.
    pub fn call(
        &self,
        account: &str,
        service: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        http::call(&self.address, account, service, headers, body)
    }
}

/// A rule that applies while this value lives.
pub struct Ruled<'a> {
    cloud: &'a Cloud,
    name: String,
}

impl Drop for Ruled<'_> {
    fn drop(&mut self) {
        self.cloud
            .change_rules(|rules| rules.retain(|rule| rule["name"] != self.name.as_str()));
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        self.meter.ended.store(true, Ordering::Relaxed);
        if let Some(reading) = self.reading.take()
            && reading.join().is_err()
        {
            eprintln!("the meter panicked");
        }
        match self.windlass().args(["local", "stop"]).output() {
            Ok(stopped) if stopped.status.success() => {}
            other => eprintln!("the local cloud was not stopped: {other:?}"),
        }
    }
}

impl Meter {
    fn read(&self, address: &str) {
        while !self.ended.load(Ordering::Relaxed) {
            let answer = send(address, "POST", "/_windlass/calls/reset", &[], "");
            let taken: Value = serde_json::from_str(&answer.text).expect("the record is JSON");
            let mut calls = self.calls.lock().expect("only this panics");
            for call in taken["log"].as_array().into_iter().flatten() {
                let text = |name: &str| call[name].as_str().unwrap_or_default();
                let of_account = calls.entry(text("account").to_owned()).or_default();
                let operation = format!("{}:{}", text("service"), text("operation"));
                *of_account.entry(operation).or_default() += 1;
            }
            drop(calls);
            self.readings.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(TICK);
        }
    }
}
