//! All commands that reach the service, and the one way to run them.

use crate::account::AccountCommand;
use crate::audit::AuditCommand;
use crate::authority::AuthorityCommand;
use crate::backup::BackupCommand;
use crate::certificate::CertificateCommand;
use crate::completion::Completion;
use crate::doctor::Doctor;
use crate::events::Events;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::issuer::IssuerCommand;
use crate::options::Options;
use crate::output::Output;
use crate::renew::Renew;
use crate::run::RunCommand;
use crate::session::Session;
use crate::settings::SettingsCommand;
use crate::status::Status;
use crate::targets::TargetCommand;
use crate::window::WindowCommand;
use clap::Subcommand;
use std::path::PathBuf;

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
    /// Show what happened, and what happens
    Events(Events),
    /// Kinds of deployment targets
    #[command(subcommand)]
    Target(TargetCommand),
    /// Who changed what
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Look for what may keep the service from its work
    Doctor(Doctor),
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
}

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
        Command::Status(command) => Box::pin(command.run(&session)).await,
        Command::Events(command) => Box::pin(command.run(&session)).await,
        Command::Target(command) => Box::pin(command.run(&session)).await,
        Command::Audit(command) => Box::pin(command.run(&session)).await,
        Command::Doctor(command) => Box::pin(command.run(&session)).await,
        Command::Backup(command) => Box::pin(command.run(&session)).await,
        Command::Completion(completion) => completion.run(output, defaults.program),
    }
}
