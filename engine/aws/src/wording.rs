//! The meaning of AWS's error codes and messages, as data: one [`Wording`] per line, in one shared table and one table for each kind.
//!
//! A "not found" code needs no line for "not visible yet": the engine knows which resources were created a moment ago, and waits for them. A kind's
//! table has the cases that this rule cannot cover: a code that means something else here, such as `AuthFailure` for an address that is still in use,
//! and a code for everything, whose message has the reason, such as `ValidationError`.
//! Each line has a row with AWS's real messages in `tests/src/wordings/`. Not here: the conversion of an SDK error to a code and a message (`error`).

use windlass_engine::provider::ErrorClass;

/// The class of some codes of some operations, optionally only if the message contains certain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// Operations as IAM writes them, such as `ec2:CreateVpc`. One `*` at the start or the end matches anything. An empty list matches every operation.
    pub operations: &'static [&'static str],
    /// Error codes. One `*` at the start or the end matches anything. An empty list matches every code.
    pub codes: &'static [&'static str],
    /// Words that the message contains, in upper or lower case. One of them is enough. An empty list matches every message.
    pub says: &'static [&'static str],
    /// The class of an answer that this wording fits.
    pub class: ErrorClass,
}

impl Wording {
    /// The class of `codes` in an answer to one of `operations`, with any message.
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

    /// Restricts the wording to messages that contain one of `says`. Use it for services that have one code for everything, and name the source of the words.
    pub const fn saying(self, says: &'static [&'static str]) -> Self {
        Self { says, ..self }
    }

    /// Whether this wording fits an answer.
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

/// Whether a text matches a pattern, such as `*.NotFound` or `elasticloadbalancing:Create*`.
pub fn matches(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (_, Some(start)) => text.starts_with(start),
        (None, None) => text == pattern,
    }
}

/// The first wording that fits an answer.
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

/// The codes that AWS's services share. The first line that fits decides: `RequestLimitExceeded` is a throttle, `VpcLimitExceeded` a quota.
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
    // A caller cannot pass a role at once after its creation. <https://github.com/terraform-aws-modules/terraform-aws-ecs/issues/414>
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
            // IAM still processes an earlier change. <https://github.com/hashicorp/terraform-provider-aws/pull/4143>
            "EntityTemporarilyUnmodifiable",
            // AWS verifies a new account, usually for some minutes. <https://github.com/openshift/installer/issues/829>
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
