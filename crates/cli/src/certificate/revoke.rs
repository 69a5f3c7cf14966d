//! `cert revoke`, `cert check-revocation` and `cert refetch`.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use certwright_api::revocations::{RevocationReason, RevocationSigner, RevokeRequest};
use clap::{Args, ValueEnum};

/// Revokes a version.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
What it means is shown first, and you are asked; without a terminal add --yes. The newest version is replaced at once by
one with a new key. A compromised key signs its own revocation, so that the authority refuses it from then on.

Examples:
  certwright cert revoke shop --reason keyCompromise
  certwright cert revoke shop --version VERSION --reason superseded --yes
  certwright cert revoke shop --reason cessationOfOperation --by key")]
pub struct Revoke {
    #[command(flatten)]
    which: Which,
    /// The version, as `cert versions` shows it; the newest one when left out
    #[arg(long, value_name = "ID")]
    version: Option<String>,
    /// Why
    #[arg(long, value_name = "REASON")]
    reason: Reason,
    /// What signs the request: the account that ordered it, or its own key
    #[arg(long, value_name = "WHAT")]
    by: Option<Signer>,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

/// Why, as RFC 5280 writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "camelCase")]
enum Reason {
    /// Somebody else may have its private key
    KeyCompromise,
    /// There is a newer certificate
    Superseded,
    /// What it was for is gone
    CessationOfOperation,
    /// Nothing is said
    Unspecified,
    /// Its holder is called otherwise now
    AffiliationChanged,
}

/// What signs the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Signer {
    /// The account that ordered it
    Account,
    /// The certificate's own key
    Key,
}

/// Fetches a chain again.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The stored chain is replaced, and deployed again, only if what comes is for the same key and names and no less trusted.

Examples:
  certwright cert refetch shop
  certwright cert refetch shop --issuer ISRG")]
pub struct Refetch {
    #[command(flatten)]
    which: Which,
    /// Take the first chain in which somebody of this name has issued something
    #[arg(long, value_name = "NAME")]
    issuer: Option<String>,
}

/// Looks into a revocation list.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Every list is looked into once a day without being asked.

Example:
  certwright cert check-revocation shop")]
pub struct CheckRevocation {
    #[command(flatten)]
    which: Which,
}

impl CheckRevocation {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let version = session.client.check_revocation(&self.which.name).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&version),
            |_| match &version.revocation {
                Some(known) => format!("{} is revoked since {}.\n", version.id, known.revoked_at),
                None => format!("{} is not revoked.\n", version.id),
            },
        )?;
        Ok(if version.revocation.is_some() { Exit::Faults } else { Exit::Done })
    }
}

impl Revoke {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let certificate = session.client.certificate(&self.which.name).await?;
        let newest = certificate.version.as_ref().map(|version| version.id.clone());
        let version = self.version.or(newest).ok_or_else(|| {
            Fault::refused(
                format!("nothing was issued for {} yet", certificate.name),
                "look at: certwright cert versions",
            )
        })?;
        let mut request = RevokeRequest {
            reason: match self.reason {
                Reason::KeyCompromise => RevocationReason::KeyCompromise,
                Reason::Superseded => RevocationReason::Superseded,
                Reason::CessationOfOperation => RevocationReason::CessationOfOperation,
                Reason::Unspecified => RevocationReason::Unspecified,
                Reason::AffiliationChanged => RevocationReason::AffiliationChanged,
            },
            by: self.by.map(|by| match by {
                Signer::Account => RevocationSigner::Account,
                Signer::Key => RevocationSigner::Key,
            }),
            preview: true,
        };
        let planned = session.client.revoke(&certificate.id, &version, &request).await?;
        if !self.yes {
            // Beside the question, where the person looks; the standard output stays for the answer.
            session.output.note(&planned.plan.join("\n"))?;
        }
        session.confirm("Revoke it?", self.yes)?;
        request.preview = false;
        let revoked = session.client.revoke(&certificate.id, &version, &request).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&revoked),
            |_| format!("Revoked {}.\n{}\n", revoked.version.id, revoked.plan[2..].join("\n")),
        )?;
        Ok(Exit::Done)
    }
}

impl Refetch {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let fetched = session.client.refetch(&self.which.name, self.issuer.as_deref()).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&fetched),
            |_| {
                let chain = fetched.issuers.join(" < ");
                if fetched.changed {
                    format!(
                        "The chain of {} is another one now: {chain}. It is deployed again.\n",
                        fetched.version.id
                    )
                } else {
                    format!("The chain of {} is what the authority gives: {chain}.\n", fetched.version.id)
                }
            },
        )?;
        Ok(Exit::Done)
    }
}
