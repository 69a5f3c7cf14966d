//! `ca list` and `ca show`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::session::Session;
use crate::table::{page, plain, table};
use certwright_api::authorities::{Authority, IssuingRoots, ProfileLimits, Terms};
use certwright_api::authority_details::{Pace, RateLimit};
use clap::Args;

/// Lists authorities.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright ca list")]
pub struct List;

/// Shows an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright ca show letsencrypt")]
pub struct Show {
    /// The authority's id
    id: String,
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let list = certwright_api::page::List { items: session.client.authorities().await? };
        session.output.answer(|| serde_json::to_string_pretty(&list), |look| rows(&list.items, look))?;
        Ok(Exit::Done)
    }
}

impl Show {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let authority = session.client.authority(&self.id).await?;
        // Its directory is asked for the person who reads; an authority that is down is still shown.
        let terms = if session.output.json { None } else { Some(session.client.terms(&self.id).await) };
        session.output.answer(
            || serde_json::to_string_pretty(&authority),
            |look| {
                let mut text = words(&authority, look);
                match &terms {
                    Some(Ok(terms)) => text.push_str(&directory_words(terms, look)),
                    Some(Err(error)) => {
                        text.push('\n');
                        text.push_str(
                            &look.paint(Tone::Warn, &format!("Its directory cannot be read: {error}\n")),
                        );
                    }
                    None => {}
                }
                text
            },
        )?;
        Ok(Exit::Done)
    }
}

fn remarks(authority: &Authority) -> String {
    [
        (authority.details.disabled, "switched off"),
        (authority.built_in, "built in"),
        (authority.staging, "for tests"),
        (authority.internal_names, "internal names"),
        (authority.external_account_required, "external account"),
    ]
    .into_iter()
    .filter_map(|(holds, word)| holds.then_some(word))
    .collect::<Vec<_>>()
    .join(", ")
}

fn rows(authorities: &[Authority], look: Look) -> String {
    let rows = authorities.iter().map(|authority| {
        vec![
            plain(&authority.id),
            plain(&authority.title),
            plain(&authority.directory),
            plain(remarks(authority)),
        ]
    });
    table(look, &["CA", "TITLE", "DIRECTORY", "REMARKS"], rows, "No authorities.")
}

fn limits(limits: &ProfileLimits) -> String {
    let name = if limits.name.is_empty() { String::new() } else { format!("{}: ", limits.name) };
    let yes = |holds: bool, words: &str| if holds { words.to_owned() } else { format!("no {words}") };
    format!(
        "{name}{} names, {}, {}",
        limits.max_identifiers,
        yes(limits.ip_addresses, "IP addresses"),
        yes(limits.common_name, "common name")
    )
}

fn words(authority: &Authority, look: Look) -> String {
    let roots = match &authority.issuing_roots {
        IssuingRoots::Unknown => "unknown: no verdict on its chains",
        IssuingRoots::Public => "those that browsers trust",
        IssuingRoots::Pem(_) => "its own",
    };
    let system = authority.directory_tls_roots.as_ref().map_or("the system's", |_| "its own");
    page(
        look,
        [
            ("CA", plain(&authority.id)),
            ("Title", plain(&authority.title)),
            ("Directory", plain(&authority.directory)),
            ("Directory's roots", plain(system)),
            ("Issuing roots", plain(roots)),
            ("Remarks", plain(remarks(authority))),
            ("What it is", plain(&authority.details.description)),
            ("Website", link(authority.details.website.as_deref())),
            ("Terms", link(authority.details.terms.as_deref())),
            ("Privacy", link(authority.details.privacy.as_deref())),
            ("Outages", link(authority.details.status.as_deref())),
            ("Profiles", plain(authority.profiles.iter().map(limits).collect::<Vec<_>>().join("\n"))),
            ("Chain", plain(authority.preferred_chain.clone().unwrap_or_default())),
            ("Staging of", plain(authority.staging_of.clone().unwrap_or_default())),
            ("Lifetime", plain(if authority.chosen_lifetime { "can be chosen" } else { "" })),
            ("Limits", plain(rate_limits(authority))),
            ("Pace", plain(own_pace(authority))),
            ("Keys", plain(authority.key_types.iter().map(|key| key.words()).collect::<Vec<_>>().join(", "))),
        ],
    )
}

