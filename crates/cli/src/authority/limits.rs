//! `ca limits`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::limits::Limits;
use clap::Args;
use jiff::Timestamp;

/// Shows an authority's rate limits.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
What was ordered by anybody else is not known here: the authority may count more.

Example:
  certwright ca limits letsencrypt")]
pub struct ShowLimits {
    /// The authority's id
    id: String,
}

impl ShowLimits {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let limits = session.client.limits(&self.id).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&limits), |look| words(&limits, look, now))?;
        Ok(Exit::Done)
    }
}

fn words(limits: &Limits, look: Look, now: Timestamp) -> String {
    let rows = limits.limits.iter().map(|state| {
        vec![
            plain(&state.words),
            plain(&state.subject),
            plain(state.used.to_string()),
            plain(state.left.to_string()),
            plain(state.frees_at.map_or_else(String::new, |at| moment::minute(at, now))),
        ]
    });
    let mut text = table(look, &["LIMIT", "OF", "USED", "LEFT", "FREES"], rows, "No limits are known.");
    for wait in &limits.waits {
        let line =
            format!("It wants us to wait until {}: {}", moment::minute(wait.until, now), clean(&wait.words));
        text.push_str(&look.paint(Tone::Warn, &line));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};
    use certwright_api::authority_details::{LimitScope, RateLimit, Refill};
    use certwright_api::limits::{LimitUse, Wait};

    #[test]
    fn says_what_is_left_and_what_the_authority_wants() {
        let limit = RateLimit { scope: LimitScope::Orders, most: 2, seconds: 3600, refill: Refill::Bucket };
        let limits = Limits {
            waits: vec![Wait {
                scope: LimitScope::Orders,
                subject: "acct-1".to_owned(),
                until: hours(5),
                words: "too many".to_owned(),
            }],
            limits: vec![LimitUse {
                limit,
                words: "2 orders".to_owned(),
                subject: "acct-1".to_owned(),
                used: 2,
                left: 0,
                frees_at: Some(hours(5)),
            }],
        };
        let text = words(&limits, Look::default(), now());
        let frees = moment::minute(hours(5), now());
        for part in ["LIMIT", "2 orders", "acct-1", &frees, &format!("wait until {frees}: too many")] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
