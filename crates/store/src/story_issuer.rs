//! The story of an issuer that every store must tell the same way: from its first account to its last prune.

use crate::issuer::{
    Account, AccountOpening, AccountStatus, Authorization, AuthorizationStatus, Certificate, Challenge,
    ChallengeKind, ChallengeStatus, ExternalKey, Issuer, KeyChange, NewIssuer, NewOrder, Order, OrderLimits,
    OrderOpening, OrderStatus, Outcome, Revocation, SealedKeys, Signing,
};
use crate::samples::{at, audit, identifier};
use crate::{Page, Store, StoreError};
use certwright_core::identifier::Identifier;
use serde_json::json;

const LIMITS: OrderLimits = OrderLimits { orders: 7, open_orders: 3, pending_authorizations: 4 };

/// Tells it. A second database adds one line that calls this.
pub(crate) async fn tell(store: &dyn Store) {
    made(store).await;
    accounts(store).await;
    proven_and_signed(store).await;
    failed_and_given_up(store).await;
    replaced_and_revoked(store).await;
    forgotten(store).await;
}

fn issuer(name: &str) -> Issuer {
    Issuer {
        name: name.to_owned(),
        settings: json!({"a": 1}),
        enabled: false,
        root: vec![1],
        intermediate: vec![2],
        revision: 1,
        created_at: at(0),
    }
}

fn account(id: &str, external_key: Option<&str>) -> Account {
    Account {
        id: id.to_owned(),
        issuer: "home".to_owned(),
        thumbprint: format!("thumbprint of {id}"),
        jwk: json!({"kty": "EC"}),
        status: AccountStatus::Valid,
        contacts: vec!["mailto:a@b.example".to_owned()],
        external_key: external_key.map(str::to_owned),
        terms_agreed: true,
        created_at: at(5),
    }
}

fn order(id: &str, names: &[&str]) -> (Order, Vec<Authorization>) {
    let identifiers: Vec<Identifier> = names.iter().map(|name| identifier(name)).collect();
    let challenge = |id: String, kind| Challenge {
        token: format!("token of {id}"),
        id,
        kind,
        status: ChallengeStatus::Pending,
        attempts: 0,
        validated_at: None,
        error: None,
    };
    let authorizations: Vec<Authorization> = identifiers
        .iter()
        .enumerate()
        .map(|(index, identifier)| Authorization {
            id: format!("{id}.{index}"),
            issuer: "home".to_owned(),
            account: "one".to_owned(),
            order: id.to_owned(),
            identifier: identifier.clone(),
            status: AuthorizationStatus::Pending,
            expires_at: at(1000),
            challenges: vec![
                challenge(format!("{id}.{index}.http"), ChallengeKind::Http01),
                challenge(format!("{id}.{index}.dns"), ChallengeKind::Dns01),
            ],
        })
        .collect();
    let order = Order {
        id: id.to_owned(),
        issuer: "home".to_owned(),
        account: "one".to_owned(),
        status: OrderStatus::Pending,
        identifiers,
        expires_at: at(1000),
        profile: None,
        replaces: None,
        error: None,
        signing: None,
        created_at: at(10),
        authorizations: authorizations.iter().map(|one| one.id.clone()).collect(),
    };
    (order, authorizations)
}

async fn open(store: &dyn Store, order: &Order, authorizations: &[Authorization]) -> OrderOpening {
    store.open_order(NewOrder { order, authorizations, limits: LIMITS }).await.unwrap()
}

async fn status(store: &dyn Store, id: &str) -> OrderStatus {
    store.order("home", id).await.unwrap().unwrap().status
}

async fn met(store: &dyn Store, challenge: &str) {
    store.start_challenge("home", challenge, at(20)).await.unwrap();
    let outcome = Outcome::Met { at: at(21), expires_at: at(2000) };
    store.conclude_challenge("home", challenge, &outcome).await.unwrap();
}

