//! Names and descriptions that AWS Cloud Map accepts. Not here: the resources that have them.

use crate::stack::Checks;
use crate::value::Input;

/// Reports a name that is not valid in DNS: parts with dots between, each 1 to 63 letters, digits, hyphens and underscores.
pub(super) fn check_dns(checks: &mut Checks<'_>, name: Option<&Input<String>>, longest: usize) {
    let Some(text) = name.and_then(Input::literal) else {
        return;
    };
    checks.length("Name", name, 1..=longest);
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let outer = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.starts_with(outer)
            && part.ends_with(outer)
            && part.chars().all(inner)
    };
    if !text.split('.').all(part) {
        checks.invalid(
            "Name",
            format!("is `{text}`"),
            "write parts of letters, digits, hyphens and underscores with dots between, none starting or ending with a hyphen",
        );
    }
}

/// Reports a name with characters that HTTP namespaces do not take.
pub(super) fn check_http(checks: &mut Checks<'_>, name: &Input<String>) {
    checks.length("Name", Some(name), 1..=1024);
    if let Some(text) = name.literal()
        && !text.chars().all(|c| c.is_ascii_graphic())
    {
        checks.invalid(
            "Name",
            format!("is `{text}`"),
            "AWS takes printable ASCII characters without spaces",
        );
    }
}

/// Reports a description that is too long.
pub(super) fn check_description(checks: &mut Checks<'_>, description: Option<&Input<String>>) {
    checks.length("Description", description, 0..=1024);
}
