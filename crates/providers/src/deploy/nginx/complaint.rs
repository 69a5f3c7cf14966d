//! What nginx says when it does not like its configuration, as a failure that names file and line.

use super::settings::Invocation;
use certwright_contract::ports::Finished;
use certwright_core::failure::{Failure, FailureClass};

/// The failure of a check or read that nginx refused.
pub(crate) fn failure(
    server: &Invocation,
    arguments: &[&str],
    finished: &Finished,
    class: FailureClass,
) -> Failure {
    let complaint = complaint(&finished.stderr);
    let remedy = match place(&complaint) {
        Some((file, line)) => {
            format!(
                "correct {file}, line {line}; `nginx -t` must be content before anything is ordered or deployed"
            )
        }
        None => "correct nginx's configuration until `nginx -t` is content, then try again".to_owned(),
    };
    Failure::new(
        "nginx-configuration",
        class,
        format!("check nginx's configuration with `{}`", server.command(arguments).words()),
        complaint,
        remedy,
    )
}

/// The lines that matter; everything where none is marked.
fn complaint(stderr: &str) -> String {
    let marked: Vec<_> = stderr
        .lines()
        .filter_map(|line| {
            ["[emerg]", "[alert]", "[crit]"]
                .iter()
                .find_map(|mark| line.find(mark).map(|at| line[at..].trim()))
        })
        .collect();
    if !marked.is_empty() {
        return marked.join("; ");
    }
    let all = stderr.trim();
    if all.is_empty() { "it ended without saying why".to_owned() } else { all.chars().take(2000).collect() }
}

/// `… in FILE:LINE` at the end of a complaint.
fn place(complaint: &str) -> Option<(&str, &str)> {
    let first = complaint.split("; [").next()?;
    let (_, place) = first.rsplit_once(" in /").map(|(before, _)| first.split_at(before.len() + 4))?;
    let (file, line) = place.rsplit_once(':')?;
    (!line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())).then_some((file, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_file_and_line() {
        let stderr = "nginx: [warn] conflicting server name\nnginx: [emerg] unknown directive \"sevrer_name\" in /etc/nginx/sites enabled/shop.conf:12\nnginx: configuration file /etc/nginx/nginx.conf test failed\n";
        let said = complaint(stderr);
        assert_eq!(
            said,
            "[emerg] unknown directive \"sevrer_name\" in /etc/nginx/sites enabled/shop.conf:12"
        );
        assert_eq!(place(&said), Some(("/etc/nginx/sites enabled/shop.conf", "12")));
        assert_eq!(place("[emerg] cannot load certificate \"/x.pem\": BIO_new_file() failed"), None);
        assert_eq!(complaint(" \n"), "it ended without saying why");
    }
}
