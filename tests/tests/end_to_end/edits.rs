//! The life of each stack: up, nothing to do, one edit of each sort, destroy, up again.

use crate::world::World;

/// A stack and its edits: the parameters, and the plan that each edit must produce.
struct Life {
    stack: &'static str,
    edits: &'static [(&'static str, &'static [&'static str])],
}

const QUICKSTART: Life = Life {
    stack: "quickstart",
    edits: &[],
};

const STOREFRONT: Life = Life {
    stack: "storefront",
    edits: &[
        (
            "--set release=2.0.0",
            &[
                "update api/service: TaskDefinition",
                "replace api/task-definition: ContainerDefinitions[api].Image",
                "update web/service: TaskDefinition",
                "replace web/task-definition: ContainerDefinitions[web].Image",
                "update worker/service: TaskDefinition",
                "replace worker/task-definition: ContainerDefinitions[worker].Image",
            ],
        ),
        (
            "--set release=2.0.0 --set tasks=3",
            &[
                "update api/scalable-target: MinCapacity",
                "update web/scalable-target: MinCapacity",
                "update worker/scalable-target: MinCapacity",
            ],
        ),
    ],
};

const GPU_WORKERS: Life = Life {
    stack: "gpu-workers",
    edits: &[("--set workers=3", &["update trainer/service: DesiredCount"])],
};

fn lives(life: &Life) {
    let world = World::of(life.stack);
    let before = world.census();
    world.succeeds("up --yes");
    world.is_settled("");
    let full = world.census();
    assert_ne!(before, full);
    for (parameters, plan) in life.edits {
        let previewed = world.run(&format!("preview --detailed-exitcode --json {parameters}"));
        assert_eq!(previewed.exit, Some(2), "{}", previewed.errors);
        assert_eq!(previewed.changes(), *plan, "{parameters}");
        let applied = world.succeeds(&format!("up --yes {parameters}"));
        assert_eq!(applied.changes(), *plan, "{parameters}");
        world.is_settled(parameters);
    }
    world.succeeds("destroy --yes");
    assert_eq!(world.census(), before, "destroy leaves nothing");
    world.succeeds("up --yes");
    world.is_settled("");
    assert_eq!(world.census(), full, "up makes the same again");
}

/// Instances run without scale-in protection, and ECS drains them. The hook that ECS leaves on the group does not block the group's deletion.
const DRAINING: Life = Life {
    stack: "draining",
    edits: &[],
};

#[test]
fn capacity_that_ecs_drains_lives() {
    lives(&DRAINING);
}

#[test]
fn quickstart_lives() {
    lives(&QUICKSTART);
}

#[test]
fn storefront_lives() {
    lives(&STOREFRONT);
}

#[test]
fn gpu_workers_live() {
    lives(&GPU_WORKERS);
}

/// Containers change places. The state records the new order, and nothing else changes. A pipeline that stops at exit code 2 must not stop here.
#[test]
fn other_words_for_the_same_are_no_change_to_a_pipeline() {
    let world = World::of("reordered");
    world.succeeds("up --yes");
    world.is_settled("--set turned=true");
    let ran = world.succeeds("up --yes --set turned=true");
    assert_eq!(ran.changes(), [""; 0]);
    world.is_settled("");
}
