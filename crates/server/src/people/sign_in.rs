//! Signing in and out, and one's own password.

use super::addresses::Subject;
use super::cookie::Cookie;
use super::second_factor::refused;
use super::secrets::{digest, secret};
use super::{People, shown_role, stored};
use crate::caller::{Caller, Origin};
use crate::trouble::{Answered, Trouble};
use axum::http::HeaderMap;
use certwright_api::problem::ProblemKind;
use certwright_api::sign_in::{PasswordChange, SessionState, SessionUser, SignIn};
use certwright_core::lockout::Tries;
use certwright_core::password::complaint;
use certwright_core::{Timestamp, session as policy};
use certwright_engine::EngineError;
use certwright_engine::people::{Begun, Credentials, NewSession, Session, Token, User};
use serde_json::json;
use zeroize::Zeroizing;

/// The longest password that is looked at; longer ones cannot be right.
const LONGEST: usize = 4 * certwright_core::password::MOST;

/// Somebody who has just signed in: what the browser is told, and its cookie.
pub(crate) struct SignedIn {
    pub(crate) state: SessionState,
    pub(crate) cookie: Cookie,
}

/// A session that is to be stored, with the secret that opens it.
pub(super) struct Fresh {
    pub(super) session: Session,
    pub(super) secret: Zeroizing<String>,
    pub(super) digest: [u8; 32],
}

impl Fresh {
    pub(super) fn to_store(&self) -> NewSession<'_> {
        NewSession { session: &self.session, digest: &self.digest }
    }

    pub(super) fn signed_in(&self, user: &User, origin: &Origin) -> SignedIn {
        SignedIn {
            state: state(Some((&self.session, user)), true),
            cookie: Cookie::set(origin, &self.secret),
        }
    }
}

fn state(signed_in: Option<(&Session, &User)>, administrator_exists: bool) -> SessionState {
    SessionState {
        signed_in: signed_in.is_some(),
        administrator_exists,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        user: signed_in.map(|(_, user)| SessionUser {
            id: user.id.to_string(),
            name: user.name.clone(),
            role: shown_role(user.role),
            totp: user.second_factor,
        }),
        expires_at: signed_in.map(|(session, _)| session.ends_at),
    }
}

/// The same words for a name that nobody has, and taking the same time: neither tells who exists.
fn wrong() -> Trouble {
    Trouble::new(
        ProblemKind::SignInRefused,
        "name, password or code are wrong",
        "try again; who has forgotten the password asks an administrator, or on the machine itself: certwright gui",
    )
}

pub(super) fn locked(until: Timestamp, now: Timestamp) -> Trouble {
    let seconds = until.duration_since(now).as_secs().max(0).unsigned_abs() + 1;
    let mut trouble = Trouble::new(
        ProblemKind::LockedOut,
        format!("too many tries were wrong; the next one is looked at in {seconds} s"),
        "wait, or on the machine itself: certwright gui",
    );
    trouble.0.retry_after = Some(seconds);
    trouble
}

impl People {
    /// Who asks, as a browser needs to know it.
    pub(crate) async fn state(&self, caller: &Caller) -> Answered<SessionState> {
        let exists = self.store().first_administrator().await.map_err(stored)?.is_some();
        Ok(state(caller.session.as_ref().map(|(session, user)| (session, user)), exists))
    }

    /// The caller of a cookie, unless its session has ended. That it was used is stored once a minute.
    pub(crate) async fn cookie_caller(
        &self,
        origin: &Origin,
        headers: &HeaderMap,
    ) -> Answered<Option<Caller>> {
        let Some(digest) = Cookie::shown(origin, headers).map(|shown| digest(&shown)) else {
            return Ok(None);
        };
        let now = self.now();
        let Some((mut session, user)) = self.store().session(&digest, now).await.map_err(stored)? else {
            return Ok(None);
        };
        if policy::is_worth_noting(Some(session.last_seen_at), now) {
            session.ends_at = policy::ends(session.created_at, now);
            session.last_seen_at = now;
            if let Err(error) = self.store().note_session(&session.id, now, session.ends_at).await {
                tracing::warn!(%error, "the use of a session cannot be stored");
            }
        }
        Ok(Some(Caller::user(session, user, digest)))
    }

