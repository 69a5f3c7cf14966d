//! `authority key list`.

use super::super::Which;
use super::super::policy::permitted;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::issuers::ExternalKey;
use clap::Args;
use jiff::Timestamp;

/// Lists keys.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright authority key list home")]
pub struct List {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    part: Part,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = self.part.query();
        let page = session.client.external_keys(&self.which.name, &query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| rows(&page.items, look, now))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

fn state(key: &ExternalKey, now: Timestamp) -> (Tone, String) {
    match (&key.account, key.expires_at) {
        (Some(account), _) => (Tone::Good, format!("bound {account}")),
        (None, Some(at)) if at <= now => (Tone::Dim, "over".to_owned()),
        (None, Some(at)) => (Tone::Plain, format!("free until {}", moment::exactly(at, now))),
        (None, None) => (Tone::Plain, "free".to_owned()),
    }
}

fn rows(keys: &[ExternalKey], look: Look, now: Timestamp) -> String {
    let rows = keys.iter().map(|key| {
        let limits = if key.policy.anything { "all it certifies".to_owned() } else { permitted(&key.policy) };
        vec![plain(&key.id), state(key, now), plain(limits), plain(moment::day(key.created_at, now))]
    });
    let nothing = "No external keys. Make one: certwright authority key create NAME";
    table(look, &["KEY", "STATE", "MAY ASK FOR", "MADE"], rows, nothing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};
    use certwright_api::issuers::IssuerPolicy;

    #[test]
    fn a_key_is_free_bound_or_over() {
        let free = ExternalKey {
            id: "k1".to_owned(),
            policy: IssuerPolicy { anything: true, wildcards: true, ..IssuerPolicy::default() },
            created_at: hours(-48),
            expires_at: None,
            account: None,
            used_at: None,
        };
        let bound = ExternalKey { account: Some("abc".to_owned()), used_at: Some(hours(-1)), ..free.clone() };
        let policy = IssuerPolicy { names: vec!["nas.home.arpa".to_owned()], ..IssuerPolicy::default() };
        let over = ExternalKey { expires_at: Some(hours(-1)), policy, ..free.clone() };
        let ends = ExternalKey { expires_at: Some(hours(72)), ..free.clone() };
        assert_eq!(
            rows(&[free, bound, over, ends], Look::default(), now()),
            "\
KEY  STATE                                        MAY ASK FOR              MADE
k1   free                                         all it certifies         2 days ago (2026-11-22)
k1   bound abc                                    all it certifies         2 days ago (2026-11-22)
k1   over                                         nas.home.arpa and below  2 days ago (2026-11-22)
k1   free until 2026-11-27 12:00 UTC (in 3 days)  all it certifies         2 days ago (2026-11-22)
"
        );
    }
}
