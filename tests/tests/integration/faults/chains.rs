//! Fault 10: what the authority issued is checked before anybody serves it.

use super::scene::{Scene, is};
use anyhow::{Context, Result, ensure};
use certwright_tests::{Deed, Pebble, Resource, Rule, TestAuthority};

const END: &str = "-----END CERTIFICATE-----\n";

#[tokio::test(flavor = "multi_thread")]
async fn fault_10_long_and_alternate_chains_are_taken_and_wrong_ones_never_published() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle().alternate_roots(3).chain_length(4)).await?;
    let names = ["chain.example.test"];
    scene.perform(&names).await?;
    scene.check_issued(names[0], 0).await?;
    let good = scene.engine().export(names[0], false, "test").await?.fullchain;
    let blocks: Vec<&str> = good.split_inclusive(END).filter(|block| block.contains("BEGIN")).collect();
    ensure!(blocks.len() == 5, "{} certificates in the chain", blocks.len());

    let body = |text: String| Deed::change(move |reply| reply.body = text.clone().into_bytes());
    let own = |change: fn(&[&str]) -> String| {
        Deed::change(move |reply| {
            let text = String::from_utf8(std::mem::take(&mut reply.body)).unwrap();
            let blocks: Vec<&str> =
                text.split_inclusive(END).filter(|block| block.contains("BEGIN")).collect();
            reply.body = change(&blocks).into_bytes();
        })
    };
    let stranger = TestAuthority::new("a stranger")?;
    let forged = stranger.issue(&names)?.certificate_pem + stranger.certificate_pem();
    let other_issuer = {
        let root = stranger.certificate_pem().to_owned();
        Deed::change(move |reply| {
            let text = String::from_utf8(std::mem::take(&mut reply.body)).unwrap();
            let leaf = text.split_inclusive(END).next().unwrap();
            reply.body = format!("{leaf}{root}").into_bytes();
        })
    };
    for (name, deed, words) in [
        ("of another order", body(good.clone()), "key"),
        ("of another authority", body(forged), "key"),
        ("leaf alone", own(|blocks| blocks[0].to_owned()), ""),
        ("one is missing", own(|blocks| [&blocks[..1], &blocks[2..]].concat().concat()), ""),
        ("wrong issuer", other_issuer, ""),
        ("no leaf", own(|blocks| blocks[1..].concat()), "key"),
    ] {
        scene.way.add(Rule::always(Resource::Certificate, deed));
        let draft = certwright_engine::Draft { name: Some(name.to_owned()), ..Scene::draft(&names) };
        scene.engine().create_certificate(draft, "test").await?;
        scene.request(name).await?;
        scene.settle(certwright_core::SignedDuration::from_secs(50)).await?;
        let failure = scene.failure(name).await.with_context(|| name.to_owned())?;
        is(&failure, "issued-wrong", &[words, "it is not published"]).with_context(|| name.to_owned())?;
        scene.way.clear();
        let revision = scene.row(name).await?.certificate.revision;
        scene.engine().delete_certificate(name, revision, "test").await?;
    }
    Ok(())
}
