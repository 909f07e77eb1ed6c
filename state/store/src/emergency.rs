//! The emergency journal: a file on this host that takes records when the store accepts none any more. The next run puts them into the store.
//!
//! From its first record on, the run sends no further mutating call; the file saves the outcomes of calls that were already under way. If another run
//! went on meanwhile, the outcomes no longer continue the state: a resource that they made and that the state does not know is `stray`.
//!
//! Not here: a record that neither the store nor this file takes. Its intent stays open, and the next run looks at AWS.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};
use windlass_state::identity::RunId;
use windlass_state::journal::JournalError;
use windlass_state::record::{Intent, Record};
use windlass_state::snapshot::Snapshot;

use crate::chain::{Head, digest};
use crate::error::StoreError;
use crate::private;
use crate::stray::Stray;

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Heading {
    format: u32,
    /// The position that the first record follows.
    after: Head,
    /// The calls that were under way; another run has closed them in the state. Absent in format 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<Intent>,
}

const FORMAT: u32 = 2;

/// A file for records that the store does not take.
#[derive(Debug)]
pub struct Emergency {
    path: PathBuf,
    state: Mutex<Keeping>,
}

#[derive(Debug)]
struct Keeping {
    head: Head,
    /// The calls that are under way, by sequence.
    calls: BTreeMap<u64, Intent>,
    open: Option<(File, Failure)>,
}

/// Why the store takes no more records.
#[derive(Debug, Clone)]
enum Failure {
    TakenOver(String),
    Expired(jiff::Timestamp),
    Store(String),
}

impl Emergency {
    /// A file that is created when it is needed. `head` is the position of the store.
    pub(crate) fn beside(path: PathBuf, head: Head, open: &BTreeMap<u64, Intent>) -> Self {
        Self {
            path,
            state: Mutex::new(Keeping {
                head,
                calls: open.clone(),
                open: None,
            }),
        }
    }

    /// The file, if it contains records that the store did not take.
    pub(crate) fn kept(&self) -> Option<&Path> {
        self.is_open().then_some(self.path.as_path())
    }

