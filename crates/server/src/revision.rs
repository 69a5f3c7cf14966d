//! Revisions as ETags: given with every thing that many may change, wanted back with every change of it.

use crate::trouble::Trouble;
use axum::extract::FromRequestParts;
use axum::http::HeaderValue;
use axum::http::header::IF_MATCH;
use axum::http::request::Parts;
use certwright_api::problem::ProblemKind;

/// The ETag of a revision.
pub(crate) fn etag(revision: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{revision}\"")).ok()
}

/// The revision for which a change was made, from `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected(pub(crate) i64);

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(Trouble::new(
                ProblemKind::PreconditionRequired,
                "the change does not say which revision it was made for",
                "send If-Match with the ETag of what was read",
            ));
        };
        value.to_str().ok().and_then(parse).map(Self).ok_or_else(|| {
            Trouble::new(
                ProblemKind::Unreadable,
                "If-Match holds no ETag that was ever given",
                "send If-Match with the ETag of what was read, such as \"3\"",
            )
        })
    }
}

/// Strong comparison (RFC 9110 §8.8.3.2): a weak tag is none of ours. Quotes may be left out, by hand.
fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let bare = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"')?,
        None => text,
    };
    bare.bytes().all(|byte| byte.is_ascii_digit()).then(|| bare.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_understood_and_nothing_else() {
        for (text, expected) in [
            ("\"7\"", Some(7)),
            (" \"7\" ", Some(7)),
            ("7", Some(7)),
            ("W/\"7\"", None),
            ("\"7", None),
            ("*", None),
            ("\"\"", None),
            ("\"-7\"", None),
            ("\"1\", \"2\"", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse(etag(12).unwrap().to_str().unwrap()), Some(12));
    }
}
