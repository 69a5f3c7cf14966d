//! Web servers that can answer http-01 where they own the port.

use certwright_contract::WebServer;

mod nginx;
#[cfg(test)]
pub(crate) use nginx::decide as nginx_answers;

/// Every web server that can be asked.
pub const WEB_SERVERS: &[&dyn WebServer] = &[&nginx::NginxAnswers];

/// The web server with this name, if there is one.
pub fn web_server(name: &str) -> Option<&'static dyn WebServer> {
    WEB_SERVERS.iter().copied().find(|server| server.name() == name)
}
