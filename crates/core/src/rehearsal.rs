//! Rehearsals: after validations failed again and again, an authority's staging environment is tried before the authority
//! itself, which counts failed validations and pauses names. Nothing is issued there.

use crate::authority::Authority;
use crate::certificate::Standing;
use crate::failure::Failure;
use crate::id::AuthorityId;
use crate::plan::Plan;
use crate::step::Step;

/// After so many failures in a row the staging environment is tried first: one may pass by itself.
const AFTER_FAILURES: u32 = 2;

/// Whether a failure says that a name could not be validated.
pub fn is_of_validation(failure: &Failure) -> bool {
    failure.kind == "challenge-failed"
}

/// Whether the next order of a certificate that stands so is to be rehearsed at `staging` before `authority` is asked.
pub fn is_wanted(standing: &Standing, authority: &Authority, staging: &Authority) -> bool {
    let Some(failure) = standing.last_failure.as_ref().filter(|failure| is_of_validation(failure)) else {
        return false;
    };
    let of_these = |id: &AuthorityId| *id == authority.id || *id == staging.id;
    !authority.staging
        && staging.choices.staging_of.as_ref() == Some(&authority.id)
        && standing.failures >= AFTER_FAILURES
        && failure.authority.as_ref().is_none_or(of_these)
        && failure.rehearsed_at.is_none()
}

/// The part of an obtain plan that shows control over the names: no key, no request, no certificate.
pub fn of(plan: Plan) -> Plan {
    let is_part = |step: &Step| {
        !matches!(step, Step::MakeKey { .. } | Step::Finalize | Step::AwaitCertificate { .. } | Step::Publish)
    };
    Plan { steps: plan.steps.into_iter().filter(is_part).collect(), ..plan }
}

impl Plan {
    /// Whether it only shows control over the names, and issues nothing.
    pub fn is_rehearsal(&self) -> bool {
        let has = |wanted: fn(&Step) -> bool| self.steps.iter().any(wanted);
        has(|step| matches!(step, Step::OpenOrder { .. })) && !has(|step| matches!(step, Step::Publish))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureClass;
    use crate::plan::PlanKind;
    use jiff::Timestamp;

    fn authority(id: &str, staging_of: Option<&str>) -> Authority {
        Authority {
            id: id.into(),
            title: id.to_owned(),
            directory: String::new(),
            directory_tls_roots: None,
            issuing_roots: Default::default(),
            internal_names: false,
            staging: staging_of.is_some(),
            external_account_required: false,
            profiles: Vec::new(),
            key_types: Vec::new(),
            choices: crate::authority::AuthorityChoices {
                staging_of: staging_of.map(Into::into),
                ..Default::default()
            },
            built_in: false,
            details: Default::default(),
        }
    }

    #[test]
    fn only_validations_that_failed_again_and_again_are_rehearsed() {
        let (real, staging) = (authority("real", None), authority("staging", Some("real")));
        let of_other = authority("other-staging", Some("other"));
        let failed = |kind: &str, by: Option<&str>| {
            let failure = Failure::new(kind, FailureClass::Retry, "validate", "refused", "");
            failure.with_authority(by.map(Into::into))
        };
        let rehearsed = |failure: Failure| Failure { rehearsed_at: Some(Timestamp::UNIX_EPOCH), ..failure };
        let challenge = "challenge-failed";
        for (name, failures, failure, at, wanted) in [
            ("nothing failed", 0, None, &staging, false),
            ("the first failure", 1, Some(failed(challenge, Some("real"))), &staging, false),
            ("the second", 2, Some(failed(challenge, Some("real"))), &staging, true),
            ("failed in staging too", 3, Some(failed(challenge, Some("staging"))), &staging, true),
            ("an older failure, of nobody", 2, Some(failed(challenge, None)), &staging, true),
            ("of another authority", 2, Some(failed(challenge, Some("other"))), &staging, false),
            ("passed in staging", 2, Some(rehearsed(failed(challenge, Some("real")))), &staging, false),
            ("an outage", 5, Some(failed("acme-timeout", Some("real"))), &staging, false),
            ("somebody else's staging", 2, Some(failed(challenge, Some("real"))), &of_other, false),
        ] {
            let standing = Standing { failures, last_failure: failure, ..Standing::default() };
            assert_eq!(is_wanted(&standing, &real, at), wanted, "{name}");
        }
        let standing =
            Standing { failures: 5, last_failure: Some(failed(challenge, None)), ..Standing::default() };
        assert!(!is_wanted(&standing, &staging, &staging), "staging itself is not rehearsed");
    }

    #[test]
    fn a_rehearsal_makes_no_key_and_requests_nothing() {
        let order = Step::OpenOrder {
            authority: "staging".into(),
            account: "acct-1".into(),
            identifiers: Vec::new(),
            replaces: None,
            profile: None,
            or_default_profile: false,
            lifetime_seconds: None,
        };
        let wait = Step::AwaitAuthorizations { identifiers: Vec::new() };
        let steps = vec![Step::ProveStorage, order.clone(), wait.clone(), Step::Finalize, Step::Publish];
        let plan = Plan { kind: PlanKind::Obtain, steps, warnings: Vec::new() };
        assert!(!plan.is_rehearsal());
        let rehearsal = of(plan);
        assert_eq!(rehearsal.steps, [Step::ProveStorage, order, wait]);
        assert!(rehearsal.is_rehearsal());
    }
}
