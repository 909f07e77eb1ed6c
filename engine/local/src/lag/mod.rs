//! Eventual consistency: things that do not show yet, and answers from before a change. Rules ask for both (`hide`, `stale`).
//!
//! The gateway takes a hidden thing out of lists. If a request asks for it by name, the gateway asks for a name that does not exist, so that the
//! service itself says, in its own words, that there is no such thing; then the gateway puts the name back into the answer. So the two work for every
//! protocol and operation alike. Not here: which calls the rules are about (`rules`), how an answer is taken apart (`markup`).

mod markup;

use std::collections::HashMap;
use std::sync::Mutex;

use crate::clock::Millis;
use crate::operation::{Call, percent_encoded};
use crate::rules::{glob, is_one_of};

/// The effect of a rule on a call that is served.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lag {
    /// Hides the thing that the call makes.
    Hides(Hiding),
    /// Answers the call with the state from before a change, if there was one; else remembers the answer.
    Stales(Stale),
    Changes(Stale),
}

/// How long, and from which operations, a new thing is hidden.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hiding {
    pub(crate) lasts: Lasts,
    /// The operations; if absent, those that read things of the kind.
    pub(crate) from: Option<String>,
    /// The name of the leaf, in the answer or the request, that identifies the thing; if absent, the kind determines it.
    pub(crate) by: Option<String>,
}

/// The rule, and how long its window is open.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stale {
    /// The position of the rule in the file.
    pub(crate) rule: usize,
    pub(crate) lasts: Lasts,
}

/// When a lag ends: at a time, or after a number of changed answers, whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lasts {
    pub(crate) ms: Option<u64>,
    pub(crate) answers: Option<u64>,
}

/// All current lags.
#[derive(Debug, Default)]
pub(crate) struct Lags {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    hidden: Vec<Hidden>,
    /// The open windows of stale answers, by account and rule.
    open: HashMap<(String, usize), Window>,
    /// The last answered items, by rule, and by account, region, operation and identifier.
    remembered: HashMap<(usize, [String; 4]), String>,
}

#[derive(Debug)]
struct Hidden {
    account: String,
    region: String,
    identifiers: Vec<String>,
    from: String,
    window: Window,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    until: Option<Millis>,
    answers: Option<u64>,
}

/// A request in which hidden things have other names.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) text: String,
    renamed: Vec<(String, String)>,
}

impl Window {
    fn opened(lasts: Lasts, now: Millis) -> Self {
        let until = |ms| now.plus(std::time::Duration::from_millis(ms));
        Self {
            until: lasts.ms.map(until),
            answers: lasts.answers,
        }
    }

    fn is_open(&self, now: Millis) -> bool {
        self.until.is_none_or(|until| now < until) && self.answers != Some(0)
    }

    fn count(&mut self) {
        self.answers = self.answers.map(|left| left.saturating_sub(1));
    }
}

impl Lags {
    /// Whether there is nothing to look at.
    pub(crate) fn is_idle(&self, now: Millis) -> bool {
        let mut inner = self.inner.lock().expect("no panic while held");
        inner.hidden.retain(|hidden| hidden.window.is_open(now));
        inner.hidden.is_empty()
    }

    pub(crate) fn clear(&self) {
        *self.inner.lock().expect("no panic while held") = Inner::default();
    }

    /// The rules have changed, and these rules stay, at another position or the same. What other rules remembered is forgotten; things stay hidden.
    pub(crate) fn follow(&self, moved: &HashMap<usize, usize>) {
        let mut inner = self.inner.lock().expect("no panic while held");
        let open = std::mem::take(&mut inner.open).into_iter();
        inner.open = open
            .filter_map(|((account, rule), window)| Some(((account, *moved.get(&rule)?), window)))
            .collect();
        let remembered = std::mem::take(&mut inner.remembered).into_iter();
        inner.remembered = remembered
            .filter_map(|((rule, of), item)| Some(((*moved.get(&rule)?, of), item)))
            .collect();
    }

