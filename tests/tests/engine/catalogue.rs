//! Life-cycle tests of every kind in the catalogue, with its samples. Most of these lives and deaths have faults (`weather`).

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use windlass::address::Address;
use windlass::document::Options;
use windlass::schema::{Change, Owner, Read, ReplaceOrder};
use windlass_engine::refresh::{Drift, What};
use windlass_plan::plan::{Plan, Reason, Verdict};
use windlass_tests::cloud::samples::{Sampled, catalogue, with_secrets_in};
use windlass_tests::cloud::{Faults, Lag, Program, Universe, refused};

use crate::crash::LANDED;

/// Top-level properties whose change no test can see, each with the reason.
const UNSEEN: &[(&str, &str, &str)] = &[];

fn universe(folder: &Path) -> Universe {
    Universe::default().in_folder(folder)
}

fn programs(folder: &Path, sampled: &Sampled) -> Vec<Program> {
    let name = sampled.schema.physical_name().map(|(field, _)| field.name);
    let program = |spec: &Value| {
        let mut spec = spec.clone();
        with_secrets_in(folder, &mut spec);
        // Two generations cannot have the same fixed name or range, so the author has to delete the old one first.
        let fixed = name.is_some_and(|name| spec.get(name).is_some()) || sampled.occupies();
        let options = Options {
            replace: fixed.then_some(ReplaceOrder::DeleteFirst),
            ..Options::default()
        };
        Program::new().with_options("it", sampled.schema.kind, spec, options)
    };
    sampled.specs.iter().map(program).collect()
}

