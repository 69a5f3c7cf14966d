//! Methods about settings.

use super::call::Call;
use super::{Answer, Client};
use crate::settings::Settings;

const PATH: &str = "settings";

impl Client {
    /// What holds for every certificate that does not say otherwise.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn settings(&self) -> Answer<Settings> {
        self.send(Call::get(PATH)).await
    }

    /// Replaces the settings, if nobody else did since they were read.
    ///
    /// # Errors
    /// See [`ClientError`](super::ClientError).
    pub async fn put_settings(&self, settings: &Settings) -> Answer<Settings> {
        self.send(Call::put(PATH).if_revision(settings.revision).body(settings)).await
    }
}
