//! A trail that was written well, and then changed where it lies: every change is reported or has no effect.

use domain::id::Seq;
use domain::view::FindingKind;
use proptest::prelude::*;
use tlog::{Checkpoint, Hash, leaf_hash};

use crate::trail::{Stored, Trail, is_entry, long_trail, short_trail};
use crate::writer::signer;

#[test]
fn each_entry_taken_out_is_missed() {
    let trail = short_trail();
    for place in trail.places(is_entry) {
        let mut changed = trail.clone();
        changed.pieces.remove(place);
        let findings = changed.findings();
        let Stored::Entry { seq, .. } = &trail.pieces[place] else { unreachable!() };
        assert!(findings.iter().any(|finding| finding.seq == Some(*seq)), "{seq}: {findings:?}");
        assert!(
            findings.iter().any(|finding| matches!(finding.kind, FindingKind::Gap | FindingKind::Truncated)),
            "{seq}"
        );
    }
}

#[test]
fn entries_swapped_or_repeated_are_seen() {
    let trail = short_trail();
    let entries = trail.places(is_entry);
    for pair in entries.windows(2) {
        let mut swapped = trail.clone();
        swapped.pieces.swap(pair[0], pair[1]);
        assert!(!swapped.findings().is_empty());
        // With the stored numbers swapped too.
        let mut renumbered = swapped.clone();
        let seqs = pair.iter().map(|place| match &trail.pieces[*place] {
            Stored::Entry { seq, .. } => *seq,
            _ => unreachable!(),
        });
        for (place, number) in pair.iter().zip(seqs) {
            if let Stored::Entry { seq, .. } = &mut renumbered.pieces[*place] {
                *seq = number;
            }
        }
        assert!(renumbered.kinds().contains(&FindingKind::Altered));
    }
    for place in &entries {
        let mut repeated = trail.clone();
        let again = trail.pieces[*place].clone();
        repeated.pieces.insert(place + 1, again.clone());
        assert!(repeated.kinds().contains(&FindingKind::Altered));
        let mut appended = trail.clone();
        appended.pieces.push(again);
        assert!(appended.kinds().contains(&FindingKind::Altered));
    }
}

#[test]
fn the_end_cut_off_is_seen_by_the_checkpoints_or_payloads_that_stay() {
    let trail = short_trail();
    for from in trail.places(is_entry) {
        let stays = |kept: fn(&Stored) -> bool| {
            let rest = trail.pieces[from..].iter().filter(|piece| kept(piece)).cloned();
            Trail { pieces: trail.pieces[..from].iter().cloned().chain(rest).collect() }
        };
        let checkpoints = stays(|piece| matches!(piece, Stored::Checkpoint { .. }));
        let expected = if from == 0 { FindingKind::Unsigned } else { FindingKind::Truncated };
        assert!(checkpoints.kinds().contains(&expected), "{from}");
        let payloads = stays(|piece| matches!(piece, Stored::Payload { .. }));
        let left = payloads.pieces.len() > from;
        assert_eq!(payloads.kinds().contains(&FindingKind::Altered), left, "{from}");
        // Only the checkpoint of the last entry is gone.
        let mut unsigned = Trail { pieces: trail.pieces[..from].to_vec() };
        while matches!(unsigned.pieces.last(), Some(Stored::Checkpoint { .. })) {
            unsigned.pieces.pop();
        }
        assert!(from == 0 || unsigned.kinds().contains(&FindingKind::Unsigned), "{from}");
    }
    assert_eq!(Trail::default().kinds(), [FindingKind::Missing]);
}

#[test]
fn an_entry_rewritten_with_its_hash_is_seen_by_the_signed_root() {
    let trail = short_trail();
    for place in trail.places(is_entry).into_iter().skip(1) {
        let mut changed = trail.clone();
        let Stored::Entry { seq, body, leaf } = &mut changed.pieces[place] else { unreachable!() };
        let text = String::from_utf8(body.clone()).unwrap();
        *body = text.replace("\"at\":17", "\"at\":16").into_bytes();
        *leaf = *leaf_hash(body).as_bytes();
        let seq = *seq;
        let altered: Vec<_> =
            changed.findings().into_iter().filter(|finding| finding.kind == FindingKind::Altered).collect();
        assert_eq!(altered[0].seq, Some(seq), "{altered:?}");
    }
}

