//! What happens to each declared resource, in the order of dependencies, so that what changes above reaches what is below.
//!
//! Not here: what is not declared any more and what is old (`removals`), and the steps (`order`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use petgraph::graph::NodeIndex;
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::document::{Document, Place, Vanished};
use windlass::expr::SecretSource;
use windlass::schema::{OldGenerations, ReplaceOrder, Wait};
use windlass::value::SecretRef;

use crate::authored::authored;
use crate::decision::{Act, Decision, Fate};
use crate::diff::{Diff, Sides, diff};
use crate::driven::{Driven, Drivers, drivers};
use crate::evaluate::{Answer, Answers, EvaluateError, each_reference};
use crate::exclusive::clash;
use crate::graph::{Graph, Node};
use crate::inputs::Inputs;
use crate::names::Naming;
use crate::plan::{FieldChange, Note, Reason};
use crate::replacing::is_place;
use crate::resolve::{is_placed, place, resolve};
use crate::scope::Scope;
use crate::serving::Following;
use crate::settle::{reset_removed, settle};
use crate::unchanged::{Declared, DefaultTags, stands};
use crate::unfinished::{add_unfinished, restore_unfinished};
use crate::world::{Current, World, written};

/// Decides about one declared resource after the other.
#[derive(Debug)]
pub struct Decider<'a> {
    pub inputs: &'a Inputs<'a>,
    pub document: &'a Document,
    pub graph: &'a Graph<'a>,
    pub world: &'a World<'a>,
    pub scope: &'a Scope,
    pub default_tags: DefaultTags<'a>,
    /// What is replaced because of those whom it serves.
    pub following: Following,
    /// What goes before its next generation is made, and is held by who names it only through others.
    pub first_of_all: BTreeSet<&'a Address>,
    pub drivers: Drivers<'a>,
    pub fates: Vec<Fate>,
    pub decisions: BTreeMap<NodeIndex, Decision>,
    pub notes: Vec<Note>,
    pub problems: Vec<Diagnostic>,
}

impl Answers for Decider<'_> {
    fn output(&self, address: &Address, output: &str) -> Answer {
        let Some(node) = self.graph.find(address.as_str()) else {
            let found = self.inputs.lookups.get(address);
            let value = found.and_then(|outputs| outputs.get(output));
            return value.map_or(Answer::Missing, |value| Answer::Known(value.clone()));
        };
        let mut given = self.graph.node(node).schema.outputs.iter();
        let given = given.find(|given| given.name == output);
        let known = || {
            let text = self.world.declared(node)?.output(output)?;
            let value = serde_json::from_str(&text).expect("canonical JSON is JSON");
            Some(Answer::Known(value))
        };
        match (self.fates[node.index()], given) {
            (Fate::New | Fate::Absent, Some(_)) => Answer::Hole,
            (Fate::New | Fate::Absent, None) => Answer::Missing,
            (Fate::Updated, Some(given)) if given.stable => known().unwrap_or(Answer::Hole),
            (Fate::Updated, _) => Answer::Hole,
            (Fate::Unfinished, _) => known().unwrap_or(Answer::Hole),
            (Fate::Same, _) => known().unwrap_or(Answer::Missing),
        }
    }

    fn secret(&self, source: &SecretSource) -> Option<SecretRef> {
        self.inputs.secrets.get(source).cloned()
    }
}

