//! Options that every command has: where the service is, and how to answer.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Options of every command.
#[derive(Clone, Debug, Default, Args)]
pub struct Options {
    /// Print the API's JSON instead of words; errors are JSON on stderr
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// When to use colour: on a terminal (unless NO_COLOR is set), always or never
    #[arg(
        long,
        global = true,
        value_name = "auto|always|never",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        help_heading = "Global options"
    )]
    pub color: Color,
    /// Print results only, no notes and no progress
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// Where the service is.
    #[command(flatten)]
    pub connection: Connection,
}

/// Where the service is. What is typed wins over the environment, and the environment over the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args)]
pub struct Connection {
    /// The service's address, such as http://127.0.0.1:9644 [env: CERTWRIGHT_URL]
    #[arg(
        long,
        global = true,
        value_name = "URL",
        conflicts_with = "socket",
        help_heading = "Global options"
    )]
    pub url: Option<String>,
    /// The service's Unix socket [env: CERTWRIGHT_SOCKET]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub socket: Option<PathBuf>,
    /// A file of certificates (PEM) to trust at an https --url, such as the service's own [env: CERTWRIGHT_TRUST]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub trust: Option<PathBuf>,
    /// A file that holds the token for --url [env: CERTWRIGHT_TOKEN_FILE]
    #[arg(long, global = true, value_name = "PATH", help_heading = "Global options")]
    pub token_file: Option<PathBuf>,
}

/// The one place to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// By HTTP, with the token in this file.
    Url {
        /// The address.
        url: String,
        /// The file with the token.
        token: Option<PathBuf>,
        /// The file with certificates to trust.
        roots: Option<PathBuf>,
    },
    /// By a Unix socket, which knows who asks.
    Socket(PathBuf),
}

impl Connection {
    /// The place to ask. clap's own `env` would not let a typed --socket win over CERTWRIGHT_URL.
    pub(crate) fn door(&self, environment: impl Fn(&str) -> Option<String>, usual: PathBuf) -> Door {
        let given = |name: &str| environment(name).filter(|value| !value.is_empty());
        let file = |typed: &Option<PathBuf>, name| typed.clone().or_else(|| given(name).map(PathBuf::from));
        if let Some(socket) = &self.socket {
            return Door::Socket(socket.clone());
        }
        if let Some(url) = self.url.clone().or_else(|| given("CERTWRIGHT_URL")) {
            return Door::Url {
                url,
                token: file(&self.token_file, "CERTWRIGHT_TOKEN_FILE"),
                roots: file(&self.trust, "CERTWRIGHT_TRUST"),
            };
        }
        Door::Socket(given("CERTWRIGHT_SOCKET").map_or(usual, PathBuf::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_wins_over_the_environment() {
        let url = |text: &str| Some(text.to_owned());
        let path = |text: &str| Some(PathBuf::from(text));
        let typed_url = Connection { url: url("http://typed"), ..Connection::default() };
        let typed_socket = Connection { socket: path("/typed"), ..Connection::default() };
        let typed_token =
            Connection { url: url("http://typed"), token_file: path("/t"), trust: path("/c"), socket: None };
        let door = |url: &str, token, roots| Door::Url { url: url.to_owned(), token, roots };
        let all: &[(&str, &str)] = &[
            ("CERTWRIGHT_URL", "http://env"),
            ("CERTWRIGHT_SOCKET", "/env"),
            ("CERTWRIGHT_TOKEN_FILE", "/token"),
        ];
        let none: &[(&str, &str)] = &[("CERTWRIGHT_URL", "")];
        for (connection, environment, expected) in [
            (Connection::default(), none, Door::Socket("/usual".into())),
            (Connection::default(), &all[1..2], Door::Socket("/env".into())),
            (Connection::default(), all, door("http://env", path("/token"), None)),
            (typed_url.clone(), none, door("http://typed", None, None)),
            (typed_url, all, door("http://typed", path("/token"), None)),
            (typed_socket, all, Door::Socket("/typed".into())),
            (typed_token, all, door("http://typed", path("/t"), path("/c"))),
        ] {
            let read = |name: &str| {
                environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(connection.door(read, "/usual".into()), expected);
        }
    }
}
