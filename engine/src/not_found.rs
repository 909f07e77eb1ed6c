//! NotFound and eventual consistency: "not visible yet" or "not there"? One rule for every kind, in place of lists of error codes.
//!
//! AWS is eventually consistent: `ModifyTargetGroupAttributes` answers `TargetGroupNotFound` in the second after `CreateTargetGroup`
//! (hashicorp/terraform-provider-aws#16860), `AuthorizeSecurityGroupIngress` answers `InvalidGroup.NotFound` (hashicorp/packer#3627). So NotFound means
//! "not yet" if the resource was made by this run, by a run of the last minutes, or by another stack whose output the document reads. NotFound about
//! any other resource is an error at once; only roles and certificates get half a minute, because people often make them by hand just before.
//!
//! Not here: how often a call is sent again (`retry`).

use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass_state::snapshot::{Recorded, Snapshot};

use crate::provider::{ErrorClass, ProviderError, Target};
use crate::retry::Hope;
use crate::run::Run;
use crate::visible::may_hide_for;

/// Judges the errors of one call: whether a retry can help.
pub(crate) struct Judge<'a> {
    run: Run<'a>,
    own: Option<&'a Target>,
    references: &'a [Address],
    spec: &'a CanonicalJson,
    /// The resource that AWS hid at the first error. If its visibility window ends while the call is retried, the retries go on.
    hidden: Option<String>,
}

/// The resource that AWS did not find.
#[derive(Debug, PartialEq, Eq)]
enum Culprit {
    /// A resource of this stack by its address, and whether it was made moments ago.
    Ours(String, bool),
    /// A resource that this stack did not make.
    Literal,
    /// AWS does not say.
    Unnamed,
}

impl<'a> Judge<'a> {
    /// A judge for a call that changes `own`, or creates something new from `spec`, which refers to `references`.
    pub fn new(
        run: Run<'a>,
        own: Option<&'a Target>,
        references: &'a [Address],
        spec: &'a CanonicalJson,
    ) -> Self {
        Self {
            run,
            own,
            references,
            spec,
            hidden: None,
        }
    }

    /// Whether a retry can help after an error.
    pub fn hope(&mut self, error: &ProviderError) -> Hope {
        let not_found = says_not_found(error);
        let credential = names_credential(error);
        if !(not_found || credential && may_be_new(error)) {
            return Hope::ByClass;
        }
        if let Some(hidden) = &self.hidden {
            return Hope::Shows(hidden.clone());
        }
        let (culprit, young) = self.run.recorder.read(|snapshot| {
            let culprit = self.culprit(snapshot, error);
            (culprit, self.youngest(snapshot))
        });
        let hidden = match culprit {
            Culprit::Ours(name, true) => Some(name),
            Culprit::Ours(_, false) | Culprit::Literal => None,
            Culprit::Unnamed => young,
        };
        match hidden {
            Some(hidden) if not_found => {
                self.hidden = Some(hidden.clone());
                Hope::Shows(hidden)
            }
            // The kind knows this error, and how long to retry it.
            Some(_) => Hope::ByClass,
            None if credential => Hope::ShowsSoon(what_credential(error).to_owned()),
            None => Hope::Never,
        }
    }

    /// Finds the resource that AWS means by the longest identifier in its message, because a short identifier can be part of a longer one by chance.
    fn culprit(&self, snapshot: &Snapshot, error: &ProviderError) -> Culprit {
        let mut found: (usize, Culprit) = (0, Culprit::Unnamed);
        let mut consider = |identifier: &str, culprit: Culprit| {
            let longest = identifier.len() > found.0;
            if longest && identifier.len() >= SHORTEST && error.message.contains(identifier) {
                found = (identifier.len(), culprit);
            }
        };
        if let Some(own) = self.own {
            for part in own.physical_id.split('|') {
                let young = self.is_young(&own.kind, own.since);
                consider(part, Culprit::Ours(own.address.to_string(), young));
            }
        }
        for (address, recorded) in self.referred(snapshot) {
            for identifier in identifiers(recorded) {
                let young = self.is_young(&recorded.kind, recorded.since);
                consider(identifier, Culprit::Ours(address.to_string(), young));
            }
        }
        if self.has_young_neighbours() {
            for (address, pin) in &snapshot.pins {
                for value in pin.outputs.values().filter_map(Value::as_str) {
                    consider(value, Culprit::Ours(address.to_string(), true));
                }
            }
        }
        each_text(&self.spec.to_value(), &mut |text| {
            consider(text, Culprit::Literal);
        });
        found.1
    }

