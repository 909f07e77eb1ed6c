//! Writes the scaffold of a new resource kind: `cargo run -p windlass-tests --bin kind -- AWS::ECR::Repository`. With `--print` it writes nothing and
//! prints the files. Not here: their text (`windlass_tests::scaffold`).

use std::path::Path;
use std::process::ExitCode;

use windlass_tests::scaffold::{Refused, Tree, elsewhere, generate, read};

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let prints = arguments.iter().any(|argument| argument == "--print");
    arguments.retain(|argument| argument != "--print");
    let [kind] = arguments.as_slice() else {
        eprintln!("usage: kind [--print] AWS::ECR::Repository");
        return ExitCode::from(2);
    };
    match scaffold(kind, prints) {
        Ok(()) => ExitCode::SUCCESS,
        Err(refused) => {
            eprintln!("error: {refused}");
            ExitCode::FAILURE
        }
    }
}

fn scaffold(name: &str, prints: bool) -> Result<(), Refused> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let kind = read(&top, name)?;
    let mut tree = Tree::new(&top);
    generate(&mut tree, &kind)?;
    let left = elsewhere(&mut tree, &kind)?;
    if !prints {
        let written = tree.write();
        written.map_err(|error| Refused(format!("a file cannot be written: {error}")))?;
    }
    for (path, text) in tree.made() {
        let lines = text.lines().count();
        let split = if lines > 400 {
            ": split it, no file has more than 400"
        } else {
            ""
        };
        println!("new: {path}, {lines} lines{split}");
        if prints {
            println!("{text}");
        }
    }
    for (path, lines) in tree.added() {
        println!("changed: {path}");
        for line in lines {
            println!("    {}", line.trim());
        }
    }
    println!("left to do:");
    for left in left {
        println!("    {left}");
    }
    Ok(())
}
