//! `--key` and the word `auto`, which leaves a choice to the service.

use certwright_api::certificates::KeyType;
use clap::ValueEnum;

/// The word that leaves a choice to the service.
const AUTO: &str = "auto";

/// A certificate's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum KeyChoice {
    /// ECDSA on P-256
    EcdsaP256,
    /// ECDSA on P-384
    EcdsaP384,
    /// ECDSA on P-521, which no browser understands
    EcdsaP521,
    /// RSA with 2048 bits
    #[value(name = "rsa-2048")]
    Rsa2048,
    /// RSA with 3072 bits
    #[value(name = "rsa-3072")]
    Rsa3072,
    /// RSA with 4096 bits
    #[value(name = "rsa-4096")]
    Rsa4096,
    /// What the targets understand best
    Auto,
}

impl KeyChoice {
    /// The type; `None` leaves it to the targets.
    pub(super) fn key_type(self) -> Option<KeyType> {
        match self {
            Self::EcdsaP256 => Some(KeyType::EcdsaP256),
            Self::Rsa2048 => Some(KeyType::Rsa2048),
            Self::EcdsaP384 => Some(KeyType::EcdsaP384),
            Self::EcdsaP521 => Some(KeyType::EcdsaP521),
            Self::Rsa3072 => Some(KeyType::Rsa3072),
            Self::Rsa4096 => Some(KeyType::Rsa4096),
            Self::Auto => None,
        }
    }
}

/// The text, unless it leaves the choice to the service.
pub(super) fn chosen(text: String) -> Option<String> {
    (text != AUTO).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_api() {
        for (name, choice) in [
            ("ecdsa-p256", KeyChoice::EcdsaP256),
            ("ecdsa-p384", KeyChoice::EcdsaP384),
            ("ecdsa-p521", KeyChoice::EcdsaP521),
            ("rsa-2048", KeyChoice::Rsa2048),
            ("rsa-3072", KeyChoice::Rsa3072),
            ("rsa-4096", KeyChoice::Rsa4096),
        ] {
            assert_eq!(KeyChoice::from_str(name, false), Ok(choice));
            assert_eq!(KeyType::from_name(name), choice.key_type());
        }
        assert_eq!(KeyChoice::Auto.key_type(), None);
        assert_eq!((chosen("auto".to_owned()), chosen("x".to_owned())), (None, Some("x".to_owned())));
    }
}
