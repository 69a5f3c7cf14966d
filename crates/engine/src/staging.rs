//! An authority's staging environment: which entry belongs to which.

use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::authority::Authority;
use certwright_core::id::AuthorityId;
use certwright_core::refusal::Refusal;

impl Engine {
    /// The entry to order from when a person wants a certificate for tests, or wants none any more.
    pub(crate) async fn counterpart(
        &self,
        id: &AuthorityId,
        staging: bool,
    ) -> Result<AuthorityId, EngineError> {
        let entries = self.authorities().await?;
        counterpart(&entries, id, staging).map_err(|refusal| EngineError::Refused(vec![refusal]))
    }
}

fn counterpart(entries: &[Authority], id: &AuthorityId, staging: bool) -> Result<AuthorityId, Refusal> {
    // An entry that is not there is complained about with the others.
    let Some(entry) = entries.iter().find(|entry| entry.id == *id) else { return Ok(id.clone()) };
    if entry.staging == staging {
        return Ok(id.clone());
    }
    let found = if staging {
        entries
            .iter()
            .find(|other| other.choices.staging_of.as_ref() == Some(id))
            .map(|other| other.id.clone())
    } else {
        entry.choices.staging_of.clone()
    };
    found.ok_or_else(|| {
        let (is, remedy) = if staging {
            (
                "has no staging environment that is known here",
                "add one (certwright ca add --staging-of), or leave it out",
            )
        } else {
            ("is the staging environment of no known authority", "name the authority to order from")
        };
        Refusal::new("staging", format!("{} {is}", entry.title), remedy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_providers::ca::AUTHORITIES;

    #[test]
    fn lets_encrypt_and_its_staging_environment_know_each_other() {
        let entries: Vec<_> = AUTHORITIES.iter().map(|make| make()).collect();
        let of = |id: &str, staging| counterpart(&entries, &id.into(), staging).map(|id| id.to_string());
        assert_eq!(of("letsencrypt", true).unwrap(), "letsencrypt-staging");
        assert_eq!(of("letsencrypt-staging", true).unwrap(), "letsencrypt-staging");
        assert_eq!(of("letsencrypt-staging", false).unwrap(), "letsencrypt");
        assert_eq!(of("letsencrypt", false).unwrap(), "letsencrypt");
        let mut alone = entries;
        alone.retain(|entry| !entry.staging);
        assert_eq!(counterpart(&alone, &"letsencrypt".into(), true).unwrap_err().field, "staging");
    }
}
