//! Pages: a list can be entered anywhere and always says how long it is.

use serde::{Deserialize, Serialize};

/// The most rows in one page, whatever was asked for.
pub const MOST_PER_PAGE: u32 = 200;

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// How many rows to pass over.
    pub offset: u64,
    /// How many to give; at most [`MOST_PER_PAGE`] are given.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: MOST_PER_PAGE }
    }
}

impl Page {
    /// The first `limit` rows.
    pub fn first(limit: u32) -> Self {
        Self { offset: 0, limit }
    }

    pub(crate) fn clamped_limit(self) -> i64 {
        i64::from(self.limit.min(MOST_PER_PAGE))
    }

    pub(crate) fn clamped_offset(self) -> i64 {
        i64::try_from(self.offset).unwrap_or(i64::MAX)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// The rows of this page, in order.
    pub items: Vec<T>,
    /// How many rows there are on all pages, counted in the same moment.
    pub total: u64,
}
