//! The directories of the authorities in use, looked at once a week; one that is retired is told with a planned move
//! (fault 47).

use crate::certificates::Changes;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::incidents::Words;
use certwright_acme::{Error, TransportError};
use certwright_core::authority::Authority;
use certwright_core::failover::{Candidate, can_take};
use certwright_core::id::AuthorityId;
use certwright_core::incident::{Cause, CauseKind, Example};
use certwright_core::probe::{Found, Probe};
use certwright_store::{CertificateFilter, CertificateQuery, CertificateRow, Page, StoreError};

/// How many certificates are moved by one read.
const AT_ONCE: u32 = 200;

/// What became of a move, or would become.
#[derive(Clone, Debug, Default)]
pub struct Moved {
    /// The names of those that are moved.
    pub moved: Vec<String>,
    /// The names of those that are not, and why.
    pub kept: Vec<(String, String)>,
}

impl Engine {
    /// Looks at every directory whose moment has come, one after the other.
    pub(crate) async fn probe_directories(&self) -> Result<(), StoreError> {
        let known = self.store.probes().await?;
        for id in self.store.authorities_in_use().await? {
            let before = known.iter().find(|probe| probe.authority == id);
            if before.is_some_and(|before| !before.is_due(self.now())) {
                continue;
            }
            if let Ok(authority) = self.authority_of(&id).await {
                self.probe(&authority, before).await?;
            }
        }
        Ok(())
    }

    /// Looks at one directory now.
    ///
    /// # Errors
    /// There is no such authority.
    pub async fn probe_now(&self, id: &str) -> Result<Probe, EngineError> {
        let authority = self.authority(id).await?;
        let known = self.store.probes().await?;
        let before = known.iter().find(|probe| probe.authority == authority.id);
        Ok(self.probe(&authority, before).await?)
    }

