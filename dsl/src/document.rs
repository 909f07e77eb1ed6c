//! The desired document: what a stack program declares, as data. It is the whole interface between a program and the engine.
//!
//! Not here: building it (`stack`), and AWS's answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::address::Address;
use crate::canonical::CanonicalJson;
use crate::diagnostics::{Diagnostic, SourceLine};
use crate::schema::{ReplaceOrder, Wait};

/// The version of the document that this crate writes. An engine refuses documents that are newer than its own version.
pub const FORMAT: u32 = 1;

/// What a stack program declares for one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// [`FORMAT`].
    pub format: u32,
    /// The stack's name.
    pub stack: String,
    /// The environment, such as `dev`.
    pub environment: String,
    /// The place where resources live unless they say otherwise.
    pub place: Place,
    /// Accounts that the stack may touch; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_accounts: Vec<String>,
    /// Tags for every resource that takes tags; a tag of the resource itself wins.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub default_tags: BTreeMap<String, String>,
    /// The declared resources.
    pub resources: BTreeMap<Address, Declaration>,
    /// The lookups to make before planning. They share their address space with resources.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lookups: BTreeMap<Address, LookupDeclaration>,
    /// The values that the stack shows to its user and to other stacks.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, OutputDeclaration>,
    /// The problems of the stack. Windlass makes no plan if one of them is an error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Diagnostic>,
}

/// One declared resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// CloudFormation type name.
    pub kind: String,
    /// The properties, with expressions where values are not known yet.
    pub spec: CanonicalJson,
    /// The resources that must exist first, in addition to those that the spec refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Dependency>,
    /// The place of the resource, if it is not the stack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Options for the engine.
    #[serde(default, skip_serializing_if = "Options::is_default")]
    pub options: Options,
    /// Where the author declared it.
    pub source: SourceLine,
}

/// The account, role and region of a resource.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Twelve digits. If absent, the account of the credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The ARN of the role to assume. If absent, the credentials as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// The region. If absent in a declaration, the stack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// An explicit dependency, which no reference shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// The resource that must exist first.
    pub address: Address,
    /// How long to wait for it. If absent, as long as a reference to that kind waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
}

/// Options of one resource for the engine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Refuses every plan that deletes or replaces the resource. The protection remains after the declaration is removed, until the author lifts it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// Windlass forgets the resource instead of deleting it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub retain: bool,
    /// What Windlass does if another user has deleted the resource.
    #[serde(skip_serializing_if = "Vanished::is_default")]
    pub vanished: Vanished,
    /// The order of a replacement. If absent, the kind's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace: Option<ReplaceOrder>,
    /// Property paths that another owner changes after creation, such as `DesiredCount`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owned_elsewhere: Vec<String>,
    /// Former addresses of the resource.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<Address>,
    /// How long a step may take.
    #[serde(skip_serializing_if = "Timeouts::is_default")]
    pub timeouts: Timeouts,
}

/// What Windlass does about a declared resource that another user has deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vanished {
    /// Windlass creates it again.
    #[default]
    Recreate,
    /// Windlass does not create it again, until `--replace` asks for it or the program declares it under another address.
    Forget,
}

impl Vanished {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The timeouts of a resource's waits, in seconds. If absent, the kind's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// Until the resource exists and is ready or stable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create: Option<u64>,
    /// Until a change has taken effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<u64>,
    /// Until the resource is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete: Option<u64>,
}

/// A lookup of something that exists already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupDeclaration {
    /// The question.
    pub query: LookupQuery,
    /// The place of the question, if it is not the stack's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Where the author declared it.
    pub source: SourceLine,
}

/// The questions that a stack can ask about existing resources.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lookup", rename_all = "snake_case", deny_unknown_fields)]
pub enum LookupQuery {
    /// The names of the availability zones that are open to the account, sorted. Output `Names`.
    AvailabilityZones,
    /// The account of the credentials. Output `AccountId`.
    Account,
    /// A Systems Manager parameter, public or your own, such as the one that names an AMI. Output `Value`.
    SsmParameter {
        /// The parameter's name.
        name: String,
        /// For a parameter with a JSON value: the member to take.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<String>,
    },
    /// The one VPC with these tags; without tags, the default VPC. Outputs `VpcId`, `CidrBlock`.
    Vpc {
        /// Tags that the VPC must have.
        tags: BTreeMap<String, String>,
    },
    /// All subnets of a VPC with these tags, sorted by zone and id. Output `SubnetIds`.
    Subnets {
        /// The VPC: a text or an expression.
        vpc_id: String,
        /// Tags that the subnets must have.
        tags: BTreeMap<String, String>,
    },
    /// The issued certificate for a domain. Output `CertificateArn`.
    Certificate {
        /// The domain name, such as `example.com` or `*.example.com`.
        domain: String,
    },
    /// An output of another stack's state. Output `Value`.
    StackOutput {
        /// The other stack.
        stack: String,
        environment: String,
        /// The output's name.
        output: String,
    },
}

/// A value that a stack shows to its user and to other stacks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputDeclaration {
    /// A value or an expression.
    pub value: Value,
    /// Where the author declared it.
    pub source: SourceLine,
}

impl fmt::Display for LookupQuery {
    /// The question in words: `the parameter \`/aws/service/…\``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tagged = |f: &mut fmt::Formatter<'_>, tags: &BTreeMap<String, String>| {
            let tags: Vec<_> = tags
                .iter()
                .map(|(key, value)| format!("{key}={value}"))
                .collect();
            if tags.is_empty() {
                Ok(())
            } else {
                write!(f, " with the tags {}", tags.join(", "))
            }
        };
        match self {
            Self::AvailabilityZones => f.write_str("the availability zones"),
            Self::Account => f.write_str("the account of the credentials"),
            Self::SsmParameter { name, member: None } => write!(f, "the parameter `{name}`"),
            Self::SsmParameter {
                name,
                member: Some(member),
            } => {
                write!(f, "the member `{member}` of the parameter `{name}`")
            }
            Self::Vpc { tags } if tags.is_empty() => f.write_str("the default VPC"),
            Self::Vpc { tags } => {
                f.write_str("exactly one VPC")?;
                tagged(f, tags)
            }
            Self::Subnets { vpc_id, tags } => {
                write!(f, "subnets of the VPC {vpc_id}")?;
                tagged(f, tags)
            }
            Self::Certificate { domain } => write!(f, "an issued certificate for `{domain}`"),
            Self::StackOutput {
                stack,
                environment,
                output,
            } => {
                write!(f, "the output `{output}` of {stack} ({environment})")
            }
        }
    }
}

impl Options {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Timeouts {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Document {
    /// The document without source lines. The hash of a plan covers this content.
    ///
    /// So moving a declaration to another line does not change the plan.
    #[must_use]
    pub fn content(&self) -> CanonicalJson {
        let mut value = serde_json::to_value(self).expect("a document holds text keys only");
        strip_sources(&mut value);
        CanonicalJson::of(&value)
    }
}

fn strip_sources(document: &mut Value) {
    for part in ["resources", "lookups", "outputs"] {
        let entries = document.get_mut(part).and_then(Value::as_object_mut);
        for entry in entries.into_iter().flat_map(|entries| entries.values_mut()) {
            if let Some(entry) = entry.as_object_mut() {
                entry.remove("source");
            }
        }
    }
    if let Some(document) = document.as_object_mut() {
        document.remove("problems");
    }
}
