//! Who keeps something from being deleted: asked once AWS has said "in use" for a minute, so that nobody waits a quarter of an hour to learn it.
//!
//! The scenario: GuardDuty puts an endpoint and a group into a VPC, somebody attaches a managed policy by hand, a Lambda function keeps an interface in
//! a subnet. No call of this stack takes them away. Not here: how a kind finds out, and how often the delete is sent again (`retry`).

use std::time::Duration;

use crate::events::{Event, StepRef};
use crate::provider::{ErrorClass, ProviderError, Target};
use crate::run::Run;

/// How long something is in use before Windlass asks who uses it, and how long before it asks again.
const AFTER: Duration = Duration::from_secs(60);

/// How many of them are named.
const NAMED: usize = 5;

/// What one deletion knows about those who are in its way.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    refused: Option<Duration>,
    asked: Option<Duration>,
    found: String,
}

impl Holders {
    /// Adds to a refusal who uses the thing, once that is known, and says it when it is learnt.
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
