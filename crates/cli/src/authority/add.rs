//! `ca add`.

use super::facts::Facts;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, read};
use certwright_api::authorities::{AuthorityDraft, IssuingRoots};
use certwright_api::authority_details::{AuthorityDetails, Pace, RateLimit, Refill};
use certwright_api::certificates::KeyType;
use certwright_api::problem::ProblemKind;
use certwright_core::rate_limit::Scope;
use clap::Args;
use std::path::{Path, PathBuf};

/// Adds an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Example:
  certwright ca add internal --title 'Our CA' --directory https://ca.internal/acme/directory \\
    --directory-tls-roots root.pem --issuing-roots root.pem --internal-names")]
pub struct Add {
    /// A short name of your choice
    id: String,
    /// What to call it
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// The address of its ACME directory
    #[arg(long, value_name = "URL")]
    directory: String,
    /// Roots (PEM) for the directory's own HTTPS certificate; the system's when left out
    #[arg(long, value_name = "FILE")]
    directory_tls_roots: Option<PathBuf>,
    /// Roots (PEM) that its certificates must end in, or the word public; unknown when left out
    #[arg(long, value_name = "FILE")]
    issuing_roots: Option<PathBuf>,
    /// It issues for names that public authorities refuse
    #[arg(long)]
    internal_names: bool,
    /// Its certificates are for tests only
    #[arg(long)]
    staging: bool,
    /// The most names in one certificate
    #[arg(long, value_name = "N")]
    max_names: Option<u32>,
    /// It certifies IP addresses
    #[arg(long)]
    ip_addresses: bool,
    /// Its certificates carry no common name
    #[arg(long)]
    no_common_name: bool,
    /// Its accounts need an external account binding
    #[arg(long)]
    external_account_required: bool,
    /// A key type that it certifies, such as ecdsa-p256; repeat it for several; all when left out
    #[arg(long = "key", value_name = "TYPE", value_parser = key_type)]
    keys: Vec<KeyType>,
    /// An issuer that chains should have where neither certificate nor account prefer one
    #[arg(long, value_name = "ISSUER")]
    preferred_chain: Option<String>,
    /// The authority that this is the staging environment of
    #[arg(long, value_name = "ID", requires = "staging")]
    staging_of: Option<String>,
    /// It honours a lifetime that an order asks for
    #[arg(long)]
    chosen_lifetime: bool,
    /// Its accounts need a mail address
    #[arg(long)]
    email_required: bool,
    /// It certifies no wildcard names
    #[arg(long)]
    no_wildcards: bool,
    /// It takes recent validations as proof for the next order
    #[arg(long)]
    reuses_validations: bool,
    #[command(flatten)]
    facts: Facts,
    /// Leave it switched off: no account and no order yet
    #[arg(long)]
    disabled: bool,
    /// A rate limit, such as orders=300/3h; repeat it for several. It counts accounts, orders, domain, identifier-set,
    /// failures or consecutive-failures
    #[arg(long = "limit", value_name = "SCOPE=N/SPAN", value_parser = rate_limit)]
    limits: Vec<RateLimit>,
    /// The most orders that are open there at the same time [default: 100]
    #[arg(long, value_name = "N")]
    open_orders: Option<u32>,
    /// The most of one account [default: 50]
    #[arg(long, value_name = "N")]
    open_orders_of_account: Option<u32>,
    /// The most new orders in a second [default: 10]
    #[arg(long, value_name = "N")]
    orders_per_second: Option<u32>,
    /// Replace the entry of this id
    #[arg(long)]
    replace: bool,
}

pub(super) fn key_type(name: &str) -> Result<KeyType, String> {
    KeyType::from_name(name)
        .ok_or_else(|| "the types are ecdsa-p256, -p384, -p521 and rsa-2048, -3072, -4096".to_owned())
}