    /// The request in the form that the service is to see.
    pub(crate) fn ask(&self, call: &Call, text: &str) -> Asked {
        let inner = self.inner.lock().expect("no panic while held");
        let mut asked = Asked {
            text: text.to_owned(),
            renamed: Vec::new(),
        };
        for hidden in inner.hidden.iter().filter(|hidden| hidden.is_from(call)) {
            for identifier in &hidden.identifiers {
                let decoy = decoy(identifier);
                let encoded = percent_encoded(identifier);
                if asked.text.contains(identifier.as_str()) || asked.text.contains(&encoded) {
                    asked.text = asked.text.replace(identifier.as_str(), &decoy);
                    asked.text = asked.text.replace(&encoded, &percent_encoded(&decoy));
                    asked.renamed.push((decoy, identifier.clone()));
                }
            }
        }
        asked
    }

    /// The answer in the form that the caller is to see.
    pub(crate) fn show(
        &self,
        call: &Call,
        asked: &Asked,
        text: String,
        lags: &[Lag],
        now: Millis,
    ) -> String {
        let mut inner = self.inner.lock().expect("no panic while held");
        let mut text = text;
        for (decoy, identifier) in &asked.renamed {
            text = text.replace(decoy.as_str(), identifier);
        }
        for hidden in inner
            .hidden
            .iter_mut()
            .filter(|hidden| hidden.is_from(call))
        {
            let asked_for = asked
                .renamed
                .iter()
                .any(|(_, identifier)| hidden.identifiers.contains(identifier));
            let without = markup::without(&text, |leaf| hidden.is_named(leaf));
            if asked_for || without.is_some() {
                hidden.window.count();
            }
            text = without.unwrap_or(text);
        }
        for lag in lags {
            if let Lag::Stales(stale) = lag {
                text = inner.stale(call, stale, text, now);
            }
        }
        text
    }

    /// Learns from a call that succeeded.
    pub(crate) fn learn(
        &self,
        call: &Call,
        lags: &[Lag],
        request: &str,
        answer: &str,
        now: Millis,
    ) {
        let mut inner = self.inner.lock().expect("no panic while held");
        for lag in lags {
            match lag {
                Lag::Hides(hiding) => {
                    let identifiers = identifiers(call, hiding, request, answer);
                    if identifiers.is_empty() {
                        tracing::warn!(
                            operation = call.name(),
                            "nothing identifies what it made: nothing is hidden"
                        );
                        continue;
                    }
                    inner.hidden.push(Hidden {
                        account: call.account.clone(),
                        region: call.region.clone(),
                        identifiers,
                        from: hiding
                            .from
                            .clone()
                            .unwrap_or_else(|| readers(&kind(&call.operation))),
                        window: Window::opened(hiding.lasts, now),
                    });
                }
                Lag::Changes(stale) => {
                    let window = Window::opened(stale.lasts, now);
                    inner
                        .open
                        .insert((call.account.clone(), stale.rule), window);
                }
                Lag::Stales(_) => {}
            }
        }
    }
}

impl Inner {
    /// While the window is open, replaces items by remembered ones; otherwise remembers the answered items.
    fn stale(&mut self, call: &Call, stale: &Stale, text: String, now: Millis) -> String {
        let window = self.open.get_mut(&(call.account.clone(), stale.rule));
        let open = window.filter(|window| window.is_open(now));
        let names = identities(&kind(&call.operation));
        let is_identity = |name: &str| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let key = |identity: &str| {
            let of = [
                call.account.as_str(),
                &call.region,
                &call.operation,
                identity,
            ];
            (stale.rule, of.map(str::to_owned))
        };
        let remembered = &mut self.remembered;
        let Some(window) = open else {
            markup::replaced(&text, is_identity, |identity, item| {
                remembered.insert(key(identity), item.to_owned());
                None
            });
            return text;
        };
        let before = markup::replaced(&text, is_identity, |identity, _| {
            remembered.get(&key(identity)).cloned()
        });
        if before.is_some() {
            window.count();
        }
        before.unwrap_or(text)
    }
}

impl Hidden {
    fn is_from(&self, call: &Call) -> bool {
        self.account == call.account
            && self.region == call.region
            && is_one_of(Some(&self.from), &call.operation)
    }

    /// Whether a leaf names the thing: by its identifier, or by an ARN that ends with it.
    fn is_named(&self, leaf: &str) -> bool {
        self.identifiers.iter().any(|identifier| {
            let rest = leaf.strip_suffix(identifier.as_str());
            rest.is_some_and(|rest| {
                rest.is_empty() || rest.starts_with("arn:") && rest.ends_with(['/', ':'])
            })
        })
    }
}

