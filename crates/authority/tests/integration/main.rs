//! The authority as its clients meet it: an honest one over a socket, hostile ones, restarts, and corpora.
#![expect(clippy::unwrap_used, reason = "a panic here is the report of a test")]

mod accounts;
mod bench;
mod corpus;
mod hostile;
mod limits;
mod orders;
mod over_a_socket;
mod raw_client;
mod restart;
mod signed_again;
mod sockets;
mod story;
