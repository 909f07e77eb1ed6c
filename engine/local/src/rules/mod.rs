//! Fault-injection rules: their file format, which `docs/local-cloud.md` explains with examples.
//!
//! Not here: taking decisions by them (`decide`), carrying the decisions out (`gateway`), how images fail (`ecs`).

pub(crate) mod decide;

use serde::{Deserialize, Serialize};

/// A rules file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The seed of every draw for `probability` and `jitter_ms`.
    #[serde(default)]
    pub seed: u64,
    /// The rules in order: latencies add up, `hide` and `stale` combine with everything, and the first other effect that applies decides.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The behaviour of ECS.
    #[serde(default)]
    pub ecs: EcsRules,
    /// The factor from AWS's visibility windows to those of this local cloud, from 0 to 1; if absent, [`VISIBILITY_SCALE`].
    ///
    /// The engine takes a thing as missing only after its kind's window. AWS's windows last up to three minutes; here 60 s become 0.6 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility_scale: Option<f64>,
}

/// The factor if no rules file gives another: in the local cloud, things never show later than a `hide` rule says.
pub const VISIBILITY_SCALE: f64 = 0.01;

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The name in the record of each call that the rule changed; if absent, its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The calls that the rule applies to.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// The effect on these calls.
    pub effect: Effect,
}

/// Which calls a rule applies to; an absent field matches everything. Texts may contain `*`, and `|` between alternatives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Match {
    /// The signing name: `ec2`, `elasticloadbalancing`, `application-autoscaling`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The API operation: `CreateVpc`, `Describe*`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Of the calls that match the texts, only these, counted from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nth: Vec<u64>,
    /// Of the calls that match the texts, every n-th.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<std::num::NonZeroU64>,
    /// Of those, this share, from 0 to 1, drawn by the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

/// The effect on a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The call waits before it is served.
    Latency {
        /// Milliseconds.
        ms: u64,
        /// The maximum additional milliseconds, drawn by the seed.
        #[serde(default)]
        jitter_ms: u64,
    },
    /// A token bucket; a call that finds it empty is throttled.
    RateLimit {
        /// The refill rate in tokens per second.
        per_second: f64,
        /// The capacity of the bucket, in tokens.
        burst: f64,
        /// Which calls share a bucket.
        #[serde(default)]
        per: BucketScope,
    },
    /// The service's own throttle error.
    Throttle {},
    /// An error of your choice.
    Fail {
        /// HTTP status.
        status: u16,
        /// AWS's error code.
        code: String,
        /// The text of the error.
        #[serde(default)]
        message: String,
        /// Whether the call takes effect nevertheless.
        #[serde(default)]
        after_effect: bool,
    },
    /// The service's own access error.
    AccessDenied {},
    /// The call takes effect, and the connection closes without an answer.
    LoseReply {},
    /// The connection closes.
    Cut {
        /// Before the call takes effect, or in the middle of the answer.
        when: CutWhen,
    },
    /// The call waits until this rule is removed. A call that is held before its effect then gets a closed connection and has no effect; a call that is
    /// held after its effect is answered.
    Hold {
        /// Before the call takes effect, or after it.
        when: CutWhen,
    },
    /// The connection closes at once, and the call lands later: after all requests that its account makes meanwhile. A call of a dead or paused program
    /// lands at AWS in this way.
    Delay {
        /// The delay in milliseconds.
        ms: u64,
    },
    /// This answer instead of the service's.
    Answer {
        /// HTTP status.
        #[serde(default = "success")]
        status: u16,
        /// A text as it is (XML), or else JSON.
        body: serde_json::Value,
        /// Whether the call takes effect nevertheless.
        #[serde(default)]
        after_effect: bool,
    },
    /// The thing that the call makes does not show for a while. Other rules still apply: the reply for a hidden thing can be lost, too.
    Hide {
        /// For this number of milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
        /// In this number of answers that would have shown it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<u64>,
        /// From these operations; if absent, from those that read things of the kind. `*`: also from operations that refer to the thing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// The name of the identifying field, in the answer or the request (`vpcId`); if absent, it follows from the operation's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// The call gets a stale answer, from before a change: with the items of the earlier answer. Items that were not in an earlier answer are answered
    /// as they are.
    Stale {
        /// The operations that are the change; the window begins with their success.
        after: String,
        /// For this number of milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ms: Option<u64>,
        /// This number of answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answers: Option<u64>,
    },
}

