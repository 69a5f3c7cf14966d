//! Questions to a person at a terminal.

use crate::fault::Fault;
use std::io::{self, BufRead, IsTerminal, Write};

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
