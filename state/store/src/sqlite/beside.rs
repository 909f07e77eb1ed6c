//! The two files beside a database: how far it had come, and the last snapshot once more.
//!
//! Neither is needed while the database is sound, so one that cannot be read counts as absent. They are renamed into place and not synced: after
//! a loss of power an older one stands there, which claims less.
//!
//! Not here: what is concluded from them.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use windlass_state::snapshot::Snapshot;

use crate::chain::{Head, digest};
use crate::error::StoreError;

pub(super) struct Beside<'a>(&'a Path);

impl<'a> Beside<'a> {
    pub fn of(database: &'a Path) -> Self {
        Self(database)
    }

    /// Whether a database was here once.
    pub fn is_there(&self) -> bool {
        self.file("head").exists()
    }

    pub fn head(&self) -> Option<Head> {
        serde_json::from_str(&self.read("head")?).ok()
    }

    pub fn backup(&self) -> Option<Snapshot> {
        let backup: Snapshot = serde_json::from_str(&self.read("backup")?).ok()?;
        Some(backup.upgraded())
    }

    pub fn keep_head(&self, head: &Head) -> Result<(), StoreError> {
        self.write(
            "head",
            &serde_json::to_string(head).expect("a head holds text keys only"),
        )
    }

    pub fn keep_backup(&self, snapshot: &Snapshot) -> Result<(), StoreError> {
        self.write(
            "backup",
            &serde_json::to_string(snapshot).expect("a snapshot holds text keys only"),
        )
    }

    pub fn remove(&self) -> Result<(), StoreError> {
        for which in ["head", "backup"] {
            let path = self.file(which);
            match std::fs::remove_file(&path) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => {
                    return Err(StoreError::Folder { path, cause });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&self, which: &str) -> PathBuf {
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(which);
        self.0.with_file_name(name)
    }

    fn read(&self, which: &str) -> Option<String> {
        let kept = std::fs::read_to_string(self.file(which)).ok()?;
        let (hash, text) = kept.split_once('\n')?;
        (digest(text) == hash).then(|| text.to_owned())
    }

    fn write(&self, which: &str, text: &str) -> Result<(), StoreError> {
        let (path, new) = (self.file(which), self.file(&format!("{which}.new")));
        std::fs::write(&new, format!("{}\n{text}", digest(text)))
            .and_then(|()| std::fs::rename(&new, &path))
            .map_err(|cause| StoreError::Folder { path, cause })
    }
}
