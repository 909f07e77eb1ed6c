//! What an import would take over: the spec of a declaration, and how it compares with the existing resource.
//!
//! Not here: reading that resource, and recording it as ours, which the engine's import does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::codes;
use windlass::diagnostics::{Diagnostic, SourceLine};
use windlass::document::{Document, Options, Place};
use windlass::expr::SecretSource;
use windlass::schema::{Change, FieldSchema, KindSchema, Read, Shape, Wait};
use windlass::value::SecretRef;
use windlass_state::binding::Binding;
use windlass_state::identity::{IntentId, Lineage};
use windlass_state::record::Action;
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::authored::authored;
use crate::diff::{Sides, diff, together_replace};
use crate::driven::{Driven, Drivers, drivers};
use crate::evaluate::{Answer, Answers, each_reference, has_holes};
use crate::graph::{Graph, Node};
use crate::inputs::Inputs;
use crate::plan::FieldChange;
use crate::resolve::{place, resolve};
use crate::unfinished::changes_in_place;

/// The declarations of a document, for imports one after the other.
#[derive(Debug)]
pub struct Claims<'a> {
    document: &'a Document,
    graph: Graph<'a>,
    drivers: Drivers<'a>,
    home: (&'a str, &'a str),
    lookups: &'a BTreeMap<Address, BTreeMap<String, Value>>,
    secrets: &'a BTreeMap<SecretSource, SecretRef>,
}

/// What one import takes over.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The schema of the kind.
    pub schema: &'static KindSchema,
    /// Account, role and region.
    pub place: Place,
    /// The spec of the declaration, without holes.
    pub desired: Value,
    /// The spec as declared.
    pub template: CanonicalJson,
    /// The recorded resources that it waits for.
    pub depends_on: Vec<Address>,
    /// Options of the resource for the engine.
    pub options: Options,
    /// The properties that AWS changes on behalf of other resources.
    pub driven: Vec<Driven>,
    /// The source line of the declaration.
    pub source: SourceLine,
}

/// The comparison of an existing resource with its declaration.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The spec to record as applied.
    pub applied: Value,
    /// The differences that the next `up` would change.
    pub fields: Vec<FieldChange>,
    /// Those of the top-level properties among them that change in place.
    pub unfinished: Vec<String>,
    /// Differences that no update changes, and properties that AWS does not return.
    pub notes: Vec<String>,
}

impl Compared {
    /// Whether the next `up` would replace the resource.
    #[must_use]
    pub fn replaces(&self) -> bool {
        self.fields.iter().any(|field| field.replaces)
    }
}

impl<'a> Claims<'a> {
    /// Reads a document.
    ///
    /// # Errors
    /// No plan could be made of it.
    pub fn of(inputs: &Inputs<'a>, document: &'a Document) -> Result<Self, Vec<Diagnostic>> {
        let binding: &'a Binding = inputs.binding;
        let graph = Graph::of(document, inputs.schema)?;
        Ok(Self {
            document,
            drivers: drivers(&graph),
            graph,
            home: (binding.account(), binding.region()),
            lookups: inputs.lookups,
            secrets: inputs.secrets,
        })
    }

    /// The source line of an address, if it is declared.
    #[must_use]
    pub fn source(&self, address: &Address) -> Option<&'a SourceLine> {
        let node = self.graph.find(address.as_str())?;
        Some(&self.graph.node(node).declaration.source)
    }

    /// The addresses in waves: each address comes after those that its spec refers to. Addresses that are not declared are left out.
    #[must_use]
    pub fn waves(&self, addresses: &BTreeSet<Address>) -> Vec<Vec<Address>> {
        let mut depth: BTreeMap<&Address, usize> = BTreeMap::new();
        let mut waves: Vec<Vec<Address>> = Vec::new();
        for node in self.graph.order() {
            let address = self.graph.node(*node).address;
            let below = self.graph.dependencies(*node);
            let below = below.iter().map(|(on, _)| self.graph.node(*on).address);
            let own = below.filter_map(|on| depth.get(on)).max();
            let wanted = addresses.contains(address);
            // A resource that is not imported passes the wave of its references on, so that the order holds across it.
            let own = match (own, wanted) {
                (Some(wave), true) => wave + 1,
                (None, true) => 0,
                (Some(wave), false) => *wave,
                (None, false) => continue,
            };
            depth.insert(address, own);
            if wanted {
                waves.resize_with(waves.len().max(own + 1), Vec::new);
                waves[own].push(address.clone());
            }
        }
        waves
    }

    /// The claim of a declaration, with the values of all references that the snapshot knows.
    ///
    /// # Errors
    /// The declaration refers to a resource that is not recorded, or its spec has no value.
    ///
    /// # Panics
    /// The address is not declared.
    pub fn claim(&self, address: &Address, snapshot: &Snapshot) -> Result<Claim, Box<Diagnostic>> {
        let node = self.graph.find(address.as_str());
        let node = node.expect("only what is declared is claimed");
        let Node {
            declaration,
            schema,
            ..
        } = self.graph.node(node);
        let refused = |message: String, help: &str| {
            let problem = Diagnostic::error(codes::IMPORT_REFUSED, message)
                .at(&declaration.source, "declared here")
                .help(help);
            Box::new(problem)
        };
        let known = Known {
            claims: self,
            snapshot,
        };
        let desired = resolve(declaration, schema, &self.document.default_tags, &known);
        let desired = desired.map_err(|error| {
            refused(
                format!("`{address}` cannot be resolved: {error}"),
                "mend the declaration first",
            )
        })?;
        if has_holes(&desired) {
            let mut missing = BTreeSet::new();
            each_reference(&desired, &mut |on, _| {
                missing.insert(format!("`{on}`"));
            });
            let missing = missing.into_iter().collect::<Vec<_>>().join(", ");
            return Err(refused(
                format!("`{address}` refers to {missing}, of which nothing is recorded"),
                "import that as well, in the same command or before, or make it with `up --target`",
            ));
        }
        let depends_on = self.graph.dependencies(node).into_iter();
        let depends_on = depends_on.map(|(on, _)| self.graph.node(on).address);
        let mut depends_on: Vec<_> = depends_on
            .filter(|on| snapshot.resources.contains_key(*on))
            .cloned()
            .collect();
        depends_on.sort_unstable();
        Ok(Claim {
            schema,
            place: place(declaration, self.document, self.home),
            desired,
            template: declaration.spec.clone(),
            depends_on,
            options: declaration.options.clone(),
            driven: self.drivers.at(address).to_vec(),
            source: declaration.source.clone(),
        })
    }
}

