//! What a person may choose about one certificate, at a real authority: chain, profile, key, request, address.

use crate::lane::{Lane, two_sites};
use anyhow::{Context, Result, ensure};
use certwright_core::account::AccountKeyType;
use certwright_core::authority::{Authority, IssuingRoots, ProfileLimits};
use certwright_core::challenge::ChallengeSettings;
use certwright_core::facts::CertificateFacts;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::options::{CertificateOptions, ProfileMissing};
use certwright_core::revocation::RevocationReason;
use certwright_engine::{Changes, Clock, Draft, EngineError, KeyInput, NewAccount, RevokeRequest};
use certwright_pki::{PrivateKey, certificate_request, facts, parse_chain, request_pem};
use certwright_tests::{Pebble, PebbleBuilder};

const NAME: &str = "blog.example.test";
/// Has no block at the web server.
const OWN: &str = "own.example.test";

async fn lane(pebble: PebbleBuilder) -> Result<Lane> {
    let nginx = two_sites()?;
    let pebble = pebble.http_port(nginx.http_port()).gentle().retry_after(0, 0);
    Lane::start(pebble.profile("default", "ninety days", 7_776_000).start()?, nginx).await
}

/// Served nowhere: what these tests are about is what is obtained. Answers are files that nginx shows for the blog, and
/// for whatever has no block of its own.
fn draft(lane: &Lane, names: &[&str]) -> Draft {
    let root = lane.nginx.path("blog").display().to_string();
    let challenge = ChallengeSettings::Http01Webroot { root };
    Draft { deployments: Some(Vec::new()), challenge, ..lane.draft(names) }
}

async fn obtain(lane: &Lane, name: &str) -> Result<CertificateFacts> {
    lane.engine().request(name, None, "test").await?;
    lane.settle().await?;
    let row = lane.row(name).await?;
    let log = lane.engine().certificate_log(name, 60).await?.join("\n");
    ensure!(row.certificate.standing.last_failure.is_none(), "it failed\n{log}");
    row.version.and_then(|version| version.facts).with_context(|| format!("nothing was issued\n{log}"))
}

async fn change(lane: &Lane, name: &str, changes: Changes) -> Result<()> {
    let revision = lane.row(name).await?.certificate.revision;
    lane.engine().update_certificate(name, revision, changes, "test").await?;
    Ok(())
}

/// The name of the root that the newest version's chain names at its end.
async fn end(lane: &Lane, name: &str) -> Result<String> {
    let exported = lane.engine().export(name, false, "test").await?;
    let chain = parse_chain(&exported.fullchain)?;
    Ok(facts(chain.last().context("the chain is empty")?)?.issuer)
}

