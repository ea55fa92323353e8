//! Drafts made ready for the writer: payloads checked against the fact and compressed, in the caller's time, not in
//! the time of everybody who waits for the same commit.

use std::cell::RefCell;
use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use domain::entry::Draft;
use domain::fact::Fact;
use domain::id::ConversationId;
use domain::payload::Payload;
use domain::time::Moment;
use zstd::bulk::Compressor;

use crate::error::StoreError;
use crate::target::Target;

/// Below this many bytes compression saves less than it costs.
const WORTH_COMPRESSING: usize = 512;
/// Fast, and most of the gain for JSON.
const LEVEL: i32 = 1;
/// Above this many bytes packing leaves the async threads.
const HEAVY: usize = 256 * 1024;

/// A draft whose payloads are exactly those that its fact names, in the fact's order.
/// It can be had twice for little: what fails to be written for lack of room is written again.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) moment: Moment,
    pub(crate) conversation: Option<ConversationId>,
    pub(crate) fact: Fact,
    pub(crate) payloads: Vec<Arc<Packed>>,
    /// The payloads that it erases.
    pub(crate) erases: Vec<Target>,
}

impl Parcel {
    /// How many bytes of payloads it has, as stored.
    pub(crate) fn weight(&self) -> usize {
        self.payloads.iter().map(|packed| packed.stored().1.len()).sum()
    }
}

/// A payload with its compressed bytes, if they are fewer.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) payload: Payload,
    zstd: Option<Vec<u8>>,
}

impl Packed {
    /// How it is stored, and the stored bytes.
    pub(crate) fn stored(&self) -> (&'static str, &[u8]) {
        match &self.zstd {
            Some(bytes) => ("zstd", bytes),
            None => ("raw", self.payload.bytes()),
        }
    }

    fn new(payload: Payload) -> Self {
        let plain = payload.bytes();
        let worth = plain.len() >= WORTH_COMPRESSING;
        // A failure to compress is no reason not to record.
        let zstd = if worth { compressed(plain).ok() } else { None };
        let zstd = zstd.filter(|bytes| bytes.len() < plain.len());
        Self { payload, zstd }
    }
}

thread_local! {
    /// Making one takes longer than compressing a small payload with it. It grows with what it compresses, so heavy
    /// payloads get one of their own.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

fn compressed(plain: &[u8]) -> io::Result<Vec<u8>> {
    if plain.len() >= HEAVY {
        let mut bytes = zstd::bulk::compress(plain, LEVEL)?;
        // It comes with room for the worst case, which is the size of what was compressed.
        bytes.shrink_to_fit();
        return Ok(bytes);
    }
    COMPRESSOR.with_borrow_mut(|kept| match kept {
        Some(compressor) => compressor.compress(plain),
        None => kept.insert(Compressor::new(LEVEL)?).compress(plain),
    })
}

/// Packs drafts that will be written together.
pub(crate) async fn pack(drafts: Vec<Draft>) -> Result<Vec<Parcel>, StoreError> {
    let bytes: usize =
        drafts.iter().flat_map(|draft| &draft.payloads).map(|payload| payload.bytes().len()).sum();
    if bytes < HEAVY {
        return pack_now(drafts);
    }
    tokio::task::spawn_blocking(|| pack_now(drafts))
        .await
        .map_err(|_| StoreError::gone("packing a payload"))?
}

fn pack_now(drafts: Vec<Draft>) -> Result<Vec<Parcel>, StoreError> {
    // One payload belongs to one entry, or erasing it for one would erase it for another.
    let mut seen = HashSet::new();
    drafts
        .into_iter()
        .map(|draft| {
            let Draft { moment, conversation, fact, mut payloads } = draft;
            let name = fact.type_name();
            let mut packed = Vec::with_capacity(payloads.len());
            for commitment in fact.commitments() {
                let place = payloads.iter().position(|payload| payload.commitment() == commitment);
                let place = place.ok_or_else(|| {
                    StoreError::Draft(format!("{name} names a payload that did not come with it"))
                })?;
                if !seen.insert(commitment) {
                    return Err(StoreError::Draft(format!("{name} names a payload that another entry has")));
                }
                packed.push(Arc::new(Packed::new(payloads.swap_remove(place))));
            }
            if !payloads.is_empty() {
                return Err(StoreError::Draft(format!("{name} came with a payload that it does not name")));
            }
            Ok(Parcel { moment, conversation, fact, payloads: packed, erases: Vec::new() })
        })
        .collect()
}
