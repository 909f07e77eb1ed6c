//! Helpers that the unit tests of these checks share.

use crate::document::Document;
use crate::request::Request;
use crate::stack::Stack;

/// The document with some declarations.
pub fn lines(declare: impl FnOnce(&mut Stack)) -> Document {
    let stack = |cx: &mut Stack| {
        declare(cx);
        Ok(())
    };
    Stack::test("t", stack, Request::offline("us-east-1"))
}

/// Codes and messages of a document's problems.
pub fn said(document: &Document) -> Vec<String> {
    let problems = document.problems.iter();
    problems
        .map(|problem| format!("{} {}", problem.code, problem.message))
        .collect()
}
