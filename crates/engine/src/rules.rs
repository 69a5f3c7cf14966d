//! The defaults as the engine uses them: read once, kept until they are changed, with their time zones looked up.

use crate::engine::Engine;
use crate::error::EngineError;
use crate::standing::with_next;
use certwright_core::certificate::{CertificateSettings, Deployment};
use certwright_core::defaults::Defaults;
use certwright_core::id::CertificateId;
use certwright_core::maintenance::Window;
use certwright_core::refusal::Refusal;
use certwright_store::{CertificateQuery, CertificateSort, Page, StoreError, StoreResult};
use jiff::tz::TimeZone;
use serde_json::json;
use std::sync::{Arc, PoisonError, RwLock};

/// Under this key the store knows for which revision of the defaults every certificate's next moment was computed.
const APPLIED: &str = "defaults-applied";

/// The defaults with everything looked up.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    pub(crate) defaults: Defaults,
    windows: Vec<Window>,
}

impl Rules {
    /// Looks the time zones up.
    fn of(defaults: Defaults) -> Result<Self, Vec<Refusal>> {
        let mut refusals = defaults.refusals();
        let mut windows = Vec::new();
        for (index, window) in defaults.windows.iter().enumerate() {
            match TimeZone::get(&window.time_zone) {
                Ok(zone) => windows.push(Window { window: window.clone(), zone }),
                Err(_) => refusals.push(Refusal::new(
                    format!("windows[{index}].time_zone"),
                    format!("{:?} is no time zone that this machine knows", window.time_zone),
                    "give an IANA name, such as Europe/Berlin or UTC; on a minimal system install the package tzdata",
                )),
            }
        }
        if refusals.is_empty() { Ok(Self { defaults, windows }) } else { Err(refusals) }
    }

    /// The window that a certificate keeps to. One whose time zone is gone from this machine restricts nothing: better
    /// outside the window than expired.
    pub(crate) fn window(&self, settings: &CertificateSettings) -> Option<&Window> {
        let name = self.defaults.window_of(settings)?;
        self.windows.iter().find(|window| window.window.name == name)
    }
}

/// The rules that hold now, replaced as a whole.
#[derive(Debug, Default)]
pub(crate) struct CurrentRules {
    rules: RwLock<Arc<Rules>>,
    /// Held from storing a change until it is here: the last one stored is the one that holds.
    changing: tokio::sync::Mutex<()>,
}

impl CurrentRules {
    fn get(&self) -> Arc<Rules> {
        Arc::clone(&self.rules.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, rules: Rules) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
    }
}

impl Engine {
    /// The rules that hold now.
    pub(crate) fn rules(&self) -> Arc<Rules> {
        self.rules.get()
    }

    /// Reads the stored defaults: before anything is decided.
    pub(crate) async fn load_rules(&self) -> StoreResult<()> {
        let (defaults, _) = self.store.defaults().await?;
        match Rules::of(defaults.clone()) {
            Ok(rules) => self.rules.set(rules),
            Err(refusals) => {
                // Were right when they were stored: the machine has lost a time zone. The others hold.
                for refusal in &refusals {
                    tracing::error!(field = %refusal.field, "a stored default cannot be used: {}", refusal.reason);
                }
                let windows = defaults.windows.iter().filter_map(|window| {
                    let zone = TimeZone::get(&window.time_zone).ok()?;
                    Some(Window { window: window.clone(), zone })
                });
                self.rules.set(Rules { windows: windows.collect(), defaults });
            }
        }
        Ok(())
    }

