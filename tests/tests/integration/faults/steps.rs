//! Faults 1 to 4: nonces, reused objects, slow authorities, and trouble at every step.

use super::scene::{Scene, is};
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_engine::Clock as _;
use certwright_tests::{Deed, Pebble, Reply, Resource, Rule};
use serde_json::json;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test(flavor = "multi_thread")]
async fn fault_01_refused_nonces_are_replaced_and_endless_refusal_is_an_error() -> Result<()> {
    let scene = Scene::start(Pebble::builder().nonce_reject(30)).await?;
    for issued in 0..8 {
        let name = format!("n{issued}.example.test");
        scene.ask(&[&name]).await?;
        scene.settle(HOUR).await?;
        scene.check_issued(&name, issued).await?;
    }
    let refusal = || Deed::Answer(Reply::problem(400, "badNonce", "not this one"));
    scene.way.add(Rule::always(Resource::NewOrder, refusal()));
    let before = scene.count(Resource::NewOrder);
    scene.ask(&["spin.example.test"]).await?;
    scene.settle(HOUR * 3).await?;
    let failure = scene.failure("spin.example.test").await?;
    is(&failure, "acme-badNonce", &["refused 8 nonces in a row", "not this one"])?;
    // Eight requests each for the first try and the three in place.
    let asked = scene.count(Resource::NewOrder) - before;
    ensure!(asked == 32, "{asked} requests");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_02_what_the_authority_reuses_is_taken_as_it_is() -> Result<()> {
    let scene = Scene::start(Pebble::builder().nonce_reject(0).authorization_reuse(100)).await?;
    let names = ["a.example.test", "b.example.test"];
    scene.perform(&names).await?;
    scene.check_issued(names[0], 0).await?;
    let told = scene.count(Resource::Challenge);
    ensure!(told == 2, "{told} challenges");

    // Two orders for the same set at once, both with valid authorizations.
    for name in ["first", "second"] {
        let draft = certwright_engine::Draft { name: Some(name.to_owned()), ..Scene::draft(&names) };
        scene.engine().create_certificate(draft, "test").await?;
        scene.request(name).await?;
    }
    scene.settle(SignedDuration::from_secs(50)).await?;
    for name in ["first", "second"] {
        ensure!(scene.row(name).await?.version.is_some(), "{name} was not issued");
        let log = scene.engine().certificate_log(name, 100).await?.join("\n");
        ensure!(log.contains("has validated these names already"), "answers were shown for nobody: {log}");
    }
    ensure!(scene.pebble.issued_serials().len() == 3);

    // Authorities that approve names beforehand answer `ready` and leave the authorizations out.
    scene.way.add(Rule::once(
        Resource::NewOrder,
        Deed::change_json(|order| {
            if order["status"] == "ready" {
                order.as_object_mut().unwrap().remove("authorizations");
            }
        }),
    ));
    let reads = scene.count(Resource::Authorization);
    let draft = certwright_engine::Draft { name: Some("third".to_owned()), ..Scene::draft(&names) };
    scene.engine().create_certificate(draft, "test").await?;
    scene.request("third").await?;
    scene.settle(SignedDuration::from_secs(50)).await?;
    scene.check_issued("third", 3).await?;
    ensure!(scene.count(Resource::Authorization) == reads, "authorizations were read that nobody named");
    ensure!(scene.count(Resource::Challenge) == told, "a proven name was proven again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_03_hours_of_processing_are_outlasted_over_restarts_by_one_order() -> Result<()> {
    let mut scene = Scene::start(Pebble::builder().gentle()).await?;
    let processing = Deed::change(|reply| {
        let mut order: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        order["status"] = json!("processing");
        order.as_object_mut().unwrap().remove("certificate");
        reply.body = order.to_string().into_bytes();
        reply.set("retry-after", "3600");
    });
    scene.way.add(Rule::always(Resource::Order, processing).times(3));
    scene.perform(&["slow.example.test"]).await?;
    for looks in 1..=3 {
        let log = scene.engine().certificate_log("slow.example.test", 100).await?.join("\n");
        ensure!(scene.count(Resource::Order) == looks, "{} looks\n{log}", scene.count(Resource::Order));
        let wait = scene.next_in("slow.example.test").await?;
        ensure!(wait > HOUR - SignedDuration::from_mins(5) && wait <= HOUR, "the next look is in {wait}");
        scene.reopen().await?;
        scene.settle(SignedDuration::from_mins(50)).await?;
        ensure!(scene.count(Resource::Order) == looks, "it was asked before the authority wanted to be");
        scene.clock.advance_to(scene.clock.now() + scene.next_in("slow.example.test").await?);
        scene.settle(SignedDuration::from_mins(50)).await?;
    }
    scene.check_issued("slow.example.test", 0).await?;
    let asked = [Resource::NewOrder, Resource::Order, Resource::Finalize].map(|one| scene.count(one));
    ensure!(asked == [1, 4, 1], "{asked:?}");
    Ok(())
}

/// What fails once each, for one certificate and for another: no step may meet more than it has tries. A new order is
/// told apart where it is opened all the same: that is fault 7.
const STEPS: [&[Resource]; 2] = [
    &[Resource::NewNonce, Resource::NewOrder, Resource::Finalize, Resource::Certificate],
    &[Resource::Authorization, Resource::Challenge, Resource::Order],
];

#[tokio::test(flavor = "multi_thread")]
async fn fault_04_trouble_at_every_step_costs_time_and_no_second_certificate() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    let deeds = [
        ("503", Deed::Answer(Reply::page(503))),
        ("500", Deed::Answer(Reply::problem(500, "serverInternal", "sorry"))),
        ("reset", Deed::Reset),
        ("half", Deed::HalfBody),
    ];
    let cases = deeds.iter().flat_map(|deed| STEPS.map(|steps| (deed, steps)));
    for (issued, ((name, deed), steps)) in cases.enumerate() {
        let half = matches!(deed, Deed::HalfBody);
        for step in steps.iter().filter(|step| !(half && **step == Resource::NewOrder)) {
            scene.way.add(Rule::once(*step, deed.clone()));
        }
        let host = format!("{name}{issued}.example.test");
        scene.ask(&[&host]).await?;
        scene.settle(HOUR * 3).await?;
        scene.check_issued(&host, issued).await?;
        scene.way.clear();
        ensure!(scene.pebble.orders_opened() == issued + 1, "{name}: another order was opened");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_04_an_authority_that_never_answers_is_left_and_asked_again() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    scene.way.add(Rule::once(Resource::Finalize, Deed::Stall));
    scene.ask(&["stall.example.test"]).await?;
    scene.settle(HOUR).await?;
    scene.check_issued("stall.example.test", 0).await?;
    ensure!(scene.count(Resource::Finalize) == 2, "{} requests", scene.count(Resource::Finalize));
    Ok(())
}
