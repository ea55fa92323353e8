//! Bundles as files by their names, made from a trail by `domain` and `tlog` alone, as `docs/trail-format.md` says.

use std::collections::BTreeMap;

use domain::anchor::AnchorKind;
use domain::bundle::{BundleKind, BundleScope, Manifest};
use domain::entry::Entry;
use domain::fact::{Change, Fact};
use domain::id::{HoldId, Seq};
use domain::payload::{Commitment, Payload, PayloadRole, salt};
use domain::time::Micros;
use tlog::{Hash, HashRange, TlogProof, Verifier, consistency_proof, inclusion_proof};
use verify::BundleChecker;

use crate::trail::{Stored, Telling, Trail, call, conversation, tell_everything, turn};
use crate::writer::{epoch, seal, signer, write};

/// Names and bytes, in the order in which a bundle is best checked.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// The story of the tests with everything that only bundles and whole trails have: a second epoch, anchors, erasing,
/// holds, an export of the first conversation.
pub(crate) fn tell_for_bundles() -> Telling {
    go_on(tell_everything())
}

/// A story with all of that after it.
pub(crate) fn go_on(mut telling: Telling) -> Telling {
    let note = write(&telling.said).notes().last().unwrap().1.clone();
    let size = telling.said.len() as u64;
    anchor(&mut telling, "share", AnchorKind::Folder, size, note.into_bytes());
    let reason = |words: &str| seal(PayloadRole::Reason, words);
    let hold = HoldId::new(1, 1);
    let why = reason("a court asks");
    let set = Fact::HoldSet { hold, of: Some(conversation(1)), call: None, reason: why.commitment() };
    telling.say(None, set, vec![why]);
    let why = reason("it asks no more");
    telling.say(None, Fact::HoldReleased { hold, reason: why.commitment() }, vec![why]);
    let gone: Vec<Commitment> = telling
        .said
        .iter()
        .filter(|said| match &said.fact {
            Fact::QuestionAsked { turn: asked, .. } => *asked == turn(2),
            Fact::CallEnded { call: ended, .. } => *ended == call(1),
            _ => false,
        })
        .flat_map(|said| said.fact.commitments())
        .collect();
    assert_eq!(gone.len(), 2);
    let why = reason("the customer asked for it");
    telling.say(None, Fact::PayloadErased { payloads: gone, reason: why.commitment() }, vec![why]);
    let next = epoch(2);
    let (origin, vkey) = (next.origin().to_string(), next.verifier().to_vkey());
    telling.say(None, Fact::EpochOpened { origin, vkey }, Vec::new());
    telling.say(None, Fact::Heartbeat {}, Vec::new());
    let size = telling.said.len() as u64;
    let sent = Fact::AnchorSent {
        anchor: "clock".to_owned(),
        kind: AnchorKind::Timestamp,
        endpoint: "http://127.0.0.1:9/tsr".to_owned(),
        size,
    };
    let note = write(&telling.said).notes().last().unwrap().1.clone();
    telling.say(None, sent, Vec::new());
    let imprint = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";
    let stamp = [b"\x30\x82".as_slice(), imprint, &domain::json::sha256(note.as_bytes())].concat();
    anchor(&mut telling, "clock", AnchorKind::Timestamp, size, stamp);
    let fact =
        Fact::ExportBegun { kind: BundleKind::Conversation, turn: None, payloads: true, encrypted: false };
    telling.say(Some(conversation(1)), fact, Vec::new());
    let setting = seal(PayloadRole::Setting, "another model");
    let fact = Fact::ModelChanged {
        model: "second".to_owned(),
        change: Change::Added,
        setting: Some(setting.commitment()),
    };
    telling.say(None, fact, vec![setting]);
    telling
}

fn anchor(telling: &mut Telling, name: &str, kind: AnchorKind, size: u64, proof: Vec<u8>) {
    let proof = Payload::seal([6; 32], PayloadRole::Anchor, "application/octet-stream", proof);
    let fact = Fact::AnchorRecorded { anchor: name.to_owned(), kind, size, proof: proof.commitment() };
    telling.say(None, fact, vec![proof]);
}

/// What a bundle is made from.
pub(crate) struct Source {
    bodies: Vec<Vec<u8>>,
    entries: Vec<Option<Entry>>,
    /// Hashes by level.
    levels: Vec<Vec<Hash>>,
    notes: BTreeMap<u64, String>,
    payloads: BTreeMap<Commitment, Vec<u8>>,
    erased: Vec<Commitment>,
    vkey: String,
}

