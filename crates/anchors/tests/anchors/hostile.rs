//! Bytes made to break us: refused, in bounded time, and nothing panics.

use anchors::{Answer, Authority, Note, Witness, check_folder, check_timestamp, check_witness};
use proptest::prelude::*;

use crate::openssl::{KeyKind, OpenSsl};
use crate::trail::Trail;

const VKEY: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

fn note() -> Note {
    Trail::new("a", 5).note(5)
}

/// Bytes that look like an answer in places.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        Just("\u{2014} remora.n621.de 2net5wAAAABqEiEg".as_bytes().to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(note().as_str().as_bytes().to_vec()),
        any::<u64>().prop_map(|size| format!("{size}\n").into_bytes()),
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..100)).prop_map(|(tag, value)| {
            [&[tag, u8::try_from(value.len()).unwrap()], value.as_slice()].concat()
        }),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_answer(
        status in prop_oneof![Just(200), Just(409), any::<u16>()],
        media in prop_oneof![
            Just("text/plain"), Just("text/x.tlog.size"), Just("application/timestamp-reply"), Just(""),
        ],
        body in bytes(),
        old in any::<u64>(),
    ) {
        let answer = Answer { status, media: media.to_owned(), body };
        let witness = Witness::new("https://witness.example", VKEY).unwrap();
        prop_assert!(witness.read(&note(), old, &answer).is_err());
        let authority = Authority::new("https://tsa.example").unwrap();
        prop_assert!(authority.read(&note(), old, &answer).is_err());
        prop_assert!(check_witness(VKEY, &answer.body, &note()).is_err());
        prop_assert!(check_timestamp(&answer.body, &note()).is_err());
        prop_assert_eq!(
            check_folder(&answer.body, &note()).is_ok(),
            answer.body == note().as_str().as_bytes(),
        );
    }
}

/// A true time stamp, spoilt in several places at once: what is still taken says what it said.
#[test]
fn a_stamp_in_pieces() {
    let openssl = OpenSsl::new(KeyKind::P256, "sha256");
    let query = Authority::new("https://tsa.example").unwrap().request(&note(), 7).body.unwrap();
    let good = openssl.reply(&query);
    let at = check_timestamp(&good, &note()).unwrap();
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    proptest!(ProptestConfig::with_cases(500), |(changes in changes)| {
        let mut bytes = good.clone();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(read) = check_timestamp(&bytes, &note()) {
            prop_assert_eq!(read, at);
        }
    });
}

/// Many small elements where a few are meant cost no more than their bytes.
#[test]
fn a_heap_of_elements_is_passed_over() {
    let openssl = OpenSsl::new(KeyKind::P256, "sha256");
    let query = Authority::new("https://tsa.example").unwrap().request(&note(), 7).body.unwrap();
    let mut bytes = openssl.reply(&query);
    bytes.extend(std::iter::repeat_n([0x30, 0x00], 30_000).flatten());
    assert!(check_timestamp(&bytes, &note()).is_err());
    assert!(check_timestamp(&vec![0x30; 1 << 20], &note()).is_err());
}
