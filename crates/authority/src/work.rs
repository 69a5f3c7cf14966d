//! What goes on beside the answers: looks at challenges, orders that a restart left half-way, forgetting what is over.
//!
//! All of it is computed from what is stored. Dropped at any moment and begun again, it goes on.

use crate::authority::{Authority, Shared};
use crate::failpoint;
use crate::problem::Problem;
use crate::validate::Question;
use certwright_core::{SignedDuration, Timestamp};
use certwright_store::issuer::{DueChallenge, Outcome};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinSet};

/// How long an authorization counts once it is proven: for its order, and for revoking (RFC 8555 §7.6).
const AUTHORIZATION_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How long what is over stays to be looked at.
const ORDERS_KEPT: SignedDuration = SignedDuration::from_hours(24);
const CERTIFICATES_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Rows in one transaction of forgetting.
const BATCH: u32 = 200;

const PRUNE_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Due challenges that are read at once: enough to find some of other accounts behind those of a busy one.
const READ_AT_ONCE: u32 = 512;

/// The shortest and the longest sleep. Clocks jump, and the store may have been busy.
const SHORTEST_SLEEP: Duration = Duration::from_millis(100);
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// What is being looked at, by the task that does it: challenge, account.
type Looks = HashMap<Id, (String, String)>;

impl Authority {
    /// Works for as long as it is polled. Spawn it once for each authority that is mounted; to stop, drop it.
    pub async fn work(&self) {
        let shared = &self.shared;
        let mut running = JoinSet::new();
        let mut looks = Looks::new();
        let mut pruned_at: Option<Timestamp> = None;
        loop {
            let sleep = match shared.round(&mut running, &mut looks, &mut pruned_at).await {
                Ok(sleep) => sleep,
                // It is in the log already; the store may be back soon.
                Err(_) => Duration::from_secs(1),
            };
            tokio::select! {
                Some(ended) = running.join_next_with_id() => {
                    looks.remove(&ended.map_or_else(|error| error.id(), |(id, ())| id));
                }
                () = shared.wake.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }
}

impl Shared {
    /// Begins what is due and may begin; answers how long to sleep.
    async fn round(
        self: &Arc<Self>,
        running: &mut JoinSet<()>,
        looks: &mut Looks,
        pruned_at: &mut Option<Timestamp>,
    ) -> Result<Duration, Problem> {
        let now = self.now();
        for id in self.parts.store.processing_orders(self.name(), BATCH).await? {
            self.sign_order(&id).await?;
        }
        if pruned_at.is_none_or(|at| at.duration_until(now).abs() >= PRUNE_EVERY) {
            let more = self.prune(now).await?;
            *pruned_at = if more { None } else { Some(now) };
        }
        let limits = self.parts.limits;
        if looks.len() < limits.looks {
            for due in self.parts.store.due_challenges(self.name(), now, READ_AT_ONCE).await? {
                if looks.len() >= limits.looks {
                    break;
                }
                let of_account = looks.values().filter(|(_, account)| *account == due.account).count();
                let is_running = looks.values().any(|(challenge, _)| *challenge == due.challenge.id);
                if of_account >= limits.looks_per_account || is_running {
                    continue;
                }
                let look = (due.challenge.id.clone(), due.account.clone());
                let shared = Arc::clone(self);
                let task = running.spawn(async move { shared.look_at(due).await });
                looks.insert(task.id(), look);
            }
        }
        let next = self.parts.store.next_challenge(self.name()).await?;
        let until = next.map_or(LONGEST_SLEEP, |next| {
            Duration::try_from(now.duration_until(next)).unwrap_or(SHORTEST_SLEEP)
        });
        Ok(until.clamp(SHORTEST_SLEEP, LONGEST_SLEEP))
    }

    /// Looks at a challenge and stores what came of it.
    async fn look_at(&self, due: DueChallenge) {
        let id = &due.challenge.id;
        let outcome = match self.question(&due).await {
            Ok(question) => match self.validator().look(&question).await {
                Ok(()) => self.met(),
                Err(problem) => self.not_met(&due, &problem),
            },
            Err(problem) => self.not_met(&due, &problem),
        };
        failpoint::pass("authority-look:looked");
        let concluded = self.parts.store.conclude_challenge(self.name(), id, &outcome).await;
        failpoint::pass("authority-look:stored");
        if let Err(error) = concluded {
            // It stays due, and is looked at again.
            tracing::error!(%error, challenge = id, "what came of a challenge could not be stored");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn question(&self, due: &DueChallenge) -> Result<Question, Problem> {
        let account = self.parts.store.issuer_account(self.name(), &due.account).await?;
        let account = account.ok_or_else(|| Problem::unauthorized("the account is gone"))?;
        let policy = self.policy_of(&account).await?;
        // What was permitted when it was ordered may be so no more.
        if !self.permits(&policy, &due.identifier) {
            return Err(Problem::unauthorized("the identifier is not certified for this account any more"));
        }
        let token = due.challenge.token.clone();
        // RFC 8555 §8.1.
        let key_authorization = format!("{token}.{}", account.thumbprint);
        Ok(Question {
            kind: due.challenge.kind,
            identifier: due.identifier.clone(),
            token,
            key_authorization,
            policies: [self.settings.policy.clone(), self.constraints(), policy],
        })
    }

    fn met(&self) -> Outcome {
        let at = self.now();
        Outcome::Met { at, expires_at: at + AUTHORIZATION_LIFETIME }
    }

    /// Again a little later (RFC 8555 §8.2), until it was looked at often enough.
    fn not_met(&self, due: &DueChallenge, problem: &Problem) -> Outcome {
        let error = problem.document();
        let limits = &self.parts.limits;
        let attempts = due.challenge.attempts + 1;
        if attempts >= limits.attempts {
            return Outcome::Failed { error };
        }
        let pause = limits.attempt_milliseconds.saturating_mul(1 << due.challenge.attempts.min(16));
        let pause = SignedDuration::from_millis(i64::try_from(pause).unwrap_or(i64::MAX).min(3_600_000));
        Outcome::Again { at: self.now() + pause, error }
    }

    /// Forgets one batch; whether there may be more.
    async fn prune(&self, now: Timestamp) -> Result<bool, Problem> {
        let (orders, certificates) = (now - ORDERS_KEPT, now - CERTIFICATES_KEPT);
        let gone = self.parts.store.prune_issuer(self.name(), orders, certificates, BATCH).await?;
        Ok(gone > 0)
    }
}
