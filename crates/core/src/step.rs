//! Steps: everything a run may do, each with everything decided inside. Holes are filled from what the run learns.

use crate::binding::Binding;
use crate::chain_preference::ChainPreference;
use crate::challenge::{Preparation, Responder};
use crate::endpoint::Endpoint;
use crate::id::{AccountId, AuthorityId, VersionId};
use crate::identifier::Identifier;
use crate::key::KeyType;
use crate::options::KeyUse;
use serde::{Deserialize, Serialize};

/// One change made by a provider, in its own type behind a common face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderAct {
    /// The provider's name.
    pub provider: String,
    /// What it does, in words, beginning with a verb.
    pub words: String,
    /// Lines of detail: files with what goes and what comes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// The act as the provider reads it. Holds its preconditions.
    pub act: serde_json::Value,
}

/// One act of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// Write, sync and remove a row and a file: never order what cannot be saved.
    ProveStorage,
    /// Make the key and the certificate request, and store both sealed before anybody is asked for anything.
    MakeKey {
        /// The key's type.
        key_type: KeyType,
        /// What the request asks for.
        identifiers: Vec<Identifier>,
        /// The name that becomes the common name, where one fits and the profile permits.
        common_name: Option<String>,
        /// Which key.
        #[serde(default, skip_serializing_if = "KeyUse::is_new")]
        key_use: KeyUse,
    },
    /// Open an order (RFC 8555 §7.4).
    OpenOrder {
        /// At whom.
        authority: AuthorityId,
        /// By which account.
        account: AccountId,
        /// For what.
        identifiers: Vec<Identifier>,
        /// With which profile.
        profile: Option<String>,
        /// The ARI identifier of the certificate that it replaces (RFC 9773 §5); ordered again without, once, where the
        /// authority says that another order replaces it already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<String>,
        /// Whether it is ordered with the authority's default profile should the authority not know this one any more.
        #[serde(default, skip_serializing_if = "is_false")]
        or_default_profile: bool,
        /// How long the certificate is to be valid (`notAfter`), where that was chosen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lifetime_seconds: Option<u64>,
    },
    /// Make the edits a responder needs before it can answer.
    PrepareResponder {
        /// The edits.
        preparation: Preparation,
    },
    /// Make the answers readable where the authority will look.
    PresentChallenges {
        /// Who answers.
        responder: Responder,
        /// For what.
        identifiers: Vec<Identifier>,
        /// Where we look first, so that the authority finds the answer at its first look. Early plans had none.
        #[serde(default)]
        looks: Vec<Endpoint>,
    },
    /// Tell the authority to look, and wait until it has seen all of them.
    AwaitAuthorizations {
        /// For what.
        identifiers: Vec<Identifier>,
    },
    /// Clean-up: remove the answers.
    RemoveChallenges {
        /// Who answered.
        responder: Responder,
        /// For what.
        identifiers: Vec<Identifier>,
    },
    /// Clean-up: take the responder's edits back.
    RetireResponder {
        /// The edits.
        preparation: Preparation,
    },
    /// Send the stored request (RFC 8555 §7.4). Begun twice, it looks at the order first.
    Finalize,
    /// Wait for the certificate, fetch the chain and check it: key, identifiers, validity, every link.
    AwaitCertificate {
        /// What must be in it, no more and no less.
        identifiers: Vec<Identifier>,
        /// The issuer that its chain should have, where somebody prefers one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preferred_chain: Option<ChainPreference>,
    },
    /// One transaction: the version is the newest, the next renewal is stored, deployments are queued.
    Publish,
    /// Write the version's files into a directory of its own.
    StoreFiles {
        /// The certificate's folder, in which every version has a directory.
        folder: String,
    },
    /// A change by the target's provider, with what it replaces kept beforehand.
    Act {
        /// The change.
        act: ProviderAct,
    },
    /// One rename of a symbolic link switches key and chain together.
    SwitchVersion {
        /// The link, which the server's configuration names.
        link: String,
        /// The version it points to now.
        from: Option<VersionId>,
    },
    /// A handshake at every listen address of a binding must show the new version, several times in a row.
    Verify {
        /// The binding.
        binding: Binding,
    },
    /// Record that the deployment serves the version.
    Conclude,
    /// Only when a step above failed: take everything back in reverse, and make the server read it again.
    RollBack {
        /// The changes to take back, in the order they were made.
        acts: Vec<ProviderAct>,
        /// The changes that make the server read its configuration again.
        settle: Vec<ProviderAct>,
        /// The link to switch back.
        link: Option<String>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// When a step is performed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRole {
    /// In its turn, unless something before it failed.
    Ordinary,
    /// In its turn, also after a failure or a cancel.
    CleanUp,
    /// Only after a failure or a cancel.
    AfterFailure,
}

impl Step {
    /// When it is performed.
    pub fn role(&self) -> StepRole {
        match self {
            Self::RemoveChallenges { .. } | Self::RetireResponder { .. } => StepRole::CleanUp,
            Self::RollBack { .. } => StepRole::AfterFailure,
            _ => StepRole::Ordinary,
        }
    }

    /// A stable short name for logs, failpoints and scripts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ProveStorage => "prove-storage",
            Self::MakeKey { .. } => "make-key",
            Self::OpenOrder { .. } => "open-order",
            Self::PrepareResponder { .. } => "prepare-responder",
            Self::PresentChallenges { .. } => "present-challenges",
            Self::AwaitAuthorizations { .. } => "await-authorizations",
            Self::RemoveChallenges { .. } => "remove-challenges",
            Self::RetireResponder { .. } => "retire-responder",
            Self::Finalize => "finalize",
            Self::AwaitCertificate { .. } => "await-certificate",
            Self::Publish => "publish",
            Self::StoreFiles { .. } => "store-files",
            Self::Act { .. } => "act",
            Self::SwitchVersion { .. } => "switch-version",
            Self::Verify { .. } => "verify",
            Self::Conclude => "conclude",
            Self::RollBack { .. } => "roll-back",
        }
    }
}
