//! `authority trust`: the root in this machine's own store of trusted roots, and out of it again.

use super::Which;
use super::certificate_file::{Found, der, found};
use super::policy::constrained;
use super::root::colons;
use super::system_store::SystemStore;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::file;
use crate::session::Session;
use certwright_api::issuers::{Issuer, certificates_in};
use certwright_api::problem::ProblemKind;
use clap::Args;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// It reads some hundred certificates; on a slow machine that takes seconds.
const WITHIN: Duration = Duration::from_secs(120);

/// Lets this machine trust the root.
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
It puts the root where the system keeps roots of one's own (Debian, Ubuntu, RHEL, Fedora, SUSE) and lets the system
make its list anew; what it will do is shown first. This needs root. It is for the machine on which this command runs.

Firefox, Java and some others have lists of their own: give them the file that certwright authority root writes.

Examples:
  certwright authority trust home
  certwright authority trust home --remove --yes")]
pub struct Trust {
    #[command(flatten)]
    which: Which,
    /// Take the root out again
    #[arg(long)]
    remove: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Trust {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let name = &self.which.name;
        let store = SystemStore::of(Path::new("/")).ok_or_else(|| {
            Fault::refused(
                "how this system keeps trusted roots is not known here",
                format!(
                    "write the root with certwright authority root {name} --out FILE, and install it by hand"
                ),
            )
        })?;
        let issuer = match session.client.issuer(name).await {
            Ok(issuer) => Some(issuer),
            // What was deleted may still be trusted.
            Err(error) if self.remove && error.is(ProblemKind::NotFound) && is_word(name) => None,
            Err(error) => return Err(error.into()),
        };
        match issuer {
            Some(issuer) if !self.remove => self.add(session, &store, &issuer).await?,
            issuer => self.take_out(session, &store, issuer.as_ref()).await?,
        }
        Ok(Exit::Done)
    }

    async fn add(&self, session: &Session, store: &SystemStore, issuer: &Issuer) -> Result<(), Fault> {
        let path = store.file(&issuer.name);
        let wanted =
            der(&issuer.root).ok_or_else(|| Fault::failed("the service sent a root that cannot be read"))?;
        let before = found(&path, &issuer.root).map_err(|error| unreadable(&path, &error))?;
        match before {
            Found::Same if store.holds(&wanted).unwrap_or(false) => {
                return self.said(session, &path, true, "This machine trusts it already");
            }
            Found::Same | Found::Nothing => {}
            Found::Other | Found::Strange => return Err(in_the_way(&path)),
        }
        as_root(&format!("certwright authority trust {}", issuer.name))?;
        let plan = format!(
            "This machine will trust {} (SHA-256 {}), which can vouch for: {}.\n  write {}\n  run {}",
            issuer.root.subject,
            colons(&issuer.root.sha256),
            constrained(issuer.constraints.as_ref()),
            path.display(),
            line(store, store.after_adding),
        );
        self.go_on(session, &plan)?;
        if before == Found::Nothing {
            make_folder(&store.folder)
                .and_then(|()| file::publish(&path, issuer.root.pem.as_bytes(), false))
                .map_err(|error| unwritable(&path, &error))?;
        }
        let outcome = match update(store, store.after_adding).await {
            Ok(()) => match store.holds(&wanted) {
                Ok(true) => return self.said(session, &path, true, "This machine trusts it now"),
                Ok(false) => Fault::failed(format!(
                    "{} does not hold the root after {}",
                    store.bundle.display(),
                    line(store, store.after_adding)
                )),
                Err(error) => unreadable(&store.bundle, &error),
            },
            Err(fault) => fault,
        };
        // As it was before: a file that counts some day by itself is a surprise.
        if before == Found::Nothing {
            fs::remove_file(&path).map_err(|error| unwritable(&path, &error))?;
            let _ = update(store, store.after_removing).await;
            if store.holds(&wanted).unwrap_or(true) {
                session.output.note(&format!(
                    "Careful: {} may hold the root all the same. Run {} when that works again.",
                    store.bundle.display(),
                    line(store, store.after_removing)
                ))?;
            }
        }
        Err(outcome)
    }

