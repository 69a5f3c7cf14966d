//! The doctor: what may keep the service from its work, each with cause, remedy and, where it is safe, a repair.

mod directory;
mod outside;

use crate::engine::Engine;
use crate::error::EngineError;
use certwright_core::SignedDuration;

pub use directory::directory;

/// The age of the newest backup that is worth a word.
const BACKUP_AGE: SignedDuration = SignedDuration::from_hours(48);

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// As it should be.
    Ok,
    /// Not as it should be; nothing is lost yet.
    Warning,
    /// It keeps the service from its work.
    Error,
}

/// Something that can be put right without losing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Takes the permissions of others from the data directory.
    Modes,
    /// Makes a backup.
    Backup,
}

impl Repair {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Modes, Self::Backup];

    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Modes => "modes",
            Self::Backup => "backup",
        }
    }

    /// What it does, in words that end a question.
    pub fn words(self) -> &'static str {
        match self {
            Self::Modes => "take the permissions of others from the data directory",
            Self::Backup => "make a backup now",
        }
    }
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check; a stable word.
    pub check: &'static str,
    /// How grave.
    pub grade: Grade,
    /// What was found.
    pub words: String,
    /// What to do; empty where nothing is to be done.
    pub remedy: String,
    /// What can put it right.
    pub repair: Option<Repair>,
}

impl Finding {
    /// As it should be.
    pub fn ok(check: &'static str, words: impl Into<String>) -> Self {
        Self { check, grade: Grade::Ok, words: words.into(), remedy: String::new(), repair: None }
    }

    /// Not as it should be.
    pub fn warning(check: &'static str, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check, grade: Grade::Warning, words: words.into(), remedy: remedy.into(), repair: None }
    }

    /// What keeps the service from its work.
    pub fn error(check: &'static str, words: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { grade: Grade::Error, ..Self::warning(check, words, remedy) }
    }

    /// With a repair.
    #[must_use]
    pub fn repaired_by(self, repair: Repair) -> Self {
        Self { repair: Some(repair), ..self }
    }
}

impl Engine {
    /// Looks at everything. Nothing is changed but a row and a file that prove that something can be saved.
    pub async fn diagnose(&self) -> Vec<Finding> {
        let layout = self.layout.clone();
        let mut findings = tokio::task::spawn_blocking(move || directory(&layout)).await.unwrap_or_default();
        self.prove_storage().await;
        findings.push(match self.store.check_integrity().await {
            Ok(()) => Finding::ok("database", "is sound"),
            Err(error) => Finding::error(
                "database",
                error.to_string(),
                "stop the service, keep a copy, and restore a backup: certwright restore FILE --replace",
            ),
        });
        findings.push(self.look_at_backups().await);
        let (outside, ports) = tokio::join!(self.look_outside(), self.look_at_port());
        findings.extend(outside);
        findings.push(ports);
        for trouble in self.troubles() {
            if !matches!(trouble.about, "database" | "backup") {
                findings.push(Finding::error(trouble.about, trouble.words, trouble.remedy));
            }
        }
        findings
    }

    async fn look_at_backups(&self) -> Finding {
        let now = self.now();
        let remedy = "make one: certwright backup create";
        match self.backups().await.map(|backups| backups.into_iter().next()) {
            Err(error) => Finding::error("backup", error.to_string(), "make the folder of backups readable"),
            Ok(None) => Finding::warning("backup", "there is none", remedy).repaired_by(Repair::Backup),
            Ok(Some(newest)) if newest.made_at + BACKUP_AGE < now => {
                let words = format!("the newest one is of {:.0}", newest.made_at);
                Finding::warning("backup", words, remedy).repaired_by(Repair::Backup)
            }
            Ok(Some(newest)) => Finding::ok("backup", format!("the newest one is of {:.0}", newest.made_at)),
        }
    }

    /// Puts something right that a person accepted.
    ///
    /// # Errors
    /// What could not be done.
    pub async fn repair(&self, repair: Repair, who: &str) -> Result<(), EngineError> {
        match repair {
            Repair::Backup => self.back_up(Some(who)).await.map(drop),
            Repair::Modes => {
                let layout = self.layout.clone();
                crate::blocking::blocking(move || directory::repair_modes(&layout)).await?;
                let line = self.audit(who, "repair", "service".to_owned(), None, None);
                Ok(self.store.append_audit(&line).await?)
            }
        }
    }
}
