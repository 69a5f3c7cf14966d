//! Changing authorities over the API: one's own, and what can be set of those that came with the program.

use super::running::running;
use certwright_api::audit::AuditQuery;
use certwright_api::authorities::AuthorityDraft;
use certwright_api::authority_details::Pace;
use certwright_api::authority_edits::AuthorityChanges;
use certwright_api::edits::CertificateDraft;
use certwright_api::problem::ProblemKind;
use serde_json::{Value, json};

fn changes(value: Value) -> serde_json::Result<AuthorityChanges> {
    serde_json::from_value(value)
}

#[tokio::test]
async fn an_authority_of_ones_own_is_changed_field_by_field_and_in_order() {
    let running = running().await;
    let client = &running.local;
    let draft: AuthorityDraft = serde_json::from_value(json!({
        "title": "Ours", "directory": "https://ca.internal/acme", "internal_names": true,
        "details": { "website": "https://ca.internal", "lifetime_days": 30 },
    }))
    .unwrap();
    let made = client.put_authority("internal", &draft).await.unwrap();
    assert_eq!(made.revision, 1);

    let change =
        changes(json!({ "title": "Our CA", "details": { "website": null, "wildcards": false } })).unwrap();
    let after = client.update_authority("internal", 1, &change).await.unwrap();
    assert_eq!((after.title.as_str(), after.revision), ("Our CA", 2));
    assert_eq!((after.details.website.as_deref(), after.details.wildcards), (None, false));
    assert_eq!((after.internal_names, after.details.lifetime_days), (true, Some(30)), "the rest stays");
    assert_eq!(client.authority("internal").await.unwrap(), after);

    let lost = client.update_authority("internal", 1, &change).await.unwrap_err();
    assert!(lost.is(ProblemKind::Outdated), "{lost}");
    assert_eq!(lost.problem().unwrap().current.as_ref().unwrap()["title"], "Our CA");
    let wrong =
        changes(json!({ "directory": "ca.internal", "title": " ", "max_identifiers": 0, "details": { "terms": "javascript:1", "pace": { "open_orders": 0 } } })).unwrap();
    let refused = client.update_authority("internal", 2, &wrong).await.unwrap_err();
    let fields: Vec<_> =
        refused.problem().unwrap().refusals.iter().map(|refusal| refusal.field.as_str()).collect();
    assert_eq!(
        fields,
        ["directory", "title", "max_identifiers", "details.terms", "details.pace.open_orders"]
    );
    assert!(client.update_authority("nobody", 0, &change).await.unwrap_err().is(ProblemKind::NotFound));

    let audit = client.audit(&AuditQuery::default()).await.unwrap();
    let line = &audit.items[0];
    assert_eq!((line.action.as_str(), line.object.as_str()), ("update", "authority internal"));
    let title = |value: &Option<Value>| value.as_ref().unwrap()["title"].clone();
    assert_eq!((title(&line.before), title(&line.after)), (json!("Ours"), json!("Our CA")));
}

#[tokio::test]
async fn one_that_came_with_the_program_is_switched_off_and_given_other_limits() {
    let running = running().await;
    let client = &running.local;
    let catalogue = client.authority("letsencrypt").await.unwrap();
    assert_eq!(catalogue.revision, 0);
    assert!(catalogue.catalogue.is_empty() && catalogue.details.terms.is_some());

    let beyond =
        changes(json!({ "title": "Mine", "details": { "wildcards": false, "disabled": true } })).unwrap();
    let refused = client.update_authority("letsencrypt", 0, &beyond).await.unwrap_err();
    let fields: Vec<_> =
        refused.problem().unwrap().refusals.iter().map(|refusal| refusal.field.as_str()).collect();
    assert_eq!(fields, ["title", "details.wildcards"]);
    assert_eq!(client.authority("letsencrypt").await.unwrap(), catalogue, "and nothing of it is done");

    let limit = json!({ "scope": "orders", "most": 1000, "seconds": 10_800 });
    let set = changes(json!({ "details": {
        "pace": { "open_orders": 7, "open_orders_of_account": 6, "orders_per_second": 5 }, "rate_limits": [limit],
    } })).unwrap();
    let after = client.update_authority("letsencrypt", 0, &set).await.unwrap();
    assert_eq!(
        (after.revision, after.details.pace.open_orders, after.details.rate_limits[0].most),
        (1, 7, 1000)
    );
    assert_eq!(after.catalogue.pace, Some(Pace::default()));
    assert_eq!(after.catalogue.rate_limits.as_ref(), Some(&catalogue.details.rate_limits));
    let listed = client.authorities().await.unwrap();
    assert!(listed.contains(&after), "the list says the same");
    let limits = client.limits("letsencrypt").await.unwrap();
    assert_eq!(
        limits.limits.iter().map(|it| it.limit.most).collect::<Vec<_>>(),
        [1000],
        "and the ledger counts by it"
    );
    assert!(client.update_authority("letsencrypt", 0, &set).await.unwrap_err().is(ProblemKind::Outdated));

    let off = changes(json!({ "details": { "disabled": true, "pace": null } })).unwrap();
    let after = client.update_authority("letsencrypt", 1, &off).await.unwrap();
    assert!(
        after.details.disabled && after.catalogue.pace.is_none() && after.catalogue.rate_limits.is_some()
    );
    assert_eq!(after.details.pace, Pace::default());
    let draft: CertificateDraft =
        serde_json::from_value(json!({ "identifiers": ["shop.example.com"], "authority": "letsencrypt" }))
            .unwrap();
    let refused = client.create_certificate(&draft, "1").await.unwrap_err();
    assert!(refused.to_string().contains("switched off here"), "{refused}");

    let on = changes(json!({ "details": { "disabled": false, "rate_limits": null } })).unwrap();
    let after = client.update_authority("letsencrypt", 2, &on).await.unwrap();
    assert_eq!(after.revision, 3);
    assert_eq!(after.details, catalogue.details, "as the catalogue says again");
    let audit = client.audit(&AuditQuery::default()).await.unwrap();
    assert_eq!(audit.items[0].object, "authority letsencrypt");
    assert_eq!(audit.items[0].before.as_ref().unwrap()["disabled"], true);
    assert_eq!(audit.items[0].after.as_ref().unwrap()["disabled"], false);
}