    async fn take_out(
        &self,
        session: &Session,
        store: &SystemStore,
        issuer: Option<&Issuer>,
    ) -> Result<(), Fault> {
        let path = store.file(&self.which.name);
        let held = match fs::read(&path) {
            Ok(bytes) => certificates_in(&bytes),
            // Perhaps it was removed before, and the system's list was not made anew.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match issuer.and_then(|it| der(&it.root)) {
                    Some(root)
                        if store.holds(&root).map_err(|error| unreadable(&store.bundle, &error))? =>
                    {
                        vec![root]
                    }
                    Some(_) => return self.said(session, &path, false, "This machine does not trust it"),
                    None => {
                        return Err(Fault::refused(
                            format!(
                                "{} is not there, and the service does not know that authority any more: whether {} holds \
                             its root cannot be told",
                                path.display(),
                                store.bundle.display()
                            ),
                            format!(
                                "to make the list anew all the same, run: {}",
                                line(store, store.after_removing)
                            ),
                        ));
                    }
                }
            }
            Err(error) => return Err(unreadable(&path, &error)),
        };
        if let Some(issuer) = issuer
            && path.exists()
            && found(&path, &issuer.root).map_err(|error| unreadable(&path, &error))? != Found::Same
        {
            return Err(in_the_way(&path));
        }
        as_root(&format!("certwright authority trust {} --remove", self.which.name))?;
        let what = issuer.map_or_else(
            || format!("the root of {}, which the service does not know any more,", self.which.name),
            |issuer| issuer.root.subject.clone(),
        );
        let plan = format!(
            "This machine will trust {what} no more.\n  remove {}\n  run {}",
            path.display(),
            line(store, store.after_removing)
        );
        self.go_on(session, &plan)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(&path, &error)),
            _ => {}
        }
        update(store, store.after_removing).await?;
        for certificate in held {
            if store.holds(&certificate).map_err(|error| unreadable(&store.bundle, &error))? {
                return Err(Fault::failed(format!(
                    "{} is gone, but {} still holds that root: it comes from another file too",
                    path.display(),
                    store.bundle.display()
                )));
            }
        }
        self.said(session, &path, false, "This machine trusts it no more")
    }

    /// Shows what will be done, and asks unless that was answered beforehand.
    fn go_on(&self, session: &Session, plan: &str) -> Result<(), Fault> {
        if self.yes { session.output.note(plan) } else { session.confirm(&format!("{plan}\nGo on?"), false) }
    }

    fn said(&self, session: &Session, path: &Path, trusted: bool, words: &str) -> Result<(), Fault> {
        let json = serde_json::json!({ "authority": self.which.name, "file": path, "trusted": trusted });
        session
            .output
            .answer(|| serde_json::to_string_pretty(&json), |_| format!("{words} ({}).\n", path.display()))
    }
}

/// Whether the text can be the name of an authority: it becomes part of a path.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn line(store: &SystemStore, arguments: &[&str]) -> String {
    [store.program.display().to_string().as_str()]
        .iter()
        .chain(arguments)
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

fn as_root(command: &str) -> Result<(), Fault> {
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    Err(Fault::refused(
        "only root may change what this machine trusts",
        format!("run it as root: sudo {command}"),
    ))
}

fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).create(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}

/// Runs the system's program, directly and not for ever.
async fn update(store: &SystemStore, arguments: &[&str]) -> Result<(), Fault> {
    let shown = line(store, arguments);
    let failed = |words: String| Fault::failed(format!("{shown} {words}"));
    let mut command = tokio::process::Command::new(&store.program);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(WITHIN, command.output())
        .await
        .map_err(|_| failed(format!("did not end within {} s", WITHIN.as_secs())))?
        .map_err(|error| failed(format!("cannot be started: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(failed(format!("ended with {}: {complaint}", output.status)))
}

fn in_the_way(path: &Path) -> Fault {
    Fault::refused(
        format!("{} holds something else than the root of this authority", path.display()),
        "look at it, and move it away if nobody needs it",
    )
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::failed(format!("{} cannot be read: {error}", path.display()))
}

fn unwritable(path: &Path, error: &io::Error) -> Fault {
    Fault::failed(format!("{} cannot be changed: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(program: &str) -> SystemStore {
        SystemStore {
            folder: "/nowhere".into(),
            program: program.into(),
            after_adding: &[],
            after_removing: &["--fresh"],
            bundle: "/nowhere/bundle".into(),
        }
    }

    #[tokio::test]
    async fn the_program_is_started_without_a_shell_and_its_end_counts() {
        assert!(update(&store("/bin/true"), &["; exit 1"]).await.is_ok());
        for program in ["/bin/false", "/nowhere/program"] {
            let fault = update(&store(program), &[]).await.unwrap_err();
            assert_eq!(fault.exit(), Exit::Failed);
        }
    }

    #[test]
    fn a_name_is_no_path() {
        assert!(is_word("home-2"));
        assert!(!is_word("") && !is_word("../x") && !is_word("a/b") && !is_word("a.b"));
        assert_eq!(line(&store("/p"), &["--fresh"]), "/p --fresh");
    }
}
