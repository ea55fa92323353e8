//! The bundle of a whole trail.

use std::collections::BTreeMap;
use std::io::Cursor;

use domain::bundle::BundleScope;
use domain::id::Seq;
use evidence::{Bundle, Bundler, Content, EvidenceError, Piece, View};
use tlog::leaf_hash;

use crate::scene::{self, ANSWER, QUESTION, RESULT, Trail, ada, erased, files, pieces, signer, written};

/// Tile names without the code under test: as the specification's example has them, `x001/x234/067`.
fn place(index: usize, width: usize) -> String {
    let path = match index {
        0..1_000 => format!("{index:03}"),
        _ => format!("x{:03}/{:03}", index / 1_000, index % 1_000),
    };
    if width == 256 { path } else { format!("{path}.p/{width}") }
}

/// The tiles of a tree, computed from its leaves alone.
fn naive(trail: &Trail) -> BTreeMap<String, Vec<u8>> {
    let mut tiles = BTreeMap::new();
    for (index, bodies) in trail.bodies.chunks(256).enumerate() {
        let lengths =
            bodies.iter().map(|body| [&[0, u8::try_from(body.len()).unwrap()], body.as_slice()].concat());
        tiles.insert(
            format!("tile/entries/{}", place(index, bodies.len())),
            lengths.collect::<Vec<_>>().concat(),
        );
    }
    for level in 0..3 {
        let roots =
            trail.leaves.chunks_exact(256_usize.pow(level)).map(|leaves| *Trail::root(leaves).as_bytes());
        for (index, hashes) in roots.collect::<Vec<_>>().chunks(256).enumerate() {
            tiles.insert(format!("tile/{level}/{}", place(index, hashes.len())), hashes.concat());
        }
    }
    tiles
}

