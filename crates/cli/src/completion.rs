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
    pub(crate) fn run(self, output: Output, program: clap::Command) -> Result<Exit, Fault> {
        output.text(&self.script(program))?;
        Ok(Exit::Done)
    }

    pub(crate) fn script(&self, mut program: clap::Command) -> String {
        let name = program.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut program, name, &mut script);
        String::from_utf8_lossy(&script).into_owned()
    }
}
