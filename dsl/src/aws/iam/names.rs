//! Names and paths that IAM accepts.

use crate::stack::Checks;
use crate::value::{Input, Text};

/// Reports a name that IAM would refuse.
pub(super) fn check_name<T: Text>(
    checks: &mut Checks<'_>,
    property: &str,
    name: Option<&Input<T>>,
    max: usize,
) {
    let name = name.map(|name| name.clone().text());
    checks.length(property, name.as_ref(), 1..=max);
    let odd = name
        .and_then(|name| name.literal())
        .and_then(|name| name.chars().find(|c| !in_names(*c)));
    if let Some(odd) = odd {
        checks.invalid(
            property,
            format!("has {odd:?} in it"),
            "IAM takes ASCII letters, digits and `_+=,.@-`",
        );
    }
}

/// Reports a path that IAM would refuse.
pub(super) fn check_path(checks: &mut Checks<'_>, path: Option<&Input<String>>) {
    checks.length("Path", path, 1..=512);
    let Some(path) = path.and_then(Input::literal) else {
        return;
    };
    if !(path.starts_with('/') && path.ends_with('/')) {
        checks.invalid(
            "Path",
            format!("is `{path}`"),
            "a path starts and ends with `/`, such as `/platform/`",
        );
    } else if !path.chars().all(|c| c.is_ascii_graphic()) {
        checks.invalid(
            "Path",
            format!("is `{path}`"),
            "a path takes printable ASCII characters without spaces",
        );
    }
}

fn in_names(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}
