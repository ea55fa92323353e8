//! The fuzz targets' properties, on stable: over the corpus, and over mutations of what is in it.

use std::fs;
use std::path::{Path, PathBuf};

use domain::bundle::{BundleScope, Manifest};
use domain::id::ConversationId;
use domain::time::Micros;
use store::Piece;
use tlog::{Checkpoint, Hash, TlogProof};

use super::evidence::pieces;
use super::tale::{self, Chance, Teller, times};

// The very functions that cargo-fuzz runs.
#[path = "../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "there it is a crate of its own")]
mod targets;

/// Mutations of each target's corpus; `TIEOUT_MUTATIONS` tries more.
const MUTATIONS: usize = 4_000;
/// Bytes that mean something to one of the parsers.
const ODD: &[u8] = b"\n\"\\019{}[]:,-+= \x00\xe2\xff";

#[test]
fn any_entry() {
    run("entry", targets::entry);
}

#[test]
fn any_bundle() {
    run("bundle", targets::bundle);
}

#[test]
fn any_checkpoint() {
    run("checkpoint", targets::checkpoint);
}

#[test]
fn any_proof() {
    run("proof", targets::proof);
}

#[test]
fn any_story() {
    run("story", targets::story);
}

/// What the corpus begins with is what the program writes, so that mutations start from what is nearly right. After a
/// change of the format `TIEOUT_WRITE_CORPUS=1` writes it anew.
#[tokio::test]
async fn the_corpus_has_what_is_written_today() {
    let folder = tempfile::tempdir().unwrap();
    let store = tale::create(folder.path()).await.unwrap();
    for drafts in Teller::new(1).conversation(10) {
        store.append(drafts).await.unwrap();
    }
    let pieces = pieces(&store.reader()).await;
    let body = |piece: &Piece| match piece {
        Piece::Entry { body, .. } => Some(body.clone()),
        _ => None,
    };
    let bodies: Vec<Vec<u8>> = pieces.iter().filter_map(body).collect();
    for (number, body) in bodies.iter().enumerate() {
        keep("entry", &format!("written-{number:02}"), body);
    }
    keep("story", "written", &bodies.join(&b'\n'));
    let signed = pieces.iter().filter_map(|piece| match piece {
        Piece::Checkpoint { note, .. } => Some(note.as_str()),
        _ => None,
    });
    let notes: Vec<&str> = signed.collect();
    let (vkey, last) = (tale::signer().verifier().to_vkey(), notes.last().unwrap());
    keep("bundle", "trail", &trail_bundle(&vkey, &notes, &bodies));
    let conversation = format!(
        "==> manifest.json\n{}==> key.vkey\n{vkey}\n==> checkpoint\n{last}==> erased.txt\n==> entries/0.json\n{}\
         ==> proofs/0.tlog-proof\nc2sp.org/tlog-proof@v1\nindex 0\n\n{last}",
        manifest(BundleScope::Conversation { conversation: ConversationId::new(1, 1) }, &vkey, bodies.len()),
        String::from_utf8_lossy(&bodies[0]),
    );
    keep("bundle", "conversation", conversation.as_bytes());
    let signer = targets::signer();
    keep("checkpoint", "written-vkey", signer.verifier().to_vkey().as_bytes());
    for size in 0..=targets::LEAVES.len() {
        let root = targets::tree(size).root();
        let checkpoint = Checkpoint { origin: signer.origin().clone(), size: size as u64, root };
        let note = signer.sign(&checkpoint);
        keep("checkpoint", &format!("written-{size}"), note.as_bytes());
        keep("checkpoint", &format!("written-{size}-text"), checkpoint.to_string().as_bytes());
        for index in 0..size {
            let path = path(index, size);
            let proof = TlogProof::new(index as u64, path, note.clone());
            keep("proof", &format!("written-{index}-of-{size}"), proof.to_string().as_bytes());
        }
    }
}

