//! The seldom choices of `cert create` and `cert edit`: chain, profile, lifetime, staging, and where keys come from.

use super::key::chosen;
use crate::fault::Fault;
use crate::session::{read, secret, secret_line};
use crate::span;
use certwright_api::certificates::Certificate;
use certwright_api::edits::{CertificateChanges, CertificateDraft};
use certwright_api::options::{KeySource, ProfileMissing};
use certwright_api::secret::SecretText;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// What happens when the authority does not offer the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Missing {
    /// Nothing is ordered
    Require,
    /// The authority's default is taken
    FallBack,
}

impl From<Missing> for ProfileMissing {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Require => Self::Require,
            Missing::FallBack => Self::FallBack,
        }
    }
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Answer {
    Yes,
    No,
}

/// The seldom choices.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Chain, lifetime and key")]
pub(super) struct Choices {
    /// An issuer that its chain should have, by common name or SHA-256 fingerprint; auto for none
    #[arg(long, value_name = "ISSUER")]
    preferred_chain: Option<String>,
    /// When the authority does not offer the profile (any more)
    #[arg(long, value_name = "WHAT")]
    profile_missing: Option<Missing>,
    /// How long it is to be valid, such as 7d, where the authority lets that be chosen; auto for its choice
    #[arg(long, value_name = "SPAN")]
    lifetime: Option<String>,
    /// Order from the authority's staging environment: a certificate for tests
    #[arg(long, conflicts_with = "no_staging")]
    staging: bool,
    /// Order from the authority itself again
    #[arg(long)]
    no_staging: bool,
    /// Whether one for tests may take the place of a trusted one on a target
    #[arg(long, value_name = "yes|no", hide_possible_values = true)]
    staging_may_replace: Option<Answer>,
    /// Use the newest version's key again at each renewal
    #[arg(long, conflicts_with = "new_key")]
    reuse_key: bool,
    /// Make a new key for each version; a key or request of your own is forgotten
    #[arg(long, conflicts_with_all = ["private_key", "csr"])]
    new_key: bool,
    /// A private key of your own (PEM); - reads standard input
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    /// The file with that key's passphrase; - reads standard input
    #[arg(long, value_name = "FILE", requires = "private_key")]
    passphrase_file: Option<PathBuf>,
    /// A certificate request of your own (PEM); names may be left out then
    #[arg(long, value_name = "FILE")]
    csr: Option<PathBuf>,
}

impl Choices {
    /// Fills them in.
    pub(super) fn draft(self, draft: CertificateDraft) -> Result<CertificateDraft, Fault> {
        Ok(CertificateDraft {
            lifetime_seconds: self.lifetime()?.flatten(),
            staging: self.wants_staging(),
            staging_may_replace: self.may_replace(),
            reuse_key: self.reuses(),
            private_key: self.key()?,
            private_key_passphrase: self.passphrase()?,
            certificate_request: self.csr.as_deref().map(read).transpose()?,
            profile_missing: self.profile_missing.map(Into::into),
            preferred_chain: self.preferred_chain.and_then(chosen),
            ..draft
        })
    }

    /// Fills them in.
    pub(super) fn changes(&self, changes: CertificateChanges) -> Result<CertificateChanges, Fault> {
        Ok(CertificateChanges {
            lifetime_seconds: self.lifetime()?,
            staging: self.wants_staging(),
            staging_may_replace: self.may_replace(),
            reuse_key: self.reuses(),
            private_key: self.key()?.map(Some),
            private_key_passphrase: self.passphrase()?,
            certificate_request: self.csr.as_deref().map(read).transpose()?.map(Some),
            profile_missing: self.profile_missing.map(Into::into),
            preferred_chain: self.preferred_chain.clone().map(chosen),
            ..changes
        })
    }

    fn wants_staging(&self) -> Option<bool> {
        (self.staging || self.no_staging).then_some(self.staging)
    }