const fn success() -> u16 {
    200
}

/// When a connection is cut, or a call held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutWhen {
    /// Before the call takes effect.
    Before,
    /// After its effect: in the middle of the answer, or before it.
    After,
}

/// Which calls share a token bucket. Accounts and regions never share one, as at AWS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BucketScope {
    /// All calls that the rule matches.
    #[default]
    Rule,
    /// The calls of one service.
    Service,
    /// The calls of one operation.
    Operation,
}

/// The behaviour of ECS.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EcsRules {
    /// How long a task stays in one state, in milliseconds; a rollout takes four to six states.
    #[serde(default = "default_step")]
    pub step_ms: u64,
    /// How long a minute of a bake time lasts, in milliseconds.
    #[serde(default = "default_minute")]
    pub minute_ms: u64,
    /// Images that do not run; the first that matches decides.
    #[serde(default)]
    pub images: Vec<ImageRule>,
}

/// An image that does not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageRule {
    /// The image, with `*` for anything.
    pub image: String,
    /// The error: `CannotPullContainerError: …`, `OutOfMemoryError: container killed due to memory usage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// If present, the container starts and exits with this code; if absent, the container does not start at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// The lines that the container logs before it exits, to the log group of its `awslogs` driver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<String>,
}

const fn default_step() -> u64 {
    250
}

/// Short enough for a person who watches: the ten minutes of an ECS canary take a second.
const fn default_minute() -> u64 {
    100
}

impl Default for EcsRules {
    fn default() -> Self {
        Self {
            step_ms: default_step(),
            minute_ms: default_minute(),
            images: Vec::new(),
        }
    }
}

/// Why a rules file is not valid.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// The file cannot be parsed.
    #[error("not a rules file")]
    Syntax(#[from] serde_json::Error),
    /// A number is out of range.
    #[error("rule {number}: {problem}")]
    Value {
        /// The number of the rule, from 1.
        number: usize,
        /// The problem.
        problem: &'static str,
    },
    /// A task state that takes no time would let a service restart its tasks without end.
    #[error("ecs.step_ms must be at least 1")]
    Step,
    /// A window longer than AWS's proves nothing more, and a negative one is no window.
    #[error("visibility_scale lies between 0 and 1")]
    VisibilityScale,
}

impl Rules {
    /// Parses and checks a rules file.
    ///
    /// # Errors
    /// If it is not JSON of this form, or a number is out of range.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        let rules: Self = serde_json::from_str(text)?;
        rules.check()?;
        Ok(rules)
    }

    /// The factor from AWS's visibility windows to those of this local cloud.
    #[must_use]
    pub fn visibility_scale(&self) -> f64 {
        self.visibility_scale.unwrap_or(VISIBILITY_SCALE)
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// If one is out of range.
    pub fn check(&self) -> Result<(), RulesError> {
        if self.ecs.step_ms == 0 {
            return Err(RulesError::Step);
        }
        if !(0.0..=1.0).contains(&self.visibility_scale()) {
            return Err(RulesError::VisibilityScale);
        }
        for (index, rule) in self.rules.iter().enumerate() {
            if let Some(problem) = rule.problem() {
                return Err(RulesError::Value {
                    number: index + 1,
                    problem,
                });
            }
        }
        Ok(())
    }
}

impl Rule {
    fn problem(&self) -> Option<&'static str> {
        let share = self.matching.probability;
        if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Some("`probability` lies between 0 and 1");
        }
        if self.matching.nth.contains(&0) {
            return Some("`nth` counts from 1");
        }
        match &self.effect {
            Effect::RateLimit {
                per_second, burst, ..
            } if !(*per_second > 0.0 && *burst >= 1.0) => {
                Some("a rate limit needs `per_second` above 0 and `burst` of 1 or more")
            }
            Effect::Hide { ms, answers, .. } | Effect::Stale { ms, answers, .. }
                if ms.is_none() && answers.is_none() =>
            {
                Some("say how long: `ms`, `answers`, or both")
            }
            Effect::Answer { status, .. } if !(200..=599).contains(status) => {
                Some("`status` lies between 200 and 599")
            }
            Effect::Fail { status, .. } if !(400..=599).contains(status) => {
                Some("`status` lies between 400 and 599")
            }
            _ => None,
        }
    }
}

