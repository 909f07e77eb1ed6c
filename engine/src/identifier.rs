//! The identifier that `windlass import` takes, in words: which property, or which properties joined by `|`.
//!
//! Not here: the form itself, which the kind's schema says.

/// The form of an identifier in words for people.
pub(crate) fn in_words(form: &str) -> String {
    let parts: Vec<_> = form.split('|').collect();
    match parts.as_slice() {
        [one] => format!("`{one}`"),
        many => format!(
            "{}, joined by `|`",
            many.iter()
                .map(|part| format!("`{part}`"))
                .collect::<Vec<_>>()
                .join(" and ")
        ),
    }
}
