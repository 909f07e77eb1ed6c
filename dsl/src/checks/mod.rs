//! Checks that need the whole stack: one file per concern. They report all problems together.
//!
//! Not here: problems that one spec shows by itself, which its kind's `check` reports.

mod accounts;
mod balancing;
mod declared;
mod discovery;
mod ecs;
mod launch_templates;
mod names;
mod network;
mod owned;
mod references;
mod roles;
mod scaling;
mod security_group_rules;
mod tags;

use crate::document::Document;

/// Runs every check and adds the results to the document's problems.
pub fn across_resources(document: &mut Document) {
    let checks: &[fn(&Document) -> Vec<crate::diagnostics::Diagnostic>] = &[
        accounts::allowed,
        references::dangling,
        names::taken,
        owned::elsewhere,
        balancing::all,
        discovery::all,
        network::wiring,
        ecs::services,
        ecs::capacity,
        ecs::owned_by_code_deploy,
        ecs::readable_secrets,
        roles::attached_twice,
        roles::inline_twice,
        roles::trusting_nobody,
        roles::not_for_instances,
        scaling::targets_twice,
        scaling::services_by_text,
        scaling::policies_without_target,
        scaling::policies_twice,
        tags::acceptable,
        security_group_rules::one_owner,
        launch_templates::fit_their_groups,
    ];
    let found: Vec<_> = checks.iter().flat_map(|check| check(document)).collect();
    document.problems.extend(found);
}
