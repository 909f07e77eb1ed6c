//! The result of an import as text.

use owo_colors::OwoColorize;
use windlass_engine::import::Imported;

use super::{foreign, plan, words};

/// A block for each import, and a line that counts them.
pub fn text(imported: &[Imported]) -> String {
    let mut lines = Vec::new();
    for one in imported {
        lines.push(format!(
            "  {} {:<38} {:<36} {}",
            "✓".green(),
            one.address.bold(),
            one.kind.trim_start_matches("AWS::").dimmed(),
            foreign::line(&one.physical_id)
        ));
        lines.extend(one.fields.iter().map(plan::field));
        let notes = one.notes.iter();
        lines.extend(notes.map(|note| format!("    {} {note}", "note".cyan())));
    }
    let differing = imported.iter().filter(|one| !one.fields.is_empty()).count();
    let replaced = imported.iter().filter(|one| one.replaces).count();
    let next = match (differing, replaced) {
        (0, _) => "they are as they are declared".to_owned(),
        (differing, 0) => format!("the next `up` changes {differing} of them"),
        (differing, replaced) => {
            format!("the next `up` changes {differing} of them and replaces {replaced} of those")
        }
    };
    lines.push(String::new());
    lines.push(format!(
        "{} imported; {next}.",
        words::count(imported.len(), "resource")
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use windlass::address::Address;
    use windlass_plan::plan::FieldChange;

    use super::*;

    fn imported(at: &str, kind: &str, id: &str) -> Imported {
        Imported {
            address: Address::parse(at).expect("valid"),
            kind: kind.to_owned(),
            physical_id: id.to_owned(),
            fields: Vec::new(),
            replaces: false,
            notes: Vec::new(),
        }
    }

    fn differs(path: &str, replaces: bool) -> FieldChange {
        FieldChange {
            path: path.to_owned(),
            before: Some(json!("as it is")),
            after: Some(json!("as declared")),
            replaces,
            drift: false,
        }
    }

    #[test]
    fn what_was_imported_and_what_the_next_run_changes() {
        let vpc = Imported {
            fields: vec![differs("Tags[Name]", false)],
            ..imported("network/vpc", "AWS::EC2::VPC", "vpc-0a1b")
        };
        let group = Imported {
            fields: vec![differs("GroupDescription", true)],
            replaces: true,
            ..imported("api/group", "AWS::EC2::SecurityGroup", "sg-0a1b")
        };
        let secret = Imported {
            notes: vec![
                "AWS does not tell `SecretString`: it is taken to be as declared".to_owned(),
            ],
            ..imported(
                "api/password",
                "AWS::SecretsManager::Secret",
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:p-1a2b3c",
            )
        };
        let all = text(&[vpc, group, secret]);
        insta::assert_snapshot!(anstream::adapter::strip_str(&all).to_string());
    }
}
