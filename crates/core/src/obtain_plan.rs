//! The obtain plan: one way to order a certificate, for the first time and for every renewal alike (fault 50).

use crate::account::Account;
use crate::authority::Authority;
use crate::certificate::CertificateSettings;
use crate::chain_preference::ChainPreference;
use crate::choose::{self, PortOwner};
use crate::failure::Failure;
use crate::id::VersionId;
use crate::key::KeyType;
use crate::key_choice;
use crate::plan::{Plan, PlanKind};
use crate::profile_choice;
use crate::step::Step;
use crate::validate;
use crate::version::Version;

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
    /// The newest version, where there is one.
    pub newest: Option<&'a Version>,
    /// Whether the directory offers renewal information (RFC 9773), which an order may then refer to.
    pub renewal_information: bool,
    /// How often in a row obtaining has failed.
    pub failures: u32,
    /// What the certificate's targets prefer.
    pub target_keys: &'a [KeyType],
    /// Keys that there are already.
    pub keys: KeyFacts,
    /// The TCP port on which the authority looks.
    pub challenge_port: u16,
    /// Who owns it.
    pub port_owner: &'a PortOwner,
}

/// What is known about keys before a plan is made.
#[derive(Clone, Debug, Default)]
pub struct KeyFacts {
    /// The newest version with a key, where there is one.
    pub newest: Option<NewestKey>,
    /// Whether the key that a person gave is known to be compromised.
    pub source_compromised: bool,
}

/// The newest version's key.
#[derive(Clone, Debug)]
pub struct NewestKey {
    /// Which version.
    pub version: VersionId,
    /// The key's type.
    pub key_type: KeyType,
    /// Whether it is known to be compromised.
    pub compromised: bool,
}

/// Plans how to obtain the certificate.
///
/// # Errors
/// When it cannot be obtained as things are: no order is then opened.
pub fn obtain_plan(facts: &ObtainFacts<'_>) -> Result<Plan, Failure> {
    let settings = facts.settings;
    let identifiers = settings.identifiers.clone();
    let mut warnings = Vec::new();
    let profile = profile_choice::choose(settings, facts.authority, facts.offered_profiles)?;
    warnings.extend(profile.warning);
    let usual = validate::key_type(settings.key_type, facts.target_keys, facts.authority);
    let key = key_choice::choose(settings, facts.authority, &facts.keys, usual)?;
    warnings.extend(key.warnings);
    if settings.options.lifetime_seconds.is_some() && !facts.authority.choices.lifetime {
        return Err(Failure::person(
            "lifetime",
            format!("order a certificate of a chosen lifetime at {}", facts.authority.title),
            "the authority's entry says that it chooses the lifetime itself",
            "take the lifetime away: certwright cert edit NAME --lifetime auto",
        ));
    }
    let preferred_chain = ChainPreference::first(
        settings.options.preferred_chain.as_deref(),
        facts.account.preferred_chain.as_deref(),
        facts.authority.choices.preferred_chain.as_deref(),
    );
    let answers = choose::answers(&settings.challenge, &identifiers, facts.challenge_port, facts.port_owner)?;
    let mut steps = vec![
        Step::ProveStorage,
        Step::MakeKey {
            key_type: key.key_type,
            identifiers: identifiers.clone(),
            common_name: validate::common_name(&identifiers, profile.limits),
            key_use: key.key_use,
        },
        Step::OpenOrder {
            authority: facts.authority.id.clone(),
            account: facts.account.id.clone(),
            identifiers: identifiers.clone(),
            replaces: replaces(facts),
            profile: profile.name,
            or_default_profile: profile.or_default,
            lifetime_seconds: settings.options.lifetime_seconds,
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
    steps.extend([Step::Finalize, Step::AwaitCertificate { identifiers, preferred_chain }, Step::Publish]);
    if key.key_type == KeyType::EcdsaP521 {
        warnings.push("No browser understands ECDSA P-521".to_owned());
    }
    if facts.authority.staging {
        warnings
            .push(format!("{} issues certificates for tests: no browser trusts them", facts.authority.title));
    }
    let quirks = facts.authority.details.quirks.iter().filter(|quirk| quirk.before_ordering);
    warnings.extend(quirks.map(|quirk| quirk.words.clone()));
    Ok(Plan { kind: PlanKind::Obtain, steps, warnings })
}

/// After so many failures in a row an order refers to no other certificate any more: a reference that the authority
/// cannot make sense of must never be what blocks a renewal.
const REFERRING_TRIES: u32 = 2;

/// The newest version's ARI identifier, where an order may say that it replaces that one (RFC 9773 §5): issued by the
/// same authority to the same account, for one of the same names.
fn replaces(facts: &ObtainFacts<'_>) -> Option<String> {
    let newest = facts.newest.filter(|_| facts.renewal_information && facts.failures < REFERRING_TRIES)?;
    let issued = newest.facts.as_ref()?;
    let shared = issued.identifiers.iter().any(|name| facts.settings.identifiers.contains(name));
    let same = newest.authority == facts.authority.id && newest.account == facts.account.id;
    issued.renewal_info_id.clone().filter(|_| same && shared)
}

#[cfg(test)]
#[path = "obtain_plan_tests.rs"]
mod tests;
