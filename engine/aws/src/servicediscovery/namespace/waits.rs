//! The progress of a namespace: created, changed, or gone together with its name.

use aws_sdk_servicediscovery::types::{
    FilterCondition, Namespace, Operation, OperationFilter, OperationFilterName, OperationStatus,
};
use windlass_engine::provider::Failure;

use super::{Creations, Stand, attributes, get, stand};
use crate::prelude::*;

/// Namespaces by id, one call for each: such a call shows a deletion at once.
struct Each;

impl Single for Each {
    type Key = String;
    type Item = Namespace;

    async fn ask(clients: &Clients, id: &String) -> Result<Option<Namespace>> {
        get(clients, id).await
    }
}

/// Namespaces in deletion, by id: those that Cloud Map still shows, and those whose deletion is still in progress. Until the deletion ends, the name
/// is taken in the VPC, and a namespace of the same name fails with `ConflictingDomainExists` (docker/ecs-plugin#186).
struct Leaving;

impl Single for Leaving {
    type Key = String;
    type Item = ();

    async fn ask(clients: &Clients, id: &String) -> Result<Option<()>> {
        if get(clients, id).await?.is_some() {
            return Ok(Some(()));
        }
        let filter = |name: OperationFilterName, value: &str| {
            let filter = OperationFilter::builder().name(name).values(value);
            let filter = filter.condition(FilterCondition::Eq).build();
            filter.expect("a filter with name and values is whole")
        };
        let call = clients.servicediscovery().list_operations();
        let call = call
            .filters(filter(OperationFilterName::NamespaceId, id))
            .filters(filter(OperationFilterName::Type, "DELETE_NAMESPACE"));
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.named("servicediscovery:ListOperations")?;
            let mut operations = page.operations.iter().flatten();
            let at_work = [OperationStatus::Submitted, OperationStatus::Pending];
            if operations.any(|one| one.status.as_ref().is_some_and(|is| at_work.contains(is))) {
                return Ok(Some(()));
            }
        }
        Ok(None)
    }
}

/// The operation that creates a namespace, if no read has seen the namespace complete.
fn unfinished(outputs: &Outputs) -> Option<String> {
    let create = outputs.get("CreateOperation")?.as_str()?.to_owned();
    (!outputs.contains_key("Arn")).then_some(create)
}

/// The question that shows the progress of a namespace.
enum Question {
    Each(String),
    Leaving(String),
    Creation((String, Option<String>)),
}

fn question(physical_id: &str, outputs: &Outputs, until: Until) -> Question {
    let create = unfinished(outputs).filter(|_| until != Until::Gone);
    match (create, stand(physical_id, outputs)) {
        (Some(create), Stand::Namespace(id)) => Question::Creation((create, Some(id))),
        (None, Stand::Namespace(id)) if until == Until::Gone => Question::Leaving(id),
        (None, Stand::Namespace(id)) => Question::Each(id),
        (_, Stand::Operation(id)) => Question::Creation((id, None)),
    }
}

/// Adds the question that shows the progress of a namespace.
pub fn want_progress(physical_id: &str, outputs: &Outputs, until: Until, wants: &mut Wants) {
    match question(physical_id, outputs, until) {
        Question::Each(id) => wants.want::<Each>(id),
        Question::Leaving(id) => wants.want::<Leaving>(id),
        Question::Creation(key) => wants.want::<Creations>(key),
    }
}

/// The progress of a namespace. `settled` returns whether the namespace shows what was last sent, because changes take effect in the background too.
pub fn progress(
    physical_id: &str,
    outputs: &Outputs,
    until: Until,
    answers: &Answers,
    settled: impl Fn(&Namespace) -> bool,
) -> Result<Progress> {
    let (creation, namespace) = match question(physical_id, outputs, until) {
        Question::Leaving(id) => {
            return Ok(match answers.get::<Leaving>(&id)? {
                Some(()) => pending("being removed"),
                None => reached(Outputs::new()),
            });
        }
        Question::Each(id) => (None, answers.get::<Each>(&id)?),
        Question::Creation(key) => (answers.get::<Creations>(&key)?, None),
    };
    let operation = creation.and_then(|creation| creation.operation.as_ref());
    let made = creation.and_then(|creation| creation.namespace.as_ref());
    let namespace = namespace.or(made);
    let state = operation.and_then(|operation| operation.status.as_ref());
    Ok(match (until, namespace, state) {
        (Until::Gone, Some(_), _) => pending("being removed"),
        (Until::Gone, None, _) => reached(Outputs::new()),
        (_, _, Some(OperationStatus::Fail)) => failed(operation),
        (_, Some(namespace), None | Some(OperationStatus::Success)) if settled(namespace) => {
            reached(attributes(namespace))
        }
        (_, Some(_), None | Some(OperationStatus::Success)) => pending("a change is taking effect"),
        (_, _, Some(state)) => pending(&state.as_str().to_lowercase()),
        (_, None, None) => pending("not visible yet"),
    })
}

fn failed(operation: Option<&Operation>) -> Progress {
    let cause = operation.and_then(|operation| {
        let said = [&operation.error_code, &operation.error_message];
        let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
        (!said.is_empty()).then(|| said.join(": "))
    });
    let is_taken = cause
        .as_ref()
        .is_some_and(|cause| cause.contains("ConflictingDomainExists"));
    let help = is_taken.then(|| {
        "another private hosted zone of the VPC has that name. If a namespace has just been deleted, run the same again in a minute"
            .to_owned()
    });
    let words = ["cause", "help"].into_iter().zip([cause, help]);
    Progress::Failed(Failure {
        summary: "AWS Cloud Map could not make the namespace".to_owned(),
        details: words
            .filter_map(|(word, text)| Some((word.to_owned(), text?)))
            .collect(),
        rolled_back: true,
    })
}