impl<'a> Decider<'a> {
    /// Nothing is decided yet.
    pub fn new(
        inputs: &'a Inputs<'a>,
        document: &'a Document,
        graph: &'a Graph<'a>,
        world: &'a World<'a>,
        scope: &'a Scope,
        following: Following,
    ) -> Self {
        Self {
            inputs,
            document,
            graph,
            world,
            scope,
            default_tags: DefaultTags::of(&document.default_tags),
            drivers: drivers(graph),
            following,
            first_of_all: BTreeSet::new(),
            fates: vec![Fate::Absent; graph.len()],
            decisions: BTreeMap::new(),
            notes: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Decides about everything.
    pub fn run(&mut self) {
        for node in self.graph.order() {
            let node = *node;
            let current = self.world.declared(node);
            if !self.scope.has(node) {
                let there = current.is_some_and(|current| !current.is_gone());
                self.fates[node.index()] = if there { Fate::Same } else { Fate::Absent };
                continue;
            }
            let decided = match current {
                Some(current) if !current.is_gone() => self.existing(node, current),
                Some(gone) if self.stays_away(node, gone) => Ok(None),
                gone => self.create(node, gone).map(Some),
            };
            match decided {
                Ok(decision) => self.remember(node, decision),
                Err(error) => {
                    // Later ones are looked at as if it were there, so that all problems are found at once.
                    self.fates[node.index()] = Fate::New;
                    self.problems.push(self.invalid(node, error));
                }
            }
        }
    }

    /// Whether the author accepts that somebody else has deleted it. What it gave is still known to what refers to it.
    fn stays_away(&mut self, node: NodeIndex, gone: Current<'a>) -> bool {
        let Node {
            address,
            declaration,
            ..
        } = self.graph.node(node);
        let accepted = declaration.options.vanished == Vanished::Forget;
        if !accepted || gone.is_moved_to(address) || self.inputs.replace.contains(address) {
            return false;
        }
        self.notes.push(Note {
            address: address.clone(),
            text: "AWS does not have it any more, and its declaration accepts that; `--replace` makes it again".to_owned(),
            source: None,
        });
        true
    }

    fn remember(&mut self, node: NodeIndex, decision: Option<Decision>) {
        let goes_first = decision
            .as_ref()
            .is_some_and(|decision| decision.act == Act::Replace(ReplaceOrder::DeleteFirst));
        if goes_first && self.graph.node(node).schema.held_by.is_some() {
            let current = self.world.declared(node);
            self.first_of_all.extend(current.map(|current| current.at));
        }
        let unfinished = self.is_unfinished(node);
        self.fates[node.index()] = match decision.as_ref().map(|decision| &decision.act) {
            Some(Act::Create | Act::Replace(_)) => Fate::New,
            Some(Act::Update { .. }) => Fate::Updated,
            _ if unfinished => Fate::Unfinished,
            _ => Fate::Same,
        };
        if let Some(decision) = decision {
            self.decisions.insert(node, decision);
        }
    }

    fn create(
        &mut self,
        node: NodeIndex,
        gone: Option<Current<'a>>,
    ) -> Result<Decision, EvaluateError> {
        let Node {
            address,
            declaration,
            schema,
        } = self.graph.node(node);
        let generation = self.world.next_generation(node, address);
        let mut spec = resolve(declaration, schema, &self.document.default_tags, self)?;
        self.name(node, &mut spec, generation);
        Ok(Decision {
            act: Act::Create,
            generation,
            place: self.place(node),
            fields: sent(&spec),
            spec: CanonicalJson::of(&spec),
            depends_on: self.depends_on(node),
            reason: match gone {
                Some(_) => Reason::Vanished,
                None => Reason::Declared,
            },
            physical_id: None,
            moved_from: moved_from(gone, address),
        })
    }

    /// Whether nothing at all is to be done about it, as far as that can be told without parsing a spec.
    fn stands(&self, node: NodeIndex, current: Current<'a>) -> bool {
        let Node {
            address,
            declaration,
            schema,
        } = self.graph.node(node);
        let recorded = current.recorded;
        let declared = Declared {
            template: &declaration.spec,
            default_tags: &self.default_tags,
        };
        declaration.spec == recorded.template
            && declaration.kind == recorded.kind
            && declaration.options == recorded.options
            && recorded.unfinished.is_empty()
            && !self.is_unfinished(node)
            && !current.is_moved_to(address)
            && !self.is_asked(node)
            && is_placed(
                declaration,
                self.document,
                self.inputs.home(),
                &recorded.place,
            )
            && self.same_dependencies(node, &recorded.depends_on)
            && stands(
                schema,
                declared,
                &recorded.applied,
                current.properties(),
                &|address, output| self.standing_output(address, output),
            )
    }

    /// The text of an output that does not change in this plan.
    fn standing_output(&self, address: &str, output: &str) -> Option<Cow<'a, str>> {
        let Some(node) = self.graph.find(address) else {
            return self.inputs.lookups.get(address)?.get(output).map(written);
        };
        let same = self.fates[node.index()] == Fate::Same;
        self.world.declared(node).filter(|_| same)?.output(output)
    }

    fn existing(
        &mut self,
        node: NodeIndex,
        current: Current<'a>,
    ) -> Result<Option<Decision>, EvaluateError> {
        let Node {
            address,
            declaration,
            schema,
        } = self.graph.node(node);
        let recorded = current.recorded;
        if self.stands(node, current) {
            return Ok(None);
        }
        let mut desired = resolve(declaration, schema, &self.document.default_tags, self)?;
        let applied = recorded.applied.to_value();
        let observed = current.properties().map(CanonicalJson::to_value);
        let observed = observed.as_ref();
        let named = self.keep_name(node, current, &mut desired, &applied);
        let driven = self.keep_driven(node, &mut desired, &applied, observed);
        let sides = Sides {
            desired: &desired,
            applied: &applied,
            observed,
        };
        let mut found = diff(schema, sides, &declaration.options.owned_elsewhere);
        let place = self.place(node);
        found
            .fields
            .extend(relocation(declaration, current, &place));
        if found.properties.iter().any(|name| is_place(schema, name))
            && let Some(property) = self.moves_away(node, current)
        {
            for field in &mut found.fields {
                let top = field.path.split(['.', '[']).next();
                field.replaces |= top == Some(property);
            }
        }
        if self.is_asked(node) || found.replaces() {
            let before = applied;
            return Ok(Some(
                self.replace(node, current, desired, &before, named, found, place),
            ));
        }
        let notes = found.notes.drain(..).map(|text| Note {
            address: address.clone(),
            text,
            source: None,
        });
        self.notes.extend(notes);
        let moved_from = moved_from(Some(current), address);
        let depends_on = self.depends_on(node);
        let redeclared = declaration.spec != recorded.template
            || declaration.options != recorded.options
            || place != recorded.place
            || !self.same_dependencies(node, &recorded.depends_on);
        let unfinished = add_unfinished(schema, &mut found, recorded, observed, &desired);
        self.restore_driven(node, current, driven, &mut desired, &found);
        let act = if !found.fields.is_empty() {
            let before = authored(schema, &desired, &applied, observed);
            reset_removed(schema, &mut desired, &applied, &found.properties);
            Act::Update {
                before: CanonicalJson::of(&before),
                properties: std::mem::take(&mut found.properties),
            }
        } else if redeclared {
            Act::Redeclare
        } else if moved_from.is_some() || self.is_unfinished(node) {
            Act::Stay
        } else {
            return Ok(None);
        };
        let observed = observed.filter(|_| matches!(act, Act::Update { .. }));
        let owned = &declaration.options.owned_elsewhere;
        let wanted = desired.clone();
        settle(schema, &mut desired, &applied, observed, owned);
        restore_unfinished(&mut desired, &wanted, &recorded.unfinished);
        Ok(Some(Decision {
            reason: match act {
                Act::Update { .. } if !unfinished => self.reason(node, current, &found),
                _ => Reason::Unfinished,
            },
            act,
            generation: recorded.generation,
            place,
            spec: CanonicalJson::of(&desired),
            depends_on,
            fields: found.fields,
            physical_id: Some(recorded.physical_id.clone()),
            moved_from,
        }))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "everything that was found out about the resource"
    )]
    fn replace(
        &mut self,
        node: NodeIndex,
        current: Current<'a>,
        mut desired: Value,
        applied: &Value,
        named: bool,
        mut found: Diff,
        place: Place,
    ) -> Decision {
        let Node {
            address,
            declaration,
            schema,
        } = self.graph.node(node);
        let recorded = current.recorded;
        let generation = self.world.next_generation(node, address);
        let order = self.replace_order(node, current, &desired, applied);
        let kept = matches!(schema.old_generations, OldGenerations::Kept(_));
        if declaration.options.protect {
            self.problems
                .push(protected(address, &self.graph.node(node), &found.fields));
        }
        let beside = order == ReplaceOrder::CreateFirst
            && recorded.kind == declaration.kind
            && recorded.place == place;
        let occupied = beside
            .then(|| clash(schema, &desired, applied, &|value| self.is_apart(value)))
            .flatten();
        if let Some(occupied) = occupied {
            self.problems
                .push(taken(&self.graph.node(node), occupied.properties));
        }
        if let Some((field, rule)) = schema.physical_name() {
            let before = applied.get(field.name).cloned();
            if named {
                let clash = beside
                    && !kept
                    && !schema.is_unique_within(field.name)
                    && before.as_ref() == desired.get(field.name);
                if clash {
                    self.problems
                        .push(name_taken(&self.graph.node(node), field.name));
                }
            } else if !kept {
                let name = Value::from(self.naming().name(rule, address, generation));
                found.fields.retain(|change| change.path != field.name);
                found.fields.push(FieldChange {
                    path: field.name.to_owned(),
                    before,
                    after: Some(name.clone()),
                    replaces: false,
                    drift: false,
                });
                if let Some(spec) = desired.as_object_mut() {
                    spec.insert(field.name.to_owned(), name);
                }
            }
        }
        let asked = self.inputs.replace.contains(address);
        let follows = self.following.get(&node);
        Decision {
            act: Act::Replace(order),
            generation,
            place,
            spec: CanonicalJson::of(&desired),
            depends_on: self.depends_on(node),
            reason: match follows {
                _ if asked => Reason::Asked,
                Some(owners) => Reason::Dependency {
                    addresses: owners.iter().cloned().collect(),
                },
                None => self.reason(node, current, &found),
            },
            fields: found.fields,
            physical_id: Some(recorded.physical_id.clone()),
            moved_from: moved_from(Some(current), address),
        }
    }

