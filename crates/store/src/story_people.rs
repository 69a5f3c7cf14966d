//! The story of people, the same for every store: users, how they sign in and fail to, sessions, tokens, links.

use crate::people::{Begun, Link, NewSession, Session, SetUp, Token, User, UserEdit};
use crate::samples::{at, audit};
use crate::{AuditFilter, Page, Store, StoreError};
use certwright_core::id::UserId;
use certwright_core::lockout::Tries;
use certwright_core::role::{Role, Scope};

/// Tells it. A second database adds one line that calls this.
pub(crate) async fn tell(store: &dyn Store) {
    set_up_once(store).await;
    users(store).await;
    tries(store).await;
    second_factor(store).await;
    sessions(store).await;
    links(store).await;
    tokens(store).await;
    audit_is_looked_through(store).await;
    guesses(store).await;
}

fn user(id: &str, name: &str, role: Role) -> User {
    User {
        id: id.into(),
        name: name.to_owned(),
        role,
        disabled: false,
        second_factor: false,
        recovery_codes: 0,
        created_at: at(0),
        last_signed_in_at: None,
        tries: Tries::default(),
        revision: 1,
    }
}

fn session(id: &str, owner: &str, seconds: i64) -> Session {
    Session {
        id: id.into(),
        owner: owner.into(),
        created_at: at(seconds),
        last_seen_at: at(seconds),
        ends_at: at(seconds + 1000),
        address: "192.0.2.1".to_owned(),
        user_agent: "browser".to_owned(),
    }
}

async fn open(store: &dyn Store, id: &str, owner: &str, digest: u8, seconds: i64) {
    let session = session(id, owner, seconds);
    let new = NewSession { session: &session, digest: &[digest; 32] };
    store.open_session(new, &audit("sign-in", owner)).await.unwrap();
}

fn edit(user: &User) -> UserEdit<'_> {
    UserEdit { name: &user.name, role: user.role, disabled: user.disabled, expected: user.revision }
}

async fn set_up_once(store: &dyn Store) {
    let line = audit("set-up", "user user-1");
    let alice = user("user-1", "Alice", Role::Administrator);
    let first = session("session-1", "user-1", 10);
    let new = NewSession { session: &first, digest: &[1; 32] };
    assert_eq!(store.first_administrator().await.unwrap(), None);
    let none = store.set_up(&[9; 32], &alice, "hash", new, &line).await.unwrap();
    assert_eq!(none, SetUp::NoLink);
    for (digest, expires) in [(7, 20), (8, 20), (6, 5)] {
        let link = Link { owner: None, expires_at: at(expires) };
        store.add_link(&link, &[digest; 32], &line).await.unwrap();
    }
    assert_eq!(store.set_up(&[6; 32], &alice, "hash", new, &line).await.unwrap(), SetUp::NoLink, "too old");
    assert!(!store.sign_in_by_link(&[7; 32], new, &line).await.unwrap(), "it is not for signing in");
    assert_eq!(store.set_up(&[7; 32], &alice, "hash", new, &line).await.unwrap(), SetUp::Done);
    assert_eq!(store.set_up(&[8; 32], &alice, "hash", new, &line).await.unwrap(), SetUp::NotTheFirst);
    assert_eq!(store.link(&[8; 32], at(11)).await.unwrap(), None, "all links of its kind went");
    let made = store.first_administrator().await.unwrap().unwrap();
    assert_eq!((made.name.as_str(), made.last_signed_in_at), ("Alice", Some(at(10))));
    let (found, owner) = store.session(&[1; 32], at(11)).await.unwrap().unwrap();
    assert_eq!((found, owner), (first, made));
}

