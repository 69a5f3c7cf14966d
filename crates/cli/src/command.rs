//! All commands that reach the service, and the one way to run them.

use crate::account::AccountCommand;
use crate::audit::AuditCommand;
use crate::authority::AuthorityCommand;
use crate::backup::BackupCommand;
use crate::browsers::SessionCommand;
use crate::certificate::CertificateCommand;
use crate::completion::Completion;
use crate::configuration::Config;
use crate::doctor::Doctor;
use crate::events::Events;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::gui::Gui;
use crate::incident::IncidentCommand;
use crate::issuer::IssuerCommand;
use crate::options::Options;
use crate::output::Output;
use crate::renew::Renew;
use crate::run::RunCommand;
use crate::session::Session;
use crate::settings::SettingsCommand;
use crate::status::Status;
use crate::support::Support;
use crate::targets::TargetCommand;
use crate::token::TokenCommand;
use crate::user::UserCommand;
use crate::window::WindowCommand;
use certwright_core::absence::Absence;
use clap::Subcommand;
use std::path::PathBuf;
use std::pin::Pin;

/// The commands, to be flattened into the program's own.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Managed certificates
    #[command(subcommand, visible_alias = "certificate")]
    Cert(CertificateCommand),
    /// Accounts with certificate authorities
    #[command(subcommand)]
    Account(AccountCommand),
    /// Certificate authorities that certificates are ordered from
    #[command(subcommand)]
    Ca(AuthorityCommand),
    /// Built-in authorities: certificate authorities that this service is itself
    #[command(subcommand)]
    Authority(IssuerCommand),
    /// Runs: what the service is doing and did
    #[command(subcommand)]
    Run(RunCommand),
    /// Request new versions of several certificates
    Renew(Renew),
    /// What holds for every certificate that does not say otherwise
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Maintenance windows: when certificates may be ordered and deployed
    #[command(subcommand)]
    Window(WindowCommand),
    /// Show the service, and what needs a person
    Status(Status),
    /// Open the web interface, signed in; or say why the service does not run, and what to do
    Gui(Gui),
    /// Incidents: what happens to many for the same cause
    #[command(subcommand)]
    Incident(IncidentCommand),
    /// Show what happened, and what happens
    Events(Events),
    /// Kinds of deployment targets
    #[command(subcommand)]
    Target(TargetCommand),
    /// People who sign in to the web interface
    #[command(subcommand)]
    User(UserCommand),
    /// API tokens, for programs
    #[command(subcommand)]
    Token(TokenCommand),
    /// Browsers that are signed in
    #[command(subcommand)]
    Session(SessionCommand),
    /// Who changed what
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Show what the service was started with, and where each value comes from
    Config(Config),
    /// Look for what may keep the service from its work
    Doctor(Doctor),
    /// Write how the service stands, for whoever helps; no secret is in it
    Support(Support),
    /// Backups of the service
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Print a script that completes command lines in a shell
    Completion(Completion),
}

/// What the program knows and this crate does not.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The service's socket, where neither options nor environment name a place.
    pub socket: PathBuf,
    /// The whole program's command line, for completion.
    pub program: clap::Command,
    /// Looks why the service behind this socket does not answer.
    pub look: fn(PathBuf) -> Look,
}

/// What is seen of a service that does not answer, once it was looked.
pub type Look = Pin<Box<dyn Future<Output = Absence> + Send>>;

/// Runs a command to its end. Everything that is to be said has been written when it returns.
pub async fn run(command: Command, options: &Options, defaults: Defaults) -> Exit {
    let output = Output::new(options);
    match perform(command, options, output, defaults).await {
        Ok(exit) => exit,
        Err(fault) => {
            output.fault(&fault);
            fault.exit()
        }
    }
}

async fn perform(
    command: Command,
    options: &Options,
    output: Output,
    defaults: Defaults,
) -> Result<Exit, Fault> {
    let command = match command {
        // Needs no service.
        Command::Completion(completion) => return completion.run(output, defaults.program),
        command => command,
    };
    let look = defaults.look;
    let session = Session::open(options, output, defaults.socket)?;
    match command {
        Command::Cert(command) => Box::pin(command.run(&session)).await,
        Command::Account(command) => Box::pin(command.run(&session)).await,
        Command::Ca(command) => Box::pin(command.run(&session)).await,
        Command::Authority(command) => Box::pin(command.run(&session)).await,
        Command::Run(command) => Box::pin(command.run(&session)).await,
        Command::Renew(command) => Box::pin(command.run(&session)).await,
        Command::Settings(command) => Box::pin(command.run(&session)).await,
        Command::Window(command) => Box::pin(command.run(&session)).await,
        Command::Config(command) => Box::pin(command.run(&session)).await,
        Command::Status(command) => Box::pin(command.run(&session)).await,
        Command::Gui(gui) => Box::pin(gui.run(&session, look)).await,
        Command::Incident(command) => Box::pin(command.run(&session)).await,
        Command::Events(command) => Box::pin(command.run(&session)).await,
        Command::Target(command) => Box::pin(command.run(&session)).await,
        Command::User(command) => Box::pin(command.run(&session)).await,
        Command::Token(command) => Box::pin(command.run(&session)).await,
        Command::Session(command) => Box::pin(command.run(&session)).await,
        Command::Audit(command) => Box::pin(command.run(&session)).await,
        Command::Doctor(command) => Box::pin(command.run(&session)).await,
        Command::Support(command) => Box::pin(command.run(&session)).await,
        Command::Backup(command) => Box::pin(command.run(&session)).await,
        Command::Completion(completion) => completion.run(output, defaults.program),
    }
}
