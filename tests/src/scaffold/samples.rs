//! The samples of a spec: the smallest, the fullest, one that changes in place, and one for each property that replaces.
//!
//! Every property has two values. `[first, second][at]` is either of them. Not here: whether AWS would take them.

use serde_json::{Value, json};

use super::names::{snake, words};
use super::{Block, Bounds, Form, Kind, Property};

/// The longest text that is written out.
const LONG: usize = 40;

/// `impl Samples`, and a function for each block.
pub fn text(kind: &Kind) -> String {
    let name = &kind.name;
    let (in_place, fixed): (Vec<_>, Vec<_>) =
        kind.properties.iter().partition(|p| p.changes_in_place());
    let new = new(kind, &kind.properties, "0");
    let optional = fixed.iter().filter(|property| !property.required);
    let fixed_once: String = optional
        .map(|property| setter(kind, property, "0"))
        .collect();
    let replaced: String = fixed
        .iter()
        .map(|property| format!("full.clone(){},\n", setter(kind, property, "1")))
        .collect();
    let remarks: String = kind
        .remarks
        .iter()
        .map(|remark| format!("        // DECIDE: {remark}\n"))
        .collect();
    let (full, second) = if in_place.is_empty() {
        (format!("Self{new}{fixed_once}"), String::new())
    } else {
        (
            format!("changed(Self{new}{fixed_once}, 0)"),
            "changed(full.clone(), 1),\n".to_owned(),
        )
    };
    let mut text = format!(
        "impl Samples for {name} {{\n    fn samples() -> Vec<Self> {{\n{remarks}\
         \u{20}       // DECIDE values that AWS takes together, and more samples where properties exclude each other.\n\
         \u{20}       let full = {full};\n        vec![\nSelf{new},\nfull.clone(),\n{second}{replaced}]\n    }}\n}}\n\n"
    );
    if !in_place.is_empty() {
        let setters: String = in_place
            .iter()
            .map(|property| setter(kind, property, "at"))
            .collect();
        text += &format!(
            "/// The same {} with the first or the second value of everything that changes in place.\n\
             fn changed(spec: {name}, at: usize) -> {name} {{\n    spec{setters}\n}}\n\n",
            words(name)
        );
    }
    text + &kind
        .blocks
        .iter()
        .map(|block| function(kind, block))
        .collect::<String>()
}

fn function(kind: &Kind, block: &Block) -> String {
    let optional = block
        .properties
        .iter()
        .filter(|property| !property.required);
    let setters: String = optional
        .map(|property| setter(kind, property, "at"))
        .collect();
    let new = new(kind, &block.properties, "at");
    // A block of which the facts know only one value does not ask which.
    let is_used = [&new, &setters]
        .iter()
        .any(|text| text.contains("[at]") || text.contains("(at)"));
    let at = if is_used { "at" } else { "_" };
    format!(
        "/// A block with the first or the second values.\n\
         fn {}({at}: usize) -> {name} {{\n    {name}{new}{setters}\n}}\n\n",
        sample(&block.name),
        name = block.name,
    )
}

fn sample(block: &str) -> String {
    format!("sample_{}", snake(block))
}

/// The constructor's call with what is required.
fn new(kind: &Kind, properties: &[Property], at: &str) -> String {
    let required = properties.iter().filter(|property| property.required);
    let values: Vec<_> = required.map(|property| value(kind, property, at)).collect();
    format!("::new({})", values.join(", "))
}

fn setter(kind: &Kind, property: &Property, at: &str) -> String {
    match property.form {
        Form::Tags => format!(".tag(\"Name\", [\"first\", \"second\"][{at}])"),
        _ => format!(".{}({})", property.field, value(kind, property, at)),
    }
}

fn value(kind: &Kind, property: &Property, at: &str) -> String {
    let bounds = match property.form {
        Form::List(_) => &property.items,
        _ => &property.bounds,
    };
    expression(kind, &property.name, &property.form, bounds, at)
}

