//! Looks by HTTP against a world that is a list.

use super::super::{Fetch, Names};
use super::*;
use crate::policy::NamePolicy;
use crate::settings::{Reach, Settings};
use async_trait::async_trait;
use certwright_core::identifier::Identifier;
use certwright_store::issuer::ChallengeKind;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATH: &str = "/.well-known/acme-challenge/token";

/// Answers by address and path; everything else is refused. Remembers what was asked.
#[derive(Default)]
struct World {
    answers: Vec<(&'static str, &'static str, Fetched)>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Fetch for World {
    async fn get(&self, look: &Look) -> Result<Fetched, FetchError> {
        let asked = format!("{} {} {}", look.address, look.host_header, look.path);
        self.asked.lock().unwrap().push(asked);
        self.answers
            .iter()
            .find(|(address, path, _)| look.address.to_string() == *address && look.path == *path)
            .map(|(_, _, fetched)| fetched.clone())
            .ok_or_else(|| FetchError::NoConnection("refused".to_owned()))
    }
}

struct Zone;

#[async_trait]
impl Names for Zone {
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        let addresses: &[&str] = match name {
            "a.home.arpa" => &["fd00::1", "10.0.0.1"],
            "b.home.arpa" => &["10.0.0.2"],
            "inside.home.arpa" => &["127.0.0.1", "169.254.169.254"],
            "none.home.arpa" => &[],
            "slow.home.arpa" => std::future::pending().await,
            name if name.ends_with("localhost") => panic!("nobody asks DNS for {name}"),
            _ => return Err("no such name".to_owned()),
        };
        Ok(addresses.iter().map(|address| address.parse().unwrap()).collect())
    }

    async fn texts(&self, _name: &str) -> Result<Vec<String>, String> {
        Err("none".to_owned())
    }
}

fn says(status: u16, location: Option<&str>, body: &str) -> Fetched {
    Fetched { status, location: location.map(str::to_owned), body: body.as_bytes().to_vec() }
}

async fn ask(world: World, reach: Reach, name: &str) -> (Result<(), Problem>, Vec<String>) {
    let policy = NamePolicy {
        names: vec!["home.arpa".to_owned(), "localhost".to_owned()],
        networks: vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.0/8".parse().unwrap()],
        ..NamePolicy::default()
    };
    let world = Arc::new(world);
    let validator = Validator {
        fetch: Arc::clone(&world) as Arc<dyn Fetch>,
        names: Arc::new(Zone),
        settings: Arc::new(Settings::new(reach, policy.clone())),
        time_limit: Duration::from_millis(50),
    };
    let question = Question {
        kind: ChallengeKind::Http01,
        identifier: Identifier::parse(name).unwrap(),
        token: "token".to_owned(),
        key_authorization: "token.thumbprint".to_owned(),
        policies: [policy.clone(), policy.clone(), policy],
    };
    let result = validator.look(&question).await;
    let asked = world.asked.lock().unwrap().clone();
    (result, asked)
}

#[tokio::test]
async fn the_right_body_at_any_address_of_the_name_is_enough() {
    let answers = vec![("10.0.0.1:80", PATH, says(200, None, "token.thumbprint\r\n"))];
    let (result, asked) = ask(World { answers, ..World::default() }, Reach::Network, "a.home.arpa").await;
    assert_eq!(result, Ok(()));
    assert_eq!(
        asked,
        [format!("[fd00::1]:80 a.home.arpa {PATH}"), format!("10.0.0.1:80 a.home.arpa {PATH}")]
    );
}

