//! Which names and addresses may be certified.

use certwright_core::identifier::{DnsName, Identifier};
use certwright_core::refusal::Refusal;
use certwright_pki::issue::{NameConstraints, Network};
use serde::{Deserialize, Serialize};

/// All of them stand in the authority's own certificates, which travel in every handshake.
const MOST_ENTRIES: usize = 100;

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

    /// All that is permitted by whoever asks for it: for an external key that is to limit nothing.
    pub fn everything() -> Self {
        Self { wildcards: true, anything: true, ..Self::default() }
    }

    /// What is wrong with it, all complaints together.
    pub(crate) fn complaints(&self) -> Vec<Refusal> {
        let mut complaints: Vec<_> =
            self.names.iter().enumerate().filter_map(|(index, name)| complaint(index, name)).collect();
        for (field, count) in [("policy.names", self.names.len()), ("policy.networks", self.networks.len())] {
            if count > MOST_ENTRIES {
                let remedy = format!("give at most {MOST_ENTRIES}; a name stands for all names below it");
                complaints.push(Refusal::new(field, format!("has {count} entries"), remedy));
            }
        }
        complaints
    }

    /// What of this policy the constraints leave no room for, in words.
    pub(crate) fn beyond(&self, constraints: &NameConstraints) -> Vec<String> {
        if constraints.is_empty() {
            return Vec::new();
        }
        let names = self.names.iter().filter(|name| !covers(&constraints.names, name)).cloned();
        let networks = self.networks.iter().filter(|network| {
            !constraints
                .networks
                .iter()
                .any(|outer| outer.contains(network.address()) && outer.prefix() <= network.prefix())
        });
        let anything = self.anything.then(|| "any name and address".to_owned());
        names.chain(networks.map(ToString::to_string)).chain(anything).collect()
    }

    fn covers(&self, name: &DnsName) -> bool {
        covers(&self.names, name.ascii())
    }
}

fn covers(names: &[String], name: &str) -> bool {
    names.iter().any(|permitted| is_within(name, permitted))
}

/// What is wrong with a name of a policy, if something is.
fn complaint(index: usize, name: &str) -> Option<Refusal> {
    let (reason, remedy) = match Identifier::parse(name) {
        Ok(Identifier::Dns(read)) if read.ascii() == name => return None,
        Ok(Identifier::Dns(read)) => {
            (format!("{name:?} is not how certificates write it"), format!("write {:?}", read.ascii()))
        }
        Ok(Identifier::Wildcard(read)) => (
            format!("{name:?} has a star"),
            format!(
                "write {:?}, which stands for all names below it too, and permit wildcards",
                read.ascii()
            ),
        ),
        Ok(Identifier::Ip(_)) => (format!("{name:?} is an address"), "give it among networks".to_owned()),
        Err(error) => (format!("{name:?} {error}"), "write a host name, such as home.arpa".to_owned()),
    };
    Some(Refusal::new(format!("policy.names[{index}]"), reason, remedy))
}

/// Whether constraints leave room for the identifier; none leave room for all.
pub(crate) fn is_within_constraints(constraints: &NameConstraints, identifier: &Identifier) -> bool {
    constraints.is_empty()
        || match identifier {
            Identifier::Dns(name) | Identifier::Wildcard(name) => covers(&constraints.names, name.ascii()),
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
            ("*.home.arpa", "write \"home.arpa\""),
            ("Home.arpa", "write \"home.arpa\""),
            ("bücher.example", "write \"xn--bcher-kva.example\""),
            ("10.0.0.1", "among networks"),
            (".home.arpa", "not a host name"),
            ("", "is empty"),
        ] {
            let policy =
                NamePolicy { names: vec!["a.test".to_owned(), name.to_owned()], ..Default::default() };
            let complaints = policy.complaints();
            assert_eq!(complaints.len(), 1, "{complaints:?}");
            assert_eq!(complaints[0].field, "policy.names[1]");
            assert!(complaints[0].to_string().contains(fault), "{complaints:?}");
        }
        let names = (0..101).map(|number| format!("n{number}.test")).collect();
        let many = NamePolicy { names, ..NamePolicy::default() };
        assert_eq!(many.complaints()[0].field, "policy.names");
    }

    #[test]
    fn what_constraints_leave_no_room_for_is_named() {
        let constraints = NameConstraints {
            names: vec!["home.arpa".to_owned()],
            networks: vec!["10.0.0.0/8".parse().unwrap()],
        };
        let policy = NamePolicy {
            names: ["home.arpa", "a.home.arpa", "internal"].map(str::to_owned).to_vec(),
            networks: ["10.1.0.0/16", "10.0.0.0/7", "fd00::/8"].map(|text| text.parse().unwrap()).to_vec(),
            ..NamePolicy::default()
        };
        assert_eq!(policy.beyond(&constraints), ["internal", "10.0.0.0/7", "fd00::/8"]);
        assert_eq!(NamePolicy::everything().beyond(&constraints), ["any name and address"]);
        assert!(policy.beyond(&NameConstraints::default()).is_empty());
    }
}
