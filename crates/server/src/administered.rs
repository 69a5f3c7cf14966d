//! What of a certificate is for administrators alone: settings that name paths or commands of the machine.

use crate::caller::Caller;
use crate::state::Shared;
use crate::trouble::{Answered, Trouble};
use certwright_api::certificates::Challenge;
use certwright_api::edits::{CertificateChanges, CertificateDraft, DeploymentDraft};
use certwright_core::form::{Field, FieldKind};
use certwright_core::role::Scope;
use certwright_engine::CertificateRow;
use serde_json::{Map, Value};

/// Refuses a draft with paths or commands, unless the caller is an administrator.
pub(crate) fn check_draft(shared: &Shared, caller: &Caller, draft: &CertificateDraft) -> Answered<()> {
    check(shared, caller, draft.deployments.as_deref(), Some(&draft.challenge), None)
}

/// Refuses a change by which paths or commands come in, unless the caller is an administrator.
pub(crate) async fn check_changes(
    shared: &Shared,
    caller: &Caller,
    certificate: &str,
    changes: &CertificateChanges,
) -> Answered<()> {
    if changes.deployments.is_none() && changes.challenge.is_none() {
        return Ok(());
    }
    let before = shared.engine.certificate(certificate).await?;
    check(shared, caller, changes.deployments.as_deref(), changes.challenge.as_ref(), Some(&before))
}

/// Refuses paths and commands that are not there already, unless the caller is an administrator.
fn check(
    shared: &Shared,
    caller: &Caller,
    deployments: Option<&[DeploymentDraft]>,
    challenge: Option<&Challenge>,
    before: Option<&CertificateRow>,
) -> Answered<()> {
    let Err(trouble) = caller.require(Scope::Administer) else { return Ok(()) };
    for (index, draft) in deployments.unwrap_or_default().iter().enumerate() {
        let fields = shared.engine.targets().into_iter().find(|kind| kind.name == draft.target);
        let known = before.is_some_and(|before| {
            let stored = &before.certificate.settings.deployments;
            stored.iter().any(|one| one.target == draft.target && one.settings == draft.settings)
        });
        // What no target knows is refused later, with words.
        let field = fields.and_then(|kind| administered(kind.fields, &draft.settings));
        if let Some(field) = field.filter(|_| !known) {
            return Err(named(trouble, &format!("deployments[{index}].settings.{field}")));
        }
    }
    if let Some(Challenge::Http01Webroot { root }) = challenge {
        let known = before.is_some_and(|before| {
            Challenge::from(before.certificate.settings.challenge.clone())
                == Challenge::Http01Webroot { root: root.clone() }
        });
        if !known {
            return Err(named(trouble, "challenge.root"));
        }
    }
    Ok(())
}

/// A field that was filled in and names a path or a command.
fn administered(fields: &[Field], settings: &Map<String, Value>) -> Option<&'static str> {
    let named = fields.iter().find(|field| {
        matches!(field.kind, FieldKind::Path | FieldKind::Command)
            && settings.get(field.name).is_some_and(|value| !value.is_null())
    });
    named.map(|field| field.name)
}

fn named(mut trouble: Trouble, field: &str) -> Trouble {
    trouble.0.detail = format!("{field} names a path or a command: {}", trouble.0.detail);
    trouble
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_commands_are_for_administrators_and_words_are_not() {
        let field = |name, kind| Field { name, label: "", kind, default: "" };
        let fields = [
            field("policy", FieldKind::Text),
            field("path", FieldKind::Path),
            field("reload", FieldKind::Command),
        ];
        for (settings, expected) in [
            ("{}", None),
            (r#"{"policy": "x"}"#, None),
            (r#"{"path": null}"#, None),
            (r#"{"path": "/x"}"#, Some("path")),
            (r#"{"policy": "x", "reload": []}"#, Some("reload")),
        ] {
            let settings: Map<String, Value> = serde_json::from_str(settings).unwrap();
            assert_eq!(administered(&fields, &settings), expected);
        }
    }
}
