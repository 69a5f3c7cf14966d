//! Who may do what, proven over every operation of the OpenAPI document by asking for it.

use super::browser::Browser;
use super::running::{TOKEN, running};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who may, as the guide says it. An operation that is not here fails the test.
const ANYBODY: &str = "getHealth getSession signIn signOut signInByLink setUp";
/// Only a person with a browser, about oneself.
const ONESELF: &str =
    "changeOwnPassword proposeTotp enableTotp removeTotp renewRecoveryCodes endOtherSessions";
/// A person about oneself, an administrator about everybody.
const SESSIONS: &str = "listSessions endSession";
const VIEWER: &str = "getChain listIncidents getIncident listAudit getService getOpenapi diagnose listBackups getSettings \
    getConfiguration listTargets listEvents followEvents listRuns getRun listCertificates summarizeCertificates selectCertificates \
    certificatesTimeLine previewDraft previewChanges listSites getCertificate previewCertificate exportCertificate \
    listVersions listObservations getLog listAuthorities getAuthority getTerms getLimits listProbes listAccounts \
    getAccount listIssuers getIssuer listExternalKeys listIssued";
const OPERATOR: &str = "cancelRun changeCertificates createCertificate updateCertificate deleteCertificate \
    testCertificate requestCertificate deployCertificate renewCertificates rollBackCertificate resetCertificate \
    refetchChain checkRevocation revokeVersion probeAuthority";
const ADMINISTRATOR: &str = "createLink listUsers createUser getUser updateUser deleteUser setPassword resetTotp \
    listTokens createToken deleteToken repair createBackup checkBackup putSettings putAuthority updateAuthority deleteAuthority \
    moveCertificates createAccount importAccount updateAccount deleteAccount changeAccountKey agreeToTerms \
    checkAccount deactivateAccount preferChain createIssuer updateIssuer deleteIssuer createExternalKey \
    deleteExternalKey getSupportBundle";

/// How an answer tells who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Permitted,
    SignInFirst,
    RoleNotEnough,
    PeopleOnly,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Anybody,
    Viewer,
    Operator,
    Administrator,
    ViewerInPerson,
}

fn expected(operation: &str, who: Who) -> Verdict {
    let among = |list: &str| list.split_whitespace().any(|id| id == operation);
    let ranks = [
        (ANYBODY, Who::Anybody),
        (VIEWER, Who::Viewer),
        (OPERATOR, Who::Operator),
        (ADMINISTRATOR, Who::Administrator),
    ];
    if among(ONESELF) {
        return match who {
            Who::Anybody => Verdict::SignInFirst,
            Who::ViewerInPerson => Verdict::Permitted,
            _ => Verdict::PeopleOnly,
        };
    }
    if among(SESSIONS) {
        return match who {
            Who::Anybody => Verdict::SignInFirst,
            Who::Viewer | Who::Operator => Verdict::PeopleOnly,
            Who::Administrator | Who::ViewerInPerson => Verdict::Permitted,
        };
    }
    let least = ranks.into_iter().find(|(list, _)| among(list)).map(|(_, least)| least);
    let least = least.unwrap_or_else(|| panic!("{operation} is new: say in this test who may do it"));
    let rank = if who == Who::ViewerInPerson { Who::Viewer } else { who };
    match (rank >= least, rank) {
        (true, _) => Verdict::Permitted,
        (false, Who::Anybody) => Verdict::SignInFirst,
        (false, _) => Verdict::RoleNotEnough,
    }
}

/// Every operation: id, method, path with something in its places.
fn operations(document: &Value) -> Vec<(String, String, String)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            let mut filled = path.clone();
            while let (Some(begin), Some(end)) = (filled.find('{'), filled.find('}')) {
                filled.replace_range(begin..=end, "none");
            }
            all.push((id.to_owned(), method.to_uppercase(), filled));
        }
    }
    all
}