/// The recorded values that a declaration can refer to.
struct Known<'c, 'a> {
    claims: &'c Claims<'a>,
    snapshot: &'c Snapshot,
}

impl Answers for Known<'_, '_> {
    fn output(&self, address: &Address, output: &str) -> Answer {
        if self.claims.graph.find(address.as_str()).is_some() {
            let value = self.snapshot.resources.get(address);
            let value = value.and_then(|recorded| recorded.outputs.get(output));
            return value.map_or(Answer::Hole, |value| Answer::Known(value.clone()));
        }
        let found = self.claims.lookups.get(address);
        let value = found.and_then(|outputs| outputs.get(output));
        value.map_or(Answer::Missing, |value| Answer::Known(value.clone()))
    }

    fn secret(&self, source: &SecretSource) -> Option<SecretRef> {
        self.claims.secrets.get(source).cloned()
    }
}

impl Claim {
    /// The spec without properties that can change or be absent: enough to find the resource while none of AWS's attributes is known.
    #[must_use]
    pub fn identifying(&self) -> CanonicalJson {
        let mut spec = self.desired.clone();
        if let Value::Object(properties) = &mut spec {
            let needless = |field: &FieldSchema| {
                !field.required
                    && matches!(field.change, Change::InPlace)
                    && !is_choice(self, field)
            };
            for field in self.schema.fields().filter(|field| needless(field)) {
                properties.remove(field.name);
            }
        }
        CanonicalJson::of(&spec)
    }

    /// Compares an existing resource with its declaration. If the author leaves the name to the engine, the resource keeps its existing name.
    #[must_use]
    pub fn compare(&self, observed: &Value) -> Compared {
        let mut desired = self.desired.clone();
        if let Some((field, _)) = self.schema.physical_name()
            && desired.get(field.name).is_none()
            && let Some(name) = observed.get(field.name)
        {
            desired[field.name] = name.clone();
        }
        let own = desired.clone();
        Driven::keep_all(&self.driven, &mut desired, &own, observed);
        let sides = Sides {
            desired: &desired,
            applied: &desired,
            observed: Some(observed),
        };
        let owned = &self.options.owned_elsewhere;
        let mut found = diff(self.schema, sides, owned);
        // Changes that several properties decide together are tested on the existing values of the author's paths.
        let standing = authored(self.schema, &desired, &desired, Some(observed));
        let standing = Sides {
            applied: &standing,
            ..sides
        };
        for field in &mut found.fields {
            let top = field.path.split(['.', '[']).next().unwrap_or_default();
            field.replaces |= together_replace(self.schema, top, standing);
            field.drift = false;
        }
        let in_place = |name: &&String| {
            let field = self.schema.field(name);
            field.is_some_and(changes_in_place)
        };
        let unfinished = found.properties.iter().filter(in_place).cloned().collect();
        let mut notes = found.notes;
        let untold = (self.schema.fields())
            .filter(|field| field.read == Read::Never || matches!(field.shape, Shape::Secret))
            .filter(|field| desired.get(field.name).is_some());
        notes.extend(untold.map(|field| {
            format!(
                "AWS does not tell `{}`: it is taken to be as declared",
                field.name
            )
        }));
        Compared {
            applied: desired,
            fields: found.fields,
            unfinished,
            notes,
        }
    }

    /// The record of the imported resource.
    #[must_use]
    pub fn recorded(
        &self,
        lineage: &Lineage,
        address: &Address,
        generation: u32,
        physical_id: &str,
        outputs: &BTreeMap<String, Value>,
        compared: &Compared,
    ) -> Recorded {
        Recorded {
            kind: self.schema.kind.to_owned(),
            generation,
            place: self.place.clone(),
            physical_id: physical_id.to_owned(),
            outputs: outputs.clone(),
            template: self.template.clone(),
            applied: CanonicalJson::of(&compared.applied),
            depends_on: self.depends_on.clone(),
            options: self.options.clone(),
            waited: self
                .schema
                .waits
                .iter()
                .max()
                .copied()
                .unwrap_or(Wait::Exists),
            unfinished: compared.unfinished.clone(),
            intent: IntentId::of(lineage, address, generation, Action::Create, u32::MAX),
            imported: true,
            since: None,
            changed: None,
            verdict: None,
        }
    }
}

fn is_choice(claim: &Claim, field: &FieldSchema) -> bool {
    claim.schema.fields.iter().any(|top| match top.shape {
        Shape::Choice(variants) => variants.iter().any(|variant| variant.name == field.name),
        _ => false,
    })
}
