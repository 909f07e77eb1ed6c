//! Drift as text: what others changed in AWS.

use owo_colors::OwoColorize;
use windlass_engine::refresh::{Drift, Drifts, Refreshed, What};

use super::values::{difference, readable, value};
use super::{foreign, words};

/// A block for each resource with drift, and a line that counts them.
pub fn text(drifts: &Drifts) -> String {
    let mut lines = blocks(drifts);
    let read = words::count(drifts.resources, "resource");
    lines.push(match drifts.drifts.len() {
        0 => format!("No drift: {read} as last applied."),
        drifted => format!("{drifted} of {read} drifted. `windlass up` makes what is declared win; `windlass refresh` records what is."),
    });
    lines.join("\n")
}

/// The result of a refresh.
pub fn refreshed(refreshed: &Refreshed) -> String {
    let mut lines = blocks(&refreshed.drifts);
    let lookups = refreshed.lookups.iter();
    lines.extend(lookups.map(|address| format!("{} {address}  answered anew", "?".blue())));
    let zones = refreshed.zones.iter();
    lines.extend(zones.map(|region| format!("{} availability zones of {region}", "?".blue())));
    let recorded = refreshed.drifts.drifts.len() + refreshed.lookups.len() + refreshed.zones.len();
    lines.push(match recorded {
        0 => format!(
            "Nothing to record: {} as last applied.",
            words::count(refreshed.drifts.resources, "resource")
        ),
        _ => "Recorded. AWS was not changed; `windlass preview` shows what the next `up` does."
            .to_owned(),
    });
    lines.join("\n")
}

fn blocks(drifts: &Drifts) -> Vec<String> {
    let mut lines: Vec<String> = drifts.drifts.iter().flat_map(block).collect();
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn block(drift: &Drift) -> Vec<String> {
    let sign = match &drift.what {
        What::Vanished => "-".red().to_string(),
        What::Changed { fields, .. } if fields.is_empty() => "+".cyan().to_string(),
        What::Changed { .. } => "~".yellow().to_string(),
    };
    let mut lines = vec![format!(
        "{sign} {:<38} {:<36} {}{}",
        drift.address.bold(),
        drift.kind.trim_start_matches("AWS::").dimmed(),
        foreign::line(&drift.physical_id),
        if drift.what == What::Vanished {
            "  AWS does not have it any more"
        } else {
            ""
        }
    )];
    if let What::Changed { fields, foreign } = &drift.what {
        lines.extend(fields.iter().map(|field| {
            difference(
                &field.path,
                field.recorded.as_ref(),
                field.observed.as_ref(),
                "",
            )
        }));
        lines.extend(foreign.iter().map(|foreign| {
            let path = readable(&foreign.path);
            format!(
                "    {path:<38} {} is not ours",
                value(&foreign.member).red()
            )
        }));
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use windlass::address::Address;
    use windlass_plan::drift::{Drifted, ForeignMember};

    use super::*;

    fn drift(at: &str, kind: &str, id: &str, what: What) -> Drift {
        Drift {
            address: Address::parse(at).expect("valid"),
            kind: kind.to_owned(),
            physical_id: id.to_owned(),
            what,
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    fn drifts() -> Drifts {
        let rule =
            json!({"CidrIp": "0.0.0.0/0", "FromPort": 22, "IpProtocol": "tcp", "ToPort": 22});
        let changed = What::Changed {
            fields: vec![Drifted {
                path: "RetentionInDays".to_owned(),
                recorded: Some(json!(30)),
                observed: None,
            }],
            foreign: Vec::new(),
        };
        let foreign = What::Changed {
            fields: Vec::new(),
            foreign: vec![ForeignMember {
                path: "SecurityGroupIngress".to_owned(),
                member: rule,
            }],
        };
        Drifts {
            resources: 60,
            drifts: vec![
                drift(
                    "api/logs",
                    "AWS::Logs::LogGroup",
                    "shop-dev-api-logs-1a2b",
                    changed,
                ),
                drift(
                    "api/security-group",
                    "AWS::EC2::SecurityGroup",
                    "sg-0a1b",
                    foreign,
                ),
                drift(
                    "network/nat",
                    "AWS::EC2::NatGateway",
                    "nat-0a1b",
                    What::Vanished,
                ),
            ],
        }
    }

    #[test]
    fn what_the_world_changed() {
        insta::assert_snapshot!(plain(&text(&drifts())));
        let none = Drifts {
            resources: 60,
            drifts: Vec::new(),
        };
        assert_eq!(text(&none), "No drift: 60 resources as last applied.");
    }

    #[test]
    fn what_a_refresh_records() {
        let refreshed = Refreshed {
            drifts: drifts(),
            lookups: vec![Address::parse("image").expect("valid")],
            zones: vec!["us-east-1".to_owned()],
        };
        insta::assert_snapshot!(plain(&super::refreshed(&refreshed)));
    }
}
