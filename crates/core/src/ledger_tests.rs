//! What the ledger counts, predicts and reads from an authority's refusal.

use super::*;
use jiff::SignedDuration;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn names(text: &str) -> Vec<Identifier> {
    text.split(' ').map(|name| Identifier::parse(name).unwrap()).collect()
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

fn limits() -> Vec<RateLimit> {
    vec![
        RateLimit::bucket(Scope::Orders, 300, 3 * HOUR),
        RateLimit::bucket(Scope::Domain, 50, 7 * DAY),
        RateLimit::bucket(Scope::IdentifierSet, 5, 7 * DAY),
        RateLimit::bucket(Scope::Failures, 5, HOUR),
        RateLimit::bucket(Scope::ConsecutiveFailures, 1152, 1152 * DAY),
    ]
}

#[test]
fn certificates_are_counted_by_registered_domain_address_or_network() {
    for (name, counted) in [
        ("*.shop.example.co.uk", "example.co.uk"),
        ("a.b.example.com", "example.com"),
        ("bücher.example.com", "example.com"),
        ("srv01", "srv01"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ] {
        assert_eq!(domain(&Identifier::parse(name).unwrap()), counted);
    }
    assert_eq!(
        identifier_set(&names("a.example.com b.example.com")),
        identifier_set(&names("b.example.com A.example.com")),
        "order and case mean nothing"
    );
}

/// A history in which each subject of the order was used as often as the limits permit at second 0.
fn full(order: &PlannedOrder<'_>, scope: Scope, uses: usize) -> History {
    let subjects = order.subjects().into_iter().filter(|subject| subject.scope == scope);
    History { uses: subjects.map(|subject| (subject, vec![at(0); uses])).collect(), ..History::default() }
}

#[test]
fn each_limit_holds_an_order_back_until_it_frees_unless_it_is_exempt() {
    let (account, set) = (AccountId::from("acct-1"), names("a.example.com b.example.com"));
    let order = |exemption| PlannedOrder { account: &account, identifiers: &set, exemption };
    for (scope, most, frees, by_same, by_replaces) in [
        (Scope::Orders, 300, 36, true, true),
        (Scope::Domain, 50, 12_096, true, true),
        (Scope::IdentifierSet, 5, 120_960, false, true),
        (Scope::Failures, 5, 720, false, true),
    ] {
        let plain = order(Exemption::None);
        let history = full(&plain, scope, most);
        let Prediction::Exceeds(exceeded) = predict(&limits(), &history, &plain, at(0)) else {
            panic!("{scope:?} is not exceeded")
        };
        assert_eq!(
            (exceeded.frees_at, exceeded.subject.scope, exceeded.told),
            (at(frees), scope, false),
            "{exceeded:?}"
        );
        assert!(exceeded.words.contains("it frees at 2027-"), "{}", exceeded.words);
        assert_eq!(predict(&limits(), &history, &plain, at(frees)), Prediction::Permitted, "{scope:?}");
        let one_less = full(&plain, scope, most - 1);
        assert_eq!(predict(&limits(), &one_less, &plain, at(0)), Prediction::Permitted, "{scope:?}");
        for (exemption, free) in [(Exemption::SameIdentifiers, by_same), (Exemption::Replaces, by_replaces)] {
            let permitted = predict(&limits(), &history, &order(exemption), at(0)) == Prediction::Permitted;
            assert_eq!(permitted, free, "{scope:?} {exemption:?}");
        }
    }
    assert_eq!(order(Exemption::None).counted().len(), 3);
    assert_eq!(
        order(Exemption::SameIdentifiers).counted(),
        [Subject::new(Scope::IdentifierSet, identifier_set(&set))]
    );
    assert_eq!(order(Exemption::Replaces).counted(), []);
}

#[test]
fn failures_in_a_row_hold_a_name_until_one_a_day_is_forgiven() {
    let (account, set) = (AccountId::from("acct-1"), names("a.example.com"));
    let order = PlannedOrder { account: &account, identifiers: &set, exemption: Exemption::None };
    let subject = validations(Scope::ConsecutiveFailures, &account, "A.example.com");
    let streak = |failures| History {
        streaks: [(subject.clone(), Streak { failures, last_at: at(0) })].into(),
        ..History::default()
    };
    assert_eq!(predict(&limits(), &streak(1151), &order, at(0)), Prediction::Permitted);
    let Prediction::Exceeds(exceeded) = predict(&limits(), &streak(1152), &order, at(0)) else { panic!() };
    assert_eq!(exceeded.frees_at, at(86_400));
}

#[test]
fn the_authoritys_word_holds_back_whoever_it_is_about_exempt_or_not() {
    let (account, set) = (AccountId::from("acct-1"), names("a.example.com"));
    let order = PlannedOrder { account: &account, identifiers: &set, exemption: Exemption::Replaces };
    let told = |subject: Subject| History {
        waits: [(
            subject.clone(),
            Wait { subject, since: at(0), until: at(90), words: "too many".to_owned() },
        )]
        .into(),
        ..History::default()
    };
    for subject in order.subjects() {
        let Prediction::Exceeds(exceeded) = predict(&[], &told(subject.clone()), &order, at(89)) else {
            panic!("{subject:?}")
        };
        assert!(exceeded.told && exceeded.frees_at == at(90), "{exceeded:?}");
        assert!(exceeded.words.contains("too many"), "{exceeded:?}");
        assert_eq!(predict(&[], &told(subject), &order, at(90)), Prediction::Permitted);
    }
    let other = told(Subject::new(Scope::Orders, "acct-2"));
    assert_eq!(predict(&[], &other, &order, at(1)), Prediction::Permitted, "another account's");
}

#[test]
fn whom_a_refusal_is_about_is_read_from_its_words() {
    let (account, set) = (AccountId::from("acct-1"), names("a.example.com b.example.org"));
    let order = PlannedOrder { account: &account, identifiers: &set, exemption: Exemption::None };
    for (words, subject) in [
        (None, Subject::everything()),
        (
            Some("too many new orders (300) from this account in the last 3h0m0s, retry after 2026-11-25"),
            Subject::new(Scope::Orders, "acct-1"),
        ),
        (
            Some("too many certificates (50) already issued for \"example.org\" in the last 168h0m0s"),
            Subject::new(Scope::Domain, "example.org"),
        ),
        (
            Some(
                "too many certificates (5) already issued for this exact set of identifiers in the last 168h",
            ),
            Subject::new(Scope::IdentifierSet, identifier_set(&set)),
        ),
        (
            Some("too many failed authorizations (5) for \"b.example.org\" in the last 1h0m0s"),
            Subject::new(Scope::Failures, "acct-1 b.example.org"),
        ),
        (Some("Rate limit reached"), Subject::new(Scope::Orders, "acct-1")),
    ] {
        assert_eq!(refused(words, &order), subject, "{words:?}");
    }
}

#[test]
fn an_hour_of_steady_use_never_exceeds_what_the_bucket_permits() {
    let limit = RateLimit::bucket(Scope::Orders, 300, 3 * HOUR);
    let (mut uses, mut now) = (Vec::new(), at(0));
    while now < at(6 * 3600) {
        let room = limit.room(&uses, None, now);
        if room.left > 0 {
            uses.push(now);
        } else {
            now = room.frees_at.max(now + SignedDuration::from_secs(1));
        }
    }
    assert_eq!(uses.len(), 300 + 600 - 1, "the bucket, and one every 36 seconds");
}
