//! From CloudFormation's facts to the model of a kind. Not here: the operations (`operations`).

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Map, Value};

use super::names::{distinct, field, free, pascal, singular, snake, variant};
use super::{
    Block, Bounds, Change, Form, Kind, Limits, Output, Property, Refused, Service, Word, operations,
};

/// The model of a kind.
pub fn kind(top: &Path, kind: &str, fact: &Value) -> Result<Kind, Refused> {
    let parts: Vec<_> = kind.split("::").collect();
    let ["AWS", service, of] = parts.as_slice() else {
        return Err(Refused(format!(
            "`{kind}` is no name such as AWS::ECR::Repository"
        )));
    };
    let empty = Map::new();
    let facts = fact
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    let (service, name) = (Service::of(top, service), pascal(of));
    let mut taken = service.types(top, &snake(&name));
    taken.insert(name.clone());
    let mut reading = Reading {
        fact,
        facts,
        kind: name.clone(),
        tags: tags_of(fact),
        taken,
        blocks: Vec::new(),
        words: Vec::new(),
    };
    let properties = reading.members("", &name);
    let identifier = texts(fact.get("primary_identifier"));
    let outputs = outputs(&reading, &identifier);
    let operations = operations::of(fact, &name, &service.client);
    Ok(Kind {
        kind: kind.to_owned(),
        file: snake(&name),
        properties,
        blocks: reading.blocks,
        words: reading.words,
        outputs,
        identifier,
        operations,
        remarks: remarks(fact),
        service,
        name,
    })
}

/// What is read of the facts about one kind, and what came of it so far.
struct Reading<'a> {
    fact: &'a Value,
    facts: &'a Map<String, Value>,
    kind: String,
    tags: String,
    taken: BTreeSet<String>,
    blocks: Vec<Block>,
    words: Vec<Word>,
}

