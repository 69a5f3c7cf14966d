//! `ca edit`: changes what was named, and writes only if nobody else was faster.

use super::add::{key_type, rate_limit};
use super::facts::{Facts, unless_none};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, read};
use crate::yes_no::yes_or_no;
use certwright_api::authorities::{Authority, IssuingRoots};
use certwright_api::authority_details::{Pace, RateLimit};
use certwright_api::authority_edits::{AuthorityChanges, AuthorityDetailsChanges};
use certwright_api::certificates::KeyType;
use clap::Args;
use std::path::{Path, PathBuf};

/// A change of an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Of an authority that came with the program, only --disable, --enable, limits and pace can be set; they are kept apart from
its entry, so that a newer program brings a newer one.

One that is switched off opens no account and issues nothing here: its certificates say so, and are moved by: certwright ca
move.

Examples:
  certwright ca edit internal --title 'Our CA' --max-names 50 --wildcards no
  certwright ca edit zerossl --disable
  certwright ca edit letsencrypt --limit orders=1000/3h --limit domain=500/7d --orders-per-second 20
  certwright ca edit letsencrypt --limits default --pace default")]
pub struct Edit {
    /// The authority's id
    id: String,
    /// What to call it
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The address of its ACME directory
    #[arg(long, value_name = "URL")]
    directory: Option<String>,
    /// Roots (PEM) for the directory's own HTTPS certificate, or the word system
    #[arg(long, value_name = "FILE")]
    directory_tls_roots: Option<PathBuf>,
    /// Roots (PEM) that its certificates must end in, or one of the words public and unknown
    #[arg(long, value_name = "FILE")]
    issuing_roots: Option<PathBuf>,
    /// It issues for names that public authorities refuse: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    internal_names: Option<bool>,
    /// Its certificates are for tests only: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    staging: Option<bool>,
    /// The authority that this is the staging environment of, or none
    #[arg(long, value_name = "ID")]
    staging_of: Option<String>,
    /// The most names in one certificate
    #[arg(long, value_name = "N")]
    max_names: Option<u32>,
    /// It certifies IP addresses: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    ip_addresses: Option<bool>,
    /// Its certificates carry a common name: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    common_name: Option<bool>,
    /// It certifies wildcard names: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    wildcards: Option<bool>,
    /// It takes recent validations as proof for the next order: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    reuses_validations: Option<bool>,
    /// Its accounts need an external account binding: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    external_account_required: Option<bool>,
    /// Its accounts need a mail address: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    email_required: Option<bool>,
    /// All key types that it certifies, such as ecdsa-p256; repeat it for several
    #[arg(long = "key", value_name = "TYPE", value_parser = key_type)]
    keys: Vec<KeyType>,
    /// An issuer that chains should have where neither certificate nor account prefer one, or none
    #[arg(long, value_name = "ISSUER")]
    preferred_chain: Option<String>,
    /// It honours a lifetime that an order asks for: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    chosen_lifetime: Option<bool>,
    #[command(flatten)]
    facts: Facts,
    /// A rate limit, such as orders=300/3h, in place of all that are there; repeat it for several
    #[arg(long = "limit", value_name = "SCOPE=N/SPAN", value_parser = rate_limit, conflicts_with = "limits_word")]
    limits: Vec<RateLimit>,
    /// All its rate limits: none, or default (those of the catalogue)
    #[arg(long = "limits", value_name = "none|default", value_parser = ["none", "default"])]
    limits_word: Option<String>,
    /// The most orders that are open there at the same time
    #[arg(long, value_name = "N")]
    open_orders: Option<u32>,
    /// The most of one account
    #[arg(long, value_name = "N")]
    open_orders_of_account: Option<u32>,
    /// The most new orders in a second
    #[arg(long, value_name = "N")]
    orders_per_second: Option<u32>,
    /// The whole pace: default is what the catalogue says, or the usual one
    #[arg(long, value_name = "default", value_parser = ["default"],
        conflicts_with_all = ["open_orders", "open_orders_of_account", "orders_per_second"])]
    pace: Option<String>,
    /// Switch it off: no new account, no new order
    #[arg(long, conflicts_with = "enable")]
    disable: bool,
    /// Switch it on again
    #[arg(long)]
    enable: bool,
}

