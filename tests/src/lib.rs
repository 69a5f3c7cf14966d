//! The testbed: real third-party servers (Pebble, Caddy, nginx) on free loopback ports, and an independent
//! look at what a port serves (`openssl s_client`). The integration tests are in `tests/tests/`.
//!
//! Everything a value of this crate starts is killed when the value is dropped, and nothing else is.
#![expect(clippy::disallowed_methods, reason = "the testbed's files need not survive a power cut")]

mod binary;
mod caddy;
mod certificate;
mod forwarder;
mod handshake;
mod mischief;
mod nginx;
mod other_server;
mod pebble;
mod plain_http;
mod ports;
mod process;
mod program;
mod waiting;

pub use binary::certwright_binary;
pub use caddy::{Caddy, CaddyBuilder};
pub use certificate::{KeyAndCertificate, TestAuthority};
pub use forwarder::Forwarder;
pub use handshake::{Served, handshake, trusted_handshake};
pub use mischief::{Asked, Deed, Mischief, Reply, Resource, Rule};
pub use nginx::{Nginx, NginxBuilder, standard_http_settings, standard_preamble};
pub use other_server::{OccupiedPort, OtherServer};
pub use pebble::{NameServer, Pebble, PebbleBuilder};
pub use plain_http::{Answer, get, post};
pub use ports::free_port;
pub use process::{Ended, Launch, Running};
pub use program::find_program;
pub use waiting::wait_for;