    /// What holds for every certificate that does not say otherwise, with its revision.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn defaults(&self) -> Result<(Defaults, i64), EngineError> {
        Ok(self.store.defaults().await?)
    }

    /// Replaces the defaults, if nobody else did since `expected` was read. When each certificate is due by them is
    /// computed in the background.
    ///
    /// # Errors
    /// Every complaint; the current revision, when somebody else changed them.
    pub async fn put_defaults(
        &self,
        expected: i64,
        defaults: Defaults,
        who: &str,
    ) -> Result<(Defaults, i64), EngineError> {
        let rules = Rules::of(defaults.clone()).map_err(EngineError::Refused)?;
        let _changing = self.rules.changing.lock().await;
        self.refuse_used_windows(&defaults).await?;
        let (before, _) = self.store.defaults().await?;
        let audit =
            self.audit(who, "update", "settings".to_owned(), Some(json!(before)), Some(json!(defaults)));
        let revision = self.store.put_defaults(&defaults, expected, &audit).await?;
        self.rules.set(rules);
        self.defaults_changed.notify_one();
        Ok((defaults, revision))
    }

    /// A window that a certificate names may not go: it would be ordered and deployed at any time, silently.
    async fn refuse_used_windows(&self, defaults: &Defaults) -> Result<(), EngineError> {
        let gone = self
            .rules()
            .defaults
            .windows
            .iter()
            .filter(|window| !defaults.has_window(&window.name))
            .cloned()
            .collect::<Vec<_>>();
        for window in gone {
            if let Some(user) = self.store.window_user(&window.name).await? {
                let name = self.store.certificate(&user).await?.settings.name;
                return Err(EngineError::in_use(
                    format!("the maintenance window {} is kept to by {name}", window.name),
                    "give that certificate another window first: certwright cert edit NAME --window default",
                ));
            }
        }
        Ok(())
    }

    /// Computes every certificate's next moment by the defaults, unless that was done for them already. Cut off, it
    /// begins again at the next start.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn apply_defaults(&self) -> StoreResult<()> {
        let (_, revision) = self.store.defaults().await?;
        let applied = self.store.meta(APPLIED).await?;
        if applied.as_deref() == Some(revision.to_string().as_bytes()) || (revision == 0 && applied.is_none())
        {
            return Ok(());
        }
        self.decide_all(false).await?;
        self.store.set_meta(APPLIED, revision.to_string().as_bytes()).await
    }

    /// Computes every certificate's next moment anew. After the clock went back, moments that were stored before are
    /// believed no more: a wait of minutes, begun while the clock was a year ahead, would last a year.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn decide_all(&self, clock_went_back: bool) -> StoreResult<()> {
        let mut page = Page::default();
        loop {
            let query =
                CertificateQuery { sort: CertificateSort::CreatedAt, page, ..CertificateQuery::default() };
            let listing = self.store.list_certificates(&query).await?;
            page.offset += listing.items.len() as u64;
            let last = listing.items.is_empty() || page.offset >= listing.total;
            for row in listing.items {
                self.decide_anew(&row.certificate.id, clock_went_back).await?;
            }
            if last {
                return Ok(());
            }
        }
    }

    /// One that is being worked on computes its next moment by itself, when that is over.
    async fn decide_anew(&self, id: &CertificateId, clock_went_back: bool) -> StoreResult<()> {
        let Some(fence) = self.claim(id).await? else { return Ok(()) };
        let decided = async {
            let row = self.store.certificate_row(id).await?;
            let certificate = &row.certificate;
            let mut standing = certificate.standing.clone();
            if clock_went_back {
                standing.not_before = None;
                for run in self.store.live_runs(id).await? {
                    self.look_at_once(run, fence).await?;
                }
                let now = self.now();
                let waiting = |deployment: &&Deployment| deployment.next_at.is_some_and(|next| next > now);
                for deployment in row.deployments.iter().filter(waiting) {
                    self.store.postpone_deployment(&deployment.id, id, now, fence, &[]).await?;
                }
            }
            let (rules, now) = (self.rules(), self.now());
            let next = with_next(&rules, certificate, standing, row.version.as_ref(), now);
            let next = self.spread(&rules, &row, next, now);
            if next == certificate.standing {
                return Ok(());
            }
            self.store.set_standing(certificate, fence, &next).await
        };
        let decided = match decided.await {
            // Deleted meanwhile, or taken over.
            Err(StoreError::NotFound { .. } | StoreError::Stale { .. }) => Ok(()),
            decided => decided,
        };
        match self.store.release(id, fence).await {
            Err(StoreError::NotFound { .. } | StoreError::Stale { .. }) => decided,
            released => decided.and(released),
        }
    }
}
