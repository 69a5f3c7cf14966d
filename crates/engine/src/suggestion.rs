//! Asking an authority when it suggests to renew (RFC 9773), and what follows for the certificate.

use crate::acme_failure::failure;
use crate::chain_freshness::is_due;
use crate::drive::Interrupted;
use crate::engine::Engine;
use crate::standing::with_next;
use certwright_acme::{Error, TransportError};
use certwright_core::SignedDuration;
use certwright_core::event::{EventKind, Level, NewEvent};
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::renewal_information::{Answer, RenewalInformation};
use certwright_core::version::Version;
use certwright_store::{Fence, StoreError, Suggestion};

impl Engine {
    /// Asks about one version, stores the answer and the certificate's next moment by it.
    pub(crate) async fn ask_when_to_renew(
        &self,
        version: &VersionId,
        certificate: &CertificateId,
        fence: Fence,
    ) -> Result<(), Interrupted> {
        let mut version = match self.store.version(version).await {
            Ok(version) => version,
            // Deleted with its certificate meanwhile.
            Err(StoreError::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let Some(facts) = version.facts.clone() else { return Ok(()) };
        let (answer, again) = match &facts.renewal_info_id {
            Some(id) => self.suggestion_of(&version, id).await,
            None => (Answer::NotOffered, None),
        };
        // Read after the answer, which may have taken a while: what a person did meanwhile counts.
        let row = self.store.certificate_row(certificate).await?;
        let now = self.now();
        let before = version.renewal_information.clone();
        let (known, ask_at) = before.clone().absorb(answer, again, facts.not_after, now, self.chance.draw());
        let look_at_chain =
            row.certificate.standing.current.as_ref() == Some(&version.id) && is_due(&version, now);
        let known = RenewalInformation {
            chain_looked_at: if look_at_chain { Some(now) } else { known.chain_looked_at },
            ..known
        };
        let events: Vec<_> = self.news(&version, &before, &known).into_iter().collect();
        version.renewal_information = known;
        let newest = if row.certificate.standing.current.as_ref() == Some(&version.id) {
            Some(&version)
        } else {
            row.version.as_ref()
        };
        let standing =
            with_next(&self.rules(), &row.certificate, row.certificate.standing.clone(), newest, now);
        self.store
            .store_suggestion(&Suggestion {
                version: &version.id,
                known: &version.renewal_information,
                ask_at,
                before: &row.certificate,
                standing: &standing,
                fence,
                events: &events,
            })
            .await?;
        if let Some(window) = &version.renewal_information.window
            && window.start <= now
            && before.window.as_ref().is_some_and(|old| old.start > now)
            && row.certificate.standing.current.as_ref() == Some(&version.id)
        {
            let explanation = window.explanation_url.as_deref();
            self.window_moved(&row.certificate, &version, explanation).await?;
        }
        if look_at_chain {
            self.look_at_chain(&version).await;
        }
        Ok(())
    }

    async fn suggestion_of(&self, version: &Version, id: &str) -> (Answer, Option<SignedDuration>) {
        let authority = match self.authority_of(&version.authority).await {
            Ok(authority) => authority,
            Err(failure) => return (Answer::Useless(failure.answer), None),
        };
        let client = match self.acme.client(&authority) {
            Ok(client) => client,
            Err(failure) => return (Answer::Useless(failure.answer), None),
        };
        match client.renewal_information(id).await {
            Ok(answered) => {
                let window = answered.value;
                let answer = Answer::Window {
                    start: window.start,
                    end: window.end,
                    explanation_url: window.explanation_url,
                };
                (answer, answered.retry_after.map(|after| self.pause(after)))
            }
            Err(Error::NotOffered { .. }) => (Answer::NotOffered, None),
            Err(error) => {
                let again = error.retry_after().map(|after| self.pause(after));
                let failure = failure(&error, &authority.title);
                let words = format!("{}: {}", failure.attempted, failure.answer);
                (if passes(&error) { Answer::Passing(words) } else { Answer::Useless(words) }, again)
            }
        }
    }

    fn pause(&self, after: certwright_acme::RetryAfter) -> SignedDuration {
        let now = self.now();
        after.moment(now).duration_since(now)
    }

    /// What is worth telling: a window that is another one, and the first answer that makes no sense.
    fn news(
        &self,
        version: &Version,
        before: &RenewalInformation,
        known: &RenewalInformation,
    ) -> Option<NewEvent> {
        let (level, words) = match (&known.window, &before.window) {
            (Some(window), old) if old.as_ref().is_none_or(|old| old.chosen != window.chosen) => {
                let why = window.explanation_url.as_ref();
                let why = why.map_or_else(String::new, |url| format!("; the authority explains it at {url}"));
                let level = if old.is_some() { Level::Warning } else { Level::Info };
                let words = format!(
                    "The authority suggests to renew {} between {:.0} and {:.0}; the moment drawn is {:.0}{why}",
                    version.id, window.start, window.end, window.chosen
                );
                (level, words)
            }
            _ if known.stale && !before.stale => {
                let words = format!(
                    "When the authority suggests to renew {} is not known: {}. It is renewed by its age, and the authority is \
                     asked again",
                    version.id,
                    known.problem.as_deref().unwrap_or("no answer")
                );
                (Level::Warning, words)
            }
            _ => return None,
        };
        Some(self.event(&version.certificate, None, None, EventKind::Note, level, words))
    }
}

/// Whether trouble is of the passing kind: a name that does not resolve and a refused connection are not (RFC 9773
/// §4.3.3).
fn passes(error: &Error) -> bool {
    let away = matches!(
        error,
        Error::Transport {
            source: TransportError::NameNotResolved { .. } | TransportError::Unreachable { .. },
            ..
        }
    );
    error.is_passing() && !away
}
