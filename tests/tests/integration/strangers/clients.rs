//! How each client is told to obtain, renew and revoke, with everything it keeps below one folder.

use super::scene::Scene;
use crate::service::write;
use anyhow::{Context, Result, ensure};
use certwright_tests::find_program;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Seconds one command may take: certbot alone needs some to start on a busy machine.
const LIMIT: &str = "60";

/// Shows a folder as the system's store of roots to one program, and to nobody else.
const WITH_ROOTS: &str = r#"mount --bind "$0" /etc/ssl/certs && exec "$@""#;

/// uacme's hook: `METHOD TYPE IDENTIFIER TOKEN ANSWER`.
const HOOK: &str = r#"#!/bin/sh
test "$2" = http-01 || exit 1
folder="$WEBROOT/.well-known/acme-challenge"
case "$1" in
    begin) mkdir -p "$folder" && printf %s "$5" > "$folder/$4" ;;
    *) rm -f "$folder/$4" ;;
esac
"#;

/// A client on a machine of its own.
pub(super) struct Client {
    pub(super) program: &'static str,
    pub(super) host: String,
    /// The chain it stores.
    pub(super) chain: PathBuf,
    before: Option<Vec<String>>,
    obtain: Vec<String>,
    renew: Vec<String>,
    revoke: Vec<String>,
    wrapper: Vec<String>,
    environment: Vec<(&'static str, PathBuf)>,
}

fn words(all: &[&[&str]]) -> Vec<String> {
    all.concat().into_iter().map(str::to_owned).collect()
}

impl Client {
    /// As a person would do who has a web server that shows a folder.
    pub(super) fn certbot(scene: &Scene) -> Result<Self> {
        let (folder, host) = place(scene, "certbot")?;
        let [config, work, logs] = ["config", "work", "logs"].map(|name| shown(&folder.join(name)));
        let chain = folder.join(format!("config/live/{host}/fullchain.pem"));
        let webroot = shown(&scene.webroot());
        let common: &[&str] =
            &["--non-interactive", "--config-dir", &config, "--work-dir", &work, "--logs-dir", &logs];
        let server: &[&str] = &["--server", &scene.directory];
        let obtain: &[&str] = &["certonly", "--agree-tos", "--email", "admin@example.org"];
        let how: &[&str] = &["--webroot", "--webroot-path", &webroot, "-d", &host];
        let renew: &[&str] = &["renew", "--force-renewal", "--no-random-sleep-on-renew"];
        let revoke: &[&str] = &["revoke", "--cert-name", &host, "--reason", "superseded"];
        Ok(Self {
            program: "certbot",
            before: None,
            obtain: words(&[obtain, how, server, common]),
            renew: words(&[renew, common]),
            revoke: words(&[revoke, &["--no-delete-after-revoke"], server, common]),
            wrapper: Vec::new(),
            environment: vec![("REQUESTS_CA_BUNDLE", scene.root.clone())],
            host,
            chain,
        })
    }

    /// With external account binding.
    pub(super) fn lego(scene: &Scene, id: &str, secret: &str) -> Result<Self> {
        let (folder, host) = place(scene, "lego")?;
        let chain = folder.join(format!("certificates/{host}.crt"));
        let (path, webroot) = (shown(&folder), shown(&scene.webroot()));
        let common: &[&str] = &["--server", &scene.directory, "--path", &path, "--accept-tos"];
        let who: &[&str] = &["--email", "admin@example.org", "--domains", &host];
        let bound: &[&str] = &["--eab", "--kid", id, "--hmac", secret];
        let how: &[&str] = &["--http", "--http.webroot", &webroot];
        Ok(Self {
            program: "lego",
            before: None,
            obtain: words(&[common, who, bound, how, &["run"]]),
            renew: words(&[common, who, how, &["renew", "--days", "1000", "--no-random-sleep"]]),
            revoke: words(&[common, who, &["revoke", "--reason", "4"]]),
            wrapper: Vec::new(),
            environment: vec![("LEGO_CA_CERTIFICATES", scene.root.clone())],
            host,
            chain,
        })
    }

    /// It knows the system's store of roots alone. `namespace` is how a program is given mounts of its own, `None`
    /// where it does not need to trust anybody.
    pub(super) fn uacme(scene: &Scene, namespace: Option<&[&str]>) -> Result<Self> {
        let (folder, host) = place(scene, "uacme")?;
        let (hook, roots) = (folder.join("hook.sh"), folder.join("roots"));
        write(&hook, HOOK)?;
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o700))?;
        std::fs::create_dir(&roots)?;
        std::fs::copy(&scene.root, roots.join("root.pem"))?;
        let chain = folder.join(format!("{host}/cert.pem"));
        let (configuration, hook, leaf, roots) = (shown(&folder), shown(&hook), shown(&chain), shown(&roots));
        let common: &[&str] = &["-a", &scene.directory, "-c", &configuration];
        let issue: &[&str] = &["-h", &hook, "issue", &host];
        let wrapper = namespace.map(|unshare| words(&[unshare, &["sh", "-c", WITH_ROOTS, &roots]]));
        Ok(Self {
            program: "uacme",
            before: Some(words(&[common, &["-y", "new"]])),
            obtain: words(&[common, issue]),
            renew: words(&[common, &["-f"], issue]),
            revoke: words(&[common, &["-r", "4", "revoke", &leaf]]),
            wrapper: wrapper.unwrap_or_default(),
            environment: vec![("WEBROOT", scene.webroot())],
            host,
            chain,
        })
    }

    /// An account, and a certificate.
    pub(super) fn obtain(&self) -> Result<()> {
        if let Some(before) = &self.before {
            self.run(before).context("an account")?;
        }
        self.run(&self.obtain).context("obtain")
    }

    pub(super) fn renew(&self) -> Result<()> {
        self.run(&self.renew).context("renew")
    }

    pub(super) fn revoke(&self) -> Result<()> {
        self.run(&self.revoke).context("revoke")
    }

    fn run(&self, arguments: &[String]) -> Result<()> {
        let mut command = Command::new(find_program("timeout")?);
        command.arg(LIMIT).args(&self.wrapper).arg(find_program(self.program)?).args(arguments);
        command.envs(self.environment.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        let output = command.output().with_context(|| format!("running {}", self.program))?;
        ensure!(
            output.status.success(),
            "{} {} ({}):\n{}{}",
            self.program,
            arguments.join(" "),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(())
    }
}

/// How a program is given mounts of its own here: as root, else in a user namespace; `None` where neither is allowed.
pub(super) fn namespace() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--map-root-user", "--mount"]];
    let folder = tempfile::tempdir().ok()?;
    WAYS.into_iter().find(|way| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["sh", "-c", WITH_ROOTS]).arg(folder.path()).arg("true");
        command.output().is_ok_and(|output| output.status.success())
    })
}

/// A folder for a client, and the name that it asks for.
fn place(scene: &Scene, client: &str) -> Result<(PathBuf, String)> {
    let folder = scene.folder.path().join(client);
    std::fs::create_dir(&folder)?;
    Ok((folder, format!("{client}.localhost")))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
