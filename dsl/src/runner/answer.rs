//! The program's side of the handshake: reads the request, runs the stack function, writes the document.

use std::path::{Path, PathBuf};

use super::Program;
use crate::request::{PROTOCOL, Request};
use crate::stack::Stack;

/// Why the engine gets no document.
#[derive(Debug, thiserror::Error)]
pub(super) enum AnswerError {
    #[error("the request `{path}` cannot be read: {cause}")]
    Request {
        path: PathBuf,
        cause: std::io::Error,
    },
    #[error(
        "the request `{path}` is not understood: {cause}; the engine and the stack's `windlass` crate should have one version"
    )]
    Form {
        path: PathBuf,
        cause: serde_json::Error,
    },
    #[error(
        "the engine speaks protocol {engine}, this program {PROTOCOL}: build both with one version of Windlass"
    )]
    Protocol { engine: u32 },
    #[error("the document `{path}` cannot be written: {cause}")]
    Document {
        path: PathBuf,
        cause: std::io::Error,
    },
}

pub(super) fn answer(
    program: &Program,
    request: &Path,
    response: &Path,
) -> Result<(), AnswerError> {
    let text = std::fs::read_to_string(request).map_err(|cause| AnswerError::Request {
        path: request.to_owned(),
        cause,
    })?;
    let request: Request = serde_json::from_str(&text).map_err(|cause| AnswerError::Form {
        path: request.to_owned(),
        cause,
    })?;
    if request.protocol != PROTOCOL {
        return Err(AnswerError::Protocol {
            engine: request.protocol,
        });
    }
    let document = Stack::test(program.name, program.stack, request);
    let text = serde_json::to_string(&document).expect("a document holds text keys only");
    std::fs::write(response, text).map_err(|cause| AnswerError::Document {
        path: response.to_owned(),
        cause,
    })
}
