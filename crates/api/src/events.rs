//! Events: what happened, line by line, with ids that grow; listed in pages or streamed (SSE).

use certwright_core::event;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How much a person should care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// As it should be.
    Info,
    /// Not as it should be, but nothing is lost.
    Warning,
    /// Something failed.
    Error,
}

impl From<event::Level> for Level {
    fn from(level: event::Level) -> Self {
        match level {
            event::Level::Info => Self::Info,
            event::Level::Warning => Self::Warning,
            event::Level::Error => Self::Error,
        }
    }
}

/// What an event tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A run began.
    RunStarted,
    /// A step began.
    StepBegun,
    /// A step is done.
    StepDone,
    /// A step was not needed.
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
    /// Something said on the way.
    Note,
}

impl EventKind {
    /// The word, as in JSON and in the stream's `event:` line.
    pub fn word(self) -> &'static str {
        match self {
            Self::RunStarted => "run-started",
            Self::StepBegun => "step-begun",
            Self::StepDone => "step-done",
            Self::StepSkipped => "step-skipped",
            Self::StepFailed => "step-failed",
            Self::RunWaiting => "run-waiting",
            Self::RunEnded => "run-ended",
            Self::Published => "published",
            Self::CertificateChanged => "certificate-changed",
            Self::IncidentOpened => "incident-opened",
            Self::IncidentClosed => "incident-closed",
            Self::Note => "note",
        }
    }
}

impl From<event::EventKind> for EventKind {
    fn from(kind: event::EventKind) -> Self {
        match kind {
            event::EventKind::RunStarted => Self::RunStarted,
            event::EventKind::StepBegun => Self::StepBegun,
            event::EventKind::StepDone => Self::StepDone,
            event::EventKind::StepSkipped => Self::StepSkipped,
            event::EventKind::StepFailed => Self::StepFailed,
            event::EventKind::RunWaiting => Self::RunWaiting,
            event::EventKind::RunEnded => Self::RunEnded,
            event::EventKind::Published => Self::Published,
            event::EventKind::CertificateChanged => Self::CertificateChanged,
            event::EventKind::IncidentOpened => Self::IncidentOpened,
            event::EventKind::IncidentClosed => Self::IncidentClosed,
            event::EventKind::Note => Self::Note,
        }
    }
}

/// A stored event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Grows with every event of this service; never reused.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Of which certificate.
    pub certificate: Option<String>,
    /// Of which run.
    pub run: Option<String>,
    /// Which step of the run, by index from 0.
    pub step: Option<usize>,
    /// What it tells of.
    pub kind: EventKind,
    /// How much to care.
    pub level: Level,
    /// The words.
    pub message: String,
}

impl From<&event::Event> for Event {
    fn from(stored: &event::Event) -> Self {
        let event = &stored.event;
        Self {
            id: stored.id,
            at: event.at,
            certificate: event.certificate.as_ref().map(ToString::to_string),
            run: event.run.as_ref().map(ToString::to_string),
            step: event.step,
            kind: event.kind.into(),
            level: event.level.into(),
            message: event.message.clone(),
        }
    }
}

/// Which events are wanted; everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Of this certificate, by id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Of this run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Those with greater ids than this; 0 is from the beginning. When left out, a stream begins with what
    /// happens from now on, and a list gives the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// How many a list gives; 50 when left out, at most 200. A stream has no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// A list of events, the oldest first. It goes on with `after` = the id of the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// The events.
    pub items: Vec<Event>,
    /// The greatest id of any event so far, whether it is wanted here or not.
    pub latest: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_the_stream_is_the_word_in_json() {
        for kind in [EventKind::RunStarted, EventKind::CertificateChanged, EventKind::Note] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.word());
        }
    }
}
