//! Keys: made, read in every form, and never shown.

use super::*;
use pem::{Pem, encode};

/// A PKCS#8 key's inner structure: SEC1 or PKCS#1 (RFC 5958 §2, the octet string `privateKey`).
fn inner(key: &PrivateKey) -> Vec<u8> {
    use x509_parser::asn1_rs::{Any, FromDer};
    let (_, outer) = Any::from_der(key.pkcs8_der()).unwrap();
    let mut rest = outer.data;
    for _ in 0..2 {
        rest = Any::from_der(rest).unwrap().0;
    }
    Any::from_der(rest).unwrap().1.data.to_vec()
}

#[test]
fn keeps_a_key_through_pem_and_der() {
    for key_type in KeyType::ALL {
        let key = PrivateKey::generate(*key_type).unwrap();
        let text = key.to_pkcs8_pem();
        assert!(
            text.starts_with("-----BEGIN PRIVATE KEY-----\n")
                && text.ends_with("-----END PRIVATE KEY-----\n")
        );
        assert!(text.lines().all(|line| line.len() <= 64));
        for again in
            [PrivateKey::from_pem(&text).unwrap(), PrivateKey::from_pkcs8_der(key.pkcs8_der()).unwrap()]
        {
            assert_eq!(again.pkcs8_der(), key.pkcs8_der());
            assert_eq!((again.key_type(), again.spki_fingerprint()), (*key_type, key.spki_fingerprint()));
        }
    }
}

#[test]
fn reads_the_older_forms_of_openssl() {
    let rsa = PrivateKey::generate(KeyType::Rsa2048).unwrap();
    let text = encode(&Pem::new("RSA PRIVATE KEY", inner(&rsa)));
    assert_eq!(PrivateKey::from_pem(&text).unwrap().pkcs8_der(), rsa.pkcs8_der());

    for (curve, key_type) in CURVES {
        let ecdsa = PrivateKey::generate(key_type).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(curve, ecdsa.pkcs8_der()).unwrap();
        let sec1 = pair.private_key().as_der().unwrap();
        let block = encode(&Pem::new("EC PRIVATE KEY", sec1.as_ref()));
        // What `openssl ecparam -genkey` writes: the curve's name in a block of its own first.
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        for text in [block.clone(), format!("{parameters}{block}")] {
            let read = PrivateKey::from_pem(&text).unwrap();
            assert_eq!(read.spki_fingerprint(), ecdsa.spki_fingerprint());
            assert_eq!((read.key_type(), read.pkcs8_der()), (key_type, ecdsa.pkcs8_der()));
        }
    }
}

#[test]
fn says_why_it_reads_no_key() {
    let rsa_8192 = RsaKeyPair::generate(KeySize::Rsa8192).unwrap().as_der().unwrap();
    let rsa_8192 = encode(&Pem::new("PRIVATE KEY", rsa_8192.as_ref()));
    let ed25519 = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
    let ed25519 = encode(&Pem::new("PRIVATE KEY", ed25519.as_ref()));
    let unsupported = |what: &str| PkiError::UnsupportedPrivateKey(what.to_owned());
    for (text, why) in [
        ("", PkiError::NoPrivateKey),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", PkiError::NoPrivateKey),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", PkiError::UnreadablePrivateKey),
        ("-----BEGIN PRIVATE KEY-----\n????\n-----END PRIVATE KEY-----\n", PkiError::UnreadablePrivateKey),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n", PkiError::UnreadablePrivateKey),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            PkiError::EncryptedPrivateKey,
        ),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
            PkiError::EncryptedPrivateKey,
        ),
        (&rsa_8192, unsupported("RSA 8192")),
        (&ed25519, unsupported("Ed25519")),
    ] {
        assert_eq!(PrivateKey::from_pem(text).unwrap_err(), why, "{text}");
    }
}

/// Made by OpenSSL 3.0 with the passphrase "open sesame" from one P-256 key: `openssl pkcs8 -topk8 -v2 …`.
const ENCRYPTED: &str = include_str!("tests/encrypted.pem");

#[test]
fn a_passphrase_opens_what_openssl_encrypted() {
    let plain = PrivateKey::from_pem(include_str!("tests/plain.pem")).unwrap();
    let blocks: Vec<_> = ENCRYPTED.split_inclusive("-----END ENCRYPTED PRIVATE KEY-----\n").collect();
    let [opened @ .., scrypt, des3] = &blocks[..] else { panic!("{}", blocks.len()) };
    assert_eq!(opened.len(), 4);
    for text in opened {
        let key = PrivateKey::from_pem_with(text, Some("open sesame")).unwrap();
        assert_eq!(key.pkcs8_der(), plain.pkcs8_der());
        let wrong = PrivateKey::from_pem_with(text, Some("open barley")).unwrap_err();
        assert_eq!(wrong, PkiError::WrongPassphrase);
        assert_eq!(PrivateKey::from_pem_with(text, None).unwrap_err(), PkiError::EncryptedPrivateKey);
    }
    for (text, name) in [(scrypt, "scrypt"), (des3, "triple DES")] {
        let said = PrivateKey::from_pem_with(text, Some("open sesame")).unwrap_err().to_string();
        assert!(said.contains(name) && said.contains("openssl pkcs8 -topk8"), "{said}");
    }
    let open = PrivateKey::from_pem_with(&plain.to_pkcs8_pem(), Some("not needed")).unwrap();
    assert_eq!(open.pkcs8_der(), plain.pkcs8_der());
}

#[test]
fn shows_no_key() {
    let key = PrivateKey::generate(KeyType::EcdsaP256).unwrap();
    let shown = format!("{key:?}");
    assert_eq!(
        shown,
        format!("PrivateKey {{ key_type: EcdsaP256, spki_fingerprint: {:?}, .. }}", key.spki_fingerprint())
    );
}
