//! The lock file beside a database: the system drops it with its process, so a killed run of this machine is taken over at once.
//!
//! A free lock alone proves nothing: somebody may have deleted the file under a living holder, and two machines may have one name. So the holder leaves a mark
//! in the file that it has locked and in the lease. Only who finds the lease's mark in the file that it locks itself, on the machine that the mark names, knows
//! that the holder is dead. Everybody else waits for the lease to run out.
//!
//! Not here: the lease (`lease`).

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use windlass::canonical::hex;

use crate::error::StoreError;
use crate::private;

/// The lock file, opened. It is locked until it is dropped, if it is ours.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// Whether no living process has it locked.
    alone: bool,
    /// What the last holder left in it.
    left: String,
}

impl Lock {
    /// Locks the file beside a database, if it is free. A database that is reached by a symbolic link has the lock of the file that the link leads to.
    pub fn beside(database: &Path) -> Result<Self, StoreError> {
        let path = database.with_extension("lock");
        let unusable = |cause| StoreError::Folder {
            path: path.clone(),
            cause,
        };
        if let Some(folder) = path.parent() {
            private::folder(folder).map_err(unusable)?;
        }
        let mut file = private::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(unusable)?;
        let alone = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(cause)) => return Err(unusable(cause)),
        };
        let mut left = String::new();
        // A mark that cannot be read proves nothing, like one that is not there.
        if file.read_to_string(&mut left).is_err() {
            left.clear();
        }
        Ok(Self {
            file,
            path,
            alone,
            left,
        })
    }

    /// Whether no living process has the file locked.
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// Whether the holder that left this mark in the lease is dead.
    pub fn proves_dead(&self, mark: Option<&str>) -> bool {
        let of_here = |mark: &str| mark.split_once(' ').is_some_and(|(at, _)| at == machine());
        self.alone && mark.is_some_and(|mark| mark == self.left && of_here(mark))
    }

    /// Leaves a new mark in the file, and gives it.
    pub fn mark(&mut self) -> Result<String, StoreError> {
        let mark = format!("{} {}", machine(), hex(&rand::random::<[u8; 16]>()));
        let write = |file: &mut File| {
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(mark.as_bytes())
        };
        write(&mut self.file).map_err(|cause| StoreError::Folder {
            path: self.path.clone(),
            cause,
        })?;
        self.left.clone_from(&mark);
        Ok(mark)
    }

    /// The locked file, for as long as the state is held.
    pub fn into_file(self) -> File {
        self.file
    }
}

/// This machine since its last start: two machines with one host name differ in it, and containers of one kernel, which share locks, do not. Without Linux's
/// it is the same for all, so that the mark alone decides.
fn machine() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    boot.map_or_else(|_| "machine".to_owned(), |boot| boot.trim().to_owned())
}
