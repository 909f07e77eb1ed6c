//! Passes a call on: to the overlay of ECS, to moto, or to moto with a gap closed.
//!
//! Large bodies stream through in both directions. The gateway reads a body whole if it is small, or if its text matters. Not here: what the rules do
//! to a call (`gateway`), what the gaps are (`gaps`).

use bytes::Bytes;
use http::request::Parts;
use http::{Response, header};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use serde_json::Value;

use super::{Arrived, Gateway};
use crate::backend::{BackendError, Body, full, unavailable};
use crate::ecs::Overlay;
use crate::endpoints::ById;
use crate::gaps::{self, Gap};
use crate::lag::Lag;
use crate::operation::{Call, form_value};
use crate::protocol_error::ServiceError;
use crate::tagged;

/// The maximum size of an answer's body that is passed on together with its head, as AWS sends them, in bytes. Moto sends the head first, and Terraform
/// now and then gives up a connection whose body comes after it, and sends its call again.
const IN_ONE_PIECE: u64 = 1 << 20;

impl Gateway {
    /// Passes the call on as it is, or with its request and answer changed by rules of eventual consistency.
    pub(super) async fn pass(&self, arrived: Arrived, lags: &[Lag]) -> Response<Body> {
        let protocol = arrived.call.protocol;
        let outcome = if lags.is_empty() && self.lags.is_idle(self.clock.now()) {
            self.serve_call(arrived).await
        } else {
            self.serve_lagging(arrived, lags).await
        };
        outcome.unwrap_or_else(|error| unavailable(&error, protocol).map(full))
    }

    async fn serve_lagging(
        &self,
        arrived: Arrived,
        lags: &[Lag],
    ) -> Result<Response<Body>, BackendError> {
        let Arrived {
            call,
            mut parts,
            body,
            ..
        } = arrived;
        let request = whole(body).await?;
        // A body that is not text names nothing that is hidden.
        let asked = std::str::from_utf8(&request).map(|text| self.lags.ask(&call, text));
        let Ok(asked) = asked else {
            let form = Bytes::new();
            let body = full(request);
            return self
                .serve_call(Arrived {
                    call,
                    parts,
                    form,
                    body,
                })
                .await;
        };
        parts.headers.remove(header::CONTENT_LENGTH);
        let text = Bytes::from(asked.text.clone());
        let answer = self
            .serve_call(Arrived {
                call: call.clone(),
                parts,
                form: text.clone(),
                body: full(text),
            })
            .await?;
        let (mut head, body) = answer.into_parts();
        let answer = whole(body).await?;
        let Ok(answer) = String::from_utf8(answer.to_vec()) else {
            return Ok(Response::from_parts(head, full(answer)));
        };
        let now = self.clock.now();
        let success = head.status.is_success();
        let shown = self.lags.show(&call, &asked, answer.clone(), lags, now);
        if success {
            let request = String::from_utf8_lossy(&request);
            self.lags.learn(&call, lags, &request, &answer, now);
        }
        head.headers.remove(header::CONTENT_LENGTH);
        Ok(Response::from_parts(head, full(shown)))
    }

    /// Passes the call to the overlay or to moto.
    async fn serve_call(&self, arrived: Arrived) -> Result<Response<Body>, BackendError> {
        let Arrived {
            call,
            parts,
            form,
            body,
        } = arrived;
        if let Some(refusal) = self.refusal(&call, &form) {
            return Ok(refusal.answer(call.protocol).map(full));
        }
        if shows_traffic(&call) {
            self.overlay.settle(&call, &self.backend).await?;
        }
        if Overlay::handles(&call) {
            self.pass_ecs(&call, body).await
        } else if let Some(gap) = Gap::of(&call) {
            self.pass_gap(gap, &call, parts, &form, body).await
        } else {
            self.pass_through(&call, parts, body).await
        }
    }

    /// AWS's error for a request that does not fit its own model.
    fn refusal(&self, call: &Call, body: &[u8]) -> Option<ServiceError> {
        let models = self.models.as_ref()?;
        let faults = models.faults(&call.service, &call.operation, call.protocol, body);
        (!faults.is_empty()).then(|| ServiceError::unfit(call, &faults))
    }

    async fn pass_through(
        &self,
        call: &Call,
        parts: Parts,
        body: Body,
    ) -> Result<Response<Body>, BackendError> {
        let (head, body) = self.backend.forward(parts, body, call).await?.into_parts();
        let body = body.map_err(Into::into).boxed_unsync();
        let size = body.size_hint().exact();
        let body = match size.is_some_and(|size| size <= IN_ONE_PIECE) {
            true => full(whole(body).await?),
            false => body,
        };
        Ok(Response::from_parts(head, body))
    }