    /// Whether what the caller showed still opens the door: for answers that go on.
    pub(crate) async fn still_opens(&self, caller: &Caller) -> bool {
        let Some(digest) = &caller.digest else { return true };
        let (now, store) = (self.now(), self.store());
        let opens = if caller.session.is_some() {
            store.session(digest, now).await.map(|found| found.is_some())
        } else {
            let lives = |token: Token| token.expires_at.is_none_or(|at| at > now);
            store.token(digest).await.map(|found| found.is_some_and(lives))
        };
        opens.unwrap_or(false)
    }

    /// A session for this user that is not stored yet.
    pub(super) fn fresh(&self, user: &User, origin: &Origin) -> Answered<Fresh> {
        let (now, secret) = (self.now(), secret()?);
        let session = Session {
            id: self.engine.new_session_id(),
            owner: user.id.clone(),
            created_at: now,
            last_seen_at: now,
            ends_at: policy::ends(now, now),
            address: origin.place(),
            user_agent: origin.agent.clone(),
        };
        Ok(Fresh { digest: digest(&secret), session, secret })
    }

    /// Signs in by name and password, and by a code where a second factor is wanted.
    pub(crate) async fn sign_in(&self, origin: &Origin, sent: SignIn) -> Answered<SignedIn> {
        let now = self.now();
        let from = origin.address.map(Subject::of);
        if let Some(from) = &from {
            let tries = self.begin_try(from, now).await?;
            if tries.locked_until.is_some() {
                self.tell_lock(origin, &format!("address {}", origin.place()), &tries).await;
            }
        }
        let Some(credentials) = self.store().credentials(&sent.name).await.map_err(stored)? else {
            return Err(self.nobody(origin, &sent, now).await?);
        };
        let (before, tries) = match self.store().begin_try(&credentials.user.id, now).await.map_err(stored)? {
            Begun::Locked(until) => return Err(locked(until, now)),
            Begun::Counted { before, now } => (before, now),
        };
        let user = &credentials.user;
        let right = self.is_password(&credentials, sent.password.into_zeroizing()).await?;
        if !right || user.disabled {
            self.tell_failure(origin, user, if right { "disabled" } else { "password" }, &tries).await;
            return Err(wrong());
        }
        if user.second_factor {
            let Some(code) = sent.code.filter(|code| !code.reveal().trim().is_empty()) else {
                self.store().withdraw_try(&user.id, &before, &tries).await.map_err(stored)?;
                from.iter().for_each(|from| self.addresses.withdraw(from));
                return Err(Trouble::new(
                    ProblemKind::SecondFactorNeeded,
                    "the code of the authenticator is missing",
                    "send it as code, or a recovery code",
                ));
            };
            if !self.takes_code(&credentials, code.reveal()).await? {
                self.tell_failure(origin, user, "code", &tries).await;
                return Err(wrong());
            }
        }
        from.iter().for_each(|from| self.addresses.withdraw(from));
        let fresh = self.fresh(user, origin)?;
        let after = json!({ "address": origin.place(), "session": fresh.session.id });
        let object = format!("user {}", user.id);
        let audit = self.audit(&format!("user {}", user.name), "sign-in", object, None, Some(after));
        self.store().open_session(fresh.to_store(), &audit).await.map_err(stored)?;
        Ok(fresh.signed_in(user, origin))
    }

    /// The answer for a name that nobody has: all is as if somebody had it. The name itself is not written: people type
    /// passwords into the wrong field.
    async fn nobody(&self, origin: &Origin, sent: &SignIn, now: Timestamp) -> Answered<Trouble> {
        let tries = self.begin_try(&Subject::nobodys(&sent.name), now).await?;
        self.hashing.verify(None, Zeroizing::new(sent.password.reveal().to_owned())).await?;
        let after = json!({ "reason": "name", "failures": tries.failures });
        let who = format!("address {}", origin.place());
        self.note(self.audit(&who, "sign-in-failed", "user unknown", None, Some(after))).await;
        Ok(wrong())
    }

