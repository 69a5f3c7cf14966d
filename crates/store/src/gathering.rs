//! Figures and selections over many certificates, for screens: what chips, charts and bulk changes are made of.

use crate::{CertificateFilter, StoreResult};
use async_trait::async_trait;
use certwright_core::Timestamp;
use certwright_core::health::Health;
use certwright_core::id::CertificateId;
use std::collections::HashMap;

/// Part of a time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Bucket {
    /// Its index, from 0. Before the beginning is in the first.
    pub index: u64,
    /// Certificates about which something is to be decided in it.
    pub due: u64,
    /// Certificates whose newest version ends in it.
    pub ending: u64,
}

/// The time line that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLine {
    /// Where it begins.
    pub from: Timestamp,
    /// How long a bucket is, in milliseconds; more than 0.
    pub bucket: i64,
    /// How many buckets there are.
    pub buckets: u32,
}

/// Something by which certificates can be chosen, and how many have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The tag, authority or target.
    pub word: String,
    /// How many certificates.
    pub number: u64,
}

/// What a list of certificates can be narrowed by.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Choices {
    /// Tags, by their spelling.
    pub tags: Vec<Counted>,
    /// Authorities, by id.
    pub authorities: Vec<Counted>,
    /// Kinds of targets, by name.
    pub targets: Vec<Counted>,
}

/// Figures and selections.
#[async_trait]
pub trait Gathering: Send + Sync {
    /// How many certificates are of each health at the moment among those of the filter, whose own health does not
    /// count; every health is there.
    async fn healths(&self, filter: &CertificateFilter, now: Timestamp) -> StoreResult<Vec<(Health, u64)>>;

    /// What lists can be narrowed by: at most `most` of each kind.
    async fn choices(&self, most: u32) -> StoreResult<Choices>;

    /// What happens when; buckets in which nothing does are left out. Reads the range of two indexes.
    async fn time_line(&self, wanted: &TimeLine) -> StoreResult<Vec<Bucket>>;

    /// The ids of certificates of the filter after this one, in the order of ids: how bulk changes go on from where
    /// they were, whatever has been changed meanwhile.
    async fn select(
        &self,
        filter: &CertificateFilter,
        after: Option<&CertificateId>,
        most: u32,
    ) -> StoreResult<Vec<CertificateId>>;

    /// The certificates that hold these identifiers, given in ASCII form; identifiers that none holds are absent.
    async fn holders(&self, identifiers: &[String]) -> StoreResult<HashMap<String, Vec<CertificateId>>>;

    /// The names of these certificates; those that are gone are absent.
    async fn names(&self, ids: &[CertificateId]) -> StoreResult<HashMap<CertificateId, String>>;
}
