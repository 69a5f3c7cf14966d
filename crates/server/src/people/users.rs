//! Users and sessions: listed, made, changed, ended.

use super::{People, sent_role, shown_role, stored};
use crate::answers;
use crate::caller::Caller;
use crate::trouble::{Answered, Trouble};
use certwright_api::page::Page;
use certwright_api::secret::SecretText;
use certwright_api::sessions::{Session, SessionOwner};
use certwright_api::users::{User, UserChanges, UserDraft};
use certwright_core::id::SessionId;
use certwright_core::password::{complaint, name_complaint};
use certwright_core::role::Scope;
use certwright_engine as engine;
use certwright_engine::people::{self as stored_people, UserEdit};
use certwright_engine::{EngineError, StoreError};
use serde_json::{Value, json};

fn shown(user: &stored_people::User) -> User {
    User {
        id: user.id.to_string(),
        name: user.name.clone(),
        role: shown_role(user.role),
        disabled: user.disabled,
        totp: user.second_factor,
        recovery_codes: user.recovery_codes,
        created_at: user.created_at,
        last_signed_in_at: user.last_signed_in_at,
        locked_until: user.tries.locked_until,
        revision: user.revision,
    }
}

fn line(name: &str, role: certwright_core::role::Role, disabled: bool) -> Option<Value> {
    Some(json!({ "name": name, "role": role, "disabled": disabled }))
}

impl People {
    /// A page of users, by name.
    pub(crate) async fn users(&self, page: engine::Page) -> Answered<Page<User>> {
        let now = self.now();
        let listing = self.store().users(page).await.map_err(stored)?;
        Ok(answers::page(listing, page, |user| self.current(&shown(&user), now)))
    }

    /// A lock that is over is none.
    fn current(&self, user: &User, now: certwright_core::Timestamp) -> User {
        User { locked_until: user.locked_until.filter(|until| *until > now), ..user.clone() }
    }

    /// One user.
    pub(crate) async fn user(&self, id_or_name: &str) -> Answered<User> {
        let user = self.store().user(id_or_name).await.map_err(stored)?;
        Ok(self.current(&shown(&user), self.now()))
    }

    /// Makes a user.
    pub(crate) async fn create_user(&self, who: &str, draft: UserDraft) -> Answered<User> {
        let complaints: Vec<_> = name_complaint("name", &draft.name)
            .into_iter()
            .chain(complaint("password", draft.password.reveal(), &draft.name))
            .collect();
        if !complaints.is_empty() {
            return Err(EngineError::Refused(complaints).into());
        }
        let hash = self.hashing.hash(draft.password.into_zeroizing()).await?;
        let user = self.new_user(&draft.name, sent_role(draft.role));
        let after = line(&user.name, user.role, user.disabled);
        let audit = self.audit(who, "create", format!("user {}", user.id), None, after);
        let made = self.store().create_user(&user, Some(&hash), &audit).await.map_err(stored)?;
        Ok(shown(&made))
    }

    /// Changes a user.
    pub(crate) async fn update_user(
        &self,
        who: &str,
        id_or_name: &str,
        expected: i64,
        changes: UserChanges,
    ) -> Answered<User> {
        let before = self.store().user(id_or_name).await.map_err(stored)?;
        let name = changes.name.as_deref().unwrap_or(&before.name).trim();
        if let Some(complaint) = name_complaint("name", name) {
            return Err(EngineError::Refused(vec![complaint]).into());
        }
        let role = changes.role.map_or(before.role, sent_role);
        let disabled = changes.disabled.unwrap_or(before.disabled);
        let audit = self.audit(
            who,
            "update",
            format!("user {}", before.id),
            line(&before.name, before.role, before.disabled),
            line(name, role, disabled),
        );
        let edit = UserEdit { name, role, disabled, expected };
        match self.store().update_user(&before.id, edit, &audit).await {
            Ok(after) => {
                self.tell_ends();
                Ok(self.current(&shown(&after), self.now()))
            }
            Err(error) => Err(self.explain(error, before.id.as_str()).await),
        }
    }

