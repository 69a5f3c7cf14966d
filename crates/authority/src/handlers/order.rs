//! Orders (RFC 8555 §7.4, RFC 9773 §5).

use crate::answer::Answer;
use crate::authority::Shared;
use crate::failpoint;
use crate::payload::{NewOrder as Payload, WireIdentifier};
use crate::policy::{NamePolicy, is_localhost};
use crate::problem::{Kind, Problem};
use crate::signed::Signed;
use crate::view::order_status;
use certwright_core::identifier::Identifier;
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::issuer::{
    Account, Authorization, AuthorizationStatus, Challenge, ChallengeKind, ChallengeStatus, NewOrder, Order,
    OrderLimits, OrderOpening, OrderStatus,
};
use std::collections::BTreeSet;

/// How long an order can be proven and finalized: a client that was away over night may go on.
const ORDER_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// How long to wait before asking again about what goes on here, in seconds.
pub(super) const SOON: u64 = 1;

impl Shared {
    pub(crate) async fn new_order(&self, signed: Signed) -> Result<Answer, Problem> {
        let request: Payload = signed.payload()?;
        if request.not_before.is_some() || request.not_after.is_some() {
            return Err(Problem::malformed("notBefore and notAfter cannot be asked for here"));
        }
        if self.settings.lifetime(request.profile.as_deref()).is_none() {
            let detail = "there is no such profile; the directory lists those there are";
            return Err(Problem::new(Kind::InvalidProfile, detail));
        }
        let account = signed.account()?;
        let policy = self.policy_of(&account).await?;
        let identifiers = self.identifiers(&request.identifiers, &policy)?;
        let replaces = match &request.replaces {
            Some(id) => Some(self.replaced(id, &account, &identifiers).await?),
            None => None,
        };
        let (order, authorizations) = self.prepare(&account, identifiers, request.profile.clone(), replaces);
        let limits = OrderLimits {
            orders: self.parts.limits.orders,
            open_orders: self.parts.limits.open_orders,
            pending_authorizations: self.parts.limits.pending_authorizations,
        };
        let new = NewOrder { order: &order, authorizations: &authorizations, limits };
        failpoint::pass("authority-order:asked");
        let opening = self.parts.store.open_order(new).await?;
        failpoint::pass("authority-order:stored");
        match opening {
            OrderOpening::Opened => {
                Ok(Answer::json(201, &self.order(&order)).at(self.addresses.order(&order.id)))
            }
            OrderOpening::TooManyOrders => Err(limited("orders in a day")),
            OrderOpening::TooManyOpenOrders => Err(limited("open orders")),
            OrderOpening::TooManyAuthorizations => Err(limited("pending authorizations")),
            OrderOpening::AlreadyReplaced => {
                let detail = "another order replaces that certificate already";
                Err(Problem::new(Kind::AlreadyReplaced, detail))
            }
        }
    }

    pub(crate) async fn order_request(&self, signed: Signed, id: &str) -> Result<Answer, Problem> {
        signed.asks_only()?;
        let order = self.own_order(&signed, id).await?;
        Ok(self.order_answer(&order))
    }

    /// The order, if it is that of the account that asks.
    pub(super) async fn own_order(&self, signed: &Signed, id: &str) -> Result<Order, Problem> {
        let account = signed.account_ref()?;
        let order = self.parts.store.order(self.name(), id).await?.ok_or_else(Problem::not_found)?;
        if order.account != account.id {
            return Err(Problem::unauthorized("this is the order of another account"));
        }
        Ok(order)
    }

    pub(super) fn order_answer(&self, order: &Order) -> Answer {
        let answer = Answer::json(200, &self.order(order)).at(self.addresses.order(&order.id));
        match order_status(order, self.now()) {
            OrderStatus::Processing | OrderStatus::Pending => answer.retry_after(SOON),
            _ => answer,
        }
    }

