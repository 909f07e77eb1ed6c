//! AWS as the engine sees it. `windlass-aws` implements it over the SDK, and the simulated cloud implements it in the tests.
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

use crate::timing::Timing;

/// What AWS gives for a resource, by CloudFormation attribute name.
pub type Outputs = BTreeMap<String, Value>;

/// AWS, or something that behaves like it.
#[async_trait]
pub trait Provider: Send + Sync {
    /// The caller identity of the credentials.
    async fn identity(&self, place: &Place) -> Result<Identity, ProviderError>;

    /// The availability zones that are open to the account, sorted.
    async fn zones(&self, place: &Place) -> Result<Vec<String>, ProviderError>;

    /// Answers a question about existing resources; `None` if nothing matches.
    async fn lookup(
        &self,
        place: &Place,
        query: &LookupQuery,
    ) -> Result<Option<Outputs>, ProviderError>;

    /// Reads many resources with the fewest calls that AWS allows. The answers are in the order of the targets.
    async fn observe(&self, targets: &[Target]) -> Vec<Result<Observation, ProviderError>>;

    /// Whether AWS found the resource by the target's identifier. Some kinds are found by their properties alone, so any identifier would seem to
    /// match.
    fn identifies(&self, target: &Target, observation: &Observation) -> bool;

    /// Creates a resource with one mutating call, which is sent once; see [`ErrorClass::Unknown`]. [`Created::unfinished`] names the properties that
    /// this call cannot carry; the engine records the resource and then sends those properties by [`Provider::update`].
    async fn create(&self, request: &CreateRequest<'_>) -> Result<Created, ProviderError>;

    /// Changes a resource in place.
    async fn update(&self, request: &UpdateRequest<'_>) -> Result<Outputs, ProviderError>;

    /// Deletes a resource, or starts the deletion. If AWS does not find the resource, the error has the class `NotFound`: the resource is gone, or is
    /// not visible yet.
    async fn delete(&self, target: &Target) -> Result<Deletion, ProviderError>;

    /// The users of a resource that AWS does not delete because they use it, in words with their identifiers, such as `eni-0a1b2c3d (Lambda function
    /// mail)`. Empty if there are none, or if the kind cannot find out.
    async fn who_uses(&self, target: &Target) -> Result<Vec<String>, ProviderError> {
        let _ = target;
        Ok(Vec::new())
    }

    /// Looks for the resource of an unfinished create: by client token, intent tag, or natural key under a parent that is ours.
    async fn find(&self, intent: &Intent) -> Result<Found, ProviderError>;

    /// The resources in a place with all of these tags, by AWS's tagging API, including resources deleted in the last hours. A resource made moments
    /// ago can be missing, and so are all kinds for which [`Provider::is_listed`] is false.
    async fn tagged(
        &self,
        place: &Place,
        tags: &BTreeMap<String, String>,
    ) -> Result<Vec<Tagged>, ProviderError>;

    /// The first of these resources that its own service shows.
    async fn alive(&self, place: &Place, found: &[Tagged])
    -> Result<Option<Tagged>, ProviderError>;

    /// Whether [`Provider::tagged`] lists a kind.
    fn is_listed(&self, kind: &str) -> bool;

    /// Whether a resource of this kind carries the intent from its creation on, so that [`Provider::find`] proves its owner. Otherwise a natural key
    /// identifies it, which another resource can take later.
    fn is_marked(&self, kind: &str) -> bool;

    /// Polls the progress of many resources, with the fewest calls that AWS allows. The answers are in the order of the questions.
    async fn poll(&self, questions: &[PollQuestion]) -> Vec<Result<Progress, ProviderError>>;

    /// The rate limit that AWS documents for the call of this action on this kind; `None` if AWS documents none.
    fn documented(&self, kind: &str, action: Action) -> Option<Limit>;

    /// How long a kind takes, and how Windlass waits for it.
    fn timing(&self, kind: &str) -> Timing {
        let _ = kind;
        Timing::USUAL
    }

    /// The time by AWS's own clock; `None` before AWS has answered anything. The clocks of hosts differ, so this clock alone gives the ages of resources.
    fn now(&self) -> Option<Timestamp>;

    /// The visibility window of the kind: how long after a create or update AWS may still answer as if it had not happened.
    fn visible_within(&self, kind: &str) -> Duration;

    /// Whether the cloud accepts a property and does not return it. AWS keeps what it accepts; an emulator may not.
    fn loses(&self, kind: &str, path: &str) -> bool {
        let _ = (kind, path);
        false
    }

    /// The number of calls up to now, for the reports.
    fn calls(&self) -> u64;
}

/// A rate limit: the token bucket with which AWS limits calls of one type, in each account and region. These are defaults: an account's own limit can
/// be higher.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The name of the bucket, if several operations share it.
    pub shared: Option<&'static str>,
    /// The capacity of the bucket, in calls.
    pub capacity: u32,
    /// The refill rate, in calls per second.
    pub per_second: f64,
}

/// The caller identity of the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The caller's ARN.
    pub arn: String,
}

/// A resource that is recorded as existing.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The resource.
    pub address: Address,
    /// The generation of the resource.
    pub generation: u32,
    /// CloudFormation type name.
    pub kind: String,
    /// Account, role and region.
    pub place: Place,
    /// AWS's identifier.
    pub physical_id: String,
    /// The spec that was last applied: it shows which attributes to read, and names parents.
    pub applied: CanonicalJson,
    /// The attributes that AWS returned.
    pub outputs: Outputs,
    /// Whether the resource was imported: then no call of ours has ever sent all of `applied`.
    pub imported: bool,
    /// When AWS answered its create, by AWS's own clock ([`Provider::now`]). Absent if that was long ago.
    pub since: Option<Timestamp>,
}

