//! Kinds of deployment targets with their forms.

use certwright_core::form;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What control a field needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// A file or folder on the machine of the service.
    Path,
    /// A program with its arguments, one item each.
    Command,
    /// Yes or no.
    Switch,
    /// One of `choices`.
    Choice,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Field {
    /// Its name in settings.
    pub name: String,
    /// What it is, for people.
    pub label: String,
    /// What control it needs.
    pub kind: FieldKind,
    /// The words to choose from, with the kind `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What holds when it is left out, as text.
    pub default: String,
}

impl From<&form::Field> for Field {
    fn from(field: &form::Field) -> Self {
        let (kind, choices) = match field.kind {
            form::FieldKind::Text => (FieldKind::Text, &[][..]),
            form::FieldKind::Path => (FieldKind::Path, &[][..]),
            form::FieldKind::Command => (FieldKind::Command, &[][..]),
            form::FieldKind::Switch => (FieldKind::Switch, &[][..]),
            form::FieldKind::Choice(words) => (FieldKind::Choice, words),
        };
        Self {
            name: field.name.to_owned(),
            label: field.label.to_owned(),
            kind,
            choices: choices.iter().map(|word| (*word).to_owned()).collect(),
            default: field.default.to_owned(),
        }
    }
}

/// A kind of target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TargetKind {
    /// Its name, such as `nginx`.
    pub name: String,
    /// For people.
    pub title: String,
    /// Its form.
    pub fields: Vec<Field>,
}
