//! Reading a JSON object of the CA: lenient where a slip does no harm, strict where a value is acted on.

use crate::error::Error;
use crate::failure::{hostile, unexpected};
use crate::problem::Problem;
use crate::text::clean;
use crate::transport::Answer;
use crate::url;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Words such as a status or a profile name are not longer.
const WORD_CAP: usize = 256;

/// An object, and where it came from in case something is wrong with it.
pub(crate) struct Fields<'a> {
    attempted: &'a str,
    answer: &'a Answer,
    map: Map<String, Value>,
}

impl<'a> Fields<'a> {
    /// Reads a body. The content type is not looked at: several CAs get it wrong.
    pub(crate) fn read(attempted: &'a str, answer: &'a Answer) -> Result<Self, Error> {
        match serde_json::from_slice(&answer.body) {
            Ok(Value::Object(map)) => Ok(Self { attempted, answer, map }),
            Ok(_) => Err(unexpected(attempted, answer, "with JSON that is not an object")),
            Err(_) => Err(unexpected(attempted, answer, "with a body that is not JSON")),
        }
    }

    /// No members at all, for answers that may lack a body.
    pub(crate) fn empty(attempted: &'a str, answer: &'a Answer) -> Self {
        Self { attempted, answer, map: Map::new() }
    }

    /// A member, whatever it is.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A short text, made harmless.
    pub(crate) fn word(&self, name: &str) -> Option<String> {
        word_of(&self.map, name)
    }

    /// A text that must be there.
    pub(crate) fn needed_word(&self, name: &str) -> Result<String, Error> {
        self.word(name).ok_or_else(|| self.unexpected(format!("without {name:?}")))
    }

    /// A moment; one that cannot be read counts as missing.
    pub(crate) fn moment(&self, name: &str) -> Option<Timestamp> {
        moment_of(&self.map, name)
    }

    /// Whether a member is true.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// A problem document within the object.
    pub(crate) fn problem(&self, name: &str) -> Option<Problem> {
        self.get(name)?.as_object().map(Problem::read)
    }

    /// An address that will be followed.
    pub(crate) fn url(&self, name: &str) -> Result<Option<String>, Error> {
        self.get(name).and_then(Value::as_str).map(|text| self.checked(name, text)).transpose()
    }

    /// Addresses that will be followed; a missing list is empty.
    pub(crate) fn urls(&self, name: &str, cap: usize) -> Result<Vec<String>, Error> {
        self.list(name, cap)?.iter().filter_map(Value::as_str).map(|text| self.checked(name, text)).collect()
    }

    /// A list of bounded length; a missing one is empty.
    pub(crate) fn list(&self, name: &str, cap: usize) -> Result<&[Value], Error> {
        let values = self.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if values.len() > cap {
            return Err(
                self.hostile(format!("{} {name}, more than the {cap} that are accepted", values.len()))
            );
        }
        Ok(values)
    }

    /// The error for an object that lacks what must be there.
    pub(crate) fn unexpected(&self, what: impl Into<String>) -> Error {
        unexpected(self.attempted, self.answer, what)
    }

    /// The error for an object with what no honest CA sends.
    pub(crate) fn hostile(&self, what: impl Into<String>) -> Error {
        hostile(self.attempted, self.answer, what)
    }

    fn checked(&self, name: &str, text: &str) -> Result<String, Error> {
        match url::check(text) {
            Ok(()) => Ok(text.to_owned()),
            Err(what) => Err(self.hostile(format!("{what} as {name:?}: {}", clean(text, WORD_CAP)))),
        }
    }
}

/// A short text of an object, made harmless.
pub(crate) fn word_of(map: &Map<String, Value>, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_str).map(|text| clean(text, WORD_CAP))
}

/// A moment of an object (RFC 3339).
pub(crate) fn moment_of(map: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    map.get(name)?.as_str()?.parse().ok()
}
