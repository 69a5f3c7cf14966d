//! `authority edit`: reads, changes what was named, and writes only if nobody else was faster.

use super::policy::{ReachWord, profile, profiles, reach};
use super::{Which, warn};
use crate::exit::Exit;
use crate::fault::Fault;
use crate::lists::{ascii, take};
use crate::session::Session;
use crate::span;
use crate::yes_no::yes_or_no;
use certwright_api::issuer_edits::{IssuerChanges, IssuerSettingsChanges};
use certwright_api::issuers::{Issuer, IssuerPolicy};
use clap::Args;

/// A change of an authority.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The constraints of the root stay as they were made. Names and networks beyond them may be added, but are not
certified: make another authority for them.

Example:
  certwright authority edit home --add-name nas.home.arpa --remove-name home.arpa --lifetime 30d")]
pub struct Edit {
    #[command(flatten)]
    which: Which,
    /// One name more, with all names below it; repeat it for several
    #[arg(long = "add-name", value_name = "NAME")]
    add_names: Vec<String>,
    /// One name less; repeat it for several
    #[arg(long = "remove-name", value_name = "NAME")]
    remove_names: Vec<String>,
    /// One range of addresses more; repeat it for several
    #[arg(long = "add-network", value_name = "CIDR")]
    add_networks: Vec<String>,
    /// One range of addresses less; repeat it for several
    #[arg(long = "remove-network", value_name = "CIDR")]
    remove_networks: Vec<String>,
    /// Certify wildcard names: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    wildcards: Option<bool>,
    /// Certify anything that the root's constraints permit, whatever is listed: yes or no
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    anything: Option<bool>,
    /// From where it is reached: network or loopback (this machine only)
    #[arg(long, value_name = "FROM")]
    reach: Option<ReachWord>,
    /// The port of this machine where it looks at http-01 challenges, with --reach loopback
    #[arg(long, value_name = "PORT")]
    challenge_port: Option<u16>,
    /// How long its certificates last, such as 90d or 36h: from 60s to 398d
    #[arg(long, value_name = "SPAN", value_parser = span::seconds)]
    lifetime: Option<i64>,
    /// Add or change certificates that last otherwise; repeat it for several
    #[arg(long = "profile", value_name = "NAME=SPAN", value_parser = profile)]
    profiles: Vec<(String, i64)>,
    /// Remove a profile; repeat it for several
    #[arg(long = "remove-profile", value_name = "NAME")]
    remove_profiles: Vec<String>,
    /// The address of terms that clients must agree to, or the word none
    #[arg(long, value_name = "URL|none")]
    terms: Option<String>,
    /// Demand that accounts are bound to external keys: yes or no; always, with --reach network
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    require_external_account: Option<bool>,
}

impl Edit {
    fn changes(self, now: &Issuer) -> Result<IssuerSettingsChanges, Fault> {
        let settings = &now.settings;
        let policy = self.policy(now)?;
        let profiles = if self.profiles.is_empty() && self.remove_profiles.is_empty() {
            None
        } else {
            let mut all = settings.profiles.clone();
            for name in &self.remove_profiles {
                if all.remove(name).is_none() {
                    let has = all.keys().cloned().collect::<Vec<_>>().join(", ");
                    return Err(Fault::refused(
                        format!("{} has no profile {name}", now.name),
                        format!("it has: {has}"),
                    ));
                }
            }
            all.extend(profiles(self.profiles));
            Some(all)
        };
        Ok(IssuerSettingsChanges {
            reach: reach(self.reach, self.challenge_port, settings.reach)?,
            policy,
            lifetime_seconds: self.lifetime,
            profiles,
            external_account_required: self.require_external_account,
            terms_of_service: self.terms.map(|terms| (terms != "none").then_some(terms)),
        })
    }

    fn policy(&self, now: &Issuer) -> Result<Option<IssuerPolicy>, Fault> {
        let before = &now.settings.policy;
        let has_no = |what: &str, one: &str| format!("{} has no {what} {one}", now.name);
        let mut policy = before.clone();
        for typed in &self.remove_names {
            take(&mut policy.names, &ascii(typed), &has_no("name", typed))?;
        }
        for typed in &self.remove_networks {
            take(&mut policy.networks, typed, &has_no("network", typed))?;
        }
        let more = self.add_names.iter().map(|typed| ascii(typed));
        policy.names.extend(more.filter(|name| !before.names.contains(name)));
        let more = self.add_networks.iter().filter(|network| !before.networks.contains(network));
        policy.networks.extend(more.cloned());
        policy.wildcards = self.wildcards.unwrap_or(before.wildcards);
        policy.anything = self.anything.unwrap_or(before.anything);
        Ok((policy != *before).then_some(policy))
    }

    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let before = session.client.issuer(&self.which.name).await?;
        let changes = IssuerChanges { enabled: None, settings: self.changes(&before)? };
        if changes == IssuerChanges::default() {
            return Err(Fault::nothing_to_change("authority edit"));
        }
        let after = session.client.update_issuer(&before.name, before.revision, &changes).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&after),
            |_| format!("Changed {} (revision {}).\n", after.name, after.revision),
        )?;
        warn(&session.output, &after)?;
        Ok(Exit::Done)
    }
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

    fn changes(line: &str) -> Result<Value, Fault> {
        let words = ["edit", "home"].into_iter().chain(line.split_whitespace());
        let edit = Line::try_parse_from(words).unwrap().edit;
        edit.changes(&samples::issuer()).map(|changes| serde_json::to_value(changes).unwrap())
    }

    #[test]
    fn only_what_is_named_changes() {
        let policy = |names: &[&str], networks: &[&str], wildcards: bool| {
            json!({ "policy": {
                "names": names, "networks": networks, "wildcards": wildcards, "anything": false
            } })
        };
        for (line, expected) in [
            ("", json!({})),
            ("--add-name home.arpa", json!({})),
            ("--add-name Lab.Home.Arpa", policy(&["home.arpa", "lab.home.arpa"], &["10.0.0.0/8"], false)),
            ("--remove-network 10.0.0.0/8 --wildcards yes", policy(&["home.arpa"], &[], true)),
            ("--lifetime 36h --terms none", json!({ "lifetime_seconds": 129_600, "terms_of_service": null })),
            (
                "--challenge-port 5002 --reach loopback",
                json!({
                    "reach": { "kind": "loopback", "challenge_port": 5002 }
                }),
            ),
            ("--remove-profile short", json!({ "profiles": {} })),
            ("--require-external-account no", json!({ "external_account_required": false })),
        ] {
            assert_eq!(changes(line).unwrap(), expected, "{line}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_removed() {
        for line in ["--remove-name internal", "--remove-network 10.0.0.0/9", "--remove-profile long"] {
            assert_eq!(changes(line).unwrap_err().exit(), Exit::Refused, "{line}");
        }
    }
}
