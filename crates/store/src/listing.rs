//! How certificates are listed: what to show, in which order, which page.

use crate::Page;
use certwright_core::Timestamp;
use certwright_core::health::Health;
use certwright_core::id::AuthorityId;
use serde::{Deserialize, Serialize};

/// Which certificates to list; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CertificateFilter {
    /// A part of the name, an identifier or a tag, in any letter case. One or two characters are looked for at
    /// the beginning only.
    pub text: Option<String>,
    /// Has exactly this tag.
    pub tag: Option<String>,
    /// Has exactly this identifier, in ASCII form.
    pub identifier: Option<String>,
    /// Is deployed to a target of this kind.
    pub target: Option<String>,
    /// Is ordered at this authority.
    pub authority: Option<AuthorityId>,
    /// Is paused, or is not.
    pub paused: Option<bool>,
    /// Its last obtain run failed, or did not.
    pub failing: Option<bool>,
    /// Somebody asked for a new version and has had no answer yet, or nobody did.
    pub asked: Option<bool>,
    /// The current version ends before this moment.
    pub not_after_before: Option<Timestamp>,
    /// Is of this health at this moment, by the very rules of [`Health::of`].
    pub health: Option<(Health, Timestamp)>,
}

/// The order of a list. Rows that are equal in it are in the order of their creation (descending: the other way
/// round); rows that have no such moment come last, whatever the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateSort {
    /// By name, letter case ignored.
    #[default]
    Name,
    /// By the end of the current version.
    NotAfter,
    /// By the next moment at which something is to be decided.
    NextAt,
    /// By age.
    CreatedAt,
}

/// A question for a list of certificates.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CertificateQuery {
    /// Which.
    pub filter: CertificateFilter,
    /// In which order.
    pub sort: CertificateSort,
    /// The other way round.
    pub descending: bool,
    /// Which part.
    pub page: Page,
}
