//! Problem documents (RFC 7807 as RFC 8555 §6.7 uses it), read leniently and made safe to show.

use crate::identifier::Identifier;
use crate::problem_kind::ProblemKind;
use crate::text::{DETAIL_CAP, clean};
use serde_json::{Map, Value};
use std::fmt;

/// One problem names at most this many subproblems here; an order has no more identifiers than that.
const SUBPROBLEM_CAP: usize = 1000;

/// What the CA says is wrong, as an error answer or inside an order or a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The type, recognised.
    pub kind: ProblemKind,
    /// The type, as sent.
    pub type_uri: String,
    /// The CA's explanation, for humans; may be empty.
    pub detail: String,
    /// The HTTP status: that of the answer itself, or the member within an order or a challenge.
    pub status: Option<u16>,
    /// A URL of this very occurrence, such as where to agree to new terms.
    pub instance: Option<String>,
    /// What is wrong with which identifier (RFC 8555 §6.7.1).
    pub subproblems: Vec<Subproblem>,
}

/// One part of a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subproblem {
    /// The type, recognised.
    pub kind: ProblemKind,
    /// The type, as sent.
    pub type_uri: String,
    /// The CA's explanation, for humans; may be empty.
    pub detail: String,
    /// The identifier that this is about.
    pub identifier: Option<Identifier>,
}

impl Problem {
    /// Reads a problem object. Members of the wrong type count as missing: half an explanation is worth
    /// more than a parse error.
    #[must_use]
    pub fn read(fields: &Map<String, Value>) -> Self {
        let type_uri = type_of(fields);
        let subproblems = fields.get("subproblems").and_then(Value::as_array);
        Self {
            kind: ProblemKind::of(&type_uri),
            type_uri,
            detail: detail_of(fields),
            status: fields
                .get("status")
                .and_then(Value::as_u64)
                .and_then(|status| u16::try_from(status).ok()),
            instance: text_of(fields, "instance"),
            subproblems: subproblems
                .into_iter()
                .flatten()
                .filter_map(Value::as_object)
                .take(SUBPROBLEM_CAP)
                .map(Subproblem::read)
                .collect(),
        }
    }

    /// Reads an error body; `None` if it is not a problem document. RFC 8555 §6.7 fixes the content type,
    /// but gateways lose it, so the members decide.
    pub(crate) fn read_body(status: u16, body: &[u8]) -> Option<Self> {
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
            return None;
        };
        let looks_like_one =
            ["type", "detail"].iter().any(|name| fields.get(*name).is_some_and(Value::is_string));
        looks_like_one.then(|| Self { status: Some(status), ..Self::read(&fields) })
    }
}

impl Subproblem {
    fn read(fields: &Map<String, Value>) -> Self {
        let type_uri = type_of(fields);
        Self {
            kind: ProblemKind::of(&type_uri),
            type_uri,
            detail: detail_of(fields),
            identifier: fields.get("identifier").and_then(Identifier::read),
        }
    }
}

fn text_of(fields: &Map<String, Value>, name: &str) -> Option<String> {
    fields.get(name).and_then(Value::as_str).map(|text| clean(text, DETAIL_CAP))
}

fn type_of(fields: &Map<String, Value>) -> String {
    // RFC 7807 §3.1: a missing type means "about:blank".
    text_of(fields, "type").unwrap_or_else(|| "about:blank".to_owned())
}

fn detail_of(fields: &Map<String, Value>) -> String {
    text_of(fields, "detail").or_else(|| text_of(fields, "title")).unwrap_or_default()
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.kind)?;
        if let Some(status) = self.status {
            write!(formatter, " ({status})")?;
        }
        if !self.detail.is_empty() {
            write!(formatter, ": {}", self.detail)?;
        }
        for subproblem in &self.subproblems {
            write!(formatter, "; {subproblem}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Subproblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(identifier) = &self.identifier {
            write!(formatter, "{}: ", identifier.value)?;
        }
        write!(formatter, "{}", self.kind)?;
        if self.detail.is_empty() { Ok(()) } else { write!(formatter, ": {}", self.detail) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compound_problem_keeps_every_part() {
        let body = br#"{"type":"urn:ietf:params:acme:error:compound","detail":"two names failed","status":400,
            "instance":"https://ca.example/why/1","subproblems":[
            {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"blocked","identifier":{"type":"dns","value":"a.example"}},
            {"type":"urn:ietf:params:acme:error:caa"}, "nonsense"]}"#;
        let problem = Problem::read_body(403, body).unwrap();
        assert_eq!(problem.kind, ProblemKind::Compound);
        assert_eq!(problem.status, Some(403), "the HTTP status wins over the member");
        assert_eq!(problem.instance.as_deref(), Some("https://ca.example/why/1"));
        assert_eq!(problem.subproblems.len(), 2);
        assert_eq!(problem.subproblems[0].identifier, Some(Identifier::dns("a.example")));
        assert_eq!(problem.subproblems[1].kind, ProblemKind::Caa);
        assert_eq!(
            problem.to_string(),
            "compound (403): two names failed; a.example: rejectedIdentifier: blocked; caa"
        );
    }

    #[test]
    fn bodies_that_are_no_problem_document() {
        for body in ["", "<html>502</html>", "[]", "{}", r#"{"status":400}"#, r#"{"type":7}"#, "{\"type\":"] {
            assert_eq!(Problem::read_body(500, body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_reader() {
        let problem = Problem::read_body(400, br#"{"detail":"a\u001b[2Jb\nc","status":"x"}"#).unwrap();
        assert_eq!(problem.detail, "a [2Jb c");
        assert_eq!(problem.type_uri, "about:blank");
    }
}
