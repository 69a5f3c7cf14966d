//! Golden plans: a small world in, the printed plan out. A change of behaviour shows as a text difference.
//!
//! `CERTWRIGHT_GOLDEN=write cargo test -p certwright-core` accepts what is printed now.

#![expect(
    clippy::disallowed_methods,
    reason = "golden files are read and written by the test, not by the room"
)]
#![expect(clippy::unwrap_used, reason = "a panic in a test is the report")]

use certwright_core::Timestamp;
use certwright_core::account::{Account, AccountKeyType, AccountState};
use certwright_core::authority::{Authority, AuthorityChoices, IssuingRoots, ProfileLimits};
use certwright_core::binding::{Binding, BindingChange};
use certwright_core::certificate::CertificateSettings;
use certwright_core::challenge::ChallengeSettings;
use certwright_core::choose::{PortOwner, WebAnswer};
use certwright_core::deploy_plan::{DeployFacts, deploy_plan};
use certwright_core::describe;
use certwright_core::endpoint::Endpoint;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::obtain_plan::{KeyFacts, ObtainFacts, obtain_plan};
use certwright_core::options::CertificateOptions;
use certwright_core::step::ProviderAct;
use serde_json::json;

fn names(text: &str) -> Vec<Identifier> {
    text.split(' ').map(|name| Identifier::parse(name).unwrap()).collect()
}

fn act(words: &str, lines: &[&str]) -> ProviderAct {
    let lines = lines.iter().map(|&line| line.to_owned()).collect();
    ProviderAct { provider: "nginx".into(), words: words.into(), lines, act: json!({}) }
}

fn endpoint(address: &str, host: &str) -> Endpoint {
    Endpoint { address: address.parse().unwrap(), host: host.into() }
}

fn obtain(identifiers: &str, profile: Option<&str>, owner: &PortOwner) -> String {
    let limits = |name: &str, ip, common_name| ProfileLimits {
        name: name.into(),
        max_identifiers: 100,
        ip_addresses: ip,
        common_name,
    };
    let authority = Authority {
        id: "letsencrypt".into(),
        title: "Let's Encrypt".into(),
        directory: "https://ca.example/directory".into(),
        directory_tls_roots: None,
        issuing_roots: IssuingRoots::Public,
        internal_names: false,
        staging: false,
        external_account_required: false,
        profiles: vec![limits("classic", false, true), limits("shortlived", true, false)],
        key_types: KeyType::ALL.to_vec(),
        choices: AuthorityChoices::default(),
        built_in: true,
        details: Default::default(),
    };
    let account = Account {
        id: "acct-1".into(),
        authority: "letsencrypt".into(),
        state: AccountState::Valid,
        url: Some("https://ca.example/account/1".into()),
        contact: vec![],
        terms_agreed: None,
        terms_agreed_at: None,
        external_account: None,
        thumbprint: "THUMBPRINT".into(),
        key_type: AccountKeyType::ES256,
        preferred_chain: None,
        created_at: Timestamp::UNIX_EPOCH,
        key_change: None,
        blocked: None,
    };
    let settings = CertificateSettings {
        name: "shop".into(),
        notes: String::new(),
        tags: vec![],
        paused: false,
        identifiers: names(identifiers),
        authority: "letsencrypt".into(),
        account: None,
        profile: profile.map(str::to_owned),
        key_type: None,
        challenge: ChallengeSettings::Http01,
        renewal: None,
        window: None,
        options: CertificateOptions::default(),
        deployments: vec![],
    };
    let offered = ["classic".to_owned(), "shortlived".to_owned()];
    let planned = obtain_plan(&ObtainFacts {
        settings: &settings,
        authority: &authority,
        offered_profiles: Some(&offered),
        account: &account,
        newest: None,
        renewal_information: true,
        failures: 0,
        target_keys: &[KeyType::EcdsaP256],
        keys: KeyFacts::default(),
        challenge_port: 80,
        port_owner: owner,
    });
    planned.map_or_else(|failure| format!("{failure}\n"), |plan| describe::plan(&plan))
}

fn expect(name: &str, printed: &str) {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(format!("{name}.txt"));
    if std::env::var_os("CERTWRIGHT_GOLDEN").is_some() {
        std::fs::write(&path, printed).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), printed, "{}", path.display());
}

#[test]
fn by_our_own_listener() {
    expect("listener", &obtain("shop.example.com bücher.example.com", None, &PortOwner::Free));
}

#[test]
fn through_nginx_by_webroot_and_by_itself() {
    let all = names("shop.example.com blog.example.com");
    let webroot = WebAnswer::Webroot {
        root: "/srv/blog".into(),
        shown_by: "nginx, server block at /etc/nginx/blog.conf:1".into(),
    };
    let owner = PortOwner::WebServer {
        provider: "nginx".into(),
        answers: all.iter().cloned().zip([WebAnswer::Prepared, webroot]).collect(),
        preparation: vec![
            act(
                "Edit /etc/nginx/shop.conf",
                &["/etc/nginx/shop.conf, line 2:", "+     location ^~ /.well-known/acme-challenge/ {"],
            ),
            act("Check the configuration", &["nginx -t"]),
            act("Reload nginx", &["nginx -s reload"]),
        ],
        looks: vec![
            endpoint("127.0.0.1:80", "shop.example.com"),
            endpoint("127.0.0.1:80", "blog.example.com"),
        ],
    };
    expect("nginx", &obtain("shop.example.com blog.example.com", None, &owner));
}

#[test]
fn an_address_without_a_common_name() {
    expect("address", &obtain("8.8.8.8", Some("shortlived"), &PortOwner::Free));
}

#[test]
fn a_stranger_on_the_port() {
    expect(
        "stranger",
        &obtain("shop.example.com", None, &PortOwner::Other { process: "apache2 (pid 7)".into() }),
    );
}

#[test]
fn a_deployment_with_an_edit() {
    let plan = deploy_plan(DeployFacts {
        deployment: "dep-1".into(),
        target: "nginx".into(),
        folder: "/var/lib/certwright/certificates/cert-1".into(),
        link: Some("/var/lib/certwright/certificates/cert-1/current".into()),
        from: None,
        before: vec![act(
            "Edit /etc/nginx/shop.conf",
            &["/etc/nginx/shop.conf, line 7:", "- ssl_certificate a;", "+ ssl_certificate b;"],
        )],
        after: vec![act("Check the configuration", &[]), act("Reload nginx", &[])],
        settle: vec![],
        bindings: vec![Binding {
            site: "shop.example.com (/etc/nginx/shop.conf:1)".into(),
            endpoints: vec![endpoint("127.0.0.1:443", "shop.example.com")],
            change: BindingChange::Repoint,
        }],
        warnings: vec![
            "/etc/nginx/old.conf names www.example.org, which this certificate does not cover".into(),
        ],
    });
    expect("deploy", &describe::plan(&plan));
}
