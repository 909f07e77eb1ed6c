//! References and dependencies must lead to something that the stack declares.

use crate::address::Address;
use crate::codes;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::document::Document;
use crate::expr::references;
use crate::stack::is_unusable;

/// Reports references, dependencies and outputs whose target is not declared.
pub(super) fn dangling(document: &Document) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut check = |target: &Address, from: &str, source: &SourceLine| {
        let known =
            document.resources.contains_key(target) || document.lookups.contains_key(target);
        // A refused declaration is reported already. A reference to it is not another error.
        if !known && !is_unusable(target) {
            problems.push(
                Diagnostic::error(codes::REFERENCE_DANGLING, format!("{from} refers to `{target}`, which this stack does not declare"))
                    .at(source, "declared here")
                    .help("a handle of another `Stack` does not fit here; use a lookup for what exists elsewhere"),
            );
        }
    };
    for (address, declaration) in &document.resources {
        let from = format!("`{address}`");
        // Most specs contain no expression at all; the check does not parse those.
        if declaration.spec.as_str().contains(crate::expr::MARK) {
            references(&declaration.spec.to_value(), &mut |target, _| {
                check(target, &from, &declaration.source)
            });
        }
        for dependency in &declaration.depends_on {
            check(&dependency.address, &from, &declaration.source);
        }
    }
    for (name, output) in &document.outputs {
        references(&output.value, &mut |target, _| {
            check(target, &format!("output `{name}`"), &output.source)
        });
    }
    problems
}
