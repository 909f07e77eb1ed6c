//! Removes secret values from AWS's messages: a validation error quotes the value that it refuses, and a container's log holds everything that the
//! container prints.
//!
//! Guarantee: an error or a failure that leaves the provider holds no value that this run has read from a secret's source.
//! Not here: values that only AWS knows, such as passwords that AWS generated.

use windlass_engine::provider::{Progress, ProviderError};
use windlass_engine::secrets::SecretReader;

use crate::error::Result;

/// Removes secret values from the error of an answer.
pub fn answer<T>(secrets: &SecretReader, answer: Result<T>) -> Result<T> {
    answer.map_err(|error| ProviderError {
        message: secrets.blotted(&error.message),
        ..error
    })
}

/// Removes secret values from the events, causes and log lines of a poll's answer.
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