    fn may_replace(&self) -> Option<bool> {
        self.staging_may_replace.map(|answer| answer == Answer::Yes)
    }

    fn reuses(&self) -> Option<bool> {
        (self.reuse_key || self.new_key).then_some(self.reuse_key)
    }

    fn lifetime(&self) -> Result<Option<Option<u64>>, Fault> {
        let Some(text) = self.lifetime.clone().map(chosen) else { return Ok(None) };
        let Some(text) = text else { return Ok(Some(None)) };
        let seconds =
            span::seconds(&text).map_err(|words| Fault::refused(words, "write such as 7d, or auto"))?;
        Ok(Some(Some(seconds.unsigned_abs())))
    }

    fn key(&self) -> Result<Option<SecretText>, Fault> {
        self.private_key.as_deref().map(|file| secret(file, "private key")).transpose()
    }

    fn passphrase(&self) -> Result<Option<SecretText>, Fault> {
        let Some(file) = self.passphrase_file.as_deref() else { return Ok(None) };
        if file == Path::new("-") && self.private_key.as_deref() == Some(file) {
            return Err(Fault::refused(
                "key and passphrase cannot both come from standard input",
                "put one of them into a file",
            ));
        }
        secret_line(file, "passphrase").map(Some)
    }
}

/// Where keys come from, for people.
pub(super) fn key_words(certificate: &Certificate) -> String {
    let auto = || certificate.key_type.map_or_else(|| "auto".to_owned(), |key_type| key_type.words());
    match &certificate.key_source {
        KeySource::New => auto(),
        KeySource::Reuse => format!("{}\nused again at each renewal", auto()),
        KeySource::Own { key_type, fingerprint } => {
            format!("{}\nyour own, SHA-256 {fingerprint}", key_type.words())
        }
        KeySource::Request { key_type, has_key, notes, .. } => {
            let key = if *has_key { "with its key" } else { "without its key: to be exported, not deployed" };
            let notes: String = notes.iter().map(|note| format!("\nthe request {note}")).collect();
            format!("{}\nyour own certificate request, {key}{notes}", key_type.words())
        }
    }
}

/// The profile, and what becomes of it when it is missing.
pub(super) fn profile_words(certificate: &Certificate) -> String {
    let falls_back = certificate.profile_missing == ProfileMissing::FallBack;
    match &certificate.profile {
        None => "auto".to_owned(),
        Some(profile) if falls_back => {
            format!("{profile}, or the authority's default where it is not offered")
        }
        Some(profile) => profile.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::{Value, json};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        choices: Choices,
    }

    fn changes(line: &str) -> Value {
        let words = ["edit"].into_iter().chain(line.split_whitespace());
        let choices = Line::try_parse_from(words).unwrap().choices;
        serde_json::to_value(choices.changes(CertificateChanges::default()).unwrap()).unwrap()
    }

    #[test]
    fn each_choice_is_a_field_and_auto_clears_it() {
        for (line, expected) in [
            ("", json!({})),
            (
                "--preferred-chain X1 --lifetime 7d",
                json!({ "preferred_chain": "X1", "lifetime_seconds": 604_800 }),
            ),
            (
                "--preferred-chain auto --lifetime auto",
                json!({ "preferred_chain": null, "lifetime_seconds": null }),
            ),
            ("--profile-missing fall-back", json!({ "profile_missing": "fall-back" })),
            ("--staging --staging-may-replace no", json!({ "staging": true, "staging_may_replace": false })),
            ("--no-staging --reuse-key", json!({ "staging": false, "reuse_key": true })),
            ("--new-key", json!({ "reuse_key": false })),
        ] {
            assert_eq!(changes(line), expected, "{line}");
        }
        let both = Line::try_parse_from(["edit", "--private-key", "-", "--passphrase-file", "-"]).unwrap();
        assert!(both.choices.passphrase().is_err());
        assert!(Line::try_parse_from(["edit", "--passphrase-file", "x"]).is_err());
    }
}