    /// Deletes a user.
    pub(crate) async fn delete_user(&self, who: &str, id_or_name: &str, expected: i64) -> Answered<()> {
        let before = self.store().user(id_or_name).await.map_err(stored)?;
        let was = line(&before.name, before.role, before.disabled);
        let audit = self.audit(who, "delete", format!("user {}", before.id), was, None);
        match self.store().delete_user(&before.id, expected, &audit).await {
            Ok(()) => {
                self.tell_ends();
                Ok(())
            }
            Err(error) => Err(self.explain(error, before.id.as_str()).await),
        }
    }

    /// A lost update is answered with the user as it is now; by its id, because the name may be what was changed.
    async fn explain(&self, error: StoreError, id: &str) -> Trouble {
        match error {
            StoreError::Outdated { .. } => match self.user(id).await {
                Ok(current) => Trouble::outdated(&current.name, current.revision, &current),
                Err(trouble) => trouble,
            },
            StoreError::InUse { words } => EngineError::InUse {
                words,
                remedy: "give somebody else the role administrator first".to_owned(),
            }
            .into(),
            other => stored(other),
        }
    }

    /// Gives a user another password.
    pub(crate) async fn set_password(
        &self,
        who: &str,
        id_or_name: &str,
        password: SecretText,
    ) -> Answered<()> {
        let user = self.store().user(id_or_name).await.map_err(stored)?;
        if let Some(complaint) = complaint("password", password.reveal(), &user.name) {
            return Err(EngineError::Refused(vec![complaint]).into());
        }
        let hash = self.hashing.hash(password.into_zeroizing()).await?;
        let audit = self.audit(who, "set-password", format!("user {}", user.id), None, None);
        self.store().set_password(&user.id, &hash, &audit).await.map_err(stored)?;
        self.tell_ends();
        Ok(())
    }

    /// Turns somebody's second factor off.
    pub(crate) async fn reset_totp(&self, who: &str, id_or_name: &str) -> Answered<()> {
        let user = self.store().user(id_or_name).await.map_err(stored)?;
        self.remove_totp(who, &user).await
    }

    /// A page of sessions: one's own, or everybody's.
    pub(crate) async fn sessions(
        &self,
        caller: &Caller,
        all: bool,
        page: engine::Page,
    ) -> Answered<Page<Session>> {
        // Who is no person has no sessions; an administrator's program means everybody's.
        let owner = if all || caller.session.is_none() && caller.permits(Scope::Administer) {
            caller.require(Scope::Administer)?;
            None
        } else {
            Some(&caller.own()?.1.id)
        };
        let current = caller.session.as_ref().map(|(session, _)| &session.id);
        let listing = self.store().sessions(owner, self.now(), page).await.map_err(stored)?;
        Ok(answers::page(listing, page, |(session, name)| Session {
            current: Some(&session.id) == current,
            id: session.id.to_string(),
            user: SessionOwner { id: session.owner.to_string(), name },
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.ends_at,
            address: session.address,
            user_agent: session.user_agent,
        }))
    }

    /// Ends a session: one's own, or as an administrator anybody's.
    pub(crate) async fn end_session(&self, caller: &Caller, id: &str) -> Answered<()> {
        let owner = if caller.permits(Scope::Administer) { None } else { Some(&caller.own()?.1.id) };
        let audit = self.audit(&caller.who, "end-session", format!("session {id}"), None, None);
        self.store().end_session(&SessionId::from(id), owner, &audit).await.map_err(stored)?;
        self.tell_ends();
        Ok(())
    }

    /// Ends one's other sessions; gives how many.
    pub(crate) async fn end_other_sessions(&self, caller: &Caller) -> Answered<u64> {
        let (session, user) = caller.own()?;
        let audit = self.audit(&caller.who, "end-sessions", format!("user {}", user.id), None, None);
        let ended = self.store().end_sessions(&user.id, Some(&session.id), &audit).await.map_err(stored)?;
        self.tell_ends();
        Ok(ended)
    }
}
