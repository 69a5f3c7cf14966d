//! Seeded chance: the same seed draws the same numbers, here and in the engine.

use certwright_engine::Chance;
use std::sync::{Mutex, PoisonError};

/// A generator (SplitMix64): small, and the same on every machine.
#[derive(Debug)]
pub struct Dice(Mutex<u64>);

impl Dice {
    /// The generator of one seed; `use_of` keeps several of them apart.
    pub fn new(seed: u64, use_of: u64) -> Self {
        Self(Mutex::new(
            seed.wrapping_mul(0xA24B_AED4_963E_E407) ^ use_of.wrapping_mul(0x9FB2_1C65_1E98_DF25),
        ))
    }

    /// 64 bits.
    pub fn bits(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number in 0..1.
    pub fn share(&self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number below `end`.
    pub fn below(&self, end: u64) -> u64 {
        self.bits() % end.max(1)
    }

    /// Whether something happens that happens with this share.
    pub fn happens(&self, share: f64) -> bool {
        self.share() < share
    }
}

impl Chance for Dice {
    fn draw(&self) -> f64 {
        self.share()
    }

    fn unique(&self) -> String {
        format!("{:016x}{:016x}", self.bits(), self.bits())
    }
}
