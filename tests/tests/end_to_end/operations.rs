//! The commands besides `up`: history, import, drift, refresh, and changes of what the state believes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::world::{Ran, World, word};

const LOGS: &str = "Logs_20140328";

/// Runs a command that prints one JSON document and has to end with this exit code.
pub fn document(world: &World, words: &str, exit: i32) -> Value {
    let ran = world.run(&format!("{words} --json"));
    assert_eq!(ran.exit, Some(exit), "{words}: {}{}", ran.out, ran.errors);
    assert_eq!(ran.out.lines().count(), 1, "{words}: {}", ran.out);
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

fn refused(ran: &Ran, exit: i32, message: &str) {
    assert_eq!(ran.exit, Some(exit), "{}{}", ran.out, ran.errors);
    let said = format!("{}{}", ran.out, ran.errors);
    assert!(said.contains(message), "{said}");
}

fn state(world: &World) -> Value {
    let exported = world.run("state export");
    assert_eq!(exported.exit, Some(0), "{}", exported.errors);
    serde_json::from_str::<Value>(&exported.out).expect("JSON")["state"].clone()
}

/// The identifiers that a user needs to import everything.
fn identifiers(state: &Value) -> BTreeMap<String, String> {
    let resources = state["resources"].as_object().expect("resources");
    let identifier = |recorded: &Value| {
        // The state identifies a namespace that Windlass made by the operation that made it.
        let of_operation = recorded["kind"]
            .as_str()
            .is_some_and(|kind| kind.ends_with("Namespace"));
        let id = if of_operation {
            &recorded["outputs"]["Id"]
        } else {
            &recorded["physical_id"]
        };
        id.as_str().expect("an identifier").to_owned()
    };
    let pairs = resources
        .iter()
        .map(|(at, recorded)| (at.clone(), identifier(recorded)));
    pairs.collect()
}

#[test]
fn whole_stacks_are_imported_and_then_nothing_is_left_to_do() {
    for stack in ["storefront", "gpu-workers"] {
        let world = World::of(stack);
        let before = world.census();
        world.succeeds("up --yes");
        let full = world.census();
        let found = identifiers(&state(&world));
        std::fs::remove_dir_all(world.file(".windlass")).expect("the state is lost");
        let list = world.file("found.json");
        std::fs::write(&list, json!(found).to_string()).expect("a file");

        let imported = document(&world, &format!("import --from {}", word(&list)), 0);
        let imported = imported["imported"].as_array().expect("a list").clone();
        assert_eq!(imported.len(), found.len());
        let previewed = world.run("preview --json");
        let but_tags = |change: &String| {
            !change
                .split(": ")
                .nth(1)
                .is_some_and(|paths| paths.split(", ").all(|path| path.starts_with("Tags")))
        };
        let changes: Vec<_> = previewed.changes().into_iter().filter(but_tags).collect();
        assert_eq!(changes, [""; 0], "{stack}");
        world.succeeds("up --yes");
        world.is_settled("");
        assert_eq!(world.census(), full, "nothing was made");
        world.succeeds("destroy --yes");
        let mut left = world.census();
        // Revisions of a task definition stay in the list as inactive.
        left.remove("taskDefinitionArns");
        let mut none = before;
        none.remove("taskDefinitionArns");
        assert_eq!(left, none);
    }
}

#[test]
fn an_import_that_cannot_be_is_refused_with_everything_that_is_wrong() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let list = world.file("found.txt");
    let lines = "# found by hand\nnowhere id\nweb/logs other\nnetwork/vpc vpc-1\n";
    std::fs::write(&list, lines).expect("a file");
    let ran = world.run(&format!("import --json --from {}", word(&list)));
    assert_eq!(ran.exit, Some(3), "{}", ran.out);
    let problems = ran.of("error")[0]["problems"]
        .as_array()
        .expect("a list")
        .clone();
    assert_eq!(problems.len(), 3, "{problems:#?}");

    world.succeeds("state rm web/logs");
    let ran = world.run("import web/logs no-such-group");
    refused(&ran, 3, "AWS knows no AWS::Logs::LogGroup `no-such-group`");
    refused(&ran, 3, "`LogGroupName`");
}

/// Another user changes the log group's retention. Returns the group's name.
fn retained_for_400_days(world: &World) -> String {
    let groups = world.ask("logs", &format!("{LOGS}.DescribeLogGroups"), &json!({}));
    let name = groups["logGroups"][0]["logGroupName"].as_str();
    let name = name.expect("a name").to_owned();
    let change = json!({ "logGroupName": name, "retentionInDays": 400 });
    world.ask("logs", &format!("{LOGS}.PutRetentionPolicy"), &change);
    name
}

#[test]
fn what_an_import_finds_different_is_told_and_changed_by_the_next_up() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let name = retained_for_400_days(&world);
    world.succeeds("state rm web/logs");
    let imported = document(&world, &format!("import web/logs {name}"), 0);
    let fields = imported["imported"][0]["fields"].as_array();
    let fields = fields.expect("a list").iter();
    let mut paths = fields.filter_map(|field| field["path"].as_str());
    assert!(paths.any(|path| path == "RetentionInDays"), "{imported}");
    let previewed = world.run("preview --json");
    let changes = previewed.changes();
    assert!(
        changes.len() == 1 && changes[0].contains("RetentionInDays"),
        "{changes:?}"
    );
    world.succeeds("up --yes");
    world.is_settled("");
}

