//! Pages: every list can be entered anywhere and always says how long it is.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many rows a page has unless it is told otherwise.
pub const USUAL_LIMIT: u32 = 50;

/// The most rows of one page.
pub const MOST_PER_PAGE: u32 = 200;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows of this page, in order.
    pub items: Vec<T>,
    /// How many rows there are on all pages.
    pub total: u64,
    /// How many rows were passed over.
    pub offset: u64,
    /// How many rows this page could have had.
    pub limit: u32,
}

/// A list that is short by nature and comes whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct List<T> {
    /// All rows.
    pub items: Vec<T>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many rows to pass over; 0 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// How many rows to give; 50 when left out, at most 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

impl PageQuery {
    /// How many rows to pass over.
    pub fn offset(&self) -> u64 {
        self.offset.unwrap_or(0)
    }

    /// How many rows to give, within the bounds.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL_LIMIT).clamp(1, MOST_PER_PAGE)
    }
}
