//! Lookups: questions about existing resources, answered once and pinned in the state until the user refreshes them.
//!
//! Not here: outputs of other stacks, whose states the caller reads.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::codes;
use windlass::diagnostics::Diagnostic;
use windlass::document::{Document, LookupDeclaration, LookupQuery, Place};
use windlass::expr::Expr;
use windlass_state::snapshot::Pin;

use crate::clock::Clock;
use crate::provider::{Outputs, Provider, ProviderError};
use crate::run::read;

/// Answers by lookup.
pub type Answers = BTreeMap<Address, Outputs>;

/// The answers that planning needs, and the pins that are not in the state yet.
#[derive(Debug, Default)]
pub(crate) struct Answered {
    pub answers: Answers,
    pub new: BTreeMap<Address, Pin>,
}

/// Answers every lookup: from a pin with the same question, from answers that the caller knows, or by asking AWS.
pub(crate) async fn answer(
    provider: &dyn Provider,
    clock: &dyn Clock,
    document: &Document,
    pins: &BTreeMap<Address, Pin>,
    known: &Answers,
) -> Result<Answered, Vec<Diagnostic>> {
    let mut answered = Answered::default();
    let mut left: BTreeMap<_, _> = document.lookups.iter().collect();
    let mut problems = Vec::new();
    while !left.is_empty() {
        let ready: Vec<_> = left
            .iter()
            .filter_map(|(address, declaration)| {
                let query = filled(&declaration.query, &answered.answers)?;
                Some((*address, *declaration, query))
            })
            .collect();
        if ready.is_empty() {
            // The stack's own checks have reported the lookups that these wait for.
            break;
        }
        let asked = ready.iter().map(|(address, declaration, query)| async {
            let place = within(declaration, document);
            let question = asked(query, &place);
            let pinned = pins.get(*address).filter(|pin| pin.question == question);
            let outputs = match (known.get(*address), pinned) {
                (Some(known), _) => Ok(known.clone()),
                (None, Some(pin)) => Ok(pin.outputs.clone()),
                (None, None) => ask(provider, clock, address, declaration, &place, query).await,
            };
            (question, outputs)
        });
        let asked = join_all(asked).await;
        for ((address, _, _), (question, outputs)) in ready.into_iter().zip(asked) {
            left.remove(address);
            match outputs {
                Ok(outputs) => answered.take(address, question, outputs, pins),
                Err(problem) => problems.push(*problem),
            }
        }
    }
    if problems.is_empty() {
        Ok(answered)
    } else {
        Err(problems)
    }
}

impl Answered {
    fn take(
        &mut self,
        address: &Address,
        question: CanonicalJson,
        outputs: Outputs,
        pins: &BTreeMap<Address, Pin>,
    ) {
        let pin = Pin {
            question,
            outputs: outputs.clone(),
        };
        if pins.get(address) != Some(&pin) {
            self.new.insert(address.clone(), pin);
        }
        self.answers.insert(address.clone(), outputs);
    }
}

async fn ask(
    provider: &dyn Provider,
    clock: &dyn Clock,
    address: &Address,
    declaration: &LookupDeclaration,
    place: &Place,
    query: &LookupQuery,
) -> Result<Outputs, Box<Diagnostic>> {
    let answer = read(clock, address.as_str(), || provider.lookup(place, query)).await;
    let problem = match answer {
        Ok(Some(outputs)) => return Ok(outputs),
        Ok(None) => empty(address, place, query),
        Err(error) => refused(address, query, &error),
    };
    Err(Box::new(problem.at(&declaration.source, "asked for here")))
}

fn empty(address: &Address, place: &Place, query: &LookupQuery) -> Diagnostic {
    let region = place.region.as_deref();
    Diagnostic::error(
        codes::LOOKUP_EMPTY,
        format!(
            "nothing fits the lookup `{address}`: it asks for {query}, in {}",
            region.unwrap_or("the region of the credentials")
        ),
    )
}

fn refused(address: &Address, query: &LookupQuery, error: &ProviderError) -> Diagnostic {
    let problem = Diagnostic::error(
        codes::LOOKUP_FAILED,
        format!("the lookup `{address}` asks for {query}, and was not answered: {error}"),
    );
    match error.way_out() {
        Some(way_out) => problem.help(way_out),
        None => problem,
    }
}

fn within(declaration: &LookupDeclaration, document: &Document) -> Place {
    let default = &document.place;
    match &declaration.place {
        None => default.clone(),
        Some(place) => Place {
            account: place.account.clone().or_else(|| default.account.clone()),
            role: place.role.clone().or_else(|| default.role.clone()),
            region: place.region.clone().or_else(|| default.region.clone()),
        },
    }
}

/// The question of a lookup, in the form that pins contain.
#[derive(Debug, Serialize, Deserialize)]
struct Question<Q, P> {
    query: Q,
    place: P,
}

fn asked(query: &LookupQuery, place: &Place) -> CanonicalJson {
    let question = Question { query, place };
    CanonicalJson::of(&serde_json::to_value(question).expect("a question holds text keys only"))
}

/// The question that a pin answers; `None` for a question of another version.
#[must_use]
pub fn question(pin: &Pin) -> Option<(LookupQuery, Place)> {
    let question: Question<LookupQuery, Place> = pin.question.read().ok()?;
    Some((question.query, question.place))
}

// The query with the value of the lookup that it refers to; `None` while that lookup has no answer.
fn filled(query: &LookupQuery, answers: &Answers) -> Option<LookupQuery> {
    let LookupQuery::Subnets { vpc_id, tags } = query else {
        return Some(query.clone());
    };
    let expression = serde_json::from_str::<Value>(vpc_id).ok();
    let expression = expression.and_then(|value| Expr::of(&value).ok().flatten());
    let vpc_id = match expression {
        Some(Expr::Ref { address, output }) => {
            answers.get(&address)?.get(&output)?.as_str()?.to_owned()
        }
        _ => vpc_id.clone(),
    };
    Some(LookupQuery::Subnets {
        vpc_id,
        tags: tags.clone(),
    })
}

#[cfg(test)]
mod tests {
    use crate::provider::ErrorClass;

    use super::*;
    use crate::provider::ClassedBy;

    #[test]
    fn a_lookup_that_fails_says_what_it_asked_where_and_what_aws_said() {
        let at = Address::parse("ami").expect("an address");
        let query = LookupQuery::SsmParameter {
            name: "/aws/service/ecs/ami".to_owned(),
            member: Some("image_id".to_owned()),
        };
        let place = Place {
            region: Some("eu-west-1".to_owned()),
            ..Place::default()
        };
        assert_eq!(
            empty(&at, &place, &query).message,
            "nothing fits the lookup `ami`: it asks for the member `image_id` of the parameter `/aws/service/ecs/ami`, in eu-west-1"
        );
        let denied = ProviderError {
            class: ErrorClass::Denied,
            classed_by: ClassedBy::SharedTable,
            operation: "ssm:GetParameter".to_owned(),
            code: Some("AccessDeniedException".to_owned()),
            message: "no".to_owned(),
            request_id: Some("r-1".to_owned()),
        };
        let problem = refused(&at, &query, &denied);
        for part in [
            "`ami`",
            "`/aws/service/ecs/ami`",
            "ssm:GetParameter",
            "AccessDeniedException",
        ] {
            assert!(problem.message.contains(part), "{}", problem.message);
        }
        let help = problem.help.unwrap_or_default();
        assert!(help.contains("allow `ssm:GetParameter`"), "{help}");
    }
}