    fn reason(&self, node: NodeIndex, current: Current<'a>, found: &Diff) -> Reason {
        if !found.fields.is_empty() && found.fields.iter().all(|field| field.drift) {
            return Reason::Drifted;
        }
        let declaration = self.graph.node(node).declaration;
        if declaration.spec != current.recorded.template {
            return Reason::Changed;
        }
        let template = declaration.spec.to_value();
        let mut addresses = BTreeSet::new();
        for field in found.fields.iter().filter(|field| !field.drift) {
            let end = field.path.find(['.', '[']).unwrap_or(field.path.len());
            if let Some(property) = template.get(&field.path[..end]) {
                each_reference(property, &mut |address, _| {
                    addresses.extend(Address::parse(address));
                });
            }
        }
        // Where something among them changes in this plan, that is why; otherwise what changed before.
        let changing: Vec<_> = addresses
            .iter()
            .filter(|address| {
                self.graph
                    .find(address.as_str())
                    .is_some_and(|on| matches!(self.fates[on.index()], Fate::New | Fate::Updated))
            })
            .cloned()
            .collect();
        match (changing.is_empty(), addresses.is_empty()) {
            (false, _) => Reason::Dependency {
                addresses: changing,
            },
            (true, false) => Reason::Dependency {
                addresses: addresses.into_iter().collect(),
            },
            (true, true) => Reason::Changed,
        }
    }

