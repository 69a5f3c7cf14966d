//! API tokens: shown once, narrowed by role and scopes, ended by time and by hand.

use super::browser::Browser;
use super::running::{TOKEN, running};
use certwright_core::{SignedDuration, Timestamp};
use serde_json::{Value, json};

async fn made(owner: &mut Browser, draft: Value) -> String {
    let answer = owner.send("POST", "/tokens", Some(draft)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let secret = answer.body["secret"].as_str().unwrap();
    assert!(secret.starts_with("cw_"), "{secret}");
    secret.to_owned()
}

#[tokio::test]
async fn a_token_opens_what_its_role_and_scopes_say() {
    let running = running().await;
    let mut owner = Browser::program(running.address, TOKEN);
    let operator = made(&mut owner, json!({ "name": "all", "role": "operator" })).await;
    let reader = made(&mut owner, json!({ "name": "r", "role": "operator", "scopes": ["read"] })).await;
    let metrics = made(&mut owner, json!({ "name": "m", "role": "viewer", "scopes": ["metrics"] })).await;
    let of = |token: &str| Browser::program(running.address, token);
    let draft = json!({ "identifiers": ["a.example.com"], "deployments": [] });
    assert_eq!(
        of(&reader).send("POST", "/certificates", Some(draft.clone())).await.kind(),
        "role-not-enough"
    );
    assert_eq!(of(&operator).send("POST", "/certificates", Some(draft)).await.status, 201);
    assert_eq!(of(&reader).get("/certificates").await.body["total"], 1);
    assert_eq!(of(&metrics).get("/certificates").await.kind(), "role-not-enough");
    assert_eq!(of(&metrics).ask("GET", "/metrics", None).await.status, 200);
    assert_eq!(of(&reader).ask("GET", "/metrics", None).await.status, 403);
    assert_eq!(
        of(&operator).send("POST", "/tokens", Some(json!({ "name": "x", "role": "viewer" }))).await.status,
        403
    );
    let wide = json!({ "name": "wide", "role": "viewer", "scopes": ["read", "administer"] });
    let refused = owner.send("POST", "/tokens", Some(wide)).await;
    assert_eq!(refused.body["refusals"][0]["field"], "scopes[1]");
    let audit = owner.get("/audit?who=token%20all").await;
    assert_eq!(audit.body["items"][0]["action"], "create", "{audit:?}");
    assert_eq!(
        owner.get("/audit").await.body["items"].as_array().unwrap().len(),
        4,
        "existing callers go on"
    );
}

#[tokio::test]
async fn a_token_ends_by_time_and_by_hand() {
    let running = running().await;
    let mut owner = Browser::program(running.address, TOKEN);
    let past = json!({ "name": "p", "role": "viewer", "expires_at": Timestamp::now() - SignedDuration::from_secs(1) });
    assert_eq!(owner.send("POST", "/tokens", Some(past)).await.body["refusals"][0]["field"], "expires_at");
    let ends = Timestamp::now() + SignedDuration::from_hours(1);
    let short = made(&mut owner, json!({ "name": "short", "role": "viewer", "expires_at": ends })).await;
    let long = made(&mut owner, json!({ "name": "long", "role": "viewer" })).await;
    let mut with_short = Browser::program(running.address, &short);
    let mut with_long = Browser::program(running.address, &long);
    assert_eq!(with_short.get("/certificates").await.status, 200);
    running.clock.pass(3601);
    let over = with_short.get("/certificates").await;
    assert_eq!((over.status, over.kind()), (401, "unauthorized"));
    assert!(over.body["detail"].as_str().unwrap().contains("has expired"), "{over:?}");
    assert_eq!(with_long.get("/certificates").await.status, 200);
    assert_eq!(owner.send("DELETE", "/tokens/LONG", None).await.status, 204);
    assert_eq!(with_long.get("/certificates").await.kind(), "unauthorized");
    let listed = owner.get("/tokens").await;
    assert_eq!((listed.body["total"].as_u64(), &listed.body["items"][0]["name"]), (Some(1), &json!("short")));
    assert!(listed.body["items"][0]["last_used_at"].is_string());
    assert!(!listed.body.to_string().contains(&short), "the secret is shown once");
    let running = running.again().await;
    assert_eq!(Browser::program(running.address, &long).get("/certificates").await.kind(), "unauthorized");
}