#[test]
fn tiles_are_those_of_the_specification() {
    for entries in [0, 1, 255, 256, 257, 70_000] {
        let trail = Trail::with(entries);
        let file = trail.bundle(&[]);
        let tiles = files(&file).into_iter().filter(|(name, _)| name.starts_with("tile/"));
        assert!(tiles.collect::<BTreeMap<_, _>>() == naive(&trail), "of {entries} entries");

        let mut found = (Vec::new(), BTreeMap::new());
        for piece in pieces(&file) {
            match piece {
                Piece::Entry { seq, body } => {
                    assert_eq!(seq.0, found.0.len() as u64);
                    found.0.push(body);
                }
                Piece::Tile { level, index, hashes } => {
                    assert!(!hashes.is_empty());
                    found.1.insert((level, index), hashes);
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(found.0 == trail.bodies);
        assert_eq!(found.1.len(), naive(&trail).len() - entries.div_ceil(256));
        let leaves: Vec<_> = found
            .1
            .iter()
            .filter(|((level, _), _)| *level == 0)
            .flat_map(|(_, hashes)| hashes)
            .copied()
            .collect();
        assert!(leaves == trail.leaves);
    }
}

#[test]
fn checkpoints_come_after_the_entries_that_they_cover() {
    let trail = Trail::with(600);
    let sizes = [1, 2, 256, 257, 599, 600];
    let (mut entries, mut checkpoints) = (0, Vec::new());
    for piece in pieces(&trail.bundle(&sizes)) {
        match piece {
            Piece::Entry { .. } => entries += 1,
            Piece::Checkpoint { note } => {
                let checkpoint = signer().verifier().open(&note).unwrap();
                assert_eq!(checkpoint.size, entries);
                checkpoints.push(note);
            }
            Piece::Tile { level: 0, index, hashes } => assert_eq!(index * 256 + hashes.len() as u64, entries),
            Piece::Tile { .. } => assert_eq!(entries, 600),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(checkpoints, sizes.map(|size| trail.note(size)));
}

fn whole_of_ada() -> Vec<u8> {
    let trail = ada();
    let manifest = trail.manifest(BundleScope::Trail, trail.bodies.len(), true);
    written(&manifest, &trail.last_note(), |bundler| {
        for (seq, body) in (0..).map(Seq).zip(&trail.bodies) {
            bundler.entry(seq, body, leaf_hash(body)).unwrap();
        }
        bundler.checkpoint(&trail.note(3)).unwrap();
        bundler.checkpoint(&trail.last_note()).unwrap();
        for opening in [QUESTION, RESULT, ANSWER, QUESTION] {
            bundler.payload(opening.commitment(), opening.content()).unwrap();
        }
        bundler.payload(erased(), Content::Erased).unwrap();
        bundler.view(View::Calls, |out| out.write_all(b"seq\r\n")).unwrap();
    })
}

#[test]
fn payloads_follow_their_entries() {
    let trail = ada();
    let file = whole_of_ada();
    let payload = |opening: &scene::Opening| Piece::Payload {
        commitment: opening.commitment(),
        salt: opening.salt,
        bytes: opening.bytes.to_vec(),
    };
    let entry = |seq: usize| Piece::Entry { seq: Seq(seq as u64), body: trail.bodies[seq].clone() };
    let expected = [
        entry(0),
        entry(1),
        entry(2),
        payload(&QUESTION),
        Piece::Checkpoint { note: trail.note(3) },
        entry(3),
        Piece::Erased(erased()),
        entry(4),
        payload(&RESULT),
        entry(5),
        payload(&ANSWER),
        Piece::Tile { level: 0, index: 0, hashes: trail.leaves.clone() },
        Piece::Checkpoint { note: trail.last_note() },
    ];
    assert_eq!(pieces(&file), expected);
    let mut bundle = Bundle::open(Cursor::new(&file)).unwrap();
    assert_eq!(bundle.vkey(), signer().verifier().to_vkey());
    assert_eq!(bundle.checkpoint(), trail.last_note());
    assert_eq!(bundle.manifest().entries, 6);
    assert_eq!(bundle.pieces().count(), bundle.pieces().count());
}

#[test]
fn the_same_pieces_give_the_same_bytes() {
    assert_eq!(whole_of_ada(), whole_of_ada());
}

#[test]
fn what_has_no_place_is_refused() {
    let trail = Trail::with(3);
    let manifest = trail.manifest(BundleScope::Trail, 3, false);
    let note = trail.last_note();
    let mut out = Cursor::new(Vec::new());
    let mut bundler = Bundler::new(&mut out, &manifest, &manifest.vkey, &note).unwrap();
    let misplaced =
        |result: Result<(), EvidenceError>| assert!(matches!(result, Err(EvidenceError::Misplaced { .. })));
    let leaf = trail.leaves[0];
    misplaced(bundler.entry(Seq(1), b"{}", leaf));
    bundler.entry(Seq(0), &trail.bodies[0], leaf).unwrap();
    misplaced(bundler.entry(Seq(0), b"{}", leaf));
    misplaced(bundler.proved(Seq(1), b"{}", &trail.proof(Seq(1))));
    misplaced(bundler.anchor(Seq(1), &note, &[]));
    misplaced(bundler.report(scene::turn(), "<p>"));
    misplaced(bundler.payload(QUESTION.commitment(), QUESTION.content()));
    bundler.checkpoint(&note).unwrap();
    bundler.payload(erased(), Content::Erased).unwrap();
    misplaced(bundler.checkpoint(&note));
    bundler.view(View::Entries, |_| Ok(())).unwrap();
    misplaced(bundler.view(View::Entries, |_| Ok(())));
    let long = vec![b' '; 65_536];
    assert!(matches!(bundler.entry(Seq(1), &long, leaf), Err(EvidenceError::TooLarge { most: 65_535, .. })));
    assert!(matches!(bundler.finish(), Err(EvidenceError::Incomplete { stated: 3, found: 1 })));
}
