//! Methods about the service's own life: backups, and ways back.

use super::call::Call;
use super::{Answer, Client};
use crate::backups::{Backup, BackupCheck, RollBack};
use crate::certificates::Certificate;
use crate::configuration::Configuration;
use crate::doctor::{Diagnosis, RepairKind, RepairRequest};
use crate::page::List;
use crate::support::SupportBundle;

impl Client {
    /// The backups, the newest first.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn backups(&self) -> Answer<Vec<Backup>> {
        self.send(Call::get("backups")).await.map(|list: List<Backup>| list.items)
    }

    /// Makes a backup now.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn create_backup(&self) -> Answer<Backup> {
        self.send(Call::post("backups")).await
    }

    /// Checks a backup in full.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn check_backup(&self, name: &str) -> Answer<BackupCheck> {
        self.send(Call::post("backups").segment(name).then("check")).await
    }

    /// What may keep the service from its work.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn diagnosis(&self) -> Answer<Diagnosis> {
        self.send(Call::get("doctor")).await
    }

    /// What the service was started with.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn configuration(&self) -> Answer<Configuration> {
        self.send(Call::get("configuration")).await
    }

    /// How the service stands, for whoever helps.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn support_bundle(&self) -> Answer<SupportBundle> {
        self.send(Call::get("support-bundle")).await
    }

    /// Puts something right that a finding offers.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn repair(&self, repair: RepairKind) -> Answer<()> {
        self.send_only(Call::post("doctor").body(&RepairRequest { repair })).await
    }

    /// Serves an earlier version again.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn roll_back(&self, id_or_name: &str, version: Option<&str>) -> Answer<Certificate> {
        let body = RollBack { version: version.map(str::to_owned) };
        let call = Call::post("certificates").segment(id_or_name).then("roll-back");
        self.send(call.body(&body)).await
    }

    /// Forgets failures and back-off.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn reset_failures(&self, id_or_name: &str) -> Answer<Certificate> {
        self.send(Call::post("certificates").segment(id_or_name).then("reset")).await
    }
}
