//! The rate-limit ledger at work: what the stored past says of an order, and what is written of it.

use crate::drive::{Interrupted, Work};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::standing::with_next;
use certwright_core::account::Account;
use certwright_core::authority::Authority;
use certwright_core::certificate::Standing;
use certwright_core::due::Reason;
use certwright_core::event::{EventKind, Level};
use certwright_core::failure::{Failure, FailureClass};
use certwright_core::id::{AccountId, AuthorityId};
use certwright_core::identifier::Identifier;
use certwright_core::ledger::{
    Exceeded, Exemption, History, PlannedOrder, Prediction, Subject, Wait, identifier_set, predict, refused,
};
use certwright_core::rate_limit::{RateLimit, Scope};
use certwright_core::run::Outcome;
use certwright_core::step::Step;
use certwright_core::version::Version;
use certwright_core::{SignedDuration, Timestamp};
use certwright_providers::ca;
use certwright_store::{CertificateRow, Fence, LedgerOrder, StoreError, StoreResult};

/// How long is waited where an authority says "too often" and not for how long, and its limit is not known either.
const UNTOLD: SignedDuration = SignedDuration::from_mins(1);
/// Those that wait for the same moment are spread by at most this, so that they do not all come at it.
const SPREAD: SignedDuration = SignedDuration::from_hours(1);
/// How long the ledger is kept at least; longer where a limit looks further back.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// No limit but that of failures in a row, which is no list of moments, looks further back.
const KEPT_AT_MOST: SignedDuration = SignedDuration::from_hours(400 * 24);
/// The most subjects of one limit in an answer.
const SHOWN: u32 = 20;

/// Problems that the authority answers instead of opening an order. After every other failure it may have opened one.
const NOT_OPENED: &[&str] = &[
    "acme-rateLimited",
    "acme-rejectedIdentifier",
    "acme-unsupportedIdentifier",
    "acme-invalidProfile",
    "acme-malformed",
    "acme-unauthorized",
    "acme-accountDoesNotExist",
    "acme-userActionRequired",
    "acme-caa",
    "acme-unresolved",
    "acme-unreachable",
    "acme-untrusted",
];

/// How much of one limit is used, for one subject.
#[derive(Clone, Debug)]
pub struct LimitState {
    /// The limit.
    pub limit: RateLimit,
    /// Whose, for people.
    pub subject: String,
    /// How much is used.
    pub used: u32,
    /// How much is left.
    pub left: u32,
    /// When there is room for one more, where there is none now.
    pub frees_at: Option<Timestamp>,
}

/// What an authority's limits are, and how much of them is used.
#[derive(Clone, Debug)]
pub struct Limits {
    /// What it has told us to wait for.
    pub waits: Vec<Wait>,
    /// Each limit by subject, the most used first; a limit that was never used has one line without a subject.
    pub limits: Vec<LimitState>,
}

/// A counted order that is about to be sent.
pub(crate) struct Counted {
    number: i64,
    at: Timestamp,
    exemption: Exemption,
}

/// An order of a certificate with what the ledger knows about it.
pub(crate) struct Weighed {
    pub(crate) authority: Authority,
    account: AccountId,
    identifiers: Vec<Identifier>,
    exemption: Exemption,
    pub(crate) history: History,
}

impl Weighed {
    pub(crate) fn order(&self) -> PlannedOrder<'_> {
        PlannedOrder { account: &self.account, identifiers: &self.identifiers, exemption: self.exemption }
    }

    fn predict(&self, now: Timestamp) -> Prediction {
        predict(&self.authority.details.rate_limits, &self.history, &self.order(), now)
    }

    /// See [`Engine::refuse_exceeding`].
    pub(crate) fn refuse(
        &self,
        row: &CertificateRow,
        force: bool,
        now: Timestamp,
    ) -> Result<(), EngineError> {
        match self.predict(now) {
            Prediction::Exceeds(exceeded) if exceeded.told || !force => Err(EngineError::RateLimited {
                words: format!("{} is not ordered now: {}", row.certificate.settings.name, exceeded.words),
                remedy: remedy(&exceeded),
            }),
            _ => Ok(()),
        }
    }
}

