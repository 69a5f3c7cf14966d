//! What the ledger predicts of many orders together, before anybody forces them.

use crate::limits::Wait;
use certwright_core::forecast;
use certwright_core::id::AuthorityId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What would become of the orders at one authority, by our own count. What anybody else ordered is not known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Forecast {
    /// The authority.
    pub authority: String,
    /// Its name for people.
    pub title: String,
    /// How many orders would be placed.
    pub orders: u32,
    /// How many of them are exempt from every limit, because they say what they replace (RFC 9773).
    pub replacing: u32,
    /// How many are exempt from the limits of orders and domains, because the same names were issued before.
    pub same_identifiers: u32,
    /// The limits that they count against: those first that would be exceeded, then the fullest; at most twenty.
    pub limits: Vec<ForecastLimit>,
    /// How many more limits there are.
    pub more: u64,
    /// What the authority itself has told us to wait for; nothing passes over that. At most twenty.
    pub waits: Vec<Wait>,
}

impl Forecast {
    /// The most limits, and the most words of the authority, that are told.
    const MOST: usize = 20;

    /// A forecast in the API's words.
    pub fn new(authority: &AuthorityId, title: &str, forecast: &forecast::Forecast) -> Self {
        let (lines, more) = forecast.lines(Self::MOST);
        Self {
            authority: authority.to_string(),
            title: title.to_owned(),
            orders: forecast.orders,
            replacing: forecast.replacing,
            same_identifiers: forecast.same_identifiers,
            limits: lines.into_iter().map(ForecastLimit::from).collect(),
            more,
            waits: forecast.waits(Self::MOST).into_iter().map(Wait::from).collect(),
        }
    }
}

impl From<&forecast::Line> for ForecastLimit {
    fn from(line: &forecast::Line) -> Self {
        Self {
            words: line.limit.words(),
            subject: line.subject.words(),
            most: line.limit.most,
            used: line.used,
            planned: line.planned,
            exceeded: line.is_exceeded(),
            frees_at: line.frees_at,
        }
    }
}

/// One limit for one subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ForecastLimit {
    /// The limit in words.
    pub words: String,
    /// Whose: an account, a domain, a name.
    pub subject: String,
    /// How much is permitted.
    pub most: u32,
    /// How much is used now.
    pub used: u32,
    /// How many of the orders would count against it.
    pub planned: u32,
    /// Whether the authority would refuse some of them by it.
    pub exceeded: bool,
    /// When there is room for one more, where there is none now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub frees_at: Option<Timestamp>,
}