/// `orders=300/3h`: what is counted, how many, in which span.
pub(super) fn rate_limit(text: &str) -> Result<RateLimit, String> {
    let parts = text.split_once('=').and_then(|(scope, rest)| Some((scope, rest.split_once('/')?)));
    let Some((scope, (most, span))) = parts else {
        return Err("it is written like orders=300/3h".to_owned());
    };
    let scope = Scope::from_name(scope).ok_or_else(|| {
        let known: Vec<_> = Scope::LIMITED.iter().map(|scope| scope.name()).collect();
        format!("what is counted is one of: {}", known.join(", "))
    })?;
    let most = most.parse().ok().filter(|most| *most > 0).ok_or("how many is a number, at least 1")?;
    let (count, unit) = span.split_at(span.len().saturating_sub(1));
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err("the span is a number with s, m, h or d, such as 3h".to_owned()),
    };
    let seconds =
        count.parse::<u64>().ok().and_then(|count| count.checked_mul(unit)).filter(|span| *span > 0);
    let seconds = seconds.ok_or("the span is a number with s, m, h or d, such as 3h")?;
    Ok(RateLimit { scope: scope.into(), most, seconds, refill: Refill::Bucket })
}

impl Add {
    fn draft(self) -> Result<AuthorityDraft, Fault> {
        let issuing_roots = match self.issuing_roots.as_deref() {
            None => IssuingRoots::Unknown,
            Some(word) if word == Path::new("public") => IssuingRoots::Public,
            Some(file) => IssuingRoots::Pem(read(file)?),
        };
        let usual = Pace::default();
        let details = Some(AuthorityDetails {
            disabled: self.disabled,
            reuses_validations: self.reuses_validations,
            email_required: self.email_required,
            wildcards: !self.no_wildcards,
            rate_limits: self.limits,
            pace: Pace {
                open_orders: self.open_orders.unwrap_or(usual.open_orders),
                open_orders_of_account: self.open_orders_of_account.unwrap_or(usual.open_orders_of_account),
                orders_per_second: self.orders_per_second.unwrap_or(usual.orders_per_second),
            },
            ..self.facts.details()
        });
        Ok(AuthorityDraft {
            title: self.title,
            directory: self.directory,
            directory_tls_roots: self.directory_tls_roots.as_deref().map(read).transpose()?,
            issuing_roots,
            internal_names: self.internal_names,
            max_identifiers: self.max_names,
            ip_addresses: self.ip_addresses.then_some(true),
            common_name: self.no_common_name.then_some(false),
            staging: self.staging,
            external_account_required: self.external_account_required,
            key_types: (!self.keys.is_empty()).then_some(self.keys),
            preferred_chain: self.preferred_chain,
            staging_of: self.staging_of,
            chosen_lifetime: self.chosen_lifetime,
            details: details.filter(|details| *details != AuthorityDetails::default()),
        })
    }

    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let id = self.id.clone();
        if !self.replace {
            match session.client.authority(&id).await {
                Ok(known) => {
                    return Err(Fault::refused(
                        format!("{id} is there already: {}", known.title),
                        "choose another id, or add --replace",
                    ));
                }
                Err(error) if error.is(ProblemKind::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let authority = session.client.put_authority(&id, &self.draft()?).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&authority),
            |_| format!("Added {id}. Register an account: certwright account create --ca {id}\n"),
        )?;
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        add: Add,
    }

    #[test]
    fn switches_become_the_draft() {
        let line = "add internal --title T --directory https://ca/d --issuing-roots public --internal-names \
                    --max-names 5 --ip-addresses --no-common-name --key rsa-2048 --limit orders=2/1h \
                    --staging --staging-of ca --preferred-chain X1 --chosen-lifetime --terms https://t \
                    --status none --lifetime-days 7 --name-count one --reuses-validations --disabled";
        let add = Line::try_parse_from(line.split_whitespace()).unwrap().add;
        let mut draft = serde_json::to_value(add.draft().unwrap()).unwrap();
        let details = draft.as_object_mut().unwrap().remove("details").unwrap();
        assert_eq!((&details["terms"], details.get("status")), (&json!("https://t"), None));
        assert_eq!((&details["lifetime_days"], &details["name_count"]), (&json!(7), &json!("one")));
        assert_eq!((&details["reuses_validations"], &details["disabled"]), (&json!(true), &json!(true)));
        assert_eq!(
            details["rate_limits"],
            json!([{ "scope": "orders", "most": 2, "seconds": 3600, "refill": "bucket" }])
        );
        assert_eq!(
            draft,
            json!({
                "title": "T",
                "directory": "https://ca/d",
                "issuing_roots": { "kind": "public" },
                "internal_names": true,
                "max_identifiers": 5,
                "ip_addresses": true,
                "common_name": false,
                "staging": true,
                "staging_of": "ca",
                "preferred_chain": "X1",
                "chosen_lifetime": true,
                "external_account_required": false,
                "key_types": ["rsa-2048"],
            })
        );
    }
}
