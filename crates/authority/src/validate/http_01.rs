//! http-01 (RFC 8555 §8.3, RFC 8738 §4): a file at a web server.

use super::{FetchError, Fetched, Look, Question, Validator};
use crate::address;
use crate::problem::{Kind, Problem};
use crate::redirect::{Host, MOST_REDIRECTS, Target};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A key authorization has 65 characters; a page that stands there instead need not be read.
const BODY_CAP: usize = 512;

/// Addresses of one name that are tried: enough for IPv6 and IPv4 where one of them is wrong.
const MOST_ADDRESSES: usize = 4;

pub(super) async fn look(validator: &Validator, question: &Question) -> Result<(), Problem> {
    let port = validator.settings.challenge_port();
    let mut target = Target::first(&question.identifier, port, &question.token)
        .ok_or_else(|| Problem::malformed("a wildcard cannot be proven by HTTP"))?;
    for _ in 0..=MOST_REDIRECTS {
        let fetched = fetch(validator, &target).await?;
        match fetched.status {
            200 => return judge(&fetched, question, &target),
            301 | 302 | 303 | 307 | 308 => {
                let location = fetched.location.as_deref().unwrap_or_default();
                target = target.follow(location, &question.policies, port).map_err(|why| {
                    let detail = format!("a redirect of {} is not followed: {why}", target.host_header());
                    Problem::new(Kind::Connection, detail)
                })?;
            }
            status => {
                let detail = format!("{} answered with status {status}", target.host_header());
                return Err(Problem::new(Kind::IncorrectResponse, detail));
            }
        }
    }
    Err(Problem::new(Kind::Connection, format!("there were more than {MOST_REDIRECTS} redirects")))
}

/// What the body is, is not said: the authority must not show what it can see and its client cannot.
fn judge(fetched: &Fetched, question: &Question, target: &Target) -> Result<(), Problem> {
    // RFC 8555 §8.3: whitespace at the end is to be passed over.
    if fetched.body.trim_ascii_end() == question.key_authorization.as_bytes() {
        return Ok(());
    }
    let detail =
        format!("what {} answers is not the key authorization of this challenge", target.host_header());
    Err(Problem::new(Kind::IncorrectResponse, detail))
}

async fn fetch(validator: &Validator, target: &Target) -> Result<Fetched, Problem> {
    let mut problem = Problem::new(Kind::Dns, format!("{} has no address", target.host_header()));
    for address in addresses(validator, target).await?.into_iter().take(MOST_ADDRESSES) {
        if let Some(why) = address::refusal(address, validator.settings.reach) {
            // The address is not named: it may be one that only we can see.
            problem = Problem::new(Kind::Connection, format!("{}: {why}", target.host_header()));
            continue;
        }
        let look = Look {
            address: SocketAddr::new(address, target.port),
            tls: target.tls,
            host: match &target.host {
                Host::Name(name) => name.clone(),
                Host::Address(address) => address.to_string(),
            },
            host_header: target.host_header(),
            path: target.path.clone(),
            body_cap: BODY_CAP,
        };
        match validator.fetch.get(&look).await {
            Ok(fetched) => return Ok(fetched),
            Err(FetchError::NoConnection(words)) => {
                problem = Problem::new(
                    Kind::Connection,
                    format!("no connection to {}, port {}: {words}", target.host_header(), target.port),
                );
            }
            Err(FetchError::NoAnswer(words)) => {
                let detail = format!("no answer from {}: {words}", target.host_header());
                return Err(Problem::new(Kind::Connection, detail));
            }
        }
    }
    Err(problem)
}

async fn addresses(validator: &Validator, target: &Target) -> Result<Vec<IpAddr>, Problem> {
    if target.is_localhost() {
        // RFC 6761 §6.3: without asking anybody. IPv4 first: few things on a desk listen on ::1.
        return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    match &target.host {
        Host::Address(address) => Ok(vec![*address]),
        Host::Name(name) => validator
            .names
            .addresses(name)
            .await
            .map_err(|words| Problem::new(Kind::Dns, format!("{name} does not resolve: {words}"))),
    }
}

#[cfg(test)]
mod tests;