impl Reading<'_> {
    /// The properties that stand right behind a prefix such as `Metrics[].`.
    fn members(&mut self, prefix: &str, owner: &str) -> Vec<Property> {
        let facts = self.facts;
        let direct = facts.iter().filter(|(path, _)| {
            let rest = path.strip_prefix(prefix).unwrap_or_default();
            !rest.is_empty() && !rest.contains('.') && !rest.ends_with("[]")
        });
        let direct: Vec<_> = direct
            .filter(|(path, _)| !self.is_in("read_only", path))
            .collect();
        direct
            .into_iter()
            .filter_map(|(path, fact)| self.property(path, fact, &path[prefix.len()..], owner))
            .collect()
    }

    /// One property; `None` where AWS alone gives all of its members.
    fn property(&mut self, path: &str, fact: &Value, name: &str, owner: &str) -> Option<Property> {
        let form = if path == self.tags {
            Form::Tags
        } else {
            self.form(path, fact, owner)?
        };
        let at_top = owner == self.kind && path == name;
        let required = fact.get("required") == Some(&Value::Bool(true))
            || (at_top
                && texts(self.fact.get("required"))
                    .iter()
                    .any(|required| required == name));
        Some(Property {
            name: name.to_owned(),
            field: field(name, owner),
            required: required && form != Form::Tags,
            change: self.change(path, at_top),
            never_read: self.is_in("write_only", path),
            bounds: bounds(fact),
            items: self
                .facts
                .get(&format!("{path}[]"))
                .map(bounds)
                .unwrap_or_default(),
            form,
        })
    }

    fn change(&self, path: &str, at_top: bool) -> Option<Change> {
        if self.is_in("create_only", path) {
            let parent = path
                .rsplit_once('.')
                .map(|(parent, _)| parent.trim_end_matches("[]"));
            let inherits = parent.is_some_and(|parent| self.is_in("create_only", parent));
            (!inherits).then_some(Change::Replaces)
        } else if !at_top {
            None
        } else if self.is_in("conditional_create_only", path) {
            Some(Change::Conditional)
        } else {
            Some(Change::InPlace)
        }
    }

    /// Whether a list of paths names this one. They write items of a list as `[]`, as `*` or not at all.
    fn is_in(&self, list: &str, path: &str) -> bool {
        let plain = |path: &str| path.replace(".*", "").replace("[]", "");
        let path = plain(path);
        texts(self.fact.get(list))
            .iter()
            .any(|listed| plain(listed) == path)
    }

    fn form(&mut self, path: &str, fact: &Value, owner: &str) -> Option<Form> {
        let of = fact.get("type").and_then(Value::as_str);
        let values = texts(fact.get("enum"));
        let stands = |prefix: String| self.facts.keys().any(|other| other.starts_with(&prefix));
        let (is_list, has_members) = (stands(format!("{path}[]")), stands(format!("{path}.")));
        if of == Some("array") || is_list {
            return self
                .item(path, owner)
                .map(|item| Form::List(Box::new(item)));
        }
        if has_members {
            return self.nested(path, &format!("{path}."), owner);
        }
        if let Some(value) = fact.get("map_of") {
            let value = self.form(&format!("{path}{{}}"), value, owner)?;
            return Some(Form::Map(Box::new(value)));
        }
        Some(match of {
            Some("string") if !values.is_empty() => self.word(path, values, owner),
            Some("string") => Form::Text,
            Some("integer") => integer(fact),
            Some("number") => Form::Number,
            Some("boolean") => Form::Bool,
            _ => Form::Json,
        })
    }

    /// What the items of a list are: a text, where the facts do not say more.
    fn item(&mut self, path: &str, owner: &str) -> Option<Form> {
        let items = format!("{path}[]");
        let prefix = format!("{items}.");
        if self.facts.keys().any(|other| other.starts_with(&prefix)) {
            return self.nested(&items, &prefix, owner);
        }
        match self.facts.get(&items) {
            Some(fact) => self.form(&items, fact, owner),
            None => Some(Form::Text),
        }
    }

    fn nested(&mut self, path: &str, prefix: &str, owner: &str) -> Option<Form> {
        let wanted = type_name(path);
        let properties = self.members(prefix, &wanted);
        if properties.is_empty() {
            return None;
        }
        let same =
            |block: &&Block| type_name(&block.path) == wanted && block.properties == properties;
        if let Some(known) = self.blocks.iter().find(same) {
            return Some(Form::Block(known.name.clone()));
        }
        let name = self.take(&wanted, owner);
        self.blocks.push(Block {
            name: name.clone(),
            path: path.to_owned(),
            properties,
        });
        Some(Form::Block(name))
    }

    fn word(&mut self, path: &str, values: Vec<String>, owner: &str) -> Form {
        let wanted = type_name(path);
        let named = distinct(values.iter().map(|value| variant(value)).collect());
        let values: Vec<_> = values.into_iter().zip(named).collect();
        let same = |word: &&Word| type_name(&word.path) == wanted && word.values == values;
        if let Some(known) = self.words.iter().find(same) {
            return Form::Word(known.name.clone());
        }
        // A single word such as `Tier` says nothing outside of its kind.
        let is_short = wanted.chars().filter(|c| c.is_uppercase()).count() < 2;
        let wanted = if is_short {
            format!("{owner}{wanted}")
        } else {
            wanted
        };
        let name = self.take(&wanted, owner);
        self.words.push(Word {
            name: name.clone(),
            path: path.to_owned(),
            values,
        });
        Form::Word(name)
    }

    fn take(&mut self, wanted: &str, owner: &str) -> String {
        let name = free(wanted, owner, &self.kind, &self.taken);
        for end in ["", "Resolved", "Change"] {
            self.taken.insert(format!("{name}{end}"));
        }
        name
    }
}

/// The name that the value at a path asks for: `Metrics[]` is a `Metric`.
fn type_name(path: &str) -> String {
    let last = path.rsplit('.').next().unwrap_or(path);
    match last.strip_suffix("[]") {
        Some(list) => singular(&pascal(list)),
        None => pascal(last.trim_end_matches("{}")),
    }
}

