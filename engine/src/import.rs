//! Import: records an existing resource as ours after comparing it with its declaration. It changes nothing in AWS.
//!
//! The import finds all problems before it records anything. Not here: which identifier a kind takes, which its schema says.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::document::Document;
use windlass_plan::Inputs;
use windlass_plan::claim::{Claim, Claims, Compared};
use windlass_plan::observation::{Observation, Observations};
use windlass_plan::plan::FieldChange;
use windlass_state::record::{HistoryLine, Operation, Settlement};
use windlass_state::snapshot::Snapshot;

use crate::amend::Amendment;
use crate::identifier::in_words;
use crate::observe::observe_all;
use crate::provider::{Outputs, Target};
use crate::recorder::Recorder;
use crate::recover::recover;
use crate::session::{Goal, Session, SessionError, admit, secrets, settlements};

/// A resource to import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The address of its declaration.
    pub address: Address,
    /// AWS's identifier, in the form that the kind takes.
    pub id: String,
}

/// The result of an import.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Imported {
    /// The resource.
    pub address: Address,
    /// CloudFormation type name.
    pub kind: String,
    /// AWS's identifier.
    pub physical_id: String,
    /// The differences that the next `up` changes.
    pub fields: Vec<FieldChange>,
    /// Whether the next `up` replaces the resource.
    pub replaces: bool,
    /// Differences that no update changes, and properties that AWS does not return.
    pub notes: Vec<String>,
}

/// An import in progress.
struct Candidate<'i> {
    import: &'i Import,
    claim: Claim,
    target: Target,
}

impl Session<'_> {
    /// Imports resources, in the order in which their declarations refer to each other. `replacing` says that the next `up` may replace them.
    ///
    /// # Errors
    /// See [`SessionError`]: all problems together. In that case nothing is imported.
    pub async fn import(
        &self,
        mut snapshot: Snapshot,
        goal: &Goal<'_>,
        document: &Document,
        imports: &[Import],
        replacing: bool,
    ) -> Result<Vec<Imported>, SessionError> {
        admit(&snapshot, goal)?;
        let secrets = secrets(goal, &mut snapshot)?;
        let recorder = Recorder::new(self.journal, self.clock, &self.run, snapshot);
        recover(
            self.provider,
            self.clock,
            &recorder,
            self.voice(),
            goal.document,
        )
        .await?;
        let (answers, pins) = self.lookups(&recorder, goal).await?;
        let before = recorder.read(Snapshot::clone);
        let observations = Observations::new();
        let inputs = Inputs {
            document: Some(document),
            snapshot: &before,
            observations: &observations,
            binding: &goal.binding,
            lookups: &answers,
            secrets: &secrets,
            schema: &self.schema,
            target: &[],
            replace: &[],
        };
        let claims = Claims::of(&inputs, document).map_err(SessionError::Stack)?;
        let mut importing = Importing {
            session: self,
            claims: &claims,
            after: before.clone(),
            problems: impossible(&claims, &before, imports),
            imported: Vec::new(),
            settlements: Vec::new(),
        };
        importing.run(imports, replacing).await?;
        let Importing {
            problems,
            imported,
            settlements: believed,
            ..
        } = importing;
        if !problems.is_empty() {
            return Err(SessionError::Stack(problems));
        }
        let mut all = settlements(&before, goal, pins);
        all.extend(believed);
        let changes = imported.iter().map(|imported| HistoryLine {
            address: imported.address.clone(),
            what: format!("import {}", imported.physical_id),
        });
        let amendment = Amendment {
            operation: Operation::Import,
            document: windlass_plan::fingerprint::document(Some(document)),
            summary: format!("{} imported", imported.len()),
            changes: changes.collect(),
            settlements: all,
        };
        recorder.amend(&self.who, amendment).await?;
        recorder.checkpoint().await?;
        Ok(imported)
    }
}

/// A set of imports in progress.
struct Importing<'s, 'a> {
    session: &'s Session<'s>,
    claims: &'s Claims<'a>,
    /// The snapshot after the import.
    after: Snapshot,
    problems: Vec<Diagnostic>,
    imported: Vec<Imported>,
    settlements: Vec<Settlement>,
}

impl Importing<'_, '_> {
    async fn run(&mut self, imports: &[Import], replacing: bool) -> Result<(), SessionError> {
        let wanted: BTreeMap<_, _> = imports.iter().map(|one| (&one.address, one)).collect();
        let addresses: BTreeSet<_> = wanted.keys().map(|address| (*address).clone()).collect();
        for wave in self.claims.waves(&addresses) {
            let wave = wave
                .iter()
                .filter_map(|address| wanted.get(address).copied());
            let candidates: Vec<_> = wave.filter_map(|import| self.candidate(import)).collect();
            let seen = self.look(&candidates).await?;
            for candidate in &candidates {
                let key = (
                    candidate.target.address.clone(),
                    candidate.target.generation,
                );
                match seen.get(&key) {
                    Some((
                        Observation::Present {
                            properties,
                            outputs,
                        },
                        true,
                    )) => {
                        let compared = candidate.claim.compare(properties);
                        self.take(candidate, outputs, &compared, replacing);
                    }
                    _ => self.problems.push(candidate.absent()),
                }
            }
        }
        Ok(())
    }

