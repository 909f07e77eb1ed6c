//! Splits an object's canonical text into its members. Not here: what the members mean.

/// The members of an object, in order: each key as it is between its quotes, and the canonical text of its value.
#[derive(Debug, Clone)]
pub struct Members<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Members<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let is_object = text.starts_with('{') && text.len() > 2;
        Self {
            text,
            at: if is_object { 1 } else { text.len() },
        }
    }
}

impl<'t> Iterator for Members<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let bytes = self.text.as_bytes();
        let key = self.at;
        let colon = end_of_text(bytes, key);
        let value = colon + 1;
        let end = end_of_value(bytes, value);
        // The value is followed by a comma or the closing brace.
        let is_last = end + 1 >= bytes.len();
        self.at = if is_last { bytes.len() } else { end + 1 };
        Some((&self.text[key + 1..colon - 1], &self.text[value..end]))
    }
}

/// The end of a text that begins with a quote at `at`.
fn end_of_text(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    loop {
        let special = bytes[at..]
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\'));
        at += special.expect("a text ends with a quote");
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
}

fn end_of_value(bytes: &[u8], at: usize) -> usize {
    let (mut at, mut depth) = (at, 0_u32);
    loop {
        match bytes[at] {
            b'"' => {
                at = end_of_text(bytes, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
}
