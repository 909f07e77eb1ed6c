//! Decides for each call what the rules in force do to it.
//!
//! Every random draw depends only on the seed, the rule and how many calls that rule has met: the same calls in the same order get the same results,
//! whatever other rules there are. The caller passes the time in.

use std::collections::HashMap;
use std::time::Duration;

use super::{BucketScope, CutWhen, Effect, Match, Rule, Rules, is_one_of};
use crate::clock::Millis;
use crate::lag::{Hiding, Lag, Lasts, Stale};
use crate::operation::Call;
use crate::protocol_error::ServiceError;

/// What the rules do to a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    pub(crate) delay: Duration,
    pub(crate) fate: Fate,
    /// What the call hides, and what is hidden from its answer.
    pub(crate) lags: Vec<Lag>,
    /// The rule that set the fate, or else the last rule with another effect.
    pub(crate) rule: Option<String>,
}

/// The fate of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fate {
    /// The service answers.
    Served,
    /// Not served; this error instead.
    Refused(ServiceError),
    /// Served; this error instead of the answer.
    ServedThenError(ServiceError),
    /// Served; no answer.
    ReplyLost,
    /// Not served, no answer.
    CutBefore,
    /// Served; half an answer.
    CutAfter,
    /// Not served, and no answer once the rule is gone.
    HeldBefore(Box<Rule>),
    /// Served; answered once the rule is gone.
    HeldAfter(Box<Rule>),
    /// No answer; served after this time.
    Late(Duration),
    /// This answer; the call is served before or not at all.
    Answered {
        status: u16,
        body: String,
        after_effect: bool,
    },
}

/// The rules in force, with their counters.
#[derive(Debug, Default)]
pub(crate) struct RuleBook {
    rules: Rules,
    met: Vec<u64>,
    buckets: HashMap<BucketKey, Bucket>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct BucketKey {
    rule: usize,
    account: String,
    region: String,
    scope: Option<String>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Millis,
}

impl RuleBook {
    pub(crate) fn new(rules: Rules) -> Self {
        Self {
            met: vec![0; rules.rules.len()],
            buckets: HashMap::new(),
            rules,
        }
    }