    async fn pass_ecs(&self, call: &Call, body: Body) -> Result<Response<Body>, BackendError> {
        let request = json_of(body).await?;
        let reply = self.overlay.answer(call, request, &self.backend).await?;
        Ok(reply.into_response().map(full))
    }

    async fn pass_gap(
        &self,
        gap: Gap,
        call: &Call,
        parts: Parts,
        form: &Bytes,
        body: Body,
    ) -> Result<Response<Body>, BackendError> {
        match gap {
            Gap::ScalableTargetTags => {
                let request = json_of(body).await?;
                let reply = self.scalable_target_tags.answer(&call.operation, &request);
                Ok(reply.into_response().map(full))
            }
            Gap::ScalableTargetRegistration => {
                let text = whole(body).await?;
                let request: Value = serde_json::from_slice(&text).unwrap_or_default();
                let answer = self.pass_through(call, parts, full(text)).await?;
                mapped(answer, |answer| {
                    if let Some(arn) = answer["ScalableTargetARN"].as_str() {
                        self.scalable_target_tags.register(&request, arn);
                    }
                })
                .await
            }
            Gap::ParameterNotation => {
                let answer = self.pass_through(call, parts, body).await?;
                mapped(answer, gaps::mend_parameters).await
            }
            Gap::SessionAccount => {
                let (head, body) = self.pass_through(call, parts, body).await?.into_parts();
                let text = whole(body).await?;
                let role = form_value(&String::from_utf8_lossy(form), "RoleArn");
                let account = role.as_deref().and_then(|arn| arn.split(':').nth(4));
                if let (Some(key), Some(account)) =
                    (gaps::session_key(&String::from_utf8_lossy(&text)), account)
                {
                    self.accounts.learn_session(key, account);
                }
                Ok(Response::from_parts(head, full(text)))
            }
            Gap::EndpointsById => match ById::read(&String::from_utf8_lossy(form)) {
                Some(asked) => {
                    let answer = asked.answer(&self.backend, call, parts).await?;
                    Ok(answer.map(full))
                }
                None => self.pass_through(call, parts, body).await,
            },
            Gap::NetworkOfTasks => {
                let text = String::from_utf8_lossy(form);
                let named = form_value(&text, "SubnetId").or_else(|| form_value(&text, "GroupId"));
                let used = named.filter(|named| self.overlay.uses(call, &self.backend, named));
                match used {
                    Some(named) => Ok(gaps::in_use(&named).answer(call.protocol).map(full)),
                    None => self.pass_through(call, parts, body).await,
                }
            }
            Gap::TagsByArn => {
                let text = whole(body).await?;
                let request: Value = serde_json::from_slice(&text).unwrap_or_default();
                if !tagged::asks_by_arn(&request) {
                    return self.pass_through(call, parts, full(text)).await;
                }
                let targets = &self.scalable_target_tags;
                let reply = tagged::answer(&self.backend, targets, call, &request).await?;
                Ok(reply.into_response().map(full))
            }
        }
    }
}

/// Whether the call shows or changes where listeners send traffic, which ECS moves as time goes by.
fn shows_traffic(call: &Call) -> bool {
    call.service == "elasticloadbalancing"
        && matches!(
            call.operation.as_str(),
            "DescribeListeners" | "DescribeRules" | "ModifyListener" | "ModifyRule"
        )
}

async fn whole(body: Body) -> Result<Bytes, BackendError> {
    Ok(body.collect().await.map_err(BackendError::of)?.to_bytes())
}

/// The JSON of a request; anything else becomes an empty value, which the service will refuse.
async fn json_of(body: Body) -> Result<Value, BackendError> {
    Ok(serde_json::from_slice(&whole(body).await?)
        .unwrap_or_else(|_| Value::Object(serde_json::Map::new())))
}

/// Changes a JSON answer.
async fn mapped(
    answer: Response<Body>,
    change: impl FnOnce(&mut Value),
) -> Result<Response<Body>, BackendError> {
    let (mut head, body) = answer.into_parts();
    let text = whole(body).await?;
    let Ok(mut value) = serde_json::from_slice::<Value>(&text) else {
        return Ok(Response::from_parts(head, full(text)));
    };
    change(&mut value);
    head.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(head, full(value.to_string())))
}
