//! Ways to change a bundle.

use domain::bundle::{BundleScope, Manifest};
use domain::fact::Fact;
use domain::id::HoldId;
use domain::payload::{Commitment, PayloadRole};
use domain::time::Micros;
use tlog::{Checkpoint, Hash};

use crate::files::{Files, Source, go_on, keys, tell_for_bundles};
use crate::trail::{Stored, Telling, Trail, call, conversation, long_trail, tell_everything, turn};
use crate::writer::{Said, epoch, seal, signer, write, write_signed_by};

/// One changed bundle, and whether the change is no part of the evidence.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Which bundle was changed; none if `own` is one.
    pub(crate) base: Option<usize>,
    pub(crate) own: Option<Files>,
    pub(crate) changed: Files,
    pub(crate) removed: Vec<String>,
    pub(crate) added: Files,
    pub(crate) vkey: Option<String>,
    pub(crate) known: Option<String>,
    pub(crate) harmless: bool,
}

impl Case {
    fn of(base: usize, name: String) -> Self {
        Self { name: format!("{base} {name}"), base: Some(base), ..Self::default() }
    }

    fn changed(base: usize, name: &str, what: &str, bytes: Vec<u8>) -> Self {
        let changed = vec![(name.to_owned(), bytes)];
        Self { changed, ..Self::of(base, format!("{name}: {what}")) }
    }

    /// The files after the change.
    pub(crate) fn files(&self, bases: &[Files]) -> Files {
        let base = self.base.map_or_else(|| self.own.clone().unwrap(), |base| bases[base].clone());
        let mut files: Files = base.into_iter().filter(|(name, _)| !self.removed.contains(name)).collect();
        for (name, bytes) in &mut files {
            if let Some((_, changed)) = self.changed.iter().find(|(changed, _)| changed == name) {
                bytes.clone_from(changed);
            }
        }
        files.extend(self.added.iter().cloned());
        files
    }
}

/// Whether nothing in a file of this name is evidence.
fn convenience(name: &str) -> bool {
    name == "VERIFY.txt" || name.starts_with("views/")
}

/// Every change.
pub(crate) fn all(source: &Source, bases: &[Files]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (base, files) in bases.iter().enumerate() {
        bits(base, files, &mut cases);
        whole_files(base, files, &mut cases);
        outside(base, source, files, &mut cases);
    }
    bodies(&bases[0], &mut cases);
    signed(&mut cases);
    levels(&mut cases);
    cases
}

/// Numbers that look random and are the same at each run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % below as u64).unwrap()
    }
}

/// One bit changed, some in every file.
fn bits(base: usize, files: &Files, cases: &mut Vec<Case>) {
    let mut dice = Dice(base as u64);
    for (name, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let often = match name.as_str() {
            "manifest.json" | "key.vkey" | "checkpoint" | "erased.txt" => 10,
            "checkpoints.txt" => 40,
            _ if name.starts_with("tile/") => 40,
            _ => 1,
        };
        for _ in 0..often {
            let (place, bit) = (dice.throw(bytes.len()), dice.throw(8));
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            let harmless = convenience(name) || same_claims(name, bytes, &flipped);
            let case = Case::changed(base, name, &format!("bit {bit} of byte {place}"), flipped);
            cases.push(Case { harmless, ..case });
        }
    }
}

/// Whether both are manifests that differ in when and by what they were made: of that nothing else tells.
fn same_claims(name: &str, before: &[u8], after: &[u8]) -> bool {
    let claims = |bytes: &[u8]| {
        let manifest = Manifest::from_bytes(bytes).ok()?;
        Some(Manifest { made_at: Micros(0), program: String::new(), ..manifest })
    };
    // The key may stand with or without the end of its line.
    (name == "manifest.json" && claims(before).is_some() && claims(before) == claims(after))
        || (name == "key.vkey" && before.strip_suffix(b"\n") == Some(after))
}

