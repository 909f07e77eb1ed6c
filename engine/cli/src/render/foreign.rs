//! Escapes control characters in text from others (AWS, container logs, stack programs) before a terminal gets it.
//!
//! A terminal obeys control characters: `ESC[2J` clears it, `ESC]0;…` renames its window, U+202E turns text around. Windlass shows such characters as
//! `\u{1b}` instead. Line breaks stay; code that prints the text in a line of its own escapes them with [`line`]. In `--json` they have JSON's own
//! escapes ([`encoded`]). All output to the terminal passes through [`painted`] or [`encoded`].

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The text with every control and direction character escaped. Line breaks and tabs stay.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_hostile(c) && !matches!(c, '\n' | '\t'))
}

/// The same in one line: line breaks are escaped, too.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_hostile)
}

/// A text of Windlass with colours. The colours stay; everything else that a terminal obeys is escaped, in case a foreign text in it was not [`shown`].
pub fn painted(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| is_hostile(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        safe.push_str(&shown(&rest[..at]));
        let colour = colour(&rest[at..]);
        safe.push_str(if colour == 0 {
            "\\u{1b}"
        } else {
            &rest[at..at + colour]
        });
        rest = &rest[at + colour.max(1)..];
    }
    safe.push_str(&shown(rest));
    Cow::Owned(safe)
}

/// The length of the sequence `ESC [ numbers m` at the beginning of a text; 0 if it begins with something else.
fn colour(text: &str) -> usize {
    let Some(numbers) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != ';');
    match end {
        Some(end) if numbers[end..].starts_with('m') => 2 + end + 1,
        _ => 0,
    }
}

/// JSON in which such characters occur only as JSON's own escapes. A line break between its parts stays.
pub fn encoded(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hostile(c) && c != '\n' {
            // All of them are in the basic plane, and JSON allows them inside texts only.
            write!(safe, "\\u{:04x}", u32::from(c)).expect("a string can be written");
        } else {
            safe.push(c);
        }
    }
    safe
}

fn escaped(text: &str, hostile: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hostile) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if hostile(c) {
            write!(safe, "{}", c.escape_default()).expect("a string can be written");
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Control characters (Unicode's category Cc), and those that change the direction of text or cannot be seen.
/// <https://trojansource.codes> and CVE-2021-25743 (kubectl) show what they are used for.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The same value with every text in it [`shown`]. A value without such a text is returned unchanged.
pub fn harmless<T: Serialize + DeserializeOwned + Clone>(value: &T) -> Cow<'_, T> {
    let mut watch = Watch::default();
    serde_json::to_writer(&mut watch, value).expect("what is shown holds text keys only");
    if !watch.seen {
        return Cow::Borrowed(value);
    }
    let mut tree = serde_json::to_value(value).expect("it was written a moment ago");
    clean(&mut tree);
    let clean = serde_json::from_value(tree).expect("only characters inside texts differ");
    Cow::Owned(clean)
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(safe) = shown(text) {
                *text = safe;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(clean),
        Value::Object(members) => {
            let entries = std::mem::take(members).into_iter();
            members.extend(entries.map(|(key, mut value)| {
                clean(&mut value);
                (shown(&key).into_owned(), value)
            }));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Watches JSON while serde writes it: serde escapes control characters below U+0020 and leaves the others as they are.
#[derive(Default)]
struct Watch {
    seen: bool,
}

impl std::io::Write for Watch {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // serde writes a text in pieces that end between characters. `\n` and `\t` are harmless, and so is every other escape except `\u`, `\b`, `\f`
        // and `\r`.
        let escape = |pair: &[u8]| pair[0] == b'\\' && matches!(pair[1], b'u' | b'b' | b'f' | b'r');
        self.seen = self.seen
            || bytes.windows(2).any(escape)
            || (!bytes.is_ascii() && String::from_utf8_lossy(bytes).contains(is_hostile));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HOSTILE: &str = "a\u{1b}[2Jb\u{9b}1mc\u{202e}d\u{7}\r";

    #[test]
    fn characters_that_a_terminal_obeys_are_shown() {
        assert_eq!(shown(HOSTILE), "a\\u{1b}[2Jb\\u{9b}1mc\\u{202e}d\\u{7}\\r");
        assert_eq!(shown("zwei\n\tZeilen über →"), "zwei\n\tZeilen über →");
        assert_eq!(line("one\ntwo"), "one\\ntwo");
    }

    #[test]
    fn of_what_a_terminal_obeys_only_colours_are_sent() {
        let text = format!("\u{1b}[1;31mred\u{1b}[0m {HOSTILE}\n\u{1b}]0;title\u{1b}[");
        assert_eq!(
            painted(&text),
            "\u{1b}[1;31mred\u{1b}[0m a\\u{1b}[2Jb\\u{9b}1mc\\u{202e}d\\u{7}\\r\n\\u{1b}]0;title\\u{1b}["
        );
    }

    #[test]
    fn nothing_is_printed_but_through_this_module() {
        fn look(folder: &std::path::Path, found: &mut Vec<String>) {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    look(&path, found);
                    continue;
                }
                let text = std::fs::read_to_string(&path).expect("a text");
                let bypasses = [concat!("anstream::", "std"), concat!("print", "ln!(")];
                let lines = text
                    .lines()
                    .filter(|line| bypasses.iter().any(|way| line.contains(way)));
                found.extend(lines.map(|line| format!("{}: {}", path.display(), line.trim())));
            }
        }
        let mut found = Vec::new();
        look(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut found,
        );
        found.retain(|line| !line.contains("render/mod.rs"));
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn json_stays_json() {
        let value = json!({"text": HOSTILE});
        for text in [value.to_string(), format!("{value:#}")] {
            let text = encoded(&text);
            assert!(!text.contains(|c| is_hostile(c) && c != '\n'), "{text}");
            let read: Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(read, value);
        }
    }

    #[test]
    fn a_value_is_clean_wherever_the_text_is() {
        for hostile in [
            "\u{1b}[2J",
            "\u{9b}2J",
            "\u{202e}",
            "\u{8}",
            "\r",
            "\u{2066}x",
        ] {
            let value = json!({"events": [{(hostile): ["ok", hostile]}]});
            let text = harmless(&value).to_string();
            assert!(!text.contains(hostile), "{text}");
            assert!(text.contains("ok"), "{text}");
        }
        let clean = json!({"events": ["ä → \n \\u"]});
        assert!(matches!(harmless(&clean), Cow::Borrowed(_)) || *harmless(&clean) == clean);
    }
}