impl Source {
    /// From a trail as stored; what was erased on record is left out.
    pub(crate) fn of(trail: &Trail) -> Self {
        let mut source = Self {
            bodies: Vec::new(),
            entries: Vec::new(),
            levels: vec![Vec::new(); 3],
            notes: BTreeMap::new(),
            payloads: BTreeMap::new(),
            erased: Vec::new(),
            vkey: String::new(),
        };
        for piece in &trail.pieces {
            match piece {
                Stored::Entry { body, leaf, .. } => {
                    source.bodies.push(body.clone());
                    source.levels[0].push(Hash::from_bytes(*leaf));
                    let entry = Entry::from_body(body).ok();
                    match entry.as_ref().map(|entry| &entry.fact) {
                        Some(Fact::TrailOpened { vkey, .. } | Fact::EpochOpened { vkey, .. }) => {
                            source.vkey.clone_from(vkey);
                        }
                        Some(Fact::PayloadErased { payloads, .. }) => source.erased.extend(payloads),
                        _ => {}
                    }
                    source.entries.push(entry);
                }
                Stored::Payload { commitment, secret, bytes } => {
                    source.payloads.insert(*commitment, [salt(secret).as_slice(), bytes].concat());
                }
                Stored::Tile { level, hash, .. } => {
                    source.levels[usize::from(*level)].push(Hash::from_bytes(*hash));
                }
                Stored::Checkpoint { size, note } => {
                    source.notes.insert(*size, note.clone());
                }
            }
        }
        source.payloads.retain(|commitment, _| !source.erased.contains(commitment));
        source
    }

    /// A bundle of the whole trail.
    pub(crate) fn full(&self) -> Files {
        let mut files = self.common(BundleScope::Trail, self.bodies.len(), &self.erased);
        files.push((
            "checkpoints.txt".to_owned(),
            self.notes.values().map(String::as_str).collect::<String>().into(),
        ));
        for (index, bodies) in self.bodies.chunks(256).enumerate() {
            let length = |body: &Vec<u8>| u16::try_from(body.len()).unwrap().to_be_bytes();
            let tile: Vec<u8> =
                bodies.iter().flat_map(|body| length(body).into_iter().chain(body.iter().copied())).collect();
            files.push((tile_name("entries", index, bodies.len()), tile));
        }
        for (level, hashes) in self.levels.iter().enumerate() {
            for (index, tile) in hashes.chunks(256).enumerate() {
                let bytes = tile.iter().flat_map(|hash| *hash.as_bytes()).collect();
                files.push((tile_name(&level.to_string(), index, tile.len()), bytes));
            }
        }
        files.extend(self.payloads.iter().map(|(name, bytes)| (format!("payloads/{name}"), bytes.clone())));
        files
    }

    /// A bundle of a conversation or an answer: the entries with these numbers.
    pub(crate) fn partial(&self, scope: BundleScope) -> Files {
        let seqs = self.chosen(scope);
        let commits =
            |seq: &u64| self.entries[usize::try_from(*seq).unwrap()].as_ref().unwrap().fact.commitments();
        let commitments: Vec<Commitment> = seqs.iter().flat_map(commits).collect();
        let erased: Vec<_> =
            self.erased.iter().filter(|erased| commitments.contains(erased)).copied().collect();
        let mut files = self.common(scope, seqs.len(), &erased);
        let (size, note) = self.notes.last_key_value().unwrap();
        for seq in &seqs {
            let path = inclusion_proof(*size, *seq, &mut |range| self.read(range)).unwrap();
            let proof = TlogProof::new(*seq, path, note.clone()).to_string().into_bytes();
            files.push((format!("entries/{seq}.json"), self.bodies[usize::try_from(*seq).unwrap()].clone()));
            files.push((format!("proofs/{seq}.tlog-proof"), proof));
            let (folder, earlier) = match &self.entries[usize::try_from(*seq).unwrap()].as_ref().unwrap().fact
            {
                Fact::AnchorRecorded { size, .. } => ("anchors", *size),
                Fact::EpochOpened { .. } => ("epochs", seq + 1),
                _ => continue,
            };
            let hashes = consistency_proof(earlier, *size, &mut |range| self.read(range)).unwrap();
            let lines: String = hashes.iter().map(|hash| format!("{hash}\n")).collect();
            files.push((format!("{folder}/{seq}.checkpoint"), self.notes[&earlier].clone().into_bytes()));
            files.push((format!("{folder}/{seq}.consistency"), lines.into_bytes()));
        }
        for name in commitments.iter().filter(|commitment| !erased.contains(commitment)) {
            files.push((format!("payloads/{name}"), self.payloads[name].clone()));
        }
        files
    }

    /// The proof that an entry is in the tree of so many.
    pub(crate) fn inclusion(&self, index: u64, size: u64) -> Vec<String> {
        let path = inclusion_proof(size, index, &mut |range| self.read(range)).unwrap();
        path.iter().map(Hash::to_string).collect()
    }

