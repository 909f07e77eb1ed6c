//! The two sidecar files of a database: the position of its journal (`.head`), and a backup of the last snapshot (`.backup`).
//!
//! A sound database needs neither, so one that cannot be read counts as absent. The store does not sync them: after a loss of power a sidecar may be
//! older, and claim less, or be unreadable.
//!
//! Not here: what is concluded from them (`repair`).

use std::fs::File;
use std::io::{ErrorKind, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use windlass_state::snapshot::Snapshot;

use crate::chain::{Hashed, Head, digest};
use crate::error::StoreError;
use crate::private;

pub(super) struct SidecarFiles<'a>(&'a Path);

impl<'a> SidecarFiles<'a> {
    pub fn of(database: &'a Path) -> Self {
        Self(database)
    }

    /// Whether a database existed here once.
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

    pub fn keep_head(&self, head: &Head, open: &mut Option<HeadFile>) -> Result<(), StoreError> {
        let line = line(&Hashed::of(head));
        let length = line.len();
        if let Some(HeadFile { file, .. }) = open.as_mut().filter(|open| open.length == length) {
            let over = file.rewind().and_then(|()| file.write_all(line.as_bytes()));
            return over.map_err(|cause| self.unusable("head", cause));
        }
        *open = None;
        let file = self.put("head", &line)?;
        *open = Some(HeadFile { file, length });
        Ok(())
    }

    /// Keeps a snapshot.
    pub fn keep_backup(&self, snapshot: &Hashed) -> Result<(), StoreError> {
        self.put("backup", &line(snapshot)).map(drop)
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

    /// Replaces the last version of a file.
    fn put(&self, which: &str, text: &str) -> Result<File, StoreError> {
        let (path, new) = (self.file(which), self.file(&format!("{which}.new")));
        let put = || {
            let mut file = private::create(&new)?;
            file.write_all(text.as_bytes())?;
            std::fs::rename(&new, &path)?;
            Ok(file)
        };
        put().map_err(|cause| self.unusable(which, cause))
    }

    fn unusable(&self, which: &str, cause: std::io::Error) -> StoreError {
        let path = self.file(which);
        StoreError::Folder { path, cause }
    }
}

/// The file of the head, for the writer. It is overwritten in place while its length stays the same: replacing the file for each group of records would
/// take a sixth of the processor time of `up`.
#[derive(Debug)]
pub(super) struct HeadFile {
    file: File,
    length: usize,
}

fn line(kept: &Hashed) -> String {
    format!("{}\n{}", kept.hash, kept.text)
}
