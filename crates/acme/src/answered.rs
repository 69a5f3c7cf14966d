//! An answer as callers get it: the body read, and what the headers said kept beside it.

use crate::retry_after::RetryAfter;
use crate::transport::Answer;
use crate::url;
use http::header::LOCATION;

/// What the CA answered, with what its headers said besides.
#[derive(Clone, Debug)]
pub struct Answered<T> {
    /// The body.
    pub value: T,
    /// The HTTP status; 201 tells a new account or order from one that existed.
    pub status: u16,
    /// When the CA wants to be asked again.
    pub retry_after: Option<RetryAfter>,
    /// The Location header, made absolute.
    pub location: Option<String>,
}

impl<T> Answered<T> {
    pub(crate) fn new(base: &str, answer: &Answer, value: T) -> Self {
        let location = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
        Self {
            value,
            status: answer.status,
            retry_after: RetryAfter::of(&answer.headers),
            location: location
                .map(|reference| url::absolute(base, reference))
                .filter(|location| url::check(location).is_ok()),
        }
    }

    /// The same answer with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answered<U> {
        Answered {
            value: change(self.value),
            status: self.status,
            retry_after: self.retry_after,
            location: self.location,
        }
    }
}
