//! The lock file beside a database: the operating system releases it when its process ends, so another run can take over from a killed run of this
//! machine at once.
//!
//! A free lock alone proves nothing: a person may have deleted the file while the holder was alive, and two machines may have one name. So the holder
//! leaves a mark in the file that it has locked and in the lease. A run knows that the holder is dead only if it finds the lease's mark in the file
//! that it locks itself, on the machine that the mark names. Every other run waits until the lease expires.
//!
//! Not here: the lease (`lease`).

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use windlass::canonical::hex;

use crate::error::StoreError;
use crate::private;

/// The lock file, opened. If the lock is ours, it is held until this value is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// Whether no living process has locked the file.
    alone: bool,
    /// The mark that the last holder left in the file.
    left: String,
}

impl Lock {
    /// Locks the file beside a database, if it is free. If a symbolic link leads to the database, the lock is beside the file that the link leads to.
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
        // An unreadable mark proves nothing, like a missing one.
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

    /// Whether no living process has locked the file.
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    /// Whether the holder that left this mark in the lease is dead.
    pub fn proves_dead(&self, mark: Option<&str>) -> bool {
        let of_here = |mark: &str| mark.split_once(' ').is_some_and(|(at, _)| at == machine());
        self.alone && mark.is_some_and(|mark| mark == self.left && of_here(mark))
    }

    /// Writes a new mark into the file, and returns it.
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

/// Identifies this machine since its last start: two machines with one host name differ in it, and containers of one kernel, which share locks, do not.
/// Without Linux's boot id it is the same for all, so that the mark alone decides.
fn machine() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    boot.map_or_else(|_| "machine".to_owned(), |boot| boot.trim().to_owned())
}
