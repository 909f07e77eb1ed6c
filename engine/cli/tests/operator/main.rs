//! Command-line snapshots: what an operator types, and what the program answers: both outputs and the exit code, compared as text.
//!
//! `INSTA_UPDATE=always cargo test -p windlass-cli` updates the snapshots. Not here: runs that change something, which the end-to-end tests do
//! against the local cloud.

#![cfg(unix)]

mod account;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A folder for one stack, in which the test runs commands.
struct Desk {
    folder: tempfile::TempDir,
    stack: Option<&'static str>,
    /// Whether the environment has credentials.
    keys: bool,
}

impl Desk {
    /// A folder without a stack.
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self {
            folder,
            stack: None,
            keys: true,
        }
    }

    /// A folder with a stack of the example program (`stacks.rs`).
    fn of(stack: &'static str) -> Self {
        Self {
            stack: Some(stack),
            ..Self::empty()
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a command line without a terminal, and returns the outputs and the exit code.
    fn types(&self, line: &str) -> String {
        let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut command = Command::new(env!("CARGO_BIN_EXE_windlass"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .args(line.split_whitespace());
        if self.keys {
            command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE");
            command.env("AWS_SECRET_ACCESS_KEY", "scenario");
        }
        match self.stack {
            Some(stack) => {
                // The engine shows problems with their source lines, and finds the sources from here.
                command.current_dir(workspace);
                command.arg("--program").arg(program(self.path(), stack));
                command.arg("--stack-folder").arg(self.path());
                command.args(["--stack-name", stack]);
            }
            None => {
                command.current_dir(self.path());
            }
        }
        let output = command.output().expect("cargo has built the program");
        let mut told = format!("$ windlass {line}\n");
        for (text, from) in [(&output.stdout, ""), (&output.stderr, "stderr: ")] {
            for text in String::from_utf8_lossy(text).lines() {
                writeln!(told, "{}", format!("{from}{text}").trim_end())
                    .expect("a string can be written");
            }
        }
        let exit = output
            .status
            .code()
            .map_or("a signal".to_owned(), |code| code.to_string());
        writeln!(told, "exit {exit}").expect("a string can be written");
        told.replace(&self.path().display().to_string(), "[FOLDER]")
    }
}

/// Writes the stack's program into a folder: a script that passes the stack's name to the example program.
fn program(folder: &Path, stack: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let this = std::env::current_exe().expect("a test knows its program");
    let example = this.parent().and_then(Path::parent);
    let example = example
        .expect("tests are built into `deps`")
        .join("examples/operator-stacks");
    assert!(
        example.is_file(),
        "cargo builds the stacks only where it is not told which tests to build: `cargo build -p windlass-cli --example operator-stacks`"
    );
    let script = format!(
        "#!/bin/sh\nSTACK={stack} REQUEST=\"$2\" RESPONSE=\"$3\" exec '{}' >/dev/null 2>&1\n",
        example.display()
    );
    let program = folder.join(format!("program-of-{stack}"));
    std::fs::write(&program, script).expect("a temporary folder can be written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
        .expect("and so can its modes");
    program
}

/// The same output without times: how long reading takes differs from run to run.
fn timeless(told: &str) -> String {
    let lines = told.lines().map(|line| match line.rsplit_once(" calls, ") {
        Some((before, _)) => format!("{before} calls, [TIME]"),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The event with this name in the output.
fn event(told: &str, name: &str) -> serde_json::Value {
    let lines = told.lines().filter(|line| line.starts_with('{'));
    let mut events = lines
        .map(|line| -> serde_json::Value { serde_json::from_str(line).expect("an event is JSON") });
    events
        .find(|event| event["event"] == name)
        .unwrap_or_else(|| panic!("no {name}: {told}"))
}

#[test]
fn help() {
    insta::assert_snapshot!(Desk::empty().types("--help"));
}

#[test]
fn version() {
    insta::assert_snapshot!(Desk::empty().types("--version"));
}

#[test]
fn wrong_command_lines() {
    let desk = Desk::empty();
    let lines = [
        "",
        "upp",
        "up --profile shop --local",
        "state list --profile shop --local",
        "up --set release",
        "preview --target Not/An/Address!",
    ];
    insta::assert_snapshot!(lines.map(|line| desk.types(line)).join("\n"));
}

#[test]
fn no_stack_here() {
    insta::assert_snapshot!(Desk::empty().types("check"));
}

#[test]
fn malformed_environment() {
    insta::assert_snapshot!(Desk::of("shop").types("check --env ../prod"));
}

#[test]
fn a_stack_without_problems() {
    insta::assert_snapshot!(Desk::of("shop").types("check"));
}

#[test]
fn several_problems_at_once() {
    insta::assert_snapshot!(Desk::of("wrong").types("check"));
}

#[test]
fn problems_for_a_pipeline() {
    let told = Desk::of("wrong").types("check --json");
    let line = told
        .lines()
        .find(|line| line.starts_with('{'))
        .expect("one JSON line");
    let event: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
    assert_eq!(event["event"], "error");
    assert_eq!(event["exit"], 3);
    let codes: Vec<_> = event["problems"]
        .as_array()
        .expect("problems are a list")
        .iter()
        .map(|problem| problem["code"].as_str().expect("a problem has a code"))
        .collect();
    assert_eq!(codes.len(), 3, "{codes:?}");
    assert!(told.ends_with("exit 3\n"), "{told}");
}

#[test]
fn unknown_parameter() {
    insta::assert_snapshot!(Desk::of("shop").types("check --set realease=1.5.0"));
}

#[test]
fn missing_and_malformed_parameters() {
    insta::assert_snapshot!(Desk::of("asking").types("check --set tasks=many"));
}

#[test]
fn a_program_that_is_not_deterministic() {
    insta::assert_snapshot!(Desk::of("changing").types("synth"));
}

#[test]
fn a_program_that_panics() {
    insta::assert_snapshot!(Desk::of("panicking").types("synth"));
}

#[test]
fn nothing_to_destroy() {
    let desk = Desk::of("shop");
    insta::assert_snapshot!(desk.types("destroy --yes"));
    assert!(
        !desk.path().join(".windlass").exists(),
        "looking makes no state"
    );
}

#[test]
fn what_ends_without_a_run_says_so_in_json() {
    let desk = Desk::of("shop");
    let nothing = event(&desk.types("destroy --yes --json"), "run_finished");
    assert_eq!(nothing["result"], "done");
    assert_eq!(nothing["deleted"], 0);
}

#[test]
fn warnings_for_a_pipeline() {
    let desk = Desk::of("warned");
    let endpoint = account::empty();
    let warning = |problems: &serde_json::Value| {
        let problems = problems.as_array().expect("problems are a list");
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0]["severity"], "warning");
        assert_eq!(problems[0]["code"], "WL-0406");
    };
    let checked = desk.types("check --json");
    let line = checked.lines().find(|line| line.starts_with('{'));
    let document: serde_json::Value =
        serde_json::from_str(line.expect("a document")).expect("it is JSON");
    warning(&document["problems"]);
    let previewed = desk.types(&format!("preview --json --endpoint-url {endpoint}"));
    warning(&event(&previewed, "warned")["problems"]);
}

#[test]
fn warnings_for_people() {
    let desk = Desk::of("warned");
    let endpoint = account::empty();
    let lines = [
        "check".to_owned(),
        format!("preview --endpoint-url {endpoint}"),
    ];
    let told = lines.map(|line| desk.types(&line)).join("\n");
    insta::assert_snapshot!(timeless(&told.replace(&endpoint, "[ENDPOINT]")));
}

#[test]
fn accounts_that_are_not_allowed() {
    let desk = Desk::of("trespassing");
    let endpoint = account::empty();
    let lines = [
        "check".to_owned(),
        format!("up --yes --endpoint-url {endpoint}"),
    ];
    let told = lines.map(|line| desk.types(&line)).join("\n");
    insta::assert_snapshot!(told.replace(&endpoint, "[ENDPOINT]"));
}

#[test]
fn a_plan_of_another_operation() {
    let desk = Desk::of("shop");
    let endpoint = account::empty();
    let file = desk.path().join("plan.json");
    let lines = [
        format!("preview --destroy --out {}", file.display()),
        format!("up --plan {}", file.display()),
        format!("destroy --plan {}", file.display()),
    ];
    let told = lines.map(|line| desk.types(&format!("{line} --endpoint-url {endpoint}")));
    insta::assert_snapshot!(timeless(&told.join("\n").replace(&endpoint, "[ENDPOINT]")));
}

#[test]
fn an_empty_state() {
    let desk = Desk::of("shop");
    let lines = [
        "outputs",
        "outputs --json",
        "state list",
        "state list --json",
        "state show logs",
    ];
    insta::assert_snapshot!(lines.map(|line| desk.types(line)).join("\n"));
}

#[test]
fn a_state_in_a_folder_that_cannot_be_written() {
    let desk = Desk::of("shop");
    desk.types(&format!("preview --endpoint-url {}", account::empty()));
    let reader = Reader::of(desk.path());
    for line in ["state list", "outputs", "history", "state verify"] {
        let told = reader.types(line);
        assert!(told.status.success(), "{line}: {told:?}");
    }
}

/// A user who may read a folder and not write into it. Root may write everywhere, so a test that runs as root becomes another user.
struct Reader<'a> {
    folder: &'a Path,
    program: PathBuf,
    user: Option<u32>,
}

impl<'a> Reader<'a> {
    fn of(folder: &'a Path) -> Self {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        const NOBODY: u32 = 65534;
        let program = folder.join("windlass");
        std::fs::copy(env!("CARGO_BIN_EXE_windlass"), &program).expect("it can be copied");
        let is_root = std::fs::metadata(&program).expect("it is there").uid() == 0;
        let user = is_root.then_some(NOBODY);
        let states = folder.join(".windlass");
        let files = std::fs::read_dir(&states).expect("a state was made");
        let files = files.map(|file| file.expect("it can be listed").path());
        let all: Vec<PathBuf> = files.chain([states.clone(), folder.to_owned()]).collect();
        for path in &all {
            chown(path, user, None).expect("root may do this, and others do nothing");
        }
        for path in [&states, &folder.to_owned()] {
            let read = std::fs::Permissions::from_mode(0o500);
            std::fs::set_permissions(path, read).expect("it is ours");
        }
        Self {
            folder,
            program,
            user,
        }
    }

    fn types(&self, line: &str) -> std::process::Output {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .env("HOME", self.folder)
            .stdin(Stdio::null());
        command.args(line.split_whitespace());
        command.arg("--stack-folder").arg(self.folder);
        command.args(["--stack-name", "shop"]);
        if let Some(user) = self.user {
            std::os::unix::process::CommandExt::uid(&mut command, user);
        }
        command.output().expect("it can be run")
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        use std::os::unix::fs::PermissionsExt;
        for path in [self.folder.join(".windlass"), self.folder.to_owned()] {
            let owner = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(path, owner).expect("it is ours");
        }
    }
}

#[test]
fn operations_on_no_state() {
    let desk = Desk::of("shop");
    let lines = [
        "history",
        "history --json",
        "history show 1",
        "drift",
        "drift --json",
        "refresh",
        "state verify",
        "state rm logs",
        "state mv logs log-group",
        "state rollback 1",
        "state export",
    ];
    insta::assert_snapshot!(lines.map(|line| desk.types(line)).join("\n"));
    assert!(
        !desk.path().join(".windlass").exists(),
        "looking makes no state"
    );
}

#[test]
fn what_can_be_imported_and_believed() {
    let desk = Desk::of("shop");
    let lines = [
        "import --help",
        "refresh --help",
        "state --help",
        "state import --help",
        "import",
        "import logs",
        "import logs id --from list.txt",
    ];
    insta::assert_snapshot!(lines.map(|line| desk.types(line)).join("\n"));
}

#[test]
fn files_that_cannot_be_imported() {
    let desk = Desk::of("shop");
    let file = |name: &str, text: &str| {
        let file = desk.path().join(name);
        std::fs::write(&file, text).expect("a temporary folder can be written");
        file.display().to_string()
    };
    let lines = [
        format!("import --from {}", file("no-id.txt", "logs\n")),
        format!("import --from {}", file("empty.txt", "# nothing\n")),
        format!("import --from {}", file("list.json", "{\"logs\": 1}")),
        format!("state import {}", file("no-state.json", "{}")),
        format!(
            "state import {}",
            file(
                "newer.json",
                r#"{"windlass_state": 99, "hash": "", "state": {}}"#
            )
        ),
        format!(
            "state import {}",
            file(
                "changed.json",
                r#"{"windlass_state": 2, "hash": "", "state": {}}"#
            )
        ),
    ];
    insta::assert_snapshot!(lines.map(|line| desk.types(&line)).join("\n"));
}

#[test]
fn a_file_that_is_no_plan() {
    let desk = Desk::of("shop");
    let file = desk.path().join("plan.json");
    std::fs::write(&file, "{}").expect("a temporary folder can be written");
    let told = desk.types(&format!("up --plan {}", file.display()));
    insta::assert_snapshot!(told);
}

#[test]
fn a_preview_and_its_exit_codes() {
    let desk = Desk::of("shop");
    let endpoint = account::empty();
    let lines = ["preview", "preview --detailed-exitcode"];
    let told = lines.map(|line| desk.types(&format!("{line} --endpoint-url {endpoint}")));
    insta::assert_snapshot!(timeless(&told.join("\n").replace(&endpoint, "[ENDPOINT]")));
}

#[test]
fn no_terminal_and_no_yes() {
    let desk = Desk::of("shop");
    let endpoint = account::empty();
    let told = desk.types(&format!("up --endpoint-url {endpoint}"));
    insta::assert_snapshot!(timeless(&told.replace(&endpoint, "[ENDPOINT]")));
}

/// The SDK's chain would skip the missing profile, and use the environment's or the machine's keys.
#[test]
fn a_profile_that_does_not_exist_is_named_at_once() {
    let desk = Desk::empty();
    let aws = desk.path().join(".aws");
    std::fs::create_dir(&aws).expect("a temporary folder can be written");
    let files = "[default]\nregion = us-east-1\n[profile ops]\nregion = us-east-1\n";
    std::fs::write(aws.join("config"), files).expect("and so can its files");
    let told = desk.types("import web ID --profile nope");
    let says =
        "there is no profile `nope` in the shared configuration files; they have default, ops";
    assert!(told.contains(says), "{told}");
}

#[test]
fn without_credentials_it_says_so_at_once() {
    let desk = Desk {
        keys: false,
        ..Desk::of("shop")
    };
    let endpoint = account::empty();
    let began = Instant::now();
    let told = desk.types(&format!("preview --json --endpoint-url {endpoint}"));
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    let error = event(&told, "error");
    let refused = &error["refused"][0]["error"];
    assert_eq!(refused["operation"], "sts:GetCallerIdentity", "{told}");
    let message = refused["message"].as_str().expect("a message");
    assert!(
        message.starts_with("there are no usable credentials"),
        "{told}"
    );
    let help = error["help"].as_str().expect("a way out");
    assert!(help.contains("AWS_PROFILE"), "{told}");
    assert!(told.ends_with("exit 1\n"), "{told}");
}
