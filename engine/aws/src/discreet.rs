//! Takes secret values out of what AWS says: a validation error quotes the value that it refuses, and a container's log holds what the container prints.
//!
//! Guarantee: an error or a failure that leaves the provider holds no value that this run has read from a secret's source.
//! Not here: values that only AWS knows, such as passwords that it generated.

use windlass_engine::provider::{Progress, ProviderError};
use windlass_engine::secrets::SecretReader;

use crate::error::Result;

/// An answer whose error, if it is one, is blotted.
pub fn answer<T>(secrets: &SecretReader, answer: Result<T>) -> Result<T> {
    answer.map_err(|error| ProviderError {
        message: secrets.blotted(&error.message),
        ..error
    })
}

/// An answer to a poll, with its events, its causes and its log lines blotted.
pub fn progress(secrets: &SecretReader, polled: Result<Progress>) -> Result<Progress> {
    let blot = |texts: &mut dyn Iterator<Item = &mut String>| {
        texts.for_each(|text| *text = secrets.blotted(text));
    };
    let mut polled = answer(secrets, polled)?;
    match &mut polled {
        Progress::Pending { status, events } => {
            blot(&mut std::iter::once(status).chain(events));
        }
        Progress::Failed(failure) => {
            let details = failure.details.iter_mut().map(|(_, text)| text);
            blot(&mut std::iter::once(&mut failure.summary).chain(details));
        }
        Progress::Reached { .. } => {}
    }
    Ok(polled)
}
