//! Asking the user. Not here: when.

use std::io::{BufRead, IsTerminal, Write};

use crate::exit::Exit;
use crate::failure::Failure;

/// Asks whether to continue, on a separate thread, so that the program still handles signals. Without a terminal there is no user to ask, so a missing
/// `--yes` is an error rather than a hang.
pub async fn confirm(question: &'static str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::new("there is no terminal to ask on")
            .exit(Exit::Usage)
            .help("say `--yes` to go on without being asked"));
    }
    let asked = tokio::task::spawn_blocking(move || -> std::io::Result<bool> {
        let mut screen = std::io::stderr().lock();
        write!(screen, "{question} [y/N] ")?;
        screen.flush()?;
        drop(screen);
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    });
    Ok(asked.await.map_err(std::io::Error::other)??)
}
