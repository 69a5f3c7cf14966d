//! The second factor: proved before it counts, each code good once, recovery codes, an administrator's reset.

use super::browser::{Browser, OTHER, PASSWORD};
use super::running::{MovedClock, running};
use certwright_engine::Clock;
use serde_json::{Value, json};
use totp_rs::{Algorithm, Builder, Secret};

/// The authenticator: the code that it shows now.
fn shown(secret: &Value, clock: &MovedClock) -> String {
    let secret = Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret)
        .build()
        .unwrap();
    totp.generate(clock.now().as_second().unsigned_abs()).to_string()
}

#[tokio::test]
async fn it_is_proved_then_asked_for_and_no_code_is_taken_twice() {
    let running = running().await;
    let clock = &running.clock;
    let mut alice = Browser::administrator(&running, "alice").await;
    let proposed = alice.send("POST", "/session/totp", None).await;
    assert_eq!(proposed.status, 200, "{proposed:?}");
    let secret = &proposed.body["secret"];
    let uri = proposed.body["uri"].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/Certwright:alice?secret="), "{uri}");
    assert!(uri.contains(secret.as_str().unwrap()) && uri.contains("issuer=Certwright"), "{uri}");
    assert!(proposed.body["qr"].as_str().unwrap().starts_with("<svg "), "{proposed:?}");
    let mut other = Browser::new(running.address);
    assert_eq!(other.sign_in("alice", PASSWORD, None).await.status, 200, "it does not count yet");

    let wrong = alice.send("PUT", "/session/totp", Some(json!({ "code": "000000" }))).await;
    assert_eq!((wrong.kind(), &wrong.body["refusals"][0]["field"]), ("refused", &json!("code")));
    let proof = shown(secret, clock);
    let enabled = alice.send("PUT", "/session/totp", Some(json!({ "code": proof }))).await;
    assert_eq!(enabled.status, 200, "{enabled:?}");
    let codes = enabled.body["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(codes.len(), 10);
    assert_eq!(alice.get("/session").await.body["user"]["totp"], true);
    let second = alice.send("POST", "/session/totp", None).await;
    assert_eq!(second.kind(), "conflict", "one at a time");

    let mut browser = Browser::new(running.address);
    let missing = browser.sign_in("alice", PASSWORD, None).await;
    assert_eq!((missing.status, missing.kind()), (401, "second-factor-needed"));
    let unproved = browser.sign_in("alice", OTHER, None).await;
    assert_eq!(unproved.kind(), "sign-in-refused", "who knows no password is not told of the second factor");
    assert_eq!(browser.sign_in("alice", PASSWORD, Some(&proof)).await.kind(), "sign-in-refused", "used");
    clock.pass(30);
    let next = shown(secret, clock);
    assert_eq!(browser.sign_in("alice", PASSWORD, Some(&next)).await.status, 200);
    assert_eq!(browser.sign_in("alice", PASSWORD, Some(&next)).await.kind(), "sign-in-refused", "replayed");

    let recovery = codes[0].as_str().unwrap().to_uppercase();
    assert_eq!(browser.sign_in("alice", PASSWORD, Some(&recovery)).await.status, 200);
    assert_eq!(browser.sign_in("alice", PASSWORD, Some(&recovery)).await.kind(), "sign-in-refused");
    assert_eq!(browser.get("/users/alice").await.body["recovery_codes"], 9);

    let anew = "/session/totp/recovery-codes";
    let refused = browser.send("POST", anew, Some(json!({ "password": OTHER }))).await;
    assert_eq!(refused.body["refusals"][0]["field"], "password");
    let renewed = browser.send("POST", anew, Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(renewed.body["recovery_codes"].as_array().map(Vec::len), Some(10), "{renewed:?}");
    let (old, new) = (codes[1].as_str().unwrap(), renewed.body["recovery_codes"][1].as_str().unwrap());
    assert_eq!(
        browser.sign_in("alice", PASSWORD, Some(old)).await.kind(),
        "sign-in-refused",
        "{old} is over"
    );
    assert_eq!(browser.sign_in("alice", PASSWORD, Some(new)).await.status, 200);

    let refused = browser.send("DELETE", "/session/totp", Some(json!({ "password": OTHER }))).await;
    assert_eq!(refused.body["refusals"][0]["field"], "password");
    assert_eq!(
        browser.send("DELETE", "/session/totp", Some(json!({ "password": PASSWORD }))).await.status,
        204
    );
    assert_eq!(other.sign_in("alice", PASSWORD, None).await.status, 200);
}

#[tokio::test]
async fn wrong_codes_lock_like_wrong_passwords_and_an_administrator_helps() {
    let running = running().await;
    let clock = &running.clock;
    let mut alice = Browser::administrator(&running, "alice").await;
    let mut bob = Browser::somebody(&running, "bob", "viewer").await;
    let secret = bob.send("POST", "/session/totp", None).await.body["secret"].clone();
    let proof = json!({ "code": shown(&secret, clock) });
    assert_eq!(bob.send("PUT", "/session/totp", Some(proof)).await.status, 200);
    let mut guesser = Browser::new(running.address);
    for _ in 0..3 {
        // Asking for the code is no guess.
        assert_eq!(guesser.sign_in("bob", PASSWORD, None).await.kind(), "second-factor-needed");
    }
    for _ in 0..5 {
        assert_eq!(guesser.sign_in("bob", PASSWORD, Some("123")).await.kind(), "sign-in-refused");
    }
    assert_eq!(guesser.sign_in("bob", PASSWORD, None).await.kind(), "locked-out");
    assert_eq!(bob.send("DELETE", "/users/bob/totp", None).await.kind(), "role-not-enough");
    assert_eq!(alice.send("DELETE", "/users/bob/totp", None).await.status, 204);
    clock.pass(31);
    assert_eq!(guesser.sign_in("bob", PASSWORD, None).await.status, 200);
}
