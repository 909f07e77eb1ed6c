//! The text of a spec: `dsl/src/aws/SERVICE/KIND.rs`. Its checks and samples are in `checks` and `samples`. Not here: the lines elsewhere.

use serde_json::Value;

use super::names::{pascal, words};
use super::{Block, Bounds, Change, Form, Kind, Limits, Property, Word, checks, samples};

/// The whole file.
pub fn text(kind: &Kind) -> String {
    let body = [
        enums(&kind.words),
        resource(kind),
        kind.blocks.iter().map(block).collect(),
        checks::text(kind),
        samples::text(kind),
    ]
    .concat();
    let parts = [
        head(kind),
        "\n".to_owned(),
        kind.mark(),
        "\n".to_owned(),
        imports(kind, &body),
        body,
    ];
    parts.concat()
}

fn head(kind: &Kind) -> String {
    let Kind {
        kind: of,
        service,
        remarks,
        ..
    } = kind;
    let page = format!(
        "aws-resource-{}-{}.html",
        service.name.to_lowercase(),
        of.rsplit("::").next().unwrap_or(of).to_lowercase()
    );
    let remarks: String = remarks
        .iter()
        .map(|remark| format!("//! DECIDE how to say this in types or checks: {remark}\n"))
        .collect();
    let remarks = if remarks.is_empty() {
        remarks
    } else {
        format!("//!\n{remarks}")
    };
    format!(
        "//! `{of}`: DECIDE what it is.\n//!\n\
         //! What surprises people: DECIDE.\n//!\n\
         //! Not here: DECIDE.\n\
         //! Reference: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/{page}>\n{remarks}"
    )
}

fn imports(kind: &Kind, body: &str) -> String {
    let mut text = String::new();
    if body.contains("BTreeMap<") {
        text += "use std::collections::BTreeMap;\n\n";
    }
    if body.contains("json!(") {
        text += "use serde_json::json;\n";
    }
    let derives = if kind.blocks.is_empty() {
        "Resource"
    } else {
        "{Block, Resource}"
    };
    text += &format!("use windlass_derive::{derives};\n\n");
    let ids: Vec<_> = kind.ids().collect();
    if !ids.is_empty() {
        text += &format!("use super::{{{}}};\n", ids.join(", "));
    }
    text += "use crate::resource::{Check, Samples};\nuse crate::stack::Checks;\n";
    let values = [("Input<", "Input"), ("Json(", "Json"), (": Tags,", "Tags")];
    let used: Vec<_> = values
        .iter()
        .filter(|(needle, _)| body.contains(needle))
        .map(|(_, name)| *name)
        .collect();
    if !used.is_empty() {
        text += &format!("use crate::value::{{{}}};\n", used.join(", "));
    }
    text + "\n"
}

fn enums(all: &[Word]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let one = |word: &Word| {
        let variants = word.values.iter();
        let variants: String = variants
            .map(|(text, name)| {
                format!("        /// DECIDE what it means.\n        {name} = {text:?},\n")
            })
            .collect();
        format!(
            "    /// DECIDE: `{}`.\n    pub enum {} {{\n{variants}    }}\n",
            word.path, word.name
        )
    };
    let all: Vec<_> = all.iter().map(one).collect();
    format!("crate::text_enum! {{\n{}}}\n\n", all.join("\n"))
}

fn resource(kind: &Kind) -> String {
    let Kind {
        kind: of,
        name,
        identifier,
        outputs,
        properties,
        ..
    } = kind;
    let outputs: String = outputs
        .iter()
        .map(|output| {
            format!(
                "        {}: {} = {:?},\n",
                output.method, output.of, output.name
            )
        })
        .collect();
    let properties: String = properties.iter().map(|p| property(p, Some(kind))).collect();
    format!(
        "/// DECIDE what it is.\n\
         // DECIDE the order of changes: `exclusive`, `serves_one`, `holds`, `stays_in`, `users_first`, `replace`, `waits`.\n\
         // DECIDE the types of the outputs, and which of them an update can change (`changes`).\n\
         #[derive(Debug, Clone, Resource)]\n\
         #[resource(\n    kind = {of:?},\n    id = {:?},\n    outputs(\n{outputs}    ),\n)]\n\
         pub struct {name} {{\n{properties}}}\n\n",
        identifier.join("|")
    )
}

fn block(block: &Block) -> String {
    let properties: String = block.properties.iter().map(|p| property(p, None)).collect();
    format!(
        "/// DECIDE: `{}`.\n#[derive(Debug, Clone, Block)]\npub struct {} {{\n{properties}}}\n\n",
        block.path, block.name
    )
}

