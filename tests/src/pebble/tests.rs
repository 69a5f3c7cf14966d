//! Pebble is really started here.

use super::*;

#[test]
fn starts_offers_its_options_and_ends() {
    let pebble = Pebble::builder()
        .gentle()
        .strict()
        .retry_after(1, 2)
        .profile("short", "six days", 518_400)
        .external_account("kid-1", "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W")
        .alternate_roots(1)
        .chain_length(2)
        .key_algorithm("ecdsa")
        .start()
        .unwrap();
    let directory: serde_json::Value = serde_json::from_str(&fetch(&pebble)).unwrap();
    assert_eq!(directory["meta"]["externalAccountRequired"], true);
    assert_eq!(directory["meta"]["profiles"]["short"], "six days");
    let (first, second) = (pebble.issuing_root_pem().unwrap(), pebble.alternate_root_pem(1).unwrap());
    assert!(first.starts_with("-----BEGIN CERTIFICATE-----") && first != second);
    assert_eq!((pebble.orders_opened(), pebble.issued_serials().len(), pebble.accounts_created()), (0, 0, 0));
    let port = pebble.ports.acme;
    drop(pebble);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[test]
fn a_restart_keeps_the_address_and_forgets_the_roots() {
    let pebble = Pebble::builder().gentle().start().unwrap();
    let before = pebble.issuing_root_pem().unwrap();
    pebble.stop();
    assert!(pebble.issuing_root_pem().is_err());
    pebble.restart().unwrap();
    assert_ne!(pebble.issuing_root_pem().unwrap(), before);
}

#[test]
fn names_do_as_told() {
    let pebble = Pebble::builder().gentle().start().unwrap();
    let names = pebble.names();
    names.set_default_ipv4("127.0.0.2").unwrap();
    names.add_a("a.example.test", "127.0.0.3").unwrap();
    names.clear_a("a.example.test").unwrap();
    names.set_txt("_acme-challenge.a.example.test", "value").unwrap();
    names.clear_txt("_acme-challenge.a.example.test").unwrap();
    names.set_servfail("b.example.test").unwrap();
    names.clear_servfail("b.example.test").unwrap();
    assert!(names.questions("a.example.test").unwrap().is_empty());
}

#[test]
fn an_old_pebble_is_refused() {
    let error = check_age(r#"{"newOrder": "x", "meta": {}}"#).unwrap_err().to_string();
    assert!(error.contains("2.10"), "{error}");
    check_age(r#"{"renewalInfo": "x", "meta": {"profiles": {}}}"#).unwrap();
}

#[test]
fn the_log_tells_orders_and_serials() {
    let text = "Pebble 2026/11/23 23:40:00 There are now 1 accounts in memory\n\
                Pebble 2026/11/23 23:40:01 Added order \"q1\" to the db\n\
                Pebble 2026/11/23 23:40:01 There are now 1 orders in the db\n\
                Pebble 2026/11/23 23:40:02 Issued certificate serial 0A2b for order q1\n";
    assert_eq!(log::issued_serials(text), ["a2b"]);
    assert_eq!((log::orders_opened(text), log::accounts_created(text)), (1, 1));
}

fn fetch(pebble: &Pebble) -> String {
    let roots = pebble.folder.path().join("roots.pem");
    let output = std::process::Command::new("curl")
        .args(["--silent", "--fail", "--noproxy", "*", "--cacert"])
        .arg(roots)
        .arg(pebble.directory_url())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}
