//! What strangers may hand over.

use std::io::{Cursor, Write};
use std::sync::LazyLock;

use domain::bundle::BundleScope;
use domain::id::Seq;
use evidence::{Bundle, EvidenceError, Piece};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::scene::{Trail, ada, conversation, files, pieces, written};

fn opened(file: &[u8]) -> Result<Vec<Piece>, EvidenceError> {
    Bundle::open(Cursor::new(file))?.pieces().collect()
}

fn refused(file: &[u8]) -> String {
    match opened(file) {
        Err(EvidenceError::NotABundle { why }) => why,
        other => panic!("{other:?}"),
    }
}

/// Some of a bundle with more files of the given names and bytes.
fn with_files(more: &[(&str, &[u8])]) -> Vec<u8> {
    let trail = ada();
    let scope = BundleScope::Conversation { conversation: conversation() };
    let manifest = trail.manifest(scope, 0, false);
    let own = files(&written(&manifest, &trail.last_note(), |_| {}));
    let own = own.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    zipped(&own.chain(more.iter().copied()).collect::<Vec<_>>())
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn strays(file: &[u8]) -> Vec<(String, &'static str)> {
    let strays = pieces(file).into_iter().filter_map(|piece| match piece {
        Piece::Stray { name, why } => Some((name, why)),
        _ => None,
    });
    strays.collect()
}

/// Replaces bytes wherever they stand.
fn replaced(file: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut file = file.to_vec();
    for at in 0..file.len().saturating_sub(old.len()) {
        if file[at..].starts_with(old) {
            file[at..at + new.len()].copy_from_slice(new);
        }
    }
    file
}

#[test]
fn what_is_cut_off_anywhere_is_no_bundle() {
    let file = Trail::with(20).bundle(&[20]);
    for length in 0..file.len() {
        assert!(Bundle::open(Cursor::new(&file[..length])).is_err(), "{length}");
    }
    assert!(Bundle::open(Cursor::new(&file)).is_ok());
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let trail = Trail::with(20);
    let file = trail.bundle(&[7, 20]);
    let honest = pieces(&file);
    let own: Vec<_> = Bundle::open(Cursor::new(&file)).unwrap().files().map(Result::unwrap).collect();
    // What is convenience is long and the same in each bundle.
    let mut zip = ZipArchive::new(Cursor::new(&file)).unwrap();
    let skipped = ["verify.py", "VERIFY.txt"].map(|name| {
        let packed = zip.by_name(name).unwrap();
        let start = usize::try_from(packed.data_start().unwrap()).unwrap();
        start..start + usize::try_from(packed.compressed_size()).unwrap()
    });
    let mut flipped = file.clone();
    for at in (0..file.len()).filter(|at| !skipped.iter().any(|range| range.contains(at))) {
        flipped[at] ^= 1 << (at % 8);
        if let Ok(mut bundle) = Bundle::open(Cursor::new(&flipped)) {
            let changed = bundle.files().any(|file| file.is_err() || !own.contains(&file.unwrap()));
            assert!(changed || bundle.files().count() == own.len(), "byte {at}");
        }
        if let Ok(found) = opened(&flipped) {
            let told = found.iter().any(|piece| matches!(piece, Piece::Stray { .. } | Piece::Missing { .. }));
            assert!(told || found == honest, "byte {at}");
        }
        flipped[at] = file[at];
    }
}

#[test]
fn other_names_are_strays() {
    let names = [
        "../manifest.json",
        "/etc/passwd",
        "entries/../entries/1.json",
        "entries\\1.json",
        "entries/01.json",
        "tile/0/000",
        "checkpoints.txt",
        "answer.html",
        "views/people.csv",
        "README",
        "\u{202e}txt.exe",
    ];
    let more: Vec<_> = names.iter().map(|name| (*name, b"x".as_slice())).collect();
    let found = strays(&with_files(&more));
    let of_another_kind = ["tile/0/000", "checkpoints.txt", "answer.html"];
    let mut expected: Vec<_> = names
        .iter()
        .map(|name| {
            let foreign = of_another_kind.contains(name);
            let why = if foreign { "is no part of a bundle of this kind" } else { "is no part of a bundle" };
            (name.as_bytes().escape_ascii().to_string(), why)
        })
        .collect();
    expected.sort_by_key(|(_, why)| why.len());
    assert_eq!(found, expected);
    let long = "x".repeat(60_000);
    assert!(strays(&with_files(&[(&long, b"")]))[0].0.len() < 300);
}

#[test]
fn two_files_of_one_name_are_told() {
    let file = with_files(&[("entries/1.json", b"{}"), ("entries/2.json", b"{}")]);
    let file = replaced(&file, b"entries/2.json", b"entries/1.json");
    assert_eq!(strays(&file), [("entries/1.json".to_owned(), "stands in the zip more than once")]);
    let mut bundle = Bundle::open(Cursor::new(&file)).unwrap();
    let names: Vec<_> = bundle.files().map(|file| file.unwrap().0).collect();
    assert_eq!(names.iter().filter(|name| *name == "entries/1.json").count(), 2);
}

#[test]
fn a_small_file_that_unpacks_to_much_is_not_unpacked() {
    let zeros = vec![0; 18 << 20];
    let file = with_files(&[("proofs/1.tlog-proof", &zeros), ("entries/1.json", &zeros[..65_536])]);
    assert!(file.len() < 100_000);
    let larger = "is larger than such a file may be";
    let names = ["entries/1.json", "proofs/1.tlog-proof"].map(|name| (name.to_owned(), larger));
    assert_eq!(strays(&file), names);
    let files: Vec<_> = Bundle::open(Cursor::new(&file)).unwrap().files().collect();
    assert!(matches!(files.last(), Some(Err(EvidenceError::NotABundle { why })) if why.ends_with(larger)));
}

#[test]
fn a_size_that_is_not_true_is_told() {
    let bytes = [0x5a; 4_321];
    let name = format!("payloads/{}", "ab".repeat(32));
    let file = with_files(&[(&name, &bytes)]);
    for stated in [4_320_u32, 4_322, u32::MAX - 1] {
        let file = replaced(&file, &4_321_u32.to_le_bytes(), &stated.to_le_bytes());
        let found = strays(&file);
        assert_eq!(found.len(), 1, "{stated}");
        assert_eq!(found[0].0, name);
    }
}

#[test]
fn all_files_together_have_a_limit() {
    let bytes = [0x5a; 4_321];
    let names: Vec<_> = (0..80).map(|number| format!("payloads/{number:064}")).collect();
    let more: Vec<_> = names.iter().map(|name| (name.as_str(), bytes.as_slice())).collect();
    let file = replaced(&with_files(&more), &4_321_u32.to_le_bytes(), &(u32::MAX - 1).to_le_bytes());
    assert!(refused(&file).starts_with("it unpacks to more than 274877906944 bytes"));
}

#[test]
fn a_count_that_is_not_true_is_refused() {
    let file = with_files(&[]);
    let end = file.len() - 22;
    for stated in [0_u16, 3, 65_534] {
        let mut file = file.clone();
        file[end + 8..end + 10].copy_from_slice(&stated.to_le_bytes());
        file[end + 10..end + 12].copy_from_slice(&stated.to_le_bytes());
        refused(&file);
    }
    // As a large zip: the record with the count, where it lies, and an end that points there.
    for stated in [4_000_001_u64, 1 << 40, u64::MAX] {
        let mut file = file.clone();
        let mut end_record = file.split_off(end);
        let mut large = b"PK\x06\x06".to_vec();
        large.extend(44_u64.to_le_bytes());
        large.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        large.extend([stated.to_le_bytes(), stated.to_le_bytes(), u64::MAX.to_le_bytes(), [0; 8]].concat());
        let locator = [b"PK\x06\x07\0\0\0\0".as_slice(), &(end as u64).to_le_bytes(), &[1, 0, 0, 0]].concat();
        end_record[8..12].fill(0xff);
        file.extend([large, locator, end_record].concat());
        assert!(refused(&file).ends_with("files, and a bundle at most 4000000"));
    }
}

#[test]
fn a_zip_that_says_two_things_is_refused() {
    let file = with_files(&[("entries/1.json", b"{}")]);
    refused(&[b"#!/bin/sh\n".as_slice(), &file].concat());
    refused(&[file.as_slice(), b"x"].concat());
    refused(&[file.as_slice(), &file].concat());
    let mut commented = file.clone();
    let end = commented.len() - 2;
    commented[end] = 4;
    commented.extend(b"PK\x05\x06");
    refused(&commented);
    // The name before the file is another than in the directory.
    let mut other = file.clone();
    let first = file.windows(14).position(|bytes| bytes == b"entries/1.json").unwrap();
    other[first..first + 14].copy_from_slice(b"entries/2.json");
    refused(&other);
}

#[test]
fn a_bundle_has_a_manifest_a_key_and_a_checkpoint() {
    let trail = ada();
    let manifest = trail.manifest(BundleScope::Trail, 0, false);
    let own = files(&written(&manifest, &trail.last_note(), |_| {}));
    let with = |name: &str, bytes: Option<&str>| {
        let kept = own.iter().filter(|(own, _)| own != name);
        let kept = kept.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        zipped(&kept.chain(bytes.map(|bytes| (name, bytes.as_bytes()))).collect::<Vec<_>>())
    };
    for name in ["manifest.json", "key.vkey", "checkpoint"] {
        assert_eq!(refused(&with(name, None)), format!("`{name}` is missing"));
    }
    let text = String::from_utf8(own[0].1.clone()).unwrap();
    assert!(opened(&with("manifest.json", Some(&text))).is_ok());
    for wrong in [
        text.replace(":", ": "),
        text.replace("\"v\":1", "\"v\":2"),
        text.replace("\"v\":1", "\"v\":1,\"w\":2"),
        text.replace("\"size\":6", "\"size\":6,\"size\":6"),
        format!("{text}\n"),
        "[".repeat(100_000),
    ] {
        refused(&with("manifest.json", Some(&wrong)));
    }
    refused(&with("key.vkey", Some("one\ntwo\n")));
    refused(&with("key.vkey", Some("one")));
    assert_eq!(
        opened(&with("checkpoints.txt", None)).unwrap(),
        [Piece::Missing { name: "checkpoints.txt".to_owned() }]
    );
}

#[test]
fn files_that_are_not_in_their_form_are_told() {
    let hash = "A".repeat(43) + "=";
    let commitment = "ab".repeat(32);
    let payload = format!("payloads/{commitment}");
    let file = with_files(&[
        ("anchors/1.consistency", b"no hash\n"),
        ("anchors/2.consistency", format!("{hash}\n{hash}\n").as_bytes()),
        ("anchors/3.checkpoint", &[0xff]),
        (&payload, b"short"),
    ]);
    let found: Vec<_> = strays(&file).into_iter().map(|(name, why)| format!("{name} {why}")).collect();
    assert_eq!(
        found,
        [
            "anchors/1.consistency is not hashes in Base64, one a line".to_owned(),
            "anchors/3.checkpoint is not UTF-8".to_owned(),
            format!("{payload} is shorter than a salt"),
        ]
    );
    assert!(
        pieces(&file)
            .iter()
            .any(|piece| matches!(piece, Piece::Consistency { seq: Seq(2), hashes } if hashes.len() == 2))
    );
}

#[test]
fn a_tile_or_entry_bundle_holds_as_much_as_its_name_says() {
    let trail = Trail::with(3);
    let own = files(&trail.bundle(&[]));
    let other = |old: &str, new: &str| {
        let files = own.iter().map(|(name, bytes)| (if name == old { new } else { name }, bytes.as_slice()));
        strays(&zipped(&files.collect::<Vec<_>>()))
    };
    for new in ["tile/0/000.p/2", "tile/0/000.p/4", "tile/0/000"] {
        assert_eq!(other("tile/0/000.p/3", new).len(), 1, "{new}");
    }
    for new in ["tile/entries/000.p/2", "tile/entries/000.p/4", "tile/entries/000"] {
        let why = "does not hold as many entries as its name says";
        assert_eq!(other("tile/entries/000.p/3", new), [(new.to_owned(), why)]);
    }
    let far = "tile/entries/x072/x057/x594/x037/x927/936";
    assert_eq!(other("tile/entries/000.p/3", far), [(far.to_owned(), "is beyond any trail")]);
}

static EXAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let own = files(&with_files(&[("entries/1.json", b"{}"), ("anchors/1.consistency", b"")]));
    let short = own.iter().filter(|(name, _)| name != "verify.py" && name != "VERIFY.txt");
    zipped(&short.map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect::<Vec<_>>())
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    // Beginnings of a zip are what a random text never has.
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        drop(opened(&bytes));
        drop(opened(&[b"PK\x03\x04".as_slice(), &bytes, b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &bytes, b"\0\0"].concat()));
    }

    #[test]
    fn no_change_makes_it_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut file = EXAMPLE.clone();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        drop(opened(&file));
    }
}
