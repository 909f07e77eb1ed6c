//! Saved plans: Windlass carries them out unchanged, or refuses them.

use std::os::unix::fs::PermissionsExt;

use crate::world::{World, word};

#[test]
fn a_saved_plan_is_carried_out() {
    for stack in ["quickstart", "storefront", "gpu-workers"] {
        let world = World::of(stack);
        let file = world.file("plan.json");
        let previewed = world.run(&format!("preview --json --out {}", word(&file)));
        assert_eq!(previewed.exit, Some(0), "{}", previewed.errors);
        let mode = std::fs::metadata(&file)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "a plan is its owner's alone");
        let applied = world.succeeds(&format!("up --plan {}", word(&file)));
        assert_eq!(applied.changes(), previewed.changes());
        world.is_settled("");
    }
}

#[test]
fn a_saved_plan_keeps_its_parameters() {
    let world = World::of("gpu-workers");
    world.succeeds("up --yes");
    let file = world.file("plan.json");
    world.succeeds(&format!("preview --set workers=4 --out {}", word(&file)));
    world.succeeds(&format!("up --plan {}", word(&file)));
    world.is_settled("--set workers=4");
}

#[test]
fn a_saved_plan_destroys_what_it_says_or_nothing() {
    let world = World::of("gpu-workers");
    world.succeeds("up --yes");
    let file = world.file("plan.json");
    let save = format!("preview --destroy --json --out {}", word(&file));
    assert_eq!(world.run(&save).exit, Some(0));
    world.succeeds("up --yes --set workers=4");
    let full = world.census();
    let refused = world.run(&format!("destroy --json --plan {}", word(&file)));
    assert_eq!(refused.exit, Some(4), "{}", refused.out);
    assert_eq!(world.census(), full, "nothing was touched");

    let previewed = world.run(&save);
    let destroyed = world.succeeds(&format!("destroy --plan {}", word(&file)));
    assert_eq!(destroyed.changes(), previewed.changes());
    let gone = world.run("state list --json");
    assert_eq!(gone.out.trim(), r#"{"resources":[]}"#);
}

#[test]
fn a_stale_plan_is_refused() {
    let world = World::of("gpu-workers");
    let file = world.file("plan.json");
    world.succeeds(&format!("preview --out {}", word(&file)));
    world.succeeds("up --yes");
    let full = world.census();

    let refused = world.run(&format!("up --json --plan {}", word(&file)));
    assert_eq!(refused.exit, Some(4), "{}", refused.out);
    let error = &refused.of("error")[0];
    assert_eq!(error["exit"], 4);
    assert_eq!(world.census(), full, "nothing was touched");
}
