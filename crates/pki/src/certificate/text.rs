//! Chains as PEM text (RFC 8555 §9.1), read as hostile input and written in one form.

use super::read;
use crate::error::PkiError;
use pem::{EncodeConfig, LineEnding, Pem};

/// No authority sends more than four; more is an attack or an error page.
const MOST_IN_CHAIN: usize = 10;
/// Sixteen times a long chain.
const LONGEST_CHAIN: usize = 256 * 1024;
/// A private bundle of roots may be a copy of the browsers' list, about 150 certificates.
const MOST_ROOTS: usize = 500;
const LONGEST_ROOTS: usize = 4 * 1024 * 1024;

/// Reads a chain, leaf first, into DER; each must parse as a certificate. Text between the blocks, which RFC 8555
/// §9.1 forbids but some authorities send, is dropped.
pub fn parse_chain(pem_text: &str) -> Result<Vec<Vec<u8>>, PkiError> {
    parse(pem_text, MOST_IN_CHAIN, LONGEST_CHAIN)
}

/// Reads a bundle of roots.
pub(crate) fn parse_roots(pem_text: &str) -> Result<Vec<Vec<u8>>, PkiError> {
    parse(pem_text, MOST_ROOTS, LONGEST_ROOTS)
}

fn parse(pem_text: &str, most: usize, longest: usize) -> Result<Vec<Vec<u8>>, PkiError> {
    if pem_text.len() > longest {
        return Err(PkiError::TooLong { found: pem_text.len(), limit: longest });
    }
    // Counted before anything is decoded, and again below: the parser silently drops a block that is cut off.
    let announced = pem_text.matches("-----BEGIN ").count();
    if announced > most {
        return Err(PkiError::TooMany { found: announced, limit: most });
    }
    if announced == 0 {
        return Err(PkiError::NoCertificate);
    }
    let blocks = pem::parse_many(pem_text).map_err(|_| PkiError::DamagedPem)?;
    if blocks.len() != announced {
        return Err(PkiError::DamagedPem);
    }
    blocks
        .into_iter()
        .enumerate()
        .map(|(index, block)| {
            if block.tag() != "CERTIFICATE" {
                return Err(PkiError::NotACertificate { position: index + 1 });
            }
            read(block.contents())?;
            Ok(block.into_contents())
        })
        .collect()
}

/// A chain as PEM text, as servers read it.
pub fn chain_pem(chain: &[Vec<u8>]) -> String {
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    chain.iter().map(|der| pem::encode_config(&Pem::new("CERTIFICATE", der.as_slice()), config)).collect()
}
