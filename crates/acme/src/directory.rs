//! The directory (RFC 8555 §7.1.1): where the CA's resources are, and what it offers.

use crate::error::Error;
use crate::fields::Fields;
use crate::text::{DETAIL_CAP, clean};
use crate::transport::Answer;
use serde_json::Value;
use std::collections::BTreeMap;

/// More profiles or CAA identities than this are not looked at.
const OFFER_CAP: usize = 200;

/// The addresses of a CA's resources. Members that this crate does not know are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// Where nonces are had.
    pub new_nonce: String,
    /// Where accounts are made and found.
    pub new_account: String,
    /// Where orders are opened.
    pub new_order: String,
    /// Where certificates are revoked.
    pub revoke_certificate: Option<String>,
    /// Where account keys are changed.
    pub key_change: Option<String>,
    /// Where the CA says when to renew (RFC 9773 §3).
    pub renewal_info: Option<String>,
    /// What the CA says about itself.
    pub meta: DirectoryMeta,
}

/// The directory's metadata; all of it optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryMeta {
    /// The terms that a new account agrees to.
    pub terms_of_service: Option<String>,
    /// Where to read about the CA.
    pub website: Option<String>,
    /// The names that CAA records call this CA by.
    pub caa_identities: Vec<String>,
    /// Whether new accounts need an external account binding.
    pub external_account_required: bool,
    /// The profiles on offer, with their descriptions (profiles draft §3).
    pub profiles: BTreeMap<String, String>,
}

impl Directory {
    pub(crate) fn read(attempted: &str, answer: &Answer) -> Result<Self, Error> {
        let fields = Fields::read(attempted, answer)?;
        let needed = |name: &str| {
            fields
                .url(name)?
                .ok_or_else(|| fields.unexpected(format!("which is no ACME directory: it has no {name:?}")))
        };
        Ok(Self {
            new_nonce: needed("newNonce")?,
            new_account: needed("newAccount")?,
            new_order: needed("newOrder")?,
            revoke_certificate: fields.url("revokeCert")?,
            key_change: fields.url("keyChange")?,
            renewal_info: fields.url("renewalInfo")?,
            meta: fields.get("meta").map(DirectoryMeta::read).unwrap_or_default(),
        })
    }
}

impl DirectoryMeta {
    fn read(value: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(|text| clean(text, DETAIL_CAP));
        let link = |name| value.get(name).and_then(text).filter(|link| crate::url::check(link).is_ok());
        let identities = value.get("caaIdentities").and_then(Value::as_array);
        let profiles = value.get("profiles").and_then(Value::as_object);
        Self {
            // Shown to a person and never followed; some authorities put the text itself into a data: URL. One
            // that cannot be shown must not look like none: then nobody would be asked to agree.
            terms_of_service: value.get("termsOfService").and_then(text).filter(|terms| !terms.is_empty()),
            website: link("website"),
            caa_identities: identities.into_iter().flatten().filter_map(text).take(OFFER_CAP).collect(),
            external_account_required: value
                .get("externalAccountRequired")
                .and_then(Value::as_bool)
                .unwrap_or_default(),
            profiles: profiles
                .into_iter()
                .flatten()
                .take(OFFER_CAP)
                .map(|(name, description)| (clean(name, 256), text(description).unwrap_or_default()))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::json_answer;
    use serde_json::json;

    #[test]
    fn everything_known_is_read_and_the_rest_ignored() {
        let answer = json_answer(
            200,
            json!({"newNonce": "https://ca.example/n", "newAccount": "https://ca.example/a",
                "newOrder": "https://ca.example/o", "renewalInfo": "https://ca.example/r", "keyChange": null,
                "x7Gh": "https://community.example/adding-random-entries",
                "meta": {"termsOfService": "https://ca.example/tos", "website": "javascript:x", "new": {},
                    "caaIdentities": ["ca.example", 7], "externalAccountRequired": true,
                    "profiles": {"shortlived": "six days", "odd": 7}}}),
        )
        .unwrap();
        let directory = Directory::read("read", &answer).unwrap();
        assert_eq!(directory.renewal_info.as_deref(), Some("https://ca.example/r"));
        assert_eq!(directory.key_change, None);
        assert_eq!(directory.meta.terms_of_service.as_deref(), Some("https://ca.example/tos"));
        assert_eq!(directory.meta.website, None, "not a link that anyone should click");
        assert_eq!(directory.meta.caa_identities, ["ca.example"]);
        assert!(directory.meta.external_account_required);
        assert_eq!(directory.meta.profiles["shortlived"], "six days");
        assert_eq!(directory.meta.profiles["odd"], "");
    }

    #[test]
    fn what_is_no_directory_is_said() {
        for (body, expected) in [
            (json!({"hello": "world"}), "it has no \"newNonce\""),
            (json!([]), "not an object"),
            (json!({"newNonce": "file:///etc/passwd"}), "neither https nor http"),
        ] {
            let error = Directory::read("read", &json_answer(200, body).unwrap()).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
