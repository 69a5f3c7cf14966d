//! Keys and certificate requests that people give: read, compared, sealed; and keys that are never used again.

use crate::engine::{Engine, storage};
use crate::error::EngineError;
use certwright_core::failure::Failure;
use certwright_core::id::{CertificateId, VersionId};
use certwright_core::options::{CustomRequest, KeySource};
use certwright_core::refusal::Refusal;
use certwright_pki::{PrivateKey, read_custom_request};
use certwright_store::{OwnKeyChange, StoreError};
use serde_json::json;
use std::fmt;
use zeroize::Zeroizing;

/// What a person says about the key; what is `None` stays as it is.
#[derive(Clone, Default)]
pub struct KeyInput {
    /// Whether the newest version's key is used again.
    pub reuse: Option<bool>,
    /// A private key in PEM; `Some(None)` lets keys be made here.
    pub private_key: Option<Option<Zeroizing<String>>>,
    /// The passphrase of that key.
    pub passphrase: Option<Zeroizing<String>>,
    /// A certificate request in PEM; `Some(None)` lets requests be made here.
    pub request: Option<Option<String>>,
}

impl fmt::Debug for KeyInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyInput").field("reuse", &self.reuse).finish_non_exhaustive()
    }
}

/// What becomes of the key that is stored.
enum Stored {
    Keep,
    Remove,
    Replace(PrivateKey),
}

impl KeyInput {
    fn says_nothing(&self) -> bool {
        self.reuse.is_none() && self.private_key.is_none() && self.request.is_none()
    }

    fn read(self, before: &KeySource) -> Result<(KeySource, Stored), Vec<Refusal>> {
        let mut refusals = Vec::new();
        let key = self.private_key.as_ref().and_then(Option::as_ref).and_then(|text| {
            PrivateKey::from_pem_with(text, self.passphrase.as_deref().map(String::as_str))
                .map_err(|error| {
                    refusals.push(Refusal::new(
                        "private_key",
                        error.to_string(),
                        "give the key as PEM (PKCS#8, PKCS#1 or SEC1), and its passphrase where it has one",
                    ));
                })
                .ok()
        });
        let kept = match before {
            KeySource::Request(request) if self.reuse.is_none() && self.private_key != Some(None) => {
                Some(request.clone())
            }
            _ => None,
        };
        let request = match &self.request {
            None => kept,
            Some(None) => None,
            Some(Some(text)) => read_custom_request(text)
                .map_err(|error| {
                    refusals.push(Refusal::new(
                        "certificate_request",
                        error.to_string(),
                        "give a PKCS#10 request as PEM with the names as subject alternative names",
                    ));
                })
                .ok(),
        };
        if self.reuse == Some(true) && (key.is_some() || request.is_some()) {
            refusals.push(Refusal::new(
                "reuse_key",
                "a key or request of one's own is used for every version anyway",
                "leave out one or the other",
            ));
        }
        if let (Some(key), Some(request)) = (&key, &request)
            && key.spki_fingerprint() != request.fingerprint
        {
            refusals.push(Refusal::new(
                "private_key",
                "it is not the key of the certificate request",
                "give the key that the request was made with, or leave it out",
            ));
        }
        if refusals.is_empty() { Ok(decided(before, self.reuse, key, request)) } else { Err(refusals) }
    }
}

fn decided(
    before: &KeySource,
    reuse: Option<bool>,
    key: Option<PrivateKey>,
    request: Option<CustomRequest>,
) -> (KeySource, Stored) {
    match (request, key) {
        (Some(request), Some(key)) => {
            (KeySource::Request(CustomRequest { has_key: true, ..request }), Stored::Replace(key))
        }
        // The key that is stored fits another request that was made with it.
        (Some(request), None)
            if before.has_key() && before.fingerprint() == Some(request.fingerprint.as_str()) =>
        {
            (KeySource::Request(CustomRequest { has_key: true, ..request }), Stored::Keep)
        }
        (Some(request), None) => {
            (KeySource::Request(CustomRequest { has_key: false, ..request }), Stored::Remove)
        }
        (None, Some(key)) => {
            let source = KeySource::Own { key_type: key.key_type(), fingerprint: key.spki_fingerprint() };
            (source, Stored::Replace(key))
        }
        (None, None) if reuse == Some(true) => (KeySource::Reuse, Stored::Remove),
        (None, None) => (KeySource::New, Stored::Remove),
    }
}

impl Engine {
    /// Where the certificate's keys come from, by what a person says.
    pub(crate) async fn key_source(
        &self,
        certificate: &CertificateId,
        before: &KeySource,
        input: KeyInput,
    ) -> Result<(KeySource, OwnKeyChange), EngineError> {
        if input.says_nothing() {
            return Ok((before.clone(), OwnKeyChange::Keep));
        }
        let old = before.clone();
        // A passphrase takes up to seconds, which is what it is for.
        let read = tokio::task::spawn_blocking(move || input.read(&old));
        let (source, stored) =
            read.await.map_err(|error| storage(&error.to_string()))?.map_err(EngineError::Refused)?;
        if let Some(fingerprint) = source.fingerprint()
            && self.store.is_key_compromised(fingerprint).await?
        {
            return Err(EngineError::Refused(vec![Refusal::new(
                "private_key",
                "a certificate for this key was revoked because the key was compromised",
                "make a new key",
            )]));
        }
        let change = match stored {
            Stored::Keep => OwnKeyChange::Keep,
            Stored::Remove => OwnKeyChange::Remove,
            Stored::Replace(key) => {
                OwnKeyChange::Replace(self.vault.seal_own_key(certificate, key.pkcs8_der())?)
            }
        };
        Ok((source, change))
    }

