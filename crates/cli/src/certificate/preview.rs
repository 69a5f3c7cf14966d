//! `cert preview`: the very steps a request would perform.

use super::Which;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::look::{Look, Tone, clean};
use crate::session::Session;
use certwright_api::preview;
use clap::Args;

/// Shows a preview.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  certwright cert preview shop")]
pub struct Preview {
    #[command(flatten)]
    which: Which,
}

impl Preview {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Fault> {
        let preview = session.client.preview(&self.which.name).await?;
        session.output.answer(
            || serde_json::to_string_pretty(&preview),
            |look| words(&preview, look) + &hint(&preview, &self.which.name),
        )?;
        // A plan that cannot be made is a request that would fail.
        Ok(if preview.fingerprint.is_some() { Exit::Done } else { Exit::Failed })
    }
}

/// The service's own text: the same words as in log and web interface. Headings stand at the line's start.
pub(super) fn words(preview: &preview::Preview, look: Look) -> String {
    let mut text = String::new();
    for line in clean(&preview.text).lines() {
        let tone = match line.trim_start() {
            _ if line.starts_with("Obtain") || line.starts_with("Deploy to") => Tone::Bold,
            rest if rest.starts_with("Could not ") => Tone::Bad,
            rest if rest.starts_with("!  ") => Tone::Warn,
            rest if rest.starts_with("+ ") => Tone::Good,
            rest if rest.starts_with("- ") => Tone::Bad,
            _ => Tone::Plain,
        };
        text.push_str(&look.paint(tone, line));
        text.push('\n');
    }
    text
}

fn hint(preview: &preview::Preview, name: &str) -> String {
    match &preview.fingerprint {
        Some(fingerprint) => {
            format!("\nDo exactly this, or nothing:\n  certwright cert request {name} --plan {fingerprint}\n")
        }
        None => "\nNot every plan can be made: see above.\n".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> preview::Preview {
        preview::Preview {
            certificate: "cert-1".to_owned(),
            due: "due now because it was never issued".to_owned(),
            due_at: None,
            fingerprint: Some("abc123".to_owned()),
            plans: Vec::new(),
            text: "\
cert-1: due now because it was never issued

Obtain
  1. Open an order at letsencrypt
  !  a warning

Deploy to nginx (dep-1)
  1. Edit /etc/nginx/a.conf
       - listen 80;
       + listen 443 ssl;
"
            .to_owned(),
        }
    }

    #[test]
    fn it_is_the_services_text_with_the_way_to_do_it() {
        let mut preview = sample();
        assert_eq!(words(&preview, Look::default()), preview.text);
        assert_eq!(
            hint(&preview, "shop"),
            "\nDo exactly this, or nothing:\n  certwright cert request shop --plan abc123\n"
        );
        preview.fingerprint = None;
        assert_eq!(hint(&preview, "shop"), "\nNot every plan can be made: see above.\n");
    }

    #[test]
    fn colour_marks_what_comes_and_goes() {
        let text = words(&sample(), Look { color: true, width: None });
        for line in [
            "\x1b[1mObtain\x1b[0m",
            "\x1b[33m  !  a warning\x1b[0m",
            "\x1b[31m       - listen 80;\x1b[0m",
            "\x1b[32m       + listen 443 ssl;\x1b[0m",
            "  1. Open an order at letsencrypt",
        ] {
            assert!(text.lines().any(|found| found == line), "{text}");
        }
    }
}
