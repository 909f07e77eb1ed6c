//! The scaffold of a new resource kind: from CloudFormation's facts come its spec, life cycle, wire fixture and the lines elsewhere.
//!
//! The facts do not say what a property does, what AWS calls it in its own API, or how AWS refuses. All that is marked `DECIDE`, and a file with the mark
//! does not compile. Here is the model of a kind, which the other modules turn into text. Not here: how the model comes from the facts (`reading`), and
//! the command (`bin/kind.rs`).

use std::path::Path;
use std::{fmt, fs};

use serde_json::Value;

mod checks;
mod fixture;
mod imports;
mod inserts;
mod life_cycle;
mod lines;
mod names;
mod new_service;
mod operations;
mod reading;
mod samples;
mod service;
mod spec;
mod tree;
mod updates;

pub use lines::elsewhere;
pub use operations::Operations;
pub use service::Service;
pub use tree::Tree;

/// A resource kind, as far as the facts know it.
#[derive(Debug, Clone)]
pub struct Kind {
    /// CloudFormation's type name, such as `AWS::ECR::Repository`.
    pub kind: String,
    /// Its service.
    pub service: Service,
    /// The name of its Rust type, such as `Repository`.
    pub name: String,
    /// The name of its files, such as `repository`.
    pub file: String,
    /// The properties that an author can set.
    pub properties: Vec<Property>,
    /// The nested blocks, inner ones first.
    pub blocks: Vec<Block>,
    /// The closed sets of texts.
    pub words: Vec<Word>,
    /// The attributes that AWS gives.
    pub outputs: Vec<Output>,
    /// The properties and attributes that form its identifier.
    pub identifier: Vec<String>,
    /// The operations of its life.
    pub operations: Operations,
    /// What the facts say about several properties at once.
    pub remarks: Vec<String>,
}

/// One property of a kind or a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// CloudFormation's name.
    pub name: String,
    /// The name of the Rust field.
    pub field: String,
    /// What its value is made of.
    pub form: Form,
    /// Whether AWS requires it.
    pub required: bool,
    /// What a change does. Properties of a block can leave it open: then it is as for the whole block.
    pub change: Option<Change>,
    /// Whether AWS never gives it back.
    pub never_read: bool,
    /// The limits of the value.
    pub bounds: Bounds,
    /// The limits of each item, for a list of plain values.
    pub items: Bounds,
}

/// What the value of a property is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A text.
    Text,
    /// A whole number, with its Rust type.
    Integer(&'static str),
    /// A number.
    Number,
    /// Yes or no.
    Bool,
    /// Any JSON.
    Json,
    /// One of a closed set of texts, with its Rust type.
    Word(String),
    /// The tags of the resource.
    Tags,
    /// A list.
    List(Box<Form>),
    /// A map with keys of the author's.
    Map(Box<Form>),
    /// A nested block, with its Rust type.
    Block(String),
}

/// What a change of a property does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It changes in place.
    InPlace,
    /// It replaces the resource.
    Replaces,
    /// It replaces the resource in some cases.
    Conditional,
}

/// A lower and an upper limit.
pub type Limits = (Option<i64>, Option<i64>);

/// The limits of a value.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// Of a text's length.
    pub characters: Limits,
    /// Of a number.
    pub number: Limits,
    /// Of a list's length.
    pub items: Limits,
    /// Whether the order of a list means nothing.
    pub unordered: bool,
    /// The pattern of a text.
    pub pattern: Option<String>,
    /// The only values, for what is not a text.
    pub one_of: Vec<String>,
    /// The default.
    pub default: Option<Value>,
}

/// A nested block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The name of its Rust type.
    pub name: String,
    /// The path where it comes first.
    pub path: String,
    /// Its properties.
    pub properties: Vec<Property>,
}

/// A closed set of texts.
#[derive(Debug, Clone)]
pub struct Word {
    /// The name of its Rust type.
    pub name: String,
    /// The path where it comes first.
    pub path: String,
    /// AWS's texts, each with the name of its variant.
    pub values: Vec<(String, String)>,
}

/// An attribute that AWS gives.
#[derive(Debug, Clone)]
pub struct Output {
    /// CloudFormation's name.
    pub name: String,
    /// The method of the handle.
    pub method: String,
    /// Its Rust type.
    pub of: String,
}

/// Why a kind cannot be scaffolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(pub String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

