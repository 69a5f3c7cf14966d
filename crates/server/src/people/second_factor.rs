//! The second factor: codes of an authenticator (RFC 6238), each taken once, and recovery codes.

use super::secrets::{bytes, digest};
use super::{People, qr, stored};
use crate::trouble::{Answered, Trouble};
use certwright_api::secret::SecretText;
use certwright_api::sign_in::{RecoveryCodes, TotpSecret};
use certwright_core::Timestamp;
use certwright_core::refusal::Refusal;
use certwright_engine::EngineError;
use certwright_engine::people::{Credentials, User};
use serde_json::json;
use totp_rs::{Algorithm, Builder, Secret, Totp};
use zeroize::Zeroizing;

/// 160 bits, as RFC 4226 §4 recommends.
const SECRET: usize = 20;
/// Six digits, half a minute, SHA-1: what every authenticator understands.
const DIGITS: u8 = 6;
const STEP: u64 = 30;
/// A code of the step before and after is good as well: clocks differ.
const SKEW: u16 = 1;

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

fn totp(secret: &[u8]) -> Answered<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(Secret::new(secret.into()))
        .build()
        .map_err(|error| Trouble::internal(&format!("read the secret of a second factor: {error}")))
}

fn seconds(moment: Timestamp) -> u64 {
    moment.as_second().try_into().unwrap_or_default()
}

/// The time step whose code it is; blanks in it do not count.
fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Answered<Option<u64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != usize::from(DIGITS) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(totp(secret)?.check(&code, seconds(now)))
}

/// A recovery code as it is compared: blanks, hyphens and letter case do not count.
fn plain(code: &str) -> Zeroizing<String> {
    Zeroizing::new(code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect())
}

/// Percent-encoded for the label of an `otpauth` address.
fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// New recovery codes with their digests.
fn recovery_codes() -> Answered<(RecoveryCodes, Vec<[u8; 32]>)> {
    let mut codes = Vec::new();
    let mut digests = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let text = Zeroizing::new(hex::encode(*bytes::<10>()?));
        digests.push(digest(&text));
        let groups: Vec<_> = [0, 5, 10, 15].iter().filter_map(|begin| text.get(*begin..*begin + 5)).collect();
        codes.push(SecretText::from(groups.join("-")));
    }
    Ok((RecoveryCodes { recovery_codes: codes }, digests))
}

impl People {
    /// A new secret for the user, to be proved.
    pub(crate) async fn propose_totp(&self, user: &User) -> Answered<TotpSecret> {
        let secret = bytes::<SECRET>()?;
        let sealed = self.engine.seal_second_factor(&user.id, &*secret).map_err(Trouble::from)?;
        self.store().propose_totp(&user.id, &sealed).await.map_err(stored)?;
        let base32 = Zeroizing::new(totp(&*secret)?.secret().to_base32());
        let uri = Zeroizing::new(format!(
            "otpauth://totp/Certwright:{}?secret={}&issuer=Certwright&algorithm=SHA1&digits={DIGITS}&period={STEP}",
            encoded(&user.name),
            base32.as_str()
        ));
        let qr = Zeroizing::new(qr::svg(&uri)?);
        Ok(TotpSecret { secret: base32.into(), uri: uri.into(), qr: qr.into() })
    }

    /// Makes the proposed secret count, once a code of it is shown.
    pub(crate) async fn enable_totp(&self, who: &str, user: &User, code: &str) -> Answered<RecoveryCodes> {
        let credentials = self.store().credentials(user.id.as_str()).await.map_err(stored)?;
        let Some(sealed) = credentials.and_then(|credentials| credentials.sealed_totp) else {
            return Err(refused("code", "there is no secret yet", "make one first"));
        };
        let secret = self.engine.open_second_factor(&user.id, &sealed).map_err(Trouble::from)?;
        let Some(step) = step_of(&secret, code, self.now())? else {
            return Err(refused(
                "code",
                "is not the authenticator's code of this moment",
                "type the six digits that it shows now; the clocks of both machines must be right",
            ));
        };
        let (codes, digests) = recovery_codes()?;
        let audit = self.audit(who, "enable-totp", format!("user {}", user.id), None, None);
        self.store().enable_totp(&user.id, &sealed, step, &digests, &audit).await.map_err(stored)?;
        Ok(codes)
    }

    /// New recovery codes; all others are good no longer.
    pub(crate) async fn renew_recovery_codes(&self, who: &str, user: &User) -> Answered<RecoveryCodes> {
        let (codes, digests) = recovery_codes()?;
        let audit = self.audit(who, "renew-recovery-codes", format!("user {}", user.id), None, None);
        self.store().replace_recovery_codes(&user.id, &digests, &audit).await.map_err(stored)?;
        Ok(codes)
    }

    /// Turns the second factor off.
    pub(crate) async fn remove_totp(&self, who: &str, user: &User) -> Answered<()> {
        let before = json!({ "totp": user.second_factor });
        let after = json!({ "totp": false });
        let audit = self.audit(who, "remove-totp", format!("user {}", user.id), Some(before), Some(after));
        self.store().remove_totp(&user.id, &audit).await.map_err(stored)
    }

    /// Whether the code is the second factor's of this moment, or a recovery code. Either is used up by that.
    pub(super) async fn takes_code(&self, credentials: &Credentials, code: &str) -> Answered<bool> {
        let id = &credentials.user.id;
        let Some(sealed) = &credentials.sealed_totp else {
            return Ok(false);
        };
        let secret = self.engine.open_second_factor(id, sealed).map_err(Trouble::from)?;
        if let Some(step) = step_of(&secret, code, self.now())? {
            return self.store().take_totp_step(id, step).await.map_err(stored);
        }
        let plain = plain(code);
        if plain.len() != 20 || !self.store().take_recovery_code(id, &digest(&plain)).await.map_err(stored)? {
            return Ok(false);
        }
        let line = self.audit(
            &format!("user {}", credentials.user.name),
            "use-recovery-code",
            format!("user {id}"),
            None,
            Some(json!({ "left": credentials.user.recovery_codes.saturating_sub(1) })),
        );
        self.note(line).await;
        Ok(true)
    }
}

/// A complaint about one field.
pub(super) fn refused(field: &str, reason: &str, remedy: &str) -> Trouble {
    EngineError::Refused(vec![Refusal::new(field, reason, remedy)]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret of its vectors for SHA-1, and the last six of their eight digits.
    const VECTORS: [(i64, &str); 6] = [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ];

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_codes_of_the_standard_are_known() {
        for (second, code) in VECTORS {
            let step = second as u64 / 30;
            let found = |second: i64, code: &str| step_of(b"12345678901234567890", code, at(second)).unwrap();
            assert_eq!(found(second, code), Some(step), "{second}");
            assert_eq!(found(second, &format!(" {} {} ", &code[..3], &code[3..])), Some(step), "with blanks");
            assert_eq!(found(second + 30, code), Some(step), "the step before is good");
            assert_eq!(found(second - 30, code), Some(step), "and the one after");
            assert_eq!(found(second + 60, code), None);
            assert!(second < 60 || found(second - 60, code).is_none());
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for code in ["", "28708", "2870822", "28708a", "٢٨٧٠٨٢", "287082287082"] {
            assert_eq!(step_of(b"12345678901234567890", code, at(59)).unwrap(), None, "{code}");
        }
    }

    #[test]
    fn a_recovery_code_is_taken_as_people_type_it() {
        assert_eq!(*plain(" 01AB2-cdef3-\n45678-9abcd "), "01ab2cdef3456789abcd");
        assert_eq!(encoded("Jürgen M"), "J%C3%BCrgen%20M");
    }
}