/// A resource to create.
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
    /// The owner of the new resource: the tags `windlass:stack`, `windlass:environment` and `windlass:lineage`.
    pub owner: &'a Owner,
    /// The spec as declared, with its expressions. It shows which parts the author wrote and which the engine added.
    pub template: &'a CanonicalJson,
    /// The spec, without holes.
    pub spec: &'a CanonicalJson,
}

/// A resource to change in place.
#[derive(Debug, Clone)]
pub struct UpdateRequest<'a> {
    /// The resource as it is recorded; `applied` is the base of the change.
    pub target: &'a Target,
    /// The client token, if AWS takes one.
    pub intent: &'a IntentId,
    /// The owner of the resource. An update of tags sets the owner's tags again, whatever else it changes.
    pub owner: &'a Owner,
    /// The new spec, without holes.
    pub spec: &'a CanonicalJson,
    /// The top-level properties that differ.
    pub properties: &'a [String],
    /// Other resources that exchange a value with it, to be changed by the same call.
    pub partners: &'a [Partner],
}

/// The result of a create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created {
    /// AWS's identifier.
    pub physical_id: String,
    /// The attributes that AWS returned.
    pub outputs: Outputs,
    /// The top-level properties that an update must still send, because the create call could not carry them, or because it is unknown whether they
    /// were sent.
    pub unfinished: Vec<String>,
}

/// How a deletion ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// AWS's answer ends the deletion, so nothing needs to be polled.
    AtOnce,
    /// AWS continues the deletion after its answer, so the engine polls until it is done.
    InBackground,
}

/// The outcome of an unfinished create.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Our call made this resource.
    Ours(Created),
    /// There is no resource of ours. This answer is final only after the kind's visibility window has passed.
    Nothing {
        /// How long after the call AWS may still hide the resource that the call made.
        visible_within: Duration,
    },
    /// Another resource has the name, and nothing proves that it is ours.
    Foreign {
        /// A description of that resource.
        description: String,
    },
}

/// A resource with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    pub arn: String,
    /// All tags of the resource.
    pub tags: BTreeMap<String, String>,
}

/// A poll: which level a resource should reach.
#[derive(Debug, Clone, PartialEq)]
pub struct PollQuestion {
    /// The resource.
    pub target: Target,
    /// The level to reach.
    pub until: Until,
}

/// The level that a wait waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The resource exists, is ready, or is stable.
    Reaches(Wait),
    Gone,
}

/// The progress of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The resource has not reached the level yet.
    Pending {
        /// AWS's report, in one line, such as `1/2 running, 1 pending`.
        status: String,
        /// The service's own events since the last poll, oldest first.
        events: Vec<String>,
    },
    Reached {
        /// The attributes that AWS returned; the engine merges them over the known ones.
        outputs: Outputs,
    },
    /// The resource will not reach the level.
    Failed(Failure),
}

/// Why a resource did not reach the level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The first line: the event.
    pub summary: String,
    /// Lines with a label, such as `cause` and `log`.
    pub details: Vec<(String, String)>,
    /// Whether AWS rolled back to the previous revision.
    pub rolled_back: bool,
}

/// What gave an error its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassedBy {
    /// The table that all kinds share, by AWS's code. The kind's own table may know more.
    SharedTable,
    /// A life cycle, which has looked and knows more than any table; or Windlass itself, where AWS gave no answer.
    Finding,
}

/// What AWS refused or did not answer.
#[derive(Debug, Clone, thiserror::Error)]
pub struct ProviderError {
    /// The class of the error.
    pub class: ErrorClass,
    /// What gave it that class.
    pub classed_by: ClassedBy,
    /// The operation, such as `ec2:CreateSubnet`.
    pub operation: String,
    /// AWS's error code, if AWS answered.
    pub code: Option<String>,
    /// AWS's message, or the message of the connection.
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<String>,
}

impl ProviderError {
    /// The same error with the class that a life cycle has found out.
    #[must_use]
    pub fn found_to_be(self, class: ErrorClass) -> Self {
        Self {
            class,
            classed_by: ClassedBy::Finding,
            ..self
        }
    }

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

    /// Whether AWS may also answer with this error if the account has not enabled the region.
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

/// The meaning of an error for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Rate limit exceeded: AWS did nothing, and a slower retry can succeed.
    Throttled,
    /// The service failed or does not see something that is on its way, such as a new role: AWS did nothing, and a later retry may succeed.
    NotYet,
    /// Another change of the same resource is in progress, such as the attachment of a cluster's capacity providers, which takes AWS up to ten minutes:
    /// AWS did nothing, and a later retry succeeds.
    Busy,
    /// The resource does not exist.
    NotFound,
    /// Another resource has that name.
    AlreadyExists,
    /// Another resource still uses this one.
    InUse,
    /// The credentials may not do this.
    Denied,
    /// The credentials may not do this, or a new resource, such as a role, is not visible yet: a few retries show which.
    DeniedYet,
    /// The credentials are not valid any more.
    CredentialsExpired,
    /// AWS refuses the request as it is.
    Invalid,
    /// A quota is used up.
    QuotaExceeded,
    /// The provider did not send the call, because this run no longer holds the state.
    Withheld,
    /// It is unknown whether the call took effect: a timeout, a cut connection, or a server error. The engine settles it by looking.
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
