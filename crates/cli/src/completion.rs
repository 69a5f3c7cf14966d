//! `certwright completion`: scripts that complete command lines in a shell.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::output::Output;
use clap::Args;
use clap_complete::Shell;

/// Prints a completion script.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright completion bash > /etc/bash_completion.d/certwright")]
pub struct Completion {
    /// For which shell
    shell: Shell,
}

impl Completion {
    /// Does it, for the whole program.
    pub(crate) fn run(self, output: Output, mut program: clap::Command) -> Result<Exit, Fault> {
        let name = program.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        output.text(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}
