//! Fault 7: the authority has done what it was asked, and its answer is lost.

use super::scene::Scene;
use anyhow::{Result, ensure};
use certwright_core::SignedDuration;
use certwright_core::account::AccountState;
use certwright_tests::{Deed, Pebble, Resource, Rule};

const LATER: SignedDuration = SignedDuration::from_mins(30);

#[tokio::test(flavor = "multi_thread")]
async fn fault_07_a_lost_answer_to_a_new_account_leaves_one_account() -> Result<()> {
    let mut scene = Scene::without_account(Pebble::builder().gentle()).await?;
    scene.way.add(Rule::once(Resource::NewAccount, Deed::LoseReply));
    ensure!(scene.create_account(None).await.is_err(), "its answer came all the same");
    ensure!(scene.pebble.accounts_created() == 1);
    scene.reopen().await?;
    scene.create_account(None).await?;
    let accounts = scene.engine().accounts().await?;
    ensure!(accounts.len() == 1 && accounts[0].state == AccountState::Valid, "{accounts:#?}");
    ensure!(scene.pebble.accounts_created() == 1, "the authority has two accounts of ours");
    scene.perform(&["account.example.test"]).await?;
    scene.check_issued("account.example.test", 0).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_07_a_lost_answer_to_any_request_leads_to_one_certificate() -> Result<()> {
    let mut scene = Scene::start(Pebble::builder().gentle()).await?;
    let steps = [
        ("order.example.test", Resource::NewOrder),
        ("challenge.example.test", Resource::Challenge),
        ("finalize.example.test", Resource::Finalize),
        ("certificate.example.test", Resource::Certificate),
    ];
    for (issued, (host, step)) in steps.into_iter().enumerate() {
        scene.way.add(Rule::once(step, Deed::LoseReply));
        let (orders, finalized) = (scene.count(Resource::NewOrder), scene.count(Resource::Finalize));
        scene.ask(&[host]).await?;
        // Until it waits for the trouble to pass.
        scene.settle(SignedDuration::from_secs(50)).await?;
        // A stop in this process leaves its listener behind, where a challenge is open.
        if step != Resource::Challenge {
            scene.reopen().await?;
        }
        scene.settle(LATER).await?;
        scene.check_issued(host, issued).await?;
        ensure!(scene.count(Resource::Finalize) == finalized + 1, "{host}: the request was sent twice");
        // An order whose address was lost cannot be found again: it expires, and another one is opened.
        let expected = orders + if step == Resource::NewOrder { 2 } else { 1 };
        ensure!(
            scene.count(Resource::NewOrder) == expected,
            "{host}: {} orders",
            scene.count(Resource::NewOrder)
        );
    }
    Ok(())
}
