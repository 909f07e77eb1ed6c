//! AWS's error texts and their classes: every row of `tests/src/wordings` gets the class in the row, and every line of the engine's tables has a row.
//!
//! Not here: what the engine does with a class.

use std::collections::{BTreeMap, BTreeSet};

use windlass_aws::{Wording, classed, wordings};
use windlass_tests::wordings::{Row, all};

#[test]
fn every_row_has_its_class() {
    let wrong: Vec<String> = all()
        .filter_map(|row| {
            let class = classed(row.kind, row.operation, row.status, row.code, row.message);
            (class != row.class).then(|| format!("{class:?} instead of {row:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_row_has_a_source_and_there_are_many() {
    let number = |source: &str| {
        let parts = source
            .split_once('/')
            .and_then(|(_, rest)| rest.split_once('#'));
        parts.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
    };
    for row in all() {
        let known = row.source.starts_with("https://") || number(row.source);
        assert!(known, "{row:?}");
    }
    let mut seen = BTreeSet::new();
    for row in all() {
        let key = (row.kind, row.operation, row.code, row.message);
        assert!(seen.insert(key), "twice: {row:?}");
    }
    assert!(all().count() >= 120, "{} rows", all().count());
}

/// A line, an operation, a code or a phrase without a row is a guess.
#[test]
fn every_line_of_every_table_has_a_row() {
    let tables = wordings();
    let decided: Vec<(&Wording, &Row)> = all()
        .filter_map(|row| Some((deciding(&tables, row)?, row)))
        .collect();
    let mut without = Vec::new();
    for (kind, table) in &tables {
        for wording in *table {
            let has_row = |narrow: &Wording| {
                let by_it = |(by, row): &(&Wording, &Row)| {
                    *by == wording && narrow.fits(row.operation, row.code, row.message)
                };
                decided.iter().any(by_it)
            };
            let bare = narrowed(wording)
                .into_iter()
                .filter(|narrow| !has_row(narrow));
            without.extend(bare.map(|narrow| format!("{kind}: {narrow:?}")));
        }
    }
    assert!(without.is_empty(), "{}", without.join("\n"));
}

/// The line that classifies a row: the kind's first line that fits, otherwise the first one of the shared table.
fn deciding(
    tables: &BTreeMap<&'static str, &'static [Wording]>,
    row: &Row,
) -> Option<&'static Wording> {
    let of_kind = tables.get(row.kind).into_iter().copied().flatten();
    let shared = tables[""].iter();
    of_kind
        .chain(shared)
        .find(|wording| wording.fits(row.operation, row.code, row.message))
}

/// Copies of a line, each with only one of its operations, codes or phrases.
fn narrowed(wording: &'static Wording) -> Vec<Wording> {
    let operations = wording.operations.iter().map(|operation| Wording {
        operations: std::slice::from_ref(operation),
        ..*wording
    });
    let codes = wording.codes.iter().map(|code| Wording {
        codes: std::slice::from_ref(code),
        ..*wording
    });
    let says = wording.says.iter().map(|says| Wording {
        says: std::slice::from_ref(says),
        ..*wording
    });
    operations.chain(codes).chain(says).collect()
}
