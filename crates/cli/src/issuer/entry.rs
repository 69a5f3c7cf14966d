//! `authority use`: an entry for `ca`, so that this service orders from the authority itself.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, read};
use certwright_api::authorities::{AuthorityDraft, IssuingRoots};
use certwright_api::issuers::Issuer;
use certwright_api::problem::ProblemKind;
use certwright_core::key::KeyType;
use clap::Args;
use std::path::PathBuf;

/// Makes an entry for `ca`.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It does what certwright ca add does, with the authority's directory and root, and trusts the service's own HTTPS
certificate as it is now. When that becomes another self-signed one, do it again with --replace.

Example:
  certwright authority use home")]
pub struct Use {
    #[command(flatten)]
    which: Which,
    /// The id of the entry; the authority's name when left out
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Roots (PEM) for the directory's own HTTPS certificate, where another server speaks TLS for this service
    #[arg(long, value_name = "FILE")]
    directory_tls_roots: Option<PathBuf>,
    /// Replace the entry of this id
    #[arg(long)]
    replace: bool,
}

impl Use {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let issuer = session.client.issuer(&self.which.name).await?;
        let id = self.id.as_ref().unwrap_or(&issuer.name);
        if !self.replace {
            match session.client.authority(id).await {
                Ok(known) => {
                    return Err(Fault::refused(
                        format!("there is an entry {id} already: {} ({})", known.title, known.directory),
                        "choose another with --id, or add --replace",
                    ));
                }
                Err(error) if error.is(ProblemKind::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let roots = self.directory_tls_roots.as_deref().map(read).transpose()?;
        let entry = session.client.put_authority(id, &draft(&issuer, roots)).await?;
        session.output.answer(|| serde_json::to_string_pretty(&entry), |_| words(&issuer, &entry.id))?;
        if !issuer.enabled {
            session.output.note(&format!(
                "Warning: {0} is disabled; before an account is made: certwright authority enable {0}",
                issuer.name
            ))?;
        } else if let Err(error) = session.client.terms(&entry.id).await {
            // Said now, and not at the first order.
            session.output.note(&format!(
                "Warning: the directory cannot be read: {error}\n  If another server speaks TLS for this service, \
                 name its roots with --directory-tls-roots, and add --replace."
            ))?;
        }
        Ok(Exit::Done)
    }
}

fn draft(issuer: &Issuer, roots: Option<String>) -> AuthorityDraft {
    let policy = &issuer.settings.policy;
    AuthorityDraft {
        title: issuer.title.clone().unwrap_or_else(|| issuer.name.clone()),
        directory: issuer.directory.clone(),
        directory_tls_roots: roots.or_else(|| issuer.directory_tls_roots.clone()),
        issuing_roots: IssuingRoots::Pem(issuer.root.pem.clone()),
        internal_names: true,
        max_identifiers: None,
        ip_addresses: (policy.anything || !policy.networks.is_empty()).then_some(true),
        common_name: None,
        staging: false,
        external_account_required: issuer.settings.binds_accounts(),
        // The built-in authority takes these, and not P-521.
        key_types: Some(KeyType::PUBLIC.iter().copied().map(Into::into).collect()),
        preferred_chain: None,
        staging_of: None,
        chosen_lifetime: false,
        details: None,
    }
}

fn words(issuer: &Issuer, id: &str) -> String {
    let terms = if issuer.settings.terms_of_service.is_some() { " --agree-terms" } else { "" };
    let next = if issuer.settings.binds_accounts() {
        format!(
            "It wants accounts to be bound to an external key. Make one, and an account with it:\n  \
             certwright authority key create {} --out ./{id}.key\n  \
             certwright account create --ca {id}{terms} --eab-key-id=KEY --eab-key-file=./{id}.key\n",
            issuer.name
        )
    } else {
        format!("Register an account: certwright account create --ca {id}{terms}\n")
    };
    format!("This service can order from {id} now.\n{next}Then: certwright cert create NAME --ca {id}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_entry_trusts_the_root_and_nothing_else() {
        let issuer = samples::issuer();
        let entry = draft(&issuer, None);
        assert_eq!(entry.issuing_roots, IssuingRoots::Pem(issuer.root.pem.clone()));
        assert_eq!(entry.directory_tls_roots.as_deref(), Some("self-signed"));
        assert!(entry.internal_names && entry.external_account_required);
        assert_eq!(entry.ip_addresses, Some(true));
        assert_eq!(draft(&issuer, Some("mine".to_owned())).directory_tls_roots.as_deref(), Some("mine"));
    }

    #[test]
    fn the_next_step_is_said() {
        let mut issuer = samples::issuer();
        assert_eq!(
            words(&issuer, "home"),
            "\
This service can order from home now.
It wants accounts to be bound to an external key. Make one, and an account with it:
  certwright authority key create home --out ./home.key
  certwright account create --ca home --eab-key-id=KEY --eab-key-file=./home.key
Then: certwright cert create NAME --ca home
"
        );
        issuer.settings.reach = certwright_api::issuers::IssuerReach::default();
        assert!(words(&issuer, "x").contains("Register an account: certwright account create --ca x\n"));
    }
}
