//! Public keys as JWK (RFC 7517) and their thumbprints (RFC 7638).

use crate::base64url;
use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

/// The public half of an account key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Jwk {
    /// An elliptic curve point (RFC 7518 §6.2.1).
    Ec { curve: &'static str, x: String, y: String },
    /// An RSA modulus and exponent (RFC 7518 §6.3.1).
    Rsa { n: String, e: String },
}

impl Jwk {
    /// From an uncompressed point: a 4, then both coordinates (SEC 1 §2.3.3).
    pub(crate) fn from_point(curve: &'static str, point: &[u8]) -> Option<Self> {
        let coordinates = point.strip_prefix(&[4])?;
        if coordinates.is_empty() || coordinates.len() % 2 != 0 {
            return None;
        }
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        Some(Self::Ec { curve, x: base64url::encode(x), y: base64url::encode(y) })
    }

    /// As a JWS header carries it.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Self::Ec { curve, x, y } => json!({"kty": "EC", "crv": curve, "x": x, "y": y}),
            Self::Rsa { n, e } => json!({"kty": "RSA", "n": n, "e": e}),
        }
    }

    /// The base64url thumbprint. The hash input is written out, not serialized: RFC 7638 §3.3 fixes the
    /// order of the members, and that must not hang on how a JSON map sorts.
    pub(crate) fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Ec { curve, x, y } => format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#),
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
        };
        base64url::encode(digest(&SHA256, canonical.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thumbprint_of_rfc_7638_section_3_1() {
        let key = Jwk::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK\
                RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSq\
                zs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-\
                G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
                .to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn points_of_the_wrong_shape_are_refused() {
        for point in [&[][..], &[4], &[4, 1], &[2, 1, 2], &[1, 2, 3]] {
            assert_eq!(Jwk::from_point("P-256", point), None);
        }
    }
}
