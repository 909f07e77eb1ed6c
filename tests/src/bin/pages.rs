//! Writes the tables of the documentation that repeat data of the code: `cargo run -p windlass-tests --bin pages`. A test compares them.

use std::path::Path;
use std::{fs, io};

use windlass_tests::pages::tables;

fn main() -> io::Result<()> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for table in tables() {
        let path = top.join(table.page);
        let text = fs::read_to_string(&path)?;
        let written = table.put_into(&text);
        if written != text {
            fs::write(&path, written)?;
            println!("{}: {}", table.page, table.head);
        }
    }
    Ok(())
}