/// A bundle of the whole trail, as the fuzz target takes it: each body behind its length, each hash in its tile.
fn trail_bundle(vkey: &str, notes: &[&str], bodies: &[Vec<u8>]) -> Vec<u8> {
    let manifest = manifest(BundleScope::Trail, vkey, bodies.len());
    let mut bytes = format!("==> manifest.json\n{manifest}==> key.vkey\n{vkey}\n").into_bytes();
    bytes.extend(format!("==> checkpoint\n{}", notes.last().unwrap()).into_bytes());
    bytes.extend(format!("==> checkpoints.txt\n{}==> erased.txt\n", notes.concat()).into_bytes());
    bytes.extend(format!("==> tile/entries/000.p/{}\n", bodies.len()).into_bytes());
    for body in bodies {
        bytes.extend(u16::try_from(body.len()).unwrap().to_be_bytes());
        bytes.extend(body);
    }
    bytes.extend(format!("==> tile/0/000.p/{}\n", bodies.len()).into_bytes());
    bodies.iter().for_each(|body| bytes.extend(tlog::leaf_hash(body).as_bytes()));
    bytes
}

fn manifest(scope: BundleScope, vkey: &str, entries: usize) -> String {
    let (size, entries) = (entries as u64, entries as u64);
    let (vkey, program) = (vkey.to_owned(), "0.1.0".to_owned());
    let manifest =
        Manifest { v: 1, scope, vkey, size, entries, payloads: false, made_at: Micros(1), program };
    String::from_utf8(manifest.to_bytes().unwrap()).unwrap()
}

/// The path of a leaf, by the definition of RFC 6962.
fn path(index: usize, size: usize) -> Vec<Hash> {
    fn root(leaves: &[&str]) -> Hash {
        let mut tree = tlog::Frontier::new();
        for leaf in leaves {
            tree.push(tlog::leaf_hash(leaf.as_bytes()));
        }
        tree.root()
    }
    fn up(index: usize, leaves: &[&str]) -> Vec<Hash> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut path, beside) = if index < left.len() {
            (up(index, left), root(right))
        } else {
            (up(index - left.len(), right), root(left))
        };
        path.push(beside);
        path
    }
    up(index, &targets::LEAVES[..size])
}

fn keep(target: &str, name: &str, bytes: &[u8]) {
    let path = corpus(target).join(name);
    if std::env::var_os("TIEOUT_WRITE_CORPUS").is_some() {
        fs::write(&path, bytes).unwrap();
    }
    let kept = fs::read(&path).unwrap_or_default();
    assert!(kept == bytes, "{} is not what is written today: TIEOUT_WRITE_CORPUS=1", path.display());
}

fn run(target: &str, holds: impl Fn(&[u8])) {
    let mut seeds: Vec<Vec<u8>> = fs::read_dir(corpus(target))
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert!(!seeds.is_empty());
    // The order of a folder is any; mutations are to be the same at each run.
    seeds.sort();
    seeds.iter().for_each(|seed| holds(seed));
    let mut chance = Chance::new(1);
    for _ in 0..times("TIEOUT_MUTATIONS", MUTATIONS) {
        let mutated = mutated(&seeds, &mut chance);
        // What fails is printed, so that it can be kept.
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| holds(&mutated)));
        assert!(failed.is_ok(), "{target}: {:?}", String::from_utf8_lossy(&mutated));
    }
}

fn mutated(seeds: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seeds[chance.below(seeds.len())].clone();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = ODD[chance.below(ODD.len())],
            2 => bytes.truncate(at),
            3 => bytes.insert(at, ODD[chance.below(ODD.len())]),
            4 => {
                // A part of another.
                let other = &seeds[chance.below(seeds.len())];
                let from = chance.below(other.len() + 1);
                let to = from + chance.below(other.len() - from + 1);
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => {
                let to = at + chance.below(bytes.len() - at + 1);
                bytes.drain(at..to);
            }
        }
    }
    bytes
}

fn corpus(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target)
}
