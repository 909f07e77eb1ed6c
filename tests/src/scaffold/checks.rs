//! The checks of a spec: what the facts limit, where a literal shows it. Not here: patterns, and what several properties say together.

use super::{Bounds, Form, Kind, Property};

/// `impl Check`, and the checks of the blocks that have any.
pub fn text(kind: &Kind) -> String {
    let own: String = kind
        .properties
        .iter()
        .map(|property| check(kind, property, None))
        .collect();
    let remarks: String = kind
        .remarks
        .iter()
        .map(|remark| format!("        // DECIDE: {remark}\n"))
        .collect();
    let unused = if own.is_empty() {
        "        let _ = checks;\n"
    } else {
        ""
    };
    let mut text = format!(
        "impl Check for {} {{\n    fn check(&self, checks: &mut Checks<'_>) {{\n\
         {remarks}        // DECIDE what else AWS refuses.\n{unused}{own}    }}\n}}\n\n",
        kind.name
    );
    for block in &kind.blocks {
        let checks: String = block
            .properties
            .iter()
            .map(|property| check(kind, property, Some("at")))
            .collect();
        if !checks.is_empty() {
            text += &format!(
                "impl {} {{\n    /// Reports what AWS would refuse. `at` is the path of the block.\n\
                 \u{20}   fn check(&self, at: &str, checks: &mut Checks<'_>) {{\n{checks}    }}\n}}\n\n",
                block.name
            );
        }
    }
    text
}

/// The checks of one property; `within` is the variable that holds the path of its block.
fn check(kind: &Kind, property: &Property, within: Option<&str>) -> String {
    let Property {
        name,
        field,
        form,
        bounds,
        items,
        ..
    } = property;
    let path = match within {
        Some(at) => format!("&format!(\"{{{at}}}.{name}\")"),
        None => format!("{name:?}"),
    };
    let value = if property.required {
        format!("Some(&self.{field})")
    } else {
        format!("self.{field}.as_ref()")
    };
    match form {
        Form::List(item) | Form::Map(item) => {
            let each = each(kind, &path, item, items);
            let each = match form {
                _ if each.is_empty() => each,
                Form::Map(_) => format!("for item in self.{field}.values() {{\n{each}}}\n"),
                _ => format!("for item in &self.{field} {{\n{each}}}\n"),
            };
            at_most(&path, field, bounds) + &each
        }
        Form::Block(block) if is_checked(kind, block) => match property.required {
            true => format!("self.{field}.check({path}, checks);\n"),
            false => {
                format!("if let Some(block) = &self.{field} {{\nblock.check({path}, checks);\n}}\n")
            }
        },
        _ => plain(&path, &value, form, bounds),
    }
}

/// The check of one item, which the variable `item` holds.
fn each(kind: &Kind, path: &str, item: &Form, bounds: &Bounds) -> String {
    match item {
        Form::Block(block) if is_checked(kind, block) => format!("item.check({path}, checks);\n"),
        _ => plain(path, "Some(item)", item, bounds),
    }
}

fn plain(path: &str, value: &str, form: &Form, bounds: &Bounds) -> String {
    match (form, bounds.characters, bounds.number) {
        (Form::Text, (low, Some(high)), _) => {
            format!(
                "checks.length({path}, {value}, {}..={high});\n",
                low.unwrap_or(0)
            )
        }
        (Form::Integer(of), _, (low, high))
            if low.is_some_and(|low| low != 0) || high.is_some() =>
        {
            let low = low.map_or_else(
                || {
                    if *of == "i64" {
                        "i64::MIN".to_owned()
                    } else {
                        "0".to_owned()
                    }
                },
                |low| low.to_string(),
            );
            let high = high.map_or_else(|| format!("{of}::MAX"), |high| high.to_string());
            format!("checks.range({path}, {value}, {low}..={high});\n")
        }
        _ => String::new(),
    }
}

fn at_most(path: &str, field: &str, bounds: &Bounds) -> String {
    let Some(high) = bounds.items.1 else {
        return String::new();
    };
    format!(
        "if self.{field}.len() > {high} {{\nchecks.invalid({path}, format!(\"has {{}} items\", self.{field}.len()), \
         \"AWS takes at most {high}\");\n}}\n"
    )
}

/// Whether a block has anything to check.
fn is_checked(kind: &Kind, block: &str) -> bool {
    let block = kind.block(block);
    block.is_some_and(|block| {
        block
            .properties
            .iter()
            .any(|property| !check(kind, property, Some("at")).is_empty())
    })
}
