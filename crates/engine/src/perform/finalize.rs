//! Sending the stored request. Begun again, the order is read first: there is never a second one (design §5).

use super::{fail, missing};
use crate::acme_failure::undecided;
use crate::drive::{Interrupted, Work, stored};
use certwright_acme::{Answered, Order, OrderStatus, ProblemKind, RetryAfter, Session};
use certwright_core::failure::Failure;
use certwright_core::run::Outcome;
use certwright_core::{SignedDuration, Timestamp};

pub(super) async fn perform(work: &mut Work<'_>, again: bool) -> Result<Outcome, Interrupted> {
    let (session, authority) = match super::open_order::session(work).await {
        Ok(found) => found,
        Err(failure) => return Ok(fail(failure)),
    };
    let learnt = &work.run.learnt;
    let (Some(order_url), Some(finalize), Some(version)) =
        (learnt.order.clone(), learnt.finalize.clone(), learnt.version.clone())
    else {
        return Ok(missing("order"));
    };
    let now = work.engine.now();
    if again {
        let answered = match read_order(work, &session, &order_url, &authority.title).await {
            Ok(answered) => answered,
            Err(failure) => return Ok(fail(failure)),
        };
        match answered.value.status {
            OrderStatus::Ready => {}
            OrderStatus::Pending => {
                return Ok(Outcome::Later(
                    later(answered.retry_after, now),
                    "the order is not ready yet".to_owned(),
                ));
            }
            _ => return Ok(accept(work, &answered.value, &authority.title)),
        }
    }
    let request = match stored(work.engine.store.version_request(&version).await)? {
        Ok(request) => request,
        Err(failure) => return Ok(fail(failure)),
    };
    match session.finalize(&finalize, &request).await {
        Ok(answered) => Ok(accept(work, &answered.value, &authority.title)),
        // The last authorization has just become valid and the order has not noticed yet (RFC 8555 §7.4).
        Err(error) if error.kind() == Some(&ProblemKind::OrderNotReady) => {
            Ok(Outcome::Later(later(error.retry_after(), now), "the order is not ready yet".to_owned()))
        }
        Err(error) => Ok(fail(undecided(&error, &authority.title, now, &mut work.run.learnt.unknown_since))),
    }
}

/// Reads the order once its request may have been sent: an answer is the end of "unknown", trouble is undecided.
pub(super) async fn read_order(
    work: &mut Work<'_>,
    session: &Session,
    url: &str,
    title: &str,
) -> Result<Answered<Order>, Failure> {
    let unknown_since = &mut work.run.learnt.unknown_since;
    match session.order(url).await {
        Ok(answered) => {
            *unknown_since = None;
            Ok(answered)
        }
        Err(error) => Err(undecided(&error, title, work.engine.now(), unknown_since)),
    }
}

fn accept(work: &mut Work<'_>, order: &Order, title: &str) -> Outcome {
    if order.status == OrderStatus::Invalid {
        return fail(invalid(order, title));
    }
    work.run.learnt.certificate = order.certificate.clone();
    Outcome::Done
}

/// What an invalid order means.
pub(super) fn invalid(order: &Order, title: &str) -> Failure {
    let (answer, remedy) = order.error.as_ref().map_or_else(
        || {
            (
                "the order is invalid, without a reason".to_owned(),
                "a new order is opened after a pause".to_owned(),
            )
        },
        |problem| {
            (problem.to_string(), crate::acme_failure::remedy(&problem.kind, problem.instance.as_deref()))
        },
    );
    Failure::person("order-invalid", format!("finish the order at {title}"), answer, remedy)
}

/// When to ask again: at Retry-After, else after a second, never at once.
pub(super) fn later(retry_after: Option<RetryAfter>, now: Timestamp) -> Timestamp {
    let least = now + SignedDuration::from_millis(500);
    retry_after.map_or(now + SignedDuration::from_secs(1), |retry_after| retry_after.moment(now)).max(least)
}
