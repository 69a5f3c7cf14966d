//! `cert create`.

use super::choices::Choices;
use super::key::{KeyChoice, chosen};
use crate::deployments::DeploymentOptions;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::moment;
use crate::renewal::{self, Renewal};
use crate::session::{Session, once};
use crate::window;
use certwright_api::certificates::{Certificate, Challenge};
use certwright_api::edits::CertificateDraft;
use clap::Args;
use jiff::Timestamp;

/// A certificate to be created.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Example:\n  certwright cert create shop.example.com www.shop.example.com --deploy nginx"
)]
pub struct Create {
    /// Host names, wildcard names or IP addresses; the first names the whole
    #[arg(required_unless_present = "csr", value_name = "NAME")]
    names: Vec<String>,
    /// What to call it; the first name when left out
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Free text
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    notes: String,
    /// A tag, for filtering; repeat it for several
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Who issues it, by the id that `ca list` shows; Let's Encrypt when left out
    #[arg(long, value_name = "ID")]
    ca: Option<String>,
    /// By which account; the authority's only or newest one when left out
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The authority's profile; its default when left out
    #[arg(long)]
    profile: Option<String>,
    /// Its key
    #[arg(long, value_name = "TYPE", default_value = "auto")]
    key: KeyChoice,
    /// Answer challenges by files below this root folder of the site
    #[arg(long, value_name = "DIRECTORY")]
    webroot: Option<String>,
    /// When it is renewed: 60% (of its lifetime), before:30d (it expires) or after:45d (of the last renewal)
    #[arg(long, value_name = "WHEN", value_parser = renewal::read)]
    renew: Option<Renewal>,
    /// The maintenance window it keeps to: a name, none (at any time) or default
    #[arg(long, value_name = "NAME")]
    window: Option<String>,
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    deployments: DeploymentOptions,
    /// Create it paused: nothing is ordered before it is resumed
    #[arg(long)]
    paused: bool,
}

impl Create {
    fn draft(self) -> Result<CertificateDraft, Fault> {
        let draft = CertificateDraft {
            deployments: self.deployments.drafts(&[])?,
            name: self.name,
            notes: self.notes,
            tags: self.tags,
            identifiers: self.names,
            authority: self.ca,
            account: self.account.and_then(chosen),
            profile: self.profile.and_then(chosen),
            key_type: self.key.key_type(),
            challenge: self.webroot.map_or_else(Challenge::default, |root| Challenge::Http01Webroot { root }),
            renewal: self.renew.and_then(|renew| renew.0),
            window: self.window.as_deref().and_then(window::choice),
            paused: self.paused,
            ..CertificateDraft::default()
        };
        self.choices.draft(draft)
    }

    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let certificate = session.client.create_certificate(&self.draft()?, &once()).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&certificate), |_| words(&certificate, now))?;
        Ok(Exit::Done)
    }
}

fn words(certificate: &Certificate, now: Timestamp) -> String {
    let name = &certificate.name;
    let targets: Vec<_> =
        certificate.deployments.iter().map(|deployment| deployment.target.as_str()).collect();
    let served = if targets.is_empty() {
        format!(
            "to be stored and served by nothing; to have it served: certwright cert edit {name} --deploy TARGET"
        )
    } else {
        format!("to be served by {}", targets.join(", "))
    };
    let next = match certificate.next_at {
        _ if certificate.paused => "It is paused: nothing is ordered before it is resumed.".to_owned(),
        Some(at) => {
            format!("Nothing is ordered yet; left alone, it is requested {}.", moment::minute(at, now))
        }
        None => "Nothing is ordered yet.".to_owned(),
    };
    format!(
        "Created {name} ({}) for {}, {served}.\n{next}\n\
         Look first: certwright cert preview {name}\nRequest it:  certwright cert request {name}\n",
        certificate.id,
        certificate.identifiers_shown.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn says_that_nothing_is_ordered_yet() {
        assert_eq!(
            words(&samples::certificate(), samples::now()),
            "\
Created shop (cert-1) for shop.example.com, bücher.example, to be served by nginx.
Nothing is ordered yet; left alone, it is requested in 30 days (2026-12-24 12:00 UTC).
Look first: certwright cert preview shop
Request it:  certwright cert request shop
"
        );
    }
}
