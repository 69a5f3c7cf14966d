//! Which names and addresses may be certified.

use certwright_core::identifier::{DnsName, Identifier};
use certwright_pki::issue::{NameConstraints, Network};
use serde::{Deserialize, Serialize};

/// A policy. Empty, it permits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NamePolicy {
    /// Each of these names, and all names below them.
    pub names: Vec<String>,
    /// All addresses of these ranges.
    pub networks: Vec<Network>,
    /// Whether wildcard names below them are permitted too.
    pub wildcards: bool,
    /// Whether all names and addresses are permitted, whatever the lists say.
    pub anything: bool,
}

impl NamePolicy {
    /// Whether it permits the identifier.
    pub fn permits(&self, identifier: &Identifier) -> bool {
        if identifier.is_wildcard() && !self.wildcards {
            return false;
        }
        self.anything
            || match identifier {
                Identifier::Dns(name) | Identifier::Wildcard(name) => self.covers(name),
                Identifier::Ip(address) => self.networks.iter().any(|network| network.contains(*address)),
            }
    }

    /// The constraints that go into the authority's own certificates: whatever is stolen or goes wrong here, nobody
    /// trusts a certificate for other names. None where anything is permitted.
    pub fn constraints(&self) -> NameConstraints {
        if self.anything {
            return NameConstraints::default();
        }
        NameConstraints { names: self.names.clone(), networks: self.networks.clone() }
    }

    /// What is wrong with it, if something is.
    pub(crate) fn fault(&self) -> Option<String> {
        self.names.iter().find_map(|name| match Identifier::parse(name) {
            Ok(Identifier::Dns(read)) if read.ascii() == name => None,
            Ok(Identifier::Dns(read)) => Some(format!("{name:?} must be written {:?}", read.ascii())),
            Ok(_) => Some(format!("{name:?} is no name; write it without *. and addresses among networks")),
            Err(error) => Some(format!("{name:?} {error}")),
        })
    }

    fn covers(&self, name: &DnsName) -> bool {
        self.names.iter().any(|permitted| is_within(name.ascii(), permitted))
    }
}

/// Whether constraints leave room for the identifier; none leave room for all.
pub(crate) fn is_within_constraints(constraints: &NameConstraints, identifier: &Identifier) -> bool {
    constraints.is_empty()
        || match identifier {
            Identifier::Dns(name) | Identifier::Wildcard(name) => {
                constraints.names.iter().any(|permitted| is_within(name.ascii(), permitted))
            }
            Identifier::Ip(address) => constraints.networks.iter().any(|network| network.contains(*address)),
        }
}

/// Whether the name is this one or below it, label by label. Both are in ASCII, lower case, without a last dot.
fn is_within(name: &str, above: &str) -> bool {
    name.strip_suffix(above).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether the name is `localhost` or below it: loopback, without asking anybody (RFC 6761 §6.3).
pub(crate) fn is_localhost(name: &str) -> bool {
    is_within(name, "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_permits_what_is_listed_and_nothing_beside_it() {
        let policy = NamePolicy {
            names: vec!["home.arpa".to_owned(), "localhost".to_owned()],
            networks: vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()],
            wildcards: false,
            anything: false,
        };
        let wild = NamePolicy { wildcards: true, ..policy.clone() };
        let any = NamePolicy { anything: true, ..policy.clone() };
        for (text, listed, with_wildcards, with_anything) in [
            ("home.arpa", true, true, true),
            ("a.home.arpa", true, true, true),
            ("a.b.home.arpa", true, true, true),
            ("ahome.arpa", false, false, true),
            ("home.arpa.example.com", false, false, true),
            ("arpa", false, false, true),
            ("demo.localhost", true, true, true),
            ("localhost", true, true, true),
            ("notlocalhost", false, false, true),
            ("*.home.arpa", false, true, false),
            ("*.example.com", false, false, false),
            ("10.1.2.3", true, true, true),
            ("11.1.2.3", false, false, true),
            ("fd00::1", true, true, true),
            ("::ffff:10.1.2.3", false, false, true),
        ] {
            let identifier = Identifier::parse(text).unwrap();
            assert_eq!(policy.permits(&identifier), listed, "{text}");
            assert_eq!(wild.permits(&identifier), with_wildcards, "{text} with wildcards");
            assert_eq!(any.permits(&identifier), with_anything, "{text} with anything");
            assert!(!NamePolicy::default().permits(&identifier), "{text}: empty permits nothing");
            let constrained = is_within_constraints(&policy.constraints(), &identifier);
            assert_eq!(constrained, with_wildcards, "{text}: the constraints say the same");
            assert!(is_within_constraints(&any.constraints(), &identifier));
        }
    }

    #[test]
    fn a_policy_that_cannot_be_meant_is_refused() {
        for (name, fault) in [
            ("*.home.arpa", "without *."),
            ("Home.arpa", "must be written \"home.arpa\""),
            ("bücher.example", "must be written \"xn--bcher-kva.example\""),
            ("10.0.0.1", "among networks"),
            (".home.arpa", "not a host name"),
            ("", "is empty"),
        ] {
            let policy = NamePolicy { names: vec![name.to_owned()], ..NamePolicy::default() };
            assert!(policy.fault().unwrap().contains(fault), "{:?}", policy.fault());
        }
    }
}
