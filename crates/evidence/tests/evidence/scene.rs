//! A small trail: Ada asks about a customer, one call returns, one payload was erased.

use std::io::{Cursor, Read};

use domain::bundle::{BundleScope, Manifest};
use domain::entry::{Entry, Link};
use domain::fact::Fact;
use domain::id::{BootId, CallId, ConversationId, Seq, TurnId};
use domain::label::Label;
use domain::payload::{Commitment, commitment};
use domain::time::Micros;
use evidence::{Bundle, Bundler, Content, Piece};
use tlog::{Checkpoint, Frontier, Hash, HashRange, Signer, TlogProof, leaf_hash};
use zip::ZipArchive;

pub(crate) const AT: i64 = 1_764_000_000_000_000;

pub(crate) fn signer() -> Signer {
    Signer::from_seed("tieout.example/ws/1".parse().unwrap(), [7; 32])
}

pub(crate) fn turn() -> TurnId {
    TurnId::new(1_764_000_000_000, 3)
}

pub(crate) fn conversation() -> ConversationId {
    ConversationId::new(1_764_000_000_000, 2)
}

/// A tree over any bodies, and notes over its beginnings.
pub(crate) struct Trail {
    pub(crate) bodies: Vec<Vec<u8>>,
    pub(crate) leaves: Vec<Hash>,
}

impl Trail {
    pub(crate) fn of(bodies: Vec<Vec<u8>>) -> Self {
        let leaves = bodies.iter().map(|body| leaf_hash(body)).collect();
        Self { bodies, leaves }
    }

    pub(crate) fn with(entries: usize) -> Self {
        Self::of((0..entries).map(|seq| format!("{{\"seq\":{seq}}}").into_bytes()).collect())
    }

    pub(crate) fn note(&self, size: usize) -> String {
        let mut frontier = Frontier::new();
        for leaf in &self.leaves[..size] {
            frontier.push(*leaf);
        }
        let origin = signer().origin().clone();
        signer().sign(&Checkpoint { origin, size: size as u64, root: frontier.root() })
    }

    pub(crate) fn last_note(&self) -> String {
        self.note(self.leaves.len())
    }

    pub(crate) fn manifest(&self, scope: BundleScope, entries: usize, payloads: bool) -> Manifest {
        Manifest {
            v: 1,
            scope,
            vkey: signer().verifier().to_vkey(),
            size: self.leaves.len() as u64,
            entries: entries as u64,
            payloads,
            made_at: Micros(AT),
            program: "tieout 0.1.0".to_owned(),
        }
    }

    /// The root of some leaves, as RFC 6962 defines it.
    pub(crate) fn root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
                tlog::node_hash(&Self::root(left), &Self::root(right))
            }
        }
    }

    pub(crate) fn read(&self) -> impl FnMut(HashRange) -> Result<Vec<Hash>, std::convert::Infallible> {
        |range| {
            let width = 256_usize.pow(range.level.into());
            let indexes = range.indexes.start as usize..range.indexes.end as usize;
            Ok(indexes.map(|index| Self::root(&self.leaves[index * width..(index + 1) * width])).collect())
        }
    }

    pub(crate) fn proof(&self, seq: Seq) -> TlogProof {
        let path = tlog::inclusion_proof(self.leaves.len() as u64, seq.0, &mut self.read()).unwrap();
        TlogProof::new(seq.0, path, self.last_note())
    }

    /// The bundle of the whole, without payloads, with a checkpoint at each of these sizes.
    pub(crate) fn bundle(&self, checkpoints: &[usize]) -> Vec<u8> {
        let manifest = self.manifest(BundleScope::Trail, self.bodies.len(), false);
        written(&manifest, &self.last_note(), |bundler| {
            for (seq, (body, leaf)) in (0..).map(Seq).zip(self.bodies.iter().zip(&self.leaves)) {
                bundler.entry(seq, body, *leaf).unwrap();
            }
            for size in checkpoints {
                bundler.checkpoint(&self.note(*size)).unwrap();
            }
        })
    }
}

