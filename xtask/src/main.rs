//! `cargo xtask`: the project's own chores. `cargo xtask --help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore reports to the terminal it was called from"
)]
#![expect(clippy::disallowed_methods, reason = "what a chore writes can be written again")]

mod check;
mod command;
mod faults;
mod generate;
mod install;
mod product;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Measure the release binary against Pebble, beside lego, and with up to 100,000 certificates stored, and write
    /// docs/benchmarks.md
    Bench,
    /// Make the pictures of docs/screenshots by the browser tests
    Screenshots,
    /// Refuse what the project's own rules forbid: arrows between crates, long files, stale generated files …
    Check,
    /// Run the tests that are named after faults, and write docs/faults.md with what came of them
    Faults,
    /// Write the generated files anew
    Generate,
    /// Install the programs the tests start: nginx, curl, Pebble, Caddy …
    Install,
    /// Run the test suites in order, stopping at the first that fails
    Test(test::Choice),
    /// Show the product at work: Pebble, nginx, a certificate obtained and served
    Try,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Bench => product::bench(),
        Chore::Screenshots => product::screenshots(),
        Chore::Check => check::run(),
        Chore::Faults => faults::run(),
        Chore::Generate => generate::run(),
        Chore::Install => install::run(),
        Chore::Test(choice) => test::run(&choice),
        Chore::Try => product::try_it(),
    };
    // Not `main() -> Result`: that would print a backtrace of the chore, which is never of interest.
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
