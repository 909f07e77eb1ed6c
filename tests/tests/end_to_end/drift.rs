//! Drift: another user changes the world. Windlass sees and corrects changes of its own properties, and leaves a scaler's properties alone.

use serde_json::{Value, json};

use crate::world::World;

const LOGS: &str = "Logs_20140328";

fn log_group(world: &World) -> Value {
    let groups = world.ask("logs", &format!("{LOGS}.DescribeLogGroups"), &json!({}));
    groups["logGroups"][0]["logGroupName"].clone()
}

fn reasons(world: &World) -> Vec<String> {
    let ran = world.run("preview --json");
    let planned = ran.of("planned");
    let changes = planned[0]["changes"].as_array().expect("changes").clone();
    let reason = |change: &Value| change["reason"]["reason"].as_str().map(str::to_owned);
    changes.iter().filter_map(reason).collect()
}

#[test]
fn a_changed_property_is_changed_back() {
    for (stack, address) in [("quickstart", "web/logs"), ("gpu-workers", "trainer/logs")] {
        let world = World::of(stack);
        world.succeeds("up --yes");
        let change = json!({ "logGroupName": log_group(&world), "retentionInDays": 400 });
        world.ask("logs", &format!("{LOGS}.PutRetentionPolicy"), &change);

        assert_eq!(reasons(&world), ["drifted"]);
        let mended = world.succeeds("up --yes");
        assert_eq!(
            mended.changes(),
            [format!("update {address}: RetentionInDays")]
        );
        world.is_settled("");
        let groups = world.ask("logs", &format!("{LOGS}.DescribeLogGroups"), &json!({}));
        assert_ne!(groups["logGroups"][0]["retentionInDays"], 400);
    }
}

#[test]
fn what_was_deleted_is_made_again() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let full = world.census();
    let group = json!({ "logGroupName": log_group(&world) });
    world.ask("logs", &format!("{LOGS}.DeleteLogGroup"), &group);

    let reasons = reasons(&world);
    assert!(reasons.contains(&"vanished".to_owned()), "{reasons:?}");
    let mended = world.succeeds("up --yes");
    assert!(
        mended.changes().contains(&"create web/logs".to_owned()),
        "{:?}",
        mended.changes()
    );
    world.is_settled("");
    // The new group has a new name, so the containers that log to it need a new revision. The old revision stays.
    let mut expected = full;
    *expected
        .get_mut("taskDefinitionArns")
        .expect("the census counts revisions") += 1;
    assert_eq!(world.census(), expected);
}

#[test]
fn how_many_tasks_run_is_the_scalers_business() {
    let world = World::of("quickstart");
    world.succeeds("up --yes");
    let clusters = world.ecs("ListClusters", &json!({}));
    let cluster = &clusters["clusterArns"][0];
    let services = world.ecs("ListServices", &json!({ "cluster": cluster }));
    let scaled =
        json!({ "cluster": cluster, "service": services["serviceArns"][0], "desiredCount": 5 });
    world.ecs("UpdateService", &scaled);
    world.is_settled("");
}