    /// Replaces the rules in force. Rules that stay keep their counters and the levels of their buckets. Returns their new positions by the old ones.
    pub(crate) fn replace(&mut self, rules: Rules) -> HashMap<usize, usize> {
        let mut next = Self::new(rules);
        let mut moves = HashMap::new();
        if next.rules.seed == self.rules.seed {
            for (now, rule) in next.rules.rules.iter().enumerate() {
                let Some(was) = self.rules.rules.iter().position(|other| other == rule) else {
                    continue;
                };
                next.met[now] = self.met[was];
                moves.insert(was, now);
                let buckets = self.buckets.extract_if(|key, _| key.rule == was);
                let moved = buckets.map(|(key, bucket)| (BucketKey { rule: now, ..key }, bucket));
                next.buckets.extend(moved);
            }
        }
        *self = next;
        moves
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn decide(&mut self, call: &Call, now: Millis) -> Decision {
        let mut decision = Decision {
            delay: Duration::ZERO,
            fate: Fate::Served,
            lags: Vec::new(),
            rule: None,
        };
        for (index, rule) in self.rules.rules.iter().enumerate() {
            decision.lags.extend(change(rule, index, call));
            if !texts_match(&rule.matching, call) {
                continue;
            }
            self.met[index] += 1;
            let draw = Draw {
                seed: self.rules.seed,
                rule: index as u64,
                met: self.met[index],
            };
            let lags = matches!(rule.effect, Effect::Hide { .. } | Effect::Stale { .. });
            if !lags && decision.fate != Fate::Served || !counts_match(&rule.matching, &draw) {
                continue;
            }
            let name = || {
                rule.name
                    .clone()
                    .unwrap_or_else(|| format!("rule {}", index + 1))
            };
            match effect(rule, index, call, &draw, &mut self.buckets, now) {
                Effected::Nothing => {}
                Effected::Delay(delay) => {
                    decision.delay += delay;
                    decision.rule = Some(name());
                }
                Effected::Fate(fate) => {
                    decision.fate = fate;
                    decision.rule = Some(name());
                }
                Effected::Lag(lag) => {
                    decision.lags.push(lag);
                    decision.rule.get_or_insert_with(name);
                }
            }
        }
        decision
    }
}

enum Effected {
    Nothing,
    Delay(Duration),
    Fate(Fate),
    Lag(Lag),
}

/// Whether the call is the change after which a rule's calls get stale answers.
fn change(rule: &Rule, index: usize, call: &Call) -> Option<Lag> {
    let Effect::Stale { after, ms, answers } = &rule.effect else {
        return None;
    };
    let of = Match {
        operation: Some(after.clone()),
        ..rule.matching.clone()
    };
    let stale = Stale {
        rule: index,
        lasts: Lasts {
            ms: *ms,
            answers: *answers,
        },
    };
    texts_match(&of, call).then_some(Lag::Changes(stale))
}

fn effect(
    rule: &Rule,
    index: usize,
    call: &Call,
    draw: &Draw,
    buckets: &mut HashMap<BucketKey, Bucket>,
    now: Millis,
) -> Effected {
    Effected::Fate(match &rule.effect {
        Effect::Latency { ms, jitter_ms } => {
            let jitter = draw.below(Purpose::Jitter, jitter_ms.saturating_add(1));
            return Effected::Delay(Duration::from_millis(ms.saturating_add(jitter)));
        }
        Effect::RateLimit {
            per_second,
            burst,
            per,
        } => {
            let key = BucketKey {
                rule: index,
                account: call.account.clone(),
                region: call.region.clone(),
                scope: match per {
                    BucketScope::Rule => None,
                    BucketScope::Service => Some(call.service.clone()),
                    BucketScope::Operation => Some(call.name()),
                },
            };
            let bucket = buckets.entry(key).or_insert(Bucket {
                tokens: *burst,
                filled: now,
            });
            if bucket.take(*per_second, *burst, now) {
                return Effected::Nothing;
            }
            Fate::Refused(ServiceError::throttled(call))
        }
        Effect::Throttle {} => Fate::Refused(ServiceError::throttled(call)),
        Effect::AccessDenied {} => Fate::Refused(ServiceError::access_denied(call)),
        Effect::Fail {
            status,
            code,
            message,
            after_effect,
        } => {
            let error = ServiceError {
                status: *status,
                code: code.clone(),
                message: message.clone(),
            };
            if *after_effect {
                Fate::ServedThenError(error)
            } else {
                Fate::Refused(error)
            }
        }
        Effect::LoseReply {} => Fate::ReplyLost,
        Effect::Cut {
            when: CutWhen::Before,
        } => Fate::CutBefore,
        Effect::Cut {
            when: CutWhen::After,
        } => Fate::CutAfter,
        Effect::Hold {
            when: CutWhen::Before,
        } => Fate::HeldBefore(Box::new(rule.clone())),
        Effect::Hold {
            when: CutWhen::After,
        } => Fate::HeldAfter(Box::new(rule.clone())),
        Effect::Delay { ms } => Fate::Late(Duration::from_millis(*ms)),
        Effect::Answer {
            status,
            body,
            after_effect,
        } => Fate::Answered {
            status: *status,
            body: match body {
                serde_json::Value::String(text) => text.clone(),
                value => value.to_string(),
            },
            after_effect: *after_effect,
        },
        Effect::Hide {
            ms,
            answers,
            from,
            by,
        } => {
            return Effected::Lag(Lag::Hides(Hiding {
                lasts: Lasts {
                    ms: *ms,
                    answers: *answers,
                },
                from: from.clone(),
                by: by.clone(),
            }));
        }
        Effect::Stale { ms, answers, .. } => {
            return Effected::Lag(Lag::Stales(Stale {
                rule: index,
                lasts: Lasts {
                    ms: *ms,
                    answers: *answers,
                },
            }));
        }
    })
}

impl Bucket {
    fn take(&mut self, per_second: f64, burst: f64, now: Millis) -> bool {
        let elapsed = u32::try_from((now.0 - self.filled.0).max(0)).unwrap_or(u32::MAX);
        self.tokens = (self.tokens + f64::from(elapsed) / 1000.0 * per_second).min(burst);
        self.filled = now;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

fn texts_match(matching: &Match, call: &Call) -> bool {
    matching.is_of(&call.service, &call.operation)
        && is_one_of(matching.account.as_deref(), &call.account)
        && is_one_of(matching.region.as_deref(), &call.region)
}

fn counts_match(matching: &Match, draw: &Draw) -> bool {
    (matching.nth.is_empty() || matching.nth.contains(&draw.met))
        && matching
            .every
            .is_none_or(|every| draw.met.is_multiple_of(every.get()))
        && matching
            .probability
            .is_none_or(|share| draw.share() < share)
}

/// A position in the stream of random numbers.
struct Draw {
    seed: u64,
    rule: u64,
    met: u64,
}

/// Distinguishes two draws at the same position.
#[derive(Clone, Copy)]
enum Purpose {
    Share = 1,
    Jitter = 2,
}

impl Draw {
    fn bits(&self, purpose: Purpose) -> u64 {
        let mut bits = self.seed;
        for part in [self.rule, self.met, purpose as u64] {
            bits = splitmix64(bits ^ splitmix64(part));
        }
        bits
    }

    fn below(&self, purpose: Purpose, bound: u64) -> u64 {
        self.bits(purpose) % bound
    }

    /// A number from 0 to below 1.
    fn share(&self) -> f64 {
        let bits = u32::try_from(self.bits(Purpose::Share) >> 32).expect("32 bits remain");
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

/// <https://prng.di.unimi.it/splitmix64.c>
fn splitmix64(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Protocol;

    fn call(operation: &str) -> Call {
        Call {
            service: "ec2".into(),
            operation: operation.into(),
            account: "111111111111".into(),
            region: "us-east-1".into(),
            protocol: Protocol::Ec2Query,
        }
    }

    fn book(text: &str) -> RuleBook {
        RuleBook::new(Rules::parse(text).expect("rules"))
    }

    fn fates(book: &mut RuleBook, operation: &str, times: usize) -> Vec<bool> {
        (0..times)
            .map(|_| book.decide(&call(operation), Millis(0)).fate != Fate::Served)
            .collect()
    }

    #[test]
    fn the_nth_call_is_counted_per_rule() {
        let mut book = book(
            r#"{"rules": [{"match": {"operation": "CreateVpc", "nth": [2]}, "effect": {"kind": "lose_reply"}}]}"#,
        );
        assert_eq!(fates(&mut book, "DescribeVpcs", 3), [false; 3]);
        assert_eq!(
            fates(&mut book, "CreateVpc", 4),
            [false, true, false, false]
        );
    }

    #[test]
    fn a_rule_that_stays_goes_on_counting() {
        let second = r#"{"match": {"operation": "CreateVpc", "nth": [2]}, "effect": {"kind": "lose_reply"}}"#;
        let limit = r#"{"effect": {"kind": "rate_limit", "per_second": 1, "burst": 3}}"#;
        let mut book = book(&format!(r#"{{"rules": [{second}, {limit}]}}"#));
        assert_eq!(fates(&mut book, "CreateVpc", 1), [false]);
        let other = r#"{"match": {"operation": "CreateSubnet"}, "effect": {"kind": "throttle"}}"#;
        let rules = format!(r#"{{"rules": [{other}, {second}, {limit}]}}"#);
        book.replace(Rules::parse(&rules).expect("rules"));
        assert_eq!(fates(&mut book, "CreateVpc", 2), [true, false]);
        assert_eq!(fates(&mut book, "CreateSubnet", 1), [true]);
        assert_eq!(
            fates(&mut book, "CreateVpc", 2),
            [false, true],
            "two tokens were taken"
        );
        book.replace(Rules::default());
        assert_eq!(fates(&mut book, "CreateSubnet", 1), [false]);
    }

    #[test]
    fn the_same_seed_draws_the_same_and_another_does_not() {
        let text = |seed: u32| {
            format!(
                r#"{{"seed": {seed}, "rules": [{{"match": {{"probability": 0.5}}, "effect": {{"kind": "throttle"}}}}]}}"#
            )
        };
        let first = fates(&mut book(&text(1)), "CreateVpc", 64);
        assert_eq!(first, fates(&mut book(&text(1)), "CreateVpc", 64));
        assert_ne!(first, fates(&mut book(&text(2)), "CreateVpc", 64));
        let hits = first.iter().filter(|hit| **hit).count();
        assert!((16..=48).contains(&hits), "{hits} of 64 at one half");
    }

    #[test]
    fn an_empty_bucket_throttles_until_it_fills_again() {
        let mut book = book(
            r#"{"rules": [{"effect": {"kind": "rate_limit", "per_second": 10, "burst": 2, "per": "operation"}}]}"#,
        );
        assert_eq!(fates(&mut book, "CreateVpc", 3), [false, false, true]);
        assert_eq!(fates(&mut book, "DescribeVpcs", 1), [false]);
        assert_eq!(
            book.decide(&call("CreateVpc"), Millis(100)).fate,
            Fate::Served
        );
        assert_ne!(
            book.decide(&call("CreateVpc"), Millis(150)).fate,
            Fate::Served
        );
    }

    #[test]
    fn what_lags_does_so_besides_any_fate() {
        let mut book = book(
            r#"{"rules": [{"name": "lost", "match": {"operation": "CreateVpc"}, "effect": {"kind": "lose_reply"}},
                          {"match": {"operation": "CreateVpc"}, "effect": {"kind": "hide", "answers": 2}},
                          {"match": {"operation": "DescribeVpcs"}, "effect": {"kind": "stale", "after": "Create*|Delete*", "ms": 5}}]}"#,
        );
        let decision = book.decide(&call("CreateVpc"), Millis(0));
        assert_eq!(decision.fate, Fate::ReplyLost);
        assert_eq!(decision.rule.as_deref(), Some("lost"));
        assert!(matches!(
            decision.lags.as_slice(),
            [Lag::Hides(_), Lag::Changes(Stale { rule: 2, .. })]
        ));
        let decision = book.decide(&call("DescribeVpcs"), Millis(0));
        assert_eq!(decision.fate, Fate::Served);
        assert!(matches!(decision.lags.as_slice(), [Lag::Stales(_)]));
    }

    #[test]
    fn a_late_call_and_a_given_answer_are_fates() {
        let mut book = book(
            r#"{"rules": [{"match": {"operation": "CreateVpc"}, "effect": {"kind": "delay", "ms": 70}},
                          {"match": {"operation": "DescribeVpcs"}, "effect": {"kind": "answer", "body": {"a": 1}}}]}"#,
        );
        let late = book.decide(&call("CreateVpc"), Millis(0)).fate;
        assert_eq!(late, Fate::Late(Duration::from_millis(70)));
        let answered = book.decide(&call("DescribeVpcs"), Millis(0)).fate;
        let expected = Fate::Answered {
            status: 200,
            body: r#"{"a":1}"#.to_owned(),
            after_effect: false,
        };
        assert_eq!(answered, expected);
    }

    #[test]
    fn latencies_add_up_and_the_first_other_effect_decides() {
        let mut book = book(
            r#"{"rules": [{"effect": {"kind": "latency", "ms": 5}}, {"name": "late", "effect": {"kind": "latency", "ms": 7}},
                          {"name": "no", "effect": {"kind": "access_denied"}}, {"effect": {"kind": "throttle"}}]}"#,
        );
        let decision = book.decide(&call("CreateVpc"), Millis(0));
        assert_eq!(decision.delay, Duration::from_millis(12));
        assert_eq!(decision.rule.as_deref(), Some("no"));
        assert!(
            matches!(decision.fate, Fate::Refused(error) if error.code == "UnauthorizedOperation")
        );
    }
}
