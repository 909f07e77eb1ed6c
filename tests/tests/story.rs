//! Randomised simulation tests of the main property: after each run that reports success, the world is what the program declares.
//!
//! `WINDLASS_SEEDS=1000000` plays more stories than the gate. `WINDLASS_SEED=n` plays one, and prints everything that happens in it.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use windlass_tests::story::{Story, shrink, tell};

/// How many stories the gate plays.
const SEEDS: u64 = 5_000;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

#[test]
fn the_world_is_what_the_program_declares() {
    if let Some(seed) = number("WINDLASS_SEED") {
        return one(seed);
    }
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let seeds = number("WINDLASS_SEEDS").unwrap_or(SEEDS);
    let failed: Mutex<Option<u64>> = Mutex::new(None);
    let work = || {
        while !stop.load(Ordering::SeqCst) {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= seeds {
                return;
            }
            if !tell(&Story::of(seed)).wrong.is_empty() {
                stop.store(true, Ordering::SeqCst);
                let mut failed = failed.lock().expect("no thread panics");
                *failed = Some(failed.map_or(seed, |other| other.min(seed)));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZeroUsize::get) {
            scope.spawn(work);
        }
    });
    let told = next.load(Ordering::SeqCst).min(seeds);
    println!("{told} stories");
    if let Some(seed) = *failed.lock().expect("no thread panics") {
        panic!("{}", shortest(seed));
    }
}

fn one(seed: u64) {
    let story = Story::of(seed);
    let told = tell(&story);
    println!("{story}\n{}", told.log.join("\n"));
    if !told.wrong.is_empty() {
        panic!("{:#?}\n{}", told.wrong, shortest(seed));
    }
}

fn shortest(seed: u64) -> String {
    let story = shrink(&Story::of(seed), |story| !tell(story).wrong.is_empty());
    let told = tell(&story);
    format!(
        "WINDLASS_SEED={seed} goes wrong; the shortest story that does:\n{story}\n\n{}\n\n{}",
        told.wrong.join("\n"),
        told.log.join("\n")
    )
}

#[test]
fn a_seed_tells_its_story_again_byte_for_byte() {
    for seed in 0..40 {
        let story = Story::of(seed);
        assert_eq!(tell(&story).log, tell(&story).log, "seed {seed}");
    }
}

/// Sources of randomness that would make a story differ from one play to the next, in the code that a story runs.
const CHANCE: &[&str] = &[
    "rand::",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "tokio::spawn",
    "spawn_blocking",
    "thread::spawn",
    "tokio::time::",
];

/// Files that may contain them: the machine's clock, and what only a machine has.
const MACHINES: &[&str] = &["engine/src/clock.rs"];

#[test]
fn nothing_that_a_story_runs_leaves_anything_to_chance() {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["engine/src", "engine/plan/src", "state/src", "dsl/src"] {
        look(&top.join(folder), &mut |path, text| {
            let name = path
                .strip_prefix(&top)
                .unwrap_or(path)
                .display()
                .to_string();
            if MACHINES.contains(&name.as_str()) {
                return;
            }
            let code = text.split("#[cfg(test)]").next().unwrap_or(text);
            let lines: Vec<_> = code.lines().collect();
            for (at, line) in lines.iter().enumerate() {
                let line = line.trim();
                if line.starts_with("//") {
                    continue;
                }
                let unfair = line.ends_with("select! {")
                    && lines.get(at + 1).map(|next| next.trim()) != Some("biased;");
                if unfair || CHANCE.iter().any(|word| line.contains(word)) {
                    found.push(format!("{name}:{}: {line}", at + 1));
                }
            }
        });
    }
    assert_eq!(found, [""; 0]);
}

/// AWS gives codes and texts, and the engine's tables give them a class. Only a cut connection has neither code nor text.
#[test]
fn the_simulated_cloud_hands_over_no_class_of_its_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cloud");
    let mut made = Vec::new();
    look(&folder, &mut |path, text| {
        let code = text.split("#[cfg(test)]").next().unwrap_or(text);
        let lines = code.lines().filter(|line| line.contains("ErrorClass::"));
        let name = path.file_name().expect("a file").display().to_string();
        made.extend(lines.map(|line| format!("{name}: {}", line.trim())));
    });
    assert_eq!(made, ["arriving.rs: class: ErrorClass::Unknown,"]);
}

fn look(folder: &std::path::Path, visit: &mut dyn FnMut(&std::path::Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            look(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path, &std::fs::read_to_string(&path).expect("a text"));
        }
    }
}
