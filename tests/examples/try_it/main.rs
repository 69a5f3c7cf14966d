//! The story `cargo xtask try` tells: the product at work on this machine, each step printed with its command
//! and its answer. The story is the table below; its servers are in `stage.rs`.
#![expect(clippy::print_stdout, reason = "the story is told in the terminal")]
#![expect(clippy::disallowed_methods, reason = "the story's files need not survive a power cut")]

mod stage;

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use certwright_tests::certwright_binary;
use stage::Stage;

/// One step: what it is about, and its line for the shell, which finds [`ENVIRONMENT`] set.
type Step = (&'static str, &'static str);

/// How the service is started; its output goes to a log that is shown when something fails. What is in braces
/// is filled in, see `Stage::fill_in`.
const SERVICE: &str = "certwright serve --listen 127.0.0.1:{api} --challenge-port {http} \
     --challenge-addresses 127.0.0.1 --resolvers {names}";

/// Variables of every line. By the first the command line finds the service's socket; the others only keep
/// the lines short.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("CERTWRIGHT_DATA_DIR", "{folder}/data"),
    ("TRY", "{folder}"),
    ("NGINX", "{nginx}"),
    ("HTTPS", "{https}"),
    ("DIRECTORY", "{directory}"),
];

const STORY: [Step; 13] = [
    ("What nginx serves for shop.example.test at first", SHOP_SERVED),
    (
        "And for wiki.example.test, which has only http: its default, a certificate for other names",
        WIKI_SERVED,
    ),
    (
        "Tell Certwright of a certificate authority: whom to trust for its directory, and for what it issues",
        "certwright ca add pebble --title Pebble --directory $DIRECTORY --internal-names \
         --directory-tls-roots $TRY/directory-roots.pem --issuing-roots $TRY/issuing-roots.pem",
    ),
    ("Register with it", "certwright account create --ca pebble --contact admin@example.test --agree-terms"),
    (
        "Say what is wanted: one certificate for both sites. Nothing is ordered by that",
        "certwright cert create shop.example.test wiki.example.test --name shop --ca pebble --deploy nginx \
         --set nginx.configuration=$NGINX/nginx.conf --set nginx.prefix=$NGINX --set nginx.tls_port=$HTTPS",
    ),
    ("Preview: the very steps a request would perform", "certwright cert preview shop"),
    ("Test: would it work? Nothing is ordered", "certwright cert test shop"),
    ("Request it, and follow it until it is served", "certwright cert request shop --yes"),
    ("Where it stands, and when it renews by itself", "certwright cert show shop"),
    ("What nginx serves for shop.example.test now", SHOP_SERVED),
    ("And for wiki.example.test", WIKI_SERVED),
    (
        "What has changed in the hand-written files: the lines that Preview announced, and no other",
        "for site in shop wiki; do diff -u --label $site.conf --label $site.conf \
         $TRY/before/$site.conf $NGINX/sites-enabled/$site.conf; done || test $? = 1",
    ),
    (
        "Every request to the authority and its answer is in the certificate's log; here those for the order",
        "certwright cert log shop --lines 5000 | grep -A 2 -i 'POST.*order' | cut -c -150",
    ),
];

const SHOP_SERVED: &str = "openssl s_client -brief -connect 127.0.0.1:$HTTPS -servername shop.example.test \
     -verify_hostname shop.example.test -CAfile $TRY/issuing-roots.pem </dev/null 2>&1 | grep Verif";

const WIKI_SERVED: &str = "openssl s_client -brief -connect 127.0.0.1:$HTTPS -servername wiki.example.test \
     -verify_hostname wiki.example.test -CAfile $TRY/issuing-roots.pem </dev/null 2>&1 | grep Verif";

fn main() -> ExitCode {
    match tell() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nThe story ended early: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Tells the story; everything it started ends with it.
fn tell() -> Result<()> {
    let stage = Stage::set_up()?;
    println!("\nPebble, a test authority, is at {}", stage.fill_in("{directory}"));
    println!("nginx with two hand-written sites is in {}", stage.fill_in("{nginx}"));
    println!("\n# What every line below finds set, then the service");
    for (name, value) in ENVIRONMENT {
        println!("$ export {name}={}", stage.fill_in(value));
    }
    println!("$ {} &", stage.fill_in(SERVICE));
    let service = stage.start_service(SERVICE, &ENVIRONMENT)?;
    for (number, (title, shell_line)) in STORY.into_iter().enumerate() {
        println!("\n# {}. {title}", number + 1);
        if let Err(error) = perform(&stage, shell_line) {
            bail!("{error:#}\nThe service's log ends with:\n{}", service.log_tail());
        }
    }
    println!("\nThat was all. The servers are stopped now, and their folders removed.");
    Ok(())
}

fn perform(stage: &Stage, shell_line: &str) -> Result<()> {
    println!("$ {shell_line}");
    let binary = certwright_binary()?;
    let folder = binary.parent().context("the binary has no folder")?;
    let usual_path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&usual_path));
    let status = Command::new("sh")
        .args(["-c", shell_line])
        .env("PATH", std::env::join_paths(path).context("a folder that can't be in PATH")?)
        .envs(ENVIRONMENT.map(|(name, value)| (name, stage.fill_in(value))))
        .stdin(Stdio::null())
        .status()
        .context("starting a shell")?;
    if !status.success() {
        bail!("that ended with {status}");
    }
    Ok(())
}
