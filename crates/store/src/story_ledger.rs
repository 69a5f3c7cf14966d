//! The story of the rate-limit ledger, the same for every store: what is counted before an order, what its end means
//! for that, what authorities told us, and what is forgotten.

use crate::samples::{at, new, obtain_run, settings, write};
use crate::{LedgerOrder, ObtainEnd, Store};
use certwright_core::SignedDuration;
use certwright_core::certificate::Standing;
use certwright_core::failure::{Failure, FailureClass, IdentifierProblem};
use certwright_core::id::{AccountId, AuthorityId, CertificateId};
use certwright_core::identifier::Identifier;
use certwright_core::ledger::{Exemption, PlannedOrder, Subject, Wait, identifier_set, validations};
use certwright_core::rate_limit::Scope;
use certwright_core::run::{Mark, RunState};
use certwright_core::step::Step;

const SCOPES: [Scope; 4] = [Scope::Orders, Scope::Domain, Scope::IdentifierSet, Scope::Failures];

pub(crate) async fn tell(store: &dyn Store) {
    let (ca, account) = (AuthorityId::from("ca"), AccountId::from("acct-1"));
    let id = CertificateId::from("cert-1");
    let before =
        store.create_certificate(&new("cert-1", settings("a", &["a.example.com"], &[]))).await.unwrap();
    let identifiers = [Identifier::parse("a.example.com").unwrap()];
    let planned = PlannedOrder { account: &account, identifiers: &identifiers, exemption: Exemption::None };
    let subjects: Vec<_> = planned.subjects().into_iter().collect();
    let used = async |since| {
        let since = SCOPES.map(|scope| (scope, since));
        let history = store.history(&ca, &subjects, &since).await.unwrap();
        let count = |scope| {
            history.uses.iter().filter(move |(subject, _)| subject.scope == scope).map(|(_, uses)| uses.len())
        };
        (SCOPES.map(|scope| count(scope).sum::<usize>()), history)
    };
    let set = identifier_set(&identifiers);
    let counted = planned.counted();
    let order = |run, seconds| LedgerOrder {
        run,
        certificate: &id,
        authority: &ca,
        account: &account,
        identifier_set: &set,
        exemption: Exemption::None,
        counted: &counted,
        at: at(seconds),
    };

    // Refused: as if it had never been, but for what the authority wants.
    let first = "run-1".into();
    let number = store.count_order(&order(&first, 1)).await.unwrap();
    assert_eq!(used(at(0)).await.0, [1, 1, 1, 0], "counted before it is sent");
    let subject = Subject::new(Scope::Orders, account.as_str());
    let wait =
        |until| Wait { subject: subject.clone(), since: at(2), until: at(until), words: "no".to_owned() };
    store.order_refused(number, &first, at(1), Some((&ca, &wait(900)))).await.unwrap();
    let (uses, history) = used(at(0)).await;
    assert_eq!((uses, history.waits.get(&subject)), ([0; 4], Some(&wait(900))));
    store.wait(&ca, &wait(300)).await.unwrap();
    assert_eq!(store.waits(&ca, at(3), 10).await.unwrap(), [wait(900)], "a sooner moment takes nothing back");
    assert!(store.waits(&ca, at(900), 10).await.unwrap().is_empty());

    // Opened, and not validated: the order stays, no certificate is counted, the failure is.
    let fence = store.claim(&id, "one", at(9000), at(3)).await.unwrap().unwrap();
    let mut run = obtain_run("run-2", &id, at(3));
    run.learnt.version = None;
    run.plan.steps[0] = Step::OpenOrder {
        authority: ca.clone(),
        account: account.clone(),
        identifiers: identifiers.to_vec(),
        profile: None,
        or_default_profile: false,
        lifetime_seconds: None,
        replaces: None,
    };
    store.open_run(write(&run, fence, None)).await.unwrap();
    store.count_order(&order(&run.id, 4)).await.unwrap();
    let problem = IdentifierProblem {
        identifier: "a.example.com".to_owned(),
        kind: "connection".to_owned(),
        detail: "refused".to_owned(),
    };
    let failure = Failure::new("challenge-failed", FailureClass::NeedsPerson, "show", "no", "")
        .with_identifiers(vec![problem]);
    run.marks[0] = Mark::Failed { failure: Box::new(failure), tries: 0 };
    (run.state, run.ended_at) = (RunState::Failed, Some(at(5)));
    let standing = Standing::default();
    let end =
        ObtainEnd { version: None, before: &before, standing: &standing, write: write(&run, fence, None) };
    store.end_obtain(&end).await.unwrap();
    let (uses, history) = used(at(0)).await;
    assert_eq!(uses, [1, 0, 0, 1]);
    let streak = &history.streaks[&validations(Scope::ConsecutiveFailures, &account, "a.example.com")];
    assert_eq!((streak.failures, streak.last_at), (1, at(5)));
    store.end_obtain(&end).await.unwrap();
    assert_eq!(used(at(0)).await.0, [1, 0, 0, 1], "ended twice counts once");
    assert_eq!(used(at(4)).await.0, [0, 0, 0, 1], "only what came after the moment");

    let most = store.most_used(&ca, Scope::Failures, at(0), 10).await.unwrap();
    assert_eq!((most.len(), most[0].subject.words(), most[0].uses.len()), (1, "a.example.com".to_owned(), 1));
    assert!(store.most_used(&"other".into(), Scope::Failures, at(0), 10).await.unwrap().is_empty());
    store.count_use(&ca, &Subject::new(Scope::Accounts, ""), at(6)).await.unwrap();
    store.prune_ledger(at(6) + SignedDuration::from_millis(1)).await.unwrap();
    assert_eq!(used(at(0)).await.0, [0; 4]);
    assert!(store.most_used(&ca, Scope::Accounts, at(0), 10).await.unwrap().is_empty());
}