pub(crate) struct Opening {
    pub(crate) salt: [u8; 32],
    pub(crate) bytes: &'static [u8],
}

impl Opening {
    pub(crate) fn commitment(&self) -> Commitment {
        commitment(&self.salt, self.bytes)
    }

    pub(crate) fn content(&self) -> Content<'_> {
        Content::Opened { salt: &self.salt, bytes: self.bytes }
    }
}

pub(crate) const QUESTION: Opening =
    Opening { salt: [1; 32], bytes: b"Which invoices of customer 7 are overdue?" };
pub(crate) const RESULT: Opening = Opening { salt: [2; 32], bytes: b"{\"overdue\":[1,2,3]}" };
pub(crate) const ANSWER: Opening = Opening { salt: [4; 32], bytes: b"{\"text\":\"Three.\"}" };

/// The arguments were erased; nobody knows their salt any more.
pub(crate) fn erased() -> Commitment {
    Commitment([0xee; 32])
}

/// Real entries: opened, conversation, question, call requested, answer.
pub(crate) fn ada() -> Trail {
    let call = CallId::new(1_764_000_000_000, 5);
    let facts = [
        Fact::TrailOpened {
            origin: signer().origin().to_string(),
            vkey: signer().verifier().to_vkey(),
            program: "0.1.0".to_owned(),
        },
        Fact::ConversationOpened {},
        Fact::QuestionAsked { turn: turn(), question: QUESTION.commitment() },
        Fact::CallRequested {
            call,
            batch: None,
            turn: Some(turn()),
            position: 0,
            handle: domain::id::Handle(1),
            tool: "billing.list_invoices".to_owned(),
            tool_version: String::new(),
            effect: domain::effect::Effect::Read,
            arguments: erased(),
            label: Label::unlabelled(),
            early: None,
            retry_of: None,
        },
        Fact::CallEnded {
            call,
            outcome: domain::outcome::Outcome::Returned,
            failure: None,
            status: Some(200),
            result: Some(RESULT.commitment()),
            words: None,
            size: RESULT.bytes.len() as u64,
            cut_from: None,
            took: domain::time::Span(90_000),
            label: Label::unlabelled(),
            from: None,
            phases: None,
            findings: None,
        },
        Fact::AnswerGiven {
            turn: turn(),
            answer: ANSWER.commitment(),
            exposed: vec![call],
            label: Label::unlabelled(),
            entries: 5,
        },
    ];
    let mut before = String::new();
    let bodies = (0..).zip(facts).map(|(seq, fact)| {
        let link = (seq > 0).then(|| Link {
            conversation: conversation(),
            cseq: seq - 1,
            cprev: if seq > 1 { std::mem::take(&mut before) } else { String::new() },
        });
        let at = Micros(AT + i64::try_from(seq).unwrap() * 1_000_000);
        let entry = Entry { seq: Seq(seq), at, mono: seq, boot: BootId::new(1, 1), link, fact };
        let body = entry.to_body().unwrap();
        before = leaf_hash(&body).to_hex();
        body
    });
    Trail::of(bodies.collect())
}

pub(crate) fn written(
    manifest: &Manifest,
    checkpoint: &str,
    write: impl FnOnce(&mut Bundler<&mut Cursor<Vec<u8>>>),
) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    let mut bundler = Bundler::new(&mut out, manifest, &manifest.vkey, checkpoint).unwrap();
    write(&mut bundler);
    let summary = bundler.finish().unwrap();
    assert_eq!(summary.bytes, out.get_ref().len() as u64);
    assert_eq!(summary.entries, manifest.entries);
    out.into_inner()
}

pub(crate) fn pieces(file: &[u8]) -> Vec<Piece> {
    Bundle::open(Cursor::new(file)).unwrap().pieces().collect::<Result<_, _>>().unwrap()
}

/// The files of a zip as another program sees them.
pub(crate) fn files(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(file)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    names
        .into_iter()
        .map(|name| {
            let mut bytes = Vec::new();
            zip.by_name(&name).unwrap().read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}