    /// Remembers that a version's key is compromised: it is never used again, by whatever certificate. Whoever revokes
    /// a certificate for that reason calls this first.
    ///
    /// # Errors
    /// When there is no such version, or the store cannot be written.
    pub async fn key_is_compromised(&self, version: &VersionId, who: &str) -> Result<(), EngineError> {
        let request = self.store.version_request(version).await?;
        let fingerprint =
            certwright_pki::request_key_fingerprint(&request).map_err(|error| storage(&error.to_string()))?;
        Ok(self.never_again(&fingerprint, version, who).await?)
    }

    /// Stores that the key of the version is never to be used again.
    pub(crate) async fn never_again(
        &self,
        fingerprint: &str,
        version: &VersionId,
        who: &str,
    ) -> Result<(), StoreError> {
        let what = format!("version {version}");
        let after = Some(json!({ "key_fingerprint": fingerprint }));
        let audit = self.audit(who, "key-compromised", what, None, after);
        self.store.add_compromised_key(fingerprint, self.now(), &audit).await
    }

    /// The private key that a person gave for the certificate.
    pub(crate) async fn own_key(&self, certificate: &CertificateId) -> Result<PrivateKey, Failure> {
        let stored = self.store.own_key(certificate).await.map_err(|error| storage(&error.to_string()))?;
        let Some(sealed) = stored else {
            return Err(Failure::person(
                "own-key-missing",
                "take the private key that was given for the certificate",
                "it is not stored",
                "give it again: certwright cert edit NAME --private-key FILE",
            ));
        };
        let der = self.vault.open_own_key(certificate, &sealed)?;
        PrivateKey::from_pkcs8_der(&der).map_err(|error| storage(&error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use certwright_core::identifier::Identifier;
    use certwright_core::key::KeyType;
    use certwright_pki::certificate_request;

    fn pem(key: &PrivateKey) -> Option<Option<Zeroizing<String>>> {
        Some(Some(key.to_pkcs8_pem()))
    }

    fn request(key: &PrivateKey) -> Option<Option<String>> {
        let names = [Identifier::parse("a.example.com").unwrap()];
        let der = certificate_request(key, &names, None).unwrap();
        Some(Some(certwright_pki::request_pem(&der)))
    }

    #[test]
    fn key_and_request_must_belong_together_and_replace_each_other_as_said() {
        let (key, other) = (
            PrivateKey::generate(KeyType::EcdsaP256).unwrap(),
            PrivateKey::generate(KeyType::EcdsaP384).unwrap(),
        );
        let read = |input: KeyInput, before: &KeySource| input.read(before);
        let own =
            read(KeyInput { private_key: pem(&other), ..KeyInput::default() }, &KeySource::New).unwrap().0;
        assert_eq!(own.key_type(), Some(KeyType::EcdsaP384));
        let keyless = read(KeyInput { request: request(&key), ..KeyInput::default() }, &own).unwrap();
        assert!(!keyless.0.has_key() && matches!(keyless.1, Stored::Remove));
        // The key is given later.
        let whole = read(KeyInput { private_key: pem(&key), ..KeyInput::default() }, &keyless.0).unwrap();
        assert!(whole.0.has_key() && matches!(whole.0, KeySource::Request(_)));
        // Another request by the same key: the key stays.
        let again = read(KeyInput { request: request(&key), ..KeyInput::default() }, &whole.0).unwrap();
        assert!(again.0.has_key() && matches!(again.1, Stored::Keep));
        let new = read(KeyInput { private_key: Some(None), ..KeyInput::default() }, &whole.0).unwrap();
        assert!(matches!((new.0, new.1), (KeySource::New, Stored::Remove)));
        let wrong = KeyInput { private_key: pem(&other), request: request(&key), ..KeyInput::default() };
        let Err(refusals) = read(wrong, &KeySource::New) else { panic!("they do not belong together") };
        assert_eq!((refusals.len(), refusals[0].field.as_str()), (1, "private_key"));
        let both = KeyInput { reuse: Some(true), private_key: pem(&key), ..KeyInput::default() };
        let Err(refusals) = read(both, &KeySource::New) else { panic!("it says two things") };
        assert_eq!(refusals[0].field, "reuse_key");
    }

    #[test]
    fn what_is_typed_is_not_shown() {
        let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
        let input = KeyInput {
            private_key: pem(&key),
            passphrase: Some(Zeroizing::new("sesame".to_owned())),
            ..KeyInput::default()
        };
        let shown = format!("{input:?}");
        assert!(!shown.contains("PRIVATE") && !shown.contains("sesame"), "{shown}");
    }
}