/// A field with all that the facts say about it. `kind` is there for the properties of the kind itself.
fn property(property: &Property, kind: Option<&Kind>) -> String {
    let Property {
        field,
        form,
        bounds,
        ..
    } = property;
    let mut text = match form {
        Form::Tags => "    /// Tags.\n".to_owned(),
        _ => format!("    /// DECIDE what it does.{}\n", said(property)),
    };
    let mut decide = |what: &str| text += &format!("    // DECIDE {what}\n");
    if property.change == Some(Change::Conditional) {
        decide("when a change replaces: `replaces_if(test, \"when\")`.");
    }
    if *form == Form::Json {
        decide("whether it is any JSON, or a policy document, a block or a choice.");
    }
    if let Some(pattern) = &bounds.pattern {
        decide(&format!(
            "the check or the type for the pattern {}",
            pattern.replace('\n', " ")
        ));
    }
    let words = attributes(property, kind);
    if !words.is_empty() {
        text += &format!("    #[field({})]\n", words.join(", "));
    }
    text + &format!("    pub {field}: {},\n", property.rust_type())
}

/// The words of `#[field(…)]`.
fn attributes(property: &Property, kind: Option<&Kind>) -> Vec<String> {
    let Property { form, bounds, .. } = property;
    let mut words = Vec::new();
    if pascal(&property.field) != property.name {
        words.push(format!("name = {:?}", property.name));
    }
    words.extend(property.change.map(|change| {
        let word = if change == Change::Replaces {
            "replaces"
        } else {
            "in_place"
        };
        word.to_owned()
    }));
    if property.never_read {
        words.push("never_read".to_owned());
    }
    words.extend(compared(form, bounds, kind));
    if property.required && form.can_be_empty() {
        words.push("required".to_owned());
    }
    if let Some(default) = bounds.default.as_ref().filter(|_| !property.required) {
        words.push(format!("removal_default({:?})", default.to_string()));
    }
    let is_name = kind
        .and_then(Kind::named_by)
        .is_some_and(|name| name == property);
    if is_name && !property.required && property.change == Some(Change::Replaces) {
        words.push(format!(
            "physical_name(max = {})",
            bounds.characters.1.unwrap_or(255)
        ));
    }
    words
}

/// How a list is compared whose order means nothing.
fn compared(form: &Form, bounds: &Bounds, kind: Option<&Kind>) -> Option<String> {
    let Form::List(item) = form else {
        return None;
    };
    if !bounds.unordered {
        return None;
    }
    let block = match item.as_ref() {
        Form::Block(name) => kind.and_then(|kind| kind.block(name)),
        _ => None,
    };
    let key = block.and_then(|block| {
        let is_key = |p: &&Property| p.required && ["Key", "Name"].contains(&p.name.as_str());
        block.properties.iter().find(is_key)
    });
    Some(key.map_or("set".to_owned(), |key| format!("keyed({:?})", key.name)))
}

/// The limits of a property in words, with a space in front.
pub fn said(property: &Property) -> String {
    let Property {
        bounds,
        items,
        form,
        ..
    } = property;
    let mut said = Vec::new();
    said.extend(range(bounds.characters, "characters"));
    said.extend(range(bounds.number, ""));
    if matches!(form, Form::List(_) | Form::Map(_)) {
        said.extend(range(bounds.items, "items"));
        said.extend(range(items.characters, "characters each"));
        said.extend(range(items.number, "each"));
    }
    if !bounds.one_of.is_empty() {
        said.push(format!("One of {}", bounds.one_of.join(", ")));
    }
    said.extend(bounds.default.as_ref().map(default));
    said.iter().map(|said| format!(" {said}.")).collect()
}

fn default(default: &Value) -> String {
    match default.as_str() {
        Some("") => "AWS's default is empty".to_owned(),
        Some(text) if text.len() > 60 || text.contains('\n') => "AWS has a default".to_owned(),
        Some(text) => format!("AWS's default is `{text}`"),
        None => format!("AWS's default is `{default}`"),
    }
}

fn range(limits: Limits, of: &str) -> Option<String> {
    let said = match limits {
        (Some(low), Some(high)) if low == high => format!("Exactly {low} {of}"),
        (Some(low), Some(high)) if low > 0 => format!("{low} to {high} {of}"),
        (_, Some(high)) => format!("At most {high} {of}"),
        (Some(low), None) if low != 0 => format!("At least {low} {of}"),
        _ => return None,
    };
    Some(said.trim_end().to_owned())
}

impl Kind {
    /// The identifiers among its outputs, which are types of the service's module.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        let own = self.outputs.iter().filter(|output| output.of != "String");
        own.map(|output| output.of.as_str())
    }

    /// The lines that declare its identifiers.
    pub(super) fn id_lines(&self) -> Vec<(String, String)> {
        let thing = words(&self.name);
        let line = |id: &str| {
            let (said, start) = if id.ends_with("Arn") {
                (format!("The ARN of the {thing}."), "arn:")
            } else {
                let what = if id.ends_with("Name") {
                    "name"
                } else {
                    "identifier"
                };
                (format!("The {what} of the {thing}."), "")
            };
            (format!("    /// {said}"), format!("    {id} = {start:?};"))
        };
        self.ids().map(line).collect()
    }
}