#[tokio::test]
async fn every_operation_permits_exactly_whom_the_guide_says() {
    let running = running().await;
    let mut owner = Browser::program(running.address, TOKEN);
    let mut callers =
        BTreeMap::from([(Who::Anybody, Browser { origin: None, ..Browser::new(running.address) })]);
    for (who, role) in
        [(Who::Viewer, "viewer"), (Who::Operator, "operator"), (Who::Administrator, "administrator")]
    {
        let made = owner.send("POST", "/tokens", Some(json!({ "name": role, "role": role }))).await;
        let secret = made.body["secret"].as_str().unwrap();
        callers.insert(who, Browser::program(running.address, secret));
    }
    let document = owner.get("/openapi.json").await.body;
    let operations = operations(&document);
    assert!(operations.len() > 90, "{}", operations.len());
    let listed = [ANYBODY, ONESELF, SESSIONS, VIEWER, OPERATOR, ADMINISTRATOR]
        .map(|list| list.split_whitespace().count());
    assert_eq!(listed.iter().sum::<usize>(), operations.len(), "the test names an operation that is none");
    Browser::administrator(&running, "alice").await;
    let person = Browser::somebody(&running, "vera", "viewer").await;
    let mut wrong = Vec::new();
    for (id, method, path) in &operations {
        for who in [Who::Anybody, Who::Viewer, Who::Operator, Who::Administrator, Who::ViewerInPerson] {
            let browser = match callers.get(&who) {
                Some(browser) => browser.clone(),
                None => person.clone(),
            };
            if who == Who::ViewerInPerson && ["signOut", "signIn"].contains(&id.as_str()) {
                continue;
            }
            let answer = browser.ask(method, path, None).await;
            let verdict = match (answer.status, answer.kind()) {
                (403, "role-not-enough") => Verdict::RoleNotEnough,
                (403, _) => Verdict::PeopleOnly,
                (401, "unauthorized") => Verdict::SignInFirst,
                _ => Verdict::Permitted,
            };
            if verdict != expected(id, who) {
                wrong.push(format!("{id} as {who:?}: {verdict:?}, {answer:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn paths_and_commands_are_for_administrators_also_in_previews() {
    let running = running().await;
    let mut alice = Browser::administrator(&running, "alice").await;
    let mut bob = Browser::somebody(&running, "bob", "operator").await;
    let files = json!([{ "target": "files", "settings": { "fullchain": "/etc/shadow" } }]);
    let draft = json!({ "identifiers": ["a.example.com"], "deployments": files });
    let webroot = json!({
        "identifiers": ["b.example.com"], "deployments": [],
        "challenge": { "type": "http-01-webroot", "root": "/etc" },
    });
    for (path, body) in [
        ("/certificates", &draft),
        ("/certificates/preview", &draft),
        ("/certificates", &webroot),
        ("/certificates/preview", &webroot),
    ] {
        let answer = bob.send("POST", path, Some(body.clone())).await;
        assert_eq!(answer.kind(), "role-not-enough", "{path} {answer:?}");
        assert_eq!(answer.body["role"], "administrator");
        let permitted = alice.send("POST", &format!("{path}?"), Some(body.clone())).await;
        assert_ne!(permitted.status, 403, "{permitted:?}");
    }
    let plain = json!({ "identifiers": ["c.example.com"], "deployments": [] });
    let made = bob.send("POST", "/certificates", Some(plain)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let change = json!({ "deployments": files });
    let name = "/certificates/c.example.com";
    let tag = format!("If-Match: {}", made.header("etag").unwrap());
    let mut careful = Browser { headers: vec![tag], ..bob.clone() };
    assert_eq!(careful.send("PATCH", name, Some(change.clone())).await.kind(), "role-not-enough");
    let preview = bob.send("POST", &format!("{name}/preview-changes"), Some(change)).await;
    assert_eq!(preview.kind(), "role-not-enough", "{preview:?}");
    let key = bob.send("POST", &format!("{name}/export"), Some(json!({ "key": true }))).await;
    assert_eq!(key.kind(), "role-not-enough", "a private key is for administrators: {key:?}");
}
