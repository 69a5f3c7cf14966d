//! Problems of a new order that are treated specially (RFC 8555 §6.7): each is told for what it is, and none is asked
//! again in place.

use super::scene::{Scene, is};
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::failure::FailureClass;
use certwright_tests::{Deed, Pebble, Reply, Resource, Rule};
use serde_json::{Value, json};

const BEFORE_BACK_OFF: SignedDuration = SignedDuration::from_secs(50);

fn document(kind: &str, names: &[&str]) -> Value {
    let uri = format!("urn:ietf:params:acme:error:{kind}");
    let sub = |name: &&str| {
        json!({
            "type": uri,
            "detail": format!("policy forbids {name}"),
            "identifier": { "type": "dns", "value": name },
        })
    };
    json!({ "type": uri, "detail": "not so", "subproblems": names.iter().map(sub).collect::<Vec<_>>() })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_order_is_refused_for_is_told_by_name_and_not_tried_in_place() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    for (number, (kind, status, blamed, class, words)) in [
        ("rejectedIdentifier", 403, true, FailureClass::Hopeless, "remove the refused name"),
        ("unsupportedIdentifier", 400, true, FailureClass::Hopeless, "What to do"),
        ("externalAccountRequired", 403, false, FailureClass::NeedsPerson, "external account key"),
    ]
    .into_iter()
    .enumerate()
    {
        let (good, bad) = (format!("good{number}.example.test"), format!("bad{number}.example.test"));
        let blame = [bad.as_str()];
        let document = document(kind, if blamed { &blame } else { &[] });
        scene
            .way
            .add(Rule::always(Resource::NewOrder, Deed::Answer(Reply::problem_document(status, &document))));
        let before = scene.count(Resource::NewOrder);
        scene.perform(&[&good, &bad]).await?;
        let failure = scene.failure(&good).await?;
        is(&failure, &format!("acme-{kind}"), &[words, "not so"])?;
        ensure!(failure.class == class, "{kind}: {failure:?}");
        let named: Vec<_> = failure.identifiers.iter().map(|problem| problem.identifier.as_str()).collect();
        ensure!(named == if blamed { &blame[..] } else { &[] }, "{kind} names {named:?}");
        ensure!(scene.count(Resource::NewOrder) == before + 1, "{kind} was tried again in place");

        // It was said of this certificate alone: once it is repaired there, it is issued.
        scene.way.clear();
        scene.request(&good).await?;
        scene.settle(BEFORE_BACK_OFF).await?;
        scene.check_issued(&good, number).await?;
    }
    Ok(())
}
