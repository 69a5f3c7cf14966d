//! What is around the service as the doctor sees it: the clock beside the authorities', names, trust, the challenge port.

use super::Finding;
use crate::engine::Engine;
use certwright_contract::ports::OURSELVES;
use certwright_core::Timestamp;
use certwright_core::authority::Authority;
use std::time::Duration;

/// Above this the clock is wrong enough for what is due, and for certificates that are not valid yet.
const SKEW_ERROR: u64 = 300;
const SKEW_WARNING: u64 = 30;
/// How many authorities in use are asked, and for how long.
const MOST: usize = 8;
const WITHIN: Duration = Duration::from_secs(15);

impl Engine {
    /// Asks the directory of each authority with an account.
    pub(super) async fn look_outside(&self) -> Vec<Finding> {
        let accounts = match self.accounts().await {
            Ok(accounts) => accounts,
            Err(error) => return vec![Finding::error("authorities", error.to_string(), "see: database")],
        };
        let mut ids: Vec<_> = accounts.into_iter().map(|account| account.authority).collect();
        ids.sort();
        ids.dedup();
        let mut findings = Vec::new();
        for id in ids.iter().take(MOST) {
            if let Ok(Some(authority)) = self.find_authority(id).await {
                findings.extend(self.look_at_authority(&authority).await);
            }
        }
        if findings.is_empty() {
            findings.push(Finding::ok(
                "authorities",
                "none is in use yet: clock, names and trust were not compared",
            ));
        }
        findings
    }

    async fn look_at_authority(&self, authority: &Authority) -> Vec<Finding> {
        let mut findings = Vec::new();
        if let Some(host) = named_host(&authority.directory) {
            findings.push(match self.ports.resolver.addresses(&host).await {
                Ok(addresses) if !addresses.is_empty() => Finding::ok("resolver", format!("{host} is found")),
                Ok(_) => Finding::error(
                    "resolver",
                    format!("{host} has no address"),
                    "repair the DNS of this machine",
                ),
                Err(words) => Finding::error(
                    "resolver",
                    words,
                    "repair the DNS of this machine, or set resolvers in the configuration",
                ),
            });
        }
        let asked = tokio::time::timeout(WITHIN, self.acme.date(authority)).await;
        let before = self.now();
        findings.push(match asked {
            Err(_) => Finding::error(
                "authorities",
                format!("{} does not answer within 15 seconds", authority.title),
                "look at the way to it: firewall, proxy",
            ),
            Ok(Err(words)) => Finding::error(
                "authorities",
                format!("{} cannot be asked: {words}", authority.title),
                "if it is not trusted: install ca-certificates, or give directory_tls_roots; else look at the way to it",
            ),
            Ok(Ok(None)) => Finding::ok("clock", format!("{} answers, and says no date", authority.title)),
            Ok(Ok(Some(theirs))) => skew(before, theirs, &authority.title),
        });
        findings
    }

    pub(super) async fn look_at_port(&self) -> Finding {
        let port = self.options.challenge_port;
        match self.ports.sockets.listener(port).await {
            None => Finding::ok("port", format!("{port} is free for answers to http-01 challenges")),
            Some(holder) if holder == OURSELVES => {
                Finding::ok("port", format!("{port} is held by the service itself"))
            }
            Some(holder) => Finding::ok(
                "port",
                format!(
                    "{port} is held by {holder}; certwright cert test tells for each name whether it can answer through it"
                ),
            ),
        }
    }
}

/// The host of an address, where it is a name.
fn named_host(url: &str) -> Option<String> {
    let address: http::Uri = url.parse().ok()?;
    let host = address.host()?;
    (!host.starts_with('[') && host.parse::<std::net::IpAddr>().is_err()).then(|| host.to_owned())
}

fn skew(ours: Timestamp, theirs: Timestamp, title: &str) -> Finding {
    let seconds = ours.duration_since(theirs).as_secs();
    let apart = seconds.unsigned_abs();
    let way = if seconds > 0 { "ahead of" } else { "behind" };
    let words = format!("this machine's clock is {apart} s {way} that of {title}");
    let remedy = "set the clock by NTP: timedatectl set-ntp true";
    match apart {
        SKEW_ERROR.. => Finding::error("clock", words, remedy),
        SKEW_WARNING.. => Finding::warning("clock", words, remedy),
        _ => Finding::ok("clock", format!("agrees with that of {title}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;

    #[test]
    fn a_clock_that_is_wrong_is_told_by_how_much() {
        let ours: Timestamp = "2026-11-25T00:10:00Z".parse().unwrap();
        for (theirs, grade, said) in [
            ("2026-11-25T00:10:02Z", Grade::Ok, "agrees"),
            ("2026-11-25T00:09:00Z", Grade::Warning, "60 s ahead of"),
            ("2026-11-25T01:10:00Z", Grade::Error, "3600 s behind"),
        ] {
            let found = skew(ours, theirs.parse().unwrap(), "Pebble");
            assert_eq!(found.grade, grade);
            assert!(found.words.contains(said), "{}", found.words);
        }
        assert_eq!(named_host("https://ca.example:14000/dir").unwrap(), "ca.example");
        assert!(named_host("https://127.0.0.1/dir").is_none());
    }
}
