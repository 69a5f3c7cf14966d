//! Which profile is ordered, and what becomes of one that the authority does not offer (fault 12).

use crate::authority::{Authority, ProfileLimits};
use crate::certificate::CertificateSettings;
use crate::failure::Failure;
use crate::options::ProfileMissing;
use crate::validate;

/// What was decided about the profile.
pub(crate) struct ProfileChoice<'a> {
    /// The profile to ask for.
    pub(crate) name: Option<String>,
    /// What it permits.
    pub(crate) limits: &'a ProfileLimits,
    /// Whether the order may go on with the authority's default, should the authority refuse the name.
    pub(crate) or_default: bool,
    /// What a person should know.
    pub(crate) warning: Option<String>,
}

/// Decides by what the directory offers now; `None` when it was not asked or offers none.
pub(crate) fn choose<'a>(
    settings: &CertificateSettings,
    authority: &'a Authority,
    offered: Option<&[String]>,
) -> Result<ProfileChoice<'a>, Failure> {
    let offers = |name: &String| offered.unwrap_or_default().contains(name);
    // An authority that offers profiles and is not asked for one chooses by itself; asking for the one whose
    // limits were checked keeps the promise made to the user.
    let default = || -> Result<(Option<String>, &'a ProfileLimits), Failure> {
        let Some(limits) = authority.limits(None) else { return Err(missing(authority, offered, "")) };
        permitted(settings, authority, limits)?;
        Ok((Some(limits.name.clone()).filter(offers), limits))
    };
    let Some(wanted) = &settings.profile else {
        let (name, limits) = default()?;
        return Ok(ProfileChoice { name, limits, or_default: false, warning: None });
    };
    let falls_back = settings.options.profile_missing == ProfileMissing::FallBack;
    let known = authority.limits(Some(wanted)).filter(|limits| {
        offers(wanted) || offered.is_none_or(<[String]>::is_empty) && !limits.name.is_empty()
    });
    match known {
        Some(limits) => {
            permitted(settings, authority, limits)?;
            let or_default = falls_back && default().is_ok();
            Ok(ProfileChoice { name: Some(wanted.clone()), limits, or_default, warning: None })
        }
        None if falls_back => {
            let (name, limits) = default()?;
            let warning = Some(format!(
                "{} does not offer the profile {wanted:?} any more: its default is taken{}",
                authority.title,
                name.as_ref().map_or_else(String::new, |name| format!(", {name}"))
            ));
            Ok(ProfileChoice { name, limits, or_default: false, warning })
        }
        None => Err(missing(authority, offered, wanted)),
    }
}

/// The authority's entry may have changed since the settings were stored: what it would refuse is not ordered.
fn permitted(
    settings: &CertificateSettings,
    authority: &Authority,
    limits: &ProfileLimits,
) -> Result<(), Failure> {
    let mut refusals = Vec::new();
    validate::check_limits(settings, authority, limits, &mut refusals);
    match refusals.into_iter().next() {
        None => Ok(()),
        Some(refusal) => Err(Failure::person(
            "limits",
            format!("order at {}", authority.title),
            format!("{} {}", refusal.field, refusal.reason),
            refusal.remedy,
        )),
    }
}

fn missing(authority: &Authority, offered: Option<&[String]>, name: &str) -> Failure {
    let offered = offered.map_or_else(
        || authority.profiles.iter().map(|limits| limits.name.clone()).collect::<Vec<_>>(),
        <[String]>::to_vec,
    );
    Failure::person(
        "profile-gone",
        format!("order with the profile {name:?} at {}", authority.title),
        format!("the authority offers: {}", offered.join(", ")),
        "choose one of these as the certificate's profile, or none; or let the default be taken: certwright cert edit \
         NAME --profile-missing fall-back",
    )
}
