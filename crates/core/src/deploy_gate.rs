//! Whether a version may be deployed at all: it needs its key, and one for tests never replaces a trusted one unasked.

use crate::failure::Failure;

/// What the decision needs to know.
#[derive(Clone, Copy, Debug)]
pub struct DeployGate<'a> {
    /// The target, for people.
    pub target: &'a str,
    /// Whether the version's private key is stored here.
    pub has_key: bool,
    /// Whether its authority issues for tests only.
    pub staging: bool,
    /// Whether a person permitted one for tests to take a trusted one's place.
    pub staging_may_replace: bool,
    /// What the target has now.
    pub before: Before,
}

/// What would be replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// A certificate of ours that is for tests.
    Staging,
    /// A certificate of ours that clients trust, or one of somebody else's.
    PerhapsTrusted,
}

/// What a person should know, where it may be deployed.
///
/// # Errors
/// The reason why not, and what to do.
pub fn deploy_gate(gate: DeployGate<'_>) -> Result<Vec<String>, Failure> {
    let attempted = format!("deploy to {}", gate.target);
    if !gate.has_key {
        return Err(Failure::person(
            "no-key",
            attempted,
            "the private key is not stored here: the certificate was ordered by a request of yours",
            "give the key too (certwright cert edit NAME --csr FILE --private-key FILE), or take the deployment away and \
             install what certwright cert export NAME writes",
        ));
    }
    if !gate.staging {
        return Ok(Vec::new());
    }
    let nobody = "The certificate is for tests: no browser trusts what this target then shows";
    match gate.before {
        Before::Nothing | Before::Staging => Ok(vec![nobody.to_owned()]),
        Before::PerhapsTrusted if gate.staging_may_replace => Ok(vec![
            nobody.to_owned(),
            "It takes the place of one that may be trusted, as permitted".to_owned(),
        ]),
        Before::PerhapsTrusted => Err(Failure::person(
            "staging-replaces-trusted",
            attempted,
            "the certificate is for tests, and it would take the place of one that may be trusted",
            "deploy it elsewhere, order a trusted one (certwright cert edit NAME --no-staging), or permit it: certwright \
             cert edit NAME --staging-may-replace yes",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GATE: DeployGate<'_> = DeployGate {
        target: "nginx",
        has_key: true,
        staging: true,
        staging_may_replace: false,
        before: Before::PerhapsTrusted,
    };

    #[test]
    fn one_for_tests_never_replaces_a_trusted_one_unasked() {
        assert_eq!(deploy_gate(GATE).unwrap_err().kind, "staging-replaces-trusted");
        assert_eq!(deploy_gate(DeployGate { staging_may_replace: true, ..GATE }).unwrap().len(), 2);
        for before in [Before::Nothing, Before::Staging] {
            assert_eq!(deploy_gate(DeployGate { before, ..GATE }).unwrap().len(), 1);
        }
        assert!(deploy_gate(DeployGate { staging: false, ..GATE }).unwrap().is_empty());
    }

    #[test]
    fn without_its_key_nothing_is_deployed() {
        let failure = deploy_gate(DeployGate { has_key: false, staging: false, ..GATE }).unwrap_err();
        assert_eq!(failure.kind, "no-key");
        assert!(failure.to_string().contains("cert export"), "{failure}");
    }
}