/// Files left out, cut, lengthened, there twice, exchanged; and some that no bundle has.
fn whole_files(base: usize, files: &Files, cases: &mut Vec<Case>) {
    for (place, (name, bytes)) in files.iter().enumerate() {
        let folder = |name: &str| name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        // There are many of a kind in some folders: each gets one of the changes, and each change some of them.
        let many = ["entries", "proofs", "payloads"].map(str::to_owned).map(Some).contains(&folder(name));
        let turn = |change: usize| !many || place % 5 == change;
        let harmless = convenience(name);
        if turn(0) {
            let left_out = Case { removed: vec![name.clone()], ..Case::of(base, format!("{name} left out")) };
            // Whoever needs no way from an older key to the newest need not be shown it.
            cases.push(Case { harmless: harmless || name.starts_with("epochs/"), ..left_out });
        }
        if turn(1) {
            let added = vec![(name.clone(), bytes.clone())];
            cases.push(Case { added, ..Case::of(base, format!("{name} twice")) });
        }
        if let Some((_, before)) = bytes.split_last().filter(|_| turn(2)) {
            let harmless = harmless || same_claims(name, bytes, before);
            cases.push(Case { harmless, ..Case::changed(base, name, "cut", before.to_vec()) });
        }
        if turn(3) {
            let longer = [bytes.as_slice(), b"0"].concat();
            cases.push(Case { harmless, ..Case::changed(base, name, "lengthened", longer) });
        }
        let next =
            files.get(place + 1).filter(|(next, _)| folder(next).is_some() && folder(next) == folder(name));
        if let Some((next, other)) = next.filter(|(_, other)| other != bytes && turn(4)) {
            let changed = vec![(name.clone(), other.clone()), (next.clone(), bytes.clone())];
            cases.push(Case { changed, ..Case::of(base, format!("{name} and {next} exchanged")) });
        }
    }
    for stray in [
        "notes.txt",
        "entries/007.json",
        "tile/0/000.p/3",
        "payloads/x",
        "Checkpoint",
        "anchors/1.checkpoint",
    ] {
        cases.push(Case {
            added: vec![(stray.to_owned(), vec![1])],
            ..Case::of(base, format!("{stray} added"))
        });
    }
    let nobodys = format!("payloads/{}", Commitment([7; 32]));
    cases.push(Case { added: vec![(nobodys, vec![1; 40])], ..Case::of(base, "a payload added".to_owned()) });
}

