//! One client's connection: its requests, and what is done about each.

use std::io::{BufReader, Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Shared;
use super::deed::Deed;
use super::message::{Asked, Reply};

type Stream = StreamOwned<ServerConnection, TcpStream>;

/// A server that shows this certificate (the first file) with this key (the second).
pub(super) fn identity((certificate, key): &(PathBuf, PathBuf)) -> anyhow::Result<Arc<ServerConfig>> {
    let certificate = CertificateDer::from_pem_file(certificate).context("reading the HTTPS certificate")?;
    let key = PrivateKeyDer::from_pem_file(key).context("reading the HTTPS key")?;
    let settings = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)?;
    Ok(Arc::new(settings))
}

/// Serves one connection until either side ends it.
pub(super) fn serve(stream: TcpStream, shared: &Shared) -> Result<()> {
    let socket = stream.try_clone()?;
    shared.streams().push(stream.try_clone()?);
    let served = converse(stream, shared);
    // Not by drop: the proxy holds the socket as well, and the client would wait for more.
    let _ = socket.shutdown(Shutdown::Both);
    served
}

fn converse(stream: TcpStream, shared: &Shared) -> Result<()> {
    stream.set_nodelay(true)?;
    let connection = ServerConnection::new(Arc::clone(&shared.tls)).map_err(std::io::Error::other)?;
    let mut client = BufReader::new(StreamOwned::new(connection, stream));
    while let Some(asked) = Asked::read(&mut client)? {
        let deed = shared.script().deed_for(&asked);
        let stream = client.get_mut();
        let goes_on = match deed {
            None => answer(stream, &asked, &shared.upstream.pass(&asked)?)?,
            Some(Deed::Answer(reply)) => answer(stream, &asked, &reply)?,
            Some(Deed::Change(change)) => {
                let mut reply = shared.upstream.pass(&asked)?;
                change(&mut reply);
                answer(stream, &asked, &reply)?
            }
            Some(Deed::LoseReply) => {
                shared.upstream.pass(&asked)?;
                false
            }
            Some(Deed::Reset) => false,
            Some(Deed::Stall) => {
                // Until the client has had enough, or the proxy ends.
                let _ = stream.read(&mut [0; 1])?;
                false
            }
            Some(Deed::HalfBody) => {
                let reply = shared.upstream.pass(&asked)?;
                stream.write_all(&reply.head(Some(reply.body.len().max(2))))?;
                stream.write_all(&reply.body[..reply.body.len() / 2])?;
                stream.flush()?;
                false
            }
            Some(Deed::Endless) => {
                stream.write_all(&Reply::new(200, "application/json", "").head(None))?;
                loop {
                    stream.write_all(&[b' '; 8192])?;
                }
            }
        };
        if !goes_on {
            break;
        }
    }
    Ok(())
}

/// Sends an answer; the connection goes on.
fn answer(stream: &mut Stream, asked: &Asked, reply: &Reply) -> Result<bool> {
    // RFC 9110 §8.6: to HEAD, the length that a body would have is left out rather than guessed.
    let has_body = asked.method != "HEAD" && reply.status != 204;
    let mut bytes = reply.head(has_body.then_some(reply.body.len()));
    if has_body {
        bytes.extend_from_slice(&reply.body);
    }
    stream.write_all(&bytes)?;
    stream.flush()?;
    Ok(true)
}
