//! Tables of the documentation that repeat data of the code. One command writes them anew: `cargo run -p windlass-tests --bin pages`.
//!
//! Not here: prose, and tables that a person writes.

use windlass_local::{Moto, OPEN_GAPS};

use crate::cloud::samples::catalogue;

/// One table of a page.
#[derive(Debug)]
pub struct Table {
    /// The page's path from the repository's folder.
    pub page: &'static str,
    /// The table's first line.
    pub head: &'static str,
    /// Its rows.
    pub rows: Vec<String>,
}

/// All of them.
#[must_use]
pub fn tables() -> Vec<Table> {
    vec![
        Table {
            page: "docs/import.md",
            head: "| kind | identifier |",
            rows: identifiers(),
        },
        Table {
            page: "docs/local-cloud.md",
            head: "| kind | property | moto | why |",
            rows: gaps(),
        },
    ]
}

/// What `windlass import` takes for each kind.
fn identifiers() -> Vec<String> {
    let kinds = catalogue();
    let rows = kinds.iter().map(|sampled| {
        let id = sampled.schema.id.replace('|', "\\|");
        format!("| {} | `{id}` |", sampled.schema.kind)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable();
    rows
}

/// Properties that the local cloud's emulator does not have.
fn gaps() -> Vec<String> {
    let rows = OPEN_GAPS.iter().map(|gap| {
        let does = match gap.moto {
            Moto::Loses => "loses",
            Moto::Refuses => "refuses",
            Moto::Bars => "refuses, and with it the resource",
            Moto::ErrsOnDelete => "errs when it is deleted twice",
        };
        let kind = gap.kind.trim_start_matches("AWS::");
        format!("| {kind} | `{}` | {does} | {} |", gap.path, gap.why)
    });
    rows.collect()
}

impl Table {
    /// The page's text with this table as it should be.
    ///
    /// # Panics
    /// The page does not have the table's first line.
    #[must_use]
    pub fn put_into(&self, text: &str) -> String {
        let (before, rest) = text
            .split_once(&format!("{}\n", self.head))
            .unwrap_or_else(|| panic!("{} has no `{}`", self.page, self.head));
        let mut lines = rest.split_inclusive('\n');
        let line_under_head = lines.next().unwrap_or_default();
        let after: String = lines.skip_while(|line| line.starts_with('|')).collect();
        let rows: String = self.rows.iter().map(|row| format!("{row}\n")).collect();
        format!("{before}{}\n{line_under_head}{rows}{after}", self.head)
    }
}
