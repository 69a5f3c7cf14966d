//! Switches about what an authority certifies, and the words for it.

use crate::fault::Fault;
use crate::span;
use certwright_api::issuers::{Issuer, IssuerConstraints, IssuerPolicy, IssuerProfile, IssuerReach};
use clap::ValueEnum;
use std::collections::BTreeMap;

/// From where an authority is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReachWord {
    /// From this machine only
    Loopback,
    /// From the network, by HTTPS, with accounts that are bound to external keys
    Network,
}

/// The reach that was typed; what was not typed is as it is now.
pub(super) fn reach(
    word: Option<ReachWord>,
    port: Option<u16>,
    now: IssuerReach,
) -> Result<Option<IssuerReach>, Fault> {
    match (word, port, now) {
        (None, None, _) => Ok(None),
        (Some(ReachWord::Network), None, _) => Ok(Some(IssuerReach::Network)),
        (Some(ReachWord::Network), Some(_), _) | (None, Some(_), IssuerReach::Network) => {
            Err(Fault::refused(
                "an authority that is reached from the network looks at port 80 (RFC 8555 §8.3)",
                "leave --challenge-port out, or add --reach loopback",
            ))
        }
        (_, port, now) => {
            let usual = match now {
                IssuerReach::Loopback { challenge_port } => challenge_port,
                IssuerReach::Network => 80,
            };
            Ok(Some(IssuerReach::Loopback { challenge_port: port.unwrap_or(usual) }))
        }
    }
}

/// Reads `NAME=LIFETIME`.
pub(super) fn profile(text: &str) -> Result<(String, i64), String> {
    let (name, lifetime) =
        text.split_once('=').ok_or_else(|| "write NAME=LIFETIME, such as short=7d".to_owned())?;
    Ok((name.to_owned(), span::seconds(lifetime)?))
}

/// Profiles as they are sent.
pub(super) fn profiles(typed: Vec<(String, i64)>) -> BTreeMap<String, IssuerProfile> {
    let described = typed.into_iter().map(|(name, lifetime_seconds)| {
        let description = format!("certificates of {}", span::words(lifetime_seconds));
        (name, IssuerProfile { description, lifetime_seconds })
    });
    described.collect()
}

/// What a policy permits.
pub(super) fn permitted(policy: &IssuerPolicy) -> String {
    let stars = if policy.wildcards { ", also with a star" } else { "" };
    if policy.anything {
        return format!("any name and address{stars}");
    }
    let names = policy.names.iter().map(|name| format!("{name} and below"));
    let all: Vec<_> = names.chain(policy.networks.iter().cloned()).collect();
    if all.is_empty() { "nothing".to_owned() } else { format!("{}{stars}", all.join(", ")) }
}

/// What the root is constrained to.
pub(super) fn constrained(constraints: Option<&IssuerConstraints>) -> String {
    match constraints {
        None => "none: whoever trusts it trusts it for every name".to_owned(),
        Some(constraints) => {
            let names = constraints.names.iter().map(|name| format!("{name} and below"));
            names.chain(constraints.networks.iter().cloned()).collect::<Vec<_>>().join(", ")
        }
    }
}

/// From where it is reached, and where it looks.
pub(super) fn reached(reach: IssuerReach) -> String {
    match reach {
        IssuerReach::Loopback { challenge_port } => {
            format!("from this machine only; http-01 is looked at on port {challenge_port} of it")
        }
        IssuerReach::Network => "from the network; http-01 is looked at on port 80".to_owned(),
    }
}

/// How it stands, for a person.
pub(super) fn state(issuer: &Issuer) -> &'static str {
    match (issuer.enabled, issuer.mounted) {
        (true, true) => "answers",
        (true, false) => "enabled, but does not answer",
        (false, _) => "disabled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reach_is_read_beside_what_it_is_now() {
        let loopback = |challenge_port| IssuerReach::Loopback { challenge_port };
        for (word, port, now, expected) in [
            (None, None, loopback(80), None),
            (None, Some(5002), loopback(80), Some(loopback(5002))),
            (Some(ReachWord::Loopback), None, loopback(5002), Some(loopback(5002))),
            (Some(ReachWord::Loopback), None, IssuerReach::Network, Some(loopback(80))),
            (Some(ReachWord::Network), None, loopback(80), Some(IssuerReach::Network)),
        ] {
            assert_eq!(reach(word, port, now).unwrap(), expected, "{word:?} {port:?} {now:?}");
        }
        assert!(reach(Some(ReachWord::Network), Some(5002), loopback(80)).is_err());
        assert!(reach(None, Some(5002), IssuerReach::Network).is_err());
    }

    #[test]
    fn profiles_are_a_name_and_a_span() {
        assert_eq!(profile("short=7d"), Ok(("short".to_owned(), 604_800)));
        assert!(profile("short").is_err() && profile("short=soon").is_err());
        let sent = profiles(vec![("short".to_owned(), 604_800)]);
        assert_eq!(sent["short"].description, "certificates of 7 days");
    }

    #[test]
    fn what_is_permitted_is_said() {
        let policy = IssuerPolicy {
            names: vec!["home.arpa".to_owned()],
            networks: vec!["10.0.0.0/8".to_owned()],
            wildcards: true,
            anything: false,
        };
        assert_eq!(permitted(&policy), "home.arpa and below, 10.0.0.0/8, also with a star");
        assert_eq!(permitted(&IssuerPolicy::default()), "nothing");
        assert_eq!(
            permitted(&IssuerPolicy { anything: true, ..policy }),
            "any name and address, also with a star"
        );
    }
}
