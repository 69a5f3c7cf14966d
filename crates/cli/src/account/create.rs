//! `account create`: explicit agreement to the current terms (F27), external account binding.

use super::secret::key;
use crate::ask;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, once};
use certwright_api::accounts::{AccountDraft, AccountKeyType, BindingAlgorithm, ExternalAccount};
use certwright_api::authorities::Terms;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// An account to be registered.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Where the authority has terms of service, their address is shown and you are asked; without a terminal add
--agree-terms. The key of an external account is never typed on the command line: name a file, or - for
standard input.

Examples:
  certwright account create --ca letsencrypt --contact admin@example.com
  certwright account create --ca example --agree-terms --eab-key-id ID --eab-key-file ./eab.key")]
pub struct Create {
    /// With whom, by the id that `ca list` shows
    #[arg(long, value_name = "ID")]
    ca: String,
    /// A mail address to give to the authority; repeat it for several
    #[arg(long = "contact", value_name = "MAIL")]
    contact: Vec<String>,
    /// Agree to the terms of service that the authority states now
    #[arg(long)]
    agree_terms: bool,
    /// Key identifier of the external account it is bound to
    #[arg(long, value_name = "ID", requires = "eab_key_file")]
    eab_key_id: Option<String>,
    /// The file that holds the external account's key, base64url; - for standard input
    #[arg(long, value_name = "FILE", requires = "eab_key_id")]
    eab_key_file: Option<PathBuf>,
    /// The external account's algorithm
    #[arg(long, value_name = "NAME", default_value = "HS256", requires = "eab_key_id")]
    eab_algorithm: Algorithm,
    /// The algorithm of the account's own key
    #[arg(long, value_name = "NAME", default_value = "ES256")]
    key: AccountKey,
}

/// The MAC of an external account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Algorithm {
    #[value(name = "HS256")]
    Hs256,
    #[value(name = "HS384")]
    Hs384,
    #[value(name = "HS512")]
    Hs512,
}

/// The account's own key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AccountKey {
    #[value(name = "ES256")]
    Es256,
    #[value(name = "ES384")]
    Es384,
    #[value(name = "RS256")]
    Rs256,
}

impl From<AccountKey> for AccountKeyType {
    fn from(key: AccountKey) -> Self {
        match key {
            AccountKey::Es256 => Self::ES256,
            AccountKey::Es384 => Self::ES384,
            AccountKey::Rs256 => Self::RS256,
        }
    }
}

impl Create {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let terms = session.client.terms(&self.ca).await?;
        if terms.external_account_required && self.eab_key_id.is_none() {
            return Err(Fault::refused(
                format!("{} binds accounts to an external account", self.ca),
                "take key identifier and key from its website, then add --eab-key-id ID --eab-key-file FILE",
            ));
        }
        let terms_agreed = match agreement(&self.ca, &terms, self.agree_terms, session.can_ask()) {
            Agreement::NoneNeeded => None,
            Agreement::Given(url) => {
                session.output.note(&format!("Agreed to the terms of {}: {url}", self.ca))?;
                Some(url)
            }
            Agreement::Ask(url) => {
                session.output.note(&format!("Terms of service of {}: {url}", self.ca))?;
                if !ask::yes("Do you agree to them?")? {
                    return Err(Fault::refused("no account without agreement to the terms", ""));
                }
                Some(url)
            }
            Agreement::Missing(fault) => return Err(fault),
        };
        let draft = AccountDraft {
            authority: self.ca.clone(),
            contact: self.contact.clone(),
            terms_agreed,
            external_account: self.external_account()?,
            key_type: Some(self.key.into()),
        };
        let account = session.client.create_account(&draft, &once()).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&account),
            |_| format!("Registered {} with {}.\n", account.id, account.authority),
        )?;
        Ok(Exit::Done)
    }

    fn external_account(&self) -> Result<Option<ExternalAccount>, Fault> {
        let (Some(key_id), Some(file)) = (&self.eab_key_id, &self.eab_key_file) else {
            return Ok(None);
        };
        let algorithm = match self.eab_algorithm {
            Algorithm::Hs256 => BindingAlgorithm::HS256,
            Algorithm::Hs384 => BindingAlgorithm::HS384,
            Algorithm::Hs512 => BindingAlgorithm::HS512,
        };
        Ok(Some(ExternalAccount { key_id: key_id.clone(), key: key(file)?, algorithm }))
    }
}

#[derive(Debug)]
enum Agreement {
    /// The authority states no terms.
    NoneNeeded,
    /// Given on the command line, for these.
    Given(String),
    /// Somebody can be asked.
    Ask(String),
    /// Nobody can be asked, and nothing was said.
    Missing(Fault),
}

fn agreement(ca: &str, terms: &Terms, agreed: bool, can_ask: bool) -> Agreement {
    match &terms.terms_of_service {
        None => Agreement::NoneNeeded,
        Some(url) if agreed => Agreement::Given(url.clone()),
        Some(url) if can_ask => Agreement::Ask(url.clone()),
        Some(url) => Agreement::Missing(Fault::refused(
            format!("{ca} wants agreement to its terms of service: {url}"),
            "read them; if you agree, add --agree-terms",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Look;

    fn terms(url: Option<&str>) -> Terms {
        Terms {
            terms_of_service: url.map(str::to_owned),
            website: None,
            external_account_required: false,
            profiles: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn nobody_agrees_by_accident() {
        let stated = terms(Some("https://ca.example/terms.pdf"));
        assert!(matches!(agreement("ca", &terms(None), false, false), Agreement::NoneNeeded));
        assert!(matches!(agreement("ca", &stated, true, false), Agreement::Given(_)));
        assert!(matches!(agreement("ca", &stated, false, true), Agreement::Ask(_)));
        let Agreement::Missing(fault) = agreement("ca", &stated, false, false) else { panic!("agreed") };
        assert_eq!(fault.exit(), Exit::Refused);
        assert_eq!(
            fault.words(Look::default()),
            "error: ca wants agreement to its terms of service: https://ca.example/terms.pdf\n  \
             What to do: read them; if you agree, add --agree-terms\n"
        );
    }
}
