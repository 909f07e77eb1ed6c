//! How a line comes into a text: sorted, and only once. Not here: which lines (`lines`).

/// Inserts a line among those that belong together, before the first that is greater. The text stays as it is if it has the line, or if no line
/// belongs to it: then the answer is `None`.
///
/// Comments right above a line move with it.
pub fn insert(text: &str, line: &str, belongs: impl Fn(&str) -> bool) -> Option<String> {
    let key = |line: &str| {
        line.trim()
            .trim_start_matches("pub ")
            .trim_end_matches([',', ';'])
            .to_owned()
    };
    let mut lines: Vec<&str> = text.lines().collect();
    let last_of = line.lines().last().unwrap_or(line);
    if lines.iter().any(|other| key(other) == key(last_of)) {
        return Some(text.to_owned());
    }
    let all = lines.iter().enumerate().filter(|(_, other)| belongs(other));
    let all: Vec<_> = all.map(|(at, other)| (at, key(other))).collect();
    let greater = all.iter().find(|(_, other)| *other > key(last_of));
    let mut at = match (greater, all.last()) {
        (Some((at, _)), _) => *at,
        (None, Some((at, _))) => at + 1,
        (None, None) => return None,
    };
    while greater.is_some() && at > 0 && lines[at - 1].trim_start().starts_with("///") {
        at -= 1;
    }
    lines.insert(at, line);
    Some(lines.join("\n") + "\n")
}

/// Adds names to a list in braces that begins after `start`; sorts it. `None` if there is no such list.
pub fn add_names(text: &str, start: &str, names: &[String], width: usize) -> Option<String> {
    let from = text.find(start)? + start.len();
    let to = from + text[from..].find('}')?;
    let mut all: Vec<String> = text[from..to]
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect();
    all.retain(|name| !name.is_empty());
    if names.iter().all(|name| all.contains(name)) {
        return Some(text.to_owned());
    }
    all.extend(names.iter().cloned());
    all.sort();
    all.dedup();
    Some(format!(
        "{}\n{}{}",
        &text[..from],
        wrapped(&all, width),
        &text[to..]
    ))
}

/// Names in lines of at most that width.
fn wrapped(names: &[String], width: usize) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let last = lines.last_mut().expect("there is one from the start");
        if last.len() + name.len() + 6 > width {
            lines.push(format!("{name},"));
        } else {
            let space = if last.is_empty() { "" } else { " " };
            *last += &format!("{space}{name},");
        }
    }
    lines.iter().map(|line| format!("    {line}\n")).collect()
}

/// Inserts a statement that ends in `;` before the first one like it that is greater. `None` if there is none like it.
pub fn insert_statement(text: &str, statement: &str, start: &str) -> Option<String> {
    if text.contains(statement) {
        return Some(text.to_owned());
    }
    let mut starts: Vec<usize> = text
        .match_indices(&format!("\n{start}"))
        .map(|(at, _)| at + 1)
        .collect();
    starts.sort_unstable();
    let greater = starts.iter().find(|at| text[**at..] > *statement).copied();
    let at = greater.or_else(|| {
        let last = *starts.last()?;
        Some(last + text[last..].find(";\n")? + 2)
    })?;
    Some(format!("{}{statement}\n{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_inserted_once_and_sorted() {
        let text = "mod a;\n/// Of c.\nmod c;\n";
        let belongs = |line: &str| line.starts_with("mod ");
        let with = insert(text, "mod b;", belongs).expect("there are others");
        assert_eq!(with, "mod a;\nmod b;\n/// Of c.\nmod c;\n");
        assert_eq!(insert(&with, "mod b;", belongs), Some(with.clone()));
        assert_eq!(insert("", "mod b;", belongs), None);
        let last = insert(text, "mod d;", belongs).expect("there are others");
        assert!(last.ends_with("mod c;\nmod d;\n"), "{last}");
    }

    #[test]
    fn names_are_added_once_and_sorted() {
        let names = ["B".to_owned()];
        let with =
            add_names("words! { x { A, C } }\n", "x {", &names, 100).expect("there is a list");
        assert_eq!(with, "words! { x {\n    A, B, C,\n} }\n");
        assert_eq!(add_names(&with, "x {", &names, 100), Some(with.clone()));
    }
}
