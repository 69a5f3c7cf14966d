//! Revocation: by the account and by the certificate's key, cut off and finished; by the authority, found on its list;
//! what is revoked is replaced.

use crate::lane::{Lane, two_sites};
use crate::process::{Process, openssl};
use anyhow::{Context, Result, ensure};
use certwright::ports::Transports;
use certwright_acme::{AccountKey, Client, RevocationReason as Wire, Settings};
use certwright_core::revocation::{RevocationReason, RevocationSigner, RevocationSource};
use certwright_engine::{EngineError, RevokeRequest, TransportFactory as _, failpoint};
use certwright_tests::{Pebble, free_port, wait_for};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_revoked_is_replaced_at_once_with_another_key() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0).start()?;
    let mut lane = Lane::start(pebble, nginx).await?;
    let draft = lane.draft(&["shop.example.test"]);
    let row = lane.engine().create_certificate(draft, "test").await?;
    let id = row.certificate.id.to_string();
    lane.engine().request(&id, None, "test").await?;
    ensure!(lane.settle().await?);
    let request = |reason, by| RevokeRequest { certificate: &id, version: None, reason, by };

    for (reason, by, stop) in [
        (RevocationReason::Superseded, None, false),
        (RevocationReason::KeyCompromise, None, false),
        (RevocationReason::CessationOfOperation, Some(RevocationSigner::Key), true),
    ] {
        let before = lane.row(&id).await?.version.context("no version")?;
        let planned = lane.engine().plan_revocation(&request(reason, by)).await?;
        ensure!(planned.version.revoking.is_none() && planned.plan[0].contains(before.id.as_str()));
        failpoint::watch(&id, if stop { vec![0] } else { vec![] });
        let revoked = lane.engine().revoke(&request(reason, by), "test").await;
        if stop {
            ensure!(revoked.is_err());
            lane.open().await?;
            let version = lane.row(&id).await?.version.context("no version")?;
            ensure!(version.revoking.is_some() && version.revocation.is_none(), "{version:?}");
            lane.engine().keep_up().await?;
        } else {
            revoked?;
        }
        failpoint::watch(&id, vec![]);
        let version = lane.row(&id).await?.version.context("no version")?;
        let known = version.revocation.clone().context("it is not known to be revoked")?;
        ensure!(known.reason == reason && known.source == RevocationSource::Asked, "{known:?}");
        ensure!(
            lane.row(&id).await?.certificate.standing.next_at
                <= Some(certwright_engine::Clock::now(&*lane.clock))
        );
        ensure!(lane.settle().await?);
        let after = lane.row(&id).await?.version.context("no version")?;
        ensure!(after.id != before.id && after.revocation.is_none(), "it was not replaced: {after:?}");
        let key = |version: &certwright_core::version::Version| {
            version.facts.as_ref().map(|facts| facts.key_fingerprint.clone())
        };
        ensure!(key(&after) != key(&before), "the same key");
        let run = lane.engine().run(after.run.as_str()).await?;
        ensure!(run.reason.contains("revoked"), "{}", run.reason);
        let again = RevokeRequest { version: Some(before.id.as_str()), ..request(reason, by) };
        let again = lane.engine().revoke(&again, "test").await;
        ensure!(matches!(again, Err(EngineError::InUse { .. })), "{again:?}");
    }

    // The authority has revoked it already, and we did not know: that is no failure.
    let version = lane.row(&id).await?.version.context("no version")?;
    let exported = lane.engine().export(&id, true, "test").await?;
    revoke_behind(
        lane.pebble.directory_roots_pem(),
        &lane.pebble.directory_url(),
        &exported.private_key.context("no key")?,
        &exported.certificate,
    )
    .await?;
    lane.engine().revoke(&request(RevocationReason::Unspecified, None), "test").await?;
    let versions = lane.engine().versions(&id, certwright_engine::Page::default()).await?.items;
    let known = versions.into_iter().find(|known| known.id == version.id).and_then(|known| known.revocation);
    ensure!(known.context("not revoked")?.source == RevocationSource::Authority);
    Ok(())
}

