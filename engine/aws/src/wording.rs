//! What AWS's error codes and messages mean, as data: one [`Wording`] a line, in one shared table and one table for each kind.
//!
//! A code that says that something does not exist needs no line for "not visible yet": the engine knows what was made a moment ago, and
//! waits for it. A kind's table holds what that rule cannot know: a code that means something else here, such as `AuthFailure` for an
//! address that is still held, and a code for everything whose message tells, such as `ValidationError`.
//! Each line has a row of AWS's real words in `tests/src/wordings/`. Not here: how an SDK error becomes a code and a message (`error`).

use windlass_engine::provider::ErrorClass;

/// What some codes of some operations mean, perhaps only where the message says certain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// Operations as IAM writes them, such as `ec2:CreateVpc`. One `*` at the start or the end stands for anything; none at all is every operation.
    pub operations: &'static [&'static str],
    /// Error codes. One `*` at the start or the end stands for anything; none at all is every code.
    pub codes: &'static [&'static str],
    /// The message holds one of these, in capitals or not; none at all is every message.
    pub says: &'static [&'static str],
    /// What it means.
    pub class: ErrorClass,
}

impl Wording {
    /// What `codes` mean in an answer to one of `operations`, whatever the message says.
    pub const fn new(
        operations: &'static [&'static str],
        codes: &'static [&'static str],
        class: ErrorClass,
    ) -> Self {
        Self {
            operations,
            codes,
            says: &[],
            class,
        }
    }

    /// Only where the message holds one of `says`. For services that have one code for everything; name the source of the words.
    pub const fn saying(self, says: &'static [&'static str]) -> Self {
        Self { says, ..self }
    }

    /// Whether an answer is worded so.
    pub fn fits(&self, operation: &str, code: &str, message: &str) -> bool {
        let message = message.to_ascii_lowercase();
        let says = |words: &&str| message.contains(&words.to_ascii_lowercase());
        any(self.operations, |pattern| matches(pattern, operation))
            && any(self.codes, |pattern| matches(pattern, code))
            && any(self.says, |words| says(&words))
    }
}

fn any(patterns: &[&'static str], fits: impl Fn(&'static str) -> bool) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern))
}

/// Whether a text is a pattern's: `*.NotFound`, `elasticloadbalancing:Create*`.
pub fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        (None, None) => text == pattern,
    }
}

/// The first line that an answer fits.
pub fn first(
    wordings: &'static [Wording],
    operation: &str,
    code: &str,
    message: &str,
) -> Option<&'static Wording> {
    wordings
        .iter()
        .find(|wording| wording.fits(operation, code, message))
}

const fn shared(class: ErrorClass, codes: &'static [&'static str]) -> Wording {
    Wording::new(&[], codes, class)
}

/// The codes that AWS's services share. The first line that fits counts: `RequestLimitExceeded` is a throttle, `VpcLimitExceeded` a quota.
///
/// Sources: the common errors of each service's API reference, and the throttling and transient codes of the SDK's own retry policy.
pub const SHARED: &[Wording] = &[
    shared(
        ErrorClass::Throttled,
        &[
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "SlowDown",
            "PriorRequestNotComplete",
            "EC2ThrottledException",
            "BandwidthLimitExceeded",
            "ProvisionedThroughputExceededException",
            "TransactionInProgressException",
        ],
    ),
    shared(
        ErrorClass::CredentialsExpired,
        &[
            "ExpiredToken",
            "ExpiredTokenException",
            "TokenRefreshRequired",
            "RequestExpired",
            "InvalidClientTokenId",
            "UnrecognizedClientException",
            "AuthFailure",
        ],
    ),
    // A role that was just made cannot be passed at once. <https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/414>
    shared(ErrorClass::DeniedYet, &["AccessDenied*"]).saying(&["iam:PassRole"]),
    shared(
        ErrorClass::Denied,
        &[
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "UnauthorizedAccess",
            "NotAuthorized",
            "OptInRequired",
        ],
    ),
    shared(
        ErrorClass::InUse,
        &[
            "DependencyViolation",
            "DeleteConflict",
            "*InUse",
            "ResourceInUseException",
            "ResourceInUseFault",
            "OperationNotPermitted",
            "ClusterContainsServicesException",
            "ClusterContainsTasksException",
            "ClusterContainsContainerInstancesException",
            "UpdateInProgressException",
            "ScalingActivityInProgress",
        ],
    ),
    shared(
        ErrorClass::NotFound,
        &["NoSuchEntity*", "*NotFound", "*NotFoundException"],
    ),
    shared(
        ErrorClass::AlreadyExists,
        &[
            "*AlreadyExists",
            "*AlreadyExistsException",
            "AlreadyExistsFault",
            "ResourceExistsException",
            "*.Duplicate",
            "Duplicate*",
        ],
    ),
    shared(
        ErrorClass::QuotaExceeded,
        &[
            "*LimitExceeded",
            "*LimitExceededException",
            "ServiceQuotaExceededException",
            "TooMany*",
        ],
    ),
    shared(
        ErrorClass::NotYet,
        &[
            "ConcurrentModification",
            "ConcurrentModificationException",
            "ConcurrentUpdateException",
            "OperationAbortedException",
            "InvalidConfigurationRequest",
            // IAM is at work on it. <https://github.com/hashicorp/terraform-provider-aws/pull/4143>
            "EntityTemporarilyUnmodifiable",
            // A new account is looked at, mostly for minutes. <https://github.com/openshift/installer/issues/829>
            "PendingVerification",
        ],
    ),
    shared(
        ErrorClass::Unknown,
        &[
            "InternalFailure",
            "InternalError",
            "ServiceUnavailable",
            "ServerException",
            "RequestTimeout",
        ],
    ),
];