    /// A resource that the call refers to or changes, and that was made moments ago.
    fn youngest(&self, snapshot: &Snapshot) -> Option<String> {
        let own = self
            .own
            .map(|own| (&own.address, own.kind.as_str(), own.since));
        let referred = self.referred(snapshot);
        let referred = referred.map(|(at, of)| (at, of.kind.as_str(), of.since));
        let young = own
            .into_iter()
            .chain(referred)
            .filter(|(_, kind, since)| self.is_young(kind, *since))
            .max_by_key(|(_, _, since)| *since)
            .map(|(address, ..)| address.to_string());
        let neighbours = || {
            let young = self.has_young_neighbours();
            young.then(|| "what another stack made".to_owned())
        };
        young.or_else(neighbours)
    }

    fn referred<'s>(
        &'s self,
        snapshot: &'s Snapshot,
    ) -> impl Iterator<Item = (&'s Address, &'s Recorded)> {
        let known = |address| snapshot.resources.get(address).map(|of| (address, of));
        self.references.iter().filter_map(known)
    }

    fn is_young(&self, kind: &str, since: Option<jiff::Timestamp>) -> bool {
        let this_run = since
            .zip(self.run.began)
            .is_some_and(|(s, began)| s >= began);
        this_run || !may_hide_for(self.run.provider, kind, since).is_zero()
    }

    /// The kinds of the resources that another stack has made are unknown.
    fn has_young_neighbours(&self) -> bool {
        let hides = |kind| !may_hide_for(self.run.provider, kind, self.run.neighbours).is_zero();
        let mut schemas = windlass::aws::SCHEMAS.iter();
        schemas.any(|schema| hides(schema.kind))
    }
}

/// Shorter texts, such as `dev` or `80`, occur in messages by chance.
const SHORTEST: usize = 4;

/// The names of a resource that AWS uses in its messages.
fn identifiers(recorded: &Recorded) -> impl Iterator<Item = &str> {
    let outputs = recorded.outputs.values().filter_map(Value::as_str);
    recorded.physical_id.split('|').chain(outputs)
}

fn each_text(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, visit)),
        Value::Object(members) => members.values().for_each(|member| each_text(member, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether AWS says that something does not exist, in whatever class the kind puts the error.
fn says_not_found(error: &ProviderError) -> bool {
    let code = error.code.as_deref().unwrap_or_default();
    let by_code = [
        "NotFound",
        "NotFoundException",
        "NoSuchEntity",
        "NoSuchEntityException",
    ]
    .iter()
    .any(|end| code.ends_with(end));
    match error.class {
        ErrorClass::NotFound => true,
        ErrorClass::NotYet => by_code,
        _ => false,
    }
}

/// Whether the kind says that the resource may be new and not visible yet.
fn may_be_new(error: &ProviderError) -> bool {
    matches!(error.class, ErrorClass::NotYet | ErrorClass::DeniedYet)
}

/// Whether the error is about a role or a certificate. Service-linked roles are the exception: AWS makes them itself, and takes its time.
fn names_credential(error: &ProviderError) -> bool {
    let text = text_of(error);
    let service_linked = [
        "service linked role",
        "service-linked role",
        "awsservicerole",
    ];
    let role = text.contains("role") && !service_linked.iter().any(|own| text.contains(own));
    role || text.contains("certificate")
}

fn what_credential(error: &ProviderError) -> &'static str {
    if text_of(error).contains("certificate") {
        "the certificate"
    } else {
        "the role"
    }
}

fn text_of(error: &ProviderError) -> String {
    let code = error.code.as_deref().unwrap_or_default();
    format!("{code} {}", error.message).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::ClassedBy;

    fn error(class: ErrorClass, code: &str, message: &str) -> ProviderError {
        ProviderError {
            class,
            classed_by: ClassedBy::SharedTable,
            operation: "x:Y".to_owned(),
            code: Some(code.to_owned()),
            message: message.to_owned(),
            request_id: None,
        }
    }

    #[test]
    fn what_is_not_there_is_told_by_class_or_code() {
        for (class, code, is) in [
            (ErrorClass::NotFound, "ClientException", true),
            (ErrorClass::NotYet, "CertificateNotFound", true),
            (ErrorClass::NotYet, "NoSuchEntity", true),
            (ErrorClass::NotYet, "ResourceContention", false),
            (ErrorClass::Invalid, "InvalidVpcID.NotFound", false),
        ] {
            assert_eq!(says_not_found(&error(class, code, "")), is, "{code}");
        }
    }

    #[test]
    fn service_linked_roles_are_no_roles_of_people() {
        for (message, is) in [
            ("Role is not valid", true),
            ("Certificate 'arn:aws:acm:…' not found", true),
            ("Unable to assume the service linked role.", false),
            ("AWSServiceRoleForAutoScaling", false),
            ("Cluster not found.", false),
        ] {
            let error = error(ErrorClass::NotYet, "ClientException", message);
            assert_eq!(names_credential(&error), is, "{message}");
        }
    }
}