#[tokio::test]
async fn wrong_answers_are_told_without_what_was_seen() {
    let secret = "root:x:0:0 secret";
    for (name, fetched, kind, words) in [
        ("b.home.arpa", says(200, None, secret), Kind::IncorrectResponse, "is not the key authorization"),
        ("b.home.arpa", says(200, None, "x token.thumbprint"), Kind::IncorrectResponse, "is not the key"),
        ("b.home.arpa", says(200, None, ""), Kind::IncorrectResponse, "is not the key authorization"),
        ("b.home.arpa", says(404, None, secret), Kind::IncorrectResponse, "status 404"),
        ("b.home.arpa", says(204, None, "token.thumbprint"), Kind::IncorrectResponse, "status 204"),
        ("b.home.arpa", says(302, None, secret), Kind::Connection, "not followed"),
        (
            "b.home.arpa",
            says(302, Some("http://example.com/secret"), ""),
            Kind::Connection,
            "does not certify",
        ),
        (
            "b.home.arpa",
            says(302, Some("http://b.home.arpa:22/secret"), ""),
            Kind::Connection,
            "another port",
        ),
        ("10.0.0.3", says(200, None, ""), Kind::Connection, "no connection to 10.0.0.3, port 80"),
        ("none.home.arpa", says(200, None, ""), Kind::Dns, "has no address"),
        ("missing.home.arpa", says(200, None, ""), Kind::Dns, "does not resolve: no such name"),
        ("slow.home.arpa", says(200, None, ""), Kind::Connection, "within 0 s"),
    ] {
        let answers = vec![("10.0.0.2:80", PATH, fetched)];
        let (result, _) = ask(World { answers, ..World::default() }, Reach::Network, name).await;
        let problem = result.unwrap_err();
        assert_eq!(problem.kind, kind, "{}", problem.detail);
        assert!(problem.detail.contains(words) && !problem.detail.contains("secret"), "{}", problem.detail);
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_looked_at() {
    for name in ["inside.home.arpa", "x.localhost", "127.0.0.1"] {
        let (result, asked) = ask(World::default(), Reach::Network, name).await;
        assert_eq!(result.unwrap_err().kind, Kind::Connection, "{name}");
        assert_eq!(asked, Vec::<String>::new(), "{name}");
    }
    let answers = vec![("10.0.0.2:80", PATH, says(301, Some("http://inside.home.arpa/x"), ""))];
    let (result, asked) = ask(World { answers, ..World::default() }, Reach::Network, "b.home.arpa").await;
    assert_eq!((result.unwrap_err().kind, asked.len()), (Kind::Connection, 1));
}

#[tokio::test]
async fn a_loopback_authority_looks_at_its_own_machine_and_port_alone() {
    let reach = Reach::Loopback { challenge_port: 5002 };
    let answers = vec![("127.0.0.1:5002", PATH, says(200, None, "token.thumbprint"))];
    let (result, asked) = ask(World { answers, ..World::default() }, reach, "x.localhost").await;
    assert_eq!(result, Ok(()));
    assert_eq!(asked, [format!("127.0.0.1:5002 x.localhost:5002 {PATH}")]);
    let (result, asked) = ask(World::default(), reach, "b.home.arpa").await;
    assert_eq!((result.unwrap_err().kind, asked.len()), (Kind::Connection, 0));
}

#[tokio::test]
async fn redirects_are_followed_up_to_ten_times() {
    let answers = vec![
        ("10.0.0.2:80", PATH, says(301, Some("https://b.home.arpa/next"), "")),
        ("10.0.0.2:443", "/next", says(308, Some("/last?x"), "")),
        ("10.0.0.2:443", "/last?x", says(200, None, "token.thumbprint")),
    ];
    let (result, asked) = ask(World { answers, ..World::default() }, Reach::Network, "b.home.arpa").await;
    assert_eq!((result, asked.len()), (Ok(()), 3));
    let answers = vec![("10.0.0.2:80", PATH, says(302, Some(PATH), ""))];
    let (result, asked) = ask(World { answers, ..World::default() }, Reach::Network, "b.home.arpa").await;
    assert!(result.unwrap_err().detail.contains("more than 10"));
    assert_eq!(asked.len(), MOST_REDIRECTS + 1);
}
