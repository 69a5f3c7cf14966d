//! Who asks, and what that permits.

use crate::door::{Peer, Who};
use crate::trouble::{Answered, Trouble};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use certwright_api::problem::ProblemKind;
use certwright_core::role::{Role, Scope};
use certwright_engine::people::{Session, User};
use std::net::IpAddr;

/// Who asks, and what that permits.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Caller {
    /// For the audit.
    pub(crate) who: String,
    /// As far as it goes; `None` is anybody.
    pub(crate) role: Option<Role>,
    /// What a token is narrowed to; none is all that the role permits.
    pub(crate) scopes: Vec<Scope>,
    /// The browser's session with its user, where it is one.
    pub(crate) session: Option<(Session, User)>,
    /// The digest of what it showed; `None` where that cannot be taken back while the service runs.
    pub(crate) digest: Option<[u8; 32]>,
}

impl Caller {
    /// Nobody in particular.
    pub(crate) fn anybody() -> Self {
        Self { who: "anybody".to_owned(), role: None, scopes: Vec::new(), session: None, digest: None }
    }

    /// Whoever holds the machine or its token: an administrator.
    pub(crate) fn owner(who: String) -> Self {
        Self { who, role: Some(Role::Administrator), scopes: Vec::new(), session: None, digest: None }
    }

    /// A program with an API token.
    pub(crate) fn token(name: &str, role: Role, scopes: Vec<Scope>) -> Self {
        Self { who: format!("token {name}"), role: Some(role), scopes, session: None, digest: None }
    }

    /// A person with a browser.
    pub(crate) fn user(session: Session, user: User, digest: [u8; 32]) -> Self {
        Self {
            who: format!("user {}", user.name),
            role: Some(user.role),
            scopes: Vec::new(),
            session: Some((session, user)),
            digest: Some(digest),
        }
    }

    /// For handlers that only write the audit.
    pub(crate) fn who(&self) -> Who {
        Who(self.who.clone())
    }

    /// Whether it is permitted.
    pub(crate) fn permits(&self, scope: Scope) -> bool {
        self.role.is_some_and(|role| role.permits(scope))
            && (self.scopes.is_empty() || self.scopes.contains(&scope))
    }

    /// Refuses what is not permitted, and says who may.
    pub(crate) fn require(&self, scope: Scope) -> Answered<()> {
        if self.permits(scope) {
            return Ok(());
        }
        let Some(role) = self.role else {
            return Err(Trouble::unauthorized("nobody has signed in"));
        };
        let least = scope.least_role();
        let (detail, remedy) = if role.permits(scope) {
            (format!("the token's scopes have no {}", scope.word()), "use a token with that scope".to_owned())
        } else {
            (
                format!("this needs the role {}; {} is {}", least.word(), self.who, role.word()),
                format!("ask somebody who is {}", least.word()),
            )
        };
        let mut trouble = Trouble::new(ProblemKind::RoleNotEnough, detail, remedy);
        trouble.0.role = Some(crate::people::shown_role(least));
        Err(trouble)
    }

    /// The user, for what concerns oneself.
    pub(crate) fn own(&self) -> Answered<&(Session, User)> {
        self.session.as_ref().ok_or_else(|| match self.role {
            None => Trouble::unauthorized("nobody has signed in"),
            Some(_) => Trouble::new(
                ProblemKind::Forbidden,
                format!("this is for people who signed in with a browser, and {} did not", self.who),
                "sign in; users are changed with: certwright user",
            ),
        })
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        // Never missing behind `admit`; were it, nothing may be permitted.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Trouble::internal("a request of no caller"))
    }
}

/// The most characters that are kept of what a browser calls itself.
const AGENT: usize = 200;

/// From where a request comes, and how the browser calls itself and us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The address; `None` over the socket.
    pub(crate) address: Option<IpAddr>,
    /// Printable characters alone, and not many.
    pub(crate) agent: String,
    /// Whether TLS is spoken.
    pub(crate) secure: bool,
    /// The port by which the browser knows us: cookies do not know ports.
    pub(crate) port: u16,
}

impl Origin {
    /// As far as the head of a request tells.
    pub(crate) fn of(peer: Option<Peer>, headers: &HeaderMap) -> Self {
        let (address, secure) = match peer {
            Some(Peer::Network { address, secure }) => (Some(address.ip().to_canonical()), secure),
            Some(Peer::Local { .. }) | None => (None, false),
        };
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let agent = text(header::USER_AGENT).chars().filter(|c| c.is_ascii_graphic() || *c == ' ');
        let usual = if secure { 443 } else { 80 };
        let host = text(header::HOST).parse::<axum::http::uri::Authority>().ok();
        Self {
            address,
            agent: agent.take(AGENT).collect(),
            secure,
            port: host.and_then(|host| host.port_u16()).unwrap_or(usual),
        }
    }

    /// The address for people.
    pub(crate) fn place(&self) -> String {
        self.address.map_or_else(|| "this machine".to_owned(), |address| address.to_string())
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        Ok(Self::of(parts.extensions.get::<Peer>().copied(), &parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tokens_scopes_narrow_its_role_and_never_widen_it() {
        let narrowed = Caller::token("t", Role::Operator, vec![Scope::Read, Scope::Administer]);
        assert!(narrowed.permits(Scope::Read));
        assert!(!narrowed.permits(Scope::Operate), "not in its scopes");
        assert!(!narrowed.permits(Scope::Administer), "not in its role");
        let words = narrowed.require(Scope::Operate).unwrap_err();
        assert!(words.0.detail.contains("scopes"), "{words:?}");
        let words = narrowed.require(Scope::Administer).unwrap_err();
        assert!(words.0.is(ProblemKind::RoleNotEnough) && words.0.role.is_some(), "{words:?}");
        assert!(Caller::owner("root".to_owned()).permits(Scope::ExportKeys));
        let nobody = Caller::anybody().require(Scope::Read).unwrap_err();
        assert!(nobody.0.is(ProblemKind::Unauthorized));
    }

    #[test]
    fn what_a_browser_calls_itself_is_made_short_and_plain() {
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, "a".repeat(500).parse().unwrap());
        headers.insert(header::HOST, "[::1]:9644".parse().unwrap());
        let address = "[::ffff:192.0.2.1]:7".parse().unwrap();
        let origin = Origin::of(Some(Peer::Network { secure: true, address }), &headers);
        assert_eq!((origin.agent.len(), origin.port, origin.secure), (200, 9644, true));
        assert_eq!(origin.place(), "192.0.2.1");
        headers.insert(header::USER_AGENT, axum::http::HeaderValue::from_bytes(b"x\ty").unwrap());
        headers.insert(header::HOST, "localhost".parse().unwrap());
        let origin = Origin::of(Some(Peer::Local { uid: 0 }), &headers);
        assert_eq!((origin.agent.as_str(), origin.port), ("xy", 80));
        assert_eq!(origin.place(), "this machine");
    }
}