/// The same files with another key to check them with, or a checkpoint that was kept elsewhere; and under a key of
/// somebody else.
fn outside(base: usize, source: &Source, files: &Files, cases: &mut Vec<Case>) {
    let [first, second] = keys().map(|key| key.to_vkey());
    let other = epoch(9);
    for (name, vkey, harmless) in [
        ("the first key", first.clone(), true),
        ("the second key", second, true),
        ("another key", other.verifier().to_vkey(), false),
        ("no key at all", "no key".to_owned(), false),
    ] {
        cases.push(Case { vkey: Some(vkey), harmless, ..Case::of(base, format!("checked with {name}")) });
    }
    let newest = keys()[1].open(&text(files, "checkpoint")).unwrap();
    let of = |size, root| epoch(2).sign(&Checkpoint { origin: newest.origin.clone(), size, root });
    for (name, known, harmless) in [
        ("itself", text(files, "checkpoint"), true),
        ("an older one", source.note(10).to_owned(), base == 0),
        ("one of another history", of(newest.size, Hash::from_bytes([1; 32])), false),
        ("a later one", of(newest.size + 5, newest.root), false),
        (
            "one by another key",
            other.sign(&Checkpoint { origin: other.origin().clone(), ..newest.clone() }),
            false,
        ),
        ("none", "nothing".to_owned(), false),
    ] {
        cases.push(Case { known: Some(known), harmless, ..Case::of(base, format!("held against {name}")) });
    }
    // Signed anew, with the same root, by another key that is put in the place of the right one.
    let resigned = other.sign(&Checkpoint { origin: other.origin().clone(), ..newest.clone() });
    let vkey = other.verifier().to_vkey();
    let mut changed = vec![("checkpoint".to_owned(), resigned.clone().into_bytes())];
    cases.push(Case { changed: changed.clone(), ..Case::of(base, "signed anew, the key left".to_owned()) });
    changed.push(("key.vkey".to_owned(), format!("{vkey}\n").into_bytes()));
    let manifest = Manifest::from_bytes(&bytes(files, "manifest.json")).unwrap();
    let manifest = Manifest { vkey: vkey.clone(), ..manifest }.to_bytes().unwrap();
    changed.push(("manifest.json".to_owned(), manifest));
    for (name, proof) in files.iter().filter(|(name, _)| name.starts_with("proofs/")) {
        let proof = String::from_utf8(proof.clone()).unwrap();
        let (head, _) = proof.split_once("\n\n").unwrap();
        changed.push((name.clone(), format!("{head}\n\n{resigned}").into_bytes()));
    }
    for vkey in [None, Some(first), Some(vkey)] {
        let name = format!("signed anew with everything, checked with {vkey:?}");
        cases.push(Case { changed: changed.clone(), vkey, ..Case::of(base, name) });
    }
    let unsigned = text(files, "checkpoint").split_once("\n\n").unwrap().0.to_owned() + "\n";
    cases.push(Case::changed(base, "checkpoint", "without its signature", unsigned.into_bytes()));
}

fn bytes(files: &Files, wanted: &str) -> Vec<u8> {
    files.iter().find(|(name, _)| name == wanted).unwrap().1.clone()
}

fn text(files: &Files, wanted: &str) -> String {
    String::from_utf8(bytes(files, wanted)).unwrap()
}

/// Entries of the whole trail's bundle deleted, exchanged, repeated, inserted, edited, cut off.
fn bodies(full: &Files, cases: &mut Vec<Case>) {
    let (name, tile) = full.iter().find(|(name, _)| name.starts_with("tile/entries/")).unwrap();
    let mut entries = Vec::new();
    let mut rest = tile.as_slice();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (body, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
        entries.push(body.to_vec());
        rest = after;
    }
    let joined = |entries: &[Vec<u8>]| {
        let length = |body: &Vec<u8>| u16::try_from(body.len()).unwrap().to_be_bytes();
        entries.iter().flat_map(|body| [length(body).to_vec(), body.clone()].concat()).collect::<Vec<u8>>()
    };
    let mut push = |what: String, entries: &[Vec<u8>]| {
        cases.push(Case::changed(0, name, &what, joined(entries)));
    };
    for place in 0..entries.len() {
        let mut without = entries.clone();
        let body = without.remove(place);
        push(format!("entry {place} deleted"), &without);
        let mut twice = entries.clone();
        twice.insert(place, body.clone());
        push(format!("entry {place} twice"), &twice);
        let mut edited = entries.clone();
        edited[place] =
            String::from_utf8(body.clone()).unwrap().replace("\"at\":17", "\"at\":16").into_bytes();
        push(format!("entry {place} edited"), &edited);
        let mut loose = entries.clone();
        loose[place] = String::from_utf8(body).unwrap().replace("\"at\":", "\"at\": ").into_bytes();
        push(format!("entry {place} not canonical"), &loose);
        if place > 0 {
            let mut swapped = entries.clone();
            swapped.swap(place - 1, place);
            push(format!("entry {place} exchanged with the one before"), &swapped);
            push(format!("cut off at entry {place}"), &entries[..place]);
        }
    }
}

