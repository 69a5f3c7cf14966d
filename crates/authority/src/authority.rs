//! One authority, opened and ready to answer.

use crate::error::AuthorityError;
use crate::flood::Flood;
use crate::intermediate;
use crate::nonces::Nonces;
use crate::parts::Parts;
use crate::policy::{NamePolicy, is_within_constraints};
use crate::problem::Problem;
use crate::revocation_list::ListCache;
use crate::route::Addresses;
use crate::settings::Settings;
use crate::validate::Validator;
use crate::vault::Secret;
use certwright_core::Timestamp;
use certwright_core::identifier::Identifier;
use certwright_pki::facts;
use certwright_pki::issue::{AuthorityKey, SigningAuthority};
use certwright_store::issuer::{Account, Issuer};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify};

/// One mounted authority. Clones share everything.
///
/// It holds its settings as they were when it was opened: after a change, open it again.
#[derive(Clone)]
pub struct Authority {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) parts: Parts,
    pub(crate) issuer: Issuer,
    pub(crate) settings: Arc<Settings>,
    pub(crate) addresses: Addresses,
    pub(crate) signing: SigningAuthority,
    root_ends: Timestamp,
    pub(crate) nonces: Nonces,
    pub(crate) flood: Flood,
    pub(crate) list: ListCache,
    /// Wakes [`Authority::work`].
    pub(crate) wake: Notify,
    /// Held while a certificate is signed and stored, so that nothing is signed by two at once.
    pub(crate) sign_lock: Mutex<()>,
}

impl Authority {
    /// Opens a stored authority, whether it is enabled or not. `service` is the address that clients reach it by,
    /// such as `https://ca.home.arpa:8443`: all addresses it gives out begin with it, and requests must be signed
    /// for exactly those.
    ///
    /// # Errors
    /// When there is none of that name, or its settings or keys cannot be used.
    pub async fn open(parts: Parts, name: &str, service: &str) -> Result<Self, AuthorityError> {
        let mut issuer = parts.store.issuer(name).await?;
        let settings = Settings::read(&issuer)?;
        settings.check()?;
        let sealed = parts.store.issuer_keys(name).await?;
        let key = Secret::Intermediate(name).open(&parts.data_key, &sealed.intermediate)?;
        let key = AuthorityKey::from_pkcs8_der(&key)?;
        let mut signing = SigningAuthority::new(&issuer.intermediate, &key)?;
        let root_ends = facts(&issuer.root)?.not_after;
        if intermediate::is_due(signing.not_after(), root_ends, parts.clock.now()) {
            match intermediate::renew(&parts, &issuer, &settings, &sealed, &key).await {
                Ok(renewed) => {
                    signing = SigningAuthority::new(&renewed.intermediate, &key)?;
                    issuer = renewed;
                    tracing::info!(issuer = name, not_after = %signing.not_after(), "its intermediate was renewed");
                }
                // What it has is good for a while, and the next day brings another try.
                Err(error) => tracing::error!(issuer = name, %error, "its intermediate cannot be renewed"),
            }
        }
        let shared = Shared {
            addresses: Addresses::new(service, name),
            nonces: Nonces::new(parts.limits.nonces),
            flood: Flood::new(parts.limits.accounts_per_source),
            settings: Arc::new(settings),
            issuer,
            signing,
            root_ends,
            parts,
            list: ListCache::default(),
            wake: Notify::new(),
            sign_lock: Mutex::new(()),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Its name, as in its addresses.
    pub fn name(&self) -> &str {
        &self.shared.issuer.name
    }

    /// The address of its directory: what clients are configured with.
    pub fn directory(&self) -> String {
        self.shared.addresses.to("directory")
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Whether its intermediate is to be renewed: opened again, it is.
    pub(crate) fn is_due(&self) -> bool {
        let Shared { signing, root_ends, .. } = &*self.shared;
        intermediate::is_due(signing.not_after(), *root_ends, self.shared.now())
    }

    /// The root's certificate (DER): what is to be trusted.
    pub fn root(&self) -> &[u8] {
        &self.shared.issuer.root
    }
}

impl Shared {
    pub(crate) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(crate) fn name(&self) -> &str {
        &self.issuer.name
    }

    pub(crate) fn validator(&self) -> Validator {
        Validator {
            fetch: Arc::clone(&self.parts.fetch),
            names: Arc::clone(&self.parts.names),
            settings: Arc::clone(&self.settings),
            time_limit: Duration::from_secs(self.parts.limits.look_seconds),
        }
    }

    /// What the account may ask for beside what the authority certifies at all: what its external key says. One that was
    /// made without a key, when none was required, may ask for nothing once keys are: it is bound to nobody.
    pub(crate) async fn policy_of(&self, account: &Account) -> Result<NamePolicy, Problem> {
        let Some(id) = &account.external_key else {
            let bound = self.settings.requires_external_account();
            return Ok(if bound { NamePolicy::default() } else { self.settings.policy.clone() });
        };
        match self.parts.store.external_key(self.name(), id).await? {
            // A key that was taken away takes with it what it allowed.
            None => Ok(NamePolicy::default()),
            Some((key, _)) => serde_json::from_value(key.policy)
                .map_err(|error| Problem::internal("read the policy of an external key", &error)),
        }
    }

    /// What its root's constraints leave room for, as a policy.
    pub(crate) fn constraints(&self) -> NamePolicy {
        let constraints = &self.settings.constraints;
        NamePolicy {
            names: constraints.names.clone(),
            networks: constraints.networks.clone(),
            wildcards: true,
            anything: constraints.is_empty(),
        }
    }

    /// Whether the identifier is certified here at all, for a client with this policy.
    pub(crate) fn permits(&self, policy: &NamePolicy, identifier: &Identifier) -> bool {
        policy.permits(identifier)
            && self.settings.policy.permits(identifier)
            && is_within_constraints(&self.settings.constraints, identifier)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Authority").field("name", &self.name()).finish_non_exhaustive()
    }
}
