//! Signing what an order is about to get, and nothing twice.
//!
//! Serial number and validity are stored with the order before this begins. When the process stops after the
//! signature and before the certificate is stored, nobody has seen it, and the next process signs the same content
//! again: the same serial number, names, key and validity. One certificate comes of an order, or none.

use crate::authority::Shared;
use crate::failpoint;
use crate::problem::Problem;
use certwright_pki::chain_pem;
use certwright_pki::issue::{CheckedRequest, Leaf, Serial};
use certwright_store::issuer::{Certificate, Order, OrderStatus, Signing};

impl Shared {
    /// Goes on with a processing order to its end; does nothing with any other.
    pub(crate) async fn sign_order(&self, id: &str) -> Result<(), Problem> {
        // The status is read under the lock: of the request and the worker, the second one finds it done.
        let _alone = self.sign_lock.lock().await;
        let Some(order) = self.parts.store.order(self.name(), id).await? else { return Ok(()) };
        if order.status != OrderStatus::Processing {
            return Ok(());
        }
        match self.sign(&order) {
            Ok(certificate) => {
                failpoint::pass("authority-sign:signed");
                self.parts.store.store_certificate(&certificate).await?;
                failpoint::pass("authority-sign:stored");
                let (serial, account) = (&certificate.serial, &certificate.account);
                tracing::info!(authority = self.name(), serial, account, "the built-in authority issued");
            }
            Err(problem) => {
                self.parts.store.fail_order(self.name(), id, &problem.document()).await?;
            }
        }
        Ok(())
    }

    fn sign(&self, order: &Order) -> Result<Certificate, Problem> {
        let failed = |error: &dyn std::fmt::Display| Problem::internal("sign a certificate", error);
        let signing: &Signing =
            order.signing.as_ref().ok_or_else(|| failed(&"nothing is stored to be signed"))?;
        let serial = Serial::from_hex(&signing.serial).ok_or_else(|| failed(&"a damaged serial number"))?;
        let request = CheckedRequest::read(&signing.request).map_err(|error| failed(&error))?;
        let leaf = Leaf {
            serial,
            not_before: signing.not_before,
            not_after: signing.not_after,
            revocation_list: &self.addresses.to("crl"),
        };
        let der = self.signing.sign_leaf(&request, &leaf).map_err(|error| failed(&error))?;
        Ok(Certificate {
            issuer: self.name().to_owned(),
            serial: signing.serial.clone(),
            order: order.id.clone(),
            account: order.account.clone(),
            chain: chain_pem(&[der, self.issuer.intermediate.clone()]),
            key_fingerprint: request.key_fingerprint(),
            identifiers: request.identifiers,
            not_before: signing.not_before,
            not_after: signing.not_after,
            revocation: None,
            replaced_by: None,
        })
    }
}
