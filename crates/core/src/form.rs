//! Forms: what a provider wants to know, declared once. From it come the API's list, the command line's
//! `--set`, and the documentation.

use crate::refusal::Refusal;
use serde::Serialize;
use serde_json::{Map, Value};

/// What control a field needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// A file or folder on this machine; for administrators alone.
    Path,
    /// A program with its arguments, one item each, never through a shell; for administrators alone.
    Command,
    /// Yes or no.
    Switch,
    /// One of several words.
    Choice(&'static [&'static str]),
}

/// One field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Its name in settings.
    pub name: &'static str,
    /// What it is, for people.
    pub label: &'static str,
    /// What control it needs.
    pub kind: FieldKind,
    /// What holds when it is left out, as text.
    pub default: &'static str,
}

/// A form, filled in and read back. Every complaint is collected; nothing is guessed.
pub struct Filled<'a> {
    fields: &'static [Field],
    values: &'a Map<String, Value>,
    place: &'a str,
    refusals: Vec<Refusal>,
}

impl<'a> Filled<'a> {
    /// Reads `values` by `fields`; `place` is how the API names them, such as `deployments[0].settings`.
    pub fn new(fields: &'static [Field], values: &'a Map<String, Value>, place: &'a str) -> Self {
        let mut refusals = Vec::new();
        for name in values.keys() {
            if !fields.iter().any(|field| field.name == name) {
                let known: Vec<_> = fields.iter().map(|field| field.name).collect();
                refusals.push(Refusal::new(
                    format!("{place}.{name}"),
                    "there is no such setting",
                    format!("known settings: {}", known.join(", ")),
                ));
            }
        }
        Self { fields, values, place, refusals }
    }

    fn default(&self, name: &str) -> &'static str {
        self.fields.iter().find(|field| field.name == name).map_or("", |field| field.default)
    }

    fn refuse(&mut self, name: &str, reason: &str, remedy: impl Into<String>) {
        self.refusals.push(Refusal::new(format!("{}.{name}", self.place), reason, remedy));
    }

    /// A text, path or choice; the default where it is left out.
    pub fn text(&mut self, name: &'static str) -> String {
        let text = match self.values.get(name) {
            None | Some(Value::Null) => self.default(name).to_owned(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(_) => {
                self.refuse(name, "is no text", "give it in quotes");
                String::new()
            }
        };
        if text.chars().any(char::is_control) {
            self.refuse(name, "has control characters", "type it on one line");
        }
        match self.fields.iter().find(|field| field.name == name).map(|field| field.kind) {
            Some(FieldKind::Choice(words)) if !words.contains(&text.as_str()) => {
                self.refuse(name, "is none of the choices", format!("choose one of: {}", words.join(", ")));
            }
            Some(FieldKind::Path) if !text.is_empty() && !text.starts_with('/') && text.contains('/') => {
                self.refuse(
                    name,
                    "is a relative path",
                    "give the path from the root, such as /etc/nginx/nginx.conf",
                );
            }
            _ => {}
        }
        text
    }

    /// A switch.
    pub fn switch(&mut self, name: &'static str) -> bool {
        match self.values.get(name) {
            None | Some(Value::Null) => self.default(name) == "true",
            Some(Value::Bool(value)) => *value,
            Some(Value::String(text)) if text == "true" || text == "false" => text == "true",
            Some(_) => {
                self.refuse(name, "is neither true nor false", "give true or false");
                false
            }
        }
    }

    /// A command: an array of program and arguments, or one text split at spaces.
    pub fn command(&mut self, name: &'static str) -> Vec<String> {
        match self.values.get(name) {
            None | Some(Value::Null) => split_words(self.default(name)),
            Some(Value::String(text)) => split_words(text),
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                self.refuse(name, "is no command", "give the program and its arguments as a list of texts");
                Vec::new()
            }
        }
    }

    /// The value read, or every complaint.
    ///
    /// # Errors
    /// All refusals together.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Refusal>> {
        if self.refusals.is_empty() { Ok(value) } else { Err(self.refusals) }
    }
}

fn split_words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