#[test]
fn drift_is_told_with_an_exit_code_and_recorded() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    assert_eq!(document(&world, "drift", 0)["drifts"], json!([]));
    retained_for_400_days(&world);

    let drifts = document(&world, "drift", 2)["drifts"].clone();
    assert_eq!(drifts[0]["address"], "web/logs");
    assert_eq!(drifts[0]["fields"][0]["path"], "RetentionInDays");
    assert_eq!(drifts[0]["fields"][0]["observed"], 400);
    let text = world.run("drift").out;
    assert!(
        text.contains("RetentionInDays") && text.contains("→ 400"),
        "{text}"
    );

    document(&world, "refresh", 0);
    assert_eq!(document(&world, "drift", 0)["drifts"], json!([]));
    let previewed = world.run("preview --json");
    assert_eq!(previewed.changes(), ["update web/logs: RetentionInDays"]);
    assert_eq!(
        previewed.of("planned")[0]["changes"][0]["reason"]["reason"],
        "changed"
    );
    world.succeeds("up --yes");
    world.is_settled("");
    document(&world, "refresh --lookups", 0);
    world.is_settled("");
}

#[test]
fn every_operation_stands_in_the_history_and_can_be_gone_back_to() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    world.succeeds("state mv web/logs web/log-group");
    world.succeeds("state rm web/log-group");
    let text = world.run("history").out;
    assert_eq!(text.lines().count(), 3, "{text}");
    let history = document(&world, "history", 0)["operations"].clone();
    let of = |name: &str| -> Vec<String> {
        let entries = history.as_array().expect("a list").iter();
        entries
            .map(|entry| entry[name].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(of("operation"), ["state rm", "state mv", "up"]);
    assert_eq!(of("result"), ["done"; 3]);
    let first = document(&world, "history show 1", 0);
    assert_eq!(first["document"].as_str().map(str::len), Some(64));
    let made = first["changes"].as_array().expect("a list");
    assert!(
        made.contains(&json!({"address": "web/logs", "what": "create"})),
        "{first:#}"
    );
    refused(
        &world.run("history show 9"),
        1,
        "the history has no operation 9",
    );

    // The group is an orphan now. The rollback finds it again, under its first address.
    let back = document(&world, "state rollback 1", 0);
    assert_eq!(back["back"], json!(["web/logs"]));
    world.is_settled("");
    let verified = document(&world, "state verify", 0);
    assert_eq!(verified["rollback"], json!([4, 3, 2, 1]));
    refused(
        &world.run("state rollback 17"),
        1,
        "the history has no operation 17",
    );
}

#[test]
fn a_failed_run_says_in_the_history_what_failed() {
    let world = World::of("storefront");
    world.succeeds("up --yes");
    assert_eq!(world.run("up --yes --set release=broken").exit, Some(6));
    let shown = document(&world, "history show 2", 0);
    assert_eq!(shown["result"], "failed");
    let failures = shown["failures"].as_array().expect("a list");
    let of_api = failures
        .iter()
        .find(|failure| failure["address"] == "api/service");
    let what = of_api.expect("it failed")["what"].as_str().expect("a text");
    assert!(what.contains("rolled back"), "{what}");
}

#[test]
fn every_failure_stands_in_the_history() {
    let world = World::of("storefront");
    let denied = world.cloud.rule(&json!({
        "name": format!("denied-{}", world.account),
        "match": {"account": world.account, "operation": "CreateLogGroup"},
        "effect": {"kind": "access_denied"},
    }));
    let ran = world.run("up --yes --json");
    drop(denied);
    assert_eq!(ran.exit, Some(1), "{}", ran.errors);
    let addresses = |list: &[Value]| -> BTreeSet<String> {
        let addresses = list.iter().map(|one| one["address"].to_string());
        addresses.collect()
    };
    let failed = addresses(&ran.of("step_failed"));
    assert!(failed.len() > 1, "{failed:?}");
    let shown = document(&world, "history show 1", 0);
    let recorded = shown["failures"].as_array().expect("a list");
    assert_eq!(addresses(recorded), failed);
}

#[test]
fn a_state_is_exported_and_believed_again() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let file = world.file("state.json");
    let exported = world.run(&format!("state export --out {}", word(&file)));
    assert_eq!(exported.exit, Some(0), "{}", exported.errors);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file)
            .expect("a file")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    world.succeeds("state rm web/logs");
    let import = format!("state import {}", word(&file));
    refused(&world.run(&import), 1, "older than the state");
    document(&world, &format!("{import} --older"), 0);
    world.is_settled("");

    std::fs::remove_dir_all(world.file(".windlass")).expect("the state is lost");
    document(&world, &import, 0);
    world.is_settled("");
    assert_eq!(document(&world, "state verify", 0)["operations"], 1);

    let other = World::of("quickstart");
    other.succeeds("up --yes");
    let ran = other.run(&format!("{import} --json"));
    refused(&ran, 1, "lineage");
    let text = std::fs::read_to_string(&file).expect("a file");
    std::fs::write(&file, text.replace("us-east-1a", "us-east-1b")).expect("a file");
    refused(&world.run(&import), 1, "is not what was exported");
}