    fn candidate<'i>(&mut self, import: &'i Import) -> Option<Candidate<'i>> {
        // A candidate that was already refused would only be refused again.
        if self.after.resources.contains_key(&import.address) {
            return None;
        }
        let claim = match self.claims.claim(&import.address, &self.after) {
            Ok(claim) => claim,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        let target = Target {
            address: import.address.clone(),
            generation: self.after.next_generation(&import.address),
            kind: claim.schema.kind.to_owned(),
            place: claim.place.clone(),
            physical_id: import.id.clone(),
            applied: claim.identifying(),
            outputs: Outputs::new(),
            imported: true,
            since: None,
        };
        Some(Candidate {
            import,
            claim,
            target,
        })
    }

    /// Reads the candidates twice, because some properties can be read only after AWS's first answer is known. Also returns whether each resource goes
    /// by its identifier.
    async fn look(
        &self,
        candidates: &[Candidate<'_>],
    ) -> Result<BTreeMap<(Address, u32), (Observation, bool)>, SessionError> {
        let (provider, clock) = (self.session.provider, self.session.clock);
        let voice = self.session.voice();
        let first: Vec<_> = candidates.iter().map(|c| c.target.clone()).collect();
        let found: BTreeMap<_, _> = observe_all(provider, clock, voice, &first).await?;
        let second = candidates.iter().filter_map(|candidate| {
            let key = (
                candidate.target.address.clone(),
                candidate.target.generation,
            );
            match found.get(&key)? {
                Observation::Present { outputs, .. } => Some(Target {
                    applied: CanonicalJson::of(&candidate.claim.desired),
                    outputs: outputs.clone(),
                    ..candidate.target.clone()
                }),
                Observation::Missing => None,
            }
        });
        let second: Vec<_> = second.collect();
        let mut seen: BTreeMap<_, _> = observe_all(provider, clock, voice, &second).await?;
        let seen = second.iter().filter_map(|target| {
            let key = (target.address.clone(), target.generation);
            let observation = seen.remove(&key)?;
            let goes_by_it = provider.identifies(target, &observation);
            Some((key, (observation, goes_by_it)))
        });
        Ok(seen.collect())
    }

    fn take(
        &mut self,
        candidate: &Candidate<'_>,
        outputs: &Outputs,
        compared: &Compared,
        replacing: bool,
    ) {
        let Candidate {
            import,
            claim,
            target,
        } = candidate;
        let taken = self.after.everything().find(|(_, recorded)| {
            (
                recorded.kind.as_str(),
                &recorded.place,
                &recorded.physical_id,
            ) == (claim.schema.kind, &claim.place, &import.id)
        });
        if let Some((by, _)) = taken {
            let message = format!("`{}` is recorded already, as `{by}`", import.id);
            self.problems.push(refused(&message, claim).help(format!(
                "`windlass state mv {by} {}` gives it this address",
                import.address
            )));
            return;
        }
        if compared.replaces() && !replacing {
            self.problems.push(would_replace(import, claim, compared));
            return;
        }
        let lineage = self.after.lineage.clone();
        let recorded = claim.recorded(
            &lineage,
            &import.address,
            target.generation,
            &import.id,
            outputs,
            compared,
        );
        self.after
            .resources
            .insert(import.address.clone(), recorded.clone());
        self.settlements.push(Settlement::Believed {
            address: import.address.clone(),
            old: None,
            recorded: Box::new(recorded),
        });
        self.imported.push(Imported {
            address: import.address.clone(),
            kind: claim.schema.kind.to_owned(),
            physical_id: import.id.clone(),
            fields: compared.fields.clone(),
            replaces: compared.replaces(),
            notes: compared.notes.clone(),
        });
    }
}

impl Candidate<'_> {
    fn absent(&self) -> Diagnostic {
        let (kind, form) = (self.claim.schema.kind, self.claim.schema.id);
        let message = format!(
            "AWS knows no {kind} `{}` as `{}` declares it",
            self.import.id, self.import.address
        );
        let help = format!("the identifier of {kind} is its {}", in_words(form));
        refused(&message, &self.claim).help(help)
    }
}

fn refused(message: &str, claim: &Claim) -> Diagnostic {
    Diagnostic::error(codes::IMPORT_REFUSED, message).at(&claim.source, "declared here")
}

fn would_replace(import: &Import, claim: &Claim, compared: &Compared) -> Diagnostic {
    let fields = compared.fields.iter().filter(|field| field.replaces);
    let text = |value: &Option<serde_json::Value>| {
        let value = value.as_ref();
        value.map_or_else(|| "nothing".to_owned(), ToString::to_string)
    };
    let because = fields.map(|field| {
        format!(
            "`{}` is {} and declared as {}",
            field.path,
            text(&field.before),
            text(&field.after)
        )
    });
    let message = format!(
        "the next `up` would replace `{}` ({}): {}",
        import.address,
        import.id,
        because.collect::<Vec<_>>().join(", ")
    );
    refused(&message, claim)
        .help("declare it as it is, or say `--allow-replace` if it may be replaced")
}

/// Problems of the list itself, before any read.
fn impossible(claims: &Claims<'_>, snapshot: &Snapshot, imports: &[Import]) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let mut seen: BTreeSet<&Address> = BTreeSet::new();
    for Import { address, .. } in imports {
        let refused = |message: String| Diagnostic::error(codes::IMPORT_REFUSED, message);
        if !seen.insert(address) {
            problems.push(refused(format!("`{address}` is to be imported twice")));
            continue;
        }
        let Some(source) = claims.source(address) else {
            problems.push(
                refused(format!("the stack does not declare `{address}`"))
                    .help("declare it first: what is imported is compared with its declaration"),
            );
            continue;
        };
        if let Some(recorded) = snapshot.resources.get(address) {
            let message = format!("`{address}` is recorded already: {}", recorded.physical_id);
            problems.push(refused(message).at(source, "declared here").help(format!(
                "`windlass state rm {address}` forgets that; AWS keeps it"
            )));
        } else if snapshot.old.contains_key(address) {
            let message = format!("`{address}` has older generations that are still to be deleted");
            let help = "run `up` first, or forget them with `windlass state rm`";
            problems.push(refused(message).at(source, "declared here").help(help));
        }
    }
    problems
}