async fn change_authority(lane: &Lane, change: impl FnOnce(&mut Authority)) -> Result<()> {
    let mut authority = lane.engine().authority("pebble").await?;
    change(&mut authority);
    lane.engine().put_authority(authority, "test").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_10_the_preferred_chain_is_taken_only_if_it_holds() -> Result<()> {
    let lane = lane(Pebble::builder().alternate_roots(3)).await?;
    let alternate = lane.pebble.alternate_root_pem(2)?;
    let root = facts(&parse_chain(&alternate)?[0])?;
    let mut wanted = draft(&lane, &[NAME]);
    wanted.options =
        CertificateOptions { preferred_chain: root.common_name.clone(), ..CertificateOptions::default() };
    lane.engine().create_certificate(wanted, "test").await?;
    // The entry knows another root: the alternate would not be trusted, and the authority's own chain is taken.
    obtain(&lane, NAME).await?;
    let usual = end(&lane, NAME).await?;
    ensure!(usual != root.subject, "a chain was taken that ends in no root of the authority: {usual}");
    let log = lane.engine().certificate_log(NAME, 80).await?.join("\n");
    ensure!(log.contains("An alternate chain was passed over") && log.contains("No chain on offer"), "{log}");
    let roots = format!("{}{alternate}", lane.pebble.issuing_root_pem()?);
    change_authority(&lane, |authority| authority.issuing_roots = IssuingRoots::Pem(roots)).await?;
    obtain(&lane, NAME).await?;
    ensure!(end(&lane, NAME).await? == root.subject, "the preferred chain was not taken");
    // By fingerprint, and then by a name that no chain has: a note, and no failure.
    let prefer =
        |issuer: &str| Changes { preferred_chain: Some(Some(issuer.to_owned())), ..Changes::default() };
    change(&lane, NAME, prefer(&root.fingerprint)).await?;
    obtain(&lane, NAME).await?;
    ensure!(end(&lane, NAME).await? == root.subject, "the fingerprint was not known");
    change(&lane, NAME, prefer("Nobody Root CA")).await?;
    obtain(&lane, NAME).await?;
    ensure!(end(&lane, NAME).await? == usual, "another chain than the authority's own was taken");
    // Where the certificate prefers none, its account's word counts.
    let account = lane.engine().accounts().await?.remove(0).id;
    lane.engine().prefer_chain(account.as_str(), root.common_name.clone(), "test").await?;
    change(&lane, NAME, Changes { preferred_chain: Some(None), ..Changes::default() }).await?;
    obtain(&lane, NAME).await?;
    ensure!(end(&lane, NAME).await? == root.subject, "the account's preference was not followed");
    lane.check_nothing_lost().await
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_12_a_missing_profile_falls_back_or_stops_and_too_many_names_are_never_ordered() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    change_authority(&lane, |authority| {
        authority.profiles.push(ProfileLimits {
            name: "short".to_owned(),
            max_identifiers: 25,
            ip_addresses: false,
            common_name: true,
        });
    })
    .await?;
    let names: Vec<_> = (0..26).map(|n| format!("n{n}.example.test")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let many = Draft { profile: Some("short".to_owned()), ..draft(&lane, &names) };
    match lane.engine().create_certificate(many, "test").await {
        Err(EngineError::Refused(refusals)) => {
            ensure!(refusals[0].reason.contains("permits 25"), "{refusals:?}");
        }
        other => anyhow::bail!("26 names were accepted: {other:?}"),
    }
    let short = Draft { profile: Some("short".to_owned()), ..draft(&lane, &[NAME]) };
    lane.engine().create_certificate(short, "test").await?;
    let preview = lane.engine().preview(NAME).await?;
    ensure!(preview.fingerprint.is_none() && preview.text().contains("\"short\""), "{}", preview.text());
    ensure!(lane.pebble.orders_opened() == 0, "something was ordered");
    let falls_back = Changes { profile_missing: Some(ProfileMissing::FallBack), ..Changes::default() };
    change(&lane, NAME, falls_back).await?;
    obtain(&lane, NAME).await?;
    ensure!(lane.pebble.orders_opened() == 1, "it was ordered {} times", lane.pebble.orders_opened());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_used_again_until_it_is_compromised() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    let key = KeyInput { reuse: Some(true), ..KeyInput::default() };
    let wanted = Draft { key, key_type: Some(KeyType::EcdsaP384), ..draft(&lane, &[NAME]) };
    lane.engine().create_certificate(wanted, "test").await?;
    let first = obtain(&lane, NAME).await?;
    ensure!(first.key_algorithm == "ECDSA P-384", "{}", first.key_algorithm);
    let second = obtain(&lane, NAME).await?;
    ensure!(second.serial != first.serial && second.key_fingerprint == first.key_fingerprint);
    let version = lane.row(NAME).await?.version.context("no version")?.id;
    lane.engine().key_is_compromised(&version, "test").await?;
    let third = obtain(&lane, NAME).await?;
    ensure!(third.key_fingerprint != first.key_fingerprint, "a compromised key was used again");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn revocation_for_key_compromise_ends_the_reuse_of_the_key_and_refuses_ones_own() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    let revoke = |name: &'static str| RevokeRequest {
        certificate: name,
        version: None,
        reason: RevocationReason::KeyCompromise,
        by: None,
    };
    let key = KeyInput { reuse: Some(true), ..KeyInput::default() };
    lane.engine().create_certificate(Draft { key, ..draft(&lane, &[NAME]) }, "test").await?;
    let first = obtain(&lane, NAME).await?;
    lane.engine().revoke(&revoke(NAME), "test").await?;
    ensure!(lane.settle().await?);
    let version = lane.row(NAME).await?.version.context("no version")?;
    let second = version.facts.context("no certificate")?;
    ensure!(second.serial != first.serial, "it was not replaced");
    ensure!(second.key_fingerprint != first.key_fingerprint, "the compromised key was used again");

    // A key that a person gave: warned of before, refused afterwards, for this certificate and for others.
    let key = PrivateKey::generate(KeyType::EcdsaP256)?;
    let given = || KeyInput { private_key: Some(Some(key.to_pkcs8_pem())), ..KeyInput::default() };
    lane.engine().create_certificate(Draft { key: given(), ..draft(&lane, &[OWN]) }, "test").await?;
    obtain(&lane, OWN).await?;
    let plan = lane.engine().plan_revocation(&revoke(OWN)).await?.plan.join("\n");
    ensure!(plan.contains("The key is one that you gave"), "{plan}");
    lane.engine().revoke(&revoke(OWN), "test").await?;
    let orders = lane.pebble.orders_opened();
    ensure!(lane.settle().await?);
    ensure!(lane.pebble.orders_opened() == orders, "it was ordered with a compromised key");
    let failure = lane.row(OWN).await?.certificate.standing.last_failure.context("nobody was told")?;
    ensure!(failure.to_string().contains("compromised"), "{failure}");
    let other = Draft { key: given(), ..draft(&lane, &["other.example.test"]) };
    match lane.engine().create_certificate(other, "test").await {
        Err(EngineError::Refused(refusals)) => ensure!(refusals[0].field == "private_key", "{refusals:?}"),
        other => anyhow::bail!("a compromised key was taken: {other:?}"),
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_ones_own_is_obtained_without_its_key_and_deployed_with_it() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    let key = PrivateKey::generate(KeyType::EcdsaP256)?;
    let der = certificate_request(&key, &[Identifier::parse(NAME)?], None)?;
    let input = KeyInput { request: Some(Some(request_pem(&der))), ..KeyInput::default() };
    let wanted = Draft { key: input, ..draft(&lane, &[]) };
    lane.engine().create_certificate(wanted.clone(), "test").await?;
    let issued = obtain(&lane, NAME).await?;
    ensure!(issued.key_fingerprint == key.spki_fingerprint(), "it is for another key");
    ensure!(!lane.row(NAME).await?.version.context("no version")?.has_key);
    ensure!(!lane.engine().export(NAME, false, "test").await?.fullchain.is_empty());
    ensure!(lane.engine().export(NAME, true, "test").await.is_err(), "a key was exported that is not here");
    let nginx = || Some(vec![("nginx".to_owned(), lane.nginx_settings())]);
    let revision = lane.row(NAME).await?.certificate.revision;
    let deployed = Changes { deployments: nginx(), ..Changes::default() };
    match lane.engine().update_certificate(NAME, revision, deployed, "test").await {
        Err(EngineError::Refused(refusals)) => ensure!(refusals[0].field == "deployments", "{refusals:?}"),
        other => anyhow::bail!("it was to be deployed without its key: {other:?}"),
    }
    let input = KeyInput { private_key: Some(Some(key.to_pkcs8_pem())), ..KeyInput::default() };
    change(&lane, NAME, Changes { key: input, deployments: nginx(), ..Changes::default() }).await?;
    obtain(&lane, NAME).await?;
    lane.check_served(NAME, &[NAME]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_certified_by_http_01() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    lane.engine().create_certificate(draft(&lane, &["127.0.0.1"]), "test").await?;
    let issued = obtain(&lane, "127.0.0.1").await?;
    ensure!(issued.identifiers == [Identifier::parse("127.0.0.1")?], "{:?}", issued.identifiers);
    lane.check_nothing_left().await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_for_tests_never_takes_the_place_of_a_trusted_one_unasked() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    // The same Pebble twice: what is for tests is what the entry says.
    let entry = lane.engine().authority("pebble").await?;
    let mut staging = Authority { id: "pebble-staging".into(), staging: true, ..entry };
    staging.choices.staging_of = Some("pebble".into());
    lane.engine().put_authority(staging, "test").await?;
    let account = NewAccount {
        authority: "pebble-staging".into(),
        contact: vec![],
        terms_agreed: lane.engine().terms("pebble-staging").await?.terms_of_service,
        external_account: None,
        key_type: AccountKeyType::ES256,
    };
    lane.engine().create_account(account, "test").await?;
    lane.engine().create_certificate(lane.draft(&[NAME]), "test").await?;
    let trusted = obtain(&lane, NAME).await?;
    lane.check_served(NAME, &[NAME]).await?;
    change(&lane, NAME, Changes { staging: Some(true), ..Changes::default() }).await?;
    let settings = lane.row(NAME).await?.certificate.settings;
    ensure!(settings.authority.as_str() == "pebble-staging" && settings.options.staging, "{settings:?}");
    lane.engine().store().ask(&lane.row(NAME).await?.certificate.id, lane.clock.now(), "test", &[]).await?;
    lane.settle().await?;
    let row = lane.row(NAME).await?;
    ensure!(row.version.context("no version")?.staging, "it was not ordered from the staging environment");
    let failure = row.deployments[0].last_failure.clone().context("it was deployed")?;
    ensure!(failure.kind == "staging-replaces-trusted", "{failure}");
    let fingerprint =
        || -> Result<String> { Ok(lane.served(NAME)?.fingerprint_sha256.replace(':', "").to_lowercase()) };
    ensure!(fingerprint()? == trusted.fingerprint, "the trusted one is not served any more");
    change(&lane, NAME, Changes { staging_may_replace: Some(true), ..Changes::default() }).await?;
    lane.engine().deploy(NAME, "test").await?;
    lane.settle().await?;
    lane.check_served(NAME, &[NAME]).await?;
    ensure!(fingerprint()? != trusted.fingerprint, "it was not deployed though that was permitted");
    change(&lane, NAME, Changes { staging: Some(false), ..Changes::default() }).await?;
    ensure!(lane.row(NAME).await?.certificate.settings.authority.as_str() == "pebble");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lifetime_is_asked_for_where_the_authority_honours_it() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    let week = CertificateOptions { lifetime_seconds: Some(7 * 86_400), ..CertificateOptions::default() };
    let wanted = Draft { options: week, ..draft(&lane, &[NAME]) };
    match lane.engine().create_certificate(wanted.clone(), "test").await {
        Err(EngineError::Refused(refusals)) => ensure!(refusals[0].field == "lifetime_seconds"),
        other => anyhow::bail!("a lifetime was accepted that would be ignored: {other:?}"),
    }
    change_authority(&lane, |authority| authority.choices.lifetime = true).await?;
    lane.engine().create_certificate(wanted, "test").await?;
    let issued = obtain(&lane, NAME).await?;
    let days = issued.not_after.duration_since(issued.not_before).as_hours() / 24;
    ensure!((6..=7).contains(&days), "it is valid for {days} days");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_ones_own_is_read_sealed_and_used_for_every_version() -> Result<()> {
    let lane = lane(Pebble::builder()).await?;
    let key = PrivateKey::generate(KeyType::EcdsaP384)?;
    let input = KeyInput { private_key: Some(Some(key.to_pkcs8_pem())), ..KeyInput::default() };
    let row = lane.engine().create_certificate(Draft { key: input, ..draft(&lane, &[NAME]) }, "test").await?;
    for _ in 0..2 {
        ensure!(
            obtain(&lane, NAME).await?.key_fingerprint == key.spki_fingerprint(),
            "it is for another key"
        );
    }
    let sealed = lane.engine().store().own_key(&row.certificate.id).await?.context("no key is stored")?;
    let clear = key.pkcs8_der();
    ensure!(!sealed.windows(32).any(|part| clear.windows(32).any(|other| other == part)), "it is not sealed");
    let input = KeyInput { private_key: Some(None), ..KeyInput::default() };
    change(&lane, NAME, Changes { key: input, ..Changes::default() }).await?;
    ensure!(lane.engine().store().own_key(&row.certificate.id).await?.is_none(), "it was not forgotten");
    ensure!(obtain(&lane, NAME).await?.key_fingerprint != key.spki_fingerprint());
    Ok(())
}
