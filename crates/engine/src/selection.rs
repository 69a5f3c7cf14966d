//! Requests by hand for several certificates: those that are named, and those that a switch selects.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::ledger::Weighed;
use crate::standing::due_of;
use certwright_core::due::Due;
use certwright_core::forecast::Forecast;
use certwright_core::id::{AuthorityId, CertificateId};
use certwright_store::{CertificateFilter, CertificateQuery, CertificateRow, Page};
use std::collections::{BTreeMap, HashSet};

/// How many certificates are looked at in one read.
const SELECTED_AT_ONCE: u32 = 200;
/// The most names in an answer: of more than these only the count is told.
const NAMED: usize = 100;

/// Which certificates to renew.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// By id or name.
    pub certificates: Vec<String>,
    /// Those that are due.
    pub due: bool,
    /// Those whose last run failed.
    pub failed: bool,
    /// Those that were never issued.
    pub new: bool,
    /// All that are not paused.
    pub all: bool,
    /// Also where our count says that the authority would refuse it.
    pub force: bool,
    /// Only say what would be asked for and what would not; nothing is.
    pub preview: bool,
}

/// What became of a selection. The names are the first ones; the counts are of all.
#[derive(Clone, Debug, Default)]
pub struct Renewed {
    /// Started: id and name.
    pub started: Vec<(CertificateId, String)>,
    /// How many were started.
    pub started_count: u64,
    /// Not started: id, name and reason.
    pub refused: Vec<(CertificateId, String, String)>,
    /// How many were not.
    pub refused_count: u64,
    /// What the ledger predicts of the orders, by authority, with its title; of a preview alone.
    pub forecasts: BTreeMap<AuthorityId, (String, Forecast)>,
}

impl Renewed {
    fn add(&mut self, row: &CertificateRow, asked: Result<(), EngineError>) -> Result<(), EngineError> {
        let named = || (row.certificate.id.clone(), row.certificate.settings.name.clone());
        match asked {
            Ok(()) => {
                self.started_count += 1;
                if self.started.len() < NAMED {
                    self.started.push(named());
                }
            }
            Err(error @ EngineError::Storage { .. }) => return Err(error),
            Err(error) => {
                self.refused_count += 1;
                if self.refused.len() < NAMED {
                    let (id, name) = named();
                    self.refused.push((id, name, error.to_string()));
                }
            }
        }
        Ok(())
    }

    fn foresee(&mut self, weighed: &Weighed, engine: &Engine) {
        let entry = self.forecasts.entry(weighed.authority.id.clone());
        let (_, forecast) = entry.or_insert_with(|| (weighed.authority.title.clone(), Forecast::default()));
        let limits = &weighed.authority.details.rate_limits;
        forecast.add(limits, &weighed.history, &weighed.order(), engine.now());
    }
}

impl Engine {
    /// Asks for several certificates: for those that are named as by `request`, for those that a switch selects by
    /// standing in line, so that many of them are ordered as fast as their authorities permit, the most urgent first. One
    /// that is refused does not stop the rest. With `preview` it is only said which would be refused, and why.
    ///
    /// # Errors
    /// When a named one does not exist or the store cannot be used.
    pub async fn renew(&self, selection: &Selection, who: &str) -> Result<Renewed, EngineError> {
        let mut renewed = Renewed::default();
        let mut seen = HashSet::new();
        for name in &selection.certificates {
            let row = self.store.find_certificate(name).await?;
            let id = row.certificate.id.as_str();
            let asked = match selection.preview {
                true => self.foresee(&row, selection.force, &mut renewed).await,
                false => self.request_forced(id, None, who, selection.force).await.map(drop),
            };
            renewed.add(&row, asked)?;
            seen.insert(row.certificate.id);
        }
        let mut page = Page { limit: SELECTED_AT_ONCE, ..Page::default() };
        while let Some(rows) = self.select(selection, &mut page).await? {
            for row in rows {
                if !seen.insert(row.certificate.id.clone()) {
                    continue;
                }
                let asked = match selection.preview {
                    true => self.foresee(&row, selection.force, &mut renewed).await,
                    false => self.stand_in_line(&row, who, selection.force).await,
                };
                renewed.add(&row, asked)?;
            }
        }
        Ok(renewed)
    }

    /// What people decided, and our count of the authorities' limits, against asking.
    async fn may_ask(&self, row: &CertificateRow, force: bool) -> Result<(), EngineError> {
        Self::refuse_paused(&row.certificate)?;
        self.refuse_exceeding(row, force).await
    }

    /// The same for a preview, with what its order adds to the forecast.
    async fn foresee(
        &self,
        row: &CertificateRow,
        force: bool,
        renewed: &mut Renewed,
    ) -> Result<(), EngineError> {
        Self::refuse_paused(&row.certificate)?;
        let Some(weighed) = self.weigh(row).await? else { return Ok(()) };
        let refused = weighed.refuse(row, force, self.now());
        if refused.is_ok() || force {
            // What the authority itself has said is told of those too that are refused by it.
            renewed.foresee(&weighed, self);
        }
        refused
    }

    async fn stand_in_line(&self, row: &CertificateRow, who: &str, force: bool) -> Result<(), EngineError> {
        self.may_ask(row, force).await?;
        let id = &row.certificate.id;
        if force || self.live_obtain_run(id).await?.is_some() {
            // A run that is to pass over our own count says so from its beginning; one that waits looks at once.
            return self.request_forced(id.as_str(), None, who, force).await.map(drop);
        }
        self.store.ask(id, self.now(), who, &[]).await?;
        Ok(())
    }

    /// The next certificates that a switch selects; `None` when there are no more.
    async fn select(
        &self,
        selection: &Selection,
        page: &mut Page,
    ) -> Result<Option<Vec<CertificateRow>>, EngineError> {
        if !(selection.due || selection.failed || selection.new || selection.all) {
            return Ok(None);
        }
        let now = self.now();
        let only_failed = selection.failed && !selection.due && !selection.all && !selection.new;
        let query = CertificateQuery {
            filter: CertificateFilter {
                paused: Some(false),
                failing: only_failed.then_some(true),
                ..CertificateFilter::default()
            },
            page: *page,
            ..CertificateQuery::default()
        };
        let listing = self.store.list_certificates(&query).await?;
        page.offset += listing.items.len() as u64;
        if listing.items.is_empty() {
            return Ok(None);
        }
        let wanted = |row: &CertificateRow| {
            selection.all
                || (selection.new && row.version.is_none())
                || (selection.failed && row.certificate.standing.failures > 0)
                || (selection.due && matches!(due_of(&self.rules(), row, now), Due::Now(_)))
        };
        Ok(Some(listing.items.into_iter().filter(wanted).collect()))
    }
}