/// The faults for single kinds: the kinds' own finders and observers see new resources late. `story` has the refusals of calls about hidden
/// resources, and answers with the state before an update.
fn weather(number: u64) -> Faults {
    let Faults { lag, .. } = crate::weather::weather(number);
    Faults {
        lag: Lag {
            user: 0.0,
            stale: 0.0,
            ..lag
        },
        ..crate::weather::weather(number)
    }
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn fields(plan: &Plan) -> BTreeSet<String> {
    let fields = plan.changes.iter().flat_map(|change| &change.fields);
    let top = fields.map(|field| field.path.split(['.', '[']).next().unwrap_or_default());
    top.map(str::to_owned).collect()
}

async fn assert_settled(universe: &Universe, program: &Program, what: &str) {
    universe.assert_nothing_lost();
    let preview = universe.preview(program).await;
    assert!(preview.is_empty(), "{what}: {:#?}", preview.changes);
}

#[tokio::test]
async fn what_is_made_stays_as_it_is() {
    let folder = folder();
    let mut number = 0;
    for sampled in catalogue() {
        for (index, program) in programs(folder.path(), &sampled).iter().enumerate() {
            let what = format!("{} sample {index}", sampled.schema.kind);
            let universe = universe(folder.path());
            universe.cloud.set_faults(weather(number));
            number += 1;
            let ran = universe.up(program).await;
            assert_eq!(refused(&ran), [""; 0], "{what}");
            assert_settled(&universe, program, &what).await;
            let ran = universe.destroy().await;
            assert_eq!(refused(&ran), [""; 0], "{what}");
            assert!(universe.cloud.world().objects.is_empty(), "{what}");
            assert!(universe.destroy().await.plan.is_empty(), "{what}");
        }
    }
}

#[tokio::test]
async fn every_property_changes_as_its_schema_says() {
    let folder = folder();
    let mut unseen = Vec::new();
    let (mut properties, mut seen_properties) = (0, 0);
    for sampled in catalogue() {
        let kind = sampled.schema.kind;
        let programs = programs(folder.path(), &sampled);
        let mut seen = BTreeSet::new();
        for (from, before) in programs.iter().enumerate() {
            for (to, after) in programs.iter().enumerate() {
                if from == to {
                    continue;
                }
                let what = format!("{kind} from sample {from} to {to}");
                let universe = universe(folder.path());
                universe.up(before).await;
                let ran = universe.up(after).await;
                assert_eq!(refused(&ran), [""; 0], "{what}");
                seen.extend(fields(&ran.plan));
                seen.extend(ran.plan.notes.iter().map(|note| note.text.clone()));
                assert_settled(&universe, after, &what).await;
            }
        }
        for field in sampled.schema.fields() {
            let quiet = matches!(field.change, Change::AtCreationOnly)
                || matches!(field.owner, Owner::AfterCreation(_));
            let excepted = UNSEEN
                .iter()
                .any(|(k, name, _)| *k == kind && *name == field.name);
            properties += 1;
            if seen.contains(field.name) {
                seen_properties += 1;
            } else if !quiet && !excepted {
                unseen.push(format!("{kind}.{}", field.name));
            }
        }
    }
    println!("properties seen changing: {seen_properties} of {properties}");
    assert_eq!(unseen, [""; 0], "samples lack a second value");
}

#[tokio::test]
async fn what_vanishes_is_made_again_and_what_is_gone_goes_quietly() {
    let folder = folder();
    for sampled in catalogue() {
        let kind = sampled.schema.kind;
        let programs = programs(folder.path(), &sampled);
        let program = programs.get(1).unwrap_or(&programs[0]);
        let universe = universe(folder.path());
        universe.up(program).await;
        universe.cloud.world().objects.clear();
        let ran = universe.up(program).await;
        assert_eq!(refused(&ran), [""; 0], "{kind}");
        assert_eq!(ran.plan.changes[0].reason, Reason::Vanished, "{kind}");
        assert_settled(&universe, program, kind).await;

        universe.cloud.world().objects.clear();
        let ran = universe.destroy().await;
        assert_eq!(refused(&ran), [""; 0], "{kind}");
        assert!(universe.journal.load().resources.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn what_exists_already_is_imported_by_its_identifier() {
    let folder = folder();
    let it = Address::parse("it").expect("valid");
    let (mut specs, mut differing) = (0, BTreeSet::new());
    for sampled in catalogue() {
        let kind = sampled.schema.kind;
        for (index, program) in programs(folder.path(), &sampled).iter().enumerate() {
            let what = format!("{kind} sample {index}");
            let universe = universe(folder.path());
            universe.up(program).await;
            let id = universe.journal.load().resources[&it].physical_id.clone();
            let universe = universe.stranger();
            let wrong = universe.import(program, &[("it", "nothing-of-the-kind")], false);
            assert!(wrong.await.is_err(), "{what}");
            assert_eq!(
                universe.journal.load().sequence,
                0,
                "{what}: nothing is recorded"
            );
            let imported = universe.import(program, &[("it", &id)], false).await;
            let imported = imported.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            assert_eq!(imported.len(), 1, "{what}");
            let preview = universe.preview(program).await;
            for field in preview.changes.iter().flat_map(|change| &change.fields) {
                differing.insert(format!("{kind}.{}", field.path));
            }
            specs += 1;
            let ran = universe.up(program).await;
            assert_eq!(refused(&ran), [""; 0], "{what}");
            assert_settled(&universe, program, &what).await;
            assert_eq!(
                universe.cloud.world().objects.len(),
                1,
                "{what}: nothing was made"
            );
            universe.destroy().await;
        }
    }
    println!("imported without a difference: {specs} specs");
    assert_eq!(differing, BTreeSet::new(), "nothing but tags may differ");
}

#[tokio::test]
async fn what_drifts_is_told_and_can_be_recorded() {
    let folder = folder();
    let mut seen = 0;
    for sampled in catalogue() {
        let kind = sampled.schema.kind;
        let programs = programs(folder.path(), &sampled);
        for field in sampled.schema.fields() {
            if field.read == Read::Never
                || !matches!(field.change, Change::InPlace)
                || field.owner != Owner::Author
                || field.name == "Tags"
            {
                continue;
            }
            let Some((mine, theirs)) = two_values(&programs, field.name) else {
                continue;
            };
            let (mine, what) = (&programs[mine], format!("{kind}.{}", field.name));
            let universe = universe(folder.path());
            universe.up(mine).await;
            assert_eq!(universe.drift().await.drifts, [], "{what}: none yet");
            tamper(&universe, field.name, theirs);
            let drifts = universe.drift().await.drifts;
            assert!(
                matches!(&drifts[..], [Drift { what: What::Changed { fields, .. }, .. }] if fields.len() == 1 && fields[0].path == field.name),
                "{what}: {drifts:?}"
            );
            universe.refresh().await;
            assert_eq!(universe.drift().await.drifts, [], "{what}: it is recorded");
            let preview = universe.preview(mine).await;
            let change = preview.changes.first();
            let change = change.unwrap_or_else(|| panic!("{what}: what is declared still wins"));
            assert_eq!(
                (&change.verdict, &change.reason),
                (&Verdict::Update, &Reason::Changed),
                "{what}"
            );
            universe.up(mine).await;
            assert_settled(&universe, mine, &what).await;
            seen += 1;
        }
        let universe = universe(folder.path());
        universe.up(&programs[0]).await;
        universe.cloud.world().objects.clear();
        let drifts = universe.drift().await.drifts;
        assert!(
            matches!(
                &drifts[..],
                [Drift {
                    what: What::Vanished,
                    ..
                }]
            ),
            "{kind}: {drifts:?}"
        );
        universe.refresh().await;
        assert!(
            universe.journal.load().resources.is_empty(),
            "{kind}: it is forgotten"
        );
        universe.up(&programs[0]).await;
        assert_settled(&universe, &programs[0], kind).await;
    }
    println!("drifts told and recorded: {seen} properties");
}

fn tamper(universe: &Universe, property: &str, value: Value) {
    let mut world = universe.cloud.world();
    let object = world.objects.values_mut().next().expect("it was made");
    object.properties.insert(property.to_owned(), value);
}

#[tokio::test]
async fn what_drifts_is_put_right() {
    let folder = folder();
    for sampled in catalogue() {
        let kind = sampled.schema.kind;
        let programs = programs(folder.path(), &sampled);
        for field in sampled.schema.fields() {
            if field.read == Read::Never
                || !matches!(field.change, Change::InPlace)
                || field.owner != Owner::Author
                || field.name == "Tags"
            {
                continue;
            }
            let universe = universe(folder.path());
            let Some((mine, theirs)) = two_values(&programs, field.name) else {
                continue;
            };
            let mine = &programs[mine];
            universe.up(mine).await;
            tamper(&universe, field.name, theirs);
            let what = format!("{kind}.{}", field.name);
            let ran = universe.up(mine).await;
            assert_eq!(refused(&ran), [""; 0], "{what}");
            let change = ran.plan.changes.first();
            let change = change.unwrap_or_else(|| panic!("{what}: the drift is not seen"));
            assert_eq!(
                (&change.verdict, &change.reason),
                (&Verdict::Update, &Reason::Drifted),
                "{what}"
            );
            assert_settled(&universe, mine, &what).await;
        }
    }
}

/// A program that writes the property, and another value whose change can be seen.
fn two_values(programs: &[Program], name: &str) -> Option<(usize, Value)> {
    let it = Address::parse("it").expect("valid");
    let value = |program: &Program| {
        let spec = program.document().resources[&it].spec.to_value();
        spec.get(name).cloned()
    };
    let plain = |value: &Value| !value.is_object() && !value.is_array();
    let mine = programs
        .iter()
        .position(|program| value(program).is_some_and(|v| plain(&v)))?;
    let own = value(&programs[mine])?;
    let other = programs
        .iter()
        .filter_map(value)
        .find(|other| *other != own && plain(other))?;
    Some((mine, other))
}

#[tokio::test]
async fn every_kind_survives_death_at_every_moment() {
    let folder = folder();
    for sampled in catalogue() {
        let programs = programs(folder.path(), &sampled);
        let full = programs.get(1).unwrap_or(&programs[0]);
        let other = programs.get(2).unwrap_or(full);
        for (before, to) in [
            (None, Some(full)),
            (Some(full), Some(other)),
            (Some(full), None),
        ] {
            survives(folder.path(), sampled.schema.kind, before, to).await;
        }
    }
}

async fn survives(folder: &Path, kind: &str, before: Option<&Program>, to: Option<&Program>) {
    for last in 0.. {
        let universe = universe(folder);
        universe.cloud.set_faults(weather(last));
        if let Some(before) = before {
            universe.up(before).await;
        }
        if universe.mortal(to, Some(last)).await.is_some() {
            break;
        }
        if weather(last).late.is_some() {
            let ran = universe.mortal(to, None).await.expect("it lives");
            ran.expect("it is planned");
            universe.clock.pass(LANDED);
        }
        let ran = universe
            .mortal(to, None)
            .await
            .expect("it lives")
            .expect("it is planned");
        let what = format!("{kind} after death at moment {last}");
        assert_eq!(refused(&ran), [""; 0], "{what}");
        universe.assert_nothing_lost();
        match to {
            Some(to) => assert_settled(&universe, to, &what).await,
            // AWS removes a slow resource, whether or not Windlass waits for it.
            None => assert!(
                universe
                    .cloud
                    .world()
                    .objects
                    .values()
                    .all(|object| object.gone_at.is_some()),
                "{what}"
            ),
        }
    }
}
