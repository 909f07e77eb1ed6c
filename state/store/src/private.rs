//! File permissions: files and folders that only their owner can read (modes 0600 and 0700).
//!
//! A state holds what an attacker wants to know: every identifier, outputs that may be confidential, and the key of the secrets' hashes. Not here:
//! systems without such modes, where the folder's own access rules apply.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a folder, and the missing ones above it. An existing folder keeps its mode.
///
/// # Errors
/// The operating system refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Options that create a file for its owner alone, if it does not exist yet.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Creates a file, or truncates an existing one.
///
/// # Errors
/// The operating system refuses.
pub fn create(path: &Path) -> io::Result<File> {
    let file = options()
        .create(true)
        .write(true)
        .truncate(true)
        .open(path)?;
    narrow(path);
    Ok(file)
}

/// Restricts a file or folder of an older version to its owner. A file or folder of another user stays unchanged.
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