    async fn is_password(&self, credentials: &Credentials, password: Zeroizing<String>) -> Answered<bool> {
        let hash = credentials.password.clone().filter(|_| password.len() <= LONGEST);
        self.hashing.verify(hash, password).await
    }

    async fn tell_failure(&self, origin: &Origin, user: &User, reason: &str, tries: &Tries) {
        let who = format!("address {}", origin.place());
        let after = json!({ "reason": reason, "failures": tries.failures });
        let object = format!("user {}", user.id);
        self.note(self.audit(&who, "sign-in-failed", object.as_str(), None, Some(after))).await;
        if tries.locked_until.is_some() {
            self.tell_lock(origin, &object, tries).await;
        }
    }

    async fn tell_lock(&self, origin: &Origin, object: &str, tries: &Tries) {
        let who = format!("address {}", origin.place());
        let after = json!({ "failures": tries.failures, "until": tries.locked_until });
        self.note(self.audit(&who, "sign-in-locked", object, None, Some(after))).await;
    }

    /// Ends the session that asks.
    pub(crate) async fn sign_out(&self, caller: &Caller) -> Answered<()> {
        if let Some((session, user)) = &caller.session {
            let object = format!("user {}", user.id);
            let before = json!({ "session": session.id });
            let audit = self.audit(&caller.who, "sign-out", object, Some(before), None);
            match self.store().end_session(&session.id, None, &audit).await {
                // It ended by itself meanwhile.
                Ok(()) | Err(certwright_engine::StoreError::NotFound { .. }) => {}
                Err(error) => return Err(stored(error)),
            }
            self.tell_ends();
        }
        Ok(())
    }

    /// Looks at one's password once more, before something that a stolen session alone must not do. A wrong one counts as
    /// a failure to sign in.
    pub(crate) async fn confirm(
        &self,
        origin: &Origin,
        user: &User,
        password: &str,
        field: &str,
    ) -> Answered<()> {
        let now = self.now();
        let tries = match self.store().begin_try(&user.id, now).await.map_err(stored)? {
            Begun::Locked(until) => return Err(locked(until, now)),
            Begun::Counted { now, .. } => now,
        };
        let credentials = self.store().credentials(user.id.as_str()).await.map_err(stored)?;
        let credentials =
            credentials.ok_or_else(|| EngineError::NotFound { what: "user", id: user.name.clone() })?;
        if !self.is_password(&credentials, Zeroizing::new(password.to_owned())).await? {
            self.tell_failure(origin, user, "password", &tries).await;
            return Err(refused(field, "is not the password", "type the password that you sign in with"));
        }
        self.store().forget_tries(&user.id).await.map_err(stored)
    }

    /// Another password for oneself: all sessions end, and this browser gets a new one.
    pub(crate) async fn change_password(
        &self,
        origin: &Origin,
        caller: &Caller,
        sent: PasswordChange,
    ) -> Answered<SignedIn> {
        let (_, user) = caller.own()?;
        if let Some(complaint) = complaint("new", sent.new.reveal(), &user.name) {
            return Err(EngineError::Refused(vec![complaint]).into());
        }
        self.confirm(origin, user, sent.current.reveal(), "current").await?;
        let hash = self.hashing.hash(sent.new.into_zeroizing()).await?;
        let object = format!("user {}", user.id);
        let audit = self.audit(&caller.who, "set-password", object.as_str(), None, None);
        self.store().set_password(&user.id, &hash, &audit).await.map_err(stored)?;
        self.tell_ends();
        let fresh = self.fresh(user, origin)?;
        let after = json!({ "address": origin.place(), "session": fresh.session.id });
        let audit = self.audit(&caller.who, "sign-in", object, None, Some(after));
        self.store().open_session(fresh.to_store(), &audit).await.map_err(stored)?;
        Ok(fresh.signed_in(user, origin))
    }
}
