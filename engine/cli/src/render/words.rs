//! Events and values in words, for all renderers that people read.

use std::time::Duration;

use jiff::Timestamp;
use owo_colors::OwoColorize;
use serde_json::Value;
use windlass::address::Address;
use windlass::diagnostics::SourceLine;
use windlass_engine::events::{Because, ErrorReport, Event, Recovered, StepRef, Summary, Verb};
use windlass_engine::provider::{ErrorClass, Failure};
use windlass_state::record::RunResult;

use super::foreign;
use super::values::value;
use crate::failure::{self, Refused};

/// A time span in words.
pub fn time(milliseconds: u64) -> String {
    let time = Duration::from_millis(milliseconds);
    match time.as_secs() {
        0..=119 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} m {:02} s", seconds / 60, seconds % 60),
    }
}

/// A moment, to the second.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A number with its noun.
pub fn count(number: usize, one: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {one}s"),
    }
}

/// The resources that the run looks for again because AWS does not show them yet.
pub fn not_visible_yet(resources: &[Address], at_most_milliseconds: u64) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<_> = resources.iter().take(NAMED).map(Address::as_str).collect();
    let more = match resources.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    names.dedup();
    format!(
        "  {} AWS does not show {}{more} yet, made or changed moments ago; Windlass looks again for up to {}",
        "↻".yellow(),
        names.join(", "),
        time(at_most_milliseconds)
    )
}

/// The result of a step in one word; empty if the sign and the address say everything.
pub fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "",
        Verb::Update => "updated",
        Verb::Delete => "deleted",
        Verb::WaitExists => "visible",
        Verb::WaitReady => "ready",
        Verb::WaitStable => "stable",
        Verb::Forget => "forgotten, left as it is",
        Verb::Keep => "kept as history",
        Verb::Move => "moved to this address",
        Verb::Redeclare => "declared anew, nothing to change in AWS",
    }
}

/// Whether a step that succeeds at once needs no line of its own.
pub fn is_quiet(step: &StepRef, milliseconds: u64) -> bool {
    let waits = matches!(
        step.action,
        Verb::WaitExists | Verb::WaitReady | Verb::WaitStable
    );
    (waits && milliseconds < 1000) || matches!(step.action, Verb::Keep | Verb::Redeclare)
}

/// Whether a retry only follows from AWS's rate limit, as is usual for large stacks.
pub fn is_pace(error: &ErrorReport, delay_milliseconds: u64) -> bool {
    error.class == ErrorClass::Throttled && delay_milliseconds < 10_000
}

/// The line of a step that succeeded.
pub fn done(step: &StepRef, physical_id: Option<&str>, milliseconds: u64) -> String {
    let detail = match (verb(step.action), physical_id) {
        ("", Some(id)) => id.to_owned(),
        ("", None) => String::new(),
        (verb, _) => verb.to_owned(),
    };
    format!(
        "  {} {:<38} {:<48} {:>9}",
        "✓".green(),
        step.address,
        shortened(&detail, 48),
        time(milliseconds).dimmed()
    )
}

fn shortened(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    // The end of an ARN is more useful than its beginning.
    std::iter::once('…')
        .chain(text.chars().skip(length - width + 1))
        .collect()
}

/// The lines of a failed step: the error first.
pub fn failed(
    step: &StepRef,
    message: &str,
    error: Option<&ErrorReport>,
    failure: Option<&Failure>,
    help: Option<&str>,
    source: Option<&SourceLine>,
) -> String {
    let mut lines = vec![format!(
        "{} {}: {}",
        "✗".red().bold(),
        step.address.bold(),
        failure.map_or(message, |failure| &failure.summary)
    )];
    let mut detail = |word: &str, text: &str| lines.push(self::detail(word, text));
    if let Some(error) = error {
        detail("aws", &said(error));
        if let Some(id) = &error.request_id {
            detail("request", id);
        }
    }
    for (word, text) in failure.iter().flat_map(|failure| &failure.details) {
        detail(word, text);
    }
    if let Some(help) = help {
        detail("help", help);
    }
    if let Some(source) = source {
        detail("stack", &source.to_string());
    }
    lines.join("\n")
}

/// A line with a label. A line break in the text cannot make a line that looks like one of Windlass's own.
fn detail(word: &str, text: &str) -> String {
    let text = text.trim_end().replace('\n', "\n          ");
    format!("  {:<7} {text}", word.cyan())
}

