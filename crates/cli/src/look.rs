//! Colour and width: how text looks where it is shown. Nothing here prints.

use certwright_api::health::Health;
use comfy_table::Color;

/// What a colour is to say. Words say the same: colour is never the only sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    Plain,
    /// A heading.
    Bold,
    /// Of less weight.
    Dim,
    /// As it should be.
    Good,
    /// Look at it when there is time.
    Warn,
    /// Look at it now.
    Bad,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Warn => "\x1b[33m",
            Self::Bad => "\x1b[31m",
        }
    }

    /// The colour of a table's cell.
    pub(crate) fn color(self) -> Option<Color> {
        match self {
            Self::Plain | Self::Bold => None,
            Self::Dim => Some(Color::DarkGrey),
            Self::Good => Some(Color::DarkGreen),
            Self::Warn => Some(Color::DarkYellow),
            Self::Bad => Some(Color::DarkRed),
        }
    }

    /// The tone of a health.
    pub(crate) fn of_health(health: Health) -> Self {
        match health {
            Health::Healthy => Self::Good,
            Health::NoneYet => Self::Plain,
            Health::Paused => Self::Dim,
            Health::Warning | Health::WaitingForPerson => Self::Warn,
            Health::Error | Health::Invalid => Self::Bad,
        }
    }
}

/// How to show text on one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Look {
    /// Whether escape sequences for colour may be written.
    pub(crate) color: bool,
    /// The terminal's width; lines are never broken where there is none, so that scripts can cut them.
    pub(crate) width: Option<u16>,
}

impl Look {
    /// The text in a tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        let text = clean(text);
        if self.color && tone != Tone::Plain { format!("{}{text}\x1b[0m", tone.code()) } else { text }
    }
}

/// The text without control characters but for line ends: what an authority or a stranger's server answered
/// must not command the reader's terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() && letter != '\n' { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_only_where_it_is_wanted_and_never_from_strangers() {
        let plain = Look::default();
        let coloured = Look { color: true, width: None };
        assert_eq!(plain.paint(Tone::Bad, "failing"), "failing");
        assert_eq!(coloured.paint(Tone::Bad, "failing"), "\x1b[31mfailing\x1b[0m");
        assert_eq!(coloured.paint(Tone::Plain, "a\x1b[2Jb\nc"), "a [2Jb\nc");
    }
}
