//! Installs moto and everything it needs into a private Python environment, exactly as `moto.lock` pins it: by version and by hash.
//!
//! Guarantees: Every download of pip has a hash of the lock, and is a wheel, so that no build script runs. An environment of another lock is not used.
//! An environment is built under another name and gets its own name only when it is complete and marked as complete. An interrupted installation starts
//! again from nothing. If two programs install at once, one works and the other waits. The installation touches nothing outside the environment's
//! folder. Not here: running it (`process`).

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use sha2::{Digest as _, Sha256};
use tokio::process::Command;

use super::MOTO_VERSION;
use crate::home::{Home, HomeError, Lock};

/// Every package with its version and hashes. `moto.in` says how the lock is made.
const LOCK: &str = include_str!("../../moto.lock");
/// The oldest Python that the lock supports.
const OLDEST_PYTHON: (u32, u32) = (3, 11);
/// The names under which Windlass looks for Python. Systems whose default Python is older often have a newer one beside it.
const PYTHONS: [&str; 6] = [
    "python3",
    "python",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
];
/// Written last into the draft; its text is the lock's hash.
const MARKER: &str = "windlass-complete";

/// A finished environment.
#[derive(Debug, Clone)]
pub(crate) struct MotoEnvironment {
    python: PathBuf,
}

/// Why moto could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no Python that is new enough.
    #[error(
        "the local cloud needs Python {}.{} or newer on PATH, and {found}; install it (Debian, Ubuntu: `apt install python3 python3-venv`; \
         Fedora: `dnf install python3`; macOS: `brew install python`)",
        OLDEST_PYTHON.0, OLDEST_PYTHON.1
    )]
    NoPython {
        /// The Python that was found instead.
        found: String,
    },
    /// Python is there, but its `venv` or `ensurepip` module is missing.
    #[error(
        "{} cannot make virtual environments: its `venv` module is missing; install it (Debian, Ubuntu: `apt install python3-venv`)\n{output}",
        .python.display()
    )]
    NoVenv {
        /// The interpreter.
        python: PathBuf,
        /// The output of the interpreter.
        output: String,
    },
    /// pip failed, most often because of a missing network or index.
    #[error(
        "pip could not install moto {MOTO_VERSION} and what it needs; is the package index reachable?\n{output}"
    )]
    Pip {
        /// The end of pip's output.
        output: String,
    },
    /// The folder cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
}

impl MotoEnvironment {
    pub(crate) fn python(&self) -> &Path {
        &self.python
    }

    pub(crate) fn folder(&self) -> &Path {
        let binaries = self.python.parent();
        binaries
            .and_then(Path::parent)
            .expect("`bin/python` is inside a folder")
    }

    fn in_folder(folder: &Path) -> Self {
        Self {
            python: folder.join("bin").join("python"),
        }
    }
}

/// The interpreter of the local cloud's Python environment, which contains botocore and cfn-lint. Installs the environment first if it is missing.
///
/// # Errors
/// If it cannot be installed.
pub async fn python(home: &Home) -> Result<PathBuf, InstallError> {
    Ok(ensure(home).await?.python)
}

/// Whether the environment is installed, so that [`ensure`] would do nothing.
pub(crate) fn is_installed(home: &Home) -> bool {
    is_complete(&folder(home))
}

/// Returns the environment; installs it first if no installation has finished yet.
pub(crate) async fn ensure(home: &Home) -> Result<MotoEnvironment, InstallError> {
    let folder = folder(home);
    if is_complete(&folder) {
        return Ok(MotoEnvironment::in_folder(&folder));
    }
    let _lock = Lock::wait(folder.with_extension("lock")).await?;
    if is_complete(&folder) {
        return Ok(MotoEnvironment::in_folder(&folder));
    }
    let python = find_python().await?;
    let draft = new_draft(&folder)?;
    make_environment(&python, &draft).await?;
    install_moto(&MotoEnvironment::in_folder(&draft)).await?;
    crate::home::write_atomically(&draft.join(MARKER), &lock_hash())?;
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(HomeError::io(&folder))?;
    }
    std::fs::rename(&draft, &folder).map_err(HomeError::io(&folder))?;
    Ok(MotoEnvironment::in_folder(&folder))
}

/// A folder that no earlier installation writes to, because the pip of a killed installation may still be running in its own.
///
/// An environment that was renamed still has a working interpreter, and only the interpreter is used.
fn new_draft(folder: &Path) -> Result<PathBuf, HomeError> {
    let parent = folder.parent().unwrap_or(folder);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{name}-draft-");
    for entry in std::fs::read_dir(parent)
        .map_err(HomeError::io(parent))?
        .flatten()
    {
        if entry.file_name().to_string_lossy().starts_with(&prefix)
            && let Err(error) = std::fs::remove_dir_all(entry.path())
        {
            tracing::debug!(%error, "an abandoned installation stays behind");
        }
    }
    Ok(parent.join(format!("{prefix}{:016x}", rand::random::<u64>())))
}

