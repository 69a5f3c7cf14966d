//! Faults 13 and 14: accounts that the authority does not take, does not know any more, or wants something of.

use super::scene::{Scene, is};
use anyhow::{Context, Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::failure::FailureClass;
use certwright_engine::ExternalAccount;
use certwright_tests::{Deed, Pebble, Reply, Resource, Rule};
use serde_json::json;

fn external(key: &str) -> Option<ExternalAccount> {
    let (key_id, algorithm) = ("kid-1".to_owned(), "HS256".to_owned());
    Some(ExternalAccount { key_id, key: key.to_owned().into(), algorithm })
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_13_an_external_account_is_demanded_and_a_wrong_one_leaves_nothing() -> Result<()> {
    let key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    let scene = Scene::without_account(Pebble::builder().gentle().external_account("kid-1", key)).await?;
    let refused = scene.create_account(None).await.err().context("it was made without")?.to_string();
    ensure!(refused.contains("external_account"), "{refused}");
    let wrong = format!("AAAA{}", &key[4..]);
    scene.create_account(external(&wrong)).await.err().context("it was made with a wrong key")?;
    ensure!(scene.engine().accounts().await?.is_empty(), "an account is left that the authority refused");
    scene.create_account(external(key)).await?;
    ensure!(scene.pebble.accounts_created() == 1);
    scene.perform(&["eab.example.test"]).await?;
    scene.check_issued("eab.example.test", 0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_13_an_account_that_is_gone_is_told_and_no_other_made_for_it() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    // Pebble keeps accounts in memory.
    scene.pebble.restart()?;
    let (accounts, asked) = (scene.pebble.accounts_created(), scene.pebble.orders_opened());
    let host = "gone.example.test";
    scene.perform(&[host]).await?;
    let failure = scene.failure(host).await?;
    is(&failure, "acme-accountDoesNotExist", &["What to do"])?;
    ensure!(failure.class == FailureClass::NeedsPerson, "{failure:?}");
    scene.settle(SignedDuration::from_hours(2)).await?;
    ensure!(scene.pebble.accounts_created() == accounts, "another account was made and nobody asked for it");
    ensure!(scene.pebble.orders_opened() == asked, "an order was opened");
    ensure!(scene.engine().accounts().await?.len() == 1, "the account and its key are gone here too");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_13_changed_terms_are_shown_with_their_link() -> Result<()> {
    let scene = Scene::start(Pebble::builder().gentle()).await?;
    let link = "https://ca.example.test/terms/2027";
    let document = json!({
        "type": "urn:ietf:params:acme:error:userActionRequired",
        "detail": "the terms have changed",
        "instance": link,
    });
    scene.way.add(Rule::always(Resource::NewOrder, Deed::Answer(Reply::problem_document(403, &document))));
    scene.perform(&["terms.example.test"]).await?;
    let failure = scene.failure("terms.example.test").await?;
    is(&failure, "acme-userActionRequired", &[link, "the terms have changed"])?;
    ensure!(failure.class == FailureClass::NeedsPerson, "{failure:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_14_contacts_are_checked_here_and_demanded_by_those_who_need_them() -> Result<()> {
    let scene = Scene::without_account(Pebble::builder().gentle()).await?;
    for contact in
        ["admin", "admin@", "@example.com", "admin@example", "a b@example.com", "a@b.c,d@e.f", "a@b.c?x"]
    {
        let refused = scene.try_account(&[contact], None).await.err().context(contact)?.to_string();
        ensure!(refused.contains("contact[0]"), "{refused}");
    }
    ensure!(
        scene.count(Resource::NewAccount) == 0,
        "the authority was asked about something that is no address"
    );

    // One that needs an address says so; nothing is left of the vain try.
    let words = "a contact address is required";
    scene
        .way
        .add(Rule::once(Resource::NewAccount, Deed::Answer(Reply::problem(400, "invalidContact", words))));
    let refused = scene.try_account(&[], None).await.err().context("it was made")?.to_string();
    ensure!(refused.contains(words), "{refused}");
    ensure!(scene.engine().accounts().await?.is_empty(), "an account is left that the authority refused");
    // One that needs none gets none.
    scene.try_account(&[], None).await?;
    scene.perform(&["nobody.example.test"]).await?;
    scene.check_issued("nobody.example.test", 0).await
}
