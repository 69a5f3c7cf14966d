//! `authority create`.

use super::policy::{ReachWord, constrained, profile, profiles, reach};
use super::warn;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::{Session, once};
use crate::span;
use certwright_api::issuer_edits::IssuerDraft;
use certwright_api::issuers::{Issuer, IssuerPolicy, IssuerReach, IssuerSettings};
use clap::Args;

/// An authority to be made.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
The names and networks given here are written into the root as constraints, for good: whatever happens later, no
client that trusts the root takes a certificate for anything else. Choose what is yours alone, such as home.arpa.

It answers nobody until it is enabled. From the network it demands that accounts are bound to external keys, and it
needs a service that others reach by HTTPS.

Examples:
  certwright authority create home --title 'Home CA' --name home.arpa --network 10.0.0.0/8 --reach network --enable
  certwright authority create local --title 'Local CA' --name localhost --challenge-port 5002 --lifetime 7d --enable")]
pub struct Create {
    /// A short name of your choice: letters a-z, digits and hyphens
    #[arg(value_name = "NAME")]
    id: String,
    /// What people see in lists of trusted roots
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// A name it certifies, with all names below it; repeat it for several
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// A range of addresses it certifies, such as 10.0.0.0/8; repeat it for several
    #[arg(long = "network", value_name = "CIDR")]
    networks: Vec<String>,
    /// Certify wildcard names below them too, by dns-01
    #[arg(long)]
    wildcards: bool,
    /// Certify any name and address: nothing ever constrains its root
    #[arg(long, conflicts_with_all = ["names", "networks"])]
    anything: bool,
    /// From where it is reached: network or loopback (this machine only)
    #[arg(long, value_name = "FROM", default_value = "loopback")]
    reach: ReachWord,
    /// The port of this machine where it looks at http-01 challenges, with --reach loopback; 80 when left out
    #[arg(long, value_name = "PORT")]
    challenge_port: Option<u16>,
    /// How long its certificates last, such as 90d or 36h: from 60s to 398d
    #[arg(long, value_name = "SPAN", default_value = "90d", value_parser = span::seconds)]
    lifetime: i64,
    /// Certificates that last otherwise, for clients that ask for NAME; repeat it for several
    #[arg(long = "profile", value_name = "NAME=SPAN", value_parser = profile)]
    profiles: Vec<(String, i64)>,
    /// The address of terms that clients must agree to
    #[arg(long, value_name = "URL")]
    terms: Option<String>,
    /// Demand that accounts are bound to external keys, also with --reach loopback
    #[arg(long)]
    require_external_account: bool,
    /// Let it answer at once
    #[arg(long)]
    enable: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Create {
    fn draft(self) -> Result<IssuerDraft, Fault> {
        let usual = IssuerReach::default();
        Ok(IssuerDraft {
            name: self.id,
            title: self.title,
            settings: IssuerSettings {
                reach: reach(Some(self.reach), self.challenge_port, usual)?.unwrap_or(usual),
                policy: IssuerPolicy {
                    names: self.names,
                    networks: self.networks,
                    wildcards: self.wildcards,
                    anything: self.anything,
                },
                lifetime_seconds: self.lifetime,
                profiles: profiles(self.profiles),
                external_account_required: self.require_external_account,
                terms_of_service: self.terms,
            },
            enabled: self.enable,
        })
    }

    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        if self.anything {
            let question = format!(
                "Make {} without constraints? Whoever trusts its root trusts it for every name there is, and that \
                 cannot be changed later: whoever gets its key can pretend to be any site.",
                self.id
            );
            session.confirm(&question, self.yes)?;
        }
        let issuer = session.client.create_issuer(&self.draft()?, &once()).await?;
        session.output.answer(|| serde_json::to_string_pretty(&issuer), |_| words(&issuer))?;
        warn(&session.output, &issuer)?;
        Ok(Exit::Done)
    }
}

fn words(issuer: &Issuer) -> String {
    let name = &issuer.name;
    let constraints = constrained(issuer.constraints.as_ref());
    let next = if issuer.enabled {
        format!("It answers at {}\n", issuer.directory)
    } else {
        format!("It answers nobody yet: certwright authority enable {name}\n")
    };
    format!(
        "Made {name} ({}).\nConstraints of its root: {constraints}\n{next}\
         Let this machine trust it:           certwright authority trust {name}\n\
         Let this service order from it:      certwright authority use {name}\n\
         Give the root to others:             certwright authority root {name} --out {name}.pem\n",
        issuer.title.as_deref().unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        create: Create,
    }

    fn draft(line: &str) -> Result<IssuerDraft, Fault> {
        Line::try_parse_from(line.split_whitespace()).unwrap().create.draft()
    }

    #[test]
    fn switches_become_the_draft() {
        let line = "create home --title T --name home.arpa --network 10.0.0.0/8 --wildcards --challenge-port 5002 \
                    --lifetime 30d --profile short=7d --terms https://t --require-external-account --enable";
        assert_eq!(
            serde_json::to_value(draft(line).unwrap()).unwrap(),
            json!({
                "name": "home",
                "title": "T",
                "enabled": true,
                "settings": {
                    "reach": { "kind": "loopback", "challenge_port": 5002 },
                    "policy": {
                        "names": ["home.arpa"],
                        "networks": ["10.0.0.0/8"],
                        "wildcards": true,
                        "anything": false,
                    },
                    "lifetime_seconds": 2_592_000,
                    "profiles": { "short": { "description": "certificates of 7 days", "lifetime_seconds": 604_800 } },
                    "external_account_required": true,
                    "terms_of_service": "https://t",
                },
            })
        );
        let fault =
            draft("create home --title T --name a --reach network --challenge-port 5002").unwrap_err();
        assert_eq!(fault.exit(), Exit::Refused);
        let both = Line::try_parse_from("create a --title T --anything --name b".split_whitespace());
        assert!(both.is_err(), "names beside anything would constrain nothing");
    }

    #[test]
    fn what_was_made_says_what_comes_next() {
        assert_eq!(
            words(&samples::issuer()),
            "\
Made home (Home CA).
Constraints of its root: home.arpa and below, 10.0.0.0/8
It answers at https://ca.home.arpa:9643/acme/home/directory
Let this machine trust it:           certwright authority trust home
Let this service order from it:      certwright authority use home
Give the root to others:             certwright authority root home --out home.pem
"
        );
    }
}
