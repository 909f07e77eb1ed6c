//! AWS's error answers: the texts that its services were seen or documented to answer, and the class of each answer for the engine.
//!
//! The rows are facts with sources. A test gives each row to the tables that classify answers for the engine, and every line of those tables has a
//! row here. The simulated cloud and the local cloud refuse with these codes and texts. Not here: the tables (`Lifecycle::WORDINGS` of each kind in
//! `engine/aws`).

use windlass_engine::provider::ErrorClass;

mod applicationautoscaling;
mod autoscaling;
mod ec2;
mod ecs;
mod elasticloadbalancingv2;
mod every_service;
mod iam;
mod logs;
mod secretsmanager;
mod servicediscovery;

/// One answer of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The kind whose call it answers, by CloudFormation type name.
    pub kind: &'static str,
    /// The operation with IAM's name, such as `ec2:ReleaseAddress`.
    pub operation: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The error code.
    pub code: &'static str,
    /// The observed message, with invented identifiers. Empty where the source documents only the code.
    pub message: &'static str,
    /// The engine's class for it.
    pub class: ErrorClass,
    /// The source: `owner/repository#number` of the report, or the page that documents it.
    pub source: &'static str,
}

/// The rows of all services.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [
        every_service::ROWS,
        ec2::ROWS,
        elasticloadbalancingv2::ROWS,
        iam::ROWS,
        logs::ROWS,
        secretsmanager::ROWS,
        ecs::ROWS,
        autoscaling::ROWS,
        applicationautoscaling::ROWS,
        servicediscovery::ROWS,
    ]
    .into_iter()
    .flatten()
}

/// The first row of a kind's operation with this code, for a simulation that refuses as AWS does.
///
/// # Panics
/// There is no such row. The author of the refusal has to add it, with its source.
pub fn row(kind: &str, operation: &str, code: &str) -> &'static Row {
    all()
        .find(|row| row.kind == kind && row.operation == operation && row.code == code)
        .unwrap_or_else(|| panic!("no row for {kind}, {operation}, {code}"))
}

/// A row, in the order of [`Row`]'s fields.
const fn said(
    kind: &'static str,
    operation: &'static str,
    status: u16,
    code: &'static str,
    message: &'static str,
    class: ErrorClass,
    source: &'static str,
) -> Row {
    Row {
        kind,
        operation,
        status,
        code,
        message,
        class,
        source,
    }
}
