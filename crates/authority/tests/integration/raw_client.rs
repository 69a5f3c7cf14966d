//! A client that signs anything: what an honest one would send, and what it would not.

use crate::bench::{Bench, eventually};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_pki::{PrivateKey, certificate_request};
use http::{Request, Response};
use serde_json::{Value, json};
use std::net::IpAddr;

pub(crate) const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key that signs with ES256.
pub(crate) struct Key(EcdsaKeyPair);

impl Key {
    pub(crate) fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// One that exists as PKCS#8.
    pub(crate) fn from_pkcs8(der: &[u8]) -> Self {
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).unwrap())
    }

    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        self.0.to_pkcs8v1().unwrap().as_ref().to_vec()
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.0.public_key().as_ref();
        json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])})
    }

    pub(crate) fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, jwk["x"], jwk["y"]);
        encode(digest(&SHA256, text.as_bytes()))
    }

    /// A flattened JWS of exactly this header and payload.
    pub(crate) fn sign(&self, header: &Value, payload: &str) -> Value {
        let (protected, payload) = (encode(header.to_string()), encode(payload));
        let message = format!("{protected}.{payload}");
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        json!({"protected": protected, "payload": payload, "signature": encode(signature)})
    }
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) text: String,
    pub(crate) response: Response<Bytes>,
}

impl Seen {
    fn new(response: Response<Bytes>) -> Self {
        Self {
            status: response.status().as_u16(),
            body: serde_json::from_slice(response.body()).unwrap_or_default(),
            text: String::from_utf8_lossy(response.body()).into_owned(),
            response,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    /// The type of a problem, without what all of them begin with.
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.body["status"], self.status, "{self:?}");
        let kind = self.body["type"].as_str().unwrap();
        kind.strip_prefix("urn:ietf:params:acme:error:").unwrap().to_owned()
    }

    pub(crate) fn location(&self) -> String {
        self.header("location").unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    pub(crate) fn fine(self) -> Self {
        assert!(self.response.status().is_success(), "{self:?}");
        self
    }
}

/// A client with a key, and an account once it has one.
pub(crate) struct Raw<'a> {
    pub(crate) bench: &'a Bench,
    pub(crate) key: Key,
    pub(crate) kid: Option<String>,
    pub(crate) source: IpAddr,
}

impl<'a> Raw<'a> {
    pub(crate) fn stranger(bench: &'a Bench) -> Self {
        Self { bench, key: Key::new(), kid: None, source: LOOPBACK }
    }

    /// One with an account.
    pub(crate) async fn new(bench: &'a Bench) -> Self {
        let mut client = Self::stranger(bench);
        let answer = client.post(&client.url("new-account"), &json!({})).await.fine();
        client.kid = Some(answer.location());
        client
    }

    pub(crate) fn url(&self, rest: &str) -> String {
        self.bench.authority.directory().replace("directory", rest)
    }

    pub(crate) async fn nonce(&self) -> String {
        let url = self.url("new-nonce");
        self.send("HEAD", &url, "").await.header("replay-nonce").unwrap().to_owned()
    }

    /// The header of an honest request.
    pub(crate) async fn header(&self, url: &str) -> Value {
        let mut header = json!({"alg": "ES256", "url": url, "nonce": self.nonce().await});
        match &self.kid {
            Some(kid) => header["kid"] = json!(kid),
            None => header["jwk"] = self.key.jwk(),
        }
        header
    }

    pub(crate) async fn post(&self, url: &str, payload: &Value) -> Seen {
        let header = self.header(url).await;
        self.send_signed(url, &header, &payload.to_string()).await
    }

    pub(crate) async fn get(&self, url: &str) -> Seen {
        let header = self.header(url).await;
        self.send_signed(url, &header, "").await
    }

    pub(crate) async fn send_signed(&self, url: &str, header: &Value, payload: &str) -> Seen {
        self.send("POST", url, &self.key.sign(header, payload).to_string()).await
    }

    pub(crate) async fn send(&self, method: &str, url: &str, body: &str) -> Seen {
        let request = Request::builder()
            .method(method)
            .uri(url.strip_prefix(crate::bench::SERVICE).unwrap_or(url))
            .header("content-type", "application/jose+json")
            .body(Bytes::from(body.to_owned()))
            .unwrap();
        Seen::new(self.bench.authority.answer(self.source, request).await)
    }

    pub(crate) async fn order(&self, names: &[&str]) -> Seen {
        self.post(&self.url("new-order"), &json!({"identifiers": identifiers(names)})).await
    }

    /// Proves all authorizations of an order by http-01 and waits until it is ready.
    pub(crate) async fn prove(&self, order: &Seen) {
        for url in order.body["authorizations"].as_array().unwrap() {
            let authorization = self.get(url.as_str().unwrap()).await.fine();
            self.show(&authorization.body);
            let challenge = challenge(&authorization.body, "http-01");
            self.post(challenge["url"].as_str().unwrap(), &json!({})).await.fine();
        }
        let url = order.location();
        eventually("the order is ready", || async {
            let order = self.get(&url).await.fine();
            assert_ne!(order.body["status"], "invalid", "{order:?}");
            (order.body["status"] == "ready").then_some(())
        })
        .await;
    }

    /// Puts the answer to an http-01 challenge where it will be looked at.
    pub(crate) fn show(&self, authorization: &Value) {
        let token = challenge(authorization, "http-01")["token"].as_str().unwrap().to_owned();
        self.bench.board.show(&token, &format!("{token}.{}", self.key.thumbprint()));
    }

    pub(crate) async fn finalize(&self, order: &Seen, csr: &[u8]) -> Seen {
        let url = order.body["finalize"].as_str().unwrap();
        self.post(url, &json!({"csr": encode(csr)})).await
    }

    /// From order to certificate: the order as it ends, the chain, the key.
    pub(crate) async fn obtain(&self, names: &[&str]) -> (Seen, String, PrivateKey) {
        let order = self.order(names).await.fine();
        self.prove(&order).await;
        let (key, csr) = csr(names);
        let ended = self.finalize(&order, &csr).await.fine();
        assert_eq!(ended.body["status"], "valid", "{ended:?}");
        let chain = self.get(ended.body["certificate"].as_str().unwrap()).await.fine();
        (ended, chain.text, key)
    }
}

pub(crate) fn identifiers(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| {
            let kind = if name.parse::<IpAddr>().is_ok() { "ip" } else { "dns" };
            json!({"type": kind, "value": name})
        })
        .collect()
}

pub(crate) fn challenge<'a>(authorization: &'a Value, kind: &str) -> &'a Value {
    let challenges = authorization["challenges"].as_array().unwrap();
    challenges.iter().find(|one| one["type"] == kind).unwrap_or_else(|| panic!("{authorization}"))
}

/// A request for the names by a new key.
pub(crate) fn csr(names: &[&str]) -> (PrivateKey, Vec<u8>) {
    let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
    let identifiers: Vec<_> = names.iter().map(|name| Identifier::parse(name).unwrap()).collect();
    let csr = certificate_request(&key, &identifiers, None).unwrap();
    (key, csr)
}

pub(crate) fn leaf(chain: &str) -> Vec<u8> {
    certwright_pki::parse_chain(chain).unwrap().remove(0)
}