/// The kind of `CreateSecurityGroup` and `DescribeSecurityGroups` is `SecurityGroup`.
fn kind(operation: &str) -> String {
    let rest = operation.strip_prefix("BatchGet").unwrap_or_else(|| {
        let second = operation
            .char_indices()
            .skip(1)
            .find(|(_, letter)| letter.is_uppercase());
        second.map_or(operation, |(at, _)| &operation[at..])
    });
    if is_reading(operation) {
        let singular = [("ies", "y"), ("sses", "ss"), ("s", "")];
        for (plural, single) in singular {
            if let Some(stem) = rest.strip_suffix(plural).filter(|_| !rest.ends_with("ss")) {
                return format!("{stem}{single}");
            }
        }
    }
    rest.to_owned()
}

fn is_reading(operation: &str) -> bool {
    ["Describe*", "List*", "Get*", "BatchGet*", "Search*"]
        .iter()
        .any(|pattern| glob(pattern, operation))
}

/// The operations that read things of a kind, and the one that reads tags of all kinds.
fn readers(kind: &str) -> String {
    // One operation reads inbound and outbound rules of a security group together.
    let kind = kind.trim_end_matches("Ingress").trim_end_matches("Egress");
    let kind = kind.strip_suffix('y').unwrap_or(kind);
    format!("Describe*{kind}*|List*{kind}*|Get*{kind}*|Search*{kind}*|GetResources")
}

/// The names of the leaves that identify a thing of a kind, the best first.
fn identities(kind: &str) -> Vec<String> {
    let special: &[&str] = match kind {
        "Address" => &["allocationId"],
        "SecurityGroup" => &["groupId"],
        "SecurityGroupIngress" | "SecurityGroupEgress" | "SecurityGroupRule" => {
            &["securityGroupRuleId"]
        }
        "Rule" => &["RuleArn"],
        _ => &[],
    };
    let general = [
        format!("{kind}Arn"),
        format!("{kind}Id"),
        "Arn".to_owned(),
        "Id".to_owned(),
    ];
    if !special.is_empty() {
        return special.iter().map(|name| (*name).to_owned()).collect();
    }
    general.into_iter().chain([format!("{kind}Name")]).collect()
}

/// The identifiers of the thing that a call has made. For services that identify things by name, the name.
fn identifiers(call: &Call, hiding: &Hiding, request: &str, answer: &str) -> Vec<String> {
    let mut leaves = markup::leaves(answer);
    leaves.extend(request_leaves(request));
    let named = |name: &str| -> Vec<String> {
        let same = leaves
            .iter()
            .filter(|(leaf, text)| leaf.eq_ignore_ascii_case(name) && !text.is_empty());
        same.map(|(_, text)| text.clone()).collect()
    };
    if let Some(by) = &hiding.by {
        return named(by);
    }
    let kind = kind(&call.operation);
    let name = format!("{kind}Name");
    let by_name = matches!(call.service.as_str(), "iam" | "logs" | "autoscaling");
    let mut found = Vec::new();
    for identity in identities(&kind) {
        if identity != name || by_name || found.is_empty() {
            found.extend(named(&identity));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn request_leaves(request: &str) -> Vec<(String, String)> {
    if request.starts_with('{') {
        return markup::leaves(request);
    }
    let pairs = request.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), crate::operation::percent_decoded(value)))
        .collect()
}

/// A name of the same form that nothing has: the last letters and digits, each advanced by one. Hexadecimal ones stay hexadecimal.
fn decoy(identifier: &str) -> String {
    const CHANGED: usize = 8;
    let alphanumeric = identifier
        .char_indices()
        .rev()
        .filter(|(_, letter)| letter.is_ascii_alphanumeric());
    let changed: Vec<usize> = alphanumeric.take(CHANGED).map(|(at, _)| at).collect();
    identifier
        .char_indices()
        .map(|(at, letter)| {
            if changed.contains(&at) {
                next(letter)
            } else {
                letter
            }
        })
        .collect()
}

fn next(letter: char) -> char {
    match letter {
        '9' => '0',
        'f' => 'a',
        'F' => 'A',
        'z' => 'g',
        'Z' => 'G',
        other => char::from_u32(u32::from(other) + 1).unwrap_or(other),
    }
}

#[cfg(test)]
#[path = "lag_tests.rs"]
mod tests;
