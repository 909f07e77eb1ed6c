//! What was believed when each of the last operations had ended, packed, to go back to.
//!
//! Not here: going back, which `windlass-state` works out.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, OptionalExtension, params};
use windlass_state::identity::RunId;
use windlass_state::snapshot::Snapshot;

use crate::database::digest;

/// How many operations can be gone back to.
const KEPT: u32 = 30;

/// One belief as it is kept.
pub struct Kept {
    pub format: u32,
    pub hash: String,
    packed: Vec<u8>,
}

impl Kept {
    /// The snapshot's text.
    pub fn text(&self) -> std::io::Result<String> {
        let mut text = String::new();
        DeflateDecoder::new(&*self.packed).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Keeps what is believed at the end of a run, and lets go of the oldest.
pub fn keep(connection: &Connection, run: &RunId, snapshot: &Snapshot) -> rusqlite::Result<()> {
    let text = serde_json::to_string(snapshot).expect("a snapshot holds text keys only");
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    let packed = packer
        .write_all(text.as_bytes())
        .and_then(|()| packer.finish());
    let packed = packed.expect("memory takes whatever is written to it");
    connection.execute(
        "INSERT OR REPLACE INTO belief (run, format, packed, hash) VALUES (?1, ?2, ?3, ?4)",
        params![run.0, snapshot.format, packed, digest(&text)],
    )?;
    connection
        .execute(
            "DELETE FROM belief WHERE run NOT IN
             (SELECT run FROM history JOIN belief USING (run) ORDER BY number DESC LIMIT ?1)",
            [KEPT],
        )
        .map(drop)
}

/// What was believed after the operation of that number.
pub fn read(connection: &Connection, number: i64) -> rusqlite::Result<Option<Kept>> {
    let query =
        "SELECT format, packed, hash FROM belief JOIN history USING (run) WHERE number = ?1";
    let row = connection.query_row(query, [number], |row| {
        Ok(Kept {
            format: row.get(0)?,
            packed: row.get(1)?,
            hash: row.get(2)?,
        })
    });
    row.optional()
}

/// The numbers of the operations whose belief is kept, the newest first.
pub fn numbers(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let query = "SELECT number FROM belief JOIN history USING (run) ORDER BY number DESC";
    let mut statement = connection.prepare(query)?;
    let numbers = statement.query_map([], |row| row.get(0))?;
    numbers.collect()
}
