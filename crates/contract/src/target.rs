//! The contract of deployment targets: observe, plan, apply, undo.

use crate::files::Copies;
use crate::ports::Ports;
use async_trait::async_trait;
use certwright_core::binding::Binding;
use certwright_core::failure::Failure;
use certwright_core::form::Field;
use certwright_core::identifier::Identifier;
use certwright_core::key::KeyType;
use certwright_core::refusal::Refusal;
use certwright_core::site::Site;
use certwright_core::step::ProviderAct;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// What a target is asked to serve. The version is a hole: plans are made before it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What the certificate will be good for.
    pub identifiers: Vec<Identifier>,
    /// The link `…/<certificate>/current` that will point to the newest version's directory, in which
    /// `cert.pem`, `chain.pem`, `fullchain.pem` and `privkey.pem` stand.
    pub link: PathBuf,
    /// Fingerprints (SHA-256, hex) of earlier versions of this certificate: where one of them is served,
    /// that binding is ours whatever its name.
    pub earlier: Vec<String>,
}

/// What a target answers to "how would you serve that?".
#[derive(Clone, Debug, PartialEq)]
pub struct Planned<Act> {
    /// Changes before the link is switched; must be harmless while it still points to the old version.
    pub before: Vec<Act>,
    /// Whether the target reads the version through the link.
    pub switch_link: bool,
    /// Changes after the link is switched: check, reload.
    pub after: Vec<Act>,
    /// What makes the server read its configuration again after everything was taken back.
    pub settle: Vec<Act>,
    /// Places where a handshake must then show the certificate.
    pub bindings: Vec<Binding>,
    /// What a person should know before saying yes.
    pub warnings: Vec<String>,
}

/// What an act needs to know when it is applied.
pub struct Applying<'a> {
    /// The outside.
    pub ports: &'a Ports,
    /// The directory of the version being deployed, complete and synced before any act.
    pub version_directory: &'a Path,
    /// Where the run keeps what it replaces, so that it can be put back even after a crash.
    pub copies: &'a Copies,
}

