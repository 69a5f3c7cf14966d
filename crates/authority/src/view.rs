//! How stored things look to clients (RFC 8555 §7.1).

use crate::authority::Shared;
use certwright_core::Timestamp;
use certwright_core::identifier::Identifier;
use certwright_store::issuer::{
    Account, Authorization, AuthorizationStatus, Challenge, ChallengeStatus, Order, OrderStatus,
};
use serde::Serialize;
use serde_json::{Value, json};

/// RFC 3339, to the second.
pub(crate) fn moment(moment: Timestamp) -> String {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment).to_string()
}

/// An identifier; the star of a wildcard is part of it in orders, and not in authorizations (§7.1.4).
pub(crate) fn identifier(identifier: &Identifier, with_star: bool) -> Value {
    match identifier {
        Identifier::Ip(address) => json!({"type": "ip", "value": address.to_string()}),
        Identifier::Wildcard(name) if !with_star => json!({"type": "dns", "value": name.ascii()}),
        identifier => json!({"type": "dns", "value": identifier.ascii()}),
    }
}

/// The state of an order at a moment: what was not finalized in time comes to nothing.
pub(crate) fn order_status(order: &Order, now: Timestamp) -> OrderStatus {
    match order.status {
        OrderStatus::Pending | OrderStatus::Ready if order.expires_at <= now => OrderStatus::Invalid,
        status => status,
    }
}

fn word(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

impl Shared {
    pub(crate) fn account(&self, account: &Account) -> Value {
        json!({
            "status": word(account.status),
            "contact": account.contacts,
            "termsOfServiceAgreed": account.terms_agreed,
            "orders": format!("{}/orders", self.addresses.account(&account.id)),
        })
    }

    pub(crate) fn order(&self, order: &Order) -> Value {
        let status = order_status(order, self.now());
        let mut view = json!({
            "status": word(status),
            "expires": moment(order.expires_at),
            "identifiers": order.identifiers.iter().map(|one| identifier(one, true)).collect::<Vec<_>>(),
            "authorizations": order
                .authorizations
                .iter()
                .map(|id| self.addresses.authorization(id))
                .collect::<Vec<_>>(),
            "finalize": format!("{}/finalize", self.addresses.order(&order.id)),
        });
        if let Some(signing) = order.signing.as_ref().filter(|_| status == OrderStatus::Valid) {
            view["certificate"] = json!(self.addresses.certificate(&signing.serial));
        }
        if let Some(error) = &order.error {
            view["error"] = error.clone();
        }
        if let Some(profile) = &order.profile {
            view["profile"] = json!(profile);
        }
        if let Some(serial) = &order.replaces {
            view["replaces"] = json!(self.renewal_id(serial));
        }
        view
    }

    pub(crate) fn authorization(&self, authorization: &Authorization) -> Value {
        let expired = authorization.expires_at <= self.now();
        let status = match authorization.status {
            AuthorizationStatus::Valid if expired => json!("expired"),
            AuthorizationStatus::Pending if expired => json!("invalid"),
            status => word(status),
        };
        // Once it is decided, only what decided it is of interest (§7.1.4).
        let is_open = authorization.status == AuthorizationStatus::Pending;
        let challenges = authorization
            .challenges
            .iter()
            .filter(|challenge| {
                is_open || matches!(challenge.status, ChallengeStatus::Valid | ChallengeStatus::Invalid)
            })
            .map(|challenge| self.challenge(challenge));
        let mut view = json!({
            "identifier": identifier(&authorization.identifier, false),
            "status": status,
            "expires": moment(authorization.expires_at),
            "challenges": challenges.collect::<Vec<_>>(),
        });
        if authorization.identifier.is_wildcard() {
            view["wildcard"] = json!(true);
        }
        view
    }

    pub(crate) fn challenge(&self, challenge: &Challenge) -> Value {
        let mut view = json!({
            "type": word(challenge.kind),
            "url": self.addresses.challenge(&challenge.id),
            "status": word(challenge.status),
            "token": challenge.token,
        });
        if let Some(at) = challenge.validated_at {
            view["validated"] = json!(moment(at));
        }
        if let Some(error) = &challenge.error {
            view["error"] = error.clone();
        }
        view
    }
}
