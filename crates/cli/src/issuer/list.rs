//! `authority list`.

use super::policy::{permitted, state};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::issuers::{Issuer, IssuerReach};
use clap::Args;
use jiff::Timestamp;

/// Lists built-in authorities.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright authority list")]
pub struct List {
    #[command(flatten)]
    part: Part,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = self.part.query();
        let page = session.client.issuers(&query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| rows(&page.items, look, now))?;
        more(&session.output, &page)?;
        for (issuer, warning) in
            page.items.iter().flat_map(|it| it.warnings.iter().map(move |words| (it, words)))
        {
            session.output.note(&format!("Warning: {}: {warning}.", issuer.name))?;
        }
        Ok(Exit::Done)
    }
}

/// What colour says of its state.
pub(super) fn tone(issuer: &Issuer) -> Tone {
    match (issuer.enabled, issuer.mounted) {
        (true, true) => Tone::Good,
        (true, false) => Tone::Bad,
        (false, _) => Tone::Dim,
    }
}

fn rows(issuers: &[Issuer], look: Look, now: Timestamp) -> String {
    let rows = issuers.iter().map(|issuer| {
        let reach = match issuer.settings.reach {
            IssuerReach::Loopback { .. } => "this machine",
            IssuerReach::Network => "network",
        };
        vec![
            plain(&issuer.name),
            (tone(issuer), state(issuer).to_owned()),
            plain(reach),
            plain(permitted(&issuer.settings.policy)),
            plain(moment::day(issuer.root.not_after, now)),
        ]
    });
    let nothing = "No built-in authorities. Make one: certwright authority create --help";
    table(look, &["NAME", "STATE", "REACHED FROM", "CERTIFIES", "ROOT UNTIL"], rows, nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn one_line_for_each() {
        let mut off = samples::issuer();
        (off.name, off.enabled, off.mounted) = ("lab".to_owned(), false, false);
        off.settings.reach = IssuerReach::default();
        assert_eq!(
            rows(&[samples::issuer(), off], Look::default(), samples::now()),
            "\
NAME  STATE     REACHED FROM  CERTIFIES                        ROOT UNTIL
home  answers   network       home.arpa and below, 10.0.0.0/8  in 3651 days (2036-11-22)
lab   disabled  this machine  home.arpa and below, 10.0.0.0/8  in 3651 days (2036-11-22)
"
        );
    }
}
