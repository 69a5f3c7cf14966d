//! `certwright window …`: maintenance windows, as people type and read them.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::page::List as Items;
use certwright_api::settings::{Day, MaintenanceWindow, Opening, Settings, TagWindow, WindowChoice};
use clap::{Args, Subcommand};

/// Maintenance windows.
#[derive(Clone, Debug, Subcommand)]
pub enum WindowCommand {
    /// List windows, and which tags keep to them
    List(List),
    /// Add a window, or change one
    Set(Set),
    /// Remove a window
    Remove(Remove),
    /// Let certificates with a tag keep to a window
    Tag(Tag),
}

/// Lists windows.
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Example:\n  certwright window list")]
pub struct List;

/// Adds or changes a window.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Without --order certificates are ordered at any time, and without --deploy they are deployed at any time. A window yields
when a sixth of the lifetime of what is served is left, and nobody waits for it who asks by hand.

Example:
  certwright window set nights --zone Europe/Berlin --deploy mon-fri@22:00-04:00 --deploy sat,sun@00:00-06:00
  certwright settings edit --window nights")]
pub struct Set {
    /// Its name
    name: String,
    /// The time zone, such as Europe/Berlin; UTC for a new window
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// When certificates may be ordered: 22:00-04:00, mon-fri@22:00-04:00 (repeatable), or any
    #[arg(long, value_name = "WHEN", value_parser = openings)]
    order: Vec<Openings>,
    /// When certificates may be deployed (repeatable), or any
    #[arg(long, value_name = "WHEN", value_parser = openings)]
    deploy: Vec<Openings>,
}

/// Removes a window.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright window remove nights")]
pub struct Remove {
    /// Its name
    name: String,
}

/// Lets certificates with a tag keep to a window.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Example:
  certwright window tag production nights
  certwright window tag test none")]
pub struct Tag {
    /// The tag
    tag: String,
    /// The window; none for at any time, default to take the tag's rule back
    window: String,
}

/// What was typed for one `--order` or `--deploy`; `None` is any time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Openings(Option<Opening>);

const DAYS: [(&str, Day); 7] = [
    ("mon", Day::Mon),
    ("tue", Day::Tue),
    ("wed", Day::Wed),
    ("thu", Day::Thu),
    ("fri", Day::Fri),
    ("sat", Day::Sat),
    ("sun", Day::Sun),
];

fn day(text: &str) -> Result<usize, String> {
    let known = DAYS.iter().position(|(name, _)| name.eq_ignore_ascii_case(text));
    known.ok_or_else(|| format!("{text:?} is no day; write mon, tue, wed, thu, fri, sat or sun"))
}

/// Reads `any`, `22:00-04:00` or `mon-fri,sun@22:00-04:00`.
fn openings(text: &str) -> Result<Openings, String> {
    if text == "any" {
        return Ok(Openings(None));
    }
    let (typed_days, times) = text.split_once('@').unwrap_or(("", text));
    let (from, to) = times.split_once('-').ok_or("write two times, such as 22:00-04:00")?;
    let mut days = Vec::new();
    for part in typed_days.split(',').filter(|part| !part.is_empty()) {
        let (first, last) = match part.split_once('-') {
            Some((first, last)) => (day(first)?, day(last)?),
            None => (day(part)?, day(part)?),
        };
        // Fri-mon goes over the weekend.
        let count = (last + 7 - first) % 7;
        days.extend((0..=count).map(|more| DAYS[(first + more) % 7].1));
    }
    days.sort_unstable();
    days.dedup();
    let opening = Opening { days, from: from.trim().to_owned(), to: to.trim().to_owned() };
    opening.read()?;
    Ok(Openings(Some(opening)))
}

