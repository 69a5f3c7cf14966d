//! finalize (RFC 8555 §7.4): the request is checked, what will be signed is stored, then it is signed.

use crate::answer::Answer;
use crate::authority::Shared;
use crate::failpoint;
use crate::jwk::Jwk;
use crate::payload::Finalize;
use crate::problem::{Kind, Problem};
use crate::signed::Signed;
use crate::view::order_status;
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::issue::{CheckedRequest, SHORTEST_LEAF, Serial};
use certwright_store::issuer::{Order, OrderStatus, Signing};

/// Certificates begin a little before now, for clocks that are behind: a sixtieth of their life, an hour at most.
const LONGEST_BACKDATING: SignedDuration = SignedDuration::from_hours(1);

impl Shared {
    pub(crate) async fn finalize(&self, signed: Signed, id: &str) -> Result<Answer, Problem> {
        let order = self.own_order(&signed, id).await?;
        let der = signed.payload::<Finalize>()?.request()?;
        let policy = self.policy_of(signed.account_ref()?).await?;
        if order_status(&order, self.now()) != OrderStatus::Ready {
            return Err(not_ready());
        }
        // What was permitted when it was ordered may be so no more: the settings or an external key changed.
        if !order.identifiers.iter().all(|identifier| self.permits(&policy, identifier)) {
            return Err(Problem::unauthorized("the order's identifiers are not certified for you any more"));
        }
        self.check_request(&order, &der).await?;
        let signing = self.prepare_signing(&order, der)?;
        failpoint::pass("authority-finalize:asked");
        if !self.parts.store.begin_signing(self.name(), id, &signing, self.now()).await? {
            return Err(not_ready());
        }
        failpoint::pass("authority-finalize:stored");
        // Should the client hang up right here, the worker goes on.
        self.wake.notify_one();
        self.sign_order(id).await?;
        let order = self.own_order(&signed, id).await?;
        Ok(self.order_answer(&order))
    }

    async fn check_request(&self, order: &Order, der: &[u8]) -> Result<(), Problem> {
        let bad = |detail: String| Problem::new(Kind::BadCsr, detail);
        let request = CheckedRequest::read(der).map_err(|refusal| bad(refusal.to_string()))?;
        let mut ordered = order.identifiers.clone();
        ordered.sort();
        if request.identifiers != ordered {
            return Err(bad("the names of the request are not those of the order".to_owned()));
        }
        // RFC 8555 §11.1: who steals a server's key must not have an account with it.
        let thumbprint = Jwk::of(request.key).thumbprint();
        if self.parts.store.account_by_thumbprint(self.name(), &thumbprint).await?.is_some() {
            return Err(bad("the request's key is the key of an account; make another one".to_owned()));
        }
        Ok(())
    }

    /// Serial number and validity, decided once: they are stored before anything is signed.
    fn prepare_signing(&self, order: &Order, request: Vec<u8>) -> Result<Signing, Problem> {
        let profile = order.profile.as_deref();
        // A profile that was there when the order was opened may be gone.
        let lifetime = self.settings.lifetime(profile).ok_or_else(|| {
            Problem::new(Kind::InvalidProfile, "the order's profile is not offered any more")
        })?;
        let (not_before, not_after) = validity(self.now(), lifetime, self.signing_validity());
        if not_before.duration_until(not_after) < SHORTEST_LEAF {
            return Err(Problem::internal("issue a certificate", &"its own certificate is about to end"));
        }
        let serial = Serial::from_random(self.parts.chance.draw()).to_string();
        Ok(Signing { request, serial, not_before, not_after })
    }

    fn signing_validity(&self) -> (Timestamp, Timestamp) {
        (self.signing.not_before(), self.signing.not_after())
    }
}

/// From when to when, to the second, within the authority's own validity.
fn validity(
    now: Timestamp,
    lifetime: SignedDuration,
    (earliest, latest): (Timestamp, Timestamp),
) -> (Timestamp, Timestamp) {
    let backdating = (lifetime / 60).min(LONGEST_BACKDATING);
    let start = (now - backdating).max(earliest);
    let not_before = Timestamp::from_second(start.as_second()).unwrap_or(start);
    (not_before, (not_before + lifetime).min(latest))
}

fn not_ready() -> Problem {
    Problem::new(
        Kind::OrderNotReady,
        "the order is not ready: its status must be ready, and it must not be over",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_begins_before_now_and_ends_with_its_authority() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let own = (at(-1000), at(1_000_000));
        for (lifetime, begins, ends) in
            [(60, -1, 59), (3600, -60, 3540), (90 * 24 * 3600, -1000, 1_000_000), (500_000, -1000, 499_000)]
        {
            let found = validity(at(0), SignedDuration::from_secs(lifetime), own);
            assert_eq!(found, (at(begins), at(ends)), "{lifetime}");
        }
        let (begins, _) =
            validity(at(0), SignedDuration::from_hours(24 * 90), (at(-100_000), at(100_000_000)));
        assert_eq!(begins, at(-3600));
    }
}
