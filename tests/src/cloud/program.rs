//! Stack programs for the simulated cloud, written as data. Not here: typed specs, which only the catalogue has.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::diagnostics::SourceLine;
use windlass::document::{Declaration, Document, FORMAT, Options, OutputDeclaration, Place};

/// A document under construction.
#[derive(Debug, Clone)]
pub struct Program(Document);

impl From<Document> for Program {
    fn from(document: Document) -> Self {
        Self(document)
    }
}

impl Default for Program {
    fn default() -> Self {
        Self::new()
    }
}

impl Program {
    /// An empty program.
    pub fn new() -> Self {
        Self(Document {
            format: FORMAT,
            stack: "shop".to_owned(),
            environment: "test".to_owned(),
            place: Place {
                account: Some("123456789012".to_owned()),
                role: None,
                region: Some("us-east-1".to_owned()),
            },
            allowed_accounts: Vec::new(),
            default_tags: BTreeMap::new(),
            resources: BTreeMap::new(),
            lookups: BTreeMap::new(),
            outputs: BTreeMap::new(),
            problems: Vec::new(),
        })
    }

    /// Adds a resource, or changes it.
    #[must_use]
    pub fn with(self, address: &str, kind: &str, spec: Value) -> Self {
        self.with_options(address, kind, spec, Options::default())
    }

    /// Adds a resource with its options.
    #[must_use]
    pub fn with_options(
        mut self,
        address: &str,
        kind: &str,
        spec: Value,
        options: Options,
    ) -> Self {
        let line = u32::try_from(self.0.resources.len()).expect("few resources") + 1;
        let declaration = Declaration {
            kind: kind.to_owned(),
            spec: CanonicalJson::of(&spec),
            depends_on: Vec::new(),
            place: None,
            options,
            source: SourceLine {
                file: "src/main.rs".to_owned(),
                line,
                column: 1,
            },
        };
        self.0.resources.insert(parse(address), declaration);
        self
    }

    /// Removes a resource.
    #[must_use]
    pub fn without(mut self, address: &str) -> Self {
        self.0.resources.remove(&parse(address));
        self
    }

    /// Adds an output of the stack.
    #[must_use]
    pub fn output(mut self, name: &str, value: Value) -> Self {
        let source = SourceLine {
            file: "src/main.rs".to_owned(),
            line: 99,
            column: 1,
        };
        self.0
            .outputs
            .insert(name.to_owned(), OutputDeclaration { value, source });
        self
    }

    /// The document.
    pub fn document(&self) -> &Document {
        &self.0
    }
}

/// A reference to an output.
pub fn reference(address: &str, output: &str) -> Value {
    json!({"$windlass": {"ref": address, "output": output}})
}

/// The address of that text.
pub fn parse(address: &str) -> Address {
    Address::parse(address).expect("addresses of tests are valid")
}