fn link(address: Option<&str>) -> (Tone, String) {
    plain(address.unwrap_or_default())
}

/// What holds here, and what the catalogue says where that is something else.
fn rate_limits(authority: &Authority) -> String {
    let words = |limits: &[RateLimit]| -> Vec<String> {
        limits.iter().map(|limit| certwright_core::rate_limit::RateLimit::from(*limit).words()).collect()
    };
    let mut lines = words(&authority.details.rate_limits);
    if let Some(catalogue) = &authority.catalogue.rate_limits {
        let catalogue = words(catalogue);
        let said = if catalogue.is_empty() { "none".to_owned() } else { catalogue.join("; ") };
        lines.push(format!("set here; the catalogue says: {said}"));
    }
    lines.join("\n")
}

fn own_pace(authority: &Authority) -> String {
    let here = pace(&authority.details.pace);
    match &authority.catalogue.pace {
        None => here,
        Some(catalogue) => format!("{here}\nset here; the catalogue says: {}", pace(catalogue)),
    }
}

fn pace(pace: &Pace) -> String {
    format!(
        "{} open orders, {} of one account, {} new ones in a second at most",
        pace.open_orders, pace.open_orders_of_account, pace.orders_per_second
    )
}

fn directory_words(terms: &Terms, look: Look) -> String {
    let profiles: Vec<_> = terms.profiles.iter().map(|(name, words)| format!("{name}: {words}")).collect();
    let title = look.paint(Tone::Bold, "Its directory says now");
    let lines = page(
        look,
        [
            ("Terms", plain(terms.terms_of_service.clone().unwrap_or_else(|| "none".to_owned()))),
            ("Website", plain(terms.website.clone().unwrap_or_default())),
            (
                "External account",
                plain(if terms.external_account_required { "required" } else { "not required" }),
            ),
            ("Profiles", plain(profiles.join("\n"))),
        ],
    );
    format!("\n{title}\n{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use certwright_api::authorities::CatalogueValues;
    use certwright_api::authority_details::{LimitScope, Refill};

    #[test]
    fn an_authority_says_its_limits() {
        let mut authority = samples::authority();
        authority.built_in = true;
        assert_eq!(
            words(&authority, Look::default()),
            "\
CA                 internal
Title              Our CA
Directory          https://acme.example/directory
Directory's roots  the system's
Issuing roots      those that browsers trust
Remarks            built in
Profiles           classic: 100 names, no IP addresses, common name
Pace               100 open orders, 50 of one account, 10 new ones in a second at most
Keys               ECDSA P-256, RSA 2048
"
        );
        assert_eq!(
            rows(&[authority], Look::default()),
            "\
CA        TITLE   DIRECTORY                       REMARKS
internal  Our CA  https://acme.example/directory  built in
"
        );
    }

    #[test]
    fn what_is_set_here_stands_beside_what_the_catalogue_says() {
        let mut authority = samples::authority();
        authority.details.disabled = true;
        authority.details.terms = Some("https://acme.example/terms".to_owned());
        authority.details.status = Some("https://status.example".to_owned());
        authority.details.pace.orders_per_second = 3;
        let limit =
            RateLimit { scope: LimitScope::Orders, most: 300, seconds: 10_800, refill: Refill::Bucket };
        authority.details.rate_limits = vec![RateLimit { most: 1000, ..limit }];
        authority.catalogue = CatalogueValues { pace: Some(Pace::default()), rate_limits: Some(vec![limit]) };
        let text = words(&authority, Look::default());
        for line in [
            "Remarks            switched off",
            "Terms              https://acme.example/terms",
            "Outages            https://status.example",
            "Limits             1000 new orders by one account in 3 hours",
            "set here; the catalogue says: 300 new orders by one account in 3 hours",
            "set here; the catalogue says: 100 open orders, 50 of one account, 10 new ones in a second at most",
        ] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }
}
