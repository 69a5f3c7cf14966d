//! Why the service cannot listen.

use std::net::SocketAddr;
use std::path::PathBuf;

/// Why the service cannot listen; typed by what a person can do about it.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another process listens there. Which one is for the caller to find out.
    #[error("{address} is taken: another process listens there")]
    PortTaken {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not let us listen there.
    #[error("listening at {address} is not permitted; ports below 1024 need root or CAP_NET_BIND_SERVICE")]
    PortForbidden {
        /// The address.
        address: SocketAddr,
    },
    /// Others than this machine could reach it, and it was to be listened at without TLS.
    #[error(
        "{address} can be reached from other machines, and is never listened at without TLS: \
         listen at a loopback address such as 127.0.0.1:{}, or with TLS", .address.port()
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// Another process listens at the socket.
    #[error("another process listens at {}: is the service running already?", .path.display())]
    SocketTaken {
        /// The socket.
        path: PathBuf,
    },
    /// Something that is no socket stands in the way.
    #[error("{} is there and is no socket; it is left alone: move it away, or choose another path", .path.display())]
    NotASocket {
        /// What stands there.
        path: PathBuf,
    },
    /// The socket cannot be made.
    #[error("could not make the socket {}: {answer}", .path.display())]
    Socket {
        /// The socket.
        path: PathBuf,
        /// What the system answered.
        answer: String,
    },
    /// The address cannot be bound for another reason.
    #[error("could not listen at {address}: {answer}")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system answered.
        answer: String,
    },
    /// Nothing to listen at.
    #[error("there is nothing to listen at: give an address or a socket")]
    Nowhere,
}
