//! Whether certificates are within their time.

use super::fault::{ChainFault, called};
use crate::certificate::moment;
use certwright_core::{SignedDuration, Timestamp, facts::CertificateFacts};
use x509_parser::prelude::X509Certificate;

/// How far this machine's clock may be behind the authority's: a certificate that starts this soon is accepted.
pub const CLOCK_ALLOWANCE: SignedDuration = SignedDuration::from_mins(5);

/// The longest life of a leaf that is believed. Public authorities are bound to 398 days and less, but private
/// ones and Pebble (five years by default) are not; ten years and more is a mistake or an authority's own.
pub const LONGEST_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 3653);

pub(super) fn check_leaf(facts: &CertificateFacts, now: Timestamp, faults: &mut Vec<ChainFault>) {
    let (from, until) = (facts.not_before, facts.not_after);
    if until <= from {
        faults.push(ChainFault::new(
            "validity-backwards",
            format!("it ends ({until}) before it begins ({from})"),
        ));
    } else if until.duration_since(from) > LONGEST_LIFETIME {
        faults.push(ChainFault::new(
            "validity-too-long",
            format!("it is valid from {from} to {until}; more than ten years is no server certificate"),
        ));
    }
    if begins_later(from, now) {
        faults
            .push(ChainFault::new("not-yet-valid", format!("it is valid only from {from}; it is now {now}")));
    }
    if until <= now {
        faults.push(ChainFault::new("expired", format!("it expired at {until}; it is now {now}")));
    }
}

/// Every certificate after the first.
pub(super) fn check_issuers(chain: &[X509Certificate<'_>], now: Timestamp, faults: &mut Vec<ChainFault>) {
    for (index, certificate) in chain.iter().enumerate().skip(1) {
        let validity = certificate.validity();
        let (from, until) = (moment(validity.not_before), moment(validity.not_after));
        if begins_later(from, now) {
            let words = format!("{} is valid only from {from}; it is now {now}", called(chain, index));
            faults.push(ChainFault::new("issuer-not-yet-valid", words));
        }
        if until <= now {
            let words = format!("{} expired at {until}; it is now {now}", called(chain, index));
            faults.push(ChainFault::new("issuer-expired", words));
        }
    }
}

fn begins_later(from: Timestamp, now: Timestamp) -> bool {
    from.duration_since(now) > CLOCK_ALLOWANCE
}
