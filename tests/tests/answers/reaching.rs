//! The first call of a command, when no server answers it. Not here: credentials that expire later (`end_to_end`).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use windlass_aws::{Access, AwsProvider};
use windlass_engine::provider::{ErrorClass, Provider as _};
use windlass_engine::secrets::SecretReader;
use windlass_state::snapshot::SecretKey;
use windlass_tests::wire::capture::{Answers, Capture};

use crate::subject::answers;

/// No name server knows the host: Windlass gives up after one attempt, and the message names the region.
#[tokio::test]
async fn a_region_that_does_not_exist_is_named_after_one_attempt() {
    let access = Access {
        region: "xx-nowhere-1".to_owned(),
        profile: None,
        endpoint: Some("http://sts.xx-nowhere-1.invalid".to_owned()),
        local_account: Some("123456789012".to_owned()),
        http_client: None,
    };
    let secrets = SecretReader::new(PathBuf::new(), SecretKey("00".to_owned()));
    let provider = AwsProvider::new(access, Arc::new(secrets)).expect("an endpoint");
    let error = provider.identity(&Capture::place()).await;
    let error = error.expect_err("nobody answers");
    assert_eq!(error.class, ErrorClass::Invalid, "{error}");
    let says = "no host of AWS is known in region `us-east-1`";
    assert!(error.message.starts_with(says), "{error}");
    assert_eq!(provider.calls(), 1);
}

/// AWS refuses keys in a region that is not enabled like wrong keys. When a service fails, Windlass asks it again.
#[tokio::test]
async fn the_region_is_a_possible_cause_of_some_refusals_only() {
    let said = |status: u16, code: &str| -> Answers {
        let body = format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
        );
        answers(&[("GetCallerIdentity", status, body.as_str())])
    };
    for (status, code, region) in [
        (403, "InvalidClientTokenId", true),
        (401, "AuthFailure", true),
        (401, "OptInRequired", true),
        (403, "UnrecognizedClientException", true),
        (403, "ExpiredToken", false),
        (403, "AccessDenied", false),
    ] {
        let capture = Capture::new(said(status, code));
        let error = capture.provider().identity(&Capture::place()).await;
        let error = error.expect_err("refused");
        assert_eq!(error.may_be_the_region(), region, "{error}");
        assert_eq!(capture.take().len(), 1, "asked once: {code}");
    }
    let asked = AtomicUsize::new(0);
    let capture = Capture::answering(move |_| {
        let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
        Some(if first {
            (500, FAILS.to_owned())
        } else {
            (200, KNOWS.to_owned())
        })
    });
    let known = capture.provider().identity(&Capture::place()).await;
    known.expect("what fails once may answer a moment later");
    assert_eq!(capture.take().len(), 2);
}

const FAILS: &str = "<ErrorResponse><Error><Code>InternalFailure</Code><Message>no</Message></Error></ErrorResponse>";
const KNOWS: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>
    <Arn>arn:aws:iam::123456789012:user/dev</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
