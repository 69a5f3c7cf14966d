//! Fault 9: an authority that means harm.

use super::scene::{Scene, is};
use anyhow::{Result, ensure};
use certwright_tests::{Deed, Pebble, Reply, Resource, Rule};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn fault_09_evil_tokens_and_addresses_are_refused_and_nothing_is_shown() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    let long = "x".repeat(5000);
    let tokens =
        ["../../x", "$(touch /tmp/x)", "`id`", "a\u{0}b", "a\r\nSet-Cookie: b", "\u{1b}[2Jx", "", " ", &long];
    let token = |token: &str| {
        let token = token.to_owned();
        Deed::change_json(move |authorization| {
            for challenge in authorization["challenges"].as_array_mut().unwrap() {
                challenge["token"] = json!(token);
            }
        })
    };
    let address = |member: &'static str, text: &'static str| {
        Deed::change_json(move |order| {
            let value = json!(text);
            order[member] = if member == "authorizations" { json!([value]) } else { value };
        })
    };
    let challenge = Deed::change_json(|authorization| {
        for challenge in authorization["challenges"].as_array_mut().unwrap() {
            challenge["url"] = json!("file:///etc/passwd");
        }
    });
    let mut deeds: Vec<_> = tokens.iter().map(|text| (Resource::Authorization, token(text))).collect();
    deeds.push((Resource::Authorization, challenge));
    for text in
        ["file:///etc/passwd", "javascript:alert(1)", "https://user:secret@localhost/", "http://localhost:1/"]
    {
        deeds.push((Resource::NewOrder, address("authorizations", text)));
    }
    deeds.push((Resource::NewOrder, address("finalize", "file:///etc/passwd")));
    for (number, (resource, deed)) in deeds.into_iter().enumerate() {
        scene.way.add(Rule::always(resource, deed));
        let host = format!("evil{number}.example.test");
        scene.perform(&[&host]).await?;
        is(&scene.failure(&host).await?, "acme-hostile-answer", &["do not trust this answer"])?;
        scene.way.clear();
        let log = scene.engine().certificate_log(&host, 100).await?;
        let harmless = log.iter().all(|line| {
            !line.chars().any(|character| character.is_control() && character != '\n' && character != '\t')
        });
        ensure!(harmless, "control characters are in the log: {log:?}");
        scene
            .engine()
            .delete_certificate(&host, scene.row(&host).await?.certificate.revision, "test")
            .await?;
    }
    // A redirect is followed nowhere: a signed request names the address it is for.
    let redirect = Reply::new(302, "text/plain", "").with("location", "file:///etc/passwd");
    scene.way.add(Rule::always(Resource::Authorization, Deed::Answer(redirect)));
    scene.perform(&["redirect.example.test"]).await?;
    is(&scene.failure("redirect.example.test").await?, "acme-unexpected-answer", &["302"])?;
    let asked = [Resource::Challenge, Resource::Finalize, Resource::Other].map(|one| scene.count(one));
    ensure!(asked == [0, 0, 0], "it went on: {asked:?}");
    Ok(())
}
