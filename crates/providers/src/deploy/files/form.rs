//! The form of the files target: which files, whose, and how the server is told.

use certwright_core::form::{Field, FieldKind, Filled};
use certwright_core::refusal::Refusal;
use serde_json::{Map, Value};

const fn path(name: &'static str, label: &'static str) -> Field {
    Field { name, label, kind: FieldKind::Path, default: "" }
}

const fn text(name: &'static str, label: &'static str, default: &'static str) -> Field {
    Field { name, label, kind: FieldKind::Text, default }
}

pub(super) const FIELDS: &[Field] = &[
    path("cert", "Where the certificate goes, without its chain"),
    path("chain", "Where the chain goes, without the certificate"),
    path("fullchain", "Where certificate and chain go, in one file"),
    path("key", "Where the private key goes"),
    text("owner", "Owner of the files, as user or user:group (empty: the service's own)", ""),
    text("mode", "Mode of the certificate files", "0644"),
    text("key_mode", "Mode of the key file", "0600"),
    Field {
        name: "reload",
        label: "Command that makes the server read the files",
        kind: FieldKind::Command,
        default: "",
    },
    text("verify", "host:port where a handshake must show the certificate (empty: nowhere)", ""),
];
/// Setting, file of the version's directory, and whether it is the key. The key first: a server that reads
/// between two writes fails on a pair that does not fit, whichever is first.
const PARTS: [(&str, &str, bool); 4] = [
    ("key", "privkey.pem", true),
    ("cert", "cert.pem", false),
    ("chain", "chain.pem", false),
    ("fullchain", "fullchain.pem", false),
];

/// The form, filled in.
pub(crate) struct Settings {
    /// File of the version's directory, where it goes, mode.
    pub(super) parts: Vec<(&'static str, String, u32)>,
    pub(super) owner: String,
    pub(super) reload: Vec<String>,
    pub(super) verify: Option<(String, u16)>,
}

/// Reads the filled form.
pub(super) fn read(values: &Map<String, Value>, place: &str) -> Result<Settings, Vec<Refusal>> {
    let mut filled = Filled::new(FIELDS, values, place);
    let modes = [filled.text("mode"), filled.text("key_mode")];
    let owner = filled.text("owner");
    let reload = filled.command("reload");
    let verify = filled.text("verify");
    let paths = PARTS.map(|(name, ..)| filled.text(name));
    let mut refusals = filled.finish(()).err().unwrap_or_default();
    let mut refuse = |name: &str, reason: &str, remedy: &str| {
        refusals.push(Refusal::new(format!("{place}.{name}"), reason, remedy));
    };
    let [mode, key_mode] = [("mode", &modes[0]), ("key_mode", &modes[1])].map(|(name, typed)| {
        let mode = u32::from_str_radix(typed, 8).ok().filter(|mode| mode & !0o777 == 0 && mode & 0o400 != 0);
        if mode.is_none() {
            refuse(name, "is no file mode", "give three octal digits that let the owner read, such as 0640");
        }
        mode.unwrap_or_default()
    });
    if key_mode & 0o007 != 0 {
        refuse("key_mode", "lets everybody read the key", "give a mode that ends in 0, such as 0640");
    }
    if paths.iter().all(String::is_empty) {
        refuse("fullchain", "no file is wanted", "give at least one of cert, chain, fullchain and key");
    }
    for (index, path) in paths.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
        let name = PARTS[index].0;
        if !path.starts_with('/') || path.ends_with('/') {
            refuse(
                name,
                "is no file's path from the root",
                "give a path such as /etc/ssl/shop/fullchain.pem",
            );
        } else if paths[..index].contains(path) {
            refuse(name, "is the path of another file too", "give every file a path of its own");
        }
    }
    if owner.starts_with(':') || owner.ends_with(':') || owner.matches(':').count() > 1 {
        refuse("owner", "is neither user nor user:group", "give it as www-data or root:ssl-cert");
    }
    let verify = match verify.rsplit_once(':').map(|(host, port)| (host, port.parse::<u16>())) {
        _ if verify.is_empty() => None,
        Some((host, Ok(port))) if !host.is_empty() && port > 0 => {
            Some((host.trim_matches(['[', ']']).to_owned(), port))
        }
        _ => {
            refuse("verify", "is not host:port", "give it as localhost:8443 or [::1]:443");
            None
        }
    };
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let parts = PARTS.iter().zip(paths).filter(|(_, path)| !path.is_empty());
    Ok(Settings {
        parts: parts
            .map(|(&(_, file, is_key), path)| (file, path, if is_key { key_mode } else { mode }))
            .collect(),
        owner,
        reload,
        verify,
    })
}