    /// Gives a spec without a name the one of this generation.
    fn name(&self, node: NodeIndex, spec: &mut Value, generation: u32) {
        let Node {
            address, schema, ..
        } = self.graph.node(node);
        if let (Some((field, rule)), Some(spec)) = (schema.physical_name(), spec.as_object_mut()) {
            spec.entry(field.name)
                .or_insert_with(|| Value::from(self.naming().name(rule, address, generation)));
        }
    }

    /// Keeps the name that the engine once made; gives whether the author names the resource.
    fn keep_name(
        &self,
        node: NodeIndex,
        current: Current<'a>,
        desired: &mut Value,
        applied: &Value,
    ) -> bool {
        let Node {
            address,
            declaration,
            schema,
        } = self.graph.node(node);
        let (Some((field, rule)), Some(spec)) = (schema.physical_name(), desired.as_object_mut())
        else {
            return false;
        };
        if spec.contains_key(field.name) {
            return true;
        }
        let template = &current.recorded.template;
        let was_named =
            *template != declaration.spec && template.to_value().get(field.name).is_some();
        let name = match applied.get(field.name) {
            Some(name) if !was_named => name.clone(),
            _ => Value::from(self.naming().name(
                rule,
                address,
                self.world.next_generation(node, address),
            )),
        };
        spec.insert(field.name.to_owned(), name);
        false
    }

