//! What anybody may read: the directory (RFC 8555 §7.1.1) and the root's certificate.

use crate::answer::Answer;
use crate::authority::Shared;
use certwright_pki::chain_pem;
use serde_json::{Value, json};

impl Shared {
    pub(crate) fn directory_object(&self) -> Answer {
        let to = |rest| self.addresses.to(rest);
        let mut meta = json!({"externalAccountRequired": self.settings.requires_external_account()});
        if let Some(terms) = &self.settings.terms_of_service {
            meta["termsOfService"] = json!(terms);
        }
        if !self.settings.profiles.is_empty() {
            let profiles = self.settings.profiles.iter();
            meta["profiles"] =
                profiles.map(|(name, profile)| (name.clone(), json!(profile.description))).collect::<Value>();
        }
        let directory = json!({
            "newNonce": to("new-nonce"),
            "newAccount": to("new-account"),
            "newOrder": to("new-order"),
            "revokeCert": to("revoke-cert"),
            "keyChange": to("key-change"),
            "renewalInfo": to("renewal-info"),
            "meta": meta,
        });
        Answer::json(200, &directory)
    }

    pub(crate) fn root_pem(&self) -> Answer {
        Answer::bytes(200, "application/x-pem-file", chain_pem(std::slice::from_ref(&self.issuer.root)))
    }

    pub(crate) fn root_der(&self) -> Answer {
        Answer::bytes(200, "application/pkix-cert", self.issuer.root.clone())
    }
}
