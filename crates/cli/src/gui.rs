//! `certwright gui`: the web interface by a one-time link; or why the service does not run.

mod browser;

use crate::command::Look;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::moment;
use crate::session::Session;
use certwright_api::client::{Address, ClientError};
use certwright_api::sign_in::{Link, LinkPurpose};
use clap::Args;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Opens the web interface.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
A one-time link is asked for over the service's socket; whoever may do that holds the machine. The first one makes the
first administrator, later ones sign in as the first administrator or as --user. It can be used once, for 15 minutes.

Where the service does not run, its data directory, database and ports are looked at instead.

Examples:
  certwright gui
  certwright gui --print --user alice")]
pub struct Gui {
    /// Print the link and open no browser
    #[arg(long)]
    print: bool,
    /// As whom to sign in, by name or id [default: the first administrator]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
}

impl Gui {
    /// Does it.
    pub(crate) async fn run(self, session: &Session, look: fn(PathBuf) -> Look) -> Result<Exit, Fault> {
        let link = match (session.client.create_link(self.user.as_deref()).await, session.client.address()) {
            (Ok(link), _) => link,
            (
                Err(ClientError::Unreachable { .. } | ClientError::TimedOut { .. }),
                Address::Socket(socket),
            ) => {
                return Err(Fault::Absent(Box::new(look(socket.clone()).await)));
            }
            (Err(error), _) => return Err(error.into()),
        };
        let Some(url) = address(&link, session.client.address()) else {
            return Err(Fault::refused(
                "the service listens at no TCP address, so that no browser can reach it",
                "name one: listen = [\"127.0.0.1:9644\"] in the configuration",
            ));
        };
        if session.output.json {
            let link = Link { url: Some(url.into()), ..link };
            session.output.answer(|| serde_json::to_string_pretty(&link), |_| String::new())?;
            return Ok(Exit::Done);
        }
        let opened = if self.print { None } else { browser::open(&url) };
        match opened {
            None => session.output.text(&format!("{}\n", url.as_str()))?,
            Some(()) => session.output.say(&format!(
                "Opened in the browser. Should nothing appear there, open this:\n\n  {}\n",
                url.as_str()
            ))?,
        }
        session.output.note(&about(&link, session.now()))?;
        Ok(Exit::Done)
    }
}

/// The whole address: the service's own word for browsers on its machine, or where it was asked by a URL, that one.
fn address(link: &Link, asked: &Address) -> Option<Zeroizing<String>> {
    let path = link.path.reveal();
    match asked {
        Address::Socket(_) => link.url.as_ref().map(|url| Zeroizing::new(url.reveal().to_owned())),
        Address::Tcp { authority, .. } => Some(Zeroizing::new(format!("http://{authority}{path}"))),
        Address::Tls { authority, .. } => Some(Zeroizing::new(format!("https://{authority}{path}"))),
    }
}

fn about(link: &Link, now: jiff::Timestamp) -> String {
    let until = moment::exactly(link.expires_at, now);
    let what = match (link.purpose, &link.user) {
        (LinkPurpose::SetUp, _) => "It makes the first administrator".to_owned(),
        (LinkPurpose::SignIn, Some(user)) => format!("It signs in as {user}"),
        (LinkPurpose::SignIn, None) => "It signs in".to_owned(),
    };
    format!("{what}, once, until {until}. Keep it to yourself.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{hours, now};

    fn link() -> Link {
        Link {
            path: "/welcome#code=abc".to_owned().into(),
            url: Some("http://127.0.0.1:9644/welcome#code=abc".to_owned().into()),
            expires_at: hours(1),
            purpose: LinkPurpose::SignIn,
            user: Some("alice".to_owned()),
        }
    }

    #[test]
    fn the_address_is_one_that_the_browser_reaches() {
        let token = certwright_api::secret::SecretText::from("t".to_owned());
        let remote = Address::from_url("https://certs.example:9643", token, None).unwrap();
        for (asked, expected) in [
            (Address::Socket("/s".into()), "http://127.0.0.1:9644/welcome#code=abc"),
            (remote, "https://certs.example:9643/welcome#code=abc"),
        ] {
            assert_eq!(address(&link(), &asked).unwrap().as_str(), expected);
        }
        let nowhere = Link { url: None, ..link() };
        assert_eq!(address(&nowhere, &Address::Socket("/s".into())), None);
    }

    #[test]
    fn what_the_link_does_is_said() {
        let words = about(&link(), now());
        assert_eq!(
            words,
            "It signs in as alice, once, until 2026-11-24 13:00 UTC (in 60 minutes). Keep it to yourself."
        );
        let first = Link { purpose: LinkPurpose::SetUp, user: None, ..link() };
        assert!(about(&first, now()).starts_with("It makes the first administrator"));
    }
}
