//! The obtain plan: one way to order a certificate, for the first time and for every renewal alike (fault 50).

use crate::account::Account;
use crate::authority::Authority;
use crate::certificate::CertificateSettings;
use crate::choose::{self, PortOwner};
use crate::failure::Failure;
use crate::key::KeyType;
use crate::plan::{Plan, PlanKind};
use crate::step::Step;
use crate::validate;

/// Everything the decision needs.
#[derive(Clone, Debug)]
pub struct ObtainFacts<'a> {
    /// What the user wants.
    pub settings: &'a CertificateSettings,
    /// Who issues.
    pub authority: &'a Authority,
    /// Profiles that the directory offers now; `None` when it was not asked or offers none.
    pub offered_profiles: Option<&'a [String]>,
    /// By which account.
    pub account: &'a Account,
    /// What the certificate's targets prefer.
    pub target_keys: &'a [KeyType],
    /// The TCP port on which the authority looks.
    pub challenge_port: u16,
    /// Who owns it.
    pub port_owner: &'a PortOwner,
}

/// Plans how to obtain the certificate.
///
/// # Errors
/// When it cannot be obtained as things are: no order is then opened.
pub fn obtain_plan(facts: &ObtainFacts<'_>) -> Result<Plan, Failure> {
    let settings = facts.settings;
    let identifiers = settings.identifiers.clone();
    let (Some(limits), profile) =
        (facts.authority.limits(settings.profile.as_deref()), settings.profile.clone())
    else {
        return Err(unknown_profile(facts, settings.profile.as_deref().unwrap_or_default()));
    };
    // An authority that offers profiles and is not asked for one chooses by itself; asking for the one whose
    // limits were checked keeps the promise made to the user.
    let offered = facts.offered_profiles.unwrap_or_default();
    let profile = match profile {
        Some(name) if !offered.contains(&name) && (!offered.is_empty() || limits.name.is_empty()) => {
            return Err(unknown_profile(facts, &name));
        }
        Some(name) => Some(name),
        None if offered.contains(&limits.name) => Some(limits.name.clone()),
        None => None,
    };
    let answers = choose::answers(&settings.challenge, &identifiers, facts.challenge_port, facts.port_owner)?;
    let mut steps = vec![
        Step::ProveStorage,
        Step::MakeKey {
            key_type: validate::key_type(settings.key_type, facts.target_keys, facts.authority),
            identifiers: identifiers.clone(),
            common_name: validate::common_name(&identifiers, limits),
        },
        Step::OpenOrder {
            authority: facts.authority.id.clone(),
            account: facts.account.id.clone(),
            identifiers: identifiers.clone(),
            profile,
        },
    ];
    steps.extend(
        answers
            .preparations
            .iter()
            .map(|preparation| Step::PrepareResponder { preparation: preparation.clone() }),
    );
    for (responder, group) in &answers.groups {
        let looks = answers
            .looks
            .iter()
            .filter(|look| group.iter().any(|identifier| identifier.ascii() == look.host));
        steps.push(Step::PresentChallenges {
            responder: responder.clone(),
            identifiers: group.clone(),
            looks: looks.cloned().collect(),
        });
    }
    steps.push(Step::AwaitAuthorizations { identifiers: identifiers.clone() });
    for (responder, group) in &answers.groups {
        steps.push(Step::RemoveChallenges { responder: responder.clone(), identifiers: group.clone() });
    }
    steps.extend(answers.preparations.into_iter().map(|preparation| Step::RetireResponder { preparation }));
    steps.extend([Step::Finalize, Step::AwaitCertificate { identifiers }, Step::Publish]);
    let mut warnings = Vec::new();
    if facts.authority.staging {
        warnings
            .push(format!("{} issues certificates for tests: no browser trusts them", facts.authority.title));
    }
    let quirks = facts.authority.details.quirks.iter().filter(|quirk| quirk.before_ordering);
    warnings.extend(quirks.map(|quirk| quirk.words.clone()));
    Ok(Plan { kind: PlanKind::Obtain, steps, warnings })
}

fn unknown_profile(facts: &ObtainFacts<'_>, name: &str) -> Failure {
    let offered = facts.offered_profiles.map_or_else(
        || facts.authority.profiles.iter().map(|limits| limits.name.clone()).collect::<Vec<_>>(),
        <[String]>::to_vec,
    );
    Failure::person(
        "profile-gone",
        format!("order with the profile {name:?} at {}", facts.authority.title),
        format!("the authority offers: {}", offered.join(", ")),
        "choose one of these as the certificate's profile, or none",
    )
}