/// Revokes a certificate by its key alone, as somebody who has found that would.
async fn revoke_behind(roots: &str, directory: &str, key: &str, certificate: &str) -> Result<()> {
    let transport = Transports.transport(Some(roots)).map_err(anyhow::Error::msg)?;
    let client = Client::new(transport, directory, Settings::default())?;
    let der = certwright_pki::parse_chain(certificate)?;
    client.revoke_with_certificate_key(&AccountKey::from_pem(key)?, &der[0], Wire::KeyCompromise).await?;
    Ok(())
}

/// A service with an authority of its own, and an account there.
fn home_authority() -> Result<Process> {
    let port = free_port()?;
    let mut service = Process::with(&[
        "--tls".to_owned(),
        format!("--challenge-port={port}"),
        "--challenge-addresses=127.0.0.1".to_owned(),
    ])?;
    service.start(&[])?;
    let challenge = format!("--challenge-port={port}");
    service.command(&[
        "authority",
        "create",
        "home",
        "--title=Home CA",
        "--name=localhost",
        "--lifetime=7d",
        &challenge,
        "--enable",
    ])?;
    service.command(&["authority", "use", "home"])?;
    service.command(&["account", "create", "--ca=home"])?;
    Ok(service)
}

/// Obtains a certificate of this name into files; gives where they are, chain and key.
fn obtained(service: &Process, name: &str) -> Result<(String, String)> {
    let file = |what: &str| service.folder().join(format!("{name}-{what}.pem")).display().to_string();
    let (fullchain, key) = (file("fullchain"), file("key"));
    service.command(&[
        "cert",
        "create",
        &format!("{name}.localhost"),
        &format!("--name={name}"),
        "--ca=home",
        "--deploy=files",
        &format!("--set=files.fullchain={fullchain}"),
        &format!("--set=files.key={key}"),
    ])?;
    service.command(&["cert", "request", name, "--yes"])?;
    Ok((fullchain, key))
}

