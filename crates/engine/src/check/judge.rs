//! What an answer to the challenge path proves. Pure: what was seen goes in, a check comes out.

use super::{Check, Verdict};
use certwright_contract::files::webroot;
use certwright_contract::ports::HttpLook;
use certwright_core::challenge::HTTP_01_PATH;
use std::net::SocketAddr;
use std::path::Path;

/// What was seen at an address.
pub(super) struct Seen {
    pub(super) at: SocketAddr,
    pub(super) answer: Result<HttpLook, String>,
}

/// By what we know our own responder.
pub(super) enum Proof<'a> {
    /// Our own listener gives this answer.
    Listener { answer: &'a str },
    /// This answer is in a file below the root.
    File { root: &'a str, token: &'a str, answer: &'a str },
    /// The server is to answer by an edit that is not made yet, so nothing can be shown by it. It is compared with
    /// what it says when it is asked on this machine.
    Likeness { provider: &'a str, here: &'a [Seen], own_address: bool },
}

const POINT_HERE: &str =
    "make the name point to this machine, and let no proxy, CDN or other program answer the challenge path";

pub(super) fn judge(host: &str, seen: &Seen, proof: &Proof<'_>) -> Check {
    let check = |verdict, words: String, remedy: String| Check::new("http-01", host, verdict, words, remedy);
    let at = seen.at;
    let look = match &seen.answer {
        Ok(look) => look,
        Err(words) => {
            return check(
                Verdict::Fault,
                format!("no answer at {at}: {words}"),
                "the authority must reach this port from the internet: check address records, firewall and router; \
                 blocks by country hit authorities too"
                    .to_owned(),
            );
        }
    };
    match proof {
        Proof::Listener { answer } | Proof::File { answer, .. } if look.body.trim() == *answer => check(
            Verdict::Ok,
            format!("{at} answers, through the responder that the plan names"),
            String::new(),
        ),
        Proof::Listener { .. } => match redirect(at, look, Verdict::Fault) {
            Some((verdict, words, remedy)) => check(verdict, words, remedy),
            None => check(Verdict::Fault, foreign(at, look), POINT_HERE.to_owned()),
        },
        Proof::File { root, token, .. } => {
            // Authorities follow a redirect and may find the file there. We do not.
            let here = if leads_to(look, host) { Verdict::Warning } else { Verdict::Fault };
            if let Some((verdict, words, remedy)) = redirect(at, look, here) {
                return check(verdict, words, remedy);
            }
            let file = webroot::place(Path::new(root), token);
            check(
                Verdict::Fault,
                format!(
                    "{}; it does not show the file that Certwright put at {} for this test",
                    foreign(at, look),
                    file.display()
                ),
                format!(
                    "{POINT_HERE}; or, if that is the right server, let it show the files below {root} for this name \
                     and path, readable by its workers, or set the folder that it does show as the certificate's \
                     webroot"
                ),
            )
        }
        Proof::Likeness { provider, here, own_address } => {
            let (verdict, words, remedy) = likeness(at, look, provider, here, *own_address);
            check(verdict, words, remedy)
        }
    }
}

/// Whether the server at the address is the one on this machine, as far as that can be known from outside.
fn likeness(
    at: SocketAddr,
    look: &HttpLook,
    provider: &str,
    here: &[Seen],
    own_address: bool,
) -> (Verdict, String, String) {
    if let Some((address, words)) = here.iter().find_map(|seen| Some((seen.at, seen.answer.as_ref().err()?)))
    {
        return (
            Verdict::Fault,
            format!("no answer from {provider} at {address} on this machine: {words}"),
            format!(
                "start {provider} so that it listens there, or remove the listen address from its configuration: \
                 Certwright looks there before the authority may"
            ),
        );
    }
    let known: Vec<&HttpLook> = here.iter().filter_map(|seen| seen.answer.as_ref().ok()).collect();
    let alike = if known.is_empty() {
        // It cannot be asked on this machine, because it wants the PROXY protocol there. Its name is all there is.
        look.server.as_ref().is_some_and(|server| server.to_lowercase().contains(provider))
    } else {
        known.iter().any(|known| signature(known) == signature(look))
    };
    if !alike {
        let (verdict, words, remedy) = redirect(at, look, Verdict::Fault)
            .unwrap_or_else(|| (Verdict::Fault, foreign(at, look), POINT_HERE.to_owned()));
        let compared = known.first().map_or_else(String::new, |known| {
            format!("; {provider} on this machine answers differently: {}", words_of(known))
        });
        return (verdict, format!("{words}{compared}"), remedy);
    }
    if look.status >= 500 || look.status == 401 || look.status == 403 {
        return (
            Verdict::Warning,
            format!("{at} answers the challenge path with status {}", look.status),
            "check the site's own rules for this path; if it refuses real answers too, the request will say so"
                .to_owned(),
        );
    }
    if !own_address {
        return (
            Verdict::Warning,
            format!(
                "{at} answers as {provider} on this machine does, but the name points to an address that this machine \
                 does not have: who answers there cannot be proved without an order"
            ),
            format!(
                "nothing, if {} is a router or load balancer that passes port {} on to this machine; otherwise make \
                 the name point here",
                at.ip(),
                at.port()
            ),
        );
    }
    (Verdict::Ok, format!("{at} is this machine, and answers as {provider} here does"), String::new())
}

/// What two answers of one server to one question have in common.
fn signature(look: &HttpLook) -> (u16, Option<&str>, Option<&str>) {
    (look.status, look.server.as_deref(), look.location.as_deref())
}

fn name(look: &HttpLook) -> &str {
    look.server.as_deref().unwrap_or("a server without a name")
}

fn words_of(look: &HttpLook) -> String {
    let to = look.location.as_ref().map_or_else(String::new, |location| format!(" to {location}"));
    format!("{}, status {}{to}", name(look), look.status)
}

fn foreign(at: SocketAddr, look: &HttpLook) -> String {
    format!("something else answers at {at}: {}", words_of(look))
}

fn redirect(at: SocketAddr, look: &HttpLook, verdict: Verdict) -> Option<(Verdict, String, String)> {
    let location = look.location.as_ref()?;
    Some((
        verdict,
        format!("{at} redirects the challenge path to {location} (answered by {})", name(look)),
        format!(
            "let {HTTP_01_PATH} be answered on port 80 without a redirect; authorities follow redirects only to ports \
             80 and 443, and Test follows none"
        ),
    ))
}

/// Whether a redirect stays with the name.
fn leads_to(look: &HttpLook, host: &str) -> bool {
    let Some(location) = look.location.as_deref() else { return false };
    let Some((_, rest)) = location.split_once("://") else { return location.starts_with('/') };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (authority, ""),
    };
    name.trim_start_matches('[').trim_end_matches(']').eq_ignore_ascii_case(host)
        && ["", "80", "443"].contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "shop.example.test";

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn look(status: u16, server: &str, location: Option<&str>, body: &str) -> HttpLook {
        HttpLook {
            status,
            location: location.map(str::to_owned),
            server: Some(server.to_owned()),
            body: body.to_owned(),
        }
    }

    fn seen(look: HttpLook) -> Seen {
        Seen { at: at("192.0.2.1:80"), answer: Ok(look) }
    }

    fn file() -> Proof<'static> {
        Proof::File { root: "/srv/shop", token: "token", answer: "token.print" }
    }

    #[test]
    fn only_the_file_itself_proves_a_webroot() {
        let right = judge(HOST, &seen(look(200, "anything", None, "token.print\n")), &file());
        assert_eq!(right.verdict, Verdict::Ok, "{right:?}");
        for (status, body) in [(404, "not found"), (200, "token.other"), (403, ""), (502, "")] {
            let wrong = judge(HOST, &seen(look(status, "nginx/1.26.0", None, body)), &file());
            assert_eq!(wrong.verdict, Verdict::Fault, "{wrong:?}");
            for word in [
                "something else answers at 192.0.2.1:80: nginx/1.26.0",
                &format!("status {status}"),
                "/srv/shop/.well-known/acme-challenge/token",
            ] {
                assert!(wrong.words.contains(word), "{wrong:?}");
            }
            assert!(wrong.remedy.contains("point to this machine") && wrong.remedy.contains("webroot"));
        }
    }

    #[test]
    fn a_redirect_that_stays_with_the_name_may_lead_to_the_file() {
        for (location, verdict) in [
            ("https://shop.example.test/x", Verdict::Warning),
            ("https://SHOP.example.test:443/x", Verdict::Warning),
            ("/elsewhere", Verdict::Warning),
            ("https://shop.example.test:8443/x", Verdict::Fault),
            ("https://other.example.net/?from=shop.example.test", Verdict::Fault),
            ("https://shop.example.test.example.net/", Verdict::Fault),
        ] {
            let check = judge(HOST, &seen(look(301, "nginx", Some(location), "")), &file());
            assert_eq!(check.verdict, verdict, "{check:?}");
            assert!(
                check.words.contains(location) && check.remedy.contains("without a redirect"),
                "{check:?}"
            );
        }
        // Our own listener redirects nowhere.
        let listener = Proof::Listener { answer: "token.print" };
        let check = judge(HOST, &seen(look(301, "nginx", Some("/elsewhere"), "")), &listener);
        assert_eq!(check.verdict, Verdict::Fault);
    }

    #[test]
    fn no_answer_is_a_fault_whatever_would_have_proved_it() {
        let silent = Seen { at: at("192.0.2.1:80"), answer: Err("refused".into()) };
        let here = [seen(look(404, "nginx", None, ""))];
        let likeness = Proof::Likeness { provider: "nginx", here: &here, own_address: true };
        for proof in [file(), Proof::Listener { answer: "x" }, likeness] {
            let check = judge(HOST, &silent, &proof);
            assert_eq!(check.verdict, Verdict::Fault);
            assert_eq!(check.words, "no answer at 192.0.2.1:80: refused");
        }
    }

    #[test]
    fn a_server_without_a_file_is_known_by_what_it_says_on_this_machine() {
        let here = [
            seen(look(404, "nginx/1.26.0", None, "")),
            seen(look(301, "nginx/1.26.0", Some("https://shop.example.test/"), "")),
        ];
        let proof = |own_address| Proof::Likeness { provider: "nginx", here: &here, own_address };
        let there = seen(look(404, "nginx/1.26.0", None, "another body"));
        let check = judge(HOST, &there, &proof(true));
        assert_eq!(check.verdict, Verdict::Ok, "{check:?}");
        // It redirects here too, so the preparation has taken account of that.
        let redirecting = seen(look(301, "nginx/1.26.0", Some("https://shop.example.test/"), ""));
        assert_eq!(judge(HOST, &redirecting, &proof(true)).verdict, Verdict::Ok);
        for other in [
            look(404, "nginx/1.18.0", None, ""),
            look(200, "nginx/1.26.0", None, ""),
            look(404, "Apache", None, ""),
            look(301, "nginx/1.26.0", Some("https://other.example.net/"), ""),
        ] {
            let check = judge(HOST, &seen(other), &proof(true));
            assert_eq!(check.verdict, Verdict::Fault, "{check:?}");
            assert!(
                check.words.contains("nginx on this machine answers differently: nginx/1.26.0, status 404")
            );
        }
    }

    #[test]
    fn an_address_that_is_not_ours_is_a_warning_with_both_explanations() {
        let here = [seen(look(404, "nginx", None, ""))];
        let proof = Proof::Likeness { provider: "nginx", here: &here, own_address: false };
        let check = judge(HOST, &seen(look(404, "nginx", None, "")), &proof);
        assert_eq!(check.verdict, Verdict::Warning);
        assert!(check.words.contains("an address that this machine does not have"), "{check:?}");
        assert!(check.words.contains("cannot be proved"), "{check:?}");
        assert!(check.remedy.contains("router or load balancer") && check.remedy.contains("192.0.2.1"));
    }

    #[test]
    fn a_server_that_does_not_answer_here_or_refuses_is_told() {
        let here = [Seen { at: at("127.0.0.1:80"), answer: Err("refused".into()) }];
        let proof = Proof::Likeness { provider: "nginx", here: &here, own_address: true };
        let check = judge(HOST, &seen(look(404, "nginx", None, "")), &proof);
        assert_eq!(check.verdict, Verdict::Fault);
        assert!(check.words.contains("no answer from nginx at 127.0.0.1:80 on this machine: refused"));
        let here = [seen(look(403, "nginx", None, ""))];
        let proof = Proof::Likeness { provider: "nginx", here: &here, own_address: true };
        let check = judge(HOST, &seen(look(403, "nginx", None, "")), &proof);
        assert_eq!(check.verdict, Verdict::Warning, "{check:?}");
    }

    #[test]
    fn without_anything_to_compare_with_the_servers_name_decides() {
        let proof = Proof::Likeness { provider: "nginx", here: &[], own_address: true };
        assert_eq!(judge(HOST, &seen(look(404, "nginx/1.26.0", None, "")), &proof).verdict, Verdict::Ok);
        assert_eq!(judge(HOST, &seen(look(404, "Apache", None, "")), &proof).verdict, Verdict::Fault);
    }
}