async fn made(store: &dyn Store) {
    let home = issuer("home");
    let keys = SealedKeys { root: vec![3], intermediate: vec![4] };
    let new = NewIssuer { issuer: &home, keys: &keys };
    assert_eq!(store.create_issuer(new, &audit("create", "issuer home")).await.unwrap(), home);
    let taken = store.create_issuer(new, &audit("create", "issuer home")).await.unwrap_err();
    assert!(matches!(taken, StoreError::Conflict { field: "name", .. }), "{taken}");
    assert_eq!(store.issuer_keys("home").await.unwrap(), keys);

    let settings = json!({"a": 2});
    let change = audit("update", "issuer home");
    let enabled = store.update_issuer("home", &settings, true, 1, &change).await.unwrap();
    assert_eq!((enabled.enabled, enabled.revision), (true, 2));
    let lost = store.update_issuer("home", &settings, true, 1, &change).await.unwrap_err();
    assert!(matches!(lost, StoreError::Outdated { revision: 2, .. }), "{lost}");
    assert_eq!(store.issuer("home").await.unwrap(), enabled);
    assert_eq!(store.issuers(None, 10).await.unwrap(), [enabled]);
    assert_eq!(store.issuers(Some("home"), 10).await.unwrap(), []);
    assert_eq!(store.next_list_number("home").await.unwrap(), 1);
    assert_eq!(store.next_list_number("home").await.unwrap(), 2);
    let renewed =
        store.replace_intermediate("home", b"renewed", &audit("renew", "issuer home")).await.unwrap();
    assert_eq!(renewed.intermediate, b"renewed");
    assert_eq!(store.issuer("home").await.unwrap(), renewed);
    assert_eq!(renewed.revision, 2, "nobody who edits loses by it");
    assert!(matches!(store.issuer("other").await, Err(StoreError::NotFound { .. })));
}

async fn accounts(store: &dyn Store) {
    let key = ExternalKey {
        issuer: "home".to_owned(),
        id: "key".to_owned(),
        policy: json!({}),
        created_at: at(1),
        expires_at: Some(at(100)),
        account: None,
        used_at: None,
    };
    let added = audit("create", "external key key");
    store.add_external_key(&key, b"sealed", &added).await.unwrap();
    let again = store.add_external_key(&key, b"sealed", &added).await.unwrap_err();
    assert!(matches!(again, StoreError::Conflict { .. }), "{again}");

    let one = account("one", Some("key"));
    assert_eq!(store.open_account(&one, 2).await.unwrap(), AccountOpening::Opened);
    assert_eq!(store.open_account(&one, 2).await.unwrap(), AccountOpening::Exists(one.clone()));
    let two = account("two", Some("key"));
    assert_eq!(store.open_account(&two, 2).await.unwrap(), AccountOpening::ExternalKeyUsed);
    let two = account("two", None);
    assert_eq!(store.open_account(&two, 2).await.unwrap(), AccountOpening::Opened);
    assert_eq!(store.open_account(&account("three", None), 2).await.unwrap(), AccountOpening::Full);
    let (used, sealed) = store.external_key("home", "key").await.unwrap().unwrap();
    assert_eq!(
        (used.account.as_deref(), used.used_at, &sealed[..]),
        (Some("one"), Some(at(5)), &b"sealed"[..])
    );
    assert_eq!(store.external_keys("home", Page::default()).await.unwrap().items, [used]);

    assert_eq!(store.issuer_account("other", "one").await.unwrap(), None, "of this issuer alone");
    let taken = store
        .change_key("home", "one", &one.thumbprint, &two.thumbprint, &json!({"kty": "RSA"}))
        .await
        .unwrap();
    assert_eq!(taken, KeyChange::Taken("two".to_owned()));
    for (expected, old) in [(KeyChange::Changed, &one.thumbprint), (KeyChange::Outdated, &two.thumbprint)] {
        let new = format!("new for {old}");
        let change = store.change_key("home", "one", old, &new, &json!({"kty": "RSA"})).await.unwrap();
        assert_eq!(change, expected);
    }
    store.set_contacts("home", "one", &[]).await.unwrap();
    let found = store.account_by_thumbprint("home", &format!("new for {}", one.thumbprint)).await.unwrap();
    let found = found.unwrap();
    assert_eq!((found.id.as_str(), found.contacts.len(), found.jwk["kty"].as_str()), ("one", 0, Some("RSA")));
}

