//! Commands that must not work: a release that does not start, an account that is not allowed, another place, a stack without a terminal or `--yes`.

use crate::world::World;

#[test]
fn a_release_that_does_not_start_is_rolled_back_and_says_why() {
    let world = World::of("storefront");
    world.succeeds("up --yes");
    let tasks = world.census()["taskArns"];

    let ran = world.run("up --yes --set release=broken");
    assert_eq!(ran.exit, Some(6), "{}{}", ran.out, ran.errors);
    let said = ran.out.clone() + &ran.errors;
    for service in ["api", "web", "worker"] {
        let begins = format!("✗ {service}/service: ");
        let line = said.lines().position(|line| line.starts_with(&begins));
        let line = line.unwrap_or_else(|| panic!("{said}"));
        let told: Vec<_> = said.lines().skip(line).take(2).collect();
        assert!(told[0].contains("rolled back to :1"), "{told:?}");
        assert!(
            told[1].contains("cause")
                && told[1].contains("CannotPullContainerError: there is no such image"),
            "{told:?}"
        );
    }
    assert_eq!(world.census()["taskArns"], tasks, "the old release runs on");

    let failed = world.run("up --yes --json --set release=broken");
    assert_eq!(failed.exit, Some(6), "a second try fails as the first did");
    assert_eq!(failed.of("run_finished")[0]["rolled_back"], true);
    world.succeeds("up --yes --set release=2.0.0");
    world.is_settled("--set release=2.0.0");
}

#[test]
fn a_release_that_ends_again_shows_its_last_words() {
    let world = World::of("storefront");
    world.succeeds("up --yes");
    let ran = world.run("up --yes --set release=leaky");
    assert_eq!(ran.exit, Some(6), "{}{}", ran.out, ran.errors);
    let said = ran.out.clone() + &ran.errors;
    let line = said
        .lines()
        .position(|line| line.starts_with("✗ api/service: "));
    let line = line.unwrap_or_else(|| panic!("{said}"));
    let told: Vec<_> = said.lines().skip(line).take(8).collect();
    let tells = |word: &str, text: &str| {
        let mut lines = told.iter().map(|line| line.trim_start());
        assert!(
            lines.any(|line| line.starts_with(word) && line.contains(text)),
            "{word} {text}: {told:#?}"
        );
    };
    tells("cause", "container `api` exited with code 137");
    tells(
        "cause",
        "OutOfMemoryError: container killed due to memory usage",
    );
    tells("log", "java.lang.OutOfMemoryError: Java heap space");
    tells("stack", "stacks/storefront/src/services.rs:");
}

#[test]
fn an_account_that_the_stack_does_not_allow_is_left_alone() {
    let world = World::of("guarded");
    let before = world.census();
    let ran = world.run("up --yes --json");
    assert_eq!(ran.exit, Some(3), "{}{}", ran.out, ran.errors);
    let message = ran.of("error")[0]["message"].to_string();
    assert!(message.contains(&world.account), "{message}");
    assert_eq!(world.census(), before);
}

#[test]
fn a_state_of_one_account_is_not_used_in_another() {
    let world = World::of("gpu-workers");
    world.succeeds("up --yes");
    let ran = world.run_in("999999999999", "up --yes --json");
    assert_eq!(ran.exit, Some(1), "{}", ran.out);
    assert_eq!(ran.of("step_started").len(), 0);
    let message = ran.of("error")[0]["message"].to_string();
    assert!(message.contains("999999999999"), "{message}");
    world.is_settled("");
}

#[test]
fn without_a_terminal_nothing_is_done_unasked() {
    let world = World::of("quickstart");
    let before = world.census();
    let ran = world.run("up --json");
    assert_ne!(ran.exit, Some(0));
    assert!(ran.events().len() > 1, "the plan was shown");
    assert_eq!(world.census(), before);
}

#[test]
fn a_forgotten_state_does_not_make_a_second_platform() {
    let world = World::of("quickstart");
    let kept = format!("--state file://{}", world.file("kept").display());
    world.succeeds(&format!("up --yes {kept}"));
    let before = world.census();

    let refused = world.run("up --yes --json");
    assert_eq!(refused.exit, Some(7), "{}{}", refused.out, refused.errors);
    assert_eq!(refused.of("step_started").len(), 0);
    let error = &refused.of("error")[0];
    let (message, help) = (error["message"].to_string(), error["help"].to_string());
    assert!(
        message.contains("quickstart (dev) exists already"),
        "{message}"
    );
    assert!(help.contains("--state") && help.contains("--new"), "{help}");
    assert_eq!(world.run("preview").exit, Some(7));
    assert_eq!(world.census(), before);

    world.succeeds("preview --new");
    world.succeeds(&format!("destroy --yes {kept}"));
    // Nothing of the other state exists any more.
    world.succeeds("up --yes");
    world.is_settled("");
}
