//! What the ledger predicts, shown before anybody forces an order.

use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::moment;
use crate::session::{Session, once};
use certwright_api::forecasts::{Forecast, ForecastLimit};
use certwright_api::renewals::{RenewRequest, Renewed};
use jiff::Timestamp;

/// The most that is told of one authority on a screen.
const LIMITS: usize = 8;
/// The most certificates that are named as not asked for.
const REFUSED: usize = 5;

/// Shows what the ledger says of these certificates, and goes on with a clear yes alone.
pub(crate) async fn confirm(session: &Session, request: &RenewRequest, yes: bool) -> Result<(), Fault> {
    let preview = RenewRequest { preview: true, ..request.clone() };
    let renewed = session.client.renew(&preview, &once()).await?;
    if !session.output.json {
        session.output.text(&words(&renewed, session.output.look, session.now()))?;
    }
    // Where the authority's own word forbids everything the request is refused with that.
    if renewed.started_count == 0 { Ok(()) } else { session.confirm(&question(&renewed), yes) }
}

fn question(renewed: &Renewed) -> String {
    let exceeded = renewed.forecasts.iter().flat_map(|forecast| &forecast.limits).any(|limit| limit.exceeded);
    let orders = plural(renewed.started_count, "order");
    match exceeded {
        true => format!("\nBy this count the authority will refuse. Place {orders} all the same?"),
        false => format!("\nPlace {orders} past this count?"),
    }
}

/// What would become of the orders, authority by authority.
pub(crate) fn words(renewed: &Renewed, look: Look, now: Timestamp) -> String {
    let mut text = String::new();
    for forecast in &renewed.forecasts {
        text.push_str(&authority(forecast, look, now));
    }
    for refused in renewed.refused.iter().take(REFUSED) {
        let line = format!("Not requested: {}: {}", clean(&refused.name), clean(&refused.reason));
        text.push_str(&look.paint(Tone::Warn, &line));
        text.push('\n');
    }
    let more = renewed.refused_count.saturating_sub(REFUSED.min(renewed.refused.len()) as u64);
    if more > 0 {
        text.push_str(&look.paint(Tone::Warn, &format!("Not requested: {more} more")));
        text.push('\n');
    }
    text
}

fn authority(forecast: &Forecast, look: Look, now: Timestamp) -> String {
    let head = format!("{}: {}", clean(&forecast.title), plural(u64::from(forecast.orders), "order"));
    let mut text = look.paint(Tone::Bold, &head) + "\n";
    if forecast.replacing > 0 {
        text.push_str(&format!(
            "  {} exempt from every limit: the authority itself suggests to renew now (ARI)\n",
            forecast.replacing
        ));
    }
    if forecast.same_identifiers > 0 {
        text.push_str(&format!(
            "  {} exempt from the limits of orders and domains: the same names were issued before\n",
            forecast.same_identifiers
        ));
    }
    for limit in forecast.limits.iter().take(LIMITS) {
        let tone = if limit.exceeded { Tone::Warn } else { Tone::Plain };
        text.push_str(&look.paint(tone, &limit_words(limit, now)));
        text.push('\n');
    }
    let more = forecast.more + forecast.limits.len().saturating_sub(LIMITS) as u64;
    if more > 0 {
        text.push_str(&format!("  and {}\n", plural(more, "further count")));
    }
    if forecast.limits.is_empty() && forecast.waits.is_empty() && forecast.orders > forecast.replacing {
        text.push_str("  no limit is known that these orders count against\n");
    }
    for wait in forecast.waits.iter().take(LIMITS) {
        let until = moment::minute(wait.until, now);
        let line = format!(
            "  It has told us to wait; it ends {until} ({}): {}",
            clean(&wait.subject),
            clean(&wait.words)
        );
        text.push_str(&look.paint(Tone::Bad, &line));
        text.push('\n');
    }
    text
}

