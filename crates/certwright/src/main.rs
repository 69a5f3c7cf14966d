//! The program: `certwright serve` is the service, everything else talks to it.

use anyhow::{Context as _, Result};
use certwright::configuration::{Configuration, Overrides, of_client, usual_data_directory};
use certwright::{demo, doorway, look, recovery, restore, service};
use clap::{CommandFactory as _, Parser, Subcommand};
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Every name under management is served with a valid, trusted, matching certificate.
#[derive(Parser)]
#[command(name = "certwright", version, after_help = certwright_cli::exit::HELP)]
struct Program {
    #[command(flatten)]
    options: certwright_cli::Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service: it obtains, deploys, verifies and renews.
    Serve(Overrides),
    /// See it work: an authority, a site and a certificate on this machine alone, in ten seconds.
    Demo(demo::Options),
    /// The recovery key: the only way back to the data key.
    #[command(subcommand)]
    Recovery(Recovery),
    /// Make a data directory of a backup. The service must be stopped.
    Restore(restore::Options),
    /// Print the OpenAPI document.
    #[command(hide = true)]
    Openapi,
    #[command(flatten)]
    Client(certwright_cli::Command),
}

#[derive(Subcommand)]
enum Recovery {
    /// Make a new recovery key and show it once. The service must be stopped.
    New(Overrides),
    /// Make the data key again from the recovery key, read from standard input.
    Restore(Overrides),
}

fn main() -> ExitCode {
    let program = Program::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&anyhow::Error::new(error).context("start")),
    };
    let done = match program.command {
        Command::Client(command) => {
            let defaults = certwright_cli::Defaults {
                socket: socket_of_client(),
                program: Program::command(),
                look: |socket| Box::pin(look::look(socket)),
            };
            return runtime.block_on(certwright_cli::run(command, &program.options, defaults)).into();
        }
        Command::Openapi => print(&certwright_server::openapi()),
        Command::Serve(overrides) => runtime.block_on(serve(&overrides)),
        Command::Demo(options) => {
            let color = match program.options.color {
                certwright_cli::Color::Auto => None,
                certwright_cli::Color::Always => Some(true),
                certwright_cli::Color::Never => Some(false),
            };
            runtime.block_on(show_demo(&options, color))
        }
        Command::Recovery(command) => runtime.block_on(recover(command)),
        Command::Restore(options) => runtime.block_on(restore_backup(&options, program.options.json)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

async fn serve(overrides: &Overrides) -> Result<()> {
    let configuration = Configuration::read(overrides)?;
    start_log(configuration.json_log);
    let opened = service::open(&configuration).await?;
    if opened.fresh.0 {
        show_recovery_key(&configuration, &opened)?;
    }
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    outlive_file_limits();
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        data_directory = %configuration.data_directory.display(),
        listen = ?configuration.listen,
        socket = %configuration.socket.display(),
        "starting"
    );
    let link = tokio::spawn(show_first_link(configuration.socket.clone()));
    let ended = service::run(&configuration, opened, shutdown).await;
    link.abort();
    ended
}

/// Shows how the first administrator is made, while there is none: on a terminal by a link, because anything else may be a
/// log.
async fn show_first_link(socket: PathBuf) {
    let shown = async {
        let service = doorway::answering(socket).await?;
        if service.session_state().await?.administrator_exists {
            return Ok(());
        }
        if !std::io::stdout().is_terminal() {
            tracing::info!(
                "there is no administrator yet; make the first one on this machine: certwright gui"
            );
            return Ok(());
        }
        let Some(url) = service.create_link(None).await?.url else { return Ok(()) };
        print(&format!(
            "There is no administrator yet. Open this in a browser on this machine to make the first one:\n\n  {}\n\n\
             It can be used once, for 15 minutes. A new one: certwright gui\n",
            url.reveal()
        ))
    };
    if let Err(error) = shown.await {
        tracing::warn!(
            "how the first administrator is made could not be shown: {error:#}; see: certwright gui"
        );
    }
}

async fn show_demo(options: &demo::Options, color: Option<bool>) -> Result<()> {
    // The demo tells what happens by itself; the service's log is for those who ask for it.
    if std::env::var_os("CERTWRIGHT_LOG").is_some() {
        start_log(false);
    }
    let shutdown = CancellationToken::new();
    tokio::spawn(stop_on_signal(shutdown.clone()));
    demo::run(options, color, shutdown).await
}

/// Shows the recovery key once, on a terminal only: anything else may be a log.
fn show_recovery_key(configuration: &Configuration, opened: &service::Opened) -> Result<()> {
    if !std::io::stdout().is_terminal() {
        tracing::warn!(
            "no recovery key was made, because nobody is at a terminal; stop the service and run `certwright recovery new` \
             to get one: without it a lost data.key means that sealed keys are lost"
        );
        return Ok(());
    }
    let text = recovery::make(&configuration.data_directory, &opened.data_key)?;
    print(&format!(
        "A new data directory was set up in {}.\n\n  Recovery key: {}\n\n\
         Write it down and keep it elsewhere. It is shown this once, and it is the only way to restore data.key.\n",
        configuration.data_directory.display(),
        text.as_str()
    ))
}

async fn recover(command: Recovery) -> Result<()> {
    match command {
        Recovery::New(overrides) => {
            let text = recovery::new(&Configuration::read(&overrides)?.data_directory).await?;
            print(&format!("{}\n", text.as_str()))
        }
        Recovery::Restore(overrides) => {
            let directory = Configuration::read(&overrides)?.data_directory;
            recovery::restore(&directory).await?;
            print(&format!("data.key in {} was restored.\n", directory.display()))
        }
    }
}

async fn restore_backup(options: &restore::Options, json: bool) -> Result<()> {
    let restored = restore::run(options).await?;
    let text = if json { restored.json()? } else { restored.words() };
    print(&text)
}

async fn stop_on_signal(shutdown: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping; runs go on at the next start");
    shutdown.cancel();
}

/// A limit to the size of files (`ulimit -f`) is a full disk: told as an error of the write, and no reason to be killed.
fn outlive_file_limits() {
    use tokio::signal::unix::{SignalKind, signal};
    // SIGXFSZ. The handler stays for as long as the process lives.
    if let Err(error) = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())) {
        tracing::warn!(%error, "a limit to the size of files would end the service");
    }
}

fn start_log(json: bool) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("CERTWRIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that cannot be written is no reason to panic: the disk it is on may be full.
    let builder = builder.log_internal_errors(false);
    if json {
        builder.json().init();
    } else {
        builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).init();
    }
}

/// Where the command line finds the service unless it is told: by the same configuration that the service reads.
/// One that cannot be read is the service's to complain about.
fn socket_of_client() -> PathBuf {
    of_client()
        .map_or_else(|_| usual_data_directory().join("certwright.sock"), |configuration| configuration.socket)
}

fn print(text: &str) -> Result<()> {
    std::io::stdout().lock().write_all(text.as_bytes()).context("write to standard output")
}

fn complain(error: &anyhow::Error) -> ExitCode {
    let _ = writeln!(std::io::stderr().lock(), "certwright: {error:#}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Clap checks only in a debug build, and otherwise leaves to chance: no argument is defined twice.
    #[test]
    fn the_command_line_holds_together() {
        Program::command().debug_assert();
    }
}