/// Stories and bundles that were told wrong and signed with the right keys.
fn signed(cases: &mut Vec<Case>) {
    let told = tell_everything;
    let mut push = |name: &str, telling: Telling| {
        let source = Source::of(&write(&telling.said));
        for own in scopes(&source) {
            cases.push(Case { name: name.to_owned(), own: Some(own), ..Case::default() });
        }
    };
    let find = |said: &[Said], wanted: &dyn Fn(&Fact) -> bool| {
        said.iter().position(|said| wanted(&said.fact)).unwrap()
    };
    let sends = |number| move |fact: &Fact| matches!(fact, Fact::CallSent { call: sent, .. } if *sent == call(number));
    let decides =
        |number| move |fact: &Fact| matches!(fact, Fact::CallDecided { call: of, .. } if *of == call(number));
    let ends =
        |number| move |fact: &Fact| matches!(fact, Fact::CallEnded { call: of, .. } if *of == call(number));
    let allows = |fact: &Fact| matches!(fact, Fact::ApprovalGiven { allowed: true, .. });

    for (name, wanted) in [
        ("an outcome without an intent", &sends(2) as &dyn Fn(&Fact) -> bool),
        ("sent before policy decided", &decides(1)),
        ("sent without approval", &allows),
    ] {
        let mut telling = told();
        let said = &mut telling.said;
        let place = find(said, wanted);
        said.remove(place);
        push(name, go_on(telling));
    }
    let mut telling = told();
    let said = &mut telling.said;
    let again = said[find(said, &ends(2))].clone();
    let last = find(said, &|fact| matches!(fact, Fact::AnswerGiven { .. }));
    said.insert(last, Said { mono: said[last].mono, payloads: Vec::new(), ..again });
    push("a second outcome", go_on(telling));
    let mut telling = told();
    let said = &mut telling.said;
    said.iter_mut().filter(|said| allows(&said.fact)).for_each(|said| {
        if let Fact::ApprovalGiven { allowed, .. } = &mut said.fact {
            *allowed = false;
        }
    });
    push("sent though a person refused", go_on(telling));
    let mut telling = told();
    let said = &mut telling.said;
    said.iter_mut().for_each(|said| {
        if let Fact::AnswerGiven { entries, .. } = &mut said.fact {
            *entries = 1;
        }
    });
    push("an answer that counts other entries", go_on(telling));
    care(&mut push);
    conversations(cases);
}

/// Erasing against the rules.
fn care(push: &mut impl FnMut(&str, Telling)) {
    let gone = |telling: &Telling| telling.said[3].payloads[0].commitment();
    let erase = |telling: &mut Telling, payloads: Vec<Commitment>| {
        let why = seal(PayloadRole::Reason, &format!("so {}", telling.said.len()));
        let fact = Fact::PayloadErased { payloads, reason: why.commitment() };
        telling.say(None, fact, vec![why]);
    };
    let ended = |telling: &mut Telling| {
        let end =
            telling.said.iter().rposition(|said| matches!(said.fact, Fact::ExportBegun { .. })).unwrap();
        let end = telling.said.remove(end);
        let mono = telling.said.last().unwrap().mono + 1;
        telling.said.push(Said { mono, ..end });
    };
    let mut held = tell_for_bundles();
    let payload = gone(&held);
    let why = seal(PayloadRole::Reason, "another court");
    let of = Some(conversation(1));
    let fact = Fact::HoldSet { hold: HoldId::new(2, 2), of, call: None, reason: why.commitment() };
    held.say(None, fact, vec![why]);
    erase(&mut held, vec![payload]);
    ended(&mut held);
    push("erased under a hold", held);
    let mut twice = tell_for_bundles();
    let payload = gone(&twice);
    erase(&mut twice, vec![payload]);
    erase(&mut twice, vec![payload]);
    ended(&mut twice);
    push("erased twice", twice);
    let mut loose = tell_for_bundles();
    let why = seal(PayloadRole::Reason, "what court");
    let fact = Fact::HoldReleased { hold: HoldId::new(8, 8), reason: why.commitment() };
    loose.say(None, fact, vec![why]);
    ended(&mut loose);
    push("a hold released that was never set", loose);
}

