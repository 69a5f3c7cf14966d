//! Certificates (RFC 8555 §7.4.2): shown to the account that ordered them.

use crate::answer::Answer;
use crate::authority::Shared;
use crate::problem::Problem;
use crate::signed::Signed;

impl Shared {
    pub(crate) async fn certificate(&self, signed: Signed, serial: &str) -> Result<Answer, Problem> {
        signed.asks_only()?;
        let account = signed.account_ref()?;
        let found = self.parts.store.issued_certificate(self.name(), serial).await?;
        let certificate = found.ok_or_else(Problem::not_found)?;
        if certificate.account != account.id {
            return Err(Problem::unauthorized("this is the certificate of another account"));
        }
        Ok(Answer::bytes(200, "application/pem-certificate-chain", certificate.chain))
    }
}
