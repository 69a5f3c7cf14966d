//! Whether clients elsewhere can use an authority of this service, by the address that they are told.

use certwright_core::refusal::Refusal;
use std::net::IpAddr;

/// Why an authority with reach `network` cannot be enabled at a service of this address: they would not find it, or
/// find it without TLS (RFC 8555 §6.1 wants HTTPS).
pub(crate) fn complaint(service: &str) -> Option<Refusal> {
    let address: http::Uri = service.parse().unwrap_or_default();
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']).to_lowercase();
    let reason = if address.scheme_str() != Some("https") {
        format!("clients would be told {service}, which is not HTTPS")
    } else if is_this_machine(&host) {
        format!("clients on other machines would be told {service}, where they find themselves")
    } else {
        return None;
    };
    Some(Refusal::new(
        "enabled",
        format!("must wait: {reason}"),
        "start the service so that others reach it, such as by certwright serve \
         --listen 127.0.0.1:9644,0.0.0.0:9643 --service-url https://ca.home.arpa:9643 (listen and url in the \
         configuration file), or let the authority be reached from this machine only (reach loopback)",
    ))
}

/// Why an authority with reach `loopback` cannot be enabled at a service of this address: its clients would be sent to
/// an address of the network, where they are not told from others, or are behind a proxy on this machine.
pub(crate) fn complaint_on_this_machine(service: &str) -> Option<Refusal> {
    let address: http::Uri = service.parse().unwrap_or_default();
    let host = address.host().unwrap_or_default().trim_matches(['[', ']']).to_lowercase();
    (!is_this_machine(&host)).then(|| {
        Refusal::new(
            "enabled",
            format!("must wait: clients on this machine would be sent to {service}, which is not for this machine alone"),
            "let it be reached from the network (reach network, which demands external account binding), or start the \
             service for this machine only: without url or --service-url, listening on 127.0.0.1",
        )
    })
}

fn is_this_machine(host: &str) -> bool {
    let is_local = |ip: IpAddr| ip.to_canonical().is_loopback() || ip.is_unspecified();
    host.is_empty()
        || crate::policy::is_localhost(host.trim_end_matches('.'))
        || host.parse().is_ok_and(is_local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_at_an_address_that_others_can_reach() {
        for (service, reached) in [
            ("https://ca.home.arpa:9643", true),
            ("https://192.0.2.7", true),
            ("https://[2001:db8::7]:9643", true),
            ("http://ca.home.arpa", false),
            ("https://localhost:9644", false),
            ("https://LOCALHOST.", false),
            ("https://ca.localhost", false),
            ("https://127.0.0.1:1", false),
            ("https://[::1]:1", false),
            ("https://[::ffff:127.0.0.1]:1", false),
            ("https://0.0.0.0:1", false),
            ("nonsense", false),
        ] {
            assert_eq!(complaint(service).is_none(), reached, "{service}");
            let elsewhere = ["ca.home.arpa", "192.0.2.7", "2001:db8", "nonsense"]
                .iter()
                .any(|host| service.contains(host));
            assert_eq!(complaint_on_this_machine(service).is_some(), elsewhere, "{service}");
        }
    }
}
