//! `local …`: the commands for the embedded local cloud and its fault-injection rules.

use std::path::Path;

use windlass_local::{Effect, Home, LocalCloud, Match, Rule, Rules, Status};

use crate::arguments::{Local, LocalReading};
use crate::cloud;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::json;

/// `local …`.
pub async fn local(command: Local) -> Result<Exit, Failure> {
    let cloud = LocalCloud::new(Home::from_environment()?);
    match command {
        Local::Start(reading) => show(Some(&cloud::local().await?), &reading),
        Local::Status(reading) => show(cloud.status().await?.as_ref(), &reading),
        Local::Reset(reading) => show(Some(&cloud.reset().await?), &reading),
        Local::Stop => {
            let ran = cloud.stop().await?;
            crate::render::say!(
                "{}",
                if ran {
                    "The local cloud was stopped; what it held is gone."
                } else {
                    "The local cloud was not running."
                }
            );
        }
        Local::Calls { reset, reading } => {
            let calls = cloud.calls(reset).await?;
            if reading.json {
                json::print(
                    &serde_json::json!({"total": calls.total, "operations": calls.operations}),
                );
            } else {
                for (operation, count) in &calls.operations {
                    crate::render::say!("{count:>7}  {operation}");
                }
                crate::render::say!("{:>7}  in all", calls.total);
            }
        }
        Local::Rules {
            file,
            latency,
            clear,
        } => rules(&cloud, file.as_deref(), latency, clear).await?,
    }
    Ok(Exit::Done)
}

async fn rules(
    cloud: &LocalCloud,
    file: Option<&Path>,
    latency: Option<u64>,
    clear: bool,
) -> Result<(), Failure> {
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::new(format!("`{}` cannot be read: {error}", file.display()))
        })?;
        let rules: Rules = serde_json::from_str(&text).map_err(|error| {
            Failure::new(format!("`{}` holds no rules: {error}", file.display()))
        })?;
        cloud.set_rules(&rules).await?;
    } else if let Some(ms) = latency {
        let mut rules = cloud.rules().await?;
        let name = "latency".to_owned();
        rules.rules.retain(|rule| rule.name.as_ref() != Some(&name));
        rules.rules.push(Rule {
            name: Some(name),
            matching: Match::default(),
            effect: Effect::Latency { ms, jitter_ms: 0 },
        });
        cloud.set_rules(&rules).await?;
    } else if clear {
        cloud.set_rules(&Rules::default()).await?;
    }
    let rules = cloud.rules().await?;
    json::pretty(&rules);
    Ok(())
}

fn show(status: Option<&Status>, reading: &LocalReading) {
    match (status, reading.json) {
        (Some(status), true) => {
            let mut document = serde_json::to_value(status).expect("a status holds text keys only");
            document["running"] = true.into();
            json::print(&document);
        }
        (None, true) => json::print(&serde_json::json!({"running": false})),
        (Some(status), false) => crate::render::say!(
            "The local cloud runs at {} (moto {} at {}).",
            status.endpoint,
            status.moto_version,
            status.backend
        ),
        (None, false) => crate::render::say!("The local cloud is not running."),
    }
}
