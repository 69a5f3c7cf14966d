//! Settings: what holds for every certificate that does not say otherwise, and maintenance windows.

use crate::renewal_policy::RenewalPolicy;
use certwright_core::{defaults, maintenance};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

/// Both enums have the days in this order.
const DAYS: [(Day, maintenance::Day); 7] = [
    (Day::Mon, maintenance::Day::Mon),
    (Day::Tue, maintenance::Day::Tue),
    (Day::Wed, maintenance::Day::Wed),
    (Day::Thu, maintenance::Day::Thu),
    (Day::Fri, maintenance::Day::Fri),
    (Day::Sat, maintenance::Day::Sat),
    (Day::Sun, maintenance::Day::Sun),
];

/// A recurring stretch of time, in the window's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// On which days it begins; none is every day.
    #[serde(default)]
    pub days: Vec<Day>,
    /// When it begins, such as `22:00`.
    pub from: String,
    /// When it ends, such as `04:00`; not later than `from` is on the next day.
    pub to: String,
}

/// A named maintenance window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MaintenanceWindow {
    /// Its name: letters, digits and hyphens.
    pub name: String,
    /// The time zone by its IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// When certificates may be ordered; none is at any time.
    #[serde(default)]
    pub ordering: Vec<Opening>,
    /// When certificates may be deployed; none is at any time.
    #[serde(default)]
    pub deploying: Vec<Opening>,
}

/// Which maintenance window a certificate keeps to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "window", content = "name", rename_all = "kebab-case")]
pub enum WindowChoice {
    /// None: at any time.
    Unrestricted,
    /// This one.
    Named(String),
}

/// A tag whose certificates keep to a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagWindow {
    /// The tag.
    pub tag: String,
    /// Which window.
    pub choice: WindowChoice,
}

/// What holds for every certificate that does not say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Settings {
    /// When certificates are renewed; `null` is the service's own choice: when the authority suggests it, else at two
    /// thirds of the lifetime, or half of one under ten days.
    pub renewal: Option<RenewalPolicy>,
    /// All maintenance windows. A window yields when a sixth of the lifetime of what is served is left.
    #[serde(default)]
    pub windows: Vec<MaintenanceWindow>,
    /// The window of certificates for which neither they nor a tag of theirs says another one; `null` is none.
    pub window: Option<String>,
    /// Windows by tag; the first whose tag a certificate has counts.
    #[serde(default)]
    pub tag_windows: Vec<TagWindow>,
    /// Whether another authority with an account is asked when the chosen one cannot issue.
    #[serde(default = "yes")]
    pub failover: bool,
    /// Grows with every change; send it back as `If-Match`. Not read when settings are sent.
    #[serde(default)]
    pub revision: i64,
}

fn yes() -> bool {
    true
}

impl From<&maintenance::Opening> for Opening {
    fn from(opening: &maintenance::Opening) -> Self {
        let day = |day: &maintenance::Day| DAYS.iter().find(|(_, other)| other == day).map(|(day, _)| *day);
        Self {
            days: opening.days.iter().filter_map(day).collect(),
            from: opening.from.strftime("%H:%M").to_string(),
            to: opening.to.strftime("%H:%M").to_string(),
        }
    }
}

impl Opening {
    /// As the service reads it.
    ///
    /// # Errors
    /// In words, when a time is none.
    pub fn read(&self) -> Result<maintenance::Opening, String> {
        let time = |text: &str| {
            let read = jiff::civil::Time::strptime("%H:%M", text);
            read.map_err(|_| format!("{text:?} is no time of day; write it as 22:00"))
        };
        let day = |day: &Day| DAYS.iter().find(|(other, _)| other == day).map(|(_, day)| *day);
        Ok(maintenance::Opening {
            days: self.days.iter().filter_map(day).collect(),
            from: time(&self.from)?,
            to: time(&self.to)?,
        })
    }
}

impl From<maintenance::WindowChoice> for WindowChoice {
    fn from(choice: maintenance::WindowChoice) -> Self {
        match choice {
            maintenance::WindowChoice::Unrestricted => Self::Unrestricted,
            maintenance::WindowChoice::Named(name) => Self::Named(name),
        }
    }
}

impl From<WindowChoice> for maintenance::WindowChoice {
    fn from(choice: WindowChoice) -> Self {
        match choice {
            WindowChoice::Unrestricted => Self::Unrestricted,
            WindowChoice::Named(name) => Self::Named(name),
        }
    }
}

impl Settings {
    /// The settings as the service keeps them, at this revision.
    pub fn of(defaults: defaults::Defaults, revision: i64) -> Self {
        let windows = defaults.windows.into_iter().map(|window| MaintenanceWindow {
            ordering: window.ordering.iter().map(Opening::from).collect(),
            deploying: window.deploying.iter().map(Opening::from).collect(),
            name: window.name,
            time_zone: window.time_zone,
        });
        let tag_windows = defaults
            .tag_windows
            .into_iter()
            .map(|entry| TagWindow { tag: entry.tag, choice: entry.choice.into() });
        Self {
            renewal: defaults.renewal.map(RenewalPolicy::from),
            windows: windows.collect(),
            window: defaults.window,
            tag_windows: tag_windows.collect(),
            failover: defaults.failover,
            revision,
        }
    }

    /// As the service keeps them.
    ///
    /// # Errors
    /// The field and what is wrong with it, for every time that is none.
    pub fn read(self) -> Result<defaults::Defaults, Vec<(String, String)>> {
        let mut wrong = Vec::new();
        let mut windows = Vec::new();
        for (index, window) in self.windows.into_iter().enumerate() {
            let mut openings = |kind: &str, openings: &[Opening]| {
                let read = openings.iter().enumerate().filter_map(|(number, opening)| match opening.read() {
                    Ok(read) => Some(read),
                    Err(words) => {
                        wrong.push((format!("windows[{index}].{kind}[{number}]"), words));
                        None
                    }
                });
                read.collect::<Vec<_>>()
            };
            let (ordering, deploying) =
                (openings("ordering", &window.ordering), openings("deploying", &window.deploying));
            windows.push(maintenance::MaintenanceWindow {
                name: window.name,
                time_zone: window.time_zone,
                ordering,
                deploying,
            });
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let tag_windows = self.tag_windows.into_iter();
        Ok(defaults::Defaults {
            renewal: self.renewal.map(Into::into),
            windows,
            window: self.window,
            tag_windows: tag_windows
                .map(|entry| defaults::TagWindow { tag: entry.tag, choice: entry.choice.into() })
                .collect(),
            failover: self.failover,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_as_they_were_sent_and_times_are_checked() {
        let sent: Settings = serde_json::from_value(serde_json::json!({
            "renewal": { "policy": "share", "percent": 60 },
            "windows": [{
                "name": "nights", "time_zone": "Europe/Berlin",
                "deploying": [{ "days": ["mon", "sun"], "from": "22:00", "to": "04:00" }],
            }],
            "window": "nights",
            "tag_windows": [{ "tag": "test", "choice": { "window": "unrestricted" } }],
        }))
        .unwrap();
        assert!(sent.failover, "on unless it is switched off");
        assert_eq!(Settings::of(sent.clone().read().unwrap(), 0), sent);
        let mut wrong = sent;
        wrong.windows[0].deploying[0].to = "25:00".into();
        assert_eq!(wrong.read().unwrap_err()[0].0, "windows[0].deploying[0]");
    }
}
