//! Which snapshots count. The keeper puts a snapshot object before the journal object that names it, and only the journal object makes it count. The
//! number of a journal object can be taken once, so a writer that lost its lease can still put a snapshot, however late, but no run reads it.
//!
//! The first snapshot of a state has no writer and no journal object, and neither have those of format 1: their names are plain numbers. They count
//! until a journal object names another one.
//!
//! Not here: what is in a snapshot (`form`).

use std::fmt;

use super::Objects;
use super::form::{Batch, Kept};
use crate::error::StoreError;

/// The name of a snapshot's object: `NUMBER-WRITER`, or `NUMBER` if no journal object has to name it. Names are in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The name of a new state's snapshot.
    pub fn first() -> Self {
        Self(format!("{:012}", 0))
    }

    /// The name for a writer's snapshot, before the journal object of that number.
    pub fn by(number: u64, writer: &str) -> Self {
        Self(format!(
            "{number:012}-{}",
            writer.get(..16).unwrap_or(writer)
        ))
    }

    /// Parses a name; an object without a number is not ours.
    pub fn of(text: &str) -> Option<Self> {
        let number = text.split('-').next()?;
        number.parse::<u64>().ok()?;
        Some(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number of the journal object that names the snapshot, or continues from it.
    pub fn number(&self) -> u64 {
        let number = self.0.split('-').next().unwrap_or_default();
        number.parse().unwrap_or(u64::MAX)
    }

    fn is_plain(&self) -> bool {
        !self.0.contains('-')
    }
}

impl PartialEq<String> for Name {
    fn eq(&self, other: &String) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Objects {
    /// The names of all snapshots, oldest first, whether or not they count.
    pub(super) async fn snapshot_names(&self) -> Result<Vec<Name>, StoreError> {
        let names = self.names("snapshot").await?;
        let mut names: Vec<_> = names.iter().filter_map(|name| Name::of(name)).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// The newest snapshot that counts.
    pub(super) async fn newest_snapshot(&self) -> Result<Option<Name>, StoreError> {
        let names = self.snapshot_names().await?;
        for name in names.iter().rev().filter(|name| !name.is_plain()) {
            if self.is_named(name).await? {
                return Ok(Some(name.clone()));
            }
        }
        Ok(names.into_iter().rfind(Name::is_plain))
    }

    /// Whether the journal object of its number names the snapshot.
    pub(super) async fn is_named(&self, name: &Name) -> Result<bool, StoreError> {
        let batch: Option<(Batch, _)> = self.form(&self.journal_at(name.number())).await?;
        let named = batch.and_then(|(batch, _)| batch.names);
        Ok(named.is_some_and(|named| *name == named.snapshot))
    }

    /// The snapshots that count, up to a given one, oldest first.
    pub(super) async fn counting(&self, last: &Name, kept: &Kept) -> Result<Vec<Name>, StoreError> {
        let mut names: Vec<Name> = if last.is_plain() {
            let names = self.snapshot_names().await?.into_iter();
            names
                .filter(|name| name.is_plain() && name < last)
                .collect()
        } else {
            kept.earlier
                .iter()
                .filter_map(|name| Name::of(name))
                .collect()
        };
        names.push(last.clone());
        Ok(names)
    }

    /// All snapshots that count, oldest first.
    pub(super) async fn all_that_count(&self) -> Result<Vec<Name>, StoreError> {
        let Some(newest) = self.newest_snapshot().await? else {
            return Ok(Vec::new());
        };
        match self.form::<Kept>(&self.snapshot_at(&newest)).await? {
            Some((kept, _)) => self.counting(&newest, &kept).await,
            None => Ok(Vec::new()),
        }
    }

    /// Every snapshot of a damaged state that may have counted, oldest first: those that provably count, or all if none does.
    pub(super) async fn candidates(&self) -> Result<Vec<Name>, StoreError> {
        let names = self.snapshot_names().await?;
        let mut told: Vec<Name> = Vec::new();
        for name in names.iter().rev() {
            let counts = name.is_plain()
                || told.contains(name)
                || match self.is_named(name).await {
                    Err(StoreError::Damaged { .. }) => false,
                    named => named?,
                };
            if !counts {
                continue;
            }
            told.push(name.clone());
            if let Ok(Some((kept, _))) = self.form::<Kept>(&self.snapshot_at(name)).await {
                told.extend(kept.earlier.iter().filter_map(|name| Name::of(name)));
            }
        }
        told.retain(|name| names.contains(name));
        told.sort_unstable();
        told.dedup();
        Ok(if told.is_empty() { names } else { told })
    }
}
