//! Fault 8: answers that are not what was asked for: what is new is ignored, what is wrong is refused by name.

use super::scene::{Scene, is};
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_tests::{Deed, Pebble, Reply, Resource, Rule};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn fault_08_unknown_challenges_fields_and_content_types_are_ignored() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    scene.way.add(Rule::always(
        Resource::Authorization,
        Deed::change_json(|authorization| {
            let unknown = [
                json!({ "type": "dns-persist-01", "url": "https://ca.example/1", "accounturi": "x" }),
                json!({ "type": "quantum-01", "token": "../../x", "url": "file:///etc/passwd", "status": 7 }),
                json!("not even an object"),
                json!({}),
            ];
            let challenges = authorization["challenges"].as_array_mut().unwrap();
            for challenge in unknown {
                challenges.insert(0, challenge);
            }
            authorization["surprise"] = json!({ "deep": [1, 2, 3] });
        }),
    ));
    for resource in [Resource::NewOrder, Resource::Order, Resource::Finalize, Resource::Certificate] {
        scene.way.add(Rule::always(
            resource,
            Deed::change(|reply| {
                if let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(&reply.body) {
                    value["surprise"] = json!(null);
                    value["expires"] = json!("next week");
                    reply.body = value.to_string().into_bytes();
                }
                reply.set("content-type", "text/html; charset=latin1");
            }),
        ));
    }
    scene.perform(&["new.example.test", "other.example.test"]).await?;
    scene.check_issued("new.example.test", 0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_08_wrong_answers_are_refused_by_name_before_anything_is_shown() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    let order = Resource::NewOrder;
    let other = Deed::change_json(|order| {
        order["identifiers"] = json!([{ "type": "dns", "value": "victim.example.test" }]);
    });
    let another = Deed::change_json(|authorization| {
        authorization["identifier"] = json!({ "type": "dns", "value": "victim.example.test" });
    });
    let unnamed = Deed::change_json(|order| drop(order.as_object_mut().unwrap().remove("authorizations")));
    let pointless = Deed::change_json(|order| drop(order.as_object_mut().unwrap().remove("finalize")));
    let unsolvable = Deed::change_json(|authorization| {
        authorization["challenges"] = json!([{ "type": "quantum-01", "url": "https://ca.example/1" }]);
    });
    let list = Deed::change(|reply| reply.body = b"[1, 2]".to_vec());
    let page = Deed::Answer(Reply::page(200));
    for (host, resource, deed, kind, words) in [
        ("other.example.test", order, other, "order-changed", "victim.example.test"),
        ("another.example.test", Resource::Authorization, another, "order-changed", "victim.example.test"),
        ("unnamed.example.test", order, unnamed, "order-incomplete", "no authorizations"),
        ("pointless.example.test", order, pointless, "order-incomplete", "no finalize address"),
        ("unsolvable.example.test", Resource::Authorization, unsolvable, "no-http-01", "quantum-01"),
        ("list.example.test", order, list, "acme-unexpected-answer", "JSON that is not an object"),
        ("page.example.test", Resource::Authorization, page, "acme-unexpected-answer", "not JSON"),
        (
            "endless.example.test",
            Resource::Authorization,
            Deed::Endless,
            "acme-unexpected-answer",
            "1048576 bytes",
        ),
    ] {
        scene.way.add(Rule::always(resource, deed));
        scene.ask(&[host]).await?;
        // Longer than the tries in place, shorter than the back-off after them.
        scene.settle(SignedDuration::from_secs(50)).await?;
        if scene.row(host).await?.live_run.is_some() {
            scene.settle(SignedDuration::from_hours(2)).await?;
        }
        is(&scene.failure(host).await?, kind, &[words])?;
        scene.way.clear();
        scene.engine().delete_certificate(host, scene.row(host).await?.certificate.revision, "test").await?;
    }
    let asked = [Resource::Challenge, Resource::Finalize].map(|one| scene.count(one));
    ensure!(asked == [0, 0], "it went on: {asked:?}");
    Ok(())
}
