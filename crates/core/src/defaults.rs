//! What holds for every certificate that does not say otherwise.

use crate::certificate::CertificateSettings;
use crate::maintenance::{MaintenanceWindow, WindowChoice};
use crate::refusal::Refusal;
use crate::renewal_policy::RenewalPolicy;
use serde::{Deserialize, Serialize};

/// No service needs more windows than this: they are read with every decision.
const MOST_WINDOWS: usize = 50;
/// The same for tags that choose a window.
const MOST_TAGS: usize = 100;

/// A tag whose certificates keep to a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagWindow {
    /// The tag.
    pub tag: String,
    /// Which window.
    pub choice: WindowChoice,
}

/// What holds for every certificate that does not say otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defaults {
    /// When certificates are renewed; `None` is the product's own choice.
    #[serde(default)]
    pub renewal: Option<RenewalPolicy>,
    /// All maintenance windows.
    #[serde(default)]
    pub windows: Vec<MaintenanceWindow>,
    /// The window of certificates for which neither they nor a tag of theirs says another one.
    #[serde(default)]
    pub window: Option<String>,
    /// Windows by tag; the first whose tag a certificate has counts.
    #[serde(default)]
    pub tag_windows: Vec<TagWindow>,
    /// Whether another authority with an account is asked when the chosen one cannot issue.
    #[serde(default = "yes")]
    pub failover: bool,
}

fn yes() -> bool {
    true
}

impl Default for Defaults {
    fn default() -> Self {
        Self { renewal: None, windows: Vec::new(), window: None, tag_windows: Vec::new(), failover: true }
    }
}

impl Defaults {
    /// The window that a certificate keeps to: its own, that of its first tag that has one, or the default.
    pub fn window_of<'a>(&'a self, settings: &'a CertificateSettings) -> Option<&'a str> {
        let by_tag = || self.tag_windows.iter().find(|entry| settings.tags.contains(&entry.tag));
        match settings.window.as_ref().or_else(|| by_tag().map(|entry| &entry.choice)) {
            Some(WindowChoice::Unrestricted) => None,
            Some(WindowChoice::Named(name)) => Some(name),
            None => self.window.as_deref(),
        }
    }

    /// Whether there is a window of this name.
    pub fn has_window(&self, name: &str) -> bool {
        self.windows.iter().any(|window| window.name == name)
    }

    /// Everything that is wrong with them.
    pub fn refusals(&self) -> Vec<Refusal> {
        let mut refusals: Vec<_> = self.renewal.and_then(RenewalPolicy::refusal).into_iter().collect();
        if self.windows.len() > MOST_WINDOWS {
            refusals.push(Refusal::new("windows", "are too many", format!("keep {MOST_WINDOWS} at most")));
        }
        if self.tag_windows.len() > MOST_TAGS {
            refusals.push(Refusal::new("tag_windows", "are too many", format!("keep {MOST_TAGS} at most")));
        }
        for (index, window) in self.windows.iter().enumerate() {
            refusals.extend(window.refusals(&format!("windows[{index}]")));
            if self.windows[..index].iter().any(|other| other.name == window.name) {
                refusals.push(Refusal::new(
                    format!("windows[{index}].name"),
                    "is the name of another window",
                    "give each window a name of its own",
                ));
            }
        }
        let by_tag = self.tag_windows.iter().enumerate().filter_map(|(index, entry)| match &entry.choice {
            WindowChoice::Named(name) => Some((format!("tag_windows[{index}]"), name)),
            WindowChoice::Unrestricted => None,
        });
        for (field, name) in self.window.iter().map(|name| ("window".to_owned(), name)).chain(by_tag) {
            if !self.has_window(name) {
                refusals.push(unknown_window(&field, name));
            }
        }
        refusals
    }
}

/// A complaint about a window that does not exist.
pub fn unknown_window(field: &str, name: &str) -> Refusal {
    Refusal::new(
        field,
        format!("{name:?} is no maintenance window"),
        "choose one of certwright window list, or none",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::ChallengeSettings;
    use crate::maintenance::Opening;
    use crate::options::CertificateOptions;

    fn window(name: &str) -> MaintenanceWindow {
        let opening = Opening { days: vec![], from: "22:00".parse().unwrap(), to: "04:00".parse().unwrap() };
        MaintenanceWindow {
            name: name.into(),
            time_zone: "UTC".into(),
            ordering: vec![],
            deploying: vec![opening],
        }
    }

    fn defaults() -> Defaults {
        Defaults {
            windows: vec![window("nights"), window("weekend")],
            window: Some("nights".into()),
            tag_windows: vec![
                TagWindow { tag: "test".into(), choice: WindowChoice::Unrestricted },
                TagWindow { tag: "shop".into(), choice: WindowChoice::Named("weekend".into()) },
            ],
            ..Defaults::default()
        }
    }

    #[test]
    fn the_certificate_comes_before_its_tag_and_the_tag_before_the_default() {
        let settings = |tags: &[&str], window| CertificateSettings {
            name: "a".into(),
            notes: String::new(),
            tags: tags.iter().map(|&tag| tag.into()).collect(),
            paused: false,
            identifiers: vec![],
            authority: "pebble".into(),
            account: None,
            profile: None,
            key_type: None,
            challenge: ChallengeSettings::Http01,
            renewal: None,
            window,
            options: CertificateOptions::default(),
            deployments: vec![],
        };
        for (tags, own, expected) in [
            (&[][..], None, Some("nights")),
            (&["shop"], None, Some("weekend")),
            (&["test", "shop"], None, None),
            (&["shop"], Some(WindowChoice::Named("nights".into())), Some("nights")),
            (&["shop"], Some(WindowChoice::Unrestricted), None),
        ] {
            assert_eq!(defaults().window_of(&settings(tags, own)), expected, "{tags:?}");
        }
    }

    #[test]
    fn what_refers_to_nothing_is_refused() {
        assert!(defaults().refusals().is_empty());
        let lost = Defaults { windows: vec![window("nights"), window("nights")], ..defaults() };
        let fields: Vec<_> = lost.refusals().into_iter().map(|refusal| refusal.field).collect();
        assert_eq!(fields, ["windows[1].name", "tag_windows[1]"]);
    }
}
