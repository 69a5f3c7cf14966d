//! Choices made from facts: who answers the challenge for which name.

use crate::challenge::{ChallengeSettings, Preparation, Responder};
use crate::endpoint::Endpoint;
use crate::failure::Failure;
use crate::identifier::Identifier;
use crate::step::ProviderAct;

/// How a web server on this machine can answer for one identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebAnswer {
    /// Its site shows files below this folder.
    Webroot {
        /// The folder.
        root: String,
        /// The site, for people.
        shown_by: String,
    },
    /// By itself, once prepared.
    Prepared,
    /// Not at all.
    Unserved {
        /// Why.
        why: String,
    },
}

/// Who owns the challenge port, as observed.
#[derive(Clone, Debug, PartialEq)]
pub enum PortOwner {
    /// Nobody, or our own listener.
    Free,
    /// A web server that we can talk through.
    WebServer {
        /// The provider's name.
        provider: String,
        /// For each identifier, in order, how it can answer.
        answers: Vec<(Identifier, WebAnswer)>,
        /// What makes `Prepared` true.
        preparation: Vec<ProviderAct>,
        /// Where the answers can be looked at before the authority is asked to.
        looks: Vec<Endpoint>,
    },
    /// A process we know nothing about.
    Other {
        /// For people: `apache2 (pid 812)`.
        process: String,
    },
}

/// Who answers for whom, and what must be prepared.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Answers {
    /// Groups of identifiers by responder, in the order of the first identifier of each.
    pub groups: Vec<(Responder, Vec<Identifier>)>,
    /// Edits that a responder needs.
    pub preparations: Vec<Preparation>,
    /// Where the answers can be looked at first.
    pub looks: Vec<Endpoint>,
}

impl Answers {
    fn add(&mut self, responder: Responder, identifier: Identifier) {
        match self.groups.iter_mut().find(|(known, _)| *known == responder) {
            Some((_, identifiers)) => identifiers.push(identifier),
            None => self.groups.push((responder, vec![identifier])),
        }
    }
}

/// Chooses who answers http-01 for each identifier.
///
/// # Errors
/// When nobody can: the port belongs to a stranger, or no site answers for a name.
pub fn answers(
    settings: &ChallengeSettings,
    identifiers: &[Identifier],
    port: u16,
    owner: &PortOwner,
) -> Result<Answers, Failure> {
    let mut chosen = Answers::default();
    if let ChallengeSettings::Http01Webroot { root } = settings {
        for identifier in identifiers {
            let shown_by = "the folder in the certificate's settings".to_owned();
            chosen.add(Responder::Webroot { root: root.clone(), shown_by }, identifier.clone());
        }
        return Ok(chosen);
    }
    match owner {
        PortOwner::Free => {
            for identifier in identifiers {
                chosen.add(Responder::Listener { port }, identifier.clone());
            }
        }
        PortOwner::WebServer { provider, answers, preparation, looks } => {
            chosen.looks.clone_from(looks);
            let unserved: Vec<_> = answers
                .iter()
                .filter_map(|(identifier, answer)| match answer {
                    WebAnswer::Unserved { why } => Some(format!("{identifier}: {why}")),
                    _ => None,
                })
                .collect();
            if !unserved.is_empty() {
                return Err(Failure::person(
                    "no-site-on-challenge-port",
                    format!("find who answers http-01 on TCP port {port} through {provider}"),
                    unserved.join("; "),
                    format!(
                        "add a server block for the name that listens on port {port}, or give the site's root folder as the certificate's webroot"
                    ),
                ));
            }
            for (identifier, answer) in answers {
                match answer {
                    WebAnswer::Webroot { root, shown_by } => {
                        chosen.add(
                            Responder::Webroot { root: root.clone(), shown_by: shown_by.clone() },
                            identifier.clone(),
                        );
                    }
                    WebAnswer::Prepared => {
                        chosen.add(Responder::Server { provider: provider.clone() }, identifier.clone())
                    }
                    WebAnswer::Unserved { .. } => {}
                }
            }
            if !preparation.is_empty() {
                chosen.preparations.push(Preparation {
                    responder: Responder::Server { provider: provider.clone() },
                    acts: preparation.clone(),
                });
            }
        }
        PortOwner::Other { process } => {
            return Err(Failure::person(
                "port-taken",
                format!("find who answers http-01 on TCP port {port}"),
                format!("the port is held by {process}, which Certwright cannot configure"),
                format!(
                    "stop {process}, let it pass {} to another port set as challenge port, or give the folder it shows as the certificate's webroot",
                    crate::challenge::HTTP_01_PATH
                ),
            ));
        }
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<Identifier> {
        text.split(' ').map(|name| Identifier::parse(name).unwrap()).collect()
    }

    #[test]
    fn a_free_port_gets_our_listener_and_a_stranger_is_named() {
        let all = names("a.example.com b.example.com");
        let free = answers(&ChallengeSettings::Http01, &all, 80, &PortOwner::Free).unwrap();
        assert_eq!(free.groups, [(Responder::Listener { port: 80 }, all.clone())]);
        let stranger = PortOwner::Other { process: "apache2 (pid 7)".into() };
        let failure = answers(&ChallengeSettings::Http01, &all, 80, &stranger).unwrap_err();
        assert!(failure.to_string().contains("apache2 (pid 7)"), "{failure}");
        let webroot = ChallengeSettings::Http01Webroot { root: "/srv".into() };
        assert_eq!(answers(&webroot, &all, 80, &stranger).unwrap().groups.len(), 1);
    }

    #[test]
    fn names_are_grouped_by_who_answers_and_an_unserved_one_is_refused() {
        let all = names("a.example.com b.example.com c.example.com");
        let webroot = WebAnswer::Webroot { root: "/srv".into(), shown_by: "nginx".into() };
        let owner = |last: WebAnswer| PortOwner::WebServer {
            provider: "nginx".into(),
            answers: all.iter().cloned().zip([webroot.clone(), WebAnswer::Prepared, last]).collect(),
            preparation: vec![],
            looks: vec![],
        };
        let chosen = answers(&ChallengeSettings::Http01, &all, 80, &owner(webroot.clone())).unwrap();
        assert_eq!(chosen.groups.iter().map(|(_, group)| group.len()).collect::<Vec<_>>(), [2, 1]);
        let unserved = owner(WebAnswer::Unserved { why: "no server block".into() });
        assert!(
            answers(&ChallengeSettings::Http01, &all, 80, &unserved)
                .unwrap_err()
                .answer
                .starts_with("c.example.com: no server block")
        );
    }
}