/// A kind of server that serves certificates. The promises:
///
/// - `observe` only reads. It describes all that `plan` needs, including hashes of what would be replaced.
/// - `plan` is pure: same found and wanted, same acts in the same order. Nothing is planned where nothing
///   would change. An act carries what it expects to replace and all it needs to be applied later, by
///   itself: settings may have been edited meanwhile.
/// - `apply` does exactly one act. Applying twice is applying once: it looks before it repeats. When
///   what it expects to replace is not there, it changes nothing and says so.
/// - `undo` takes an act back that was applied, begun, or perhaps never happened; it restores exactly what
///   was there, and leaves alone what others have changed since.
/// - Nothing that a server reads is ever half written; hand-written configuration keeps every other byte.
#[async_trait]
pub trait Target: Send + Sync + 'static {
    /// What is there now.
    type Found: Serialize + DeserializeOwned + Send + Sync;
    /// Exactly one change.
    type Act: Serialize + DeserializeOwned + Send + Sync;
    /// The form, filled in.
    type Settings: Send + Sync;

    /// The name in settings, such as `nginx`.
    const NAME: &'static str;
    /// The name for people.
    const TITLE: &'static str;
    /// The form.
    const FIELDS: &'static [Field];
    /// The key this kind of server is best served with when the user does not choose.
    const KEY: KeyType;
    /// Whether there is one such target on a machine and it shows one certificate.
    const SINGLE: bool = false;

    /// Reads the filled form; every complaint is given.
    fn settings(&self, values: &Map<String, Value>, place: &str) -> Result<Self::Settings, Vec<Refusal>>;

    /// A name for the thing that two deployments must not change at the same time, such as the
    /// configuration file of one server.
    fn lock(&self, settings: &Self::Settings) -> String;

    /// Reads what is there.
    async fn observe(&self, settings: &Self::Settings, ports: &Ports) -> Result<Self::Found, Failure>;

    /// The sites there that answer for names, for those who choose from what is there; none where the target knows none.
    fn sites(&self, _found: &Self::Found) -> Result<Vec<Site>, Failure> {
        Ok(Vec::new())
    }

    /// Decides what to change.
    fn plan(
        &self,
        settings: &Self::Settings,
        found: &Self::Found,
        wanted: &Wanted,
    ) -> Result<Planned<Self::Act>, Failure>;

    /// An act in words beginning with a verb, and lines of detail.
    fn describe(&self, act: &Self::Act) -> (String, Vec<String>);

    /// Does one act.
    async fn apply(&self, act: &Self::Act, applying: &Applying<'_>) -> Result<(), Failure>;

    /// Takes one act back.
    async fn undo(&self, act: &Self::Act, applying: &Applying<'_>) -> Result<(), Failure>;
}

/// A target behind a common face, so that one plan can hold acts of every kind.
#[async_trait]
pub trait AnyTarget: Send + Sync {
    /// The name in settings.
    fn name(&self) -> &'static str;
    /// The name for people.
    fn title(&self) -> &'static str;
    /// The form.
    fn fields(&self) -> &'static [Field];
    /// The key it is best served with.
    fn key(&self) -> KeyType;
    /// Every complaint about a filled form.
    fn check(&self, values: &Map<String, Value>, place: &str) -> Vec<Refusal>;
    /// What two deployments must not change at the same time.
    fn lock(&self, values: &Map<String, Value>) -> String;
    /// Whether there is one such target on a machine and it shows one certificate: two would take it from each other.
    fn is_single(&self) -> bool;
    /// Observes with a form's defaults, then lists the sites.
    async fn sites(&self, ports: &Ports) -> Result<Vec<Site>, Failure>;
    /// Observes, then plans.
    async fn plan(
        &self,
        values: &Map<String, Value>,
        wanted: &Wanted,
        ports: &Ports,
    ) -> Result<Planned<ProviderAct>, Failure>;
    /// Does one act.
    async fn apply(&self, act: &ProviderAct, applying: &Applying<'_>) -> Result<(), Failure>;
    /// Takes one act back.
    async fn undo(&self, act: &ProviderAct, applying: &Applying<'_>) -> Result<(), Failure>;
}

/// An act behind the common face.
pub fn wrap<T: Target>(target: &T, act: &T::Act) -> ProviderAct {
    let (words, lines) = target.describe(act);
    let act = serde_json::to_value(act).unwrap_or(Value::Null);
    ProviderAct { provider: T::NAME.to_owned(), words, lines, act }
}

/// The act behind the common face.
///
/// # Errors
/// When it was stored by a program that knew other acts.
pub fn unwrap<T: Target>(act: &ProviderAct) -> Result<T::Act, Failure> {
    serde_json::from_value(act.act.clone()).map_err(|error| {
        Failure::person(
            "stored-act",
            format!("read the stored step {:?}", act.words),
            error.to_string(),
            "the step was stored by another version of Certwright; cancel the run and start a new one",
        )
    })
}

fn misfilled(refusals: &[Refusal]) -> Failure {
    let words: Vec<_> = refusals.iter().map(ToString::to_string).collect();
    Failure::person("settings", "read the deployment's settings", words.join("; "), "correct the settings")
}

#[async_trait]
impl<T: Target> AnyTarget for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn title(&self) -> &'static str {
        T::TITLE
    }

    fn fields(&self) -> &'static [Field] {
        T::FIELDS
    }

    fn key(&self) -> KeyType {
        T::KEY
    }

    fn check(&self, values: &Map<String, Value>, place: &str) -> Vec<Refusal> {
        self.settings(values, place).err().unwrap_or_default()
    }

    fn is_single(&self) -> bool {
        T::SINGLE
    }

    fn lock(&self, values: &Map<String, Value>) -> String {
        let own = self
            .settings(values, "")
            .map_or_else(|_| String::new(), |settings| Target::lock(self, &settings));
        format!("{} {own}", T::NAME)
    }

    async fn sites(&self, ports: &Ports) -> Result<Vec<Site>, Failure> {
        // Targets whose form must be filled in have no sites to choose from.
        let Ok(settings) = self.settings(&Map::new(), "settings") else {
            return Ok(Vec::new());
        };
        Target::sites(self, &self.observe(&settings, ports).await?)
    }

    async fn plan(
        &self,
        values: &Map<String, Value>,
        wanted: &Wanted,
        ports: &Ports,
    ) -> Result<Planned<ProviderAct>, Failure> {
        let settings = self.settings(values, "settings").map_err(|refusals| misfilled(&refusals))?;
        let found = self.observe(&settings, ports).await?;
        let planned = Target::plan(self, &settings, &found, wanted)?;
        let face = |acts: &[T::Act]| acts.iter().map(|act| wrap(self, act)).collect::<Vec<_>>();
        Ok(Planned {
            before: face(&planned.before),
            switch_link: planned.switch_link,
            after: face(&planned.after),
            settle: face(&planned.settle),
            bindings: planned.bindings,
            warnings: planned.warnings,
        })
    }

    async fn apply(&self, act: &ProviderAct, applying: &Applying<'_>) -> Result<(), Failure> {
        Target::apply(self, &unwrap::<T>(act)?, applying).await
    }

    async fn undo(&self, act: &ProviderAct, applying: &Applying<'_>) -> Result<(), Failure> {
        Target::undo(self, &unwrap::<T>(act)?, applying).await
    }
}
