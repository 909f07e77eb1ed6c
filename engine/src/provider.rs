//! AWS as the engine sees it. Implemented over the SDK by `windlass-aws`, and by the simulated cloud in the tests.
//!
//! Not here: what is done when; a provider answers single questions and never decides.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use windlass::address::Address;
use windlass::canonical::CanonicalJson;
use windlass::document::{LookupQuery, Place};
use windlass::schema::Wait;
use windlass_plan::observation::Observation;
use windlass_plan::plan::Partner;
use windlass_state::identity::{IntentId, Owner};
use windlass_state::record::{Action, Intent};

/// What AWS gives for a resource, by CloudFormation attribute name.
pub type Outputs = BTreeMap<String, Value>;

/// AWS, or something that behaves like it.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Whose credentials these are.
    async fn identity(&self, place: &Place) -> Result<Identity, ProviderError>;

    /// The availability zones that are open to the account, sorted.
    async fn zones(&self, place: &Place) -> Result<Vec<String>, ProviderError>;

    /// Answers a question about what exists; `None` when nothing fits.
    async fn lookup(
        &self,
        place: &Place,
        query: &LookupQuery,
    ) -> Result<Option<Outputs>, ProviderError>;

    /// Reads many resources with as few calls as AWS allows. The answers are in the order of the targets.
    async fn observe(&self, targets: &[Target]) -> Vec<Result<Observation, ProviderError>>;

    /// Whether what was read about a target goes by the target's identifier. Some kinds are found by their properties alone, so that any
    /// identifier would do.
    fn identifies(&self, target: &Target, observation: &Observation) -> bool;

    /// Makes a resource with one mutating call, sent once; see [`ErrorClass::Unknown`]. What that call cannot carry is named in
    /// [`Created::unfinished`]; the engine records the resource and then sends those properties by [`Provider::update`].
    async fn create(&self, request: &CreateRequest<'_>) -> Result<Created, ProviderError>;

    /// Changes a resource in place.
    async fn update(&self, request: &UpdateRequest<'_>) -> Result<Outputs, ProviderError>;

    /// Removes a resource, or begins with it. What AWS does not find is an error of class `NotFound`: it is gone, or does not show yet.
    async fn delete(&self, target: &Target) -> Result<Deletion, ProviderError>;

    /// Who uses a resource that cannot be deleted because of that, in words with their identifiers, such as `eni-0a1b2c3d (Lambda function mail)`. Empty
    /// where nobody is found, or where the kind cannot find out.
    async fn who_uses(&self, target: &Target) -> Result<Vec<String>, ProviderError> {
        let _ = target;
        Ok(Vec::new())
    }

    /// Looks for what an unfinished create made: by client token, intent tag, or natural key under a parent that is ours.
    async fn find(&self, intent: &Intent) -> Result<Found, ProviderError>;

    /// What carries all of these tags in a place, as AWS's tagging API tells it, deleted things of the last hours included. What was made a moment ago
    /// can be missing, and so is every kind that [`Provider::is_listed`] denies.
    async fn tagged(
        &self,
        place: &Place,
        tags: &BTreeMap<String, String>,
    ) -> Result<Vec<Tagged>, ProviderError>;

    /// The first of these that its own service shows.
    async fn alive(&self, place: &Place, found: &[Tagged])
    -> Result<Option<Tagged>, ProviderError>;

    /// Whether [`Provider::tagged`] lists a kind.
    fn is_listed(&self, kind: &str) -> bool;

    /// Whether what a create makes of a kind carries the intent, so that [`Provider::find`] proves whose it is. Otherwise it goes by a natural key, which
    /// somebody else can take later.
    fn is_marked(&self, kind: &str) -> bool;

    /// Asks how far many resources have got, with as few calls as AWS allows. The answers are in the order of the questions.
    async fn poll(&self, questions: &[PollQuestion]) -> Vec<Result<Progress, ProviderError>>;

    /// The limit that AWS documents for the call that does this to a kind; `None` where it documents none.
    fn documented(&self, kind: &str, action: Action) -> Option<Limit>;

    /// The time by AWS's own clock; `None` before AWS has answered anything. The clocks of hosts differ, so that ages of what AWS made are told by this
    /// one alone.
    fn now(&self) -> Option<Timestamp>;

    /// How long after a create or update of this kind AWS may still answer as if it had not happened: the kind's visibility window.
    fn visible_within(&self, kind: &str) -> Duration;

    /// Whether the cloud takes a property and does not give it back. AWS keeps what it takes; an emulator may not.
    fn loses(&self, kind: &str, path: &str) -> bool {
        let _ = (kind, path);
        false
    }

    /// How many calls have been sent, for the reports.
    fn calls(&self) -> u64;
}

/// The token bucket by which AWS takes calls of one sort, in each account and region. These are defaults: an account's own can be larger.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The bucket's name, where several operations share it.
    pub shared: Option<&'static str>,
    /// How many calls are saved up while there are none.
    pub capacity: u32,
    /// How many come back in a second.
    pub per_second: f64,
}

/// Whose credentials are in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
}

/// A resource that is believed to exist.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The resource.
    pub address: Address,
    /// Which generation of it.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// Account, role and region.
    pub place: Place,
    /// AWS's identifier.
    pub physical_id: String,
    /// What was last applied: it tells which attributes need reading, and names parents.
    pub applied: CanonicalJson,
    /// What AWS gave.
    pub outputs: Outputs,
    /// Whether it was imported: then no call of ours has ever sent all of `applied`.
    pub imported: bool,
    /// When AWS answered its create, by AWS's own clock ([`Provider::now`]). Absent where that was long ago.
    pub since: Option<Timestamp>,
}

