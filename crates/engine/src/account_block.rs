//! Accounts that cannot be used until a person has done something: what blocks one, and what a blocked one says.

use crate::engine::Engine;
use certwright_acme::{AccountKey, ProblemKind};
use certwright_core::account::{Account, AccountBlock, BlockKind};
use certwright_core::failure::Failure;
use certwright_core::id::AccountId;
use certwright_core::run::Run;
use certwright_core::step::Step;
use certwright_store::{StoreError, StoreResult};
use serde_json::json;

const ACTION_REQUIRED: &str = "acme-userActionRequired";
const UNKNOWN: &str = "acme-accountDoesNotExist";
const BLOCKED: &str = "account-blocked";

/// The kinds of failures that are over once a blocked account can be used again.
pub(crate) const OF_THE_ACCOUNT: &[&str] = &[ACTION_REQUIRED, UNKNOWN, BLOCKED];

/// The account, unless it is blocked: then nothing is sent, and the failure says what to do.
pub(crate) fn refuse_blocked(account: Account, title: &str) -> Result<Account, Failure> {
    let Some(block) = &account.blocked else { return Ok(account) };
    let id = &account.id;
    let remedy = match block.kind {
        BlockKind::ActionRequired => format!(
            "read what it wants{}; if those are new terms and you agree: certwright account agree {id} URL",
            block.instance.as_ref().map_or_else(String::new, |url| format!(" at {url}"))
        ),
        BlockKind::Unknown => format!(
            "if that is an error of the authority that has passed: certwright account check {id}. Otherwise create \
             another account, and change CAA records whose accounturi names {}",
            account.url.as_deref().unwrap_or("the old one")
        ),
    };
    Err(Failure::person(BLOCKED, format!("order with the account {id} at {title}"), &block.answer, remedy)
        .with_link(block.instance.as_deref()))
}

/// After a run that failed: an account that its authority wants something of, or does not know, is blocked, and it
/// alone.
pub(crate) async fn after(engine: &Engine, run: &Run, failure: &Failure) -> StoreResult<()> {
    let kind = match failure.kind.as_str() {
        ACTION_REQUIRED => BlockKind::ActionRequired,
        UNKNOWN => BlockKind::Unknown,
        _ => return Ok(()),
    };
    let Some(id) = run.plan.steps.iter().find_map(|step| match step {
        Step::OpenOrder { account, .. } => Some(account),
        _ => None,
    }) else {
        return Ok(());
    };
    if kind == BlockKind::Unknown && engine.is_found_elsewhere(id).await {
        return Ok(());
    }
    let row = engine.store.account(id).await?;
    if row.account.blocked.is_some() {
        return Ok(());
    }
    let block = AccountBlock {
        kind,
        since: engine.now(),
        answer: failure.answer.clone(),
        instance: failure.link.clone(),
    };
    tracing::error!(account = %id, answer = block.answer, "an account is blocked until a person has done something");
    let blocked = Account { blocked: Some(block), ..row.account.clone() };
    let audit = engine.audit(
        "certwright",
        "block",
        format!("account {id}"),
        Some(json!(row.account)),
        Some(json!(blocked)),
    );
    match engine.store.update_account(&blocked, Some(row.revision), &audit).await {
        // Changed by a person meanwhile: whoever orders next finds out again.
        Ok(_) | Err(StoreError::Outdated { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

impl Engine {
    /// An authority that "does not know the account" may know it under another URL: it is asked by the key, without
    /// ever making one (RFC 8555 §7.3.1). True when the account was found, and its new URL is stored.
    async fn is_found_elsewhere(&self, id: &AccountId) -> bool {
        let found = async {
            let row = self.store.account(id).await.ok()?;
            let authority = self.find_authority(&row.account.authority).await.ok()??;
            let key = AccountKey::from_der(&self.account_key(id).await.ok()?).ok()?;
            let client = self.acme.client(&authority).ok()?;
            match client.find_account(&key).await {
                Ok(answered) => {
                    self.note_url(&row, answered.value.url, "certwright").await.ok()?;
                    Some(())
                }
                Err(error) => {
                    debug_assert!(error.kind() != Some(&ProblemKind::BadNonce), "retried within the client");
                    None
                }
            }
        };
        found.await.is_some()
    }
}
