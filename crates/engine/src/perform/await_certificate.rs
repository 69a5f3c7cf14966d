//! Waiting for the certificate, fetching the chain and checking it before anybody serves it.

use super::{check_issued, fail, missing};
use crate::acme_failure::undecided;
use crate::drive::{Interrupted, Work, stored};
use certwright_acme::OrderStatus;
use certwright_core::SignedDuration;
use certwright_core::chain_preference::ChainPreference;
use certwright_core::identifier::Identifier;
use certwright_core::run::Outcome;
use certwright_core::version::VersionState;

pub(super) async fn perform(
    work: &mut Work<'_>,
    identifiers: &[Identifier],
    preferred: Option<&ChainPreference>,
) -> Result<Outcome, Interrupted> {
    let learnt = &work.run.learnt;
    let (Some(order_url), Some(version)) = (learnt.order.clone(), learnt.version.clone()) else {
        return Ok(missing("order"));
    };
    match stored(work.engine.store.version(&version).await)? {
        Ok(known) if known.state == VersionState::Obtained => return Ok(Outcome::Done),
        Ok(_) => {}
        Err(failure) => return Ok(fail(failure)),
    }
    let (session, authority) = match super::open_order::session(work).await {
        Ok(found) => found,
        Err(failure) => return Ok(fail(failure)),
    };
    let now = work.engine.now();
    let url = match &work.run.learnt.certificate {
        Some(url) => url.clone(),
        None => {
            // The first look at an order comes a while after finalize: looking at once wedges Pebble
            // (`letsencrypt/pebble#554`) and finds nothing elsewhere.
            work.engine.clock.pause(std::time::Duration::from_millis(350)).await;
            let read = super::finalize::read_order(work, &session, &order_url, &authority.title);
            let answered = match read.await {
                Ok(answered) => answered,
                Err(failure) => return Ok(fail(failure)),
            };
            match (&answered.value.status, &answered.value.certificate) {
                (OrderStatus::Valid, Some(url)) => url.clone(),
                (OrderStatus::Invalid, _) => {
                    return Ok(fail(super::finalize::invalid(&answered.value, &authority.title)));
                }
                _ => {
                    let at = super::finalize::later(answered.retry_after, now);
                    return Ok(Outcome::Later(at, format!("{} is issuing the certificate", authority.title)));
                }
            }
        }
    };
    work.run.learnt.certificate = Some(url.clone());
    let answered = match session.certificate(&url).await {
        Ok(answered) => answered,
        // A certificate that is announced and not there yet: 404 is a matter of moments on some authorities.
        Err(error) if error.status() == Some(404) => {
            work.run.learnt.certificate = None;
            return Ok(Outcome::Later(
                now + SignedDuration::from_secs(2),
                "the certificate is not there yet".to_owned(),
            ));
        }
        Err(error) => {
            return Ok(fail(undecided(&error, &authority.title, now, &mut work.run.learnt.unknown_since)));
        }
    };
    work.pass("await-certificate:fetched")?;
    let wanted = check_issued::Wanted { version: &version, identifiers, preferred, authority: &authority };
    check_issued::check_and_store(work, &session, &wanted, &answered.value).await
}