/// AWS's error, with the operation.
fn said(error: &ErrorReport) -> String {
    let code = error.code.as_deref();
    let code = code.map(|code| format!("{code}: ")).unwrap_or_default();
    format!("{} {code}{}", error.operation, error.message)
}

/// Why a command ended, AWS's errors, and the resources of each.
pub fn failure(failure: &failure::Failure) -> String {
    let message = foreign::shown(&failure.message);
    let mut lines = vec![format!("{} {message}", "error:".red().bold())];
    for Refused { addresses, error } in &failure.refused {
        lines.push(detail("aws", &foreign::shown(&said(error))));
        if let Some(id) = &error.request_id {
            lines.push(detail("request", &foreign::shown(id)));
        }
        if !addresses.is_empty() {
            lines.push(detail("for", &listed(addresses)));
        }
    }
    if let Some(help) = &failure.help {
        lines.push(detail("help", &foreign::shown(help)));
    }
    lines.join("\n")
}

/// The first few of many addresses.
fn listed(addresses: &[Address]) -> String {
    const SHOWN: usize = 6;
    let shown = addresses.iter().take(SHOWN).map(Address::as_str);
    let shown = shown.collect::<Vec<_>>().join(", ");
    match addresses.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Why a step did not start.
pub fn skipped(step: &StepRef, because: &Because) -> String {
    let why = match because {
        Because::Failed(address) => format!("waits for {address}"),
        Because::Interrupted => "stopped before it".to_owned(),
        Because::Halted => "nothing more could be recorded".to_owned(),
    };
    format!(
        "  {} {:<38} did not start: {why}",
        "◌".yellow(),
        step.address
    )
}

/// What the run settled of an earlier run.
pub fn recovered(recovered: &Recovered) -> String {
    let parts = [
        (recovered.adopted.len(), "adopted"),
        (recovered.removed.len(), "gone as asked"),
        (recovered.uncertain.len(), "to be made sure of"),
        (recovered.never_sent.len(), "never reached AWS"),
        (
            recovered.foreign.len(),
            "in the way of something that is not ours",
        ),
    ];
    let total: usize = parts.iter().map(|(count, _)| count).sum();
    let told: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let mut lines = vec![format!(
        "recovered {} of the run at {}: {}",
        count(total, "unfinished operation"),
        moment(recovered.since),
        told.join(", ")
    )];
    lines.extend(recovered.foreign.iter().map(|address| {
        format!(
            "  {:<7} if what stands in the way of {address} is yours, `windlass import {address} ID` takes it over",
            "help".cyan()
        )
    }));
    lines.join("\n")
}

/// How a run ended.
pub fn summary(summary: &Summary) -> String {
    let counted = [
        (summary.created, "created"),
        (summary.updated, "updated"),
        (summary.deleted, "deleted"),
        (summary.unchanged, "unchanged"),
    ];
    let told: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let told = if told.is_empty() {
        "nothing to do".to_owned()
    } else {
        told.join(", ")
    };
    let effort = format!("{} calls, {}", summary.calls, time(summary.milliseconds));
    match summary.result {
        RunResult::Done => format!("{} {told}. {}", "Done:".green().bold(), effort.dimmed()),
        RunResult::Interrupted => {
            format!(
                "{} {told}; {} did not start. Run `up` again to go on. {}",
                "Stopped:".yellow().bold(),
                count(summary.skipped, "step"),
                effort.dimmed()
            )
        }
        RunResult::Failed => format!(
            "{} failed, {} done, {} did not start ({told}). Run `up` again after mending it; nothing is left half-made. {}",
            summary.failed.red().bold(),
            summary.done,
            summary.skipped,
            effort.dimmed()
        ),
    }
}

/// A text as it is, including line breaks; any other value in one line.
fn output_value(output: &Value) -> String {
    match output {
        Value::String(text) => foreign::shown(text).into_owned(),
        other => value(other),
    }
}

/// The outputs of the stack.
pub fn outputs(event: &Event) -> Option<String> {
    let Event::Outputs { outputs } = event else {
        return None;
    };
    let width = outputs.keys().map(String::len).max().unwrap_or_default();
    Some(
        outputs
            .iter()
            .map(|(name, output)| format!("{:<width$} = {}", name.bold(), output_value(output)))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}