/// Whether an order would refer to the newest version within its renewal window: Let's Encrypt exempts such orders from
/// every limit.
fn is_suggested(newest: Option<&Version>, account: &AccountId, now: Timestamp) -> bool {
    newest.is_some_and(|version| {
        let window = version.renewal_information.window.as_ref();
        version.account == *account && window.is_some_and(|window| window.start <= now)
    })
}

/// From which limits the next order of a certificate is exempt: one for what was issued before by that authority.
pub(crate) fn exemption(
    authority: &AuthorityId,
    identifiers: &[Identifier],
    newest: Option<&Version>,
    replaces: bool,
) -> Exemption {
    if replaces {
        return Exemption::Replaces;
    }
    let same =
        newest.filter(|version| version.authority == *authority).and_then(|version| version.facts.as_ref());
    match same {
        Some(facts) if identifier_set(&facts.identifiers) == identifier_set(identifiers) => {
            Exemption::SameIdentifiers
        }
        _ => Exemption::None,
    }
}

impl Engine {
    /// What the ledger says of ordering this certificate now. Where nothing can be said (no such authority, no
    /// account) the order is permitted: its plan says what is wrong.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn ledger_says(&self, row: &CertificateRow) -> Result<Prediction, EngineError> {
        Ok(self.predict_row(row).await?)
    }

    async fn predict_row(&self, row: &CertificateRow) -> StoreResult<Prediction> {
        let weighed = self.weigh(row).await?;
        Ok(weighed.map_or(Prediction::Permitted, |weighed| weighed.predict(self.now())))
    }

    /// Everything that is to be known of an order of this certificate by the chosen authority; `None` where there is no
    /// such authority or no account.
    pub(crate) async fn weigh(&self, row: &CertificateRow) -> StoreResult<Option<Weighed>> {
        let settings = &row.certificate.settings;
        let Ok(authority) = self.authority_of(&settings.authority).await else { return Ok(None) };
        let Ok(account) = self.account_of(settings, &authority).await else { return Ok(None) };
        self.weigh_at(row, &authority, &account).await.map(Some)
    }

    async fn weigh_at(
        &self,
        row: &CertificateRow,
        authority: &Authority,
        account: &Account,
    ) -> StoreResult<Weighed> {
        let identifiers = &row.certificate.settings.identifiers;
        let suggested = is_suggested(row.version.as_ref(), &account.id, self.now());
        let mut weighed = Weighed {
            authority: authority.clone(),
            account: account.id.clone(),
            identifiers: identifiers.clone(),
            exemption: exemption(&authority.id, identifiers, row.version.as_ref(), suggested),
            history: History::default(),
        };
        let subjects: Vec<_> = weighed.order().subjects().into_iter().collect();
        weighed.history = self.history(&authority.id, &authority.details.rate_limits, &subjects).await?;
        Ok(weighed)
    }

    /// What the ledger says of ordering this certificate now from this authority, chosen or not.
    pub(crate) async fn predict_at(
        &self,
        row: &CertificateRow,
        authority: &Authority,
        account: &Account,
    ) -> StoreResult<Prediction> {
        Ok(self.weigh_at(row, authority, account).await?.predict(self.now()))
    }

    /// What the ledger says of an order under these limits; without any only the authority's own word counts.
    async fn predict(
        &self,
        authority: &Authority,
        limits: &[RateLimit],
        order: &PlannedOrder<'_>,
    ) -> StoreResult<Prediction> {
        let subjects: Vec<_> = order.subjects().into_iter().collect();
        let history = self.history(&authority.id, limits, &subjects).await?;
        Ok(predict(limits, &history, order, self.now()))
    }

    async fn history(
        &self,
        authority: &AuthorityId,
        limits: &[RateLimit],
        subjects: &[Subject],
    ) -> StoreResult<History> {
        let now = self.now();
        let listed = limits.iter().filter(|limit| limit.scope != Scope::ConsecutiveFailures);
        let since: Vec<_> = listed.map(|limit| (limit.scope, before(now, limit.horizon()))).collect();
        self.store.history(authority, subjects, &since).await
    }

    /// Unattended, an order that would be refused is not opened: it waits for the moment at which the limit frees.
    /// That is no failure. True when it waits. What a person asked for goes on: its run waits before the order.
    pub(crate) async fn defer(
        &self,
        row: &CertificateRow,
        reason: Reason,
        fence: Fence,
    ) -> Result<bool, Interrupted> {
        if reason == Reason::AskedByHand {
            return Ok(false);
        }
        let Prediction::Exceeds(exceeded) = self.predict_row(row).await? else { return Ok(false) };
        let (certificate, now) = (&row.certificate, self.now());
        let spread = SPREAD.min(exceeded.frees_at.duration_since(now));
        let spread = SignedDuration::from_secs_f64(spread.as_secs_f64() * self.chance.draw());
        let until = exceeded.frees_at + spread;
        let standing = Standing { not_before: Some(until), ..certificate.standing.clone() };
        let mut standing = with_next(&self.rules(), certificate, standing, row.version.as_ref(), now);
        standing.next_why = Some(exceeded.words.clone());
        let words = format!("Not ordered before {until:.0}: {}", exceeded.words);
        let event = self.event(&certificate.id, None, None, EventKind::Note, Level::Info, words);
        self.store.set_standing(certificate, fence, &standing).await?;
        self.store.append_events(&[event]).await?;
        Ok(true)
    }

    /// Refuses what a person asks for where the ledger says that the authority would refuse it. `force` passes over
    /// our own count, which may be wrong; it never passes over what the authority itself has said.
    pub(crate) async fn refuse_exceeding(
        &self,
        row: &CertificateRow,
        force: bool,
    ) -> Result<(), EngineError> {
        match self.weigh(row).await? {
            Some(weighed) => weighed.refuse(row, force, self.now()),
            None => Ok(()),
        }
    }

    /// What a preview warns of.
    pub(crate) async fn ledger_warning(&self, row: &CertificateRow) -> Option<String> {
        match self.predict_row(row).await {
            Ok(Prediction::Exceeds(exceeded)) => Some(format!("Not now: {}", exceeded.words)),
            Ok(Prediction::Permitted) => None,
            Err(error) => Some(format!("The rate limits are not known: {error}")),
        }
    }

    /// Refuses whatever is to be asked of an authority before the moment that it has named for everything.
    pub(crate) async fn refuse_before(&self, authority: &Authority) -> Result<(), Failure> {
        let subjects = [Subject::everything()];
        let history = self.store.history(&authority.id, &subjects, &[]).await;
        let history = history.map_err(|error| crate::engine::storage(&error.to_string()))?;
        match history.waits.into_values().find(|wait| wait.until > self.now()) {
            None => Ok(()),
            Some(wait) => Err(Failure::new(
                "told-to-wait",
                FailureClass::WaitUntil(wait.until),
                format!("ask {}", authority.title),
                format!("it has told us to wait until {:.0}: {}", wait.until, wait.words),
                "nothing: Certwright waits as long as the authority asked",
            )),
        }
    }

    /// Refuses an account that would be one too many, and counts it otherwise.
    pub(crate) async fn count_account(&self, authority: &Authority) -> Result<(), EngineError> {
        let subject = Subject::new(Scope::Accounts, "");
        let subjects = [subject.clone()];
        let history = self.history(&authority.id, &authority.details.rate_limits, &subjects).await?;
        let now = self.now();
        for limit in authority.details.rate_limits.iter().filter(|limit| limit.scope == Scope::Accounts) {
            let room = history.room(limit, &subject, now);
            if room.left == 0 {
                return Err(EngineError::RateLimited {
                    words: format!(
                        "no account is registered with {} now: its limit of {} is used up; it frees at {:.0}",
                        authority.title,
                        limit.words(),
                        room.frees_at
                    ),
                    remedy: "wait until then, or use an account that is there".to_owned(),
                });
            }
        }
        Ok(self.store.count_use(&authority.id, &subject, now).await?)
    }

    /// What an authority's limits are, and how much of them is used.
    ///
    /// # Errors
    /// When there is no such authority.
    pub async fn limits(&self, id: &str) -> Result<Limits, EngineError> {
        let (authority, now) = (self.authority(id).await?, self.now());
        let mut limits = Vec::new();
        for limit in authority.details.rate_limits.iter().copied() {
            let mut states = Vec::new();
            if limit.scope != Scope::ConsecutiveFailures {
                let since = before(now, limit.horizon());
                for used in self.store.most_used(&authority.id, limit.scope, since, SHOWN).await? {
                    let subjects = [used.subject.clone()];
                    let history = self.history(&authority.id, &[limit], &subjects).await?;
                    let room = history.room(&limit, &used.subject, now);
                    if room.used > 0 {
                        states.push(LimitState {
                            limit,
                            subject: used.subject.words(),
                            used: room.used,
                            left: room.left,
                            frees_at: (room.left == 0).then_some(room.frees_at),
                        });
                    }
                }
            }
            if states.is_empty() {
                let left = limit.most;
                states.push(LimitState { limit, subject: String::new(), used: 0, left, frees_at: None });
            }
            limits.extend(states);
        }
        Ok(Limits { waits: self.store.waits(&authority.id, now, SHOWN).await?, limits })
    }

    /// Forgets what no limit looks back to any more.
    pub(crate) async fn prune_ledger(&self) -> Result<(), StoreError> {
        let custom = self.store.authorities().await?.into_iter().map(|row| row.authority);
        let all = ca::AUTHORITIES.iter().map(|make| make()).chain(custom);
        let set = self.store.authority_settings(None).await?.into_iter();
        let set = set.flat_map(|row| row.settings.rate_limits.unwrap_or_default());
        let horizons = all.flat_map(|authority| authority.details.rate_limits).chain(set);
        let horizons = horizons.map(|limit| limit.horizon());
        let kept = horizons.max().unwrap_or(KEPT).clamp(KEPT, KEPT_AT_MOST);
        self.store.prune_ledger(before(self.now(), kept)).await
    }
}

