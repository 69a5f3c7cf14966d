//! Methods about users, sessions, tokens and one-time links.

use super::call::Call;
use super::{Answer, Client};
use crate::page::{Page, PageQuery};
use crate::secret::SecretText;
use crate::sessions::{Session, SessionQuery};
use crate::sign_in::{Link, LinkRequest, SessionState};
use crate::tokens::{NewToken, Token, TokenDraft};
use crate::users::{NewPassword, User, UserChanges, UserDraft};

impl Client {
    /// Whether anybody is signed in, and whether there is an administrator. Needs no token.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn session_state(&self) -> Answer<SessionState> {
        self.send(Call::get("session")).await
    }

    /// A one-time link: to make the first administrator while there is none, else to sign in as this user, or as
    /// the first administrator.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_link(&self, user: Option<&str>) -> Answer<Link> {
        let body = LinkRequest { user: user.map(str::to_owned) };
        self.send(Call::post("links").body(&body)).await
    }

    /// A page of users, by name.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn users(&self, page: &PageQuery) -> Answer<Page<User>> {
        self.send(Call::get("users").query(page)).await
    }

    /// A user, by id or name.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn user(&self, id_or_name: &str) -> Answer<User> {
        self.send(Call::get("users").segment(id_or_name)).await
    }

    /// Makes a user.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_user(&self, draft: &UserDraft) -> Answer<User> {
        self.send(Call::post("users").body(draft)).await
    }

    /// Changes a user, if nobody else did since this revision.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn update_user(&self, id_or_name: &str, revision: i64, changes: &UserChanges) -> Answer<User> {
        self.send(Call::patch("users").segment(id_or_name).if_revision(revision).body(changes)).await
    }

    /// Deletes a user, if nobody changed it since this revision.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_user(&self, id_or_name: &str, revision: i64) -> Answer<()> {
        self.send_only(Call::delete("users").segment(id_or_name).if_revision(revision)).await
    }

    /// Gives a user another password; the user's sessions end.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn set_password(&self, id_or_name: &str, password: SecretText) -> Answer<()> {
        let call = Call::put("users").segment(id_or_name).then("password");
        self.send_only(call.body(&NewPassword { password })).await
    }

    /// Turns a user's second factor off.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn reset_totp(&self, id_or_name: &str) -> Answer<()> {
        self.send_only(Call::delete("users").segment(id_or_name).then("totp")).await
    }

    /// A page of sessions.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn sessions(&self, query: &SessionQuery) -> Answer<Page<Session>> {
        self.send(Call::get("sessions").query(query)).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn end_session(&self, id: &str) -> Answer<()> {
        self.send_only(Call::delete("sessions").segment(id)).await
    }

    /// A page of API tokens.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn tokens(&self, page: &PageQuery) -> Answer<Page<Token>> {
        self.send(Call::get("tokens").query(page)).await
    }

    /// Makes an API token; its secret is in this answer alone.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_token(&self, draft: &TokenDraft) -> Answer<NewToken> {
        self.send(Call::post("tokens").body(draft)).await
    }

    /// Deletes an API token, by id or name.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn delete_token(&self, id_or_name: &str) -> Answer<()> {
        self.send_only(Call::delete("tokens").segment(id_or_name)).await
    }
}
