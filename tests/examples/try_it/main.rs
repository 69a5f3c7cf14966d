//! The story `cargo xtask try` tells: the product at work on this machine, each step printed with its command
//! and its answer. The story is the table below; its servers are in `stage.rs`.
#![expect(clippy::print_stdout, reason = "the story is told in the terminal")]
#![expect(clippy::disallowed_methods, reason = "the story's files need not survive a power cut")]

mod stage;

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use certwright_tests::certwright_binary;
use stage::Stage;

/// One step: what it is about, and its line for the shell. `{…}` is filled in, see `Stage::fill_in`.
type Step = (&'static str, &'static str);

/// How the service is started; its output goes to a log that is shown when something fails.
const SERVICE: &str = "certwright serve --data-dir {data} --listen 127.0.0.1:{api}";

/// What every line finds in its environment.
const ENVIRONMENT: [(&str, &str); 2] =
    [("CERTWRIGHT_URL", "http://127.0.0.1:{api}"), ("CERTWRIGHT_DATA_DIR", "{data}")];

const STORY: [Step; 9] = [
    ("What nginx serves for shop.example.test at first", SHOP_SERVED),
    (
        "Tell Certwright of a certificate authority",
        "certwright ca add pebble --directory {directory} --roots {roots}",
    ),
    ("Register with it", "certwright account create --ca pebble --email admin@example.test --agree-to-terms"),
    (
        "Say what is wanted",
        "certwright cert create shop --ca pebble --name shop.example.test --challenge http-01 \
         --deploy nginx --set prefix={nginx} --set configuration={nginx}/nginx.conf",
    ),
    ("Preview: what would be done; nothing is sent", "certwright cert preview shop"),
    ("Test: would it work? Nothing is ordered", "certwright cert test shop"),
    ("Obtain and deploy it", "certwright cert request shop --wait"),
    ("What nginx serves for shop.example.test now", SHOP_SERVED),
    ("The other site is as it was", BLOG_SERVED),
];

const SHOP_SERVED: &str = "openssl s_client -connect 127.0.0.1:{https} -servername shop.example.test </dev/null \
     2>/dev/null | openssl x509 -noout -subject -issuer -enddate -ext subjectAltName";

const BLOG_SERVED: &str = "openssl s_client -connect 127.0.0.1:{https} -servername blog.example.test </dev/null \
     2>/dev/null | openssl x509 -noout -subject -issuer -enddate -ext subjectAltName";

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
    println!("\nPebble (a test CA) is at {}", stage.fill_in("{directory}"));
    println!("nginx with two hand-written sites is in {}", stage.fill_in("{nginx}"));
    println!("\n# Start the service\n$ {}", stage.fill_in(SERVICE));
    let service = stage.start_service(SERVICE, &ENVIRONMENT)?;
    for (number, (title, shell_line)) in STORY.into_iter().enumerate() {
        println!("\n# {}. {title}", number + 1);
        if let Err(error) = perform(&stage, shell_line) {
            bail!("{error:#}\nThe service's log ends with:\n{}", service.log_tail());
        }
    }
    println!("\nThat was all. Nothing of it remains.");
    Ok(())
}

fn perform(stage: &Stage, shell_line: &str) -> Result<()> {
    let shell_line = stage.fill_in(shell_line);
    println!("$ {shell_line}");
    let binary = certwright_binary()?;
    let folder = binary.parent().context("the binary has no folder")?;
    let usual_path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&usual_path));
    let status = Command::new("sh")
        .args(["-c", &shell_line])
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
