//! What an account does: every step takes a URL, so that it can be resumed from what was stored.

use crate::account::Account;
use crate::answered::Answered;
use crate::authorization::Authorization;
use crate::base64url;
use crate::certificate::CertificateChain;
use crate::client::Client;
use crate::error::Error;
use crate::failure::unexpected;
use crate::jws::Signer;
use crate::key::AccountKey;
use crate::order::{NewOrder, OpenedOrder, Order, OrderList};
use crate::post::JSON;
use crate::transport::Answer;
use crate::url;
use serde_json::{Value, json};
use std::sync::Arc;

const PEM_CHAIN: &str = "application/pem-certificate-chain";

/// An account's key and URL, with the client to use them by. Holds no other state.
#[derive(Clone, Debug)]
pub struct Session {
    pub(crate) client: Client,
    pub(crate) key: Arc<AccountKey>,
    pub(crate) account_url: String,
}

impl Session {
    /// A session of a known account; asks nothing yet.
    pub fn new(client: Client, key: Arc<AccountKey>, account_url: impl Into<String>) -> Result<Self, Error> {
        let account_url = account_url.into();
        url::check(&account_url)
            .map_err(|what| Error::invalid("use the account", format!("its address is {what}")))?;
        Ok(Self { client, key, account_url })
    }

    /// The client.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }

    /// The account's key.
    #[must_use]
    pub const fn key(&self) -> &Arc<AccountKey> {
        &self.key
    }

    /// The account's URL.
    #[must_use]
    pub fn account_url(&self) -> &str {
        &self.account_url
    }

    /// The account as it is now.
    pub async fn account(&self) -> Result<Answered<Account>, Error> {
        self.account_step("fetch the account", None).await
    }

    /// Replaces the contacts; an empty list removes them.
    pub async fn update_contacts(&self, contacts: &[String]) -> Result<Answered<Account>, Error> {
        self.account_step("update the contacts of the account", Some(json!({"contact": contacts}))).await
    }

    /// Agrees to the CA's present terms (RFC 8555 §7.3.3).
    pub async fn agree_to_terms(&self) -> Result<Answered<Account>, Error> {
        self.account_step("agree to the terms for the account", Some(json!({"termsOfServiceAgreed": true})))
            .await
    }

    /// Gives the account up for good (RFC 8555 §7.3.6).
    pub async fn deactivate(&self) -> Result<Answered<Account>, Error> {
        self.account_step("deactivate the account", Some(json!({"status": "deactivated"}))).await
    }

    /// One page of the account's orders, from [`Account::orders`] or [`OrderList::next`].
    pub async fn orders(&self, url: &str) -> Result<Answered<OrderList>, Error> {
        let attempted = format!("list the orders at {url}");
        let answer = self.fetch(&attempted, url, JSON).await?;
        Ok(Answered::new(url, &answer, OrderList::read(&attempted, &answer)?))
    }

    /// Opens an order; store its URL before anything else.
    pub async fn new_order(&self, new: &NewOrder) -> Result<Answered<OpenedOrder>, Error> {
        let directory = self.client.directory().await?;
        let url = directory.new_order.as_str();
        let count = new.identifiers.len();
        let noun = if count == 1 { "identifier" } else { "identifiers" };
        let attempted = format!("open an order for {count} {noun} at {url}");
        // RFC 9773 §5: only a CA that offers renewalInfo knows what `replaces` is.
        let payload = new.payload(directory.renewal_info.is_some());
        let answer = self.post(&attempted, url, Some(&payload), JSON).await?;
        let answered = Answered::new(url, &answer, ());
        let order_url = answered
            .location
            .clone()
            .ok_or_else(|| unexpected(&attempted, &answer, "without the order's URL in a Location header"))?;
        let order = Order::read(&attempted, &answer)?;
        Ok(answered.map(|()| OpenedOrder { url: order_url, order }))
    }

    /// An order as it is now.
    pub async fn order(&self, url: &str) -> Result<Answered<Order>, Error> {
        self.order_step(format!("fetch the order {url}"), url, None).await
    }

