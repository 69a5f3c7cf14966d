//! Why a service does not answer, from what can be seen on its machine without it (F39): cause and remedy.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// How to start it, where nothing is in the way.
const START: &str = "start it: systemctl start certwright, or certwright serve";
/// Where its last words are, where it could not leave them to us.
const LOG: &str = "journalctl -u certwright -n 50";

/// What a service leaves behind about its last run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// The process.
    pub process: u32,
    /// When it began.
    pub began_at: Timestamp,
    /// Where it was to listen.
    pub listen: Vec<String>,
    /// When it ended by itself, in whatever way; without that it was cut off.
    pub ended_at: Option<Timestamp>,
    /// What it ended with, where that was an error.
    pub error: Option<String>,
}

/// The data directory as a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    /// As it should be.
    Good,
    /// There is none; the first start makes it.
    Missing,
    /// Something else has its name.
    NotAFolder,
    /// Others may read it; the mode.
    OpenToOthers(u32),
    /// Nothing can be written in it, or it cannot be made; what the system answered.
    NotWritable(String),
}

/// The database, looked at while no service has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// As it should be, or not there yet.
    Good,
    /// It was not looked at, because something is in the way.
    NotSeen,
    /// Damaged; what was found.
    Damaged(String),
    /// Another program has it locked; which, where that can be seen.
    Locked(Option<String>),
    /// It is there, and its data key is not.
    WithoutKey(String),
    /// Anything else that keeps it from being opened.
    Refused(String),
}

/// An address at which the service cannot listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// It is held; by whom, where that can be seen.
    Held(String, Option<String>),
    /// The system says no.
    Refused(String, String),
}

/// Everything that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The data directory.
    pub directory: String,
    /// The socket that does not answer.
    pub socket: String,
    /// Whether it is there, and whoever asks may not use it.
    pub not_permitted: bool,
    /// Whether a process has the data directory; which, where that can be seen.
    pub held: Option<Option<u32>>,
    /// The folder.
    pub folder: Folder,
    /// The database.
    pub database: Database,
    /// Addresses at which it could not listen.
    pub ports: Vec<Port>,
    /// What the last run left.
    pub last: Option<LastRun>,
}

/// Something that would keep the service from starting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// A stable word for it.
    pub kind: &'static str,
    /// What it is.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Why the service does not answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Absence {
    /// A stable word for it.
    pub kind: &'static str,
    /// What it is.
    pub what: String,
    /// What to do, after the obstacles.
    pub remedy: String,
    /// What would keep it from starting.
    pub obstacles: Vec<Obstacle>,
}

/// Cause and remedy.
pub fn explain(facts: &Facts) -> Absence {
    if facts.not_permitted {
        return Absence {
            kind: "not-permitted",
            what: format!("The service's socket {} is not open to this user", facts.socket),
            remedy: "run it as root (sudo certwright gui), or as the user that the service runs as"
                .to_owned(),
            obstacles: Vec::new(),
        };
    }
    if let Some(process) = facts.held {
        let name = process.map_or_else(String::new, |process| format!(" (pid {process})"));
        return Absence {
            kind: "not-answering",
            what: format!(
                "A Certwright{name} has the data directory {} open, and does not answer at {}",
                facts.directory, facts.socket
            ),
            remedy: format!(
                "where it was started just now, try again in a few seconds; where its socket is another one, name that: \
                 --socket PATH; else restart it: systemctl restart certwright, and see {LOG}"
            ),
            obstacles: Vec::new(),
        };
    }
    let (kind, what) = state(facts);
    let obstacles = obstacles(facts);
    let mut remedy = if obstacles.is_empty() { START.to_owned() } else { format!("then {START}") };
    if kind == "crashed" {
        remedy = format!("{remedy}; its last words: {LOG}");
    }
    Absence { kind, what, remedy, obstacles }
}

fn state(facts: &Facts) -> (&'static str, String) {
    let Some(last) = &facts.last else {
        return (
            "never-started",
            format!("The service does not run: it has never run on the data directory {}", facts.directory),
        );
    };
    match (last.ended_at, &last.error) {
        (Some(at), Some(error)) => {
            ("failed", format!("The service does not run: it ended at {at:.0} with an error: {error}"))
        }
        (Some(at), None) => ("stopped", format!("The service does not run: it was stopped at {at:.0}")),
        (None, _) => (
            "crashed",
            format!(
                "The service does not run: started at {:.0} as process {}, it was cut off without a word (killed, out of \
                 memory, or the machine went down)",
                last.began_at, last.process
            ),
        ),
    }
}

