//! Our own client and the authority, over real sockets: from an account to a revocation list.

use crate::bench::{Bench, eventually};
use crate::over_a_socket::{Plain, serve, serve_challenges};
use crate::raw_client::{csr, leaf};
use certwright_acme::{
    AccountKey, Client, ExternalAccountBinding, Identifier, KeyAlgorithm, MacAlgorithm, NewAccount, NewOrder,
    OrderStatus, RevocationReason, Session, Settings,
};
use certwright_authority::{Authority, NamePolicy, Reach, SocketFetch, create, external_key};
use certwright_pki::{Expected, check_issued, facts};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

type Bodies = Arc<Mutex<HashMap<String, String>>>;

async fn proven(
    session: &Session,
    names: &[Identifier],
    bodies: &Bodies,
    replaces: Option<String>,
) -> String {
    let new = NewOrder { identifiers: names.to_vec(), profile: None, not_after: None, replaces };
    let opened = session.new_order(&new).await.unwrap().value;
    for url in &opened.order.authorizations {
        let authorization = session.authorization(url).await.unwrap().value;
        let challenge = authorization.challenge("http-01").unwrap();
        let token = challenge.token().unwrap().unwrap();
        let answer = session.key().key_authorization(token).unwrap().as_str().to_owned();
        // By way of a redirect, which the authority follows on the same host and port.
        bodies
            .lock()
            .unwrap()
            .insert(format!("/.well-known/acme-challenge/{token}"), format!("/moved/{token}"));
        bodies.lock().unwrap().insert(format!("/moved/{token}"), answer);
        session.challenge_ready(challenge.url().unwrap().unwrap()).await.unwrap();
    }
    eventually("the order is ready", || async {
        let order = session.order(&opened.url).await.unwrap().value;
        assert_ne!(order.status, OrderStatus::Invalid, "{:?}", order.error);
        (order.status == OrderStatus::Ready).then_some(())
    })
    .await;
    opened.url
}

#[tokio::test]
async fn our_client_obtains_renews_and_revokes() {
    let bench = Bench::new().await;
    let (listener, challenges) =
        (TcpListener::bind("127.0.0.1:0").await.unwrap(), TcpListener::bind("127.0.0.1:0").await.unwrap());
    let (address, challenge_port) = (listener.local_addr().unwrap(), challenges.local_addr().unwrap().port());
    let bodies = Bodies::default();
    let _challenges = serve_challenges(challenges, Arc::clone(&bodies));
    let policy = NamePolicy {
        names: vec!["localhost".to_owned()],
        networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..NamePolicy::default()
    };
    let mut settings =
        certwright_authority::Settings::new(Reach::Loopback { challenge_port }, policy.clone());
    settings.external_account_required = true;
    let mut parts = bench.parts.clone();
    parts.fetch = Arc::new(SocketFetch::new().unwrap());
    create(&parts, "demo", "Demo", &settings, "test").await.unwrap();
    let authority = Authority::open(parts.clone(), "demo", &format!("http://{address}")).await.unwrap();
    let _served = serve(listener, authority.clone());
    let worker = authority.clone();
    let work = tokio::spawn(async move { worker.work().await });

    for algorithm in [KeyAlgorithm::Es256, KeyAlgorithm::Es384, KeyAlgorithm::Rs256] {
        let client =
            Client::new(Arc::new(Plain(address)), authority.directory(), Settings::default()).unwrap();
        let given = external_key(&parts, "demo", &policy, None, "test").await.unwrap();
        let binding = ExternalAccountBinding::new(given.id, &given.secret, MacAlgorithm::Hs256).unwrap();
        let new = NewAccount { binding: Some(binding), ..NewAccount::default() };
        let key = AccountKey::generate(algorithm).unwrap();
        let account = client.create_account(&key, &new).await.unwrap().value;
        assert_eq!(client.find_account(&key).await.unwrap().value.url, account.url);
        let session = Session::new(client.clone(), Arc::new(key), account.url).unwrap();

        let typed = ["demo.localhost", "127.0.0.1"];
        let names = [Identifier::dns(typed[0]), Identifier::ip(typed[1].parse().unwrap())];
        let order = proven(&session, &names, &bodies, None).await;
        let finalize = session.order(&order).await.unwrap().value.finalize.unwrap();
        let (certificate_key, request) = csr(&typed);
        let ended = session.finalize(&finalize, &request).await.unwrap().value;
        assert_eq!(ended.status, OrderStatus::Valid);
        let pem = session.certificate(&ended.certificate.unwrap()).await.unwrap().value.pem;
        let mut chain = certwright_pki::parse_chain(&pem).unwrap();
        chain.push(authority.root().to_vec());
        let identifiers = typed.map(|name| certwright_core::identifier::Identifier::parse(name).unwrap());
        let expected = Expected {
            identifiers: &identifiers,
            key_fingerprint: &certificate_key.spki_fingerprint(),
            now: certwright_core::Timestamp::now(),
        };
        check_issued(&chain, &expected).unwrap();

        let id = facts(&leaf(&pem)).unwrap().renewal_info_id.unwrap();
        let info = client.renewal_information(&id).await.unwrap();
        assert!(info.retry_after.is_some());
        let renewed = proven(&session, &names, &bodies, Some(id.clone())).await;
        assert_eq!(session.order(&renewed).await.unwrap().value.replaces, Some(id));
        session.finalize(&format!("{renewed}/finalize"), &csr(&typed).1).await.unwrap();

        session.revoke(&leaf(&pem), RevocationReason::Superseded).await.unwrap();
        let twice = session.revoke(&leaf(&pem), RevocationReason::Superseded).await.unwrap_err();
        assert!(twice.to_string().contains("revoked already"), "{twice}");
        let session = session
            .change_key(Arc::new(AccountKey::generate(KeyAlgorithm::Es256).unwrap()))
            .await
            .unwrap()
            .value;
        session.deactivate().await.unwrap();
        session.account().await.unwrap_err();
    }
    work.abort();
}
