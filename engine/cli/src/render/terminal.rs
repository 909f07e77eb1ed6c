//! Live terminal output while a run works: finished lines above, running steps below, redrawn in place.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use windlass_engine::events::{Event, Events, Stamped};

use super::foreign;
use super::plain::Plain;

/// Draws on a terminal.
pub struct Terminal {
    plain: Plain,
    bars: MultiProgress,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    running: BTreeMap<usize, ProgressBar>,
    footer: Option<ProgressBar>,
    steps: usize,
    done: usize,
}

const REDRAW: Duration = Duration::from_millis(120);

impl Terminal {
    /// A terminal on which nothing runs yet.
    pub fn new() -> Self {
        Self {
            plain: Plain::default(),
            bars: MultiProgress::new(),
            inner: Mutex::default(),
        }
    }

    fn begin(&self, inner: &mut Inner, id: usize, address: &str) {
        let style =
            ProgressStyle::with_template("  {spinner:.blue} {prefix:<38} {msg:<60} {elapsed:>5}")
                .expect("the template is valid");
        let bar = ProgressBar::new_spinner()
            .with_style(style.tick_strings(&["◐", "◓", "◑", "◒", " "]))
            .with_prefix(address.to_owned());
        let bar = match &inner.footer {
            Some(footer) => self.bars.insert_before(footer, bar),
            None => self.bars.add(bar),
        };
        bar.enable_steady_tick(REDRAW);
        inner.running.insert(id, bar);
    }

    fn end(&self, inner: &mut Inner, id: usize) {
        if let Some(bar) = inner.running.remove(&id) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        inner.done += 1;
    }

    fn foot(&self, inner: &mut Inner) {
        if inner.steps == 0 {
            return;
        }
        let (steps, bars) = (inner.steps, &self.bars);
        let footer = inner.footer.get_or_insert_with(|| {
            let style =
                ProgressStyle::with_template("  {msg} · {elapsed}").expect("the template is valid");
            let bar = bars.add(ProgressBar::new_spinner().with_style(style));
            bar.enable_steady_tick(REDRAW);
            bar
        });
        footer.set_message(format!(
            "{} of {steps} · {} running",
            inner.done,
            inner.running.len()
        ));
    }
}

impl Events for Terminal {
    fn emit(&self, event: Stamped) {
        let mut inner = self
            .inner
            .lock()
            .expect("no thread panics while it holds this");
        let event = foreign::harmless(&event.event);
        let event = &*event;
        // Progress appears in the step's own line; the service's own events appear above.
        let text = match event {
            Event::StepProgress {
                step,
                status,
                events,
            } => {
                if let Some(bar) = inner.running.get(&step.step) {
                    bar.set_message(status.clone());
                }
                (!events.is_empty()).then(|| {
                    events
                        .iter()
                        .map(|event| format!("      {}", foreign::line(event)))
                        .collect::<Vec<_>>()
                        .join("\n")
                })
            }
            other => self.plain.text(other),
        };
        match event {
            Event::Planned { steps, .. } => inner.steps = *steps,
            Event::StepStarted { step } => self.begin(&mut inner, step.step, step.address.as_str()),
            Event::StepDone { step, .. } | Event::StepFailed { step, .. } => {
                self.end(&mut inner, step.step)
            }
            Event::Outputs { .. } | Event::RunFinished(_) => {
                inner.steps = 0;
                if let Some(footer) = inner.footer.take() {
                    footer.finish_and_clear();
                }
            }
            _ => {}
        }
        if let Some(text) = text {
            self.bars.suspend(|| crate::render::say!("{text}"));
        }
        if matches!(
            event,
            Event::StepStarted { .. } | Event::StepDone { .. } | Event::StepFailed { .. }
        ) {
            self.foot(&mut inner);
        }
    }
}