#[test]
fn two_signed_histories_are_a_fork() {
    let mut trail = short_trail();
    let places = trail.places(|piece| matches!(piece, Stored::Checkpoint { .. }));
    let signer = signer(1);
    let other = Checkpoint { origin: signer.origin().clone(), size: 9, root: Hash::from_bytes([3; 32]) };
    let mut forked = trail.clone();
    forked.pieces.insert(places[8] + 1, Stored::Checkpoint { size: 9, note: signer.sign(&other) });
    assert_eq!(forked.kinds(), [FindingKind::Forked]);
    trail.pieces[places[8]] = Stored::Checkpoint { size: 9, note: signer.sign(&other) };
    let findings = trail.findings();
    assert_eq!((findings.len(), findings[0].kind, findings[0].seq), (1, FindingKind::Forked, Some(Seq(8))));
}

#[test]
fn every_payload_and_tree_hash_is_needed_once() {
    let (short, long) = (short_trail(), long_trail());
    let payloads = short.places(|piece| matches!(piece, Stored::Payload { .. }));
    let tiles = long.places(|piece| matches!(piece, Stored::Tile { .. }));
    assert!(!tiles.is_empty());
    let each = payloads
        .into_iter()
        .map(|place| (&short, place))
        .chain(tiles.into_iter().map(|place| (&long, place)));
    for (trail, place) in each {
        let mut without = trail.clone();
        let piece = without.pieces.remove(place);
        assert_eq!(without.kinds(), [FindingKind::Missing]);
        let mut twice = trail.clone();
        twice.pieces.push(piece);
        assert_eq!(twice.kinds(), [FindingKind::Altered]);
    }
}

#[test]
fn a_payload_without_its_secret_opens_nothing() {
    let trail = short_trail();
    let mut checker = verify::Checker::new(None);
    for piece in &trail.pieces {
        match piece {
            Stored::Entry { seq, body, leaf } => checker.entry(*seq, body, leaf),
            Stored::Payload { commitment, bytes, .. } => checker.payload(*commitment, None, bytes),
            Stored::Tile { .. } => {}
            Stored::Checkpoint { size, note } => checker.checkpoint(*size, note),
        }
    }
    let report = checker.finish(domain::time::Micros(0));
    assert_eq!(report.payloads, 0);
    assert!(report.findings.iter().all(|finding| finding.kind == FindingKind::Unopened));
    assert!(!report.findings.is_empty());
}

/// Checkpoints may come long before their entries, and tiles and payloads long after.
#[test]
fn the_order_of_feeding_may_be_loose() {
    let trail = long_trail();
    let rank = |piece: &Stored| match piece {
        Stored::Entry { seq, .. } if seq.0 == 0 => 0,
        Stored::Checkpoint { .. } => 1,
        Stored::Entry { .. } => 2,
        Stored::Payload { .. } => 3,
        Stored::Tile { .. } => 4,
    };
    let mut loose = trail.clone();
    loose.pieces.sort_by_key(rank);
    assert_eq!(loose.report(), trail.report());
}

/// Changes one byte of a piece, wherever it is: body, hash, number, note, secret, commitment.
fn flip(piece: &mut Stored, place: usize, change: u8) {
    let flip_in = |bytes: &mut [u8]| {
        let place = place % bytes.len();
        bytes[place] ^= change;
    };
    let flip_number = |number: &mut u64| *number ^= u64::from(change) << (place % 7 * 8);
    match piece {
        Stored::Entry { seq, body, leaf } => match place % 8 {
            0 => flip_in(leaf),
            1 => flip_number(&mut seq.0),
            _ => flip_in(body),
        },
        Stored::Payload { commitment, secret, bytes } => match place % 3 {
            0 => flip_in(&mut commitment.0),
            1 => flip_in(secret),
            _ => flip_in(bytes),
        },
        Stored::Tile { level, index, hash } => match place % 3 {
            0 => *level ^= change,
            1 => flip_number(index),
            _ => flip_in(hash),
        },
        Stored::Checkpoint { size, note } => {
            if place.is_multiple_of(8) {
                flip_number(size);
            } else {
                let mut bytes = std::mem::take(note).into_bytes();
                flip_in(&mut bytes);
                *note = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn one_byte_changed_anywhere_is_reported(
        long in prop::bool::weighted(0.05),
        piece in any::<prop::sample::Index>(),
        place in any::<u16>(),
        change in 1u8..,
    ) {
        let mut trail = if long { long_trail() } else { short_trail() };
        let at = piece.index(trail.pieces.len());
        flip(&mut trail.pieces[at], usize::from(place), change);
        prop_assert!(!trail.findings().is_empty(), "{:?}", trail.pieces[at]);
    }
}
