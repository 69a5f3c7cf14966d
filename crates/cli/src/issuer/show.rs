//! `authority show`.

use super::Which;
use super::list::tone;
use super::policy::{constrained, permitted, reached, state};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::session::Session;
use crate::span;
use crate::table::{page, plain};
use certwright_api::issuers::Issuer;
use clap::Args;
use jiff::Timestamp;

/// Shows an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright authority show home")]
pub struct Show {
    #[command(flatten)]
    which: Which,
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = session.client.issuer(&self.which.name).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&issuer), |look| words(&issuer, look, now))?;
        Ok(Exit::Done)
    }
}

fn words(issuer: &Issuer, look: Look, now: Timestamp) -> String {
    let settings = &issuer.settings;
    let profiles = settings.profiles.iter().map(|(name, profile)| {
        format!("{name}: {} ({})", span::words(profile.lifetime_seconds), profile.description)
    });
    let accounts =
        if settings.binds_accounts() { "only with an external key" } else { "any client of this machine" };
    page(
        look,
        [
            ("Authority", plain(&issuer.name)),
            ("Title", plain(issuer.title.clone().unwrap_or_default())),
            ("State", (tone(issuer), state(issuer).to_owned())),
            ("Directory", plain(&issuer.directory)),
            ("Reached", plain(reached(settings.reach))),
            ("Certifies", plain(permitted(&settings.policy))),
            ("Root's constraints", plain(constrained(issuer.constraints.as_ref()))),
            ("Certificates last", plain(span::words(settings.lifetime_seconds))),
            ("Profiles", plain(profiles.collect::<Vec<_>>().join("\n"))),
            ("Accounts", plain(accounts)),
            ("Terms", plain(settings.terms_of_service.clone().unwrap_or_default())),
            ("Root", plain(&issuer.root.subject)),
            ("Root until", plain(moment::exactly(issuer.root.not_after, now))),
            ("Root's SHA-256", plain(&issuer.root.sha256)),
            ("Root served at", plain(&issuer.root_url)),
            ("Intermediate until", plain(moment::exactly(issuer.intermediate.not_after, now))),
            ("Revocation list", plain(&issuer.revocation_list_url)),
            ("Revision", plain(issuer.revision.to_string())),
            ("Made", plain(moment::minute(issuer.created_at, now))),
            ("Warnings", (Tone::Warn, issuer.warnings.join("\n"))),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_authority_says_what_it_certifies_and_for_whom() {
        let issuer = Issuer { warnings: vec!["internal is beyond it".to_owned()], ..samples::issuer() };
        assert_eq!(
            words(&issuer, Look::default(), samples::now()),
            "\
Authority           home
Title               Home CA
State               answers
Directory           https://ca.home.arpa:9643/acme/home/directory
Reached             from the network; http-01 is looked at on port 80
Certifies           home.arpa and below, 10.0.0.0/8
Root's constraints  home.arpa and below, 10.0.0.0/8
Certificates last   90 days
Profiles            short: 7 days (certificates of 7 days)
Accounts            only with an external key
Root                CN=Home CA Root
Root until          2036-11-22 12:00 UTC (in 3651 days)
Root's SHA-256      00ff
Root served at      https://ca.home.arpa:9643/acme/home/root.pem
Intermediate until  2031-11-23 12:00 UTC (in 1825 days)
Revocation list     https://ca.home.arpa:9643/acme/home/crl
Revision            2
Made                24 hours ago (2026-11-23 12:00 UTC)
Warnings            internal is beyond it
"
        );
    }
}