fn before(now: Timestamp, span: SignedDuration) -> Timestamp {
    now.saturating_sub(span).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn remedy(exceeded: &Exceeded) -> String {
    if exceeded.told {
        return "wait until then: the authority itself has said so, and asking sooner makes it longer"
            .to_owned();
    }
    "wait until then: it is ordered by itself when it is due; or ask with --force where the count is wrong (the \
     authority has granted more, or what was counted was ordered by nobody)"
        .to_owned()
}

/// Asks the ledger once more just before an order is sent, and counts it: from here on no crash forgets it. Only one
/// order at a time is weighed at an authority, so that many workers never find the same room.
///
/// # Errors
/// The outcome of the step where it must wait.
pub(crate) async fn admit(
    work: &Work<'_>,
    authority: &Authority,
    identifiers: &[Identifier],
) -> Result<Result<Counted, Outcome>, Interrupted> {
    let engine = work.engine;
    let Some(account) = account_of(work) else {
        return Ok(Err(Outcome::Failed(crate::engine::storage("the stored run has no order step"))));
    };
    let _one_at_a_time = engine.locks.lock(&format!("ledger {}", authority.id)).await;
    let row = engine.store.certificate_row(&work.run.certificate).await?;
    let suggested = is_suggested(row.version.as_ref(), &account, engine.now());
    let exemption = exemption(&authority.id, identifiers, row.version.as_ref(), suggested);
    let order = PlannedOrder { account: &account, identifiers, exemption };
    let limits: &[RateLimit] = if work.run.learnt.forced { &[] } else { &authority.details.rate_limits };
    if let Prediction::Exceeds(exceeded) = engine.predict(authority, limits, &order).await? {
        return Ok(Err(Outcome::Later(exceeded.frees_at, exceeded.words)));
    }
    let at = engine.now();
    let number = engine
        .store
        .count_order(&LedgerOrder {
            run: &work.run.id,
            certificate: &work.run.certificate,
            authority: &authority.id,
            account: &account,
            identifier_set: &identifier_set(identifiers),
            exemption,
            counted: &order.counted(),
            at,
        })
        .await?;
    Ok(Ok(Counted { number, at, exemption }))
}

fn account_of(work: &Work<'_>) -> Option<AccountId> {
    work.run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { account, .. } => Some(account.clone()),
        _ => None,
    })
}

