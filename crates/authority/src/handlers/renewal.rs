//! Renewal information (RFC 9773): when a certificate should be renewed, and what an order replaces.

use crate::answer::Answer;
use crate::authority::Shared;
use crate::base64url;
use crate::problem::Problem;
use crate::view::moment;
use certwright_core::identifier::Identifier;
use certwright_core::{SignedDuration, Timestamp};
use certwright_pki::issue::Serial;
use certwright_store::issuer::{Account, Certificate};
use serde_json::json;

impl Shared {
    /// Anybody may ask (RFC 9773 §4.1): the answer says nothing that the certificate does not.
    pub(crate) async fn renewal_information(&self, id: &str) -> Result<Answer, Problem> {
        let serial =
            self.serial_of(id).ok_or_else(|| Problem::malformed("this is no id of a certificate"))?;
        let found = self.parts.store.issued_certificate(self.name(), &serial).await?;
        let certificate = found.ok_or_else(Problem::not_found)?;
        let now = self.now();
        let (start, end) = window(&certificate, now);
        let body = json!({"suggestedWindow": {"start": moment(start), "end": moment(end)}});
        let lifetime = certificate.not_before.duration_until(certificate.not_after);
        Ok(Answer::json(200, &body).retry_after(interval(lifetime)))
    }

    /// The ARI id of a certificate of ours (RFC 9773 §4.1).
    pub(crate) fn renewal_id(&self, serial: &str) -> String {
        let bytes = Serial::from_hex(serial).map(|serial| serial.as_bytes().to_vec()).unwrap_or_default();
        format!("{}.{}", base64url::encode(self.signing.key_identifier()), base64url::encode(bytes))
    }

    fn serial_of(&self, id: &str) -> Option<String> {
        // The longest key identifier and serial number of anybody have 20 bytes each.
        if id.len() > 64 {
            return None;
        }
        let (authority, serial) = id.split_once('.')?;
        let serial = base64url::decode(serial)?;
        let is_ours = base64url::decode(authority)? == self.signing.key_identifier();
        // One of another authority is an id too: there is just nothing here.
        Some(if is_ours { Serial::from_bytes(&serial)?.to_string() } else { String::new() })
    }

    /// The serial number of the certificate that an order says it replaces, if this account may say so of it
    /// (RFC 9773 §5).
    pub(super) async fn replaced(
        &self,
        id: &str,
        account: &Account,
        identifiers: &[Identifier],
    ) -> Result<String, Problem> {
        let refused = |why: &str| Problem::malformed(format!("the certificate to be replaced {why}"));
        let serial = self.serial_of(id).ok_or_else(|| refused("is not named by an id of RFC 9773"))?;
        let found = self.parts.store.issued_certificate(self.name(), &serial).await?;
        let certificate = found.ok_or_else(|| refused("was not issued here"))?;
        if certificate.account != account.id {
            return Err(Problem::unauthorized("the certificate to be replaced is that of another account"));
        }
        if !identifiers.iter().any(|identifier| certificate.identifiers.contains(identifier)) {
            return Err(refused("has no identifier in common with the order"));
        }
        Ok(serial)
    }
}

/// The sixth of its life that begins when two thirds of it are over; now, when it is revoked.
fn window(certificate: &Certificate, now: Timestamp) -> (Timestamp, Timestamp) {
    let lifetime = certificate.not_before.duration_until(certificate.not_after);
    if certificate.revocation.is_some() {
        // RFC 9773 §4.2: a window in the past means at once.
        return (now - lifetime / 6 - SignedDuration::from_secs(2), now - SignedDuration::from_secs(1));
    }
    (certificate.not_after - lifetime / 3, certificate.not_after - lifetime / 6)
}

/// How long to wait before asking again, in seconds: often enough to learn of a revocation before the window would
/// have come, from seconds for a certificate of a minute to six hours (RFC 9773 §4.3.2 has that as an example).
fn interval(lifetime: SignedDuration) -> u64 {
    u64::try_from(lifetime.as_secs() / 24).unwrap_or(0).clamp(2, 6 * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_store::issuer::Revocation;

    #[test]
    fn the_window_scales_with_the_lifetime() {
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let mut certificate = Certificate {
            issuer: String::new(),
            serial: String::new(),
            order: String::new(),
            account: String::new(),
            chain: String::new(),
            identifiers: Vec::new(),
            key_fingerprint: String::new(),
            not_before: at(0),
            not_after: at(60),
            revocation: None,
            replaced_by: None,
        };
        assert_eq!(window(&certificate, at(5)), (at(40), at(50)));
        certificate.revocation = Some(Revocation { at: at(5), reason: 1 });
        let (start, end) = window(&certificate, at(5));
        assert!(start < end && end < at(5), "at once");
        for (hours, seconds) in [(1, 150), (24, 3600), (24 * 90, 6 * 3600)] {
            assert_eq!(interval(SignedDuration::from_hours(hours)), seconds);
        }
        assert_eq!(interval(SignedDuration::from_secs(30)), 2);
    }
}
