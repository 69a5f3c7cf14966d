//! `cert show`: the names that hold up a certificate, and the command that leaves them out.

use crate::look::clean;
use crate::moment;
use certwright_api::removal_offers::RemovalOffer;
use jiff::Timestamp;
use std::fmt::Write as _;

pub(super) fn words(offer: &RemovalOffer, now: Timestamp) -> String {
    let mut text = String::new();
    for name in &offer.names {
        let since = moment::minute(name.since, now);
        let _ = writeln!(
            text,
            "{}: refused {} times in a row since {since}: {} ({})",
            name.identifier, name.times, name.detail, name.kind
        );
    }
    let _ = writeln!(
        text,
        "It waits for you: repair that, or let the others go on without it by\n  {}",
        offer.command
    );
    clean(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use certwright_api::removal_offers::PoisonedName;

    #[test]
    fn an_offer_says_which_name_why_since_when_and_how() {
        let offer = RemovalOffer {
            names: vec![PoisonedName {
                identifier: "old.example.com".to_owned(),
                kind: "dns".to_owned(),
                detail: "no such name\u{1b}[2J".to_owned(),
                since: samples::now(),
                times: 4,
            }],
            identifiers: vec!["shop.example.com".to_owned()],
            command: "certwright cert edit shop --remove-name old.example.com".to_owned(),
        };
        let text = words(&offer, samples::now());
        assert!(text.starts_with("old.example.com: refused 4 times in a row since "), "{text}");
        assert!(text.contains("no such name") && !text.contains('\u{1b}'), "{text}");
        assert!(text.ends_with("  certwright cert edit shop --remove-name old.example.com\n"), "{text}");
    }
}
