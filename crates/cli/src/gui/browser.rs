//! Opening a browser at a link that opens a door: its code must be seen by nobody else on the machine.
//!
//! A command line can be read by every user (`/proc`), so the browser is not called with the link but with a small page
//! that only its user may read, and that leads there. The page lies in the user's run-time folder, which is in memory
//! and ends with the last session; the next one takes its place, and its code is good once and for minutes.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// Who sits at the screen: whoever runs this, or who became root for it by sudo.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Person {
    /// Where only that person may read.
    folder: PathBuf,
    /// User and group, where they are not our own.
    other: Option<(u32, u32)>,
}

impl Person {
    /// A program that runs as that person, and says nothing.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        if let (Some((user, group)), Some(runtime)) = (self.other, self.folder.parent()) {
            command.uid(user).gid(group).env("XDG_RUNTIME_DIR", runtime);
        }
        command
    }
}

/// Tries to open it; `None` where there is no screen, or no way to do it unseen.
pub(super) fn open(url: &str) -> Option<()> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let person = person(&variable, rustix::process::getuid().is_root())?;
    let page = put(&person, url).ok()?;
    person.command("xdg-open").arg(page).stdin(Stdio::null()).status().ok()?.success().then_some(())
}

fn person(variable: &dyn Fn(&str) -> Option<String>, is_root: bool) -> Option<Person> {
    if variable("DISPLAY").is_none() && variable("WAYLAND_DISPLAY").is_none() {
        return None;
    }
    let number = |name: &str| variable(name).and_then(|text| text.parse::<u32>().ok());
    let other = if is_root { Some((number("SUDO_UID")?, number("SUDO_GID")?)) } else { None };
    let folder = match other {
        // Browsers refuse to run as root, and root has no screen.
        Some((0, _)) => return None,
        Some((user, _)) => PathBuf::from(format!("/run/user/{user}")),
        None => PathBuf::from(variable("XDG_RUNTIME_DIR")?),
    };
    Some(Person { folder: folder.join("certwright"), other })
}

/// Puts the page in its place, as that person: root must not write where somebody else may put links in the way.
const PUT: &str =
    r#"umask 077 && mkdir -p "$1" && cat > "$1/open.html.new" && mv -f "$1/open.html.new" "$1/open.html""#;

/// The page that leads there, readable by that person alone.
fn put(person: &Person, url: &str) -> io::Result<PathBuf> {
    let text = Zeroizing::new(format!(
        "<!doctype html><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\
         <meta http-equiv=\"refresh\" content=\"0; url={url}\"><title>Certwright</title>\n"
    ));
    let mut command = person.command("sh");
    command.args(["-c", PUT, "sh"]).arg(&person.folder).stdin(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes())?;
    }
    match child.wait()?.success() {
        true => Ok(person.folder.join("open.html")),
        false => Err(io::Error::other("the page could not be written")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn found(variables: &[(&str, &str)], is_root: bool) -> Option<Person> {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        person(&variable, is_root)
    }

    #[test]
    fn a_browser_is_for_the_person_at_the_screen() {
        let screen = ("DISPLAY", ":0");
        let own = ("XDG_RUNTIME_DIR", "/run/user/1000");
        assert_eq!(found(&[own], false), None, "no screen");
        assert_eq!(found(&[screen], false), None, "no folder of one's own");
        assert_eq!(
            found(&[screen, own], false),
            Some(Person { folder: "/run/user/1000/certwright".into(), other: None })
        );
        assert_eq!(found(&[("WAYLAND_DISPLAY", "wayland-0"), own], true), None, "root without sudo");
        assert_eq!(
            found(&[screen, ("SUDO_UID", "1000"), ("SUDO_GID", "100")], true),
            Some(Person { folder: "/run/user/1000/certwright".into(), other: Some((1000, 100)) })
        );
        assert_eq!(found(&[screen, ("SUDO_UID", "0"), ("SUDO_GID", "0")], true), None);
    }

    #[test]
    fn the_page_is_for_its_reader_alone_and_the_next_takes_its_place() {
        let root = std::env::temp_dir().join(format!("certwright-gui-{}", crate::session::once()));
        fs::create_dir(&root).unwrap();
        let person = Person { folder: root.join("certwright"), other: None };
        put(&person, "http://127.0.0.1/welcome#code=one").unwrap();
        let page = put(&person, "http://127.0.0.1/welcome#code=two").unwrap();
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.contains("#code=two") && !text.contains("one"), "{text}");
        assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&person.folder).unwrap().count(), 1);
        fs::remove_dir_all(&root).unwrap();
    }
}
