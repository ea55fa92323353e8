//! Waits between two attempts of a request, where nobody says how long. `turn` has a rule of its own for calls, whose
//! time is short.

use std::time::Duration;

/// Waits that double.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doubling {
    /// The first.
    pub(crate) first: Duration,
    /// None is longer.
    pub(crate) longest: Duration,
}

impl Doubling {
    /// The wait after so many attempts have come to nothing. It is anything from half of its time to all of it, as `dice`
    /// says, so that those who were turned away together don't come again together.
    pub(crate) fn after(self, attempts: u32, dice: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        let half = self.first.saturating_mul(1 << doublings).min(self.longest) / 2;
        half + half.mul_f64(f64::from(dice) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_up_to_twice_the_one_before_and_none_too_long() {
        let waits = Doubling { first: Duration::from_secs(1), longest: Duration::from_secs(30) };
        for (attempts, least, most) in
            [(0, 500, 1000), (1, 500, 1000), (2, 1000, 2000), (3, 2000, 4000), (6, 15_000, 30_000)]
        {
            let millis = |dice| waits.after(attempts, dice).as_millis();
            assert_eq!((millis(0), millis(u32::MAX)), (least, most), "{attempts}");
        }
        assert_eq!(waits.after(u32::MAX, u32::MAX), waits.longest);
    }
}
