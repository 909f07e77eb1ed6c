//! Problems drawn on the author's own source lines, by miette.

use std::path::PathBuf;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
    Severity as Level, SourceOffset,
};
use windlass::diagnostics::{Diagnostic, Label, Severity};

use super::{foreign, words};

/// One problem, drawn.
pub fn drawn(problem: &Diagnostic) -> String {
    let problem = &*foreign::harmless(problem);
    let level = match problem.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let mut drawing = MietteDiagnostic::new(problem.message.clone())
        .with_code(problem.code.to_string())
        .with_severity(level);
    let source = problem
        .labels
        .first()
        .and_then(|label| Some((label.source.file.clone(), read(&label.source.file)?)));
    let mut help: Vec<String> = problem.help.clone().into_iter().collect();
    if let Some((file, text)) = &source {
        let (here, elsewhere): (Vec<&Label>, Vec<&Label>) = problem
            .labels
            .iter()
            .partition(|label| label.source.file == *file);
        drawing = drawing.with_labels(here.into_iter().map(|label| span(label, text)));
        help.extend(elsewhere.into_iter().map(said));
    } else {
        help.extend(problem.labels.iter().map(said));
    }
    if !help.is_empty() {
        drawing = drawing.with_help(help.join("\n"));
    }
    let report = match source {
        Some((file, text)) => Report::new(drawing).with_source_code(NamedSource::new(file, text)),
        None => Report::new(drawing),
    };
    let mut out = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode()).with_width(120);
    match handler.render_report(&mut out, report.as_ref()) {
        Ok(()) => out,
        Err(_) => format!("{}: {}", problem.code, problem.message),
    }
}

/// The number of errors and warnings, in words.
pub fn count(problems: &[Diagnostic]) -> String {
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let warnings = problems.len() - errors;
    match (errors, warnings) {
        (errors, 0) => words::count(errors, "error"),
        (errors, warnings) => format!(
            "{}, {}",
            words::count(errors, "error"),
            words::count(warnings, "warning")
        ),
    }
}

fn said(label: &Label) -> String {
    format!("{}: {}", label.source, label.text)
}

fn span(label: &Label, text: &str) -> LabeledSpan {
    let start = SourceOffset::from_location(
        text,
        label.source.line as usize,
        label.source.column as usize,
    )
    .offset();
    let rest = text.get(start..).unwrap_or_default();
    // Up to the end of the word at that place.
    let length = rest
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':'))
        .map(char::len_utf8)
        .sum::<usize>()
        .max(1);
    LabeledSpan::at(start..(start + length).min(text.len()), label.text.clone())
}

/// The source file, if it is still where the compiler saw it: its path is relative to the workspace.
fn read(file: &str) -> Option<String> {
    let folder = std::env::current_dir().ok()?;
    folder
        .ancestors()
        .map(|folder| folder.join(file))
        .chain([PathBuf::from(file)])
        .find_map(|path| std::fs::read_to_string(path).ok())
}