    /// The store took these records: they show which calls are under way.
    pub(crate) fn noted(&self, records: &[Record]) {
        let mut state = self.lock();
        for record in records {
            match record {
                Record::Intent(intent) => {
                    state.calls.insert(intent.sequence, (**intent).clone());
                }
                Record::Outcome(outcome) => drop(state.calls.remove(&outcome.intent)),
                _ => {}
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.lock().open.is_some()
    }

    /// Why no more mutating calls may be sent.
    pub(crate) fn failure(&self) -> Option<JournalError> {
        let state = self.lock();
        let (_, failure) = state.open.as_ref()?;
        Some(match failure {
            Failure::TakenOver(holder) => JournalError::TakenOver {
                holder: holder.clone(),
            },
            Failure::Expired(deadline) => JournalError::LeaseExpired {
                deadline: *deadline,
            },
            Failure::Store(cause) => JournalError::Store(
                format!(
                    "{cause}; what happened since is kept in `{}`, and the next run from here puts it into the state",
                    self.path.display()
                )
                .into(),
            ),
        })
    }

    /// The store took all records up to here.
    pub(crate) fn passed(&self, head: Head) {
        self.lock().head = head;
    }

    /// The store did not take these records. The file keeps them and all that follow.
    pub(crate) fn open(
        &self,
        records: &[Record],
        failure: &JournalError,
    ) -> Result<(), StoreError> {
        let failure = match failure {
            JournalError::TakenOver { holder } => Failure::TakenOver(holder.clone()),
            JournalError::LeaseExpired { deadline } => Failure::Expired(*deadline),
            JournalError::Store(error) => Failure::Store(chained(&**error)),
        };
        tracing::error!(?failure, path = %self.path.display(), "the state takes no records any more");
        let mut state = self.lock();
        let heading = json(&Heading {
            format: FORMAT,
            after: state.head.clone(),
            open: state.calls.values().cloned().collect(),
        });
        let file = (|| {
            if let Some(folder) = self.path.parent() {
                private::folder(folder)?;
            }
            let mut file = private::create(&self.path)?;
            writeln!(file, "{} {heading}", digest(&heading))?;
            Ok(file)
        })();
        let file = file.map_err(|cause| self.unusable(cause))?;
        state.open = Some((file, failure));
        drop(state);
        self.append(records)
    }

    pub(crate) fn append(&self, records: &[Record]) -> Result<(), StoreError> {
        let mut state = self.lock();
        let mut lines = String::new();
        let mut head = state.head.clone();
        for record in records {
            let text = json(record);
            head = head.then(&text);
            lines.push_str(&format!("{} {text}\n", head.chain));
        }
        let (file, _) = state.open.as_mut().expect("it was opened before");
        file.write_all(lines.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(|cause| self.unusable(cause))?;
        state.head = head;
        Ok(())
    }

    fn unusable(&self, cause: std::io::Error) -> StoreError {
        StoreError::Folder {
            path: self.path.clone(),
            cause,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Keeping> {
        self.state
            .lock()
            .expect("no thread panics while it holds this")
    }
}

/// The content of an earlier run's file.
#[derive(Debug)]
pub(crate) struct Left {
    path: PathBuf,
    after: Head,
    /// The calls that were under way, by sequence.
    calls: BTreeMap<u64, Intent>,
    /// The records, each with the position that it leads to.
    records: Vec<(Head, Record)>,
}

impl Left {
    /// Reads the file, if there is one. A last line that was cut off does not count.
    pub fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => {
                return Err(StoreError::Folder {
                    path: path.to_owned(),
                    cause,
                });
            }
        };
        let damaged = |what: &str| StoreError::Damaged {
            place: format!("`{}`", path.display()),
            what: what.to_owned(),
        };
        let mut lines = text
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'));
        let Some(heading) = lines.next() else {
            return Ok(Some(Self::nothing(path)));
        };
        let heading: Heading = heading
            .split_once(' ')
            .filter(|(hash, text)| digest(text) == *hash)
            .and_then(|(_, text)| serde_json::from_str(text).ok())
            .ok_or_else(|| damaged("its heading is not the one that was written"))?;
        let mut head = heading.after.clone();
        let mut records = Vec::new();
        for line in lines {
            let (chain, text) = line.split_once(' ').unwrap_or_default();
            head = head.then(text);
            if head.chain != chain {
                return Err(damaged("a record is not the one that was written"));
            }
            let record = serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
            records.push((head.clone(), record));
        }
        Ok(Some(Self {
            path: path.to_owned(),
            after: heading.after,
            calls: heading
                .open
                .into_iter()
                .map(|call| (call.sequence, call))
                .collect(),
            records,
        }))
    }

    fn nothing(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            after: Head {
                lineage: windlass_state::identity::Lineage(String::new()),
                sequence: 0,
                chain: String::new(),
            },
            calls: BTreeMap::new(),
            records: Vec::new(),
        }
    }

    /// The records that the state does not have yet; `None` if they do not continue the state. A write whose answer was lost may have brought some of
    /// them there.
    pub fn missing(&self, state: &Head) -> Option<Vec<Record>> {
        let begin = if self.after == *state {
            0
        } else {
            let known = self.records.iter().position(|(head, _)| head == state);
            known? + 1
        };
        let rest = self.records[begin..].iter();
        Some(rest.map(|(_, record)| record.clone()).collect())
    }

    /// The run that wrote the records.
    pub fn run(&self) -> RunId {
        let of_call = self.calls.values().next().map(|call| call.run.clone());
        of_call.unwrap_or_else(|| RunId(String::new()))
    }

    /// The resources that calls of the run made and that its state does not know, because another run had closed those calls before their answers came.
    pub fn strays(&self, snapshot: &Snapshot) -> Vec<Stray> {
        if self.after.lineage != snapshot.lineage {
            return Vec::new();
        }
        let made = self.records.iter().filter_map(|(_, record)| match record {
            Record::Outcome(outcome) => {
                let intent = self.calls.get(&outcome.intent)?;
                Stray::of(intent, &outcome.result)
            }
            _ => None,
        });
        made.filter(|stray| !stray.is_known(snapshot)).collect()
    }

    pub fn remove(self) -> Result<(), StoreError> {
        std::fs::remove_file(&self.path).map_err(|cause| StoreError::Folder {
            path: self.path,
            cause,
        })
    }

    /// Renames the file, so that no run looks for it any more.
    pub fn set_aside(self) -> Result<PathBuf, StoreError> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(
            ".superseded-{}",
            jiff::Timestamp::now().as_second()
        ));
        let to = self.path.with_file_name(name);
        match std::fs::rename(&self.path, &to) {
            Ok(()) => Ok(to),
            Err(cause) => Err(StoreError::Folder {
                path: self.path,
                cause,
            }),
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("records hold text keys only")
}

fn chained(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let said = next.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = next.source();
    }
    text
}