fn folder(home: &Home) -> PathBuf {
    // The name has no dot, because `with_extension` makes the lock file's name from it. Versions of Windlass with different locks have separate
    // environments.
    home.python().join(format!("moto-{}", &lock_hash()[..16]))
}

/// 64 hexadecimal digits.
fn lock_hash() -> String {
    let hash = Sha256::digest(LOCK.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_complete(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join(MARKER)).is_ok_and(|text| text == lock_hash())
        && MotoEnvironment::in_folder(folder).python.exists()
}

async fn find_python() -> Result<PathBuf, InstallError> {
    let mut found = "there is none".to_owned();
    for name in PYTHONS {
        let asked = run(Command::new(name).args([
            "-c",
            "import sys; print(sys.executable, *sys.version_info[:2], sep='\\n')",
        ]))
        .await;
        let Some(output) = asked.ok().filter(|output| output.status.success()) else {
            continue;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match parse_version(&text) {
            Some((python, version)) if version >= OLDEST_PYTHON => return Ok(python),
            Some((_, (major, minor))) => found = format!("`{name}` is {major}.{minor}"),
            None => {}
        }
    }
    Err(InstallError::NoPython { found })
}

fn parse_version(text: &str) -> Option<(PathBuf, (u32, u32))> {
    let mut lines = text.lines();
    let python = PathBuf::from(lines.next()?);
    Some((
        python,
        (lines.next()?.parse().ok()?, lines.next()?.parse().ok()?),
    ))
}

async fn make_environment(python: &Path, folder: &Path) -> Result<(), InstallError> {
    let output = run(Command::new(python).args(["-m", "venv"]).arg(folder))
        .await
        .map_err(HomeError::io(python))?;
    if output.status.success() {
        return Ok(());
    }
    Err(InstallError::NoVenv {
        python: python.to_owned(),
        output: tail(&output),
    })
}

async fn install_moto(environment: &MotoEnvironment) -> Result<(), InstallError> {
    let requirements = environment.python().with_file_name("moto.lock");
    crate::home::write_atomically(&requirements, LOCK)?;
    let mut pip = Command::new(environment.python());
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--require-hashes",
        "--only-binary",
        ":all:",
        // The lock is complete, so pip need not resolve anything.
        "--no-deps",
        "-r",
    ])
    .arg(&requirements);
    let output = run(&mut pip)
        .await
        .map_err(HomeError::io(environment.python()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(InstallError::Pip {
        output: tail(&output),
    })
}

async fn run(command: &mut Command) -> std::io::Result<Output> {
    command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
}

fn tail(output: &Output) -> String {
    const LINES: usize = 12;
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_and_its_version_are_read() {
        let (python, version) = parse_version("/usr/bin/python3\n3\n9\n").expect("well formed");
        assert_eq!(python, Path::new("/usr/bin/python3"));
        assert!(version < OLDEST_PYTHON);
        assert!(parse_version("Python 2.7").is_none());
    }

    #[test]
    fn the_lock_pins_every_package_by_hash() {
        let packages = LOCK
            .split("\n")
            .filter(|line| line.starts_with(char::is_alphanumeric));
        let names: Vec<_> = packages
            .map(|line| line.split_once("==").expect("a version").0)
            .collect();
        for name in ["moto", "botocore", "cfn-lint", "werkzeug"] {
            assert!(names.contains(&name), "{name}");
        }
        let pinned = LOCK.matches("\n    --hash=sha256:").count();
        assert!(pinned >= names.len(), "{pinned} hashes");
        let end_of_names = LOCK.matches(" \\\n    --hash=sha256:").count();
        assert_eq!(end_of_names, pinned, "each hash belongs to a package");
        assert!(LOCK.contains(&format!("\nmoto=={MOTO_VERSION} ")));
    }

    #[test]
    fn an_environment_without_its_marker_is_not_complete() {
        let folder = std::env::temp_dir().join(format!("windlass-install-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("bin")).expect("temporary folder");
        std::fs::write(folder.join("bin/python"), "").expect("file");
        assert!(!is_complete(&folder));
        for other in ["5.2.5", &"0".repeat(64)] {
            std::fs::write(folder.join(MARKER), other).expect("file");
            assert!(!is_complete(&folder), "of another lock");
        }
        std::fs::write(folder.join(MARKER), lock_hash()).expect("file");
        assert!(is_complete(&folder));
        std::fs::remove_dir_all(&folder).expect("temporary folder");
    }
}
