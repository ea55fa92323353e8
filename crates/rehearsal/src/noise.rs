//! Repeatable chance: every number the company is made of comes from here, so that the same seed
//! gives the same company, byte for byte, on every machine.

/// A stream of numbers that a seed, a topic and an index determine alone.
///
/// Each record throws its own dice. Adding a field to invoices therefore does not change one
/// customer, and a latency can be drawn for a path without drawing all the paths before it.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64, topic: &str, index: u64) -> Self {
        Self(mix(seed ^ digest(topic.as_bytes())) ^ mix(index.wrapping_add(1)))
    }

    /// The next number, over the whole range.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound`. The bias of the remainder is far below what a company of this size
    /// could show.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(bound.max(1))).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `permille` of a thousand throws.
    pub(crate) fn chance(&mut self, permille: u32) -> bool {
        self.below(1000) < permille
    }

    /// One of `choices`, which are never empty: they are the constant lists of this crate.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let bound = u32::try_from(choices.len()).unwrap_or(u32::MAX);
        choices[self.below(bound) as usize]
    }
}

/// FNV-1a: a short name for some bytes. Good for ETags and topics, not against an adversary.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The finaliser of SplitMix64.
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
