//! Names: CloudFormation's as Rust writes them, their singular and plural, and names that are free.

use std::collections::BTreeSet;

use heck::{ToPascalCase as _, ToSnakeCase as _};

/// Types that a spec uses, and words of Rust: no block and no set of texts can have such a name.
const TAKEN: &[&str] = &[
    "Block", "Box", "Check", "Checks", "Input", "Json", "Option", "Output", "Resource", "Result",
    "Samples", "Self", "String", "Tags", "Value", "Vec",
];

/// Names that say nothing by themselves.
const BARE: &[&str] = &[
    "Action",
    "Configuration",
    "Item",
    "Key",
    "Mode",
    "Name",
    "Options",
    "Rule",
    "State",
    "Status",
    "Type",
    "Value",
];

const KEYWORDS: &[&str] = &[
    "as", "box", "const", "default", "else", "enum", "fn", "for", "if", "impl", "in", "loop",
    "match", "mod", "move", "mut", "pub", "ref", "return", "static", "struct", "super", "trait",
    "type", "use", "where", "while", "yield",
];

/// Words that heck would split in the middle.
const WHOLE: &[(&str, &str)] = &[
    ("IPv", "Ipv"),
    ("ARNs", "Arns"),
    ("IDs", "Ids"),
    ("ACLs", "Acls"),
    ("CIDRs", "Cidrs"),
];

fn whole(name: &str) -> String {
    let each = WHOLE.iter();
    each.fold(name.to_owned(), |name, (from, to)| name.replace(from, to))
}

/// The name of a Rust type.
pub fn pascal(name: &str) -> String {
    whole(name).to_pascal_case()
}

/// The name of a Rust module, field or method.
pub fn snake(name: &str) -> String {
    whole(name).to_snake_case()
}

/// The name of a field, given what it is a property of.
pub fn field(name: &str, owner: &str) -> String {
    let field = snake(name);
    if KEYWORDS.contains(&field.as_str()) {
        format!("{}_{field}", snake(owner))
    } else {
        field
    }
}

/// What the SDK calls a member.
pub fn member(name: &str) -> String {
    let member = snake(name);
    if KEYWORDS.contains(&member.as_str()) {
        format!("r#{member}")
    } else {
        member
    }
}

/// The name of the variant for one of AWS's texts.
pub fn variant(text: &str) -> String {
    let name = text.to_pascal_case();
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("V{name}"),
        Some(_) if name == "Self" => "Itself".to_owned(),
        Some(_) => name,
    }
}

/// Gives variants of one name different names.
pub fn distinct(names: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut given = Vec::new();
    for name in names {
        let mut free = name.clone();
        let mut number = 2;
        while !seen.insert(free.clone()) {
            free = format!("{name}{number}");
            number += 1;
        }
        given.push(free);
    }
    given
}

/// A type's name that is free and says something: itself, or with what it is a part of in front.
pub fn free(name: &str, owner: &str, kind: &str, taken: &BTreeSet<String>) -> String {
    let is_free = |name: &String| !taken.contains(name) && !TAKEN.contains(&name.as_str());
    let with = |owner: &str| format!("{owner}{name}");
    let bare = (!BARE.contains(&name)).then(|| name.to_owned());
    let candidates = [bare, Some(with(owner)), Some(with(kind))]
        .into_iter()
        .flatten();
    let numbered = (2..).map(|number| format!("{kind}{name}{number}"));
    let mut all = candidates.chain(numbered);
    all.find(is_free).unwrap_or_else(|| with(kind))
}

/// The name of one item of a list.
pub fn singular(name: &str) -> String {
    let cut = |end: &str, with: &str| name.strip_suffix(end).map(|stem| format!("{stem}{with}"));
    let es = ["sses", "xes", "ches", "shes"];
    let es = es
        .iter()
        .find(|end| name.ends_with(**end))
        .and_then(|_| cut("es", ""));
    let s = || {
        if name.ends_with("ss") {
            None
        } else {
            cut("s", "")
        }
    };
    cut("ies", "y")
        .or(es)
        .or_else(s)
        .unwrap_or_else(|| name.to_owned())
}

/// The name of many.
pub fn plural(name: &str) -> String {
    let ends = |all: &[&str]| all.iter().any(|end| name.ends_with(end));
    match name.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "ch", "sh"]) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// A name in words, such as `log group`.
pub fn words(name: &str) -> String {
    snake(name).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_as_people_write_them() {
        assert_eq!(pascal("VPCEndpoint"), "VpcEndpoint");
        assert_eq!(snake("OKActions"), "ok_actions");
        assert_eq!(field("Type", "Parameter"), "parameter_type");
        assert_eq!(variant("aws:ec2:image"), "AwsEc2Image");
        let each = ["Filters", "Policies", "Access", "Batches"].map(singular);
        assert_eq!(each, ["Filter", "Policy", "Access", "Batch"]);
        let each = ["Repository", "Alarm", "Gateway", "Alias"].map(plural);
        assert_eq!(each, ["Repositories", "Alarms", "Gateways", "Aliases"]);
    }
}