    /// The proof that a tree begins with an earlier one.
    pub(crate) fn consistency(&self, old: u64, new: u64) -> Vec<String> {
        let path = consistency_proof(old, new, &mut |range| self.read(range)).unwrap();
        path.iter().map(Hash::to_string).collect()
    }

    /// The key that signed last.
    pub(crate) fn vkey(&self) -> &str {
        &self.vkey
    }

    /// The checkpoint over so many entries.
    pub(crate) fn note(&self, size: u64) -> &str {
        &self.notes[&size]
    }

    fn common(&self, scope: BundleScope, entries: usize, erased: &[Commitment]) -> Files {
        let (size, note) = self.notes.last_key_value().unwrap();
        let manifest = Manifest {
            v: 1,
            scope,
            vkey: self.vkey.clone(),
            size: *size,
            entries: entries as u64,
            payloads: true,
            made_at: Micros(1_764_000_000_000_000),
            program: "0.1.0".to_owned(),
        };
        let mut erased: Vec<String> = erased.iter().map(|commitment| format!("{commitment}\n")).collect();
        erased.sort_unstable();
        vec![
            ("manifest.json".to_owned(), manifest.to_bytes().unwrap()),
            ("key.vkey".to_owned(), format!("{}\n", self.vkey).into_bytes()),
            ("erased.txt".to_owned(), erased.concat().into_bytes()),
            ("checkpoint".to_owned(), note.clone().into_bytes()),
            ("VERIFY.txt".to_owned(), b"Run verify.py.\n".to_vec()),
            ("views/calls.csv".to_owned(), b"call,tool\r\n".to_vec()),
        ]
    }

    fn chosen(&self, scope: BundleScope) -> Vec<u64> {
        let of = |entry: &Entry| entry.link.as_ref().map(|link| link.conversation);
        let entries = || self.entries.iter().flatten();
        let (conversation, last) = match scope {
            BundleScope::Answer { turn } => {
                let ends =
                    |entry: &&Entry| matches!(entry.fact, Fact::AnswerGiven { turn: of, .. } if of == turn);
                let end = entries().find(ends).unwrap();
                (of(end), end.seq)
            }
            BundleScope::Conversation { conversation } => (Some(conversation), Seq(u64::MAX)),
            BundleScope::Trail => unreachable!(),
        };
        let within = |entry: &Entry| of(entry) == conversation && entry.seq <= last;
        let commitments: Vec<_> =
            entries().filter(|entry| within(entry)).flat_map(|entry| entry.fact.commitments()).collect();
        let needed = |entry: &&Entry| match &entry.fact {
            Fact::TrailOpened { .. }
            | Fact::EpochOpened { .. }
            | Fact::HoldSet { .. }
            | Fact::HoldReleased { .. }
            | Fact::AnchorRecorded { .. } => true,
            Fact::PayloadErased { payloads, .. } => payloads.iter().any(|gone| commitments.contains(gone)),
            _ => within(entry),
        };
        entries().filter(needed).map(|entry| entry.seq.0).collect()
    }

    fn read(&self, range: HashRange) -> Result<Vec<Hash>, std::convert::Infallible> {
        let indexes = range.indexes;
        let at = |index: u64| usize::try_from(index).unwrap();
        Ok(self.levels[usize::from(range.level)][at(indexes.start)..at(indexes.end)].to_vec())
    }
}

fn tile_name(level: &str, index: usize, width: usize) -> String {
    let partial = if width < 256 { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{index:03}{partial}")
}

/// What the checker finds in these files.
pub(crate) fn check(
    files: &[(String, Vec<u8>)],
    vkey: Option<&str>,
    known: Option<&str>,
) -> domain::view::VerifyReport {
    let mut checker = BundleChecker::new(vkey, known);
    for (name, bytes) in files {
        checker.file(name, bytes.clone());
    }
    let payload = |commitment: Commitment| {
        let name = format!("payloads/{commitment}");
        files.iter().find(|(file, _)| *file == name).map(|(_, bytes)| bytes.clone())
    };
    checker.finish_with(Micros(0), payload)
}

/// The bundles that tests change: of the whole trail, of its first conversation, of the answer in it.
pub(crate) fn bundles() -> (Source, [Files; 3]) {
    let source = Source::of(&write(&tell_for_bundles().said));
    let conversation = source.partial(BundleScope::Conversation { conversation: conversation(1) });
    let answer = source.partial(BundleScope::Answer { turn: turn(1) });
    let files = [source.full(), conversation, answer];
    (source, files)
}

/// The keys of the trail's two epochs.
pub(crate) fn keys() -> [Verifier; 2] {
    [signer(1).verifier(), epoch(2).verifier()]
}
