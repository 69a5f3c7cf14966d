//! The built-in authorities over the API.

use super::running::{Running, running};
use certwright_api::audit::AuditQuery;
use certwright_api::issuer_edits::{ExternalKeyDraft, IssuerChanges, IssuerDraft, IssuerSettingsChanges};
use certwright_api::issuers::{Issuer, IssuerPolicy, IssuerReach, IssuerSettings};
use certwright_api::page::PageQuery;
use certwright_api::problem::ProblemKind;

fn names(names: &[&str]) -> IssuerPolicy {
    IssuerPolicy { names: names.iter().map(|name| (*name).to_owned()).collect(), ..IssuerPolicy::default() }
}

fn draft(name: &str) -> IssuerDraft {
    let settings = IssuerSettings { policy: names(&["Localhost"]), ..IssuerSettings::default() };
    IssuerDraft { name: name.to_owned(), title: format!("CA {name}"), settings, enabled: false }
}

fn enabled(enabled: bool) -> IssuerChanges {
    IssuerChanges { enabled: Some(enabled), ..IssuerChanges::default() }
}

fn settings(settings: IssuerSettingsChanges) -> IssuerChanges {
    IssuerChanges { settings, ..IssuerChanges::default() }
}

async fn made(running: &Running, name: &str) -> Issuer {
    running.local.create_issuer(&draft(name), name).await.unwrap()
}

#[tokio::test]
async fn an_authority_is_made_enabled_changed_in_order_and_deleted() {
    let running = running().await;
    let client = &running.local;
    let issuer = made(&running, "home").await;
    assert_eq!(client.create_issuer(&draft("home"), "home").await.unwrap(), issuer, "made once");
    assert!(client.create_issuer(&draft("home"), "again").await.unwrap_err().is(ProblemKind::Conflict));
    assert_eq!((issuer.enabled, issuer.mounted, issuer.revision), (false, false, 1));
    assert_eq!(issuer.title.as_deref(), Some("CA home"));
    assert_eq!(issuer.settings.policy, names(&["localhost"]));
    assert_eq!(issuer.constraints.as_ref().unwrap().names, ["localhost"]);
    assert!(issuer.directory.ends_with("/acme/home/directory"), "{}", issuer.directory);
    assert_eq!((issuer.root.sha256.len(), issuer.root.sha1.len()), (64, 40));
    assert_eq!(issuer.root.subject, "CN=CA home Root");
    assert_eq!(issuer.directory_tls_roots, None, "over plain http");

    let on = client.update_issuer("home", 1, &enabled(true)).await.unwrap();
    assert!(on.enabled && on.mounted && on.revision == 2);
    let lost = client.update_issuer("home", 1, &enabled(false)).await.unwrap_err();
    assert!(lost.is(ProblemKind::Outdated), "{lost}");
    assert_eq!(lost.problem().unwrap().current.as_ref().unwrap()["revision"], 2);
    assert!(client.delete_issuer("home", 2).await.unwrap_err().is(ProblemKind::InUse));

    let wider = IssuerSettingsChanges {
        policy: Some(names(&["localhost", "internal"])),
        lifetime_seconds: Some(3600),
        ..IssuerSettingsChanges::default()
    };
    let wide = client.update_issuer("home", 2, &settings(wider)).await.unwrap();
    assert_eq!(wide.constraints, issuer.constraints, "the root's stay");
    assert_eq!(wide.settings.lifetime_seconds, 3600);
    assert!(wide.warnings[0].starts_with("internal is beyond"), "{:?}", wide.warnings);
    assert!(wide.enabled && wide.mounted);

    let off = client.update_issuer("home", 3, &enabled(false)).await.unwrap();
    assert!(client.delete_issuer("home", 3).await.unwrap_err().is(ProblemKind::Outdated));
    client.delete_issuer("home", off.revision).await.unwrap();
    let gone = client.issuer("home").await.unwrap_err();
    assert!(gone.is(ProblemKind::NotFound) && gone.to_string().contains("authority list"), "{gone}");
    let audit = client.audit(&AuditQuery::default()).await.unwrap();
    let actions: Vec<_> =
        audit.items.iter().map(|line| (line.action.as_str(), line.object.as_str())).collect();
    assert_eq!(actions[0], ("delete", "issuer home"));
    assert_eq!(actions.last(), Some(&("create", "issuer home")));
}

