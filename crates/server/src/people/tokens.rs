//! API tokens: made, known again, deleted.

use super::secrets::{digest, secret};
use super::{People, sent_role, sent_scope, shown_role, shown_scope, stored};
use crate::answers;
use crate::caller::Caller;
use crate::trouble::{Answered, Trouble};
use certwright_api::page::Page;
use certwright_api::tokens::{NewToken, Token, TokenDraft};
use certwright_core::password::name_complaint;
use certwright_core::refusal::Refusal;
use certwright_core::session::is_worth_noting;
use certwright_engine as engine;
use certwright_engine::EngineError;
use certwright_engine::people as stored_people;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// What every token begins with, so that a scanner of source texts knows it.
pub(crate) const PREFIX: &str = "cw_";

fn shown(token: stored_people::Token) -> Token {
    Token {
        id: token.id.to_string(),
        name: token.name,
        role: shown_role(token.role),
        scopes: token.scopes.into_iter().map(shown_scope).collect(),
        created_at: token.created_at,
        created_by: token.created_by,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
    }
}

fn line(token: &stored_people::Token) -> Value {
    json!({
        "name": token.name, "role": token.role, "scopes": token.scopes, "expires_at": token.expires_at,
    })
}

impl People {
    /// The caller of this token. That it was used is stored once a minute.
    pub(crate) async fn token_caller(&self, shown: &str) -> Answered<Option<Caller>> {
        if !shown.starts_with(PREFIX) {
            return Ok(None);
        }
        let digest = digest(shown);
        let Some(token) = self.store().token(&digest).await.map_err(stored)? else {
            return Ok(None);
        };
        let now = self.now();
        if let Some(expired) = token.expires_at.filter(|at| *at <= now) {
            return Err(Trouble::unauthorized(format!(
                "the token {} has expired at {expired:.0}",
                token.name
            )));
        }
        if is_worth_noting(token.last_used_at, now)
            && let Err(error) = self.store().note_token(&token.id, now).await
        {
            tracing::warn!(%error, "the use of a token cannot be stored");
        }
        Ok(Some(Caller { digest: Some(digest), ..Caller::token(&token.name, token.role, token.scopes) }))
    }

    /// A page of tokens, by name.
    pub(crate) async fn tokens(&self, page: engine::Page) -> Answered<Page<Token>> {
        let listing = self.store().tokens(page).await.map_err(stored)?;
        Ok(answers::page(listing, page, shown))
    }

    /// Makes a token.
    pub(crate) async fn create_token(&self, who: &str, draft: TokenDraft) -> Answered<NewToken> {
        let (now, role) = (self.now(), sent_role(draft.role));
        let mut complaints: Vec<_> = name_complaint("name", &draft.name).into_iter().collect();
        if draft.expires_at.is_some_and(|at| at <= now) {
            complaints.push(Refusal::new("expires_at", "is past", "give a moment to come"));
        }
        let mut scopes = Vec::new();
        for (index, scope) in draft.scopes.into_iter().map(sent_scope).enumerate() {
            if !role.permits(scope) {
                let reason = format!("goes beyond what {} may do", role.word());
                let remedy = format!("give it the role {}", scope.least_role().word());
                complaints.push(Refusal::new(format!("scopes[{index}]"), reason, remedy));
            } else if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        if !complaints.is_empty() {
            return Err(EngineError::Refused(complaints).into());
        }
        let secret = Zeroizing::new(format!("{PREFIX}{}", secret()?.as_str()));
        let token = stored_people::Token {
            id: self.engine.new_token_id(),
            name: draft.name.trim().to_owned(),
            role,
            scopes,
            created_at: now,
            created_by: who.to_owned(),
            expires_at: draft.expires_at,
            last_used_at: None,
        };
        let audit = self.audit(who, "create", format!("token {}", token.id), None, Some(line(&token)));
        self.store().create_token(&token, &digest(&secret), &audit).await.map_err(stored)?;
        Ok(NewToken { secret: secret.into(), token: shown(token) })
    }

    /// Deletes a token.
    pub(crate) async fn delete_token(&self, who: &str, id_or_name: &str) -> Answered<()> {
        let token = self.store().find_token(id_or_name).await.map_err(stored)?;
        let audit = self.audit(who, "delete", format!("token {}", token.id), Some(line(&token)), None);
        self.store().delete_token(&token.id, &audit).await.map_err(stored)?;
        self.tell_ends();
        Ok(())
    }
}