    /// Takes AWS's part of what it changes on behalf of other resources from what it has; gives the author's own values of these properties.
    fn keep_driven(
        &self,
        node: NodeIndex,
        desired: &mut Value,
        applied: &Value,
        observed: Option<&Value>,
    ) -> Vec<(Driven, Value)> {
        let driven = self.drivers.at(self.graph.node(node).address).iter();
        let kept = driven.filter_map(|driven| {
            let own = driven.keep(desired, applied, observed?)?;
            Some((driven.clone(), own))
        });
        kept.collect()
    }

    /// Records the author's own value where nothing is sent, so that the author's next change can be told from AWS's; says so where the author
    /// changed it now.
    fn restore_driven(
        &mut self,
        node: NodeIndex,
        current: Current<'a>,
        driven: Vec<(Driven, Value)>,
        desired: &mut Value,
        found: &Diff,
    ) {
        let Node {
            address,
            declaration,
            ..
        } = self.graph.node(node);
        for (driven, own) in driven {
            if found.properties.iter().any(|name| name == driven.property) {
                continue;
            }
            let written = |spec: &CanonicalJson| spec.member(driven.property).map(str::to_owned);
            if written(&declaration.spec) != written(&current.recorded.template) {
                self.notes.push(Note {
                    address: address.clone(),
                    text: driven.note(),
                    source: None,
                });
            }
            if let Some(spec) = desired.as_object_mut() {
                spec.insert(driven.property.to_owned(), own);
            }
        }
    }

    fn naming(&self) -> Naming<'a> {
        let snapshot = self.inputs.snapshot;
        Naming {
            stack: &snapshot.stack,
            environment: &snapshot.environment,
            lineage: &snapshot.lineage,
        }
    }

    pub(crate) fn place(&self, node: NodeIndex) -> Place {
        let declaration = self.graph.node(node).declaration;
        place(declaration, self.document, self.inputs.home())
    }

    // In order of addresses, which is that of the nodes.
    fn depends_on(&self, node: NodeIndex) -> Vec<Address> {
        let dependencies = self.graph.dependencies(node).into_iter();
        dependencies
            .map(|(on, _)| self.graph.node(on).address.clone())
            .collect()
    }

    fn same_dependencies(&self, node: NodeIndex, recorded: &[Address]) -> bool {
        let wanted = self.graph.dependencies(node).into_iter();
        let wanted = wanted.map(|(on, _)| self.graph.node(on).address);
        let mut recorded: Vec<_> = recorded.iter().map(|on| self.world.now(on)).collect();
        recorded.sort_unstable();
        recorded.dedup();
        wanted.eq(recorded)
    }

    fn is_unfinished(&self, node: NodeIndex) -> bool {
        let waits = self.graph.node(node).schema.waits;
        let farthest = waits.iter().max().copied().unwrap_or(Wait::Exists);
        self.world
            .declared(node)
            .is_some_and(|current| current.recorded.waited < farthest)
    }

    fn invalid(&self, node: NodeIndex, error: EvaluateError) -> Diagnostic {
        let Node {
            address,
            declaration,
            ..
        } = self.graph.node(node);
        let code = match error {
            EvaluateError::NoSecret(_) => codes::SECRET_MISSING,
            _ => codes::EXPRESSION_INVALID,
        };
        Diagnostic::error(code, format!("`{address}` cannot be resolved: {error}"))
            .at(&declaration.source, "declared here")
    }
}

