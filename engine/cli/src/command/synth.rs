//! `synth` and `check`: what the stack declares, and whether it passes the checks. Neither needs credentials, except those of the state's store.

use windlass::diagnostics::{Diagnostic, Severity};
use windlass::document::Document;
use windlass::request::Request;

use crate::arguments::Building;
use crate::cloud::{Wanted, region};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::program;
use crate::render;
use crate::stack::Stack;

/// The document without credentials: its zones are those that the state has pinned, or `a`, `b` and `c` of the region.
pub async fn offline(stack: &Stack, building: &Building) -> Result<Document, Failure> {
    let snapshot = stack.state(&building.which).await?;
    let pinned = snapshot
        .as_ref()
        .and_then(|snapshot| snapshot.binding.as_ref())
        .map(|binding| binding.region().to_owned());
    let wanted = Wanted {
        local: building.which.local,
        region: building.program.region.clone().or(pinned),
        profile: building.which.kept.profile.clone(),
        ..Wanted::default()
    };
    // Only the names of zones need a region, and without credentials none may be configured.
    let region = region(&wanted)
        .await
        .unwrap_or_else(|_| "us-east-1".to_owned());
    let mut request = Request {
        environment: building.which.env.clone(),
        parameters: building.program.parameters(),
        ..Request::offline(&region)
    };
    if let Some(zones) = snapshot.and_then(|snapshot| snapshot.zones.get(&region).cloned()) {
        request.zones = zones;
    }
    program::document(&stack.program()?, &request)
}

/// `synth`.
pub async fn synth(stack: &Stack, building: &Building) -> Result<Exit, Failure> {
    let document = offline(stack, building).await?;
    render::document(&document);
    verdict(document)?;
    Ok(Exit::Done)
}

/// `check`.
pub async fn check(stack: &Stack, building: &Building) -> Result<Exit, Failure> {
    let mut document = offline(stack, building).await?;
    // Problems that only planning can find, such as cycles.
    document
        .problems
        .extend(windlass_plan::check(&document, &windlass::aws::schema));
    let resources = document.resources.len();
    let warnings = verdict(document)?;
    if building.json {
        render::json::print(&serde_json::json!({"resources": resources, "problems": warnings}));
    } else {
        render::problems(&warnings);
        let found = match warnings.len() {
            0 => "no problems".to_owned(),
            many => render::count(many, "warning"),
        };
        crate::render::tell!("{}, {found}.", render::count(resources, "resource"));
    }
    Ok(Exit::Done)
}

/// The warnings, if there are no errors.
fn verdict(document: Document) -> Result<Vec<Diagnostic>, Failure> {
    if document
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(Failure::problems(document.problems));
    }
    Ok(document.problems)
}