    /// What is asked for, each once; or all that is wrong with it, each under its identifier.
    fn identifiers(&self, asked: &[WireIdentifier], policy: &NamePolicy) -> Result<Vec<Identifier>, Problem> {
        let most = self.parts.limits.identifiers;
        if asked.is_empty() || asked.len() > most {
            return Err(Problem::malformed(format!("an order has from 1 to {most} identifiers")));
        }
        let (mut seen, mut identifiers, mut refused) = (BTreeSet::new(), Vec::new(), Vec::new());
        for wire in asked {
            match wire.identifier().and_then(|identifier| self.permitted(identifier, policy)) {
                Ok(identifier) if seen.insert(identifier.clone()) => identifiers.push(identifier),
                Ok(_) => {}
                Err(problem) => refused.push((wire.shown(), problem)),
            }
        }
        if refused.is_empty() { Ok(identifiers) } else { Err(Problem::of_identifiers(refused)) }
    }

    fn permitted(&self, identifier: Identifier, policy: &NamePolicy) -> Result<Identifier, Problem> {
        // Nobody can put a record below localhost into DNS, and wildcards are proven by DNS alone.
        if identifier.is_wildcard() && identifier.name().is_some_and(|name| is_localhost(name.ascii())) {
            let detail = "there are no wildcards below localhost: they could not be proven";
            return Err(Problem::new(Kind::RejectedIdentifier, detail));
        }
        if self.permits(policy, &identifier) {
            return Ok(identifier);
        }
        let detail = format!("{} is not among what this authority certifies for you", identifier.ascii());
        Err(Problem::new(Kind::RejectedIdentifier, detail))
    }

    fn prepare(
        &self,
        account: &Account,
        identifiers: Vec<Identifier>,
        profile: Option<String>,
        replaces: Option<String>,
    ) -> (Order, Vec<Authorization>) {
        let (id, now) = (self.parts.unique(), self.now());
        let expires_at = now + ORDER_LIFETIME;
        let authorizations: Vec<Authorization> = identifiers
            .iter()
            .map(|identifier| self.authorization_for(identifier, account, &id, expires_at))
            .collect();
        let order = Order {
            id,
            issuer: self.name().to_owned(),
            account: account.id.clone(),
            status: OrderStatus::Pending,
            identifiers,
            expires_at,
            profile,
            replaces,
            error: None,
            signing: None,
            created_at: now,
            authorizations: authorizations.iter().map(|authorization| authorization.id.clone()).collect(),
        };
        (order, authorizations)
    }

    fn authorization_for(
        &self,
        identifier: &Identifier,
        account: &Account,
        order: &str,
        expires_at: Timestamp,
    ) -> Authorization {
        let challenges = challenges_for(identifier).iter().map(|kind| Challenge {
            id: self.parts.unique(),
            kind: *kind,
            token: self.parts.unique(),
            status: ChallengeStatus::Pending,
            attempts: 0,
            validated_at: None,
            error: None,
        });
        Authorization {
            id: self.parts.unique(),
            issuer: self.name().to_owned(),
            account: account.id.clone(),
            order: order.to_owned(),
            identifier: identifier.clone(),
            status: AuthorizationStatus::Pending,
            expires_at,
            challenges: challenges.collect(),
        }
    }
}

/// By which challenges an identifier can be proven.
fn challenges_for(identifier: &Identifier) -> &'static [ChallengeKind] {
    match identifier {
        // RFC 8555 §8.3: http-01 says nothing of the names below a name.
        Identifier::Wildcard(_) => &[ChallengeKind::Dns01],
        // RFC 8738 §7: addresses have no TXT records. `localhost` has no DNS at all (RFC 6761 §6.3).
        Identifier::Ip(_) => &[ChallengeKind::Http01],
        Identifier::Dns(name) if is_localhost(name.ascii()) => &[ChallengeKind::Http01],
        Identifier::Dns(_) => &[ChallengeKind::Http01, ChallengeKind::Dns01],
    }
}

fn limited(what: &str) -> Problem {
    let detail = format!("the account has as many {what} as it may have; finish or give up some of them");
    Problem::new(Kind::RateLimited, detail).with_retry_after(60)
}