async fn users(store: &dyn Store) {
    let line = audit("create", "user user-2");
    let bob = store.create_user(&user("user-2", " Bob ", Role::Viewer), None, &line).await.unwrap();
    assert_eq!((bob.name.as_str(), bob.revision), ("Bob", 1));
    let taken = store.create_user(&user("user-3", "BOB", Role::Viewer), None, &line).await.unwrap_err();
    assert!(matches!(taken, StoreError::Conflict { field: "name", .. }), "{taken}");
    assert_eq!(store.user("bob").await.unwrap(), bob);
    assert_eq!(store.user("user-2").await.unwrap(), bob);
    assert!(matches!(store.user("carol").await.unwrap_err(), StoreError::NotFound { .. }));
    let page = store.users(Page { offset: 1, limit: 1 }).await.unwrap();
    assert_eq!((page.total, page.items), (2, vec![bob.clone()]));
    assert_eq!(store.credentials("bob").await.unwrap().unwrap().password, None);

    let operator = UserEdit { role: Role::Operator, ..edit(&bob) };
    let changed = store.update_user(&bob.id, operator, &line).await.unwrap();
    assert_eq!((changed.role, changed.revision), (Role::Operator, 2));
    let lost = store.update_user(&bob.id, operator, &line).await.unwrap_err();
    assert!(matches!(lost, StoreError::Outdated { revision: 2, .. }), "{lost}");
    let as_alice = UserEdit { name: "alice", ..edit(&changed) };
    let taken = store.update_user(&bob.id, as_alice, &line).await.unwrap_err();
    assert!(matches!(taken, StoreError::Conflict { field: "name", .. }), "{taken}");

    let alice = store.user("alice").await.unwrap();
    for last in [UserEdit { disabled: true, ..edit(&alice) }, UserEdit { role: Role::Viewer, ..edit(&alice) }]
    {
        let refused = store.update_user(&alice.id, last, &line).await.unwrap_err();
        assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    }
    let refused = store.delete_user(&alice.id, alice.revision, &line).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused}");
    let renamed = UserEdit { name: "alicia", ..edit(&alice) };
    assert_eq!(store.update_user(&alice.id, renamed, &line).await.unwrap().name, "alicia");
}

async fn tries(store: &dyn Store) {
    let id = UserId::from("user-2");
    let counted = |begun: Begun| match begun {
        Begun::Counted { before, now } => (before, now),
        Begun::Locked(until) => panic!("locked until {until}"),
    };
    for failures in 1..=3 {
        assert_eq!(counted(store.begin_try(&id, at(0)).await.unwrap()).1.failures, failures);
    }
    let (before, fourth) = counted(store.begin_try(&id, at(0)).await.unwrap());
    store.withdraw_try(&id, &before, &fourth).await.unwrap();
    assert_eq!(store.user("user-2").await.unwrap().tries.failures, 3, "it was no failure");
    let (before, fourth) = counted(store.begin_try(&id, at(0)).await.unwrap());
    let (_, fifth) = counted(store.begin_try(&id, at(0)).await.unwrap());
    assert_eq!(fifth.locked_until, Some(at(30)));
    store.withdraw_try(&id, &before, &fourth).await.unwrap();
    assert_eq!(store.begin_try(&id, at(29)).await.unwrap(), Begun::Locked(at(30)), "another one locked it");
    assert_eq!(store.user("user-2").await.unwrap().tries, fifth, "and that is durable");
    assert_eq!(counted(store.begin_try(&id, at(30)).await.unwrap()).1.locked_until, Some(at(90)));
    store.forget_tries(&id).await.unwrap();
    assert_eq!(store.user("user-2").await.unwrap().tries, Tries::default());
}

async fn guesses(store: &dyn Store) {
    let tries = Tries { failures: 5, last_at: Some(at(10)), locked_until: Some(at(40)) };
    store.store_guesses(&[1; 32], &tries).await.unwrap();
    let more = Tries { failures: 6, last_at: Some(at(40)), locked_until: Some(at(100)) };
    store.store_guesses(&[1; 32], &more).await.unwrap();
    store.store_guesses(&[2; 32], &tries).await.unwrap();
    assert_eq!(store.guesses(at(0)).await.unwrap(), [([1; 32], more), ([2; 32], tries)]);
    assert_eq!(store.guesses(at(10)).await.unwrap(), [([1; 32], more)]);
    store.prune_sessions(at(24 * 3600 + 10)).await.unwrap();
    assert_eq!(store.guesses(at(0)).await.unwrap(), [([1; 32], more)]);
}