#[tokio::test]
async fn all_complaints_come_together_and_nothing_is_made() {
    let running = running().await;
    let mut wrong = draft("Home CA");
    wrong.title = " ".to_owned();
    wrong.enabled = true;
    wrong.settings.reach = IssuerReach::Network;
    wrong.settings.lifetime_seconds = 59;
    wrong.settings.policy = names(&["*.home.arpa"]);
    wrong.settings.policy.networks = vec!["10.0.0.1/8".to_owned()];
    wrong.settings.terms_of_service = Some("terms".to_owned());
    let error = running.local.create_issuer(&wrong, "1").await.unwrap_err();
    let problem = error.problem().unwrap();
    let fields: Vec<_> = problem.refusals.iter().map(|refusal| refusal.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "settings.policy.networks[0]",
            "name",
            "title",
            "settings.policy.names[0]",
            "settings.lifetime_seconds",
            "settings.terms_of_service",
            "enabled",
        ]
    );
    assert!(problem.refusals.iter().all(|refusal| !refusal.remedy.is_empty()));

    // A root without constraints is made for "anything" alone, never by leaving the lists empty.
    let mut empty = draft("empty");
    empty.settings.policy = IssuerPolicy::default();
    let error = running.local.create_issuer(&empty, "2").await.unwrap_err();
    assert_eq!(error.problem().unwrap().refusals[0].field, "settings.policy", "{error}");
    empty.settings.policy = IssuerPolicy { anything: true, ..names(&["home.arpa"]) };
    let error = running.local.create_issuer(&empty, "3").await.unwrap_err();
    assert_eq!(error.problem().unwrap().refusals[0].field, "settings.policy.anything", "{error}");
    empty.settings.policy = IssuerPolicy { anything: true, ..IssuerPolicy::default() };
    let anything = running.local.create_issuer(&empty, "4").await.unwrap();
    assert_eq!(anything.constraints, None);
    let page = running.local.issuers(&PageQuery::default()).await.unwrap();
    assert_eq!((page.total, page.items.len()), (1, 1));
}

#[tokio::test]
async fn the_network_is_served_by_https_at_an_address_that_others_reach_and_otherwise_not() {
    let running = running().await;
    let mut wanted = draft("home");
    wanted.settings.reach = IssuerReach::Network;
    let issuer = running.local.create_issuer(&wanted, "1").await.unwrap();
    assert!(issuer.warnings[0].contains("--service-url"), "{:?}", issuer.warnings);
    assert!(issuer.settings.binds_accounts());
    let refused = running.local.update_issuer("home", 1, &enabled(true)).await.unwrap_err();
    assert_eq!(refused.problem().unwrap().refusals[0].field, "enabled", "{refused}");
    let here = IssuerSettingsChanges {
        reach: Some(IssuerReach::Loopback { challenge_port: 5002 }),
        ..IssuerSettingsChanges::default()
    };
    let here = IssuerChanges { enabled: Some(true), settings: here };
    assert!(running.local.update_issuer("home", 1, &here).await.unwrap().mounted);
}

#[tokio::test]
async fn lists_come_in_pages_by_name_and_have_an_end() {
    let running = running().await;
    for number in 0..50 {
        made(&running, &format!("n{number:02}")).await;
    }
    let more = running.local.create_issuer(&draft("one-more"), "more").await.unwrap_err();
    assert!(more.to_string().contains("50"), "{more}");
    let query = PageQuery { offset: Some(48), limit: Some(5) };
    let page = running.local.issuers(&query).await.unwrap();
    let found: Vec<_> = page.items.iter().map(|issuer| issuer.name.as_str()).collect();
    assert_eq!((found, page.total), (vec!["n48", "n49"], 50));
}

#[tokio::test]
async fn the_secret_of_an_external_key_is_in_one_answer_and_nowhere_else() {
    let running = running().await;
    let client = &running.local;
    made(&running, "home").await;
    let wanted = ExternalKeyDraft { policy: Some(names(&["a.localhost"])), expires_at: None };
    let key = client.create_external_key("home", &wanted).await.unwrap();
    assert_eq!(key.secret.reveal().len(), 43, "256 bits");
    assert!(!format!("{key:?}").contains(key.secret.reveal()));
    let all = client.create_external_key("home", &ExternalKeyDraft::default()).await.unwrap();
    assert!(all.policy.anything && all.secret != key.secret);
    let keys = client.external_keys("home", &PageQuery::default()).await.unwrap();
    assert_eq!(keys.total, 2);
    assert!(keys.items.iter().any(|stored| stored.id == key.id && stored.policy == names(&["a.localhost"])));
    let audit = client.audit(&AuditQuery::default()).await.unwrap();
    for text in [serde_json::to_string(&keys).unwrap(), serde_json::to_string(&audit).unwrap()] {
        assert!(text.contains(&key.id) && !text.contains(key.secret.reveal()), "{text}");
    }

    let wrong = ExternalKeyDraft {
        policy: Some(names(&["*.x"])),
        expires_at: Some("2000-01-01T00:00:00Z".parse().unwrap()),
    };
    let error = client.create_external_key("home", &wrong).await.unwrap_err();
    let fields: Vec<_> = error.problem().unwrap().refusals.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["policy.names[0]", "expires_at"]);
    let nobody = client.create_external_key("nobody", &ExternalKeyDraft::default()).await.unwrap_err();
    assert!(nobody.is(ProblemKind::NotFound), "{nobody}");

    client.delete_external_key("home", &key.id).await.unwrap();
    let gone = client.delete_external_key("home", &key.id).await.unwrap_err();
    assert!(gone.is(ProblemKind::NotFound), "{gone}");
    let issued = client.issued("home", &PageQuery::default()).await.unwrap();
    assert_eq!((issued.total, issued.limit), (0, 50));
    for missing in [
        client.issued("nobody", &PageQuery::default()).await.unwrap_err(),
        client.external_keys("nobody", &PageQuery::default()).await.unwrap_err(),
    ] {
        assert!(missing.is(ProblemKind::NotFound), "{missing}");
    }
}
