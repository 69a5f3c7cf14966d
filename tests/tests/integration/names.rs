//! The built-in authority's look at DNS, against a DNS server over the wire.

use anyhow::{Context, Result, ensure};
use certwright_authority::{Names as _, SystemNames};
use certwright_tests::NameServer;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_are_read_anew_each_time_and_trouble_is_told_from_absence() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let server = NameServer::start(folder.path())?;
    let names = SystemNames::new(&[server.address().parse()?]).map_err(anyhow::Error::msg)?;
    let name = "_acme-challenge.a.home.arpa";
    let texts = async || names.texts(name).await.map_err(anyhow::Error::msg);

    ensure!(texts().await?.is_empty(), "nothing is there yet");
    server.set_txt(name, "one")?;
    ensure!(texts().await? == ["one"], "what was just written must be seen");
    server.set_txt(name, "two")?;
    let mut both = texts().await?;
    both.sort();
    ensure!(both == ["one", "two"], "wildcard and name of one certificate have a value each: {both:?}");
    server.clear_txt(name)?;
    ensure!(texts().await?.is_empty(), "what was taken away must not be seen");

    server.add_a("a.home.arpa", "10.1.2.3")?;
    let addresses = names.addresses("a.home.arpa").await.map_err(anyhow::Error::msg)?;
    ensure!(addresses == ["10.1.2.3".parse::<std::net::IpAddr>()?], "{addresses:?}");
    server.set_servfail(name)?;
    let words = names.texts(name).await.err().context("a server in trouble is no answer")?;
    ensure!(words == "DNS gave no answer", "{words}");
    Ok(())
}