async fn second_factor(store: &dyn Store) {
    let (id, line) = (UserId::from("user-2"), audit("enable-totp", "user user-2"));
    store.propose_totp(&id, b"sealed-1").await.unwrap();
    store.propose_totp(&id, b"sealed-2").await.unwrap();
    assert!(!store.user("user-2").await.unwrap().second_factor, "it is not proved yet");
    assert!(!store.take_totp_step(&id, 5).await.unwrap(), "so no code of it is good");
    let codes = [[1; 32], [2; 32]];
    let old = store.enable_totp(&id, b"sealed-1", 5, &codes, &line).await.unwrap_err();
    assert!(matches!(old, StoreError::Conflict { .. }), "{old}");
    store.enable_totp(&id, b"sealed-2", 5, &codes, &line).await.unwrap();
    let credentials = store.credentials("bob").await.unwrap().unwrap();
    assert!(credentials.user.second_factor);
    assert_eq!(credentials.user.recovery_codes, 2);
    assert_eq!(credentials.sealed_totp.as_deref(), Some(&b"sealed-2"[..]));
    let another = store.propose_totp(&id, b"sealed-3").await.unwrap_err();
    assert!(matches!(another, StoreError::Conflict { field: "totp", .. }), "{another}");
    for (step, taken) in [(5, false), (6, true), (6, false), (4, false), (8, true)] {
        assert_eq!(store.take_totp_step(&id, step).await.unwrap(), taken, "{step}");
    }
    for (code, taken) in [(1, true), (1, false), (3, false)] {
        assert_eq!(store.take_recovery_code(&id, &[code; 32]).await.unwrap(), taken, "{code}");
    }
    store.replace_recovery_codes(&id, &[[4; 32], [5; 32], [6; 32]], &line).await.unwrap();
    assert_eq!(store.user("user-2").await.unwrap().recovery_codes, 3);
    for (code, taken) in [(2, false), (4, true)] {
        assert_eq!(
            store.take_recovery_code(&id, &[code; 32]).await.unwrap(),
            taken,
            "{code}, after new ones"
        );
    }
    store.remove_totp(&id, &line).await.unwrap();
    let none = store.replace_recovery_codes(&id, &[[7; 32]], &line).await.unwrap_err();
    assert!(matches!(none, StoreError::Conflict { field: "totp", .. }), "{none}");
    let after = store.credentials("bob").await.unwrap().unwrap();
    assert_eq!((after.user.second_factor, after.user.recovery_codes, after.sealed_totp), (false, 0, None));
}

async fn sessions(store: &dyn Store) {
    let line = audit("end-session", "x");
    let (alice, bob) = (UserId::from("user-1"), UserId::from("user-2"));
    open(store, "session-2", "user-2", 2, 20).await;
    open(store, "session-3", "user-2", 3, 30).await;
    assert!(store.session(&[4; 32], at(40)).await.unwrap().is_none());
    assert!(store.session(&[2; 32], at(1019)).await.unwrap().is_some());
    assert!(store.session(&[2; 32], at(1020)).await.unwrap().is_none(), "it has ended");
    store.note_session(&"session-2".into(), at(40), at(2000)).await.unwrap();
    let listed = store.sessions(Some(&bob), at(1500), Page::default()).await.unwrap();
    assert_eq!(listed.total, 1, "the other one has ended");
    assert_eq!((listed.items[0].0.id.as_str(), listed.items[0].1.as_str()), ("session-2", "Bob"));
    let all = store.sessions(None, at(40), Page::first(2)).await.unwrap();
    let ids: Vec<_> = all.items.iter().map(|(session, _)| session.id.as_str()).collect();
    assert_eq!((all.total, ids), (3, vec!["session-2", "session-3"]), "those used last first");

    let foreign = store.end_session(&"session-2".into(), Some(&alice), &line).await.unwrap_err();
    assert!(matches!(foreign, StoreError::NotFound { .. }), "{foreign}");
    assert_eq!(store.end_sessions(&bob, Some(&"session-3".into()), &line).await.unwrap(), 1);
    assert!(store.session(&[3; 32], at(40)).await.unwrap().is_some());
    store.end_session(&"session-3".into(), Some(&bob), &line).await.unwrap();
    assert!(store.session(&[3; 32], at(40)).await.unwrap().is_none());

    for number in 0..120_u8 {
        open(store, &format!("session-many-{number}"), "user-2", 100 + number, 50 + i64::from(number)).await;
    }
    let many = store.sessions(Some(&bob), at(200), Page::first(1)).await.unwrap();
    assert_eq!(many.total, 100, "of very many the oldest end");
    store.set_password(&bob, "hash-2", &line).await.unwrap();
    assert_eq!(store.sessions(Some(&bob), at(200), Page::first(1)).await.unwrap().total, 0);
    assert_eq!(store.credentials("bob").await.unwrap().unwrap().password.as_deref(), Some("hash-2"));

    open(store, "session-4", "user-2", 4, 60).await;
    let found = store.user("bob").await.unwrap();
    let disabled = UserEdit { disabled: true, ..edit(&found) };
    let disabled = store.update_user(&bob, disabled, &line).await.unwrap();
    assert!(store.session(&[4; 32], at(61)).await.unwrap().is_none());
    let late = session("session-5", "user-2", 60);
    let refused = store.open_session(NewSession { session: &late, digest: &[5; 32] }, &line).await;
    assert!(matches!(refused.unwrap_err(), StoreError::NotFound { .. }), "nobody who is disabled");
    let enabled = UserEdit { disabled: false, ..edit(&disabled) };
    store.update_user(&bob, enabled, &line).await.unwrap();

    open(store, "session-6", "user-2", 6, 70).await;
    assert_eq!(store.prune_sessions(at(1011)).await.unwrap(), 1, "the first of all");
    assert_eq!(store.prune_sessions(at(1070)).await.unwrap(), 1);
}