    /// What is known of the directories that were looked at.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn probes(&self) -> Result<Vec<Probe>, EngineError> {
        Ok(self.store.probes().await?)
    }

    async fn probe(&self, authority: &Authority, before: Option<&Probe>) -> Result<Probe, StoreError> {
        let found = match self.acme.client(authority) {
            Ok(client) => match client.refresh_directory().await {
                Ok(_) => Found::Directory,
                Err(error) if is_nobody(&error) => Found::Nothing(error.to_string()),
                Err(error) => Found::Passing(error.to_string()),
            },
            Err(failure) => Found::Passing(failure.answer),
        };
        let probe = Probe::after(before, &authority.id, found, self.now());
        self.store.store_probe(&probe).await?;
        let was = before.is_some_and(Probe::is_retired);
        match (was, probe.is_retired()) {
            (false, true) => self.is_retired(authority, &probe).await?,
            (true, false) if probe.answer.is_none() => {
                self.no_more_retired(&authority.id, &format!("{} answers again", authority.title)).await?;
            }
            _ => {}
        }
        Ok(probe)
    }

    /// Closes the incident, where there is one.
    pub(crate) async fn no_more_retired(&self, id: &AuthorityId, end: &str) -> Result<(), StoreError> {
        self.is_over(&Cause::new(CauseKind::AuthorityRetired, id), end).await
    }

    async fn is_retired(&self, authority: &Authority, probe: &Probe) -> Result<(), StoreError> {
        let (words, remedy) = self.retired(authority, probe).await?;
        let example = Example {
            at: probe.bad_since.unwrap_or(probe.probed_at),
            certificate: None,
            name: authority.directory.clone(),
            words: probe.answer.clone().unwrap_or_default(),
        };
        let cause = Cause::new(CauseKind::AuthorityRetired, &authority.id);
        self.occurred(cause, example, |_| Words { words, remedy }).await
    }

    /// That it is retired, and who could take over.
    async fn retired(&self, authority: &Authority, probe: &Probe) -> Result<(String, String), StoreError> {
        let said = probe.answer.as_deref().unwrap_or("nothing");
        let plan = match self.successor(&authority.id).await {
            Some(other) => format!(
                "see what {} would take over: certwright ca move {} --to {} --preview",
                other.title, authority.id, other.id
            ),
            None => "register an account with another authority, then: certwright ca move".to_owned(),
        };
        let words = format!(
            "{} seems to be retired: for days nobody was at {} who speaks ACME ({said}). Its certificates are served on, \
             and cannot be renewed there",
            authority.title, authority.directory
        );
        Ok((words, plan))
    }

    /// Another authority with an account that can take a certificate of this one.
    async fn successor(&self, from: &AuthorityId) -> Option<Authority> {
        let rows = self.of_authority(from, Page { offset: 0, limit: 1 }).await.ok()?;
        let row = rows.first()?;
        for (authority, account) in self.usable_accounts().await.ok()? {
            let candidate = Candidate { authority: &authority, account: &account };
            if authority.id != *from && can_take(&row.certificate.settings, &candidate) {
                return Some(authority);
            }
        }
        None
    }

    /// Has the certificates of one authority ordered from another one from now on, each as an edit of its own. With
    /// `preview` nothing is changed.
    ///
    /// # Errors
    /// There is no such authority, or it is the same.
    pub async fn move_certificates(
        &self,
        from: &str,
        to: &str,
        preview: bool,
        who: &str,
    ) -> Result<Moved, EngineError> {
        let (from, target) = (AuthorityId::from(from), self.authority(to).await?);
        if from == target.id {
            return Err(EngineError::Conflict {
                field: "to".to_owned(),
                words: format!("{} is where they are ordered already", target.title),
                remedy: "name another authority".to_owned(),
            });
        }
        let accounts = self.usable_accounts().await?;
        let Some((_, account)) = accounts.iter().find(|(authority, _)| authority.id == target.id) else {
            return Err(EngineError::Conflict {
                field: "to".to_owned(),
                words: format!("there is no account with {}", target.title),
                remedy: format!("register one: certwright account create --ca {to} --contact MAIL"),
            });
        };
        let candidate = Candidate { authority: &target, account };
        let mut moved = Moved::default();
        let mut page = Page { offset: 0, limit: AT_ONCE };
        loop {
            let rows = self.of_authority(&from, page).await?;
            if rows.is_empty() {
                return Ok(moved);
            }
            for row in rows {
                let certificate = &row.certificate;
                let edited = if !can_take(&certificate.settings, &candidate) {
                    Err(format!("{} cannot issue it: look at its names and options", target.title))
                } else if preview {
                    Ok(())
                } else {
                    let changes = Changes { authority: Some(target.id.clone()), ..Changes::default() };
                    match self
                        .update_certificate(certificate.id.as_str(), certificate.revision, changes, who)
                        .await
                    {
                        Ok(_) => Ok(()),
                        Err(error @ EngineError::Storage { .. }) => return Err(error),
                        Err(error) => Err(error.to_string()),
                    }
                };
                // What was moved is not listed here any more.
                page.offset += u64::from(preview || edited.is_err());
                let name = certificate.settings.name.clone();
                match edited {
                    Ok(()) => moved.moved.push(name),
                    Err(why) => moved.kept.push((name, why)),
                }
            }
        }
    }

    async fn of_authority(&self, id: &AuthorityId, page: Page) -> Result<Vec<CertificateRow>, StoreError> {
        let filter = CertificateFilter { authority: Some(id.clone()), ..CertificateFilter::default() };
        let query = CertificateQuery { filter, page, ..CertificateQuery::default() };
        Ok(self.store.list_certificates(&query).await?.items)
    }
}

/// Whether nobody is there who speaks ACME, as far as one look can tell.
fn is_nobody(error: &Error) -> bool {
    match error {
        Error::Transport { source, .. } => matches!(source, TransportError::NameNotResolved { .. }),
        Error::UnexpectedAnswer { status, .. } => matches!(status, 200..=499) && !matches!(status, 408 | 429),
        Error::Problem { .. } => matches!(error.status(), Some(404 | 410)),
        _ => false,
    }
}
