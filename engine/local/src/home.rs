//! The folder of the local cloud's files, and the locks that let several programs share them.
//!
//! Not here: what the files contain (`daemon` writes the status, `moto::install` makes the Python environment).

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The environment variable that moves the whole home.
pub const HOME_VARIABLE: &str = "WINDLASS_LOCAL_HOME";
/// The environment variable that moves only the Python environment, so that several homes can share one.
pub const PYTHON_VARIABLE: &str = "WINDLASS_LOCAL_PYTHON";

/// The folder of one local cloud: at most one daemon runs per home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
    python: PathBuf,
}

/// Why the home cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// None of the variables that can name a place is set.
    #[error(
        "no place for the local cloud's files: set {HOME_VARIABLE} to a folder (neither XDG_CACHE_HOME nor HOME is set)"
    )]
    Nowhere,
    /// A file or folder of the home cannot be used.
    #[error("cannot use {}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
}

impl HomeError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// An exclusive lock between programs. It ends with the value, or when the process ends in any way.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Home {
    /// `WINDLASS_LOCAL_HOME`, else `windlass/local` in the XDG cache folder.
    ///
    /// # Errors
    /// If the environment names no such place.
    pub fn from_environment() -> Result<Self, HomeError> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let root = if let Some(home) = variable(HOME_VARIABLE) {
            PathBuf::from(home)
        } else if let Some(cache) = variable("XDG_CACHE_HOME") {
            Path::new(&cache).join("windlass/local")
        } else if let Some(user) = variable("HOME") {
            Path::new(&user).join(".cache/windlass/local")
        } else {
            return Err(HomeError::Nowhere);
        };
        let home = Self::at(root);
        Ok(match variable(PYTHON_VARIABLE) {
            Some(python) => home.with_python(PathBuf::from(python)),
            None => home,
        })
    }

    /// A home in the given folder, which is created when it is first needed.
    #[must_use]
    pub fn at(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            python: root.join("python"),
            root,
        }
    }

    /// The same home with its Python environment at another place.
    #[must_use]
    pub fn with_python(self, python: impl Into<PathBuf>) -> Self {
        Self {
            python: python.into(),
            ..self
        }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of the Python environments, one per version of moto.
    #[must_use]
    pub fn python(&self) -> &Path {
        &self.python
    }

    pub(crate) fn status_file(&self) -> PathBuf {
        self.root.join("status.json")
    }

    /// The log file of the daemon and moto.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.root.join("daemon.log")
    }

    pub(crate) fn moto_log_file(&self) -> PathBuf {
        self.root.join("moto.log")
    }

    pub(crate) fn daemon_lock(&self) -> PathBuf {
        self.root.join("daemon.lock")
    }

    pub(crate) fn start_lock(&self) -> PathBuf {
        self.root.join("start.lock")
    }

    pub(crate) fn create(&self) -> Result<(), HomeError> {
        std::fs::create_dir_all(&self.root).map_err(HomeError::io(&self.root))
    }
}

impl Lock {
    fn open(path: &Path) -> Result<File, HomeError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(HomeError::io(folder))?;
        }
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(path)
            .map_err(HomeError::io(path))
    }

    /// Waits for the lock, off the runtime's threads.
    pub(crate) async fn wait(path: PathBuf) -> Result<Self, HomeError> {
        let waiting = tokio::task::spawn_blocking(move || {
            let file = Self::open(&path)?;
            file.lock().map_err(HomeError::io(&path))?;
            Ok(Self { file })
        });
        waiting.await.expect("taking a file lock does not panic")
    }

    /// Takes the lock if it is free.
    pub(crate) fn attempt(path: &Path) -> Result<Option<Self>, HomeError> {
        let file = Self::open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(HomeError::io(path)(source)),
        }
    }

    /// Writes the holder's process id into the lock.
    pub(crate) fn sign(&mut self) -> io::Result<()> {
        use std::io::{Seek as _, Write as _};
        self.file.set_len(0)?;
        self.file.rewind()?;
        write!(self.file, "{}", std::process::id())
    }
}

/// Replaces a file in one step: a reader sees the old text or the new one.
pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<(), HomeError> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    std::fs::write(&draft, text).map_err(HomeError::io(&draft))?;
    std::fs::rename(&draft, path).map_err(HomeError::io(path))
}
