//! nginx: server blocks are matched to the certificate's names, only the lines that must change are edited.

mod act;
mod adding;
mod answering;
mod complaint;
mod configuration;
mod editing;
mod found;
mod glob;
mod judging;
mod listen;
mod listing;
mod location;
mod lua;
mod names;
mod observe;
mod pattern;
mod planning;
mod recognising;
mod repointing;
mod rewrite;
mod scan;
mod select;
mod settings;
mod site;
mod text;
mod verifying;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use act::Act;
pub(crate) use answering::{condition, location};
pub(crate) use editing::{in_the_way, remove_answer};
pub(crate) use found::Found;

pub(crate) use configuration::Configuration;
pub(crate) use location::answer;
pub(crate) use observe::observe;
pub(crate) use recognising::without_answers;
pub(crate) use repointing::inner_indentation;
pub(crate) use rewrite::{Change, edit};
pub(crate) use select::{Listeners, Selected};
pub(crate) use settings::{MISSING, Settings};
pub(crate) use site::Site as ServerBlock;

use async_trait::async_trait;
use certwright_contract::ports::Ports;
use certwright_contract::{Applying, Planned, Target, Wanted};
use certwright_core::failure::Failure;
use certwright_core::form::Field;
use certwright_core::key::KeyType;
use certwright_core::refusal::Refusal;
use certwright_core::site::Site;
use serde_json::{Map, Value};

/// nginx on this machine.
pub(crate) struct Nginx;

#[async_trait]
impl Target for Nginx {
    type Found = Found;
    type Act = Act;
    type Settings = Settings;

    const NAME: &'static str = "nginx";
    const TITLE: &'static str = "nginx";
    const FIELDS: &'static [Field] = settings::FIELDS;
    const KEY: KeyType = KeyType::EcdsaP256;

    fn settings(&self, values: &Map<String, Value>, place: &str) -> Result<Settings, Vec<Refusal>> {
        settings::read(values, place)
    }

    fn lock(&self, settings: &Settings) -> String {
        let server = &settings.server;
        if server.configuration.is_empty() {
            format!("the configuration of {} {}", server.binary, server.prefix).trim_end().to_owned()
        } else {
            server.configuration.clone()
        }
    }

    async fn observe(&self, settings: &Settings, ports: &Ports) -> Result<Found, Failure> {
        observe(&settings.server, ports).await
    }

    fn sites(&self, found: &Found) -> Result<Vec<Site>, Failure> {
        listing::sites(found)
    }

    fn plan(&self, settings: &Settings, found: &Found, wanted: &Wanted) -> Result<Planned<Act>, Failure> {
        planning::plan(settings, found, wanted)
    }

    fn describe(&self, act: &Act) -> (String, Vec<String>) {
        act.describe()
    }

    async fn apply(&self, act: &Act, applying: &Applying<'_>) -> Result<(), Failure> {
        act.apply(applying).await
    }

    async fn undo(&self, act: &Act, applying: &Applying<'_>) -> Result<(), Failure> {
        act.undo(applying).await
    }
}