fn moved_from(current: Option<Current<'_>>, address: &Address) -> Option<Address> {
    current
        .filter(|current| current.is_moved_to(address))
        .map(|current| current.at.clone())
}

/// Everything that a create sends.
fn sent(spec: &Value) -> Vec<FieldChange> {
    let properties = spec.as_object().into_iter().flatten();
    let mut fields: Vec<_> = properties
        .map(|(name, value)| FieldChange {
            path: name.clone(),
            before: None,
            after: Some(value.clone()),
            replaces: false,
            drift: false,
        })
        .collect();
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    fields
}

/// Another kind, account or region needs a new generation.
fn relocation(
    declaration: &windlass::document::Declaration,
    current: Current<'_>,
    place: &Place,
) -> Vec<FieldChange> {
    let recorded = current.recorded;
    let sides = [
        ("Type", Some(&recorded.kind), Some(&declaration.kind)),
        (
            "Account",
            recorded.place.account.as_ref(),
            place.account.as_ref(),
        ),
        (
            "Region",
            recorded.place.region.as_ref(),
            place.region.as_ref(),
        ),
    ];
    sides
        .into_iter()
        .filter(|(_, before, after)| before.is_some() && before != after)
        .map(|(path, before, after)| FieldChange {
            path: path.to_owned(),
            before: before.map(|text| Value::from(text.as_str())),
            after: after.map(|text| Value::from(text.as_str())),
            replaces: true,
            drift: false,
        })
        .collect()
}

fn protected(address: &Address, node: &Node<'_>, fields: &[FieldChange]) -> Diagnostic {
    let because: Vec<_> = fields
        .iter()
        .filter(|field| field.replaces)
        .map(|field| format!("`{}`", field.path))
        .collect();
    let because = if because.is_empty() {
        "as asked".to_owned()
    } else {
        format!("because of {}", because.join(", "))
    };
    Diagnostic::error(
        codes::PROTECTED,
        format!("`{address}` is protected, and would be replaced {because}"),
    )
    .at(&node.declaration.source, "protected here")
    .help("take the change back, or take `.protect()` away if the resource may be lost")
}

fn name_taken(node: &Node<'_>, property: &str) -> Diagnostic {
    let message = format!(
        "`{}` is replaced, and its new generation would need the fixed `{property}` while the old one still has it",
        node.address
    );
    Diagnostic::error(codes::NAME_FIXED, message)
        .at(&node.declaration.source, "named here")
        .help("leave the name to the engine, give another one, or delete first: `.replace_order(ReplaceOrder::DeleteFirst)`")
}

fn taken(node: &Node<'_>, properties: &[&str]) -> Diagnostic {
    let property = properties.last().copied().unwrap_or_default();
    let message = format!(
        "`{}` is replaced, and its new generation would need the same `{property}` while the old one still has it",
        node.address
    );
    Diagnostic::error(codes::NAME_FIXED, message)
        .at(&node.declaration.source, "declared here")
        .help(format!("give it another `{property}`; or delete first, with `.replace_order(ReplaceOrder::DeleteFirst)`, once nothing uses it"))
}