fn expression(kind: &Kind, name: &str, form: &Form, bounds: &Bounds, at: &str) -> String {
    match form {
        Form::Block(block) => format!("{}({at})", sample(block)),
        Form::List(item) => format!("[{}]", expression(kind, name, item, bounds, at)),
        Form::Map(item) => format!("[(\"key\", {})]", expression(kind, name, item, bounds, at)),
        Form::Json => format!("Json(json!({{\"DECIDE\": [\"first\", \"second\"][{at}]}}))"),
        Form::Word(word) => {
            let values = kind
                .word(word)
                .map(|word| word.values.as_slice())
                .unwrap_or_default();
            let variant = |at: usize| {
                values
                    .get(at)
                    .or(values.first())
                    .map_or("DECIDE", |(_, name)| name.as_str())
            };
            pick(
                &format!("{word}::{}", variant(0)),
                &format!("{word}::{}", variant(1)),
                at,
            )
        }
        Form::Integer(of) => {
            let [first, second] = numbers(bounds);
            pick(&format!("{first}_{of}"), &format!("{second}_{of}"), at)
        }
        Form::Number => pick("1.5", "2.5", at),
        Form::Bool => pick("true", "false", at),
        Form::Text | Form::Tags => {
            let low = bounds
                .characters
                .0
                .and_then(|low| usize::try_from(low).ok())
                .unwrap_or(0);
            if low > LONG {
                return format!(
                    "{}.repeat({})",
                    pick("\"first\"", "\"second\"", at),
                    low.div_ceil(5)
                );
            }
            let [first, second] = texts(kind, name, bounds);
            pick(&format!("{first:?}"), &format!("{second:?}"), at)
        }
    }
}

/// One of two expressions, chosen here where that is possible.
fn pick(first: &str, second: &str, at: &str) -> String {
    match at {
        _ if first == second => first.to_owned(),
        "0" => first.to_owned(),
        "1" => second.to_owned(),
        at => format!("[{first}, {second}][{at}]"),
    }
}

fn numbers(bounds: &Bounds) -> [i64; 2] {
    if let [first, rest @ ..] = bounds.one_of.as_slice() {
        let number = |text: &String| text.parse().unwrap_or(1);
        return [number(first), number(rest.first().unwrap_or(first))];
    }
    let first = bounds.number.0.unwrap_or(1).max(1);
    let first = bounds.number.1.map_or(first, |high| first.min(high));
    [
        first,
        bounds
            .number
            .1
            .map_or(first + 1, |high| high.min(first + 1)),
    ]
}

fn texts(kind: &Kind, name: &str, bounds: &Bounds) -> [String; 2] {
    let pattern = bounds.pattern.as_deref().unwrap_or_default();
    if bounds.characters == (Some(12), Some(12))
        || pattern.contains("{12}$") && !name.ends_with("Arn")
    {
        return ["123456789012", "210987654321"].map(str::to_owned);
    }
    let service = &kind.service.module;
    let is_arn = name.ends_with("Arn") || name.ends_with("ARN");
    let texts = ["first", "second"].map(|which| match is_arn {
        true => format!("arn:aws:{service}:us-east-1:123456789012:{which}"),
        false => which.to_owned(),
    });
    texts.map(|text| fitted(&text, bounds))
}

/// A text of a length that AWS takes.
fn fitted(text: &str, bounds: &Bounds) -> String {
    let size = |limit: Option<i64>, without: usize| {
        limit
            .and_then(|limit| usize::try_from(limit).ok())
            .unwrap_or(without)
    };
    let (low, high) = (
        size(bounds.characters.0, 0),
        size(bounds.characters.1, usize::MAX),
    );
    let length = text.len().max(low).min(high.max(1));
    text.chars().cycle().take(length).collect()
}

/// The fullest sample, under CloudFormation's names.
pub fn full(kind: &Kind) -> Value {
    let properties = kind.properties.iter();
    members(kind, properties.filter(|p| p.form != Form::Tags))
}

/// One value for each property.
fn members<'a>(kind: &Kind, properties: impl Iterator<Item = &'a Property>) -> Value {
    let member = |property: &Property| {
        let bounds = match property.form {
            Form::List(_) => &property.items,
            _ => &property.bounds,
        };
        let value = json(kind, &property.name, &property.form, bounds);
        (property.name.clone(), value)
    };
    Value::Object(properties.map(member).collect())
}

fn json(kind: &Kind, name: &str, form: &Form, bounds: &Bounds) -> Value {
    match form {
        Form::Text | Form::Tags => texts(kind, name, bounds)[0].clone().into(),
        Form::Integer(_) => numbers(bounds)[0].into(),
        Form::Number => json!(1.5),
        Form::Bool => true.into(),
        Form::Json => json!({"DECIDE": "first"}),
        Form::Word(word) => {
            let first = kind.word(word).and_then(|word| word.values.first());
            first
                .map(|(text, _)| text.as_str().into())
                .unwrap_or_default()
        }
        Form::List(item) => json!([json(kind, name, item, bounds)]),
        Form::Map(item) => json!({"key": json(kind, name, item, bounds)}),
        Form::Block(block) => {
            let block = kind.block(block);
            let properties = block.map(|block| block.properties.as_slice());
            members(kind, properties.unwrap_or_default().iter())
        }
    }
}