fn integer(fact: &Value) -> Form {
    let (low, high) = limits(fact, "minimum", "maximum");
    Form::Integer(if low.is_some_and(|low| low < 0) {
        "i64"
    } else if high.is_some_and(|high| high > i64::from(u32::MAX)) {
        "u64"
    } else {
        "u32"
    })
}

fn outputs(reading: &Reading<'_>, identifier: &[String]) -> Vec<Output> {
    // One of several parts is what somebody else gave.
    let is_own = |name: &&String| identifier.len() == 1 || reading.is_in("read_only", name);
    let mut names: Vec<_> = identifier.iter().filter(is_own).cloned().collect();
    let given = reading
        .facts
        .keys()
        .filter(|path| reading.is_in("read_only", path) && !path.contains("[]"));
    names.extend(given.filter(|path| !identifier.contains(path)).cloned());
    let kind = &reading.kind;
    let output = |name: String| {
        let last = pascal(name.rsplit('.').next().unwrap_or(&name));
        let short = last
            .strip_prefix(kind.as_str())
            .filter(|short| !short.is_empty());
        let is_own = identifier.contains(&name) || last == "Arn";
        let of = match short {
            _ if !is_own => "String".to_owned(),
            Some(_) => last.clone(),
            None => format!("{kind}{last}"),
        };
        let method = snake(short.unwrap_or(&name.replace('.', "")));
        Output { name, method, of }
    };
    names.into_iter().map(output).collect()
}

/// The path of the tags.
fn tags_of(fact: &Value) -> String {
    let stated = fact.pointer("/tagging/tagProperty").and_then(Value::as_str);
    let path = stated.and_then(|pointer| pointer.strip_prefix("/properties/"));
    path.unwrap_or("Tags").to_owned()
}

/// What the facts say about several properties at once, in words.
fn remarks(fact: &Value) -> Vec<String> {
    let all = |word: &str| {
        texts(fact.get(word))
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut remarks = Vec::new();
    let tags = fact
        .get("properties")
        .and_then(|properties| properties.get(tags_of(fact)));
    if tags.is_some_and(|tags| tags.get("map_of").is_some()) {
        remarks.push(
            "CloudFormation has a map of tags, and this spec a list as other kinds have."
                .to_owned(),
        );
    }
    for (word, said) in [
        ("requiredXor", "exactly one of"),
        ("requiredOr", "at least one of"),
    ] {
        if fact.get(word).is_some() {
            remarks.push(format!("AWS takes {said} {}.", all(word)));
        }
    }
    for (word, said) in [
        ("dependentExcluded", "excludes"),
        ("dependentRequired", "needs"),
    ] {
        let pairs = fact
            .get(word)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        remarks.extend(pairs.map(|(name, others)| {
            let others: Vec<_> = texts(Some(others))
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            format!("`{name}` {said} {}.", others.join(", "))
        }));
    }
    remarks
}

fn bounds(fact: &Value) -> Bounds {
    let is_text = fact.get("type").and_then(Value::as_str) == Some("string");
    let is_word = is_text && fact.get("enum").is_some();
    let one_of = fact
        .get("enum")
        .and_then(Value::as_array)
        .filter(|_| !is_text);
    Bounds {
        characters: if is_word {
            (None, None)
        } else {
            limits(fact, "minLength", "maxLength")
        },
        number: limits(fact, "minimum", "maximum"),
        items: limits(fact, "minItems", "maxItems"),
        unordered: fact.get("insertionOrder") == Some(&Value::Bool(false)),
        pattern: fact
            .get("pattern")
            .and_then(Value::as_str)
            .map(str::to_owned),
        one_of: one_of.into_iter().flatten().map(Value::to_string).collect(),
        default: fact.get("default").cloned(),
    }
}

fn limits(fact: &Value, low: &str, high: &str) -> Limits {
    let limit = |word: &str| fact.get(word).and_then(Value::as_i64);
    (limit(low), limit(high))
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
