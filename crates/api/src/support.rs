//! The support bundle: how the service stands, for whoever helps. It is put together from other answers of the API, and holds
//! no secret because they hold none.

use crate::authorities::{Authority, Probe};
use crate::backups::Backup;
use crate::doctor::Finding;
use crate::gathered::Summary;
use crate::incidents::Incident;
use crate::runs::Run;
use crate::service::Service;
use crate::settings::Settings;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the service stands. Names of certificates, addresses and paths are in it, keys and tokens are not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SupportBundle {
    /// When it was put together.
    pub made_at: Timestamp,
    /// The operating system and the processor's kind.
    pub system: String,
    /// The service.
    pub service: Service,
    /// What may keep it from its work.
    pub findings: Vec<Finding>,
    /// What holds for every certificate that does not say otherwise.
    pub settings: Settings,
    /// How many certificates there are of what.
    pub summary: Summary,
    /// The newest fifty incidents.
    pub incidents: Vec<Incident>,
    /// Authorities that are in use.
    pub authorities: Vec<Authority>,
    /// What their directories answered.
    pub probes: Vec<Probe>,
    /// The newest fifty runs, with their failures.
    pub runs: Vec<Run>,
    /// The backups.
    pub backups: Vec<Backup>,
}
