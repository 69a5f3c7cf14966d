//! An account's whole life against Pebble: its key changed, also over a stop at the worst moments; taken over from
//! another program; its contact changed; given up.

use crate::lane::{Lane, two_sites};
use crate::process::openssl;
use anyhow::{Context, Result, ensure};
use certwright::ports::Transports;
use certwright_acme::{AccountKey, Client, Settings};
use certwright_core::account::{Account, AccountKeyType, AccountState};
use certwright_engine::{EngineError, ImportedAccount, NewKey, TransportFactory as _, failpoint};
use certwright_tests::Pebble;

async fn lane() -> Result<Lane> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0).start()?;
    Lane::start(pebble, nginx).await
}

async fn only_account(lane: &Lane) -> Result<Account> {
    lane.engine().accounts().await?.into_iter().next().context("no account")
}

/// The authority knows the stored key, by the stored URL, and nothing is left of a change.
async fn check_known(lane: &Lane, id: &str) -> Result<Account> {
    let before = lane.engine().account(id).await?;
    let checked = lane.engine().check_account(id, "test").await?;
    ensure!(checked.words.is_empty() && checked.account == before, "{checked:?}");
    ensure!(before.key_change.is_none() && before.blocked.is_none(), "{before:?}");
    Ok(before)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_never_lost_wherever_the_change_of_its_key_stops() -> Result<()> {
    let mut lane = lane().await?;
    let first = only_account(&lane).await?;
    let id = first.id.to_string();

    let new = NewKey::Made(AccountKeyType::ES384);
    let changed = lane.engine().change_account_key(&id, new, "test").await?;
    ensure!(changed.thumbprint != first.thumbprint && changed.key_type == AccountKeyType::ES384);
    ensure!(check_known(&lane, &id).await? == changed && changed.url == first.url);

    // Before the request, and after the authority did it and before its answer was stored: as a lost answer.
    for (place, name) in ["account-key:stored", "account-key:acted"].into_iter().enumerate() {
        let before = lane.engine().account(&id).await?;
        failpoint::watch(&id, vec![place]);
        let stopped =
            lane.engine().change_account_key(&id, NewKey::Made(AccountKeyType::ES256), "test").await;
        ensure!(stopped.is_err() && failpoint::passed(&id).last().is_some_and(|last| last == name));
        lane.open().await?;
        let begun = lane.engine().account(&id).await?;
        let change = begun.key_change.clone().with_context(|| format!("{name}: nothing is stored"))?;
        ensure!(begun.thumbprint == before.thumbprint, "{name}: the old key is gone already");
        lane.engine().keep_up().await?;
        let settled = check_known(&lane, &id).await?;
        ensure!(settled.thumbprint == change.thumbprint && settled.url == first.url, "{name}: {settled:?}");
    }

    // An order with the account, not an upkeep, finds out how it ended.
    failpoint::watch(&id, vec![1]);
    let pem = openssl(&["genrsa", "-traditional", "2048"], "")?;
    ensure!(lane.engine().change_account_key(&id, NewKey::Given(pem.clone().into()), "test").await.is_err());
    lane.open().await?;
    let draft = lane.draft(&["shop.example.test"]);
    let row = lane.engine().create_certificate(draft, "test").await?;
    lane.engine().request(row.certificate.id.as_str(), None, "test").await?;
    ensure!(lane.settle().await?);
    ensure!(lane.row(row.certificate.id.as_str()).await?.version.is_some(), "nothing was issued");
    ensure!(check_known(&lane, &id).await?.key_type == AccountKeyType::RS256);

    // One key is one account.
    let again = lane.engine().change_account_key(&id, NewKey::Given(pem.into()), "test").await;
    ensure!(matches!(again, Err(EngineError::Refused(_))), "{again:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_another_program_is_taken_over_changed_and_given_up() -> Result<()> {
    let lane = lane().await?;
    let engine = lane.engine();
    let transport =
        Transports.transport(Some(lane.pebble.directory_roots_pem())).map_err(anyhow::Error::msg)?;
    let client = Client::new(transport, lane.pebble.directory_url(), Settings::default())?;
    let own = only_account(&lane).await?.url.context("no URL")?;
    for (arguments, key_type) in [
        (&["ecparam", "-name", "prime256v1", "-genkey"][..], AccountKeyType::ES256),
        (&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], AccountKeyType::ES384),
        (&["genrsa", "-traditional", "2048"], AccountKeyType::RS256),
    ] {
        let pem = openssl(arguments, "")?;
        let import = |url: Option<&str>| ImportedAccount {
            authority: "pebble".into(),
            url: url.map(str::to_owned),
            key: pem.clone().into(),
        };
        let unknown = engine.import_account(import(None), "test").await;
        ensure!(matches!(unknown, Err(EngineError::Refused(_))), "{key_type:?}: {unknown:?}");
        let new = certwright_acme::NewAccount {
            terms_agreed: true,
            contacts: vec!["mailto:other@example.com".to_owned()],
            binding: None,
        };
        let made = client.create_account(&AccountKey::from_pem(&pem)?, &new).await?.value;
        let other = engine.import_account(import(Some(&own)), "test").await;
        let Err(EngineError::Refused(refusals)) = other else { anyhow::bail!("{key_type:?}: {other:?}") };
        ensure!(refusals[0].field == "url" && refusals[0].reason.contains(&made.url), "{refusals:?}");
        let account = engine.import_account(import(Some(&made.url)), "test").await?;
        ensure!(account.key_type == key_type && account.contact == ["other@example.com"], "{account:?}");
        let twice = engine.import_account(import(None), "test").await;
        ensure!(matches!(twice, Err(EngineError::Refused(_))), "{twice:?}");

        let id = account.id.as_str();
        check_known(&lane, id).await?;
        let contact = vec!["ada@example.com".to_owned()];
        let changed = engine.update_contact(id, contact.clone(), "test").await?;
        ensure!(changed.contact == contact);
        let key = AccountKey::from_pem(&pem)?;
        let session =
            certwright_acme::Session::new(client.clone(), std::sync::Arc::new(key), made.url.clone())?;
        ensure!(session.account().await?.value.contacts == ["mailto:ada@example.com"]);
        for _ in 0..2 {
            let ended = engine.deactivate_account(id, "test").await?;
            ensure!(ended.state == AccountState::Deactivated);
        }
        ensure!(session.account().await.is_err(), "the authority still knows it");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_terms_of_now_are_agreed_to() -> Result<()> {
    let lane = lane().await?;
    let account = only_account(&lane).await?;
    let id = account.id.to_string();
    let wrong = lane.engine().agree_to_terms(&id, "https://example.com/other", "test").await;
    ensure!(matches!(wrong, Err(EngineError::Refused(_))), "{wrong:?}");
    ensure!(only_account(&lane).await? == account, "something was stored");
    Ok(())
}
