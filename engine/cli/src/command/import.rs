//! `import`: takes over resources that exist already. Not here: reading and comparing them, which the engine does.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use windlass::address::Address;
use windlass::diagnostics::Diagnostic;
use windlass_engine::clock::SystemClock;
use windlass_engine::import::{Import, Imported};
use windlass_engine::interrupt::Interrupt;
use windlass_engine::session::{CONCURRENCY, Goal, Session};
use windlass_state::record::Operation;
use windlass_store::{HeldStore, Holder};

use crate::arguments;
use crate::command::opened::{Aside, Opened, known, new_run};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{self, import as drawn, json, say};
use crate::stack::Stack;

/// `import`.
pub async fn import(stack: &Stack, arguments: arguments::Import) -> Result<Exit, Failure> {
    let arguments::Import {
        address,
        id,
        from,
        allow_replace,
        which,
        program,
        reach,
        waiting,
        json,
    } = arguments;
    let imports = match (address, id, from) {
        (Some(address), Some(id), None) => vec![Import { address, id }],
        (_, _, Some(file)) => listed(&file)?,
        _ => {
            return Err(
                Failure::new("an address and an identifier, or a file, are needed")
                    .exit(Exit::Usage),
            );
        }
    };
    let opened = Opened::of(stack, &which, &reach, program.region.clone()).await?;
    let (document, zones) = opened.document(stack, &which, program.parameters()).await?;
    let Opened {
        store,
        cloud,
        secrets,
        ..
    } = opened;
    let known = known(stack, &which, &document).await?;
    let goal = Goal {
        operation: Operation::Import,
        document: Some(&document),
        binding: cloud.binding.clone(),
        zones,
        secrets: &secrets,
        known: known.answers,
        neighbours: known.neighbours,
        target: &[],
        replace: &[],
        new: false,
    };
    let clock = SystemClock::start();
    let work = async |held: &HeldStore, snapshot| {
        let session = Session {
            provider: &cloud.provider,
            journal: held,
            clock: &clock,
            events: &Aside,
            schema: windlass::aws::schema,
            interrupt: Interrupt::never(),
            run: new_run(),
            who: Holder::this_process().to_string(),
            concurrency: CONCURRENCY,
        };
        let imported = session.import(snapshot, &goal, &document, &imports, allow_replace);
        Ok(imported.await?)
    };
    let imported = stack.holding(&store, waiting, work).await?;
    // With an error among them, nothing would have been imported.
    tell(&imported, &document.problems, json);
    Ok(Exit::Done)
}

fn tell(imported: &[Imported], warnings: &[Diagnostic], json: bool) {
    if json {
        json::print(&json!({"imported": imported, "problems": warnings}));
    } else {
        render::problems(warnings);
        say!("{}", drawn::text(imported));
    }
}

/// The imports that a file lists: a JSON object from addresses to identifiers, or a line `ADDRESS ID` for each.
fn listed(file: &Path) -> Result<Vec<Import>, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", file.display())))?;
    let wrong = |what: String| {
        Failure::new(format!("`{}`: {what}", file.display()))
            .exit(Exit::Usage)
            .help("write a line `ADDRESS ID` for each, or a JSON object {\"ADDRESS\": \"ID\"}")
    };
    let imports = if text.trim_start().starts_with('{') {
        let listed: BTreeMap<Address, String> =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let listed = listed.into_iter();
        listed.map(|(address, id)| Import { address, id }).collect()
    } else {
        lines(&text).map_err(wrong)?
    };
    if imports.is_empty() {
        return Err(wrong("nothing is listed".to_owned()));
    }
    Ok(imports)
}

// An identifier may contain blanks; an address may not.
fn lines(text: &str) -> Result<Vec<Import>, String> {
    let lines = text.lines().enumerate();
    let lines = lines.map(|(number, line)| (number + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let import = |(number, line): (usize, &str)| {
        let (address, id) = line
            .split_once(char::is_whitespace)
            .ok_or_else(|| format!("line {number} has no identifier"))?;
        let address = Address::parse(address).map_err(|error| format!("line {number}: {error}"))?;
        let id = id.trim().to_owned();
        Ok(Import { address, id })
    };
    lines.map(import).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_columns_with_comments() {
        let found = lines("# found by hand\nnetwork/vpc  vpc-1\n\n  api/policy\tapi|read all\n");
        let found = found.expect("it is well formed");
        let pairs: Vec<_> = found
            .iter()
            .map(|i| (i.address.as_str(), i.id.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("network/vpc", "vpc-1"), ("api/policy", "api|read all")]
        );
        assert_eq!(
            lines("a 1\nb\n"),
            Err("line 2 has no identifier".to_owned())
        );
    }
}
