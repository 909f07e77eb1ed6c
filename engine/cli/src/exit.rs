//! Exit codes, which tell pipelines what happened. `docs/cli.md` lists them.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command succeeded, or there was nothing to do.
    Done,
    /// Something failed.
    Failed,
    /// `preview --detailed-exitcode`: there are changes. `drift`: there is drift.
    Changes,
    /// The stack has problems; Windlass changed nothing.
    Problems,
    /// The saved plan does not match AWS any more.
    Stale,
    /// Another run holds the state.
    Locked,
    /// A deployment failed and ECS rolled back.
    RolledBack,
    /// Another state, or a later run of this one, has resources of the same stack and environment; Windlass changed nothing.
    Namesake,
    /// The command line is wrong.
    Usage,
    /// The user said no, or pressed Ctrl-C.
    Interrupted,
}

impl Exit {
    /// Every exit code, with its number and meaning.
    pub const ALL: &'static [(Self, u8, &'static str)] = &[
        (Self::Done, 0, "done, or nothing to do"),
        (
            Self::Failed,
            1,
            "something failed; the report says what, and `up` again goes on from there",
        ),
        (
            Self::Changes,
            2,
            "preview with --detailed-exitcode: there are changes; drift: there is drift",
        ),
        (
            Self::Problems,
            3,
            "the stack has problems; nothing was touched",
        ),
        (
            Self::Stale,
            4,
            "the saved plan does not fit the stack or the world any more",
        ),
        (Self::Locked, 5, "another run holds the state"),
        (
            Self::RolledBack,
            6,
            "a deployment failed and ECS went back to what ran before",
        ),
        (
            Self::Namesake,
            7,
            "another state, or a later run of this one, has resources of this stack and environment; nothing was touched",
        ),
        (Self::Usage, 64, "the command line is wrong"),
        (
            Self::Interrupted,
            130,
            "the user said no, or pressed Ctrl-C",
        ),
    ];

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        Self::ALL
            .iter()
            .find(|(exit, ..)| *exit == self)
            .map_or(1, |(_, code, _)| *code)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