impl Edit {
    fn changes(self, now: &Authority) -> Result<AuthorityChanges, Fault> {
        let issuing_roots = match self.issuing_roots.as_deref() {
            None => None,
            Some(word) if word == Path::new("public") => Some(IssuingRoots::Public),
            Some(word) if word == Path::new("unknown") => Some(IssuingRoots::Unknown),
            Some(file) => Some(IssuingRoots::Pem(read(file)?)),
        };
        let directory_tls_roots = match self.directory_tls_roots.as_deref() {
            None => None,
            Some(word) if word == Path::new("system") => Some(None),
            Some(file) => Some(Some(read(file)?)),
        };
        let rate_limits = match self.limits_word.as_deref() {
            Some("none") => Some(Some(Vec::new())),
            Some(_) => Some(None),
            None => (!self.limits.is_empty()).then_some(Some(self.limits)),
        };
        let before = now.details.pace;
        let pace = Pace {
            open_orders: self.open_orders.unwrap_or(before.open_orders),
            open_orders_of_account: self.open_orders_of_account.unwrap_or(before.open_orders_of_account),
            orders_per_second: self.orders_per_second.unwrap_or(before.orders_per_second),
        };
        let pace = if self.pace.is_some() { Some(None) } else { (pace != before).then_some(Some(pace)) };
        Ok(AuthorityChanges {
            title: self.title,
            directory: self.directory,
            directory_tls_roots,
            issuing_roots,
            internal_names: self.internal_names,
            max_identifiers: self.max_names,
            ip_addresses: self.ip_addresses,
            common_name: self.common_name,
            staging: self.staging,
            external_account_required: self.external_account_required,
            key_types: (!self.keys.is_empty()).then_some(self.keys),
            preferred_chain: self.preferred_chain.map(unless_none),
            staging_of: self.staging_of.map(unless_none),
            chosen_lifetime: self.chosen_lifetime,
            details: AuthorityDetailsChanges {
                disabled: (self.disable || self.enable).then_some(self.disable),
                email_required: self.email_required,
                wildcards: self.wildcards,
                reuses_validations: self.reuses_validations,
                rate_limits,
                pace,
                ..self.facts.changes()
            },
        })
    }

    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let before = session.client.authority(&self.id).await?;
        let changes = self.changes(&before)?;
        if changes == AuthorityChanges::default() {
            return Err(Fault::nothing_to_change("ca edit"));
        }
        let after = session.client.update_authority(&before.id, before.revision, &changes).await?;
        session.output.answer(|| serde_json::to_string_pretty(&after), |_| words(&before, &after))?;
        Ok(Exit::Done)
    }
}

fn words(before: &Authority, after: &Authority) -> String {
    let id = &after.id;
    let also = match (before.details.disabled, after.details.disabled) {
        (false, true) => format!(
            "It is switched off. See what would be ordered elsewhere: certwright ca move {id} --to ID --preview\n"
        ),
        (true, false) => {
            "It is switched on. Order now what failed meanwhile: certwright renew --failed\n".to_owned()
        }
        _ => String::new(),
    };
    format!("Changed {id} (revision {}).\n{also}", after.revision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use clap::Parser;
    use serde_json::{Value, json};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        edit: Edit,
    }

    fn changes(line: &str) -> Value {
        let words = ["edit", "internal"].into_iter().chain(line.split_whitespace());
        let edit = Line::try_parse_from(words).unwrap().edit;
        serde_json::to_value(edit.changes(&samples::authority()).unwrap()).unwrap()
    }

    #[test]
    fn only_what_is_named_changes() {
        for (line, expected) in [
            ("", json!({})),
            ("--title T --max-names 5", json!({ "title": "T", "max_identifiers": 5 })),
            (
                "--directory-tls-roots system --issuing-roots unknown --staging-of none --preferred-chain none",
                json!({
                    "directory_tls_roots": null, "issuing_roots": { "kind": "unknown" }, "staging_of": null,
                    "preferred_chain": null,
                }),
            ),
            ("--key rsa-2048 --ip-addresses yes", json!({ "key_types": ["rsa-2048"], "ip_addresses": true })),
            (
                "--website none --lifetime-days 47 --name-count one --wildcards no",
                json!({ "details": {
                    "website": null, "lifetime_days": 47, "name_count": "one", "wildcards": false
                } }),
            ),
            ("--disable", json!({ "details": { "disabled": true } })),
            ("--enable", json!({ "details": { "disabled": false } })),
            (
                "--orders-per-second 3",
                json!({ "details": { "pace": {
                    "open_orders": 100, "open_orders_of_account": 50, "orders_per_second": 3
                } } }),
            ),
            ("--orders-per-second 10", json!({})),
            ("--pace default --limits default", json!({ "details": { "pace": null, "rate_limits": null } })),
            ("--limits none", json!({ "details": { "rate_limits": [] } })),
            (
                "--limit orders=2/1h",
                json!({ "details": { "rate_limits": [
                    { "scope": "orders", "most": 2, "seconds": 3600, "refill": "bucket" }
                ] } }),
            ),
        ] {
            assert_eq!(changes(line), expected, "{line}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for line in
            ["--enable --disable", "--limit orders=2/1h --limits none", "--pace default --open-orders 3"]
        {
            let words = ["edit", "internal"].into_iter().chain(line.split_whitespace());
            assert!(Line::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn one_that_is_switched_says_what_that_means() {
        let on = samples::authority();
        let mut off = on.clone();
        off.details.disabled = true;
        assert!(words(&on, &off).contains("certwright ca move internal --to ID --preview"));
        assert!(words(&off, &on).contains("certwright renew --failed"));
        assert_eq!(words(&on, &on), "Changed internal (revision 3).\n");
    }
}
