//! `cert list`.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone};
use crate::moment;
use crate::page::{Part, more};
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::certificates::{Certificate, CertificateQuery, CertificateSort};
use certwright_api::health::Health;
use certwright_api::page::Page;
use clap::{Args, ValueEnum};
use jiff::Timestamp;

/// How many names a row shows before it counts the rest.
const NAMED: usize = 3;

/// Which certificates to list.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright cert list --health warning --sort not-after")]
pub struct List {
    /// A part of the name, of an identifier or of a tag
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only those with this tag
    #[arg(long)]
    tag: Option<String>,
    /// Only those of this authority
    #[arg(long, value_name = "ID")]
    ca: Option<String>,
    /// Only those that are deployed to this kind of target, such as nginx
    #[arg(long, value_name = "KIND")]
    target: Option<String>,
    /// Only those of this health
    #[arg(long)]
    health: Option<HealthWord>,
    /// Only those that somebody asked for and that have had no answer yet
    #[arg(long)]
    asked: bool,
    /// The order
    #[arg(long, default_value = "name")]
    sort: Sort,
    /// The other way round
    #[arg(long)]
    desc: bool,
    #[command(flatten)]
    part: Part,
}

/// How a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum HealthWord {
    /// Somebody meets, or soon will meet, a certificate that is not valid
    Error,
    /// It cannot work as it is configured
    Invalid,
    /// Only a person can go on
    WaitingForPerson,
    /// Something is wrong, and there is time to repair it
    Warning,
    /// Paused
    Paused,
    /// Nothing was issued yet
    NoneYet,
    /// Nothing is wrong
    Healthy,
}

impl From<HealthWord> for Health {
    fn from(word: HealthWord) -> Self {
        match word {
            HealthWord::Error => Self::Error,
            HealthWord::Invalid => Self::Invalid,
            HealthWord::WaitingForPerson => Self::WaitingForPerson,
            HealthWord::Warning => Self::Warning,
            HealthWord::Paused => Self::Paused,
            HealthWord::NoneYet => Self::NoneYet,
            HealthWord::Healthy => Self::Healthy,
        }
    }
}

/// The order of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// By name
    Name,
    /// By the end of the newest version
    NotAfter,
    /// By the next moment at which something is decided
    NextAt,
    /// By age
    CreatedAt,
}

impl From<Sort> for CertificateSort {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Name => Self::Name,
            Sort::NotAfter => Self::NotAfter,
            Sort::NextAt => Self::NextAt,
            Sort::CreatedAt => Self::CreatedAt,
        }
    }
}

impl List {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let query = CertificateQuery {
            search: self.search,
            tag: self.tag,
            authority: self.ca,
            target: self.target,
            health: self.health.map(Health::from),
            asked: self.asked.then_some(true),
            sort: Some(self.sort.into()),
            descending: self.desc.then_some(true),
            offset: Some(self.part.offset),
            limit: Some(self.part.limit),
        };
        let page = session.client.certificates(&query).await?;
        let now = session.now();
        session.output.answer(|| serde_json::to_string_pretty(&page), |look| words(&page, look, now))?;
        more(&session.output, &page)?;
        Ok(Exit::Done)
    }
}

fn names(certificate: &Certificate) -> String {
    let shown = &certificate.identifiers_shown;
    match shown.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown[..NAMED].join(", ")),
    }
}

/// The name, marked where what is ordered is for tests only.
fn named(certificate: &Certificate) -> String {
    let mark = if certificate.staging { " (staging)" } else { "" };
    format!("{}{mark}", certificate.name)
}

fn words(page: &Page<Certificate>, look: Look, now: Timestamp) -> String {
    let day = |at: Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| moment::day(at, now));
    table(
        look,
        &["NAME", "HEALTH", "VALID UNTIL", "NEXT MOMENT", "NAMES"],
        page.items.iter().map(|certificate| {
            vec![
                plain(named(certificate)),
                (Tone::of_health(certificate.health), certificate.health.word().to_owned()),
                plain(day(certificate.not_after)),
                plain(day(certificate.next_at)),
                plain(names(certificate)),
            ]
        }),
        "No certificates.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn one_line_for_each() {
        let mut other = samples::certificate();
        other.name = "mail".to_owned();
        other.health = Health::NoneYet;
        other.staging = true;
        (other.not_after, other.next_at) = (None, None);
        other.identifiers_shown =
            ["a.example", "b.example", "c.example", "d.example"].map(str::to_owned).to_vec();
        let page = Page { items: vec![samples::certificate(), other], total: 2, offset: 0, limit: 50 };
        assert_eq!(
            words(&page, Look::default(), samples::now()),
            "\
NAME            HEALTH    VALID UNTIL              NEXT MOMENT              NAMES
shop            healthy   in 61 days (2027-01-24)  in 30 days (2026-12-24)  shop.example.com, bücher.example
mail (staging)  none-yet  -                        -                        a.example, b.example, c.example and 1 more
"
        );
    }
}