fn obstacles(facts: &Facts) -> Vec<Obstacle> {
    let directory = &facts.directory;
    let folder = match &facts.folder {
        Folder::Good | Folder::Missing => None,
        Folder::NotAFolder => Some((
            "data-directory",
            format!("{directory} is to be the data directory, and is no folder"),
            "name another one (data-directory in the configuration, or --data-dir), or move that away"
                .to_owned(),
        )),
        Folder::OpenToOthers(mode) => Some((
            "data-directory-open",
            format!(
                "the data directory {directory} can be read by others (mode {mode:o}), and it holds keys"
            ),
            format!("chmod 700 {directory}"),
        )),
        Folder::NotWritable(answer) => Some((
            "data-directory-not-writable",
            format!("nothing can be written in the data directory {directory}: {answer}"),
            format!(
                "give it to the user that the service runs as (chown, chmod 700 {directory}), or make room where the disk is \
                 full or read-only"
            ),
        )),
    };
    let database = match &facts.database {
        Database::Good | Database::NotSeen => None,
        Database::Damaged(words) => Some((
            "database-damaged",
            words.clone(),
            format!(
                "restore the newest backup: certwright restore FILE --replace, with a FILE of {directory}/backups; what is \
                 there now is kept"
            ),
        )),
        Database::Locked(holder) => Some((
            "database-locked",
            format!(
                "the database {directory}/certwright.db is locked by {}",
                holder.as_deref().unwrap_or("another program")
            ),
            "end that program: the database is for the service alone".to_owned(),
        )),
        Database::WithoutKey(key) => Some((
            "data-key-missing",
            format!(
                "the data key {key} is missing, and without it the sealed keys in the database cannot be opened"
            ),
            "restore the file, or make it again from the recovery key: certwright recovery restore"
                .to_owned(),
        )),
        Database::Refused(words) => Some((
            "database-refused",
            words.clone(),
            "see that user and program are the right ones: certwright --version".to_owned(),
        )),
    };
    let ports = facts.ports.iter().map(|port| match port {
        Port::Held(address, holder) => (
            "port-held",
            format!("{address} is held by {}", holder.as_deref().unwrap_or("another process")),
            "stop that, or listen elsewhere: certwright serve --listen 127.0.0.1:PORT, or listen = [\"127.0.0.1:PORT\"] in \
             the configuration"
                .to_owned(),
        ),
        Port::Refused(address, answer) => (
            "port-refused",
            format!("the service cannot listen at {address}: {answer}"),
            "name an address of this machine and a port from 1024 on, or run it as root".to_owned(),
        ),
    });
    let all = folder.into_iter().chain(database).chain(ports);
    all.map(|(kind, what, remedy)| Obstacle { kind, what, remedy }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn stopped() -> Facts {
        Facts {
            directory: "/d".to_owned(),
            socket: "/d/certwright.sock".to_owned(),
            not_permitted: false,
            held: None,
            folder: Folder::Good,
            database: Database::Good,
            ports: Vec::new(),
            last: Some(LastRun {
                process: 7,
                began_at: at("2026-11-24T10:00:00Z"),
                listen: Vec::new(),
                ended_at: Some(at("2026-11-24T12:00:00Z")),
                error: None,
            }),
        }
    }

    fn last(facts: Facts, change: impl FnOnce(&mut LastRun)) -> Facts {
        let mut run = facts.last.clone().unwrap();
        change(&mut run);
        Facts { last: Some(run), ..facts }
    }

    #[test]
    fn every_state_has_its_word_its_cause_and_a_remedy() {
        for (facts, kind, part) in [
            (stopped(), "stopped", "stopped at 2026-11-24T12:00:00Z"),
            (last(stopped(), |run| run.error = Some("no disk".to_owned())), "failed", "error: no disk"),
            (last(stopped(), |run| run.ended_at = None), "crashed", "as process 7"),
            (Facts { last: None, ..stopped() }, "never-started", "never run"),
            (Facts { held: Some(Some(9)), ..stopped() }, "not-answering", "(pid 9)"),
            (Facts { not_permitted: true, ..stopped() }, "not-permitted", "not open to this user"),
        ] {
            let absence = explain(&facts);
            assert_eq!(absence.kind, kind);
            assert!(absence.what.contains(part), "{}", absence.what);
            assert!(!absence.remedy.is_empty() && absence.obstacles.is_empty());
        }
    }

    #[test]
    fn whatever_is_in_the_way_is_named_with_its_own_remedy() {
        let held = Port::Held("127.0.0.1:9644".to_owned(), Some("nginx (pid 812)".to_owned()));
        for (facts, kind, part) in [
            (Facts { folder: Folder::NotAFolder, ..stopped() }, "data-directory", "/d"),
            (Facts { folder: Folder::OpenToOthers(0o755), ..stopped() }, "data-directory-open", "755"),
            (
                Facts { folder: Folder::NotWritable("no".to_owned()), ..stopped() },
                "data-directory-not-writable",
                ": no",
            ),
            (
                Facts { database: Database::Damaged("bad page".to_owned()), ..stopped() },
                "database-damaged",
                "bad",
            ),
            (
                Facts { database: Database::Locked(Some("sqlite3 (pid 3)".to_owned())), ..stopped() },
                "database-locked",
                "sqlite3 (pid 3)",
            ),
            (Facts { database: Database::Locked(None), ..stopped() }, "database-locked", "another program"),
            (
                Facts { database: Database::WithoutKey("/d/k".to_owned()), ..stopped() },
                "data-key-missing",
                "/d/k",
            ),
            (
                Facts { database: Database::Refused("newer".to_owned()), ..stopped() },
                "database-refused",
                "newer",
            ),
            (Facts { ports: vec![held], ..stopped() }, "port-held", "nginx (pid 812)"),
            (
                Facts { ports: vec![Port::Refused("127.0.0.1:80".to_owned(), "no".to_owned())], ..stopped() },
                "port-refused",
                "127.0.0.1:80: no",
            ),
        ] {
            let absence = explain(&facts);
            let [obstacle] = absence.obstacles.as_slice() else { panic!("{absence:?}") };
            assert_eq!(obstacle.kind, kind);
            assert!(obstacle.what.contains(part), "{}", obstacle.what);
            assert!(!obstacle.remedy.is_empty());
            assert!(absence.remedy.starts_with("then "), "{}", absence.remedy);
        }
        let all =
            Facts { folder: Folder::OpenToOthers(0o777), database: Database::Locked(None), ..stopped() };
        assert_eq!(explain(&all).obstacles.len(), 2, "all are told together");
    }
}
