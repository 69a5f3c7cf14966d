//! The engine: observe, plan, perform, record, resume; and the scheduler that does it unattended.
//!
//! A certificate's way: `worker` claims it and asks `core::due`; `observe` gathers facts; `core` makes the
//! plan; `drive` performs it step by step, each in its own file below `perform`, writing before it acts.

mod account_block;
mod account_chain;
mod account_keys;
mod account_life;
mod accounts;
mod acme_clients;
mod acme_failure;
mod admission;
mod authorities;
mod backup;
mod blocking;
mod certificates;
mod chain_freshness;
mod check;
mod clock;
mod clocks;
mod condition;
mod deploy_run;
mod doctor;
mod draft_preview;
mod drive;
mod engine;
mod error;
mod export;
pub mod failpoint;
mod herd;
mod incidents;
mod layout;
mod ledger;
mod locks;
mod log;
mod observe;
mod obtain_run;
mod order_from;
mod own_keys;
mod past;
pub mod people;
mod perform;
mod preview;
mod probes;
mod pruning;
mod put_back;
mod refetch;
mod rehearsal;
mod replacements;
mod request;
mod restored;
mod revocation_lists;
mod revoke;
mod rules;
mod scheduler;
mod selection;
mod service_life;
mod staging;
mod standing;
mod suggestion;
mod sweep;
mod together;
mod upkeep;
mod vault;
mod version_files;
mod worker;

pub use account_keys::NewKey;
pub use account_life::{Checked, ImportedAccount};
pub use accounts::{ExternalAccount, NewAccount};
pub use acme_clients::TransportFactory;
pub use authorities::Terms;
pub use backup::{ABOUT, About, Backup, CheckedBackup, WRAPPED_KEY, check_backup};
pub use certificates::{Changes, Draft, TargetKind};
// What the server needs of the store comes through here: it has no arrow to it.
pub use certwright_store::{
    Admission, AuditFilter, AuditLine, CertificateFilter, CertificateQuery, CertificateRow, CertificateSort,
    Counted, Counts, EventFilter, Listing, NewAudit, Page, Store, StoreError, TimeLine, WriteTimes,
};
pub use check::{Check, Verdict};
pub use clock::{Chance, Clock, SystemChance, SystemClock};
pub use condition::{Series, Tallies, Trouble};
pub use doctor::{Finding, Grade, Repair, directory as look_at_directory};
pub use draft_preview::FoundSites;
pub use engine::{Engine, Options, Parts};
pub use error::EngineError;
pub use export::Exported;
pub use layout::Layout;
pub use ledger::{LimitState, Limits};
pub use own_keys::KeyInput;
pub use preview::{Preview, PreviewedPlan};
pub use probes::Moved;
pub use refetch::Refetched;
pub use restored::Rebuilt;
pub use revoke::{Revocation, RevokeRequest};
pub use scheduler::run as run_scheduler;
pub use selection::{Renewed, Selection};
pub use service_life::run as run_upkeep;
pub use sweep::LeftBehind;

pub use together::{ChangedTogether, Together};
pub use vault::Vault;