impl Match {
    /// Whether the rule applies to calls of this operation, in some account and region.
    #[must_use]
    pub fn is_of(&self, service: &str, operation: &str) -> bool {
        is_one_of(self.service.as_deref(), service)
            && is_one_of(self.operation.as_deref(), operation)
    }
}

/// Whether a text matches one of the patterns, which are separated by `|`. Without patterns, every text matches.
pub(crate) fn is_one_of(patterns: Option<&str>, text: &str) -> bool {
    patterns.is_none_or(|patterns| patterns.split('|').any(|pattern| glob(pattern, text)))
}

/// Whether a text matches a pattern in which `*` matches any characters.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut start = 0;
    loop {
        if glob(tail, &rest[start..]) {
            return true;
        }
        match rest[start..].chars().next() {
            Some(skipped) => start += skipped.len_utf8(),
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_anything() {
        assert!(glob("*", ""));
        assert!(glob("Describe*", "DescribeVpcs"));
        assert!(glob("*broken*", "shop/broken:1"));
        assert!(glob("a*b*c", "a-b-b-c"));
        assert!(!glob("Describe*", "CreateVpc"));
        assert!(!glob("a*b", "a-b-c"));
        assert!(!glob("", "a"));
    }

    #[test]
    fn a_bar_stands_between_alternatives() {
        let of = Match {
            operation: Some("Create*|DeleteVpc".to_owned()),
            ..Match::default()
        };
        let found = ["CreateSubnet", "DeleteVpc", "DeleteSubnet", "DescribeVpcs"];
        let found = found.map(|operation| of.is_of("ec2", operation));
        assert_eq!(found, [true, true, false, false]);
    }

    #[test]
    fn a_file_is_read_and_checked() {
        let rules = Rules::parse(
            r#"{"seed": 7,
                "rules": [{"match": {"service": "ec2", "operation": "Describe*"}, "effect": {"kind": "latency", "ms": 40}},
                          {"match": {"nth": [2]}, "effect": {"kind": "cut", "when": "after"}},
                          {"effect": {"kind": "throttle"}}],
                "ecs": {"images": [{"image": "*broken*", "reason": "CannotPullContainerError: no such image"}]}}"#,
        )
        .expect("well formed");
        assert_eq!(rules.rules.len(), 3);
        assert_eq!(rules.ecs.step_ms, 250);
        assert!(Rules::parse(r#"{"rulez": []}"#).is_err());
        assert!(
            Rules::parse(
                r#"{"rules": [{"effect": {"kind": "fail", "status": 200, "code": "X"}}]}"#
            )
            .is_err()
        );
        assert!(
            Rules::parse(
                r#"{"rules": [{"match": {"probability": 2}, "effect": {"kind": "throttle"}}]}"#
            )
            .is_err()
        );
        for effect in [
            r#"{"kind": "hide"}"#,
            r#"{"kind": "stale", "after": "X"}"#,
            r#"{"kind": "answer", "body": "", "status": 100}"#,
        ] {
            let text = format!(r#"{{"rules": [{{"effect": {effect}}}]}}"#);
            assert!(Rules::parse(&text).is_err(), "{effect}");
        }
        assert!(Rules::parse(r#"{"ecs": {"step_ms": 0}}"#).is_err());
        assert!(Rules::parse(r#"{"visibility_scale": 1.5}"#).is_err());
        assert_eq!(
            Rules::parse("{}").expect("well formed").visibility_scale(),
            VISIBILITY_SCALE
        );
    }

    #[test]
    fn what_is_written_can_be_read() {
        let rules = Rules {
            seed: 1,
            rules: vec![Rule {
                name: Some("slow".into()),
                matching: Match::default(),
                effect: Effect::Latency {
                    ms: 1,
                    jitter_ms: 2,
                },
            }],
            ecs: EcsRules::default(),
            visibility_scale: Some(0.5),
        };
        let text = serde_json::to_string(&rules).expect("serialises");
        assert_eq!(Rules::parse(&text).expect("parses"), rules);
    }
}
