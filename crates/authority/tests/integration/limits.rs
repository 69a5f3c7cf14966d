//! Floods are bounded: in rows, in memory, in looks at once.

use crate::bench::{Bench, eventually};
use crate::raw_client::{Raw, challenge, identifiers};
use certwright_core::SignedDuration;
use serde_json::json;

#[tokio::test]
async fn a_flood_of_accounts_is_stopped_by_source_and_in_all() {
    let bench = Bench::with(|_| {}, |limits| (limits.accounts_per_source, limits.accounts) = (2, 5)).await;
    let open = async |source: &str| {
        let mut client = Raw::stranger(&bench);
        client.source = source.parse().unwrap();
        client.post(&client.url("new-account"), &json!({})).await
    };
    for source in ["127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2"] {
        assert_eq!(open(source).await.status, 201);
    }
    let stopped = open("127.0.0.1").await;
    assert_eq!((stopped.status, stopped.problem().as_str()), (429, "rateLimited"));
    assert!(stopped.header("retry-after").unwrap().parse::<u64>().unwrap() > 3000);
    bench.clock.forward(SignedDuration::from_secs(3601));
    assert_eq!(open("127.0.0.1").await.status, 201);
    let full = open("127.0.0.1").await;
    assert_eq!((full.status, full.problem().as_str()), (429, "rateLimited"));
    assert!(full.body["detail"].as_str().unwrap().contains("as many accounts"));
}

#[tokio::test]
async fn one_account_has_so_many_open_orders_and_authorizations() {
    let bench = Bench::with(
        |_| {},
        |limits| (limits.orders, limits.open_orders, limits.pending_authorizations) = (4, 3, 5),
    )
    .await;
    let client = Raw::new(&bench).await;
    assert_eq!(client.order(&["a.home.arpa", "b.home.arpa"]).await.status, 201);
    assert_eq!(client.order(&["a.home.arpa", "b.home.arpa"]).await.status, 201);
    let many = client.order(&["a.home.arpa", "b.home.arpa"]).await;
    assert_eq!((many.status, many.problem().as_str()), (429, "rateLimited"));
    assert_eq!(client.order(&["a.home.arpa"]).await.status, 201);
    assert_eq!(client.order(&["a.home.arpa"]).await.problem(), "rateLimited");
    assert_eq!(Raw::new(&bench).await.order(&["a.home.arpa"]).await.status, 201, "others go on");
    let failed = client.get(&client.kid.clone().unwrap()).await.body["orders"].as_str().unwrap().to_owned();
    let failed = client.get(&failed).await.body["orders"][0].as_str().unwrap().to_owned();
    let failed = client.get(&failed).await.body["authorizations"][0].as_str().unwrap().to_owned();
    client.post(&failed, &json!({"status": "deactivated"})).await.fine();
    assert_eq!(client.order(&["a.home.arpa"]).await.status, 201, "one failed, so there is room");
    let day = client.order(&["a.home.arpa"]).await;
    assert!(day.body["detail"].as_str().unwrap().contains("orders in a day"), "{day:?}");
    bench.clock.forward(SignedDuration::from_hours(25));
    assert_eq!(client.order(&["a.home.arpa"]).await.status, 201, "what is over does not count");
}

#[tokio::test]
async fn looks_at_once_are_bounded_for_all_and_for_each() {
    let bench = Bench::with(
        |_| {},
        |limits| {
            (limits.looks, limits.looks_per_account, limits.attempts) = (3, 2, 1);
        },
    )
    .await;
    let mut orders = Vec::new();
    let clients = [Raw::new(&bench).await, Raw::new(&bench).await];
    for (number, client) in clients.iter().enumerate() {
        let names: Vec<String> = (0..6).map(|name| format!("hangs.{number}.{name}.home.arpa")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let order =
            client.post(&client.url("new-order"), &json!({"identifiers": identifiers(&names)})).await.fine();
        for url in order.body["authorizations"].as_array().unwrap() {
            let authorization = client.get(url.as_str().unwrap()).await.fine().body;
            client.show(&authorization);
            let url = challenge(&authorization, "http-01")["url"].as_str().unwrap();
            client.post(url, &json!({})).await.fine();
        }
        orders.push(order.location());
    }
    for (client, order) in clients.iter().zip(&orders) {
        eventually("all are looked at", || async {
            (client.get(order).await.body["status"] == "ready").then_some(())
        })
        .await;
    }
    assert_eq!(bench.board.looks(), 12);
    assert_eq!(*bench.board.most_hanging.lock().unwrap(), (3, 2), "in all, and for one account");
}

#[tokio::test]
async fn a_flood_of_nonces_is_bounded_and_forgets_the_oldest() {
    let bench = Bench::with(|_| {}, |limits| limits.nonces = 10).await;
    let client = Raw::new(&bench).await;
    let url = client.kid.clone().unwrap();
    let header = client.header(&url).await;
    for _ in 0..10 {
        client.nonce().await;
    }
    let forgotten = client.send_signed(&url, &header, "").await;
    assert_eq!(forgotten.problem(), "badNonce");
    let mut again = header.clone();
    again["nonce"] = json!(forgotten.header("replay-nonce").unwrap());
    assert_eq!(client.send_signed(&url, &again, "").await.status, 200, "the answer has another one");
}