    /// Sends the CSR (DER); the CA may go on `processing`, so look at the status and Retry-After.
    pub async fn finalize(&self, url: &str, csr_der: &[u8]) -> Result<Answered<Order>, Error> {
        let payload = json!({"csr": base64url::encode(csr_der)});
        self.order_step(format!("finalize the order at {url}"), url, Some(payload)).await
    }

    /// An authorization as it is now.
    pub async fn authorization(&self, url: &str) -> Result<Answered<Authorization>, Error> {
        self.authorization_step(format!("fetch the authorization {url}"), url, None).await
    }

    /// Gives an authorization up, so that it does not count as pending (RFC 8555 §7.5.2).
    pub async fn deactivate_authorization(&self, url: &str) -> Result<Answered<Authorization>, Error> {
        let payload = json!({"status": "deactivated"});
        self.authorization_step(format!("deactivate the authorization {url}"), url, Some(payload)).await
    }

    /// Tells the CA that a challenge is met (RFC 8555 §7.5.1). Then poll the authorization: its answer,
    /// not this one, says how it went.
    pub async fn challenge_ready(&self, url: &str) -> Result<Answered<()>, Error> {
        let attempted = format!("announce the challenge {url} as ready");
        // Exactly `{}`: Pebble in strict mode refuses anything more.
        let answer = self.post(&attempted, url, Some(&json!({})), JSON).await?;
        Ok(Answered::new(url, &answer, ()))
    }

    /// A certificate with its chain, from [`Order::certificate`] or [`CertificateChain::alternates`].
    pub async fn certificate(&self, url: &str) -> Result<Answered<CertificateChain>, Error> {
        let attempted = format!("fetch the certificate {url}");
        let answer = self.fetch(&attempted, url, PEM_CHAIN).await?;
        Ok(Answered::new(url, &answer, CertificateChain::read(&attempted, url, &answer)?))
    }

    pub(crate) async fn post(
        &self,
        attempted: &str,
        url: &str,
        payload: Option<&Value>,
        accept: &'static str,
    ) -> Result<Answer, Error> {
        let signer = Signer::account(&self.key, &self.account_url);
        self.client.post(attempted, url, signer, payload, accept).await
    }

    async fn fetch(&self, attempted: &str, url: &str, accept: &'static str) -> Result<Answer, Error> {
        self.post(attempted, url, None, accept).await
    }

    async fn account_step(&self, what: &str, payload: Option<Value>) -> Result<Answered<Account>, Error> {
        let url = &self.account_url;
        let attempted = format!("{what} {url}");
        let answer = self.post(&attempted, url, payload.as_ref(), JSON).await?;
        Ok(Answered::new(url, &answer, Account::read(&attempted, url.clone(), &answer)?))
    }

    async fn order_step(
        &self,
        attempted: String,
        url: &str,
        payload: Option<Value>,
    ) -> Result<Answered<Order>, Error> {
        let answer = self.post(&attempted, url, payload.as_ref(), JSON).await?;
        Ok(Answered::new(url, &answer, Order::read(&attempted, &answer)?))
    }

