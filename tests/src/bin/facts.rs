//! Writes the facts about CloudFormation's resource types: `cargo run -p windlass-tests --bin facts`. A test compares them.

use std::{fs, io};

use windlass_tests::facts::{FILE, extracted};

#[tokio::main]
async fn main() -> io::Result<()> {
    let facts = extracted().await;
    if fs::read_to_string(FILE).is_ok_and(|text| text == facts) {
        return Ok(());
    }
    fs::write(FILE, facts)?;
    println!("{FILE}");
    Ok(())
}