async fn links(store: &dyn Store) {
    let line = audit("create-link", "x");
    let link = Link { owner: Some("user-2".into()), expires_at: at(2000) };
    for digest in [1, 2, 3] {
        store.add_link(&link, &[digest; 32], &line).await.unwrap();
    }
    assert_eq!(store.link(&[1; 32], at(1999)).await.unwrap().as_ref(), Some(&link));
    assert_eq!(store.link(&[1; 32], at(2000)).await.unwrap(), None);
    let of_another = session("session-7", "user-1", 1900);
    let new = NewSession { session: &of_another, digest: &[7; 32] };
    assert!(!store.sign_in_by_link(&[1; 32], new, &line).await.unwrap(), "it is another's");
    let own = session("session-7", "user-2", 1900);
    let new = NewSession { session: &own, digest: &[7; 32] };
    assert!(store.sign_in_by_link(&[1; 32], new, &line).await.unwrap());
    assert!(store.session(&[7; 32], at(1901)).await.unwrap().is_some());
    let again = session("session-8", "user-2", 1900);
    let new = NewSession { session: &again, digest: &[8; 32] };
    assert!(!store.sign_in_by_link(&[1; 32], new, &line).await.unwrap(), "it was used");
    assert_eq!(store.end_all_sessions().await.unwrap(), 3);
    assert_eq!(store.link(&[2; 32], at(1)).await.unwrap(), None);

    let bob = store.user("bob").await.unwrap();
    store.add_link(&link, &[4; 32], &line).await.unwrap();
    open(store, "session-9", "user-2", 9, 1900).await;
    store.delete_user(&bob.id, bob.revision, &line).await.unwrap();
    assert_eq!(store.link(&[4; 32], at(1)).await.unwrap(), None);
    assert!(store.session(&[9; 32], at(1901)).await.unwrap().is_none());
}

async fn tokens(store: &dyn Store) {
    let line = audit("create", "token token-1");
    let token = Token {
        id: "token-1".into(),
        name: "deploy".to_owned(),
        role: Role::Operator,
        scopes: vec![Scope::Read],
        created_at: at(0),
        created_by: "user alice".to_owned(),
        expires_at: Some(at(100)),
        last_used_at: None,
    };
    store.create_token(&token, &[1; 32], &line).await.unwrap();
    let other = Token { id: "token-2".into(), name: "Deploy".to_owned(), ..token.clone() };
    let taken = store.create_token(&other, &[2; 32], &line).await.unwrap_err();
    assert!(matches!(taken, StoreError::Conflict { field: "name", .. }), "{taken}");
    assert_eq!(store.token(&[1; 32]).await.unwrap().as_ref(), Some(&token));
    assert_eq!(store.token(&[2; 32]).await.unwrap(), None);
    store.note_token(&token.id, at(50)).await.unwrap();
    let used = store.find_token("DEPLOY").await.unwrap();
    assert_eq!(used, Token { last_used_at: Some(at(50)), ..token.clone() });
    let page = store.tokens(Page::default()).await.unwrap();
    assert_eq!((page.total, page.items), (1, vec![used]));
    store.delete_token(&token.id, &line).await.unwrap();
    assert_eq!(store.token(&[1; 32]).await.unwrap(), None);
    let gone = store.delete_token(&token.id, &line).await.unwrap_err();
    assert!(matches!(gone, StoreError::NotFound { .. }), "{gone}");
}

async fn audit_is_looked_through(store: &dyn Store) {
    let mut line = audit("sign-in-failed", "user user-1");
    (line.who, line.at) = ("address 192.0.2.1".to_owned(), at(5000));
    store.append_audit(&line).await.unwrap();
    let count = async |filter: AuditFilter| store.audit(&filter, Page::default()).await.unwrap().total;
    let all = count(AuditFilter::default()).await;
    let action = |action: &str| AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    assert_eq!(count(action("sign-in-failed")).await, 1);
    assert!(count(action("sign-in")).await > 1, "what begins with it");
    assert_eq!(count(action("sign-in-x")).await, 0);
    let who = AuditFilter { who: Some("address 192.0.2.1".to_owned()), ..action("sign") };
    assert_eq!(count(who).await, 1);
    assert!(count(AuditFilter::object("user user-1")).await >= 1);
    let after = AuditFilter { after: Some(at(5000)), ..AuditFilter::default() };
    let before = AuditFilter { before: Some(at(5000)), ..AuditFilter::default() };
    assert_eq!((count(after).await, count(before).await), (1, all - 1));
}
