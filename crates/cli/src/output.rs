//! Where everything is written: results to stdout, notes and errors to stderr.

use crate::fault::Fault;
use crate::look::{Look, clean};
use crate::options::{Color, Options};
use std::io::{self, IsTerminal, Write};

/// Writes results for a person or for a script.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    /// Whether scripts read it.
    pub(crate) json: bool,
    /// Whether only results are wanted.
    quiet: bool,
    /// How results look.
    pub(crate) look: Look,
    /// How notes and errors look.
    pub(crate) error_look: Look,
}

impl Output {
    /// As the options and the terminal want it.
    pub(crate) fn new(options: &Options) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let look = |terminal: bool| Look {
            color: !options.json && color(options.color, terminal, no_color),
            width: terminal.then(|| comfy_table::Table::new().width()).flatten(),
        };
        Self {
            json: options.json,
            quiet: options.quiet,
            look: look(io::stdout().is_terminal()),
            error_look: look(io::stderr().is_terminal()),
        }
    }

    /// An answer: the API's JSON, or words.
    pub(crate) fn answer(
        &self,
        json: impl FnOnce() -> serde_json::Result<String>,
        words: impl FnOnce(Look) -> String,
    ) -> Result<(), Fault> {
        if self.json {
            let text = json().map_err(|error| Fault::failed(format!("the answer is no JSON: {error}")))?;
            self.text(&format!("{text}\n"))
        } else {
            self.text(&words(self.look))
        }
    }

    /// Text to stdout, as it is.
    pub(crate) fn text(&self, text: &str) -> Result<(), Fault> {
        let mut stdout = io::stdout().lock();
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// A confirmation to stdout; not when only results are wanted.
    pub(crate) fn say(&self, text: &str) -> Result<(), Fault> {
        if self.quiet || self.json { Ok(()) } else { self.text(&format!("{}\n", clean(text))) }
    }

    /// A remark beside the result; not when only results are wanted.
    pub(crate) fn note(&self, text: &str) -> Result<(), Fault> {
        if self.quiet || self.json {
            Ok(())
        } else {
            written(writeln!(io::stderr().lock(), "{}", clean(text)))
        }
    }

    /// Whether progress may be shown.
    pub(crate) fn shows_progress(&self) -> bool {
        !self.quiet && !self.json
    }

    /// A fault to stderr. Where even that cannot be written, the exit code must do.
    pub(crate) fn fault(&self, fault: &Fault) {
        let text = if self.json { fault.json() + "\n" } else { fault.words(self.error_look) };
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn color(wanted: Color, terminal: bool, no_color: bool) -> bool {
    match wanted {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !no_color,
    }
}

/// `certwright cert list | head` is no failure.
fn written(result: io::Result<()>) -> Result<(), Fault> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Fault::NobodyReads,
        _ => Fault::failed(format!("the output cannot be written: {error}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn colour_is_for_terminals_unless_somebody_says_otherwise() {
        for (wanted, terminal, no_color, colored) in [
            (Color::Auto, true, false, true),
            (Color::Auto, true, true, false),
            (Color::Auto, false, false, false),
            (Color::Always, false, true, true),
            (Color::Never, true, false, false),
        ] {
            assert_eq!(color(wanted, terminal, no_color), colored, "{wanted:?} {terminal} {no_color}");
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_failure() {
        let gone = written(Err(io::ErrorKind::BrokenPipe.into())).unwrap_err();
        assert_eq!(gone.exit(), Exit::Done);
        let full = written(Err(io::ErrorKind::StorageFull.into())).unwrap_err();
        assert_eq!(full.exit(), Exit::Failed);
    }
}
