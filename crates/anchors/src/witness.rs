//! A witness: C2SP tlog-witness v1 for asking, tlog-cosignature v1 (Ed25519) for what it gives. It signs a checkpoint only
//! if that continues the last one it signed, so that whoever holds its word knows of one history and no other.

use std::fmt::Write as _;

use domain::intent::DurableIntent;
use domain::time::Micros;
use egress::{Door, Outbound};
use tlog::{CosignatureVerifier, Cosigned, Hash, NoteError};
use url::Url;

use crate::address::{address, short};
use crate::asked::{Answer, asked, host, request};
use crate::note::{Held, NOTE, Note, Unproven, unproven};
use crate::refused::{KEEP, Refused};

/// What a 409 says it is, if it comes from a witness.
const SIZE: &str = "text/x.tlog.size";

/// A witness, as configured.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Where it takes checkpoints.
    url: Url,
    key: CosignatureVerifier,
}

impl Witness {
    /// The witness with this submission prefix and this verifier key.
    ///
    /// # Errors
    /// Every mistake in them, in words that name the field, its value and what to write.
    pub fn new(url: &str, vkey: &str) -> Result<Self, Vec<String>> {
        let url = address(url).map(|mut url| {
            url.set_path(&format!("{}/add-checkpoint", url.path().trim_end_matches('/')));
            url
        });
        let key = key(vkey).map_err(|Unproven(words)| words);
        match (url, key) {
            (Ok(url), Ok(key)) => Ok(Self { url, key }),
            (url, key) => Err(url.err().into_iter().chain(key.err()).collect()),
        }
    }

    /// The request for a cosignature: the note, and the proof that its tree begins with the one of `old` entries, which is
    /// what the witness cosigned last as far as we know (0 and no proof if we don't).
    #[must_use]
    pub fn request(&self, note: &Note, old: u64, proof: &[Hash]) -> Outbound {
        let mut body = format!("old {old}\n");
        for hash in proof {
            // Writing to a String can't fail.
            let _ = writeln!(body, "{hash}");
        }
        body.push('\n');
        body.push_str(note.as_str());
        request(self.url.clone(), "text/plain; charset=utf-8", "text/plain", body.into_bytes())
    }

    /// What the answer to that request says.
    pub fn read(&self, note: &Note, old: u64, answer: &Answer) -> Result<Held, Refused> {
        let (name, said) = (self.key.name(), answer.said());
        if answer.status == 409 {
            return Err(self.conflict(note, old, answer));
        }
        if let Some(refused) = answer.beside_the_point(&host(&self.url), "a cosignature") {
            return Err(refused);
        }
        let words = match answer.status {
            200 => return self.cosigned(note, answer),
            // From nothing, every trail goes on: whoever says 422 to that is no witness.
            422 if old > 0 => {
                return Err(Refused::Forked {
                    words: format!(
                        "the witness {name} finds that the trail's {} entries do not continue the {old} that it \
                         cosigned{said}: the history was changed, or a copy of it went on elsewhere. {KEEP}",
                        note.size()
                    ),
                });
            }
            404 => format!(
                "the witness {name} does not know this trail{said}: give its operator the trail's key, {}; or the address \
                 is not its submission prefix",
                note.trail().to_vkey()
            ),
            403 => format!(
                "the witness {name} does not accept the trail's key{said}: give its operator the present one, {}",
                note.trail().to_vkey()
            ),
            400 => format!(
                "the witness {name} could not read the request{said}: does it speak C2SP tlog-witness?"
            ),
            status => format!(
                "{} answered {status}{said} and not with a cosignature: is the address the witness's submission prefix?",
                host(&self.url)
            ),
        };
        Err(Refused::Failed { words })
    }

    /// Asks for a cosignature, once: the request, sent, and its answer, read. `intent` is the entry that announces it.
    pub async fn submit(
        &self,
        door: &Door,
        intent: DurableIntent,
        note: &Note,
        old: u64,
        proof: &[Hash],
    ) -> Result<Held, Refused> {
        let answer = asked(door, intent, self.request(note, old, proof)).await?;
        self.read(note, old, &answer)
    }

    fn cosigned(&self, note: &Note, answer: &Answer) -> Result<Held, Refused> {
        let name = self.key.name();
        // Bytes that are no text are no lines either: what stands for them is in no line that can be read.
        let lines = String::from_utf8_lossy(&answer.body);
        let (text, cosigned) = self.key.add(note.as_str(), &lines).map_err(|error| {
            Refused::failed(match error {
                NoteError::Unsigned => format!(
                    "{} answered without a cosignature by {}: is this the witness's verifier key, in which the type is 4?",
                    host(&self.url),
                    self.key.to_vkey()
                ),
                NoteError::Forged => format!(
                    "the cosignature in the name of {name} does not fit the checkpoint: it is not kept. Somebody may \
                     answer in the witness's place"
                ),
                _ => format!(
                    "{} answered with something that is no cosignature: is the address the witness's submission prefix?",
                    host(&self.url)
                ),
            })
        })?;
        Ok(Held { proof: text.into_bytes(), media: NOTE, at: Some(micros(&cosigned)) })
    }

    /// 409: it cosigned another size last.
    fn conflict(&self, note: &Note, old: u64, answer: &Answer) -> Refused {
        let (name, size) = (self.key.name(), note.size());
        match held(answer) {
            Some(held) if held > size => Refused::RolledBack {
                held,
                words: format!(
                    "the witness {name} cosigned {held} entries of this trail, which has {size}: its end was cut off, or an \
                     old copy was put back. {KEEP}"
                ),
            },
            Some(held) if held != old => Refused::Stale {
                held,
                words: format!("the witness {name} cosigned {held} entries last, not {old}"),
            },
            _ => Refused::failed(format!(
                "{} answered 409{} without saying which size it cosigned last, or with the one that it was asked from",
                host(&self.url),
                answer.said()
            )),
        }
    }
}

/// Checks a proof of a witness: that it is this checkpoint, cosigned by this key; and when that was.
pub fn check(vkey: &str, proof: &[u8], note: &Note) -> Result<Micros, Unproven> {
    let key = key(vkey)?;
    let text = std::str::from_utf8(proof).map_err(|_| unproven("the proof is no note"))?;
    let cosigned = key.open(text).map_err(|error| unproven(format!("by {}: {error}", key.name())))?;
    if cosigned.checkpoint != *note.checkpoint() {
        return Err(unproven(format!("{} cosigned another checkpoint", key.name())));
    }
    Ok(micros(&cosigned))
}

fn key(vkey: &str) -> Result<CosignatureVerifier, Unproven> {
    CosignatureVerifier::from_vkey(vkey).map_err(|_| {
        unproven(format!(
            "vkey = {:?}: not the verifier key of a witness that signs with Ed25519 (type 4); write it as its operator \
             publishes it, name+key id+key, where the key begins with B",
            short(vkey)
        ))
    })
}

/// The size in a 409, if it is one.
fn held(answer: &Answer) -> Option<u64> {
    let text = std::str::from_utf8(&answer.body).ok()?.strip_suffix('\n')?;
    let held: u64 = text.parse().ok()?;
    (answer.media == SIZE && held.to_string() == text).then_some(held)
}

fn micros(cosigned: &Cosigned) -> Micros {
    let seconds = i64::try_from(cosigned.time).unwrap_or(i64::MAX);
    Micros(seconds.saturating_mul(1_000_000))
}
