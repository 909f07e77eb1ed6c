//! Error classes: converts the SDK's errors to the engine's classes. Not here: codes that only one kind knows, which its life cycle declares.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use windlass_engine::provider::{ClassedBy, ErrorClass, ProviderError};

use crate::guard::Withheld;
use crate::wording::{self, Wording};

/// The result of a life cycle's call.
pub type Result<T> = std::result::Result<T, ProviderError>;

/// Adds the name of the operation to an SDK result, and gives its error a class.
pub trait Named<T> {
    /// `operation` has the form that IAM uses, such as `ec2:CreateVpc`.
    fn named(self, operation: &'static str) -> Result<T>;
}

impl<T, E: ProvideErrorMetadata> Named<T> for std::result::Result<T, SdkError<E, HttpResponse>> {
    fn named(self, operation: &'static str) -> Result<T> {
        self.map_err(|error| provider_error(operation, &error))
    }
}

/// Turns `NotFound` into `None`.
pub trait Found<T> {
    /// `None` if the resource does not exist.
    fn found(self) -> Result<Option<T>>;
}

impl<T> Found<T> for Result<T> {
    fn found(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.class == ErrorClass::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// An answer without a member that AWS documents as always present.
pub fn incomplete(operation: &'static str, what: &str) -> ProviderError {
    ProviderError {
        class: ErrorClass::Unknown,
        classed_by: ClassedBy::Finding,
        operation: operation.to_owned(),
        code: None,
        message: format!("the answer has no {what}"),
        request_id: None,
    }
}

/// The resource of an update is gone.
pub fn missing(operation: &'static str, what: &str) -> ProviderError {
    ProviderError {
        class: ErrorClass::NotFound,
        classed_by: ClassedBy::Finding,
        operation: operation.to_owned(),
        code: None,
        message: format!("{what} does not exist any more"),
        request_id: None,
    }
}

/// Another resource is in the place of the create's result, and AWS would not refuse the call.
pub fn exists(operation: &str, what: &str) -> ProviderError {
    ProviderError {
        class: ErrorClass::AlreadyExists,
        classed_by: ClassedBy::Finding,
        operation: operation.to_owned(),
        code: None,
        message: format!("{what} exists already"),
        request_id: None,
    }
}

/// A refusal that Windlass finds without a call to AWS.
pub fn invalid(operation: &'static str, message: impl Into<String>) -> ProviderError {
    ProviderError {
        class: ErrorClass::Invalid,
        classed_by: ClassedBy::Finding,
        operation: operation.to_owned(),
        code: None,
        message: message.into(),
        request_id: None,
    }
}

fn provider_error<E: ProvideErrorMetadata>(
    operation: &'static str,
    error: &SdkError<E, HttpResponse>,
) -> ProviderError {
    let (code, message, status) = match error {
        SdkError::ServiceError(service) => {
            let meta = service.err().meta();
            let message = meta
                .message()
                .map_or_else(|| unworded(service.raw()), str::to_owned);
            (
                meta.code().map(str::to_owned),
                message,
                Some(service.raw().status().as_u16()),
            )
        }
        other => (None, chain(other), None),
    };
    // The SDK has learnt the clock skew from this answer, and signs the next attempt with the service's time. What a kind's table says about the code
    // does not count then.
    let is_skewed = code.as_deref().is_some_and(blames_the_clock) && is_skewed(error);
    let class = match (&code, status) {
        _ if is_skewed => ErrorClass::NotYet,
        (Some(code), Some(status)) => class_of(operation, code, status, &message),
        (None, Some(status)) if status < 500 => ErrorClass::Invalid,
        _ => transport_class(error),
    };
    ProviderError {
        class,
        classed_by: match is_skewed {
            true => ClassedBy::Finding,
            false => ClassedBy::SharedTable,
        },
        operation: operation.to_owned(),
        code,
        message,
        request_id: request_id(error),
    }
}

/// Describes an error whose body does not have the service's form, such as a proxy's or gateway's error: the status, and the start of the body.
/// Control characters are escaped.
fn unworded(answer: &HttpResponse) -> String {
    const SHOWN: usize = 160;
    let status = answer.status().as_u16();
    let body = answer.body().bytes().map(String::from_utf8_lossy);
    let body = body.as_deref().map(str::trim).unwrap_or_default();
    if body.is_empty() {
        return format!("HTTP status {status} without a message");
    }
    let mut begins = String::new();
    for letter in body.chars().take(SHOWN) {
        if letter.is_control() {
            begins.extend(letter.escape_debug());
        } else {
            begins.push(letter);
        }
    }
    if body.chars().nth(SHOWN).is_some() {
        begins.push('…');
    }
    format!("HTTP status {status} without a message of AWS's form: {begins}")
}

/// The class of a failure without an answer from the service.
fn transport_class<E>(error: &SdkError<E, HttpResponse>) -> ErrorClass {
    match error {
        // The SDK could not build or sign the request, so it sent nothing.
        SdkError::ConstructionFailure(_) => {
            let text = chain(error).to_lowercase();
            if text.contains("credential") || text.contains("token") {
                ErrorClass::CredentialsExpired
            } else {
                ErrorClass::Invalid
            }
        }
        SdkError::DispatchFailure(dispatch) if dispatch.is_user() => ErrorClass::Invalid,
        SdkError::DispatchFailure(dispatch) if withheld(dispatch) => ErrorClass::Withheld,
        // Without credentials the SDK sent nothing.
        SdkError::DispatchFailure(_) if chain(error).starts_with(NO_CREDENTIALS) => {
            ErrorClass::CredentialsExpired
        }
        _ => ErrorClass::Unknown,
    }
}

/// The start of the message if the SDK's credentials chain has no credentials.
const NO_CREDENTIALS: &str = "there are no usable credentials";

/// Whether DNS does not know the host of a call.
pub fn is_unresolved<E>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(error, SdkError::DispatchFailure(_)) && chain(error).contains("dns error")
}

/// Whether a code can mean that the signature's time is wrong. Some services return the same code for any wrong signature.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-clock-skew.html>
fn blames_the_clock(code: &str) -> bool {
    matches!(
        code,
        "AccessDeniedException"
            | "AuthFailure"
            | "InvalidSignatureException"
            | "RequestExpired"
            | "RequestInTheFuture"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch"
    )
}

/// Whether the clocks of this host and of the service differ so much that AWS refuses signatures. AWS allows five minutes.
fn is_skewed<E>(error: &SdkError<E, HttpResponse>) -> bool {
    const ALLOWED: i64 = 4 * 60;
    let date = error
        .raw_response()
        .and_then(|response| response.headers().get("date"))
        .and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
    date.is_some_and(|date| {
        let now = DateTime::from(std::time::SystemTime::now());
        (date.secs() - now.secs()).abs() > ALLOWED
    })
}

fn withheld(dispatch: &DispatchFailure) -> bool {
    let first = dispatch
        .as_connector_error()
        .map(|error| error as &(dyn std::error::Error + 'static));
    std::iter::successors(first, |error| error.source())
        .any(<dyn std::error::Error>::is::<Withheld>)
}

fn chain<E>(error: &SdkError<E, HttpResponse>) -> String {
    let (what, source): (&str, Option<&(dyn std::error::Error + 'static)>) = match error {
        SdkError::ConstructionFailure(_) => ("the request could not be made", None),
        SdkError::TimeoutError(_) => ("no answer in time", None),
        SdkError::DispatchFailure(dispatch) => (
            "the connection failed",
            dispatch.as_connector_error().map(|e| e as _),
        ),
        SdkError::ResponseError(unread) => {
            return format!("the answer could not be read: {}", unworded(unread.raw()));
        }
        _ => ("the call failed", None),
    };
    let mut text = what.to_owned();
    let (mut next, mut no_credentials) = (source, None);
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        if cause.is::<CredentialsError>() {
            // The text occurs once for each source of credentials that the SDK tried. The last one has the reason.
            no_credentials = Some(text.len());
        }
        next = cause.source();
    }
    if let Some(why) = no_credentials {
        let why = text[why..].replace(":\n  ", ": ").replace("\n  ", "; ");
        return format!("{NO_CREDENTIALS}{why}");
    }
    if source.is_none()
        && let SdkError::ConstructionFailure(failure) = error
    {
        text.push_str(&format!(": {failure:?}"));
    }
    text
}

fn request_id<E>(error: &SdkError<E, HttpResponse>) -> Option<String> {
    let headers = error.raw_response()?.headers();
    ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"]
        .iter()
        .find_map(|name| headers.get(name))
        .map(str::to_owned)
}

/// Gives an error the class from its kind's table, unless the life cycle has classed the error itself.
pub fn refined(mut error: ProviderError, of_kind: &'static [Wording]) -> ProviderError {
    if let (ClassedBy::SharedTable, Some(code)) = (error.classed_by, &error.code)
        && let Some(wording) = wording::first(of_kind, &error.operation, code, &error.message)
    {
        error.class = wording.class;
    }
    error
}

/// The class of an answer by the shared table. A code that this table does not have means a refusal, or for a status of 500 and above a failure of
/// the service.
pub fn class_of(operation: &str, code: &str, status: u16, message: &str) -> ErrorClass {
    match wording::first(wording::SHARED, operation, code, message) {
        Some(wording) => wording.class,
        None if status >= 500 => ErrorClass::Unknown,
        None => ErrorClass::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_life_cycle_has_found_stays() {
        let error = ProviderError {
            class: ErrorClass::Invalid,
            classed_by: ClassedBy::SharedTable,
            operation: "secretsmanager:CreateSecret".to_owned(),
            code: Some("InvalidRequestException".to_owned()),
            message: "scheduled for deletion".to_owned(),
            request_id: None,
        };
        const GONE: &[Wording] = &[Wording::new(&[], &[], ErrorClass::NotFound)];
        assert_eq!(refined(error.clone(), GONE).class, ErrorClass::NotFound);
        let found = error.found_to_be(ErrorClass::AlreadyExists);
        assert_eq!(refined(found, GONE).class, ErrorClass::AlreadyExists);
    }

    #[test]
    fn codes_have_their_class() {
        for (code, status, class) in [
            ("InvalidVpcID.NotFound", 400, ErrorClass::NotFound),
            ("InvalidGroup.Duplicate", 400, ErrorClass::AlreadyExists),
            ("RequestLimitExceeded", 503, ErrorClass::Throttled),
            ("DependencyViolation", 400, ErrorClass::InUse),
            ("VpcLimitExceeded", 400, ErrorClass::QuotaExceeded),
            ("ServerException", 500, ErrorClass::Unknown),
            ("ConcurrentUpdateException", 400, ErrorClass::NotYet),
            ("InvalidParameterValue", 400, ErrorClass::Invalid),
        ] {
            assert_eq!(class_of("ec2:CreateVpc", code, status, ""), class, "{code}");
        }
    }
}
