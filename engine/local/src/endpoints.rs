//! DescribeVpcEndpoints filtered by identifier: moto fails at that filter. It takes identifiers as a parameter, but refuses all of them where
//! one does not exist, which AWS's filter leaves out.
//!
//! Not here: the other filters, which moto has.

use bytes::Bytes;
use http::request::Parts;
use http::{Response, header};
use http_body_util::BodyExt as _;

use crate::backend::{Backend, BackendError, full};
use crate::operation::Call;

const FILTER: &str = "vpc-endpoint-id";

/// A request by identifier, in the form that moto understands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ById {
    /// The number of AWS's filter among the request's filters.
    number: String,
    identifiers: Vec<String>,
    /// All other parameters of the request.
    rest: Vec<String>,
}

impl ById {
    /// The request; `None` if it does not filter by identifier.
    pub(crate) fn read(form: &str) -> Option<Self> {
        let number = form.split('&').find_map(|pair| {
            let name = pair.strip_suffix(FILTER)?.strip_suffix(".Name=")?;
            name.strip_prefix("Filter.")
        })?;
        let (own, rest): (Vec<&str>, Vec<&str>) = form
            .split('&')
            .partition(|pair| pair.starts_with(&format!("Filter.{number}.")));
        let value = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            name.contains(".Value.").then(|| value.to_owned())
        };
        Some(Self {
            number: number.to_owned(),
            identifiers: own.into_iter().filter_map(value).collect(),
            rest: rest.into_iter().map(str::to_owned).collect(),
        })
    }

    /// The request for moto. A filter of states replaces AWS's filter: one that all endpoints pass, or one that none passes if no identifier is left.
    fn form(&self) -> String {
        let number = &self.number;
        let states = if self.identifiers.is_empty() {
            "none"
        } else {
            "*"
        };
        let mut pairs = self.rest.clone();
        pairs.push(format!("Filter.{number}.Name=vpc-endpoint-state"));
        pairs.push(format!("Filter.{number}.Value.1={states}"));
        let parameters = (1..).zip(&self.identifiers);
        pairs.extend(parameters.map(|(at, identifier)| format!("VpcEndpointId.{at}={identifier}")));
        pairs.join("&")
    }

    /// Removes the identifiers that an error names. Returns whether there were any.
    fn leave_out(&mut self, error: &str) -> bool {
        let asked = self.identifiers.len();
        self.identifiers
            .retain(|identifier| !error.contains(identifier));
        self.identifiers.len() < asked
    }

    /// Asks moto until its answer names no missing identifier.
    pub(crate) async fn answer(
        mut self,
        backend: &Backend,
        call: &Call,
        mut parts: Parts,
    ) -> Result<Response<Bytes>, BackendError> {
        // The body's length changes.
        parts.headers.remove(header::CONTENT_LENGTH);
        loop {
            let answer = backend.forward(parts.clone(), full(self.form()), call);
            let (head, body) = answer.await?.into_parts();
            let text = body.collect().await.map_err(BackendError::of)?.to_bytes();
            if head.status.is_success() || !self.leave_out(&String::from_utf8_lossy(&text)) {
                return Ok(Response::from_parts(head, text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Action=DescribeVpcEndpoints&Version=2016-11-15";

    #[test]
    fn the_filter_becomes_a_parameter_until_nothing_is_left_of_it() {
        let form = format!(
            "{HEAD}&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.2.Name=vpc-endpoint-id&Filter.2.Value.1=vpce-1&Filter.2.Value.2=vpce-2"
        );
        let mut asked = ById::read(&form).expect("it filters by identifier");
        let others = format!("{HEAD}&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1");
        let states = "&Filter.2.Name=vpc-endpoint-state&Filter.2.Value.1";
        assert_eq!(
            asked.form(),
            format!("{others}{states}=*&VpcEndpointId.1=vpce-1&VpcEndpointId.2=vpce-2")
        );
        assert!(asked.leave_out("The VpcEndPoint ID 'vpce-1' does not exist"));
        assert_eq!(
            asked.form(),
            format!("{others}{states}=*&VpcEndpointId.1=vpce-2")
        );
        assert!(!asked.leave_out("something else is wrong"));
        assert!(asked.leave_out("The VpcEndPoint ID 'vpce-2' does not exist"));
        assert_eq!(asked.form(), format!("{others}{states}=none"));
    }

    #[test]
    fn other_requests_stay() {
        assert_eq!(ById::read(HEAD), None);
        let by_tag = format!("{HEAD}&Filter.1.Name=tag%3AName&Filter.1.Value.1=vpc-endpoint-id");
        assert_eq!(ById::read(&by_tag), None);
    }
}