    async fn authorization_step(
        &self,
        attempted: String,
        url: &str,
        payload: Option<Value>,
    ) -> Result<Answered<Authorization>, Error> {
        let answer = self.post(&attempted, url, payload.as_ref(), JSON).await?;
        Ok(Answered::new(url, &answer, Authorization::read(&attempted, &answer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identifier::Identifier;
    use crate::key::KeyAlgorithm;
    use crate::order::OrderStatus;
    use crate::problem_kind::ProblemKind;
    use crate::revocation::RevocationReason;
    use crate::script::{Script, client, json_answer, reply};
    use crate::{AuthorizationStatus, RetryAfter};

    fn session(script: &Arc<Script>) -> Session {
        let key = Arc::new(AccountKey::generate(KeyAlgorithm::Es256).unwrap());
        Session::new(client(script), key, "https://ca.example/acct/1").unwrap()
    }

    #[tokio::test]
    async fn an_order_from_opening_to_certificate() {
        let order = json!({"status": "pending", "authorizations": ["https://ca.example/z/1"],
            "finalize": "https://ca.example/f/1"})
        .to_string();
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let script = Script::opened([
            reply(201, &[("location", "https://ca.example/o/1"), ("replay-nonce", "a")], &order),
            json_answer(200, json!({"status": "valid", "identifier": {"type": "dns", "value": "a.example"}})),
            json_answer(200, json!({"type": "http-01", "status": "processing"})),
            reply(200, &[("retry-after", "3"), ("replay-nonce", "b")], r#"{"status": "processing"}"#),
            json_answer(200, json!({"status": "valid", "certificate": "https://ca.example/c/1"})),
            reply(200, &[], pem),
        ]);
        let session = session(&script);
        let new = NewOrder {
            identifiers: vec![Identifier::dns("a.example")],
            profile: None,
            not_after: None,
            replaces: Some("x.y".to_owned()),
        };
        let opened = session.new_order(&new).await.unwrap();
        assert_eq!((opened.status, opened.value.url.as_str()), (201, "https://ca.example/o/1"));
        let (header, payload) = script.last();
        assert_eq!(header["kid"], "https://ca.example/acct/1");
        assert_eq!(payload["replaces"], "x.y");
        let authorization = session.authorization(&opened.value.order.authorizations[0]).await.unwrap();
        assert_eq!(authorization.value.status, AuthorizationStatus::Valid);
        session.challenge_ready("https://ca.example/h/1").await.unwrap();
        assert_eq!(script.last().1, json!({}));
        let finalized = session.finalize("https://ca.example/f/1", &[1, 2, 3]).await.unwrap();
        assert_eq!(finalized.value.status, OrderStatus::Processing);
        assert_eq!(finalized.retry_after, Some(RetryAfter::Seconds(3)));
        assert_eq!(script.last().1, json!({"csr": "AQID"}));
        let issued = session.order("https://ca.example/o/1").await.unwrap().value;
        assert_eq!(session.certificate(&issued.certificate.unwrap()).await.unwrap().value.pem, pem);
        assert_eq!(script.asked().last().unwrap().headers["accept"], PEM_CHAIN);
    }

    #[tokio::test]
    async fn a_refused_replacement_is_typed_and_names_what_was_attempted() {
        let body = r#"{"type": "urn:ietf:params:acme:error:alreadyReplaced", "detail": "no"}"#;
        let script = Script::opened([reply(409, &[], body)]);
        let new = NewOrder { identifiers: vec![Identifier::dns("a.example")], ..NewOrder::default() };
        let error = session(&script).new_order(&new).await.unwrap_err();
        assert_eq!((error.kind(), error.status()), (Some(&ProblemKind::AlreadyReplaced), Some(409)));
        let expected =
            "could not open an order for 1 identifier at https://ca.example/order: alreadyReplaced (409): no";
        assert_eq!(error.to_string(), expected);
    }

    #[tokio::test]
    async fn a_refused_deactivation_is_an_error() {
        let script = Script::opened([
            reply(500, &[("replay-nonce", "z")], "oops"),
            reply(200, &[], r#"{"status": "deactivated"}"#),
        ]);
        let session = session(&script);
        assert_eq!(session.deactivate().await.unwrap_err().status(), Some(500));
        assert_eq!(session.deactivate().await.unwrap().value.status, crate::AccountStatus::Deactivated);
    }

    #[tokio::test]
    async fn revocation_by_account_and_by_certificate_key() {
        let script = Script::opened([reply(200, &[("replay-nonce", "z")], ""), reply(200, &[], "")]);
        let session = session(&script);
        session.revoke(&[1, 2, 3], RevocationReason::Superseded).await.unwrap();
        let (header, payload) = script.last();
        assert_eq!(header["kid"], "https://ca.example/acct/1");
        assert_eq!(payload, json!({"certificate": "AQID", "reason": 4}));
        let key = AccountKey::generate(KeyAlgorithm::Rs256).unwrap();
        let client = session.client();
        client.revoke_with_certificate_key(&key, &[1], RevocationReason::KeyCompromise).await.unwrap();
        assert_eq!(script.last().0["jwk"], key.jwk().to_value());
    }
}
