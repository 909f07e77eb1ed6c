//! Operations of the history as text.

use owo_colors::OwoColorize;
use windlass_state::record::{RunFinished, RunResult};
use windlass_store::HistoryEntry;

use super::{foreign, words};

/// One operation in one line.
pub fn line(entry: &HistoryEntry) -> String {
    let HistoryEntry {
        number,
        started,
        finished,
    } = entry;
    format!(
        "{:>4}  {}  {:<14} {:<11}  {}  {}",
        number.bold(),
        words::moment(started.at),
        started.operation.as_str(),
        result(finished.as_ref()),
        foreign::line(&started.who),
        foreign::line(&started.summary).dimmed()
    )
}

fn result(finished: Option<&RunFinished>) -> &'static str {
    match finished.map(|ended| ended.result) {
        Some(RunResult::Done) => "done",
        Some(RunResult::Failed) => "failed",
        Some(RunResult::Interrupted) => "interrupted",
        None => "not ended",
    }
}

/// One operation with all details.
pub fn whole(entry: &HistoryEntry, kept: bool) -> String {
    let HistoryEntry {
        number,
        started,
        finished,
    } = entry;
    let mut lines = vec![format!("{} {}", started.operation.as_str().bold(), number)];
    let mut say = |word: &str, text: String| {
        if !text.is_empty() {
            lines.push(format!("  {:<9} {}", word.cyan(), foreign::shown(&text)));
        }
    };
    say("who", started.who.clone());
    say("started", words::moment(started.at));
    let ended = finished.as_ref();
    say(
        "ended",
        ended.map_or_else(
            || "it was killed, or still goes on".to_owned(),
            |ended| words::moment(ended.at),
        ),
    );
    say("result", result(ended).to_owned());
    say("summary", started.summary.clone());
    say("document", started.document.clone());
    say("plan", started.plan.clone());
    say("run", started.run.to_string());
    if kept {
        say(
            "back",
            format!("`windlass state rollback {number}` goes back to what was believed then"),
        );
    }
    for change in &started.changes {
        let what = foreign::line(&change.what);
        lines.push(format!("  {:<38} {what}", change.address));
    }
    for failure in ended.into_iter().flat_map(|ended| &ended.failures) {
        lines.push(format!(
            "{} {}: {}",
            "✗".red().bold(),
            failure.address.bold(),
            foreign::shown(&failure.what)
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use windlass::address::Address;
    use windlass_state::identity::RunId;
    use windlass_state::record::{HistoryLine, Operation, RunStarted};

    use super::*;

    fn line_of(at: &str, what: &str) -> HistoryLine {
        HistoryLine {
            address: Address::parse(at).expect("valid"),
            what: what.to_owned(),
        }
    }

    fn entry(number: i64, operation: Operation, result: Option<RunResult>) -> HistoryEntry {
        let run = RunId(format!("{number:016x}"));
        let at =
            |seconds: i64| jiff::Timestamp::from_second(1_793_000_000 + seconds).expect("in range");
        HistoryEntry {
            number,
            started: RunStarted {
                run: run.clone(),
                operation,
                at: at(0),
                who: "ci@runner-7 (process 812)".to_owned(),
                document: "d0c".repeat(21) + "d",
                plan: String::new(),
                summary: "2 changed, 58 unchanged".to_owned(),
                changes: vec![
                    line_of("api/service", "update"),
                    line_of("api/task-definition", "replace"),
                ],
                written_by: String::new(),
                why: None,
                decision: None,
            },
            finished: result.map(|result| RunFinished {
                run,
                at: at(42),
                result,
                failures: match result {
                    RunResult::Failed => vec![line_of(
                        "api/service",
                        "deployment of shop-api:8 failed and ECS rolled back to :7",
                    )],
                    _ => Vec::new(),
                },
                verdicts: Vec::new(),
            }),
        }
    }

    #[test]
    fn operations_in_lines_and_one_as_a_whole() {
        let entries = [
            entry(12, Operation::RollBack, Some(RunResult::Done)),
            entry(11, Operation::Up, Some(RunResult::Failed)),
            entry(10, Operation::Import, Some(RunResult::Interrupted)),
            entry(9, Operation::Destroy, None),
        ];
        let lines: Vec<_> = entries.iter().map(line).collect();
        let all = format!(
            "{}\n\n{}\n\n{}",
            lines.join("\n"),
            whole(&entries[1], true),
            whole(&entries[3], false)
        );
        insta::assert_snapshot!(anstream::adapter::strip_str(&all).to_string());
    }
}