async fn proven_and_signed(store: &dyn Store) {
    let (first, authorizations) = order("first", &["a.example", "*.b.example"]);
    assert_eq!(open(store, &first, &authorizations).await, OrderOpening::Opened);
    assert_eq!(store.order("home", "first").await.unwrap().unwrap(), first);
    assert_eq!(store.order("other", "first").await.unwrap(), None);
    let star = store.authorization("home", "first.1").await.unwrap().unwrap();
    assert_eq!(star, authorizations[1]);
    let (more, wider) = order("more", &["a.example", "b.example", "c.example"]);
    assert_eq!(open(store, &more, &wider).await, OrderOpening::TooManyAuthorizations);
    assert_eq!(store.order("home", "more").await.unwrap(), None, "what is refused leaves nothing");

    let signing =
        Signing { request: vec![9], serial: "01aa".to_owned(), not_before: at(30), not_after: at(90) };
    assert!(!store.begin_signing("home", "first", &signing, at(20)).await.unwrap(), "not proven yet");
    for _ in 0..2 {
        store.start_challenge("home", "first.0.http", at(20)).await.unwrap();
    }
    assert_eq!(store.next_challenge("home").await.unwrap(), Some(at(20)));
    let due = store.due_challenges("home", at(20), 10).await.unwrap();
    assert_eq!(
        (due.len(), due[0].identifier.ascii().as_str(), due[0].account.as_str()),
        (1, "a.example", "one")
    );
    let again = Outcome::Again { at: at(25), error: json!({"type": "dns"}) };
    store.conclude_challenge("home", "first.0.http", &again).await.unwrap();
    assert_eq!(store.due_challenges("home", at(24), 10).await.unwrap(), []);
    let due = store.due_challenges("home", at(25), 10).await.unwrap();
    assert_eq!(
        (due[0].challenge.attempts, due[0].challenge.error.clone()),
        (1, Some(json!({"type": "dns"})))
    );
    met(store, "first.0.http").await;
    assert_eq!(status(store, "first").await, OrderStatus::Pending, "one of two");
    assert!(store.is_authorized("one", &[identifier("a.example")], at(30)).await.unwrap());
    assert!(!store.is_authorized("one", &first.identifiers, at(30)).await.unwrap());
    assert!(!store.is_authorized("one", &[identifier("a.example")], at(2000)).await.unwrap(), "over");
    met(store, "first.1.dns").await;
    assert_eq!(status(store, "first").await, OrderStatus::Ready);
    assert_eq!(store.next_challenge("home").await.unwrap(), None);

    assert!(!store.begin_signing("home", "first", &signing, at(1000)).await.unwrap(), "over");
    assert!(store.begin_signing("home", "first", &signing, at(30)).await.unwrap());
    assert!(!store.begin_signing("home", "first", &signing, at(30)).await.unwrap(), "only once");
    assert_eq!(store.processing_orders("home", 10).await.unwrap(), ["first"]);
    assert_eq!(store.order("home", "first").await.unwrap().unwrap().signing, Some(signing));
    let certificate = certificate("first", "01aa", at(90));
    let other = Certificate { serial: "01bb".to_owned(), ..certificate.clone() };
    assert!(!store.store_certificate(&other).await.unwrap(), "not what was about to be signed");
    assert!(store.store_certificate(&certificate).await.unwrap());
    assert!(!store.store_certificate(&certificate).await.unwrap(), "only once");
    assert_eq!(status(store, "first").await, OrderStatus::Valid);
    assert_eq!(store.issued_certificate("home", "01aa").await.unwrap(), Some(certificate.clone()));
    assert_eq!(store.issued_certificates("home", Page::default()).await.unwrap().items, [certificate]);
}

fn certificate(order: &str, serial: &str, not_after: certwright_core::Timestamp) -> Certificate {
    Certificate {
        issuer: "home".to_owned(),
        serial: serial.to_owned(),
        order: order.to_owned(),
        account: "one".to_owned(),
        chain: "PEM".to_owned(),
        identifiers: vec![identifier("a.example")],
        key_fingerprint: "ff".to_owned(),
        not_before: at(30),
        not_after,
        revocation: None,
        replaced_by: None,
    }
}

async fn failed_and_given_up(store: &dyn Store) {
    for id in ["second", "third", "fourth"] {
        let (order, authorizations) = order(id, &["a.example"]);
        assert_eq!(open(store, &order, &authorizations).await, OrderOpening::Opened);
    }
    let (fifth, authorizations) = order("fifth", &["a.example"]);
    assert_eq!(open(store, &fifth, &authorizations).await, OrderOpening::TooManyOpenOrders);
    store.start_challenge("home", "second.0.http", at(20)).await.unwrap();
    let failed = Outcome::Failed { error: json!({"type": "connection"}) };
    store.conclude_challenge("home", "second.0.http", &failed).await.unwrap();
    let second = store.order("home", "second").await.unwrap().unwrap();
    assert_eq!((second.status, second.error), (OrderStatus::Invalid, Some(json!({"type": "connection"}))));
    met(store, "second.0.dns").await;
    assert_eq!(status(store, "second").await, OrderStatus::Invalid, "the verdict stands");
    let authorization = store.authorization_of_challenge("home", "second.0.dns").await.unwrap().unwrap();
    assert_eq!(authorization.status, AuthorizationStatus::Invalid);
    assert_eq!(authorization.challenges[1].status, ChallengeStatus::Pending);

    let why = json!({"type": "unauthorized"});
    store.deactivate_authorization("home", "third.0", &why).await.unwrap();
    assert_eq!(status(store, "third").await, OrderStatus::Invalid);
    let twice = store.deactivate_authorization("home", "third.0", &why).await.unwrap_err();
    assert!(matches!(twice, StoreError::NotFound { .. }), "{twice}");
    assert_eq!(store.order_ids("one", None, 10).await.unwrap(), ["first", "fourth"]);
    assert_eq!(store.order_ids("one", Some("first"), 10).await.unwrap(), ["fourth"]);

    met(store, "fourth.0.http").await;
    let signing =
        Signing { request: vec![9], serial: "01cc".to_owned(), not_before: at(30), not_after: at(90) };
    assert!(store.begin_signing("home", "fourth", &signing, at(30)).await.unwrap());
    store.fail_order("home", "fourth", &why).await.unwrap();
    assert_eq!(status(store, "fourth").await, OrderStatus::Invalid);
}