/// A resource to be made.
#[derive(Debug, Clone)]
pub struct CreateRequest<'a> {
    /// The resource.
    pub address: &'a Address,
    /// CloudFormation type name.
    pub kind: &'a str,
    /// Account, role and region.
    pub place: &'a Place,
    /// Client token, and value of the tag `windlass:intent`.
    pub intent: &'a IntentId,
    /// Whose it will be: the tags `windlass:stack`, `windlass:environment` and `windlass:lineage`.
    pub owner: &'a Owner,
    /// The spec as declared, with its expressions: it tells what the author wrote from what the engine added.
    pub template: &'a CanonicalJson,
    /// The spec, without holes.
    pub spec: &'a CanonicalJson,
}

/// A resource to be changed in place.
#[derive(Debug, Clone)]
pub struct UpdateRequest<'a> {
    /// The resource as it is believed to be; `applied` is what it is changed from.
    pub target: &'a Target,
    /// Client token where AWS takes one.
    pub intent: &'a IntentId,
    /// Whose it is. An update of tags sets the owner's tags again, whatever else it is about.
    pub owner: &'a Owner,
    /// The spec to be, without holes.
    pub spec: &'a CanonicalJson,
    /// The properties at the top that differ.
    pub properties: &'a [String],
    /// Others that exchange a value with it, to be changed by the same call.
    pub partners: &'a [Partner],
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created {
    /// AWS's identifier.
    pub physical_id: String,
    /// What AWS gave.
    pub outputs: Outputs,
    /// The properties at the top that are still to be sent by an update, because the create call could not carry them or because
    /// nobody knows whether they were sent.
    pub unfinished: Vec<String>,
}

/// How a deletion goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It is done when AWS has answered the call: nobody needs to ask.
    AtOnce,
    /// AWS works on it after its answer, and has to be asked until it is done.
    InBackground,
}

/// What became of an unfinished create.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Our call made this.
    Ours(Created),
    /// Nothing of ours is there. Only final once the kind's visibility window has passed.
    Nothing {
        /// How long after the call AWS may still hide what it made.
        visible_within: Duration,
    },
    /// Something stands under the name, and nothing proves that it is ours.
    Foreign {
        /// What it is.
        description: String,
    },
}

/// Something that carries tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// Its ARN.
    pub arn: String,
    /// All of its tags.
    pub tags: BTreeMap<String, String>,
}

/// How far a resource should have got.
#[derive(Debug, Clone, PartialEq)]
pub struct PollQuestion {
    /// The resource.
    pub target: Target,
    /// How far.
    pub until: Until,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// It exists, is ready, or is stable.
    Reaches(Wait),
    /// It is gone.
    Gone,
}

/// How far a resource has got.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Not there yet.
    Pending {
        /// What AWS reports, in one line, such as `1/2 running, 1 pending`.
        status: String,
        /// What the service logged since the last poll, oldest first.
        events: Vec<String>,
    },
    /// There.
    Reached {
        /// What AWS gave; merged over what was known.
        outputs: Outputs,
    },
    /// It will not get there.
    Failed(Failure),
}

/// Why something did not get there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The first line: what happened.
    pub summary: String,
    /// Lines with a word in front, such as `cause` and `log`.
    pub details: Vec<(String, String)>,
    /// Whether AWS went back to what ran before.
    pub rolled_back: bool,
}

/// What AWS refused or did not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub struct ProviderError {
    /// What sort of failure it is.
    pub class: ErrorClass,
    /// The operation, such as `ec2:CreateSubnet`.
    pub operation: String,
    /// AWS's error code, where there was an answer.
    pub code: Option<String>,
    /// AWS's message, or what the connection said.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
}

impl ProviderError {
    /// What the user can do where the credentials are refused. Of other refusals it depends on what they stood in the way of.
    pub fn way_out(&self) -> Option<String> {
        let refused = matches!(
            self.class,
            ErrorClass::CredentialsExpired | ErrorClass::Denied | ErrorClass::DeniedYet
        );
        if refused && self.may_be_the_region() {
            return Some("renew the credentials, or enable the region for the account: AWS answers the same to both".to_owned());
        }
        match self.class {
            ErrorClass::CredentialsExpired => Some("renew the credentials".to_owned()),
            ErrorClass::Denied | ErrorClass::DeniedYet => {
                let operation = &self.operation;
                Some(format!(
                    "allow `{operation}` to the credentials in use, or use others"
                ))
            }
            _ => None,
        }
    }

    /// Whether AWS says this of credentials in a region that their account has not enabled, too.
    /// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
    pub fn may_be_the_region(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some(
                "AuthFailure"
                    | "InvalidClientTokenId"
                    | "OptInRequired"
                    | "UnrecognizedClientException"
            )
        )
    }
}

/// What a failure means for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Slow down and send again: nothing was done.
    Throttled,
    /// The service failed or hid something that is on its way, such as a role that is not visible yet: nothing was done, and a later attempt may succeed.
    NotYet,
    /// Another change of the same thing is under way, such as the attaching of a cluster's capacity providers, which takes AWS up to ten minutes: nothing
    /// was done, and a later attempt succeeds.
    Busy,
    /// It is gone.
    NotFound,
    /// Something stands under that name.
    AlreadyExists,
    /// Something else still uses it.
    InUse,
    /// The credentials may not do this.
    Denied,
    /// The credentials may not do this, or something that was just made, such as a role, is not visible yet: a few attempts tell.
    DeniedYet,
    /// The credentials are not valid any more.
    CredentialsExpired,
    /// AWS refuses the request as it is.
    Invalid,
    /// A quota is used up.
    QuotaExceeded,
    /// It was not sent, because the state is not held any more.
    Withheld,
    /// Nobody knows whether it was done: a time-out, a cut connection, or a server error. Settled by looking.
    Unknown,
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}
