//! Questions to a person at a terminal.

use crate::fault::Fault;
use certwright_api::secret::SecretText;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{self, BufRead, IsTerminal, Write};
use zeroize::Zeroizing;

/// What shells make of a program that SIGINT has ended.
const INTERRUPTED: i32 = 130;

/// Whether somebody is there to be asked.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks; anything but a clear yes is no. The question goes to stderr, so that stdout stays what was asked for.
pub(crate) fn yes(question: &str) -> Result<bool, Fault> {
    let mut stderr = io::stderr().lock();
    let asked = write!(stderr, "{question} [y/N] ").and_then(|()| stderr.flush());
    let mut line = String::new();
    asked
        .and_then(|()| io::stdin().lock().read_line(&mut line))
        .map_err(|error| Fault::failed(format!("the question could not be asked: {error}")))?;
    Ok(is_yes(&line))
}

/// Asks for a new password twice, unseen.
pub(crate) fn new_password(name: &str) -> Result<SecretText, Fault> {
    let first = unseen(&format!("Password for {name}: "))?;
    if *first != *unseen("The same again: ")? {
        return Err(Fault::refused("the two passwords differ", "type the same twice"));
    }
    Ok(first.into())
}

/// A line that the terminal does not show while it is typed.
fn unseen(question: &str) -> Result<Zeroizing<String>, Fault> {
    let failed = |error: io::Error| Fault::failed(format!("the password could not be asked for: {error}"));
    let stdin = io::stdin();
    let before = tcgetattr(&stdin).map_err(|error| failed(error.into()))?;
    give_back_when_interrupted(before.clone());
    let mut silent = before.clone();
    silent.local_modes.remove(LocalModes::ECHO);
    tcsetattr(&stdin, OptionalActions::Flush, &silent).map_err(|error| failed(error.into()))?;
    let mut line = Zeroizing::new(String::new());
    // Not locked while somebody types: the one who interrupts is answered there too.
    let read = write!(io::stderr(), "{question}")
        .and_then(|()| io::stderr().flush())
        .and_then(|()| stdin.lock().read_line(&mut line));
    let shown = tcsetattr(&stdin, OptionalActions::Flush, &before).map_err(io::Error::from);
    let ended = writeln!(io::stderr());
    read.and(shown).and(ended).map_err(failed)?;
    Ok(Zeroizing::new(line.trim_end_matches(['\n', '\r']).to_owned()))
}

/// Ctrl-C ends the program; without this it would leave a terminal that shows nothing of what is typed. It stays in place: who
/// waits for an answer of the signal has no other way out any more.
fn give_back_when_interrupted(before: Termios) {
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
            let _ = writeln!(io::stderr());
            std::process::exit(INTERRUPTED);
        }
    });
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_is_yes() {
        for (line, answer) in
            [("y\n", true), ("YES\n", true), ("\n", false), ("", false), ("yep", false), ("n", false)]
        {
            assert_eq!(is_yes(line), answer, "{line:?}");
        }
    }
}
