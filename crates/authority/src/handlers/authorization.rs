//! Authorizations and challenges (RFC 8555 §7.5).

use super::order::SOON;
use crate::answer::Answer;
use crate::authority::Shared;
use crate::failpoint;
use crate::payload::Change;
use crate::problem::Problem;
use crate::signed::Signed;
use certwright_store::issuer::{Authorization, AuthorizationStatus, ChallengeStatus};
use serde_json::Value;

impl Shared {
    /// The authorization: shown, or given up.
    pub(crate) async fn authorization_request(&self, signed: Signed, id: &str) -> Result<Answer, Problem> {
        let found = self.parts.store.authorization(self.name(), id).await?;
        let mut authorization = own(&signed, found)?;
        if !signed.is_post_as_get() {
            let change: Change = signed.payload()?;
            if change.status.as_deref() != Some("deactivated") {
                return Err(Problem::malformed("an authorization can be deactivated, and nothing else"));
            }
            if !matches!(authorization.status, AuthorizationStatus::Pending | AuthorizationStatus::Valid) {
                return Err(Problem::malformed("the authorization is over already"));
            }
            let why = Problem::unauthorized("an authorization was deactivated").document();
            self.parts.store.deactivate_authorization(self.name(), id, &why).await?;
            authorization.status = AuthorizationStatus::Deactivated;
        }
        let answer = Answer::json(200, &self.authorization(&authorization));
        let is_looked_at =
            authorization.challenges.iter().any(|one| one.status == ChallengeStatus::Processing);
        Ok(if is_looked_at { answer.retry_after(SOON) } else { answer })
    }

    /// The challenge: shown, or said to be met (RFC 8555 §7.5.1).
    pub(crate) async fn challenge_request(&self, signed: Signed, id: &str) -> Result<Answer, Problem> {
        let name = self.name();
        let found = self.parts.store.authorization_of_challenge(name, id).await?;
        let mut authorization = own(&signed, found)?;
        if !signed.is_post_as_get() {
            // An object, and nothing in it is of interest: clients of RFC drafts send a key authorization.
            signed.payload::<Value>()?;
            failpoint::pass("authority-challenge:asked");
            self.parts.store.start_challenge(name, id, self.now()).await?;
            failpoint::pass("authority-challenge:stored");
            self.wake.notify_one();
            let again = self.parts.store.authorization_of_challenge(name, id).await?;
            authorization = own(&signed, again)?;
        }
        let challenge = authorization.challenges.iter().find(|challenge| challenge.id == id);
        let challenge = challenge.ok_or_else(Problem::not_found)?;
        let answer = Answer::json(200, &self.challenge(challenge))
            .linked(&self.addresses.authorization(&authorization.id), "up");
        Ok(if challenge.status == ChallengeStatus::Processing { answer.retry_after(SOON) } else { answer })
    }
}

fn own(signed: &Signed, found: Option<Authorization>) -> Result<Authorization, Problem> {
    let authorization = found.ok_or_else(Problem::not_found)?;
    if authorization.account != signed.account_ref()?.id {
        return Err(Problem::unauthorized("this is the authorization of another account"));
    }
    Ok(authorization)
}