/// Conversations with something cut out, rightly signed and proved.
fn conversations(cases: &mut Vec<Case>) {
    let source = Source::of(&write(&tell_for_bundles().said));
    for (scope, files) in [
        (0, source.partial(BundleScope::Conversation { conversation: conversation(1) })),
        (1, source.partial(BundleScope::Answer { turn: turn(1) })),
    ] {
        let entries: Vec<String> = files
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("entries/")?.strip_suffix(".json").map(str::to_owned))
            .collect();
        for seq in entries {
            let names = [format!("entries/{seq}.json"), format!("proofs/{seq}.tlog-proof")];
            let mut own: Files = files.clone();
            own.retain(|(name, _)| !names.contains(name));
            let manifest = Manifest::from_bytes(&bytes(&files, "manifest.json")).unwrap();
            let entries = manifest.entries - 1;
            own[0].1 = Manifest { entries, ..manifest }.to_bytes().unwrap();
            let name = format!("entry {seq} left out of bundle {scope} with its proof");
            cases.push(Case { name, own: Some(own), ..Case::default() });
        }
    }
    // A body that is not in canonical form, signed with the right key.
    let trail = write(&tell_for_bundles().said);
    let mut loose = Trail::default();
    for piece in trail.pieces {
        let Stored::Entry { seq, body, .. } = &piece else { continue };
        if seq.0 == 0 {
            loose.pieces.push(piece);
            continue;
        }
        let body = String::from_utf8(body.clone()).unwrap().replace("\"at\":", "\"at\": ").into_bytes();
        let leaf = tlog::leaf_hash(&body);
        let first = loose.pieces[0].clone();
        let Stored::Entry { leaf: opened, .. } = &first else { unreachable!() };
        let root = tlog::node_hash(&Hash::from_bytes(*opened), &leaf);
        let checkpoint = Checkpoint { origin: signer(1).origin().clone(), size: 2, root };
        loose.pieces.push(Stored::Entry { seq: *seq, body, leaf: *leaf.as_bytes() });
        loose.pieces.push(Stored::Checkpoint { size: 2, note: signer(1).sign(&checkpoint) });
        break;
    }
    let own = Some(Source::of(&loose).full());
    cases.push(Case { name: "not canonical and signed".to_owned(), own, ..Case::default() });
    let stolen = Source::of(&write_signed_by(&signer(2), &tell_for_bundles().said[..9]));
    cases.push(Case {
        name: "signed by another key".to_owned(),
        own: Some(stolen.full()),
        ..Case::default()
    });
}

/// A trail of more than one tile, so that its tree has hashes of level 1.
fn levels(cases: &mut Vec<Case>) {
    let files = Source::of(&long_trail()).full();
    let mut push = |name: &str, harmless, own: Files| {
        let name = format!("more than one tile: {name}");
        cases.push(Case { name, own: Some(own), harmless, ..Case::default() });
    };
    push("as it is", true, files.clone());
    let tiles = files.iter().enumerate().filter(|(_, (name, _))| name.starts_with("tile/"));
    assert!(tiles.clone().any(|(_, (name, _))| name == "tile/1/000.p/1"));
    for (place, (name, _)) in tiles {
        let mut without = files.clone();
        without.remove(place);
        push(&format!("{name} left out"), false, without);
        let mut flipped = files.clone();
        let last = flipped[place].1.len() - 7;
        flipped[place].1[last] ^= 4;
        push(&format!("{name} changed"), false, flipped);
    }
}

/// The bundles of a trail.
fn scopes(source: &Source) -> [Files; 3] {
    let conversation = BundleScope::Conversation { conversation: conversation(1) };
    [source.full(), source.partial(conversation), source.partial(BundleScope::Answer { turn: turn(1) })]
}