/// The model of a kind that the catalogue lacks. `top` is the repository's folder.
///
/// # Errors
/// The kind exists already, or there are no facts about it.
pub fn read(top: &Path, kind: &str) -> Result<Kind, Refused> {
    if windlass::aws::schema(kind).is_some() {
        return Err(Refused(format!("the catalogue has {kind} already")));
    }
    let kind = model(top, kind)?;
    let spec = top.join(kind.spec_path());
    if spec.exists() {
        return Err(Refused(format!("{} exists already", spec.display())));
    }
    Ok(kind)
}

/// The model of any kind, whether the catalogue has it or not.
///
/// # Errors
/// There are no facts about it.
pub fn model(top: &Path, kind: &str) -> Result<Kind, Refused> {
    let file = top.join("tests/facts/cloudformation.json");
    let shown = file.display();
    let text = fs::read_to_string(&file)
        .map_err(|error| Refused(format!("the facts in {shown} cannot be read: {error}")))?;
    let facts: Value = serde_json::from_str(&text)
        .map_err(|error| Refused(format!("the facts in {shown} are no JSON: {error}")))?;
    let Some(fact) = facts.get(kind) else {
        return Err(Refused(format!("{shown} has no facts about {kind}")));
    };
    reading::kind(top, kind, fact)
}

/// Puts the three files of a kind into the tree.
///
/// # Errors
/// A file is no Rust, which is an error of the scaffold.
pub fn generate(tree: &mut Tree, kind: &Kind) -> Result<(), Refused> {
    tree.put_rust(&kind.spec_path(), &spec::text(kind))?;
    tree.put_rust(&kind.life_cycle_path(), &life_cycle::text(kind))?;
    tree.put_rust(&kind.fixture_path(), &fixture::text(kind))
}

impl Kind {
    /// The path of its spec from the repository's folder.
    pub fn spec_path(&self) -> String {
        format!("dsl/src/aws/{}/{}.rs", self.service.module, self.file)
    }

    /// The path of its life cycle from the repository's folder.
    pub fn life_cycle_path(&self) -> String {
        format!("engine/aws/src/{}/{}.rs", self.service.module, self.file)
    }

    /// The path of its wire fixture from the repository's folder.
    pub fn fixture_path(&self) -> String {
        format!("tests/src/wire/{}/{}.rs", self.service.module, self.file)
    }

    /// A block by the name of its type.
    fn block(&self, name: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.name == name)
    }

    /// A closed set of texts by the name of its type.
    fn word(&self, name: &str) -> Option<&Word> {
        self.words.iter().find(|word| word.name == name)
    }

    /// The property that holds the tags.
    fn tags(&self) -> Option<&Property> {
        self.properties.iter().find(|p| p.form == Form::Tags)
    }

    /// The property that alone forms the identifier, if there is one.
    fn named_by(&self) -> Option<&Property> {
        let [only] = self.identifier.as_slice() else {
            return None;
        };
        let mut properties = self.properties.iter();
        properties.find(|p| p.name == *only && p.form == Form::Text)
    }

    /// The line that keeps a file from being compiled before a person has decided.
    fn mark(&self) -> String {
        let Self { kind, .. } = self;
        format!(
            "compile_error!(\"{kind}: decide what is marked DECIDE in this file, then delete this line\");\n"
        )
    }
}

impl Property {
    /// The type of its field.
    fn rust_type(&self) -> String {
        let of = self.form.rust_type();
        if self.required || self.form.can_be_empty() {
            of
        } else {
            format!("Option<{of}>")
        }
    }

    fn changes_in_place(&self) -> bool {
        matches!(self.change, Some(Change::InPlace | Change::Conditional))
    }
}

impl Form {
    fn rust_type(&self) -> String {
        match self {
            Self::Text => "Input<String>".to_owned(),
            Self::Integer(of) => format!("Input<{of}>"),
            Self::Number => "Input<f64>".to_owned(),
            Self::Bool => "Input<bool>".to_owned(),
            Self::Json => "Json".to_owned(),
            Self::Word(name) => format!("Input<{name}>"),
            Self::Tags => "Tags".to_owned(),
            Self::List(item) => format!("Vec<{}>", item.rust_type()),
            Self::Map(value) => format!("BTreeMap<String, {}>", value.rust_type()),
            Self::Block(name) => name.clone(),
        }
    }

    /// Whether an empty value counts as none.
    fn can_be_empty(&self) -> bool {
        matches!(self, Self::List(_) | Self::Map(_) | Self::Tags)
    }
}
