//! Files and folders that only their owner can read: mode 0600 and 0700.
//!
//! A state holds what an attacker wants to know: every identifier, outputs that may be confidential, and the key of the secrets' hashes.
//! Not here: systems without such modes, where the folder's own access rules hold.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder, and those above it that are missing. One that exists keeps its mode.
///
/// # Errors
/// The system refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options by which a file that does not exist yet is made for its owner alone.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a file, or empties the one that is there.
///
/// # Errors
/// The system refuses.
pub fn create(path: &Path) -> io::Result<File> {
    let file = options()
        .create(true)
        .write(true)
        .truncate(true)
        .open(path)?;
    narrow(path);
    Ok(file)
}

/// Takes a file or folder of an older version away from everybody but its owner. What belongs to somebody else stays as its owner wants it.
pub fn narrow(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let Ok(mode) = std::fs::metadata(path).map(|found| found.permissions().mode()) else {
            return;
        };
        if mode & 0o077 != 0 {
            let narrowed = std::fs::Permissions::from_mode(mode & 0o700);
            if let Err(error) = std::fs::set_permissions(path, narrowed) {
                tracing::debug!(%error, path = %path.display(), "its mode stays as it is");
            }
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}
