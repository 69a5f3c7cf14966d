//! Orders (RFC 8555 §7.1.3): what was asked for, how far it is, and where to go on.

use crate::error::Error;
use crate::fields::Fields;
use crate::identifier::Identifier;
use crate::problem::Problem;
use crate::transport::Answer;
use jiff::Timestamp;
use serde_json::{Value, json};

/// No CA takes more names in one order.
const LIST_CAP: usize = 1000;

/// The state of an order (RFC 8555 §7.1.6).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    /// Authorizations are missing.
    Pending,
    /// All are there: finalize.
    Ready,
    /// The CA is issuing.
    Processing,
    /// Issued: fetch the certificate.
    Valid,
    /// Failed; a new order is needed.
    Invalid,
    /// Anything else.
    Unknown(String),
}

/// What to order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewOrder {
    /// For what.
    pub identifiers: Vec<Identifier>,
    /// One of the directory's profiles; without one, the CA chooses.
    pub profile: Option<String>,
    /// Until when the certificate shall be valid (RFC 8555 §7.4); without, the CA chooses. Many refuse it.
    pub not_after: Option<Timestamp>,
    /// The ARI identifier of the certificate that this one replaces (RFC 9773 §5). Sent only if the
    /// directory has `renewalInfo`. On `alreadyReplaced`, order again without.
    pub replaces: Option<String>,
}

/// An order as the CA sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The state.
    pub status: OrderStatus,
    /// When the CA forgets it.
    pub expires: Option<Timestamp>,
    /// For what; compare with what was asked for.
    pub identifiers: Vec<Identifier>,
    /// Where the authorizations are; empty if the CA needs none (or says none).
    pub authorizations: Vec<String>,
    /// Where to send the CSR.
    pub finalize: Option<String>,
    /// Where the certificate is.
    pub certificate: Option<String>,
    /// Why the order failed.
    pub error: Option<Problem>,
    /// The profile that the CA uses.
    pub profile: Option<String>,
    /// The ARI identifier that the CA took over.
    pub replaces: Option<String>,
}

/// An order and the URL that it is resumed by: store that first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedOrder {
    /// The order's URL.
    pub url: String,
    /// Its state now; a CA may reuse an order, so it can be further than pending.
    pub order: Order,
}

/// One page of an account's orders (RFC 8555 §7.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderList {
    /// The orders' URLs.
    pub orders: Vec<String>,
    /// The next page.
    pub next: Option<String>,
}

impl NewOrder {
    pub(crate) fn payload(&self, replacing: bool) -> Value {
        let mut payload = json!({"identifiers": self.identifiers});
        if let Some(profile) = &self.profile {
            payload["profile"] = json!(profile);
        }
        if let Some(moment) = self.not_after {
            payload["notAfter"] = json!(moment.to_string());
        }
        if let Some(replaces) = self.replaces.as_ref().filter(|_| replacing) {
            payload["replaces"] = json!(replaces);
        }
        payload
    }
}

impl Order {
    pub(crate) fn read(attempted: &str, answer: &Answer) -> Result<Self, Error> {
        let fields = Fields::read(attempted, answer)?;
        let status = match fields.needed_word("status")?.as_str() {
            "pending" => OrderStatus::Pending,
            "ready" => OrderStatus::Ready,
            "processing" => OrderStatus::Processing,
            "valid" => OrderStatus::Valid,
            "invalid" => OrderStatus::Invalid,
            other => OrderStatus::Unknown(other.to_owned()),
        };
        let identifiers = fields.list("identifiers", LIST_CAP)?.iter().map(Identifier::read_strictly);
        Ok(Self {
            status,
            expires: fields.moment("expires"),
            identifiers: identifiers.collect::<Result<_, _>>().map_err(|what| fields.hostile(what))?,
            authorizations: fields.urls("authorizations", LIST_CAP)?,
            finalize: fields.url("finalize")?,
            certificate: fields.url("certificate")?,
            error: fields.problem("error"),
            profile: fields.word("profile"),
            replaces: fields.word("replaces"),
        })
    }
}

impl OrderList {
    pub(crate) fn read(attempted: &str, answer: &Answer) -> Result<Self, Error> {
        let fields = Fields::read(attempted, answer)?;
        let next = crate::link::targets(&answer.headers, "next").into_iter().next();
        Ok(Self {
            orders: fields.urls("orders", 10 * LIST_CAP)?,
            next: next.filter(|url| crate::url::check(url).is_ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::json_answer;

    fn read(body: Value) -> Result<Order, Error> {
        Order::read("read", &json_answer(200, body).unwrap())
    }

    #[test]
    fn missing_authorizations_are_none() {
        let order = read(json!({"status": "ready", "finalize": "https://ca.example/f"})).unwrap();
        assert_eq!(order.status, OrderStatus::Ready);
        assert!(order.authorizations.is_empty());
        assert!(order.identifiers.is_empty());
        assert_eq!(order.finalize.as_deref(), Some("https://ca.example/f"));
    }

    #[test]
    fn a_full_order_is_read() {
        let order = read(json!({"status": "invalid", "expires": "2026-12-01T00:00:00.5Z", "profile": "short",
            "identifiers": [{"type": "ip", "value": "192.0.2.1"}], "authorizations": ["https://ca.example/z/1"],
            "replaces": "a.b", "certificate": null, "extra": 1,
            "error": {"type": "urn:ietf:params:acme:error:unauthorized", "status": 403}}))
        .unwrap();
        assert_eq!(order.error.unwrap().status, Some(403));
        assert_eq!(order.profile.as_deref(), Some("short"));
        assert_eq!(order.replaces.as_deref(), Some("a.b"));
        assert_eq!(order.identifiers, [Identifier::ip("192.0.2.1".parse().unwrap())]);
        assert_eq!(
            read(json!({"status": "paused\n"})).unwrap().status,
            OrderStatus::Unknown("paused".to_owned())
        );
    }

    #[test]
    fn what_would_do_harm_is_refused() {
        for body in [
            json!({"status": "ready", "finalize": "file:///etc/passwd"}),
            json!({"status": "ready", "authorizations": ["https://ca.example/\r\nx"]}),
            json!({"status": "ready", "authorizations": vec!["https://ca.example/1"; 1001]}),
            json!({"status": "ready", "identifiers": [{"type": "dns", "value": "a\u{7}"}]}),
        ] {
            let error = read(body.clone()).unwrap_err();
            assert!(matches!(error, Error::HostileAnswer { status: Some(200), .. }), "{body}: {error:?}");
        }
        assert!(matches!(read(json!({})).unwrap_err(), Error::UnexpectedAnswer { .. }));
    }

    #[test]
    fn the_payload_has_only_what_is_asked() {
        let mut new = NewOrder { identifiers: vec![Identifier::dns("a.example")], ..NewOrder::default() };
        assert_eq!(new.payload(true), json!({"identifiers": [{"type": "dns", "value": "a.example"}]}));
        new.profile = Some("short".to_owned());
        new.not_after = Some("2026-12-01T00:00:00Z".parse().unwrap());
        assert_eq!(new.payload(true)["notAfter"], "2026-12-01T00:00:00Z");
        new.replaces = Some("x.y".to_owned());
        assert_eq!(new.payload(true)["replaces"], "x.y");
        assert_eq!(new.payload(false).get("replaces"), None);
        assert_eq!(new.payload(false)["profile"], "short");
    }
}
