//! The recorded states after each of the last operations, compressed, for a rollback.
//!
//! Not here: the rollback, which `windlass-state` works out.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::{Connection, OptionalExtension, params};

use crate::chain::Hashed;
use crate::state::BELIEFS;

/// One recorded state in its compressed form.
pub struct Packed {
    pub format: u32,
    pub hash: String,
    packed: Vec<u8>,
}

impl Packed {
    /// The snapshot's text.
    pub fn text(&self) -> std::io::Result<String> {
        let mut text = String::new();
        DeflateDecoder::new(&*self.packed).read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Keeps the recorded state, if the last operation has ended and its state is not kept yet. Deletes the oldest ones.
pub fn keep(connection: &Connection, format: u32, snapshot: &Hashed) -> rusqlite::Result<()> {
    let last = "SELECT number FROM history WHERE finished IS NOT NULL
        AND number = (SELECT max(number) FROM history) AND number NOT IN (SELECT number FROM belief)";
    let last: Option<i64> = connection
        .query_row(last, [], |row| row.get(0))
        .optional()?;
    let Some(number) = last else {
        return Ok(());
    };
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
    let packed = packer
        .write_all(snapshot.text.as_bytes())
        .and_then(|()| packer.finish());
    let packed = packed.expect("memory takes whatever is written to it");
    connection.execute(
        "INSERT INTO belief (number, format, packed, hash) VALUES (?1, ?2, ?3, ?4)",
        params![number, format, packed, snapshot.hash],
    )?;
    let keep = i64::try_from(BELIEFS).expect("a small number");
    connection
        .execute(
            "DELETE FROM belief WHERE number NOT IN (SELECT number FROM belief ORDER BY number DESC LIMIT ?1)",
            [keep],
        )
        .map(drop)
}

/// The recorded state after the operation with that number.
pub fn read(connection: &Connection, number: i64) -> rusqlite::Result<Option<Packed>> {
    let query = "SELECT format, packed, hash FROM belief WHERE number = ?1";
    let row = connection.query_row(query, [number], |row| {
        Ok(Packed {
            format: row.get(0)?,
            packed: row.get(1)?,
            hash: row.get(2)?,
        })
    });
    row.optional()
}

/// The numbers of the operations whose recorded state is kept, the newest first.
pub fn numbers(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection.prepare("SELECT number FROM belief ORDER BY number DESC")?;
    let numbers = statement.query_map([], |row| row.get(0))?;
    numbers.collect()
}
