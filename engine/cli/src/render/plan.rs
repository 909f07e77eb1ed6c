//! The plan as text: only what changes.

use owo_colors::OwoColorize;
use windlass::schema::{OldGenerations, ReplaceOrder};
use windlass_plan::plan::{Change, FieldChange, Note, Reason, Verdict};

use super::foreign;
use super::values::difference;

/// The maximum number of shown properties of one change; the rest is counted.
const SHOWN: usize = 24;

/// The changes, one block each, and a line that counts them.
pub fn text(changes: &[Change], unchanged: usize, notes: &[Note]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for change in changes {
        lines.push(headline(change));
        // A create sends what the author wrote, so the plan does not repeat it.
        if !matches!(change.verdict, Verdict::Create) || matches!(change.reason, Reason::Vanished) {
            lines.extend(change.fields.iter().take(SHOWN).map(field));
            if change.fields.len() > SHOWN {
                lines.push(format!("    … and {} more", change.fields.len() - SHOWN));
            }
        }
    }
    lines.extend(notes.iter().map(note));
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(counted(changes, unchanged));
    lines.join("\n")
}

fn headline(change: &Change) -> String {
    let sign = match &change.verdict {
        Verdict::Create => "+".green().to_string(),
        Verdict::Update => "~".yellow().to_string(),
        Verdict::Replace { .. } => "±".magenta().to_string(),
        Verdict::Delete => "-".red().to_string(),
        Verdict::Forget => "∅".yellow().to_string(),
        Verdict::Wait => "◐".blue().to_string(),
        Verdict::Move { .. } => "→".blue().to_string(),
    };
    let kind = change.kind.trim_start_matches("AWS::");
    let what = change.physical_id.as_deref().map(short).unwrap_or_default();
    let why = why(change);
    format!(
        "{sign} {:<38} {:<36} {what}{}",
        change.address.bold(),
        kind.dimmed(),
        if why.is_empty() {
            why
        } else {
            format!("  {why}")
        }
    )
}

/// An identifier without the parts that all of an account and region share: the last part of an ARN.
fn short(id: &str) -> &str {
    match id.strip_prefix("arn:") {
        Some(arn) => arn.splitn(5, ':').last().unwrap_or(arn),
        None => id,
    }
}

fn why(change: &Change) -> String {
    let keeps = windlass::aws::schema(&change.kind)
        .is_some_and(|schema| matches!(schema.old_generations, OldGenerations::Kept(_)));
    let order = match &change.verdict {
        Verdict::Replace { .. } if keeps => "new revision, the old one is kept",
        Verdict::Replace {
            order: ReplaceOrder::CreateFirst,
        } => "replaced: created first, users move over, then removed",
        Verdict::Replace {
            order: ReplaceOrder::DeleteFirst,
        } => "replaced: removed first, then created",
        Verdict::Move { from } => return format!("was {from}"),
        _ => "",
    };
    let reason = match &change.reason {
        Reason::Declared | Reason::Changed | Reason::Destroyed => String::new(),
        Reason::Vanished => "AWS does not have it any more".to_owned(),
        Reason::Drifted => "changed outside of Windlass".to_owned(),
        Reason::Dependency { addresses } => {
            format!(
                "follows {}",
                addresses
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        }
        Reason::Asked => "asked for".to_owned(),
        Reason::Undeclared => "not declared any more".to_owned(),
        Reason::Deposed => "was replaced earlier".to_owned(),
        Reason::HistoryFull => "older than the history that is kept".to_owned(),
        Reason::Unfinished => "an earlier run did not finish it".to_owned(),
    };
    [order.to_owned(), reason]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

/// One property that differs.
pub fn field(change: &FieldChange) -> String {
    let mark = match (change.replaces, change.drift) {
        (true, true) => "  replaces, drifted",
        (true, false) => "  replaces",
        (false, true) => "  drifted",
        (false, false) => "",
    };
    difference(
        &change.path,
        change.before.as_ref(),
        change.after.as_ref(),
        mark,
    )
}

fn note(note: &Note) -> String {
    let at = note.source.as_ref();
    let at = at.map(|source| format!(" [{source}]")).unwrap_or_default();
    format!(
        "{} {}: {}{}",
        "note".cyan(),
        note.address,
        foreign::line(&note.text),
        at.dimmed()
    )
}

fn counted(changes: &[Change], unchanged: usize) -> String {
    let count = |test: fn(&Verdict) -> bool| {
        changes
            .iter()
            .filter(|change| test(&change.verdict))
            .count()
    };
    let parts = [
        (count(|v| matches!(v, Verdict::Create)), "to create"),
        (count(|v| matches!(v, Verdict::Update)), "to update"),
        (
            count(|v| matches!(v, Verdict::Replace { .. })),
            "to replace",
        ),
        (count(|v| matches!(v, Verdict::Delete)), "to delete"),
        (count(|v| matches!(v, Verdict::Forget)), "to forget"),
        (count(|v| matches!(v, Verdict::Wait)), "to wait for"),
        (count(|v| matches!(v, Verdict::Move { .. })), "to move"),
        (unchanged, "unchanged"),
    ];
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match (changes.is_empty(), told.is_empty()) {
        (_, true) => "Nothing is declared and nothing exists.".to_owned(),
        (true, false) => format!("No changes: {}.", told.join(", ")),
        (false, false) => format!("{}.", told.join(", ")),
    }
}
