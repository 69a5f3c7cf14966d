//! `--renew`: when a certificate is renewed, as people type and read it.

use crate::span;
use certwright_api::renewal_policy::RenewalPolicy;

/// What was typed; `None` leaves the choice to the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Renewal(pub(crate) Option<RenewalPolicy>);

/// Reads `60%`, `before:30d`, `after:45d` or `auto`.
pub(crate) fn read(text: &str) -> Result<Renewal, String> {
    if text == "auto" {
        return Ok(Renewal(None));
    }
    let policy = if let Some(number) = text.strip_suffix('%') {
        let percent = number.parse().map_err(|_| format!("{number:?} is no number from 1 to 99"))?;
        RenewalPolicy::Share { percent }
    } else if let Some(rest) = text.strip_prefix("before:") {
        RenewalPolicy::BeforeExpiry { seconds: span::seconds(rest)? }
    } else if let Some(rest) = text.strip_prefix("after:") {
        RenewalPolicy::AfterRenewal { seconds: span::seconds(rest)? }
    } else {
        return Err("write 60% of its lifetime, before:30d, after:45d or auto".to_owned());
    };
    Ok(Renewal(Some(policy)))
}

/// In words.
pub(crate) fn words(policy: Option<RenewalPolicy>) -> String {
    match policy {
        None => "auto: when the authority suggests it, else at two thirds of its lifetime (half of one under ten days)".to_owned(),
        Some(RenewalPolicy::Share { percent }) => format!("when {percent} % of its lifetime are over"),
        Some(RenewalPolicy::BeforeExpiry { seconds }) => {
            format!("{} before it expires", span::words(seconds))
        }
        Some(RenewalPolicy::AfterRenewal { seconds }) => {
            format!("{} after it was renewed", span::words(seconds))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_and_said() {
        for (text, said) in [
            ("60%", "when 60 % of its lifetime are over"),
            ("before:30d", "30 days before it expires"),
            ("after:36h", "36 hours after it was renewed"),
            (
                "auto",
                "auto: when the authority suggests it, else at two thirds of its lifetime (half of one under ten days)",
            ),
        ] {
            assert_eq!(words(read(text).unwrap().0), said, "{text}");
        }
        for wrong in ["", "60", "%", "-1%", "300%", "before:", "before:30", "30d"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
