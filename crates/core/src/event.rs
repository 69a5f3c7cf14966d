//! Events: lines of what happened, stored with ids and replayed to whoever asks.

use crate::id::{CertificateId, RunId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How much a person should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Info,
    /// Not as it should be, but nothing is lost.
    Warning,
    /// Something failed.
    Error,
}

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A run began.
    RunStarted,
    /// A step began.
    StepBegun,
    /// A step is done.
    StepDone,
    /// A step was not needed, with the reason.
    StepSkipped,
    /// A step failed, or its clean-up did.
    StepFailed,
    /// A run waits, until a moment.
    RunWaiting,
    /// A run is over.
    RunEnded,
    /// A version became the newest one.
    Published,
    /// A managed certificate was created, changed, paused or deleted.
    CertificateChanged,
    /// Something happens to many for the same cause.
    IncidentOpened,
    /// That is over.
    IncidentClosed,
    /// Something said on the way, inside a step.
    Note,
}

/// An event before it has an id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// Of which certificate.
    pub certificate: Option<CertificateId>,
    /// Of which run.
    pub run: Option<RunId>,
    /// Which step of the run's plan, by index.
    pub step: Option<usize>,
    /// What it tells of.
    pub kind: EventKind,
    /// How much to care.
    pub level: Level,
    /// The words, from `describe`.
    pub message: String,
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Grows with every event of this service; never reused.
    pub id: i64,
    /// The event.
    #[serde(flatten)]
    pub event: NewEvent,
}
