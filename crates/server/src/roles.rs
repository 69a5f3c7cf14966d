//! What every operation of the API needs, as data: an operation that is not in this table is refused.

use crate::caller::Caller;
use crate::trouble::Answered;
use certwright_core::role::Scope;

/// What an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing: anybody may.
    Nothing,
    /// A person who signed in, about oneself.
    Oneself,
    /// This scope. Some handlers need more for some of what can be sent: an export with the key `export-keys`, paths and
    /// commands `administer`.
    Scope(Scope),
}

use Need::{Nothing, Oneself};
const READ: Need = Need::Scope(Scope::Read);
const OPERATE: Need = Need::Scope(Scope::Operate);
const ADMINISTER: Need = Need::Scope(Scope::Administer);

/// By the operation's id in the OpenAPI document.
pub(crate) const TABLE: &[(&str, Need)] = &[
    ("getHealth", Nothing),
    ("getSession", Nothing),
    ("signIn", Nothing),
    ("signOut", Nothing),
    ("signInByLink", Nothing),
    ("setUp", Nothing),
    ("changeOwnPassword", Oneself),
    ("proposeTotp", Oneself),
    ("enableTotp", Oneself),
    ("removeTotp", Oneself),
    ("renewRecoveryCodes", Oneself),
    ("listSessions", READ),
    ("endSession", READ),
    ("endOtherSessions", Oneself),
    ("createLink", ADMINISTER),
    ("listUsers", ADMINISTER),
    ("createUser", ADMINISTER),
    ("getUser", ADMINISTER),
    ("updateUser", ADMINISTER),
    ("deleteUser", ADMINISTER),
    ("setPassword", ADMINISTER),
    ("resetTotp", ADMINISTER),
    ("listTokens", ADMINISTER),
    ("createToken", ADMINISTER),
    ("deleteToken", ADMINISTER),
    ("listAudit", READ),
    ("getService", READ),
    ("getConfiguration", READ),
    ("getOpenapi", READ),
    ("diagnose", READ),
    ("getSupportBundle", ADMINISTER),
    ("repair", ADMINISTER),
    ("listBackups", READ),
    ("createBackup", ADMINISTER),
    ("checkBackup", ADMINISTER),
    ("getSettings", READ),
    ("putSettings", ADMINISTER),
    ("listTargets", READ),
    ("listEvents", READ),
    ("followEvents", READ),
    ("listIncidents", READ),
    ("getIncident", READ),
    ("listRuns", READ),
    ("getRun", READ),
    ("cancelRun", OPERATE),
    ("listCertificates", READ),
    ("summarizeCertificates", READ),
    ("selectCertificates", READ),
    ("certificatesTimeLine", READ),
    ("changeCertificates", OPERATE),
    ("previewDraft", READ),
    ("previewChanges", READ),
    ("listSites", READ),
    ("getCertificate", READ),
    ("createCertificate", OPERATE),
    ("updateCertificate", OPERATE),
    ("deleteCertificate", OPERATE),
    ("previewCertificate", READ),
    ("testCertificate", OPERATE),
    ("requestCertificate", OPERATE),
    ("deployCertificate", OPERATE),
    ("renewCertificates", OPERATE),
    ("rollBackCertificate", OPERATE),
    ("resetCertificate", OPERATE),
    ("refetchChain", OPERATE),
    ("checkRevocation", OPERATE),
    ("revokeVersion", OPERATE),
    ("exportCertificate", READ),
    ("listVersions", READ),
    ("getChain", READ),
    ("listObservations", READ),
    ("getLog", READ),
    ("listAuthorities", READ),
    ("getAuthority", READ),
    ("putAuthority", ADMINISTER),
    ("updateAuthority", ADMINISTER),
    ("deleteAuthority", ADMINISTER),
    ("getTerms", READ),
    ("getLimits", READ),
    ("listProbes", READ),
    ("probeAuthority", OPERATE),
    ("moveCertificates", ADMINISTER),
    ("listAccounts", READ),
    ("getAccount", READ),
    ("createAccount", ADMINISTER),
    ("importAccount", ADMINISTER),
    ("updateAccount", ADMINISTER),
    ("deleteAccount", ADMINISTER),
    ("changeAccountKey", ADMINISTER),
    ("agreeToTerms", ADMINISTER),
    ("checkAccount", ADMINISTER),
    ("deactivateAccount", ADMINISTER),
    ("preferChain", ADMINISTER),
    ("listIssuers", READ),
    ("getIssuer", READ),
    ("createIssuer", ADMINISTER),
    ("updateIssuer", ADMINISTER),
    ("deleteIssuer", ADMINISTER),
    ("listExternalKeys", READ),
    ("createExternalKey", ADMINISTER),
    ("deleteExternalKey", ADMINISTER),
    ("listIssued", READ),
];

/// What the operation of this id needs.
pub(crate) fn need_of(operation: &str) -> Option<Need> {
    TABLE.iter().find(|(id, _)| *id == operation).map(|(_, need)| *need)
}

impl Need {
    /// Refuses a caller who may not.
    pub(crate) fn check(self, caller: &Caller) -> Answered<()> {
        match self {
            Self::Nothing => Ok(()),
            Self::Oneself => caller.own().map(drop),
            Self::Scope(scope) => caller.require(scope),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::openapi;
    use certwright_core::role::Role;
    use std::collections::BTreeSet;

    /// All operations of the document: method, id.
    fn operations() -> Vec<(String, String)> {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap());
        operations
            .map(|(method, operation)| {
                (method.clone(), operation["operationId"].as_str().unwrap().to_owned())
            })
            .collect()
    }

    #[test]
    fn the_table_names_every_operation_once_and_no_other() {
        let documented: BTreeSet<_> = operations().into_iter().map(|(_, id)| id).collect();
        let named: BTreeSet<_> = TABLE.iter().map(|(id, _)| (*id).to_owned()).collect();
        assert_eq!(named.len(), TABLE.len(), "an operation is named twice");
        assert_eq!(documented, named);
    }

    #[test]
    fn a_viewer_changes_nothing_but_his_own_sessions() {
        let viewer = Caller::token("t", Role::Viewer, Vec::new());
        for (method, id) in operations() {
            let need = need_of(&id).unwrap();
            let permitted = need.check(&viewer).is_ok();
            let open = need == Nothing
                || [
                    "exportCertificate",
                    "previewCertificate",
                    "previewDraft",
                    "previewChanges",
                    "endSession",
                ]
                .contains(&&*id);
            assert_eq!(
                permitted,
                method == "get" && !id.ends_with("Users") && need != ADMINISTER || open,
                "{id}"
            );
        }
    }

    #[test]
    fn what_administrators_alone_may_is_as_the_guide_says() {
        let operator = Caller::token("t", Role::Operator, Vec::new());
        let refused: Vec<_> = TABLE
            .iter()
            .filter(|(_, need)| *need != Oneself && need.check(&operator).is_err())
            .map(|(id, _)| *id)
            .collect();
        for noun in ["Link", "User", "Token", "Settings", "Authority", "Account", "Issuer", "ExternalKey"] {
            let all = TABLE.iter().filter(|(id, _)| {
                id.ends_with(noun)
                    && !id.starts_with("get")
                    && !["signInByLink", "probeAuthority"].contains(id)
            });
            for (id, _) in all {
                assert!(refused.contains(id), "{id}");
            }
        }
        assert!(!refused.iter().any(|id| id.ends_with("Certificate") || id.ends_with("Run")), "{refused:?}");
    }
}
