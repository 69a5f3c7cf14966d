//! What an authority cannot do, or does no more: told before anything is stored, with its name and the remedy.

use crate::authority::Authority;
use crate::authority_details::NameCount;
use crate::certificate::CertificateSettings;
use crate::identifier::Identifier;
use crate::refusal::Refusal;

/// Every complaint about these settings that the authority itself gives cause for.
pub(crate) fn check(settings: &CertificateSettings, authority: &Authority, refusals: &mut Vec<Refusal>) {
    refusals.extend(usable(authority));
    let details = &authority.details;
    let title = &authority.title;
    for (index, identifier) in settings.identifiers.iter().enumerate() {
        if identifier.is_wildcard() && !details.wildcards {
            refusals.push(Refusal::new(
                format!("identifiers[{index}]"),
                format!("{title} does not certify wildcard names such as {identifier}"),
                "name the hosts one by one, or choose another authority",
            ));
        }
    }
    let fits = match details.name_count {
        NameCount::Several => true,
        NameCount::One => settings.identifiers.len() <= 1,
        NameCount::OneAndWww => one_and_www(&settings.identifiers),
    };
    if !fits {
        let what = match details.name_count {
            NameCount::One => "one name",
            _ => "one name, or one and the same with www. before it,",
        };
        refusals.push(Refusal::new(
            "identifiers",
            format!("{title} certifies {what} in one certificate"),
            "divide them among several managed certificates, or choose another authority",
        ));
    }
}

fn one_and_www(identifiers: &[Identifier]) -> bool {
    match identifiers {
        [] | [_] => true,
        [one, other] => {
            let (one, other) = (one.ascii(), other.ascii());
            one == format!("www.{other}") || other == format!("www.{one}")
        }
        _ => false,
    }
}

/// The complaint about an authority that issues nothing to anybody here.
pub fn usable(authority: &Authority) -> Option<Refusal> {
    let (title, details) = (&authority.title, &authority.details);
    if let Some(ended) = &details.ended {
        let instead = ended.instead.as_ref().map_or_else(
            || "choose another authority".to_owned(),
            |instead| format!("choose another authority, such as {instead}"),
        );
        let reason = format!("{title} issues no more, since {}: {}", ended.since, ended.words);
        return Some(Refusal::new("authority", reason, instead));
    }
    if !details.directory_parts.is_empty() {
        return Some(Refusal::new(
            "authority",
            format!(
                "the address of {title} is a template, of which everybody fills in {}: {}",
                details.directory_parts.join(" and "),
                authority.directory
            ),
            "add your own entry with its whole address: certwright ca add",
        ));
    }
    details.disabled.then(|| {
        Refusal::new(
            "authority",
            format!("{title} is switched off here"),
            format!(
                "switch it on (certwright ca edit {} --enable), or choose another authority",
                authority.id
            ),
        )
    })
}
