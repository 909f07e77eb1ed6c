//! Names that Elastic Load Balancing accepts. Not here: names that the engine makes.

use crate::stack::Checks;
use crate::value::Input;

/// Reports a name that AWS would refuse.
pub(super) fn check(checks: &mut Checks<'_>, name: Option<&Input<String>>) {
    let Some(text) = name.and_then(Input::literal) else {
        return;
    };
    checks.length("Name", name, 1..=32);
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if !text.chars().all(fits) || text.starts_with('-') || text.ends_with('-') {
        checks.invalid(
            "Name",
            format!("is `{text}`"),
            "AWS takes letters, digits and hyphens, with no hyphen at either end",
        );
    }
}