/// Takes the count of an order back that the authority refused to open; for whom it wants us to wait is stored in the
/// same write.
pub(crate) async fn not_opened(
    work: &Work<'_>,
    counted: &Counted,
    authority: &Authority,
    identifiers: &[Identifier],
    failure: &Failure,
) -> Result<(), Interrupted> {
    if !NOT_OPENED.contains(&failure.kind.as_str()) && !is_told(failure) {
        return Ok(());
    }
    let Some(account) = account_of(work) else { return Ok(()) };
    let order = PlannedOrder { account: &account, identifiers, exemption: counted.exemption };
    let wait = wait_of(work.engine.now(), authority, &order, failure);
    let wait = wait.as_ref().map(|wait| (&authority.id, wait));
    Ok(work.engine.store.order_refused(counted.number, &work.run.id, counted.at, wait).await?)
}

fn is_told(failure: &Failure) -> bool {
    failure.kind == "acme-rateLimited"
        || (failure.kind == "acme-unavailable" && matches!(failure.class, FailureClass::WaitUntil(_)))
}

/// For whom, and until when, the authority wants us to wait, where its answer says so.
fn wait_of(
    now: Timestamp,
    authority: &Authority,
    order: &PlannedOrder<'_>,
    failure: &Failure,
) -> Option<Wait> {
    // A paused name is no matter of time: the failure says what a person has to do.
    if !is_told(failure) || failure.class == FailureClass::NeedsPerson {
        return None;
    }
    let words = (failure.kind == "acme-rateLimited").then_some(failure.answer.as_str());
    let subject = refused(words, order);
    let until = match failure.class {
        FailureClass::WaitUntil(until) => until,
        _ => {
            let known = authority.details.rate_limits.iter().find(|limit| limit.scope == subject.scope);
            now + known.map_or(UNTOLD, RateLimit::interval)
        }
    };
    Some(Wait { subject, since: now, until, words: failure.answer.clone() })
}

/// What any other step of a run was told is heard by all: nobody asks before the moment that the authority named.
pub(crate) async fn heard(work: &Work<'_>, step: &Step, outcome: &Outcome) -> Result<(), Interrupted> {
    let Outcome::Failed(failure) = outcome else { return Ok(()) };
    if matches!(step, Step::OpenOrder { .. }) || !is_told(failure) {
        return Ok(());
    }
    let engine = work.engine;
    let found = work.run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { authority, account, identifiers, .. } => Some((authority, account, identifiers)),
        _ => None,
    });
    let Some((authority, account, identifiers)) = found else { return Ok(()) };
    let Ok(authority) = engine.authority_of(authority).await else { return Ok(()) };
    let order = PlannedOrder { account, identifiers, exemption: Exemption::None };
    if let Some(wait) = wait_of(engine.now(), &authority, &order, failure) {
        engine.store.wait(&authority.id, &wait).await?;
    }
    Ok(())
}
