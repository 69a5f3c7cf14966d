//! One-time links: how the first administrator is made, and how whoever holds the machine gets in.

use super::addresses::Subject;
use super::secrets::{digest, secret};
use super::sign_in::SignedIn;
use super::{People, stored};
use crate::caller::Origin;
use crate::trouble::{Answered, Trouble};
use certwright_api::problem::ProblemKind;
use certwright_api::secret::SecretText;
use certwright_api::sign_in::{Link, LinkPurpose, LinkSignIn, SetUp};
use certwright_core::lockout::Tries;
use certwright_core::password::{complaint, name_complaint};
use certwright_core::role::Role;
use certwright_core::session::LINK;
use certwright_engine::EngineError;
use certwright_engine::people::{self as stored_people, User};
use serde_json::json;
use zeroize::Zeroizing;

/// Where the page is that takes a code.
const PATH: &str = "/welcome#code=";

fn no_link() -> Trouble {
    Trouble::new(
        ProblemKind::LinkRefused,
        "the link was used before, is older than 15 minutes, or is none of this service",
        "get a new one on the machine of the service: certwright gui",
    )
}

fn already_set_up() -> Trouble {
    Trouble::new(
        ProblemKind::AlreadySetUp,
        "there is an administrator already",
        "sign in, or get a link on the machine of the service: certwright gui",
    )
}

impl People {
    /// A link: to make the first administrator while there is none, else to sign in as `user` or as the first
    /// administrator. `base` is the address for a browser on this machine.
    pub(crate) async fn create_link(
        &self,
        who: &str,
        user: Option<&str>,
        base: Option<&str>,
    ) -> Answered<Link> {
        let administrator = self.store().first_administrator().await.map_err(stored)?;
        let user = match (user, administrator) {
            (Some(name), _) => Some(self.store().user(name).await.map_err(stored)?),
            (None, administrator) => administrator,
        };
        if let Some(user) = user.as_ref().filter(|user| user.disabled) {
            return Err(EngineError::InUse {
                words: format!("{} is disabled", user.name),
                remedy: format!("enable the user first: certwright user edit {} --enable", user.name),
            }
            .into());
        }
        let code = secret()?;
        let expires_at = self.now() + LINK;
        let link = stored_people::Link { owner: user.as_ref().map(|user| user.id.clone()), expires_at };
        let object = user.as_ref().map_or_else(|| "set-up".to_owned(), |user| format!("user {}", user.id));
        let audit = self.audit(who, "create-link", object, None, Some(json!({ "expires_at": expires_at })));
        self.store().add_link(&link, &digest(&code), &audit).await.map_err(stored)?;
        let path = Zeroizing::new(format!("{PATH}{}", code.as_str()));
        let url = base.map(|base| SecretText::from(Zeroizing::new(format!("{base}{}", path.as_str()))));
        Ok(Link {
            path: path.into(),
            url,
            expires_at,
            purpose: if user.is_some() { LinkPurpose::SignIn } else { LinkPurpose::SetUp },
            user: user.map(|user| user.name),
        })
    }

    /// Nobody guesses 256 bits; whoever tries is kept from filling the log.
    async fn count_code(&self, origin: &Origin) -> Answered<Option<Subject>> {
        let subject = origin.address.map(Subject::of);
        if let Some(subject) = &subject {
            self.begin_try(subject, self.now()).await?;
        }
        Ok(subject)
    }

    /// Makes the first administrator, who is signed in by that.
    pub(crate) async fn set_up(&self, origin: &Origin, sent: SetUp) -> Answered<SignedIn> {
        let subject = self.count_code(origin).await?;
        if self.store().first_administrator().await.map_err(stored)?.is_some() {
            return Err(already_set_up());
        }
        let digest = digest(sent.code.reveal());
        // Looked at first: neither complaints nor hashes are for whoever has no link.
        if self
            .store()
            .link(&digest, self.now())
            .await
            .map_err(stored)?
            .is_none_or(|link| link.owner.is_some())
        {
            return Err(no_link());
        }
        subject.iter().for_each(|subject| self.addresses.withdraw(subject));
        let complaints: Vec<_> = name_complaint("name", &sent.name)
            .into_iter()
            .chain(complaint("password", sent.password.reveal(), &sent.name))
            .collect();
        if !complaints.is_empty() {
            return Err(EngineError::Refused(complaints).into());
        }
        let hash = self.hashing.hash(sent.password.into_zeroizing()).await?;
        let user = self.new_user(&sent.name, Role::Administrator);
        let fresh = self.fresh(&user, origin)?;
        let after = json!({
            "name": user.name, "role": user.role, "address": origin.place(), "session": fresh.session.id,
        });
        let who = format!("user {}", user.name);
        let audit = self.audit(&who, "set-up", format!("user {}", user.id), None, Some(after));
        match self.store().set_up(&digest, &user, &hash, fresh.to_store(), &audit).await.map_err(stored)? {
            stored_people::SetUp::Done => Ok(fresh.signed_in(&user, origin)),
            stored_people::SetUp::NoLink => Err(no_link()),
            stored_people::SetUp::NotTheFirst => Err(already_set_up()),
        }
    }

    /// Signs in by a link.
    pub(crate) async fn sign_in_by_link(&self, origin: &Origin, sent: &LinkSignIn) -> Answered<SignedIn> {
        let subject = self.count_code(origin).await?;
        let digest = digest(sent.code.reveal());
        let link = self.store().link(&digest, self.now()).await.map_err(stored)?;
        let Some(owner) = link.and_then(|link| link.owner) else { return Err(no_link()) };
        let user = self.store().user(owner.as_str()).await.map_err(stored)?;
        let fresh = self.fresh(&user, origin)?;
        let after = json!({ "address": origin.place(), "session": fresh.session.id });
        let who = format!("user {}", user.name);
        let audit = self.audit(&who, "sign-in-by-link", format!("user {}", user.id), None, Some(after));
        if !self.store().sign_in_by_link(&digest, fresh.to_store(), &audit).await.map_err(stored)? {
            return Err(no_link());
        }
        subject.iter().for_each(|subject| self.addresses.withdraw(subject));
        Ok(fresh.signed_in(&user, origin))
    }

    /// A user that is not stored yet.
    pub(super) fn new_user(&self, name: &str, role: Role) -> User {
        User {
            id: self.engine.new_user_id(),
            name: name.trim().to_owned(),
            role,
            disabled: false,
            second_factor: false,
            recovery_codes: 0,
            created_at: self.now(),
            last_signed_in_at: None,
            tries: Tries::default(),
            revision: 1,
        }
    }
}
