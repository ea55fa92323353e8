//! Ids and secrets for what is recorded past the engine.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::payload::{Payload, PayloadRole};

/// Numbers that were not given before. They repeat from run to run: nothing here is secret.
#[derive(Default)]
pub(crate) struct Mint(AtomicU64);

impl Mint {
    /// Numbers from this one on.
    pub(crate) fn after(number: u64) -> Self {
        Self(AtomicU64::new(number))
    }

    pub(crate) fn next(&self) -> u128 {
        u128::from(self.0.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        secret[..16].copy_from_slice(&self.next().to_be_bytes());
        secret
    }

    pub(crate) fn payload(&self, role: PayloadRole, bytes: impl Into<Vec<u8>>) -> Payload {
        Payload::seal(self.secret(), role, "application/json", bytes.into())
    }
}

/// SplitMix64's last steps: numbers that follow each other have nothing in common.
pub(crate) fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^ (mixed >> 27)
}

/// So many bytes that no compression makes fewer, others for each `number`.
pub(crate) fn noise(number: u128, length: usize) -> Vec<u8> {
    let seed = mixed(u64::try_from(number).unwrap_or(0));
    let words = (0..length.div_ceil(8) as u64).flat_map(|word| mixed(seed ^ mixed(word)).to_le_bytes());
    words.take(length).collect()
}
