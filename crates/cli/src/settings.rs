//! `certwright settings …`: what holds for every certificate that does not say otherwise.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::Look;
use crate::renewal::{self, Renewal};
use crate::session::Session;
use crate::table::{page, plain};
use certwright_api::settings::Settings;
use clap::{Args, Subcommand, ValueEnum};

/// Settings.
#[derive(Clone, Debug, Subcommand)]
pub enum SettingsCommand {
    /// Show the settings
    Show(Show),
    /// Change settings
    Edit(Edit),
}

/// Shows the settings.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Example:\n  certwright settings show")]
pub struct Show;

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// Changes settings.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
They hold for every certificate that does not say otherwise.

Example:
  certwright settings edit --renew 60% --window nights")]
pub struct Edit {
    /// When certificates are renewed: 60% (of their lifetime), before:30d, after:45d or auto
    #[arg(long, value_name = "WHEN", value_parser = renewal::read)]
    renew: Option<Renewal>,
    /// The maintenance window they keep to, or none
    #[arg(long, value_name = "NAME")]
    window: Option<String>,
    /// Whether another authority with an account is asked when the chosen one cannot issue
    #[arg(long, value_enum)]
    failover: Option<Switch>,
}

impl SettingsCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let settings = session.client.settings().await?;
        let settings = match self {
            Self::Show(Show) => settings,
            Self::Edit(edit) => session.client.put_settings(&edit.applied_to(settings)).await?,
        };
        session.output.answer(|| serde_json::to_string_pretty(&settings), |look| words(&settings, look))?;
        Ok(Exit::Done)
    }
}

impl Edit {
    fn applied_to(self, mut settings: Settings) -> Settings {
        if let Some(renew) = self.renew {
            settings.renewal = renew.0;
        }
        if let Some(window) = self.window {
            settings.window = (window != "none").then_some(window);
        }
        if let Some(failover) = self.failover {
            settings.failover = failover == Switch::On;
        }
        settings
    }
}

fn words(settings: &Settings, look: Look) -> String {
    let failover = if settings.failover { "on" } else { "off" };
    let window = settings.window.clone().unwrap_or_else(|| "none: at any time".to_owned());
    page(
        look,
        [
            ("Renewed", plain(renewal::words(settings.renewal))),
            ("Window", plain(window)),
            ("Failover", plain(failover)),
            ("Revision", plain(settings.revision.to_string())),
        ],
    )
}
