//! Evidence made to hurt: the checker must answer, and briefly.

use domain::id::Seq;
use domain::payload::Commitment;
use domain::time::Micros;
use domain::view::FindingKind;
use proptest::prelude::*;
use verify::{Checker, MOST_OF_A_KIND};

use crate::files::{bundles, check};
use crate::trail::{Stored, Trail, short_trail};

#[test]
fn a_trail_that_is_wrong_everywhere_makes_a_short_report() {
    let mut checker = Checker::new(None);
    for number in 0..5_000 {
        checker.entry(Seq(number), "[".repeat(2_000).as_bytes(), &[0; 32]);
    }
    let report = checker.finish(Micros(0));
    let altered = report.findings.iter().filter(|finding| finding.kind == FindingKind::Altered);
    assert_eq!(altered.count(), MOST_OF_A_KIND as usize + 1);
    assert!(report.findings.iter().any(|finding| finding.words.starts_with("9900 more")));
    assert!(report.findings.iter().all(|finding| finding.words.len() < 2_000));
}

/// Any mess of pieces of a real trail, some of them nonsense.
fn any_piece() -> impl Strategy<Value = Stored> {
    let real = short_trail().pieces;
    let body = "(\\{|\\[|\"seq\":|9007199254740991|null|\\}|.){0,20}";
    prop_oneof![
        8 => prop::sample::select(real),
        1 => (any::<u64>(), body, any::<[u8; 32]>())
            .prop_map(|(seq, body, leaf)| Stored::Entry { seq: Seq(seq), body: body.into_bytes(), leaf }),
        1 => (any::<u64>(), "(\\n|— |tieout.test/ws/1|[0-9]|.){0,12}")
            .prop_map(|(size, note)| Stored::Checkpoint { size, note }),
        1 => (any::<u8>(), any::<u64>(), any::<[u8; 32]>())
            .prop_map(|(level, index, hash)| Stored::Tile { level, index, hash }),
        1 => (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<Vec<u8>>())
            .prop_map(|(commitment, secret, bytes)| Stored::Payload { commitment: Commitment(commitment), secret, bytes }),
    ]
}

/// Any mess of files of real bundles, some of them cut, some with bytes of others.
fn any_file() -> impl Strategy<Value = (String, Vec<u8>)> {
    let [full, conversation, answer] = bundles().1;
    let real: Vec<_> = [full, conversation, answer].concat();
    let names: Vec<String> = real.iter().map(|(name, _)| name.clone()).collect();
    let bytes: Vec<Vec<u8>> = real.iter().map(|(_, bytes)| bytes.clone()).collect();
    let name = prop_oneof![
        8 => prop::sample::select(names),
        1 => "(tile|entries|proofs|anchors|epochs|payloads|/|0|x001|\\.p|\\.json|1|.){0,8}",
    ];
    prop_oneof![
        8 => prop::sample::select(real),
        2 => (name.clone(), prop::sample::select(bytes)),
        1 => (name, any::<Vec<u8>>()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_mess_makes_it_panic(pieces in prop::collection::vec(any_piece(), 0..60)) {
        let report = Trail { pieces }.report();
        prop_assert!(report.findings.is_sorted_by_key(|finding| (finding.seq.is_none(), finding.seq)));
    }

    #[test]
    fn no_mess_of_files_makes_it_panic(files in prop::collection::vec(any_file(), 0..80), known in ".{0,40}") {
        let report = check(&files, None, Some(&known));
        prop_assert!(report.findings.is_sorted_by_key(|finding| (finding.seq.is_none(), finding.seq)));
    }

    #[test]
    fn hashes_and_keys_of_any_length_are_survived(
        bytes in any::<Vec<u8>>(),
        vkey in "(tieout|\\+|[0-9a-f]{8}|[A-Za-z0-9+/=]{44}|.){0,5}",
    ) {
        let mut checker = Checker::new(Some(&vkey));
        checker.known(&String::from_utf8_lossy(&bytes));
        checker.entry(Seq(0), &bytes, &bytes);
        checker.tile(255, u64::MAX, &bytes);
        checker.payload(Commitment([0; 32]), Some(&bytes), &bytes);
        checker.checkpoint(u64::MAX, &vkey);
        prop_assert!(!checker.finish(Micros(0)).findings.is_empty());
    }
}
