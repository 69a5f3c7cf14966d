//! From whom a certificate is ordered now: the chosen authority, or another one that can issue it while that one cannot.

use crate::engine::{Engine, storage};
use certwright_core::Timestamp;
use certwright_core::account::{Account, AccountState};
use certwright_core::authority::Authority;
use certwright_core::certificate::{CertificateSettings, Standing};
use certwright_core::failover::{AFTER_FAILURES, Candidate, FailoverFacts, instead, settings_for};
use certwright_core::failure::Failure;
use certwright_core::ledger::Prediction;
use certwright_core::validate::usable;
use certwright_store::CertificateRow;

/// From whom, and by which settings.
#[derive(Clone, Debug)]
pub(crate) struct OrderFrom {
    pub(crate) authority: Authority,
    pub(crate) account: Account,
    /// The certificate's settings, as they are for this authority.
    pub(crate) settings: CertificateSettings,
    /// Why another authority is asked than the chosen one, in words.
    pub(crate) why: Option<String>,
    /// Why others are not asked that could issue it, and that the chosen one is asked again: each a sentence.
    pub(crate) remarks: Vec<String>,
    /// The earliest moment at which one that is passed over could be asked.
    pub(crate) others_free_at: Option<Timestamp>,
}

/// Who is asked instead, and who was passed over.
#[derive(Default)]
struct Others {
    found: Option<OrderFrom>,
    remarks: Vec<String>,
    free_at: Option<Timestamp>,
}

impl OrderFrom {
    /// Whether it is another authority than the chosen one.
    pub(crate) fn is_another(&self) -> bool {
        self.why.is_some()
    }
}

impl Engine {
    /// From whom the certificate is ordered now.
    ///
    /// # Errors
    /// When the chosen authority or its account cannot be used, and no other one is asked either.
    pub(crate) async fn order_from(&self, row: &CertificateRow) -> Result<OrderFrom, Failure> {
        let settings = &row.certificate.settings;
        let chosen = self.authority_of(&settings.authority).await;
        let Others { found, mut remarks, free_at } = Box::pin(self.others(row, chosen.as_ref().ok())).await?;
        if let Some(other) = found {
            return Ok(OrderFrom { remarks, ..other });
        }
        let authority = chosen?;
        if let Some(off) = off(&authority) {
            return Err(off);
        }
        let account = self.account_of(settings, &authority).await?;
        remarks.extend(homecoming(row, &authority));
        let settings = settings.clone();
        Ok(OrderFrom { authority, account, settings, why: None, remarks, others_free_at: free_at })
    }

    /// Whether another authority would be asked if the certificate stood so.
    pub(crate) async fn has_another(&self, row: &CertificateRow, standing: &Standing) -> bool {
        let mut row = row.clone();
        row.certificate.standing = standing.clone();
        let Ok(chosen) = self.authority_of(&row.certificate.settings.authority).await else { return false };
        Box::pin(self.others(&row, Some(&chosen))).await.is_ok_and(|others| others.found.is_some())
    }

    async fn others(&self, row: &CertificateRow, chosen: Option<&Authority>) -> Result<Others, Failure> {
        let standing = &row.certificate.standing;
        let held =
            chosen.and_then(|chosen| off(chosen).or_else(|| self.watch.long_failure(&chosen.id, self.now())));
        // One that is switched off, or whose orders are held while it is out of order, has refused this certificate too.
        let (failures, failure) = match (&held, chosen) {
            (Some(held), Some(chosen)) if standing.failures < AFTER_FAILURES => {
                (AFTER_FAILURES, Some(held.clone().with_authority(Some(chosen.id.clone()))))
            }
            _ => (standing.failures, standing.last_failure.clone()),
        };
        if failures == 0 || !self.rules().defaults.failover {
            return Ok(Others::default());
        }
        let usable = self.usable_accounts().await?;
        let settings = &row.certificate.settings;
        let mut others = Others::default();
        let Some(chosen) = chosen else { return Ok(others) };
        // Each that its own limits would refuse is passed over, and the next one has its turn.
        let mut passed_over = Vec::new();
        loop {
            let candidates: Vec<_> = usable
                .iter()
                .filter(|(authority, _)| !passed_over.contains(&authority.id))
                .map(|(authority, account)| Candidate { authority, account })
                .collect();
            let found = instead(&FailoverFacts {
                settings,
                chosen: Some(chosen),
                failures,
                failure: failure.as_ref(),
                candidates: &candidates,
                now: self.now(),
            });
            let Some(candidate) = found else { return Ok(others) };
            let predicted = self.predict_at(row, candidate.authority, candidate.account).await;
            match predicted.map_err(|error| storage(&error.to_string()))? {
                Prediction::Permitted => {
                    others.found = Some(order_from_another(row, chosen, failure.as_ref(), &candidate));
                    return Ok(others);
                }
                Prediction::Exceeds(exceeded) => {
                    others.remarks.push(format!(
                        "{} could issue it instead and is not asked: {}",
                        candidate.authority.title, exceeded.words
                    ));
                    let earliest = others.free_at.map_or(exceeded.frees_at, |at| at.min(exceeded.frees_at));
                    others.free_at = Some(earliest);
                    passed_over.push(candidate.authority.id.clone());
                }
            }
        }
    }

    /// Every authority with its newest usable account, in the order of their ids, which lasts.
    pub(crate) async fn usable_accounts(&self) -> Result<Vec<(Authority, Account)>, Failure> {
        let trouble = |error: &dyn std::fmt::Display| storage(&error.to_string());
        let accounts = self.store.accounts(None).await.map_err(|error| trouble(&error))?;
        let mut usable: Vec<(Authority, Account)> = Vec::new();
        for account in accounts.into_iter().map(|row| row.account) {
            let known = usable.iter().any(|(authority, _)| authority.id == account.authority);
            if account.state != AccountState::Valid || known {
                continue;
            }
            if let Some(authority) =
                self.find_authority(&account.authority).await.map_err(|error| trouble(&error))?
            {
                usable.push((authority, account));
            }
        }
        usable.sort_by(|(one, _), (other, _)| one.id.as_str().cmp(other.id.as_str()));
        Ok(usable)
    }
}

/// That it is switched off here, or issues no more, and what to do.
fn off(authority: &Authority) -> Option<Failure> {
    let refusal = usable(authority)?;
    let (title, id) = (&authority.title, &authority.id);
    let failure = Failure::person(
        "authority-off",
        format!("order from {title}"),
        refusal.reason,
        format!("{}: certwright ca move {id} --to ID --preview", refusal.remedy),
    );
    Some(failure.with_authority(Some(id.clone())))
}

fn order_from_another(
    row: &CertificateRow,
    chosen: &Authority,
    failure: Option<&Failure>,
    candidate: &Candidate<'_>,
) -> OrderFrom {
    let trouble = failure.map(|failure| failure.answer.as_str());
    let why = format!(
        "Ordered from {}, because {} could not issue it: {}",
        candidate.authority.title,
        chosen.title,
        trouble.unwrap_or("it failed")
    );
    OrderFrom {
        authority: candidate.authority.clone(),
        account: candidate.account.clone(),
        settings: settings_for(&row.certificate.settings, candidate),
        why: Some(why),
        remarks: Vec::new(),
        others_free_at: None,
    }
}

/// That the chosen authority is asked after another one has issued the newest version.
fn homecoming(row: &CertificateRow, chosen: &Authority) -> Option<String> {
    let other = row.version.as_ref().map(|version| &version.authority).filter(|id| **id != chosen.id)?;
    Some(format!("Ordered from {}, the chosen authority; the newest version is from {other}", chosen.title))
}
