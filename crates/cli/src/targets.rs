//! `certwright target list`: kinds of targets with the settings that `--set` takes.

use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::Look;
use crate::session::Session;
use crate::table::{plain, table};
use certwright_api::targets::{Field, FieldKind, TargetKind};
use clap::{Args, Subcommand};

/// Kinds of deployment targets.
#[derive(Clone, Debug, Subcommand)]
pub enum TargetCommand {
    /// List the kinds of targets with their settings
    List(List),
}

/// Lists targets.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright target list")]
pub struct List;

impl TargetCommand {
    /// Does it.
    pub(crate) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let Self::List(List) = self;
        let list = certwright_api::page::List { items: session.client.targets().await? };
        session.output.answer(|| serde_json::to_string_pretty(&list), |look| words(&list.items, look))?;
        Ok(Exit::Done)
    }
}

fn values(field: &Field) -> String {
    match field.kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::Path => "path".to_owned(),
        FieldKind::Command => "program and arguments".to_owned(),
        FieldKind::Switch => "true, false".to_owned(),
        FieldKind::Choice => field.choices.join(", "),
    }
}

fn words(targets: &[TargetKind], look: Look) -> String {
    let rows = targets.iter().flat_map(|target| {
        let settings = target.fields.iter().map(|field| {
            vec![
                plain(format!("{}.{}", target.name, field.name)),
                plain(values(field)),
                plain(if field.default.is_empty() { "-" } else { field.default.as_str() }),
                plain(&field.label),
            ]
        });
        let title = vec![plain(&target.name), plain(""), plain(""), plain(&target.title)];
        std::iter::once(title).chain(settings)
    });
    table(look, &["TARGET", "VALUES", "DEFAULT", "WHAT IT IS"], rows, "No targets.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_named_as_set_wants_it() {
        let target = TargetKind {
            name: "nginx".to_owned(),
            title: "nginx on this machine".to_owned(),
            fields: vec![Field {
                name: "policy".to_owned(),
                label: "Which sites".to_owned(),
                kind: FieldKind::Choice,
                choices: vec!["add-or-update".to_owned(), "update-only".to_owned()],
                default: "add-or-update".to_owned(),
            }],
        };
        assert_eq!(
            words(&[target], Look::default()),
            "\
TARGET        VALUES                      DEFAULT        WHAT IT IS
nginx                                                    nginx on this machine
nginx.policy  add-or-update, update-only  add-or-update  Which sites
"
        );
    }
}
