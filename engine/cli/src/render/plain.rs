//! Plain lines, one after the other: for log files, and for every output that is not a terminal.

use std::collections::BTreeMap;
use std::sync::Mutex;

use owo_colors::OwoColorize;
use windlass_engine::events::{Event, Events, Stamped};

use super::{diagnostics, foreign, plan, words};

/// Prints lines. It prints nothing for a step that reports the same again.
#[derive(Debug, Default)]
pub struct Plain {
    heading: Mutex<String>,
    told: Mutex<BTreeMap<usize, String>>,
}

impl Events for Plain {
    fn emit(&self, event: Stamped) {
        if let Some(text) = self.text(&foreign::harmless(&event.event)) {
            crate::render::say!("{text}");
        }
    }
}

impl Plain {
    /// An event in lines; nothing for events that people need not see.
    pub fn text(&self, event: &Event) -> Option<String> {
        match event {
            Event::RunStarted {
                stack,
                environment,
                place,
                ..
            } => {
                let heading = format!("{} · {environment} · {place}", stack.bold());
                *self
                    .heading
                    .lock()
                    .expect("no thread panics while it holds this") = heading;
                None
            }
            Event::Warned { problems } => {
                let drawn: Vec<_> = problems.iter().map(diagnostics::drawn).collect();
                Some(drawn.join("\n"))
            }
            Event::Recovered(recovered) => Some(words::recovered(recovered)),
            Event::Observed {
                resources,
                calls,
                milliseconds,
            } => {
                let heading = self
                    .heading
                    .lock()
                    .expect("no thread panics while it holds this")
                    .clone();
                let read = format!(
                    "{} read in {calls} calls, {}",
                    words::count(*resources, "resource"),
                    words::time(*milliseconds)
                );
                Some(format!("{heading}    {}\n", read.dimmed()))
            }
            Event::NotVisibleYet {
                resources,
                at_most_milliseconds,
            } => Some(words::not_visible_yet(resources, *at_most_milliseconds)),
            Event::Planned {
                changes,
                unchanged,
                notes,
                ..
            } => Some(format!("{}\n", plan::text(changes, *unchanged, notes))),
            Event::StepStarted { .. } => None,
            Event::StepProgress {
                step,
                status,
                events,
            } => {
                let mut told = self
                    .told
                    .lock()
                    .expect("no thread panics while it holds this");
                let again = told.insert(step.step, status.clone()).as_ref() == Some(status);
                let mut lines: Vec<String> = events
                    .iter()
                    .map(|event| format!("      {}", foreign::line(event)))
                    .collect();
                if !again {
                    lines.insert(0, format!("  {} {:<38} {status}", "◐".blue(), step.address));
                }
                (!lines.is_empty()).then(|| lines.join("\n"))
            }
            Event::StepRetrying {
                error,
                delay_milliseconds,
                ..
            } if words::is_pace(error, *delay_milliseconds) => None,
            Event::StepRetrying {
                step,
                error,
                delay_milliseconds,
                waiting_for,
            } => {
                let code = error.code.as_deref().unwrap_or("no answer");
                let waiting = waiting_for.as_deref().map_or_else(String::new, |what| {
                    format!("; Windlass waits until AWS shows {what}")
                });
                Some(format!(
                    "  {} {:<38} {code}{waiting}; again in {}",
                    "↻".yellow(),
                    step.address,
                    words::time(*delay_milliseconds)
                ))
            }
            Event::StepDone {
                step,
                physical_id,
                milliseconds,
            } => (!words::is_quiet(step, *milliseconds))
                .then(|| words::done(step, physical_id.as_deref(), *milliseconds)),
            Event::StepFailed {
                step,
                message,
                error,
                failure,
                help,
                source,
                milliseconds: _,
            } => Some(words::failed(
                step,
                message,
                error.as_ref(),
                failure.as_ref(),
                help.as_deref(),
                source.as_ref(),
            )),
            Event::StepSkipped { step, because } => Some(words::skipped(step, because)),
            Event::Interrupted { running } => {
                Some(format!("{} still running.", words::count(*running, "step")))
            }
            Event::Outputs { .. } => words::outputs(event).map(|text| format!("\n{text}")),
            Event::RunFinished(summary) => Some(format!("\n{}", words::summary(summary))),
        }
    }
}
