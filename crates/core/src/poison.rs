//! Poisoned names: those that the authority refuses again and again while the others of the same certificate pass. They
//! are found over the failures in a row, told, and offered for removal; nothing is ever removed unasked.

use crate::certificate::CertificateSettings;
use crate::failure::Failure;
use crate::identifier::Identifier;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// So many refusals in a row. By the back-off the third is about eleven minutes after the first: a name that was being
/// moved, or whose server was just starting, has had its chance by then.
const REFUSALS: u32 = 3;

/// Kinds of problems that are the authority's own, or a matter of how often it was asked: no fault of the name.
const NOT_OF_NAMES: &[&str] = &["rateLimited", "serverInternal"];

/// A name that was refused in the last verdict on the certificate's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedName {
    /// The name, as the authority writes it.
    pub identifier: String,
    /// The ACME error type of the last refusal, without its prefix.
    pub kind: String,
    /// The authority's words of the last refusal.
    pub detail: String,
    /// When it was first refused in this row.
    pub since: Timestamp,
    /// How often in a row.
    pub times: u32,
}

/// The names that are refused after this failure. A failure that gives no verdict on names says nothing new; one that
/// does acquits every name that it does not mention, because all verdicts are waited for.
pub fn refused_names(before: Option<&Failure>, failure: &Failure, now: Timestamp) -> Vec<RefusedName> {
    let known = before.map(|before| before.refused.as_slice()).unwrap_or_default();
    let mut verdicts = failure
        .identifiers
        .iter()
        .filter(|problem| !NOT_OF_NAMES.contains(&problem.kind.as_str()))
        .peekable();
    if verdicts.peek().is_none() {
        return known.to_vec();
    }
    verdicts
        .map(|problem| {
            let earlier = known.iter().find(|earlier| earlier.identifier == problem.identifier);
            RefusedName {
                identifier: problem.identifier.clone(),
                kind: problem.kind.clone(),
                detail: problem.detail.clone(),
                since: earlier.map_or(now, |earlier| earlier.since),
                times: earlier.map_or(0, |earlier| earlier.times).saturating_add(1),
            }
        })
        .collect()
}

/// What is offered where names are poisoned: the certificate without them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovalOffer<'a> {
    /// The poisoned names.
    pub names: Vec<&'a RefusedName>,
    /// Which of the certificate's identifiers would go.
    pub removed: Vec<&'a Identifier>,
    /// Which would stay.
    pub kept: Vec<&'a Identifier>,
}

/// The offer after this failure; `None` where no name is poisoned, or nothing would be left.
pub fn offer<'a>(settings: &'a CertificateSettings, failure: &'a Failure) -> Option<RemovalOffer<'a>> {
    let poisoned: Vec<_> = failure.refused.iter().filter(|name| name.times >= REFUSALS).collect();
    let (removed, kept): (Vec<_>, Vec<_>) = settings
        .identifiers
        .iter()
        .partition(|identifier| poisoned.iter().any(|name| is_about(name, identifier)));
    let names: Vec<_> = poisoned
        .into_iter()
        .filter(|name| removed.iter().any(|identifier| is_about(name, identifier)))
        .collect();
    (!names.is_empty() && !kept.is_empty()).then_some(RemovalOffer { names, removed, kept })
}

/// An authorization for a wildcard names the domain without its star (RFC 8555 §7.1.3).
fn is_about(name: &RefusedName, identifier: &Identifier) -> bool {
    let ascii = identifier.ascii();
    ascii.strip_prefix("*.").unwrap_or(&ascii).eq_ignore_ascii_case(&name.identifier)
}

impl RemovalOffer<'_> {
    /// The command that accepts the offer, for a certificate that is called so.
    pub fn command(&self, certificate: &str) -> String {
        let removals: String = self
            .removed
            .iter()
            .map(|identifier| format!(" --remove-name {}", quoted(&identifier.ascii())))
            .collect();
        format!("certwright cert edit {}{removals}", quoted(certificate))
    }

    /// What is poisoned and what may be done, in words.
    pub fn words(&self, certificate: &str) -> String {
        let names: Vec<_> = self
            .names
            .iter()
            .map(|name| {
                format!(
                    "{} was refused {} times in a row since {:.0}",
                    name.identifier, name.times, name.since
                )
            })
            .collect();
        format!(
            "{}, and holds up the other {} of this certificate. Repair it, or let them go on without it: {}",
            names.join(", "),
            match self.kept.len() {
                1 => "name".to_owned(),
                many => format!("{many} names"),
            },
            self.command(certificate)
        )
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || ".-_:@".contains(character);
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::IdentifierProblem;
    use jiff::SignedDuration;

    fn settings(names: &[&str]) -> CertificateSettings {
        serde_json::from_value(serde_json::json!({
            "name": "the shop", "identifiers": [], "authority": "a",
        }))
        .map(|settings: CertificateSettings| CertificateSettings {
            identifiers: names.iter().map(|name| Identifier::parse(name).unwrap()).collect(),
            ..settings
        })
        .unwrap()
    }

    /// Failures one after the other, a minute apart, each refusing these names by this kind.
    fn after(row: &[(&[&str], &str)]) -> Failure {
        let mut last: Option<Failure> = None;
        for (minute, (names, kind)) in row.iter().enumerate() {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute as i64);
            let problems = names.iter().map(|name| IdentifierProblem {
                identifier: (*name).to_owned(),
                kind: (*kind).to_owned(),
                detail: "no".to_owned(),
            });
            let mut failure =
                Failure::person("challenge-failed", "show", "no", "").with_identifiers(problems.collect());
            failure.refused = refused_names(last.as_ref(), &failure, now);
            last = Some(failure);
        }
        last.unwrap()
    }

    #[test]
    fn a_name_is_poisoned_when_it_alone_is_refused_again_and_again() {
        let three = ["a.example", "bad.example", "c.example"];
        let bad: (&[&str], &str) = (&["bad.example"], "connection");
        let nothing: (&[&str], &str) = (&[], "connection");
        for (what, row, expected) in [
            ("twice may be bad luck", vec![bad, bad], false),
            ("three times", vec![bad, bad, bad], true),
            ("trouble without a verdict changes nothing", vec![bad, nothing, bad, bad, nothing], true),
            ("it passed meanwhile", vec![bad, bad, (&["a.example"], "dns"), bad], false),
            ("the authority's own trouble", vec![(&["bad.example"], "serverInternal"); 5], false),
            ("all are bad: there is nothing to keep", vec![(&three, "dns"); 3], false),
            ("a name that is not there any more", vec![(&["gone.example"], "dns"); 3], false),
        ] {
            let (settings, failure) = (settings(&three), after(&row));
            let found = offer(&settings, &failure);
            assert_eq!(found.is_some(), expected, "{what}: {failure:?}");
            if let Some(offer) = found {
                assert_eq!(offer.names[0].since, Timestamp::UNIX_EPOCH, "{what}");
                assert_eq!(offer.kept.len(), 2, "{what}");
            }
        }
    }

    #[test]
    fn the_command_is_what_a_shell_takes() {
        let (settings, failure) = (
            settings(&["a.example", "*.bad.example"]),
            after(&[(&["bad.example"], "dns"), (&["bad.example"], "dns"), (&["bad.example"], "dns")]),
        );
        let offer = offer(&settings, &failure).unwrap();
        assert_eq!(
            offer.words("the shop"),
            "bad.example was refused 3 times in a row since 1970-01-01T00:00:00Z, and holds up the other name of this \
             certificate. Repair it, or let them go on without it: certwright cert edit 'the shop' --remove-name \
             '*.bad.example'"
        );
    }
}
