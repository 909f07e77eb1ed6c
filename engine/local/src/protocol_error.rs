//! Errors in the form of each AWS protocol, so that a real SDK classifies them as it would AWS's own; and the gateway's own errors in plain text.
//!
//! Not here: when to answer with one (`rules`, `ecs`). Shapes: <https://smithy.io/2.0/aws/protocols/>; EC2's throttle code and status:
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use crate::operation::{Call, Protocol};

/// An error in AWS's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl ServiceError {
    /// The service's own throttling error.
    pub(crate) fn throttled(call: &Call) -> Self {
        let (status, code) = match (call.service.as_str(), call.protocol) {
            ("s3", _) => (503, "SlowDown"),
            ("servicediscovery", _) => (400, "RequestLimitExceeded"),
            (_, Protocol::Ec2Query) => (503, "RequestLimitExceeded"),
            (_, Protocol::Query | Protocol::RestXml) => (400, "Throttling"),
            (_, Protocol::RestJson) => (429, "TooManyRequestsException"),
            (_, Protocol::Json) => (400, "ThrottlingException"),
        };
        Self {
            status,
            code: code.to_owned(),
            message: "Rate exceeded".to_owned(),
        }
    }

    /// The service's error for a request that does not fit its model. It names the faults more exactly than AWS does.
    pub(crate) fn unfit(call: &Call, faults: &[String]) -> Self {
        let code = match call.protocol {
            Protocol::Ec2Query => "InvalidParameterValue",
            Protocol::Json if call.service == "ecs" => "InvalidParameterException",
            Protocol::Json | Protocol::RestJson => "ValidationException",
            Protocol::Query | Protocol::RestXml => "ValidationError",
        };
        Self {
            status: 400,
            code: code.to_owned(),
            message: format!(
                "{} does not fit AWS's model of it: {}",
                call.name(),
                faults.join("; ")
            ),
        }
    }

    /// The service's own access error.
    pub(crate) fn access_denied(call: &Call) -> Self {
        let (status, code) = match call.protocol {
            Protocol::Ec2Query => (403, "UnauthorizedOperation"),
            Protocol::Query | Protocol::RestXml => (403, "AccessDenied"),
            Protocol::RestJson => (403, "AccessDeniedException"),
            Protocol::Json => (400, "AccessDeniedException"),
        };
        Self {
            status,
            code: code.to_owned(),
            message: format!(
                "User: arn:aws:iam::{}:user/local is not authorized to perform: {}",
                call.account,
                call.name()
            ),
        }
    }

    /// The answer, in the protocol of the call.
    pub(crate) fn answer(&self, protocol: Protocol) -> Response<Bytes> {
        let request_id = request_id();
        let (kind, body) = match protocol {
            Protocol::Json => ("application/x-amz-json-1.1", self.json_body(true)),
            Protocol::RestJson => ("application/json", self.json_body(false)),
            Protocol::Query => ("text/xml", self.query_body(&request_id)),
            Protocol::Ec2Query => ("text/xml", self.ec2_body(&request_id)),
            Protocol::RestXml => ("application/xml", self.rest_xml_body(&request_id)),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            headers.insert("x-amzn-requestid", id);
        }
        if protocol == Protocol::RestJson
            && let Ok(code) = HeaderValue::from_str(&self.code)
        {
            headers.insert("x-amzn-errortype", code);
        }
        response
    }

    fn json_body(&self, with_type: bool) -> String {
        let mut body = serde_json::json!({ "message": self.message });
        if with_type {
            body["__type"] = self.code.clone().into();
        }
        body.to_string()
    }

    fn query_body(&self, request_id: &str) -> String {
        let fault = if self.status < 500 {
            "Sender"
        } else {
            "Receiver"
        };
        format!(
            "<ErrorResponse><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
            escaped(&self.code),
            escaped(&self.message)
        )
    }

    fn ec2_body(&self, request_id: &str) -> String {
        format!(
            "<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>",
            escaped(&self.code),
            escaped(&self.message)
        )
    }

    fn rest_xml_body(&self, request_id: &str) -> String {
        format!(
            "<Error><Code>{}</Code><Message>{}</Message><RequestId>{request_id}</RequestId></Error>",
            escaped(&self.code),
            escaped(&self.message)
        )
    }
}

/// An answer of the gateway itself, in plain text.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text.to_owned()));
    *response.status_mut() = status;
    response
}

/// An answer that a rule gives, with the content type of the protocol.
pub(crate) fn given(status: u16, body: String, protocol: Protocol) -> Response<Bytes> {
    let kind = match protocol {
        Protocol::Json => "application/x-amz-json-1.1",
        Protocol::RestJson => "application/json",
        Protocol::Query | Protocol::Ec2Query => "text/xml",
        Protocol::RestXml => "application/xml",
    };
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(id) = HeaderValue::from_str(&request_id()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// A new request id, in AWS's form.
pub(crate) fn request_id() -> String {
    let [a, b] = [rand::random::<u64>(), rand::random::<u64>()];
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xffff,
        b >> 48,
        b & 0xffff_ffff_ffff
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(service: &str, protocol: Protocol) -> Call {
        Call {
            service: service.to_owned(),
            operation: "Op".to_owned(),
            account: "111111111111".to_owned(),
            region: "us-east-1".to_owned(),
            protocol,
        }
    }

    fn body(error: &ServiceError, protocol: Protocol) -> String {
        String::from_utf8(error.answer(protocol).into_body().to_vec()).expect("text")
    }

    #[test]
    fn a_throttle_has_the_code_and_form_of_its_service() {
        let ec2 = ServiceError::throttled(&call("ec2", Protocol::Ec2Query));
        assert_eq!(
            (ec2.status, ec2.code.as_str()),
            (503, "RequestLimitExceeded")
        );
        assert!(
            body(&ec2, Protocol::Ec2Query)
                .starts_with("<Response><Errors><Error><Code>RequestLimitExceeded<")
        );

        let elb = ServiceError::throttled(&call("elasticloadbalancing", Protocol::Query));
        assert!(
            body(&elb, Protocol::Query)
                .starts_with("<ErrorResponse><Error><Type>Sender</Type><Code>Throttling<")
        );

        let ecs = ServiceError::throttled(&call("ecs", Protocol::Json));
        let json: serde_json::Value =
            serde_json::from_str(&body(&ecs, Protocol::Json)).expect("JSON");
        assert_eq!(json["__type"], "ThrottlingException");
    }

    #[test]
    fn rest_json_names_the_error_in_a_header() {
        let denied = ServiceError::access_denied(&call("eks", Protocol::RestJson));
        let answer = denied.answer(Protocol::RestJson);
        assert_eq!(
            answer.headers()["x-amzn-errortype"],
            "AccessDeniedException"
        );
        assert_eq!(answer.status(), 403);
    }

    #[test]
    fn messages_cannot_break_the_xml() {
        let error = ServiceError {
            status: 400,
            code: "A".into(),
            message: "a < b & c".into(),
        };
        assert!(body(&error, Protocol::Query).contains("a &lt; b &amp; c"));
    }
}