fn limit_words(limit: &ForecastLimit, now: Timestamp) -> String {
    let mut text = format!("  {}: {} of {} used", clean(&limit.subject), limit.used, limit.most);
    if limit.planned > 0 {
        text.push_str(&format!(", {} more", limit.planned));
    }
    if limit.exceeded {
        text.push_str(", too many");
    }
    if let Some(at) = limit.frees_at {
        text.push_str(&format!("; one frees {}", moment::minute(at, now)));
    }
    text.push_str(&format!(" (limit: {})", clean(&limit.words)));
    text
}

pub(crate) fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("one {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};
    use certwright_api::authority_details::LimitScope;
    use certwright_api::limits::Wait;
    use certwright_api::renewals::RefusedRenewal;

    fn limit(subject: &str, used: u32, planned: u32, exceeded: bool) -> ForecastLimit {
        ForecastLimit {
            words: "50 certificates for one registered domain in 7 days".to_owned(),
            subject: subject.to_owned(),
            most: 50,
            used,
            planned,
            exceeded,
            frees_at: exceeded.then(|| hours(5)),
        }
    }

    fn sample() -> Renewed {
        Renewed {
            started_count: 4,
            forecasts: vec![
                Forecast {
                    authority: "letsencrypt".to_owned(),
                    title: "Let's Encrypt".to_owned(),
                    orders: 4,
                    replacing: 1,
                    same_identifiers: 2,
                    limits: vec![limit("example.com", 50, 1, true), limit("example.org", 3, 1, false)],
                    more: 7,
                    waits: Vec::new(),
                },
                Forecast {
                    authority: "mine".to_owned(),
                    title: "Mine".to_owned(),
                    orders: 0,
                    replacing: 0,
                    same_identifiers: 0,
                    limits: Vec::new(),
                    more: 0,
                    waits: vec![Wait {
                        scope: LimitScope::Orders,
                        subject: "acct-2".to_owned(),
                        until: hours(3),
                        words: "too many new orders".to_owned(),
                    }],
                },
            ],
            refused_count: 9,
            refused: vec![RefusedRenewal {
                certificate: "cert-2".to_owned(),
                name: "mail".to_owned(),
                reason: "it is paused".to_owned(),
            }],
            ..Renewed::default()
        }
    }

    #[test]
    fn forcing_shows_what_is_used_what_would_be_too_many_and_what_nobody_passes_over() {
        assert_eq!(
            words(&sample(), Look::default(), now()),
            "\
Let's Encrypt: 4 orders
  1 exempt from every limit: the authority itself suggests to renew now (ARI)
  2 exempt from the limits of orders and domains: the same names were issued before
  example.com: 50 of 50 used, 1 more, too many; one frees in 5 hours (2026-11-24 17:00 UTC) (limit: 50 certificates for \
one registered domain in 7 days)
  example.org: 3 of 50 used, 1 more (limit: 50 certificates for one registered domain in 7 days)
  and 7 further counts
Mine: 0 orders
  It has told us to wait; it ends in 3 hours (2026-11-24 15:00 UTC) (acct-2): too many new orders
Not requested: mail: it is paused
Not requested: 8 more
"
        );
    }

    #[test]
    fn the_question_says_what_the_count_says() {
        let mut renewed = sample();
        assert_eq!(
            question(&renewed),
            "\nBy this count the authority will refuse. Place 4 orders all the same?"
        );
        renewed.forecasts.clear();
        renewed.started_count = 1;
        assert_eq!(question(&renewed), "\nPlace one order past this count?");
    }

    #[test]
    fn what_is_shown_stays_on_a_screen() {
        let mut renewed = sample();
        renewed.forecasts[0].limits = vec![limit("example.com", 1, 1, false); 20];
        let text = words(&renewed, Look::default(), now());
        assert_eq!(text.matches("example.com").count(), LIMITS);
        assert!(text.contains("and 19 further counts"), "{text}");
    }
}