/// In words, as they are typed.
fn words(openings: &[Opening]) -> String {
    if openings.is_empty() {
        return "at any time".to_owned();
    }
    let one = |opening: &Opening| {
        let named = opening.days.iter().filter_map(|day| DAYS.iter().find(|(_, known)| known == day));
        let days: Vec<_> = named.map(|(name, _)| *name).collect();
        let days = if days.is_empty() { "every day".to_owned() } else { days.join(",") };
        format!("{days} {}-{}", opening.from, opening.to)
    };
    openings.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Reads a certificate's or a tag's `--window`: `None` is the default.
pub(crate) fn choice(text: &str) -> Option<WindowChoice> {
    match text {
        "default" => None,
        "none" => Some(WindowChoice::Unrestricted),
        name => Some(WindowChoice::Named(name.to_owned())),
    }
}

/// The choice in words.
pub(crate) fn choice_words(choice: Option<&WindowChoice>) -> String {
    match choice {
        None => "default".to_owned(),
        Some(WindowChoice::Unrestricted) => "none: at any time".to_owned(),
        Some(WindowChoice::Named(name)) => name.clone(),
    }
}

fn tags_of(settings: &Settings, window: &MaintenanceWindow) -> String {
    let of = |entry: &&TagWindow| entry.choice == WindowChoice::Named(window.name.clone());
    let tags = settings.tag_windows.iter().filter(of).map(|entry| entry.tag.as_str());
    let default = (settings.window.as_ref() == Some(&window.name)).then_some("(default)");
    default.into_iter().chain(tags).collect::<Vec<_>>().join(", ")
}

impl WindowCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let settings = session.client.settings().await?;
        match self {
            Self::List(List) => {
                let list = Items { items: settings.windows.clone() };
                session.output.answer(
                    || serde_json::to_string_pretty(&list),
                    |look| {
                        let rows = settings.windows.iter().map(|window| {
                            vec![
                                plain(&window.name),
                                plain(&window.time_zone),
                                plain(words(&window.ordering)),
                                plain(words(&window.deploying)),
                                plain(tags_of(&settings, window)),
                            ]
                        });
                        let head = ["WINDOW", "ZONE", "ORDER", "DEPLOY", "KEPT TO BY"];
                        table(look, &head, rows, "None: certificates are ordered and deployed at any time.")
                    },
                )?;
                Ok(Exit::Done)
            }
            Self::Set(command) => command.run(session, settings).await,
            Self::Remove(command) => command.run(session, settings).await,
            Self::Tag(command) => command.run(session, settings).await,
        }
    }
}

async fn put(session: &Session, settings: &Settings, said: &str) -> Result<Exit, Fault> {
    let stored = session.client.put_settings(settings).await?;
    session.output.answer(|| serde_json::to_string_pretty(&stored), |_| format!("{said}\n"))?;
    Ok(Exit::Done)
}

impl Set {
    async fn run(self, session: &Session, mut settings: Settings) -> Result<Exit, Fault> {
        let known = settings.windows.iter().position(|window| window.name == self.name);
        let index = known.unwrap_or_else(|| {
            settings.windows.push(MaintenanceWindow {
                name: self.name.clone(),
                time_zone: "UTC".to_owned(),
                ordering: vec![],
                deploying: vec![],
            });
            settings.windows.len() - 1
        });
        let window = &mut settings.windows[index];
        if let Some(zone) = self.zone {
            window.time_zone = zone;
        }
        for (typed, kept) in [(self.order, &mut window.ordering), (self.deploy, &mut window.deploying)] {
            if !typed.is_empty() {
                *kept = typed.into_iter().filter_map(|openings| openings.0).collect();
            }
        }
        let said = format!(
            "{} ({}): ordered {}, deployed {}.",
            window.name,
            window.time_zone,
            words(&window.ordering),
            words(&window.deploying)
        );
        put(session, &settings, &said).await
    }
}

impl Remove {
    async fn run(self, session: &Session, mut settings: Settings) -> Result<Exit, Fault> {
        let before = settings.windows.len();
        settings.windows.retain(|window| window.name != self.name);
        if settings.windows.len() == before {
            let what = format!("there is no maintenance window {:?}", self.name);
            return Err(Fault::refused(what, "certwright window list names them"));
        }
        put(session, &settings, &format!("Removed {}.", self.name)).await
    }
}

impl Tag {
    async fn run(self, session: &Session, mut settings: Settings) -> Result<Exit, Fault> {
        settings.tag_windows.retain(|entry| entry.tag != self.tag);
        let choice = choice(&self.window);
        let said = format!("Certificates tagged {} keep to: {}.", self.tag, choice_words(choice.as_ref()));
        settings.tag_windows.extend(choice.map(|choice| TagWindow { tag: self.tag, choice }));
        put(session, &settings, &said).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openings_are_read_and_said() {
        for (text, said) in [
            ("22:00-04:00", "every day 22:00-04:00"),
            ("mon-fri@22:00-04:00", "mon,tue,wed,thu,fri 22:00-04:00"),
            ("sat,sun@00:00-06:00", "sat,sun 00:00-06:00"),
            ("Fri-Mon@1:00-2:00", "mon,fri,sat,sun 1:00-2:00"),
        ] {
            assert_eq!(words(&[openings(text).unwrap().0.unwrap()]), said, "{text}");
        }
        assert_eq!(openings("any").unwrap().0, None);
        for wrong in ["", "22:00", "25:00-04:00", "mo@22:00-04:00", "mon22:00-04:00", "22:00-"] {
            assert!(openings(wrong).is_err(), "{wrong}");
        }
    }
}
