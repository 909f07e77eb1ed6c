//! The three answers to how far something has got. Not here: AWS's states, which differ by kind.

use windlass_engine::provider::{Failure, Outputs, Progress};

/// Not there yet.
pub fn pending(status: &str) -> Progress {
    Progress::Pending {
        status: status.to_owned(),
        events: Vec::new(),
    }
}

/// There.
pub fn reached(outputs: Outputs) -> Progress {
    Progress::Reached { outputs }
}

/// It will not get there, for the reason that AWS gives.
pub fn failed(summary: &str, cause: Option<&str>) -> Progress {
    let cause = cause.map(|cause| ("cause".to_owned(), cause.to_owned()));
    Progress::Failed(Failure {
        summary: summary.to_owned(),
        details: cause.into_iter().collect(),
        rolled_back: false,
    })
}
