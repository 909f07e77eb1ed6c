//! Files to be written, kept until all of them are known. Not here: their text.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use super::Refused;

/// The repository with changes that are not written yet.
#[derive(Debug)]
pub struct Tree {
    top: PathBuf,
    changed: BTreeMap<String, String>,
    made: BTreeSet<String>,
}

impl Tree {
    /// The repository in that folder.
    pub fn new(top: &Path) -> Self {
        Self {
            top: top.to_owned(),
            changed: BTreeMap::new(),
            made: BTreeSet::new(),
        }
    }

    /// The text of a file, with its changes; `None` if there is none.
    pub fn text(&self, path: &str) -> Option<String> {
        let changed = self.changed.get(path).cloned();
        changed.or_else(|| fs::read_to_string(self.top.join(path)).ok())
    }

    /// Changes a file that is there.
    pub fn set(&mut self, path: &str, text: String) {
        if self.text(path).as_ref() != Some(&text) {
            self.changed.insert(path.to_owned(), text);
        }
    }

    /// Changes a file of Rust, formatted.
    ///
    /// # Errors
    /// It is no Rust.
    pub fn set_rust(&mut self, path: &str, text: &str) -> Result<(), Refused> {
        let formatted = formatted(path, text)?;
        self.set(path, formatted);
        Ok(())
    }

    /// Makes a file of Rust, formatted, unless it is there.
    ///
    /// # Errors
    /// It is no Rust.
    pub fn put_rust(&mut self, path: &str, text: &str) -> Result<(), Refused> {
        if self.text(path).is_none() {
            self.made.insert(path.to_owned());
            self.set_rust(path, text)?;
        }
        Ok(())
    }

    /// The files that are new, and their texts.
    pub fn made(&self) -> impl Iterator<Item = (&String, &String)> {
        self.changed
            .iter()
            .filter(|(path, _)| self.made.contains(*path))
    }

    /// The lines that are new in files that are there, by file.
    pub fn added(&self) -> impl Iterator<Item = (&String, Vec<&str>)> {
        let others = self
            .changed
            .iter()
            .filter(|(path, _)| !self.made.contains(*path));
        others.map(|(path, text)| {
            let before = fs::read_to_string(self.top.join(path)).unwrap_or_default();
            let before: BTreeSet<_> = before.lines().collect();
            (
                path,
                text.lines().filter(|line| !before.contains(line)).collect(),
            )
        })
    }

    /// Writes everything.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(&self) -> io::Result<()> {
        for (path, text) in &self.changed {
            let path = self.top.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, text)?;
        }
        Ok(())
    }
}

/// The text as rustfmt writes it.
fn formatted(path: &str, text: &str) -> Result<String, Refused> {
    let refused = |why: String| Refused(format!("rustfmt on {path}: {why}"));
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| refused(error.to_string()))?;
    let mut input = rustfmt.stdin.take().expect("its input is a pipe");
    let text = text.to_owned();
    // From a thread of its own: rustfmt may answer before it has read all.
    let writing = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = rustfmt
        .wait_with_output()
        .map_err(|error| refused(error.to_string()))?;
    let written = writing.join().expect("writing does not panic");
    if !output.status.success() {
        return Err(refused(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    written.map_err(|error| refused(error.to_string()))?;
    String::from_utf8(output.stdout).map_err(|error| refused(error.to_string()))
}
