//! For those who watch the service: `/metrics`, `/healthz`, `/readyz`. Beside the API, where such programs look.

use crate::door::may_read_metrics;
use crate::exposition::Exposition;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use certwright_api::problem::ProblemKind;
use certwright_core::Timestamp;
use certwright_engine::{Counts, EngineError, Series};

const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The process lives.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The store can be read, everything can be saved, the scheduler looks: otherwise 503 with what is wrong.
pub(crate) async fn ready(State(shared): State<Shared>) -> Answered<Response> {
    shared.engine.store().next_moment().await.map_err(EngineError::from)?;
    // A backup that failed is no reason to take the service out of service.
    let troubles: Vec<_> =
        shared.engine.troubles().into_iter().filter(|trouble| trouble.about != "backup").collect();
    match troubles.into_iter().next() {
        None => Ok("ok\n".into_response()),
        Some(trouble) => Err(Trouble::new(ProblemKind::Storage, trouble.words, trouble.remedy)),
    }
}

/// Figures in Prometheus' text format.
pub(crate) async fn metrics(State(shared): State<Shared>, head: Parts) -> Answered<Response> {
    may_read_metrics(&shared, &head).await?;
    let now = shared.engine.now();
    let counts = shared.engine.store().counts(now).await.map_err(EngineError::from)?;
    let mut out = Exposition::default();
    out.family("certwright_build_info", "gauge", "The program; the value is always 1.");
    out.sample("certwright_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1.0);
    out.gauge("certwright_start_time_seconds", "When the service was started.", seconds(shared.started_at));
    certificates(&mut out, &counts);
    incidents(&mut out, &shared);
    process(&mut out, &shared).await?;
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, PLAIN)], out.text()).into_response())
}

fn seconds(moment: Timestamp) -> f64 {
    moment.as_duration().as_secs_f64()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus knows no other numbers, and counts stay below 2^53"
)]
fn count(number: u64) -> f64 {
    number as f64
}

fn certificates(out: &mut Exposition, counts: &Counts) {
    let name = "certwright_certificates";
    out.family(name, "gauge", "Managed certificates by health.");
    for (health, number) in &counts.healths {
        out.sample(name, &[("health", health.word())], count(*number));
    }
    for (name, help, end) in [
        (
            "certwright_earliest_expiry_seconds",
            "When the first of the newest versions ends; absent while there is none.",
            counts.earliest_expiry,
        ),
        (
            "certwright_earliest_served_expiry_seconds",
            "When the first certificate ends that a handshake showed to be served; absent while there is none.",
            counts.earliest_served_expiry,
        ),
    ] {
        out.family(name, "gauge", help);
        if let Some(end) = end {
            out.sample(name, &[], seconds(end));
        }
    }
    out.gauge("certwright_due", "Certificates and deployments whose moment has come.", count(counts.due));
    out.gauge(
        "certwright_backing_off",
        "Certificates that failed and wait for the end of their back-off.",
        count(counts.backing_off),
    );
    let name = "certwright_live_runs";
    out.family(name, "gauge", "Runs that are not over, by state.");
    out.sample(name, &[("state", "active")], count(counts.runs_active));
    out.sample(name, &[("state", "waiting")], count(counts.runs_waiting));
}

fn series(out: &mut Exposition, name: &str, help: &str, labels: [&str; 2], series: &Series) {
    out.family(name, "counter", help);
    for ((one, other), number) in series {
        let both = [(labels[0], one.as_str()), (labels[1], other.as_str())];
        let shown = if labels[1].is_empty() { &both[..1] } else { &both[..] };
        out.sample(name, shown, count(*number));
    }
}

fn incidents(out: &mut Exposition, shared: &Shared) {
    let name = "certwright_incidents_open";
    out.family(name, "gauge", "What happens to many for the same cause, by kind.");
    for (kind, number) in shared.engine.incident_counts() {
        out.sample(name, &[("kind", kind)], count(number));
    }
}

async fn process(out: &mut Exposition, shared: &Shared) -> Answered<()> {
    let tallies = shared.engine.tallies();
    series(out, "certwright_runs_total", "Runs that ended.", ["kind", "result"], &tallies.runs);
    series(out, "certwright_orders_total", "Orders that were opened.", ["authority", ""], &tallies.orders);
    series(
        out,
        "certwright_failures_total",
        "Failed steps, by authority or target and kind.",
        ["at", "kind"],
        &tallies.failures,
    );
    out.family("certwright_backup_failures_total", "counter", "Backups that failed.");
    out.sample("certwright_backup_failures_total", &[], count(tallies.backup_failures));
    let newest = shared.engine.backups().await.ok().and_then(|backups| backups.into_iter().next());
    out.family(
        "certwright_last_backup_seconds",
        "gauge",
        "When the newest backup was made; absent without one.",
    );
    if let Some(newest) = newest {
        out.sample("certwright_last_backup_seconds", &[], seconds(newest.made_at));
    }
    out.gauge(
        "certwright_storage_works",
        "Whether rows and files can be saved: without that nothing is ordered.",
        f64::from(u8::from(tallies.storage_works)),
    );
    let times = shared.engine.store().write_times();
    let name = "certwright_store_write_seconds";
    out.family(name, "summary", "How long writes of the store took until they were durable.");
    out.sample(&format!("{name}_sum"), &[], times.total.as_secs_f64());
    out.sample(&format!("{name}_count"), &[], count(times.count));
    Ok(())
}