/// The address of the authority's directory, and what its HTTPS is trusted by.
fn directory_of(service: &Process) -> Result<(String, String)> {
    let roots = std::fs::read_to_string(service.data().join("self-signed/fullchain.pem"))?;
    Ok((format!("https://localhost:{}/acme/home/directory", service.port()), roots))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn certificates_that_their_authoritys_lists_revoke_are_one_incident() -> Result<()> {
    let service = home_authority()?;
    let mut files = Vec::new();
    for name in ["one", "two", "three", "four"] {
        files.push((name, obtained(&service, name)?));
    }
    let (directory, roots) = directory_of(&service)?;
    let open = || service.json(&["incident", "list", "--open"]);
    for (number, (name, (fullchain, key))) in files.iter().enumerate() {
        let (chain, key) = (std::fs::read_to_string(fullchain)?, std::fs::read_to_string(key)?);
        revoke_behind(&roots, &directory, &key, &chain).await?;
        let said = service.tell(&["cert", "check-revocation", name], "")?;
        ensure!(said.code == 7 && said.out.contains("is revoked since"), "{}", said.all());
        let opened = open()?;
        ensure!(opened["total"] == u64::from(number >= 2), "after {}: {opened}", number + 1);
    }
    let opened = open()?["items"][0].clone();
    ensure!(opened["kind"] == "mass-revocation" && opened["count"] == 4, "{opened}");
    ensure!(opened["of"] == "home" && opened["examples"][0]["name"] == "one", "{opened}");
    let status = service.command(&["status"])?;
    ensure!(status.contains("has revoked several certificates"), "{status}");
    let shown = service.command(&["incident", "show", opened["id"].as_str().context("no id")?])?;
    ensure!(shown.contains("4, ") && shown.contains("replaced"), "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_on_its_authoritys_list_is_found_and_replaced() -> Result<()> {
    let service = home_authority()?;
    let (fullchain, key) = obtained(&service, "shop")?;
    let before = service.json(&["cert", "show", "shop"])?;
    let first = service.json(&["cert", "check-revocation", "shop"])?;
    ensure!(first["revocation"].is_null() && first["id"] == before["version"]["id"], "{first}");

    let (directory, roots) = directory_of(&service)?;
    let chain = std::fs::read_to_string(&fullchain)?;
    revoke_behind(&roots, &directory, &std::fs::read_to_string(&key)?, &chain).await?;
    let said = service.tell(&["cert", "check-revocation", "shop", "--json"], "")?;
    let found: serde_json::Value = serde_json::from_str(&said.out)?;
    ensure!(found["revocation"]["reason"] == "keyCompromise", "{found}");
    ensure!(found["revocation"]["source"] == "list", "{found}");
    let after = wait_for("another certificate to be served", Duration::from_secs(60), || {
        std::thread::sleep(Duration::from_millis(200));
        let shown = service.json(&["cert", "show", "shop"])?;
        let replaced = shown["version"]["id"] != before["version"]["id"] && shown["live_run"].is_null();
        let deployed = shown["deployments"][0]["deployed"] == shown["version"]["id"];
        Ok((replaced && deployed).then_some(shown))
    })?;
    ensure!(after["version"]["revocation"].is_null(), "{after}");
    ensure!(std::fs::read_to_string(&fullchain)? != chain, "the revoked one is still served");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_is_fetched_again_and_another_one_is_deployed() -> Result<()> {
    let nginx = two_sites()?;
    let pebble = Pebble::builder().http_port(nginx.http_port()).gentle().retry_after(0, 0);
    let lane = Lane::start(pebble.alternate_roots(2).chain_length(2).start()?, nginx).await?;
    let row = lane.engine().create_certificate(lane.draft(&["shop.example.test"]), "test").await?;
    let id = row.certificate.id.to_string();
    lane.engine().request(&id, None, "test").await?;
    ensure!(lane.settle().await?);
    let same = lane.engine().refetch(&id, None, "test").await?;
    ensure!(!same.changed, "the authority gives what is stored");
    let nobody = lane.engine().refetch(&id, Some("nobody at all"), "test").await;
    let Err(EngineError::Conflict { remedy, .. }) = nobody else { anyhow::bail!("{nobody:?}") };
    let root = |chain: &str| chain.rsplit(" < ").next().map(str::to_owned);
    let (_, offered) = remedy.split_once(": ").context("nothing is offered")?;
    let first = offered.split("; ").next().and_then(root).context("no chain")?;
    let other = offered.split("; ").filter_map(root).find(|name| *name != first).context("one chain only")?;
    // Of the roots that Pebble makes this lane knows one: a chain that ends elsewhere is refused, and the stored stays.
    let link = lane.data_path().join("certificates").join(&id).join("current/fullchain.pem");
    let before = std::fs::read_to_string(&link)?;
    let untrusted = lane.engine().refetch(&id, Some(&other), "test").await;
    ensure!(untrusted.is_err() && std::fs::read_to_string(&link)? == before, "{untrusted:?}");

    let roots = certwright_core::authority::IssuingRoots::Unknown;
    let authority = certwright_core::authority::Authority {
        issuing_roots: roots,
        ..lane.engine().authority("pebble").await?
    };
    lane.engine().put_authority(authority, "test").await?;
    lane.engine().request(&id, None, "test").await?;
    ensure!(lane.settle().await?);
    let before = std::fs::read_to_string(&link)?;
    let changed = lane.engine().refetch(&id, Some(&other), "test").await?;
    ensure!(changed.changed && changed.issuers.contains(&other), "{changed:?}");
    ensure!(lane.settle().await?);
    let after = std::fs::read_to_string(&link)?;
    ensure!(after != before, "the old chain is in the files");
    lane.check_served(&id, &["shop.example.test"]).await?;
    let (address, name) = (lane.https().to_string(), "shop.example.test");
    let shown = openssl(&["s_client", "-connect", &address, "-servername", name, "-showcerts"], "")?;
    let served = certwright_pki::parse_chain(&shown)?;
    ensure!(served == certwright_pki::parse_chain(&after)?, "nginx serves the old chain");
    Ok(())
}