async fn replaced_and_revoked(store: &dyn Store) {
    let replacing = |id: &str| {
        let (order, authorizations) = order(id, &["a.example"]);
        (Order { replaces: Some("01aa".to_owned()), ..order }, authorizations)
    };
    let (next, authorizations) = replacing("next");
    assert_eq!(open(store, &next, &authorizations).await, OrderOpening::Opened);
    let (rival, authorizations) = replacing("rival");
    assert_eq!(open(store, &rival, &authorizations).await, OrderOpening::AlreadyReplaced);
    let why = json!({"type": "unauthorized"});
    store.deactivate_authorization("home", "next.0", &why).await.unwrap();
    assert_eq!(open(store, &rival, &authorizations).await, OrderOpening::Opened, "the other one failed");
    let (last, wanted) = order("last", &["a.example"]);
    assert_eq!(open(store, &last, &wanted).await, OrderOpening::Opened, "the seventh");
    let (more, wanted) = order("more", &["a.example"]);
    assert_eq!(open(store, &more, &wanted).await, OrderOpening::TooManyOrders, "failed ones count too");
    let found = store.issued_certificate("home", "01aa").await.unwrap().unwrap();
    assert_eq!(found.replaced_by.as_deref(), Some("rival"));

    let revocation = Revocation { at: at(40), reason: 1 };
    assert_eq!(store.revoked_certificates("home", at(40), None, 10).await.unwrap(), []);
    assert!(store.revoke_certificate("home", "01aa", revocation).await.unwrap());
    assert!(!store.revoke_certificate("home", "01aa", revocation).await.unwrap(), "only once");
    assert!(!store.revoke_certificate("home", "01zz", revocation).await.unwrap());
    let revoked = [("01aa".to_owned(), revocation)];
    assert_eq!(store.revoked_certificates("home", at(90), None, 10).await.unwrap(), revoked);
    assert_eq!(store.revoked_certificates("home", at(91), None, 10).await.unwrap(), [], "it is over");
    assert_eq!(store.revoked_certificates("home", at(90), Some("01aa"), 10).await.unwrap(), []);
}

async fn forgotten(store: &dyn Store) {
    store.end_account("home", "one", AccountStatus::Deactivated).await.unwrap();
    assert_eq!(status(store, "rival").await, OrderStatus::Invalid);
    let rival = store.authorization("home", "rival.0").await.unwrap().unwrap();
    assert_eq!(rival.status, AuthorizationStatus::Deactivated);

    assert_eq!(store.prune_issuer("home", at(1000), at(90), 10).await.unwrap(), 0, "nothing is over yet");
    let mut orders = 0;
    loop {
        let gone = store.prune_issuer("home", at(1001), at(90), 2).await.unwrap();
        assert!(gone <= 2, "in small pieces");
        orders += gone;
        if gone == 0 {
            break;
        }
    }
    assert_eq!(orders, 7);
    assert_eq!(store.authorization("home", "rival.0").await.unwrap(), None, "it goes with its order");
    assert!(store.issuer_account("home", "one").await.unwrap().is_some(), "it has a certificate");
    assert_eq!(
        store.prune_issuer("home", at(1001), at(91), 10).await.unwrap(),
        2,
        "the certificate, the account"
    );
    assert!(store.issuer_account("home", "one").await.unwrap().is_none());
    assert!(store.issuer_account("home", "two").await.unwrap().is_some());

    let gone = audit("delete", "issuer home");
    let used = store.delete_issuer("home", 2, &gone).await.unwrap_err();
    assert!(matches!(used, StoreError::InUse { .. }), "{used}");
    store.update_issuer("home", &json!({}), false, 2, &audit("update", "issuer home")).await.unwrap();
    store.remove_external_key("home", "key", &audit("delete", "external key key")).await.unwrap();
    store.delete_issuer("home", 3, &gone).await.unwrap();
    assert!(store.issuer_account("home", "two").await.unwrap().is_none());
}
