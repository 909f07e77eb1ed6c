//! The stack of the program beside it, so that tests can build its document, too. The program stays one file, as the README prints it.

#[path = "main.rs"]
mod program;

/// Declares the stack.
///
/// # Errors
/// None; every stack may have some.
pub fn stack(cx: &mut windlass::Stack) -> windlass::Result<()> {
    (program::PROGRAM.stack)(cx)
}
