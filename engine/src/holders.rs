//! Resources that keep another one from being deleted. The engine asks for them once AWS has answered "in use" for a minute, so that the user does not
//! wait a quarter of an hour to learn the cause.
//!
//! The scenario: GuardDuty puts an endpoint and a group into a VPC, another user attaches a managed policy by hand, a Lambda function keeps an
//! interface in a subnet. No call of this stack removes them. Not here: how a kind finds out, and how often the delete is sent again (`retry`).

use std::time::Duration;

use crate::events::{Event, StepRef};
use crate::provider::{ErrorClass, ProviderError, Target};
use crate::run::Run;

/// How long AWS answers "in use" before Windlass asks which resources use it, and the pause until Windlass asks again.
const AFTER: Duration = Duration::from_secs(60);

/// The maximum number of holders in a message.
const NAMED: usize = 5;

/// What one deletion knows about the resources that prevent it.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    refused: Option<Duration>,
    asked: Option<Duration>,
    found: String,
}

impl Holders {
    /// Adds the known holders to AWS's refusal, and reports them when it learns them.
    pub async fn named(
        &mut self,
        run: &Run<'_>,
        step: &StepRef,
        target: &Target,
        mut refusal: ProviderError,
    ) -> ProviderError {
        if refusal.class != ErrorClass::InUse {
            return refusal;
        }
        let now = run.clock.elapsed();
        let since = *self.refused.get_or_insert(now);
        let last = self.asked.unwrap_or(since);
        if now.saturating_sub(last) >= AFTER {
            self.asked = Some(now);
            let found = match run.provider.who_uses(target).await {
                Ok(holders) => listed(&holders),
                Err(error) => format!("somebody; AWS does not say who: {error}"),
            };
            if found != self.found && !found.is_empty() {
                run.voice.say(Event::StepProgress {
                    step: step.clone(),
                    status: format!("used by {found}"),
                    events: Vec::new(),
                });
            }
            self.found = found;
        }
        if !self.found.is_empty() {
            let said = refusal.message.trim_end_matches('.').to_owned();
            refusal.message = format!("{said}; used by {}", self.found);
        }
        refusal
    }
}

fn listed(holders: &[String]) -> String {
    let (named, rest) = holders.split_at(holders.len().min(NAMED));
    let mut text = named.join(", ");
    if !rest.is_empty() {
        text.push_str(&format!(" and {} more", rest.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut() {
        let holders: Vec<String> = (1..=7).map(|n| format!("eni-{n}")).collect();
        assert_eq!(listed(&holders[..2]), "eni-1, eni-2");
        assert_eq!(
            listed(&holders),
            "eni-1, eni-2, eni-3, eni-4, eni-5 and 2 more"
        );
        assert_eq!(listed(&[]), "");
    }
}
