//! A call's numbers in a block, and what a block says of all of its calls.

use super::traits::Traits;

/// Bytes of one call in `kinds`.
const KIND: usize = 20;
/// Bytes of one call in `measures`.
const MEASURE: usize = 28;

/// One call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) seq: u64,
    pub(crate) traits: Traits,
    /// Its number in the table `tool`.
    pub(crate) tool: u32,
    /// All zero where a reader did not ask for them.
    pub(crate) measures: Measures,
}

/// What is measured of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measures {
    /// When it was asked for.
    pub(crate) at: i64,
    pub(crate) took: u64,
    pub(crate) size: u64,
    pub(crate) attempts: u16,
    /// 0 for none.
    pub(crate) status: u16,
}

/// What all calls of a block have in common, and what none of them has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) first: u64,
    pub(crate) last: u64,
    /// Traits of one call at least.
    pub(crate) some: Traits,
    /// Traits of every call.
    pub(crate) every: Traits,
    /// Which tools, by [`tool_bit`].
    pub(crate) tools: u64,
    pub(crate) at: (i64, i64),
    pub(crate) took: (u64, u64),
    pub(crate) size: (u64, u64),
}

/// One of 63 bits for a tool: with more tools some share one, and then a block is read in vain.
pub(crate) fn tool_bit(tool: u32) -> u64 {
    1 << (tool % 63)
}

impl Summary {
    /// Of records in order; `None` if there are none.
    pub(super) fn of(records: &[Record]) -> Option<Self> {
        let (first, last) = (records.first()?, records.last()?);
        let mut summary = Self {
            first: first.seq,
            last: last.seq,
            some: Traits(0),
            every: Traits(u64::MAX),
            tools: 0,
            at: (i64::MAX, i64::MIN),
            took: (u64::MAX, 0),
            size: (u64::MAX, 0),
        };
        for Record { traits, tool, measures, .. } in records {
            summary.some.0 |= traits.0;
            summary.every.0 &= traits.0;
            summary.tools |= tool_bit(*tool);
            widen(&mut summary.at, measures.at);
            widen(&mut summary.took, measures.took);
            widen(&mut summary.size, measures.size);
        }
        Some(summary)
    }
}

fn widen<T: Ord + Copy>(range: &mut (T, T), value: T) {
    *range = (range.0.min(value), range.1.max(value));
}

/// The records that two columns hold; without `measures` these are zero. A block that was cut short gives what is whole.
pub(crate) fn records<'a>(
    kinds: &'a [u8],
    measures: Option<&'a [u8]>,
) -> impl DoubleEndedIterator<Item = Record> + ExactSizeIterator + 'a {
    let whole = kinds.len() / KIND;
    (0..whole).map(move |place| {
        let kind = &kinds[place * KIND..];
        let measures = measures.and_then(|measures| measures.get(place * MEASURE..(place + 1) * MEASURE));
        Record {
            seq: u64::from_le_bytes(bytes(kind, 0)),
            traits: Traits(u64::from_le_bytes(bytes(kind, 8))),
            tool: u32::from_le_bytes(bytes(kind, 16)),
            measures: measures.map(Measures::read).unwrap_or_default(),
        }
    })
}

impl Record {
    pub(super) fn write(&self, kinds: &mut Vec<u8>, measures: &mut Vec<u8>) {
        kinds.extend(self.seq.to_le_bytes());
        kinds.extend(self.traits.0.to_le_bytes());
        kinds.extend(self.tool.to_le_bytes());
        let Measures { at, took, size, attempts, status } = self.measures;
        measures.extend(at.to_le_bytes());
        measures.extend(took.to_le_bytes());
        measures.extend(size.to_le_bytes());
        measures.extend(attempts.to_le_bytes());
        measures.extend(status.to_le_bytes());
    }
}

impl Measures {
    fn read(from: &[u8]) -> Self {
        Self {
            at: i64::from_le_bytes(bytes(from, 0)),
            took: u64::from_le_bytes(bytes(from, 8)),
            size: u64::from_le_bytes(bytes(from, 16)),
            attempts: u16::from_le_bytes(bytes(from, 24)),
            status: u16::from_le_bytes(bytes(from, 26)),
        }
    }
}

fn bytes<const N: usize>(from: &[u8], at: usize) -> [u8; N] {
    from.get(at..at + N).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; N])
}
