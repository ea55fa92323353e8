//! Opening a bundle.

use std::io::{Read, Seek};

use domain::bundle::Manifest;
use domain::payload::Commitment;

use crate::contents::Contents;
use crate::error::EvidenceError;
use crate::files::PackedFiles;
use crate::limits::{LARGEST, LARGEST_HEAD};
use crate::name::Name;
use crate::pieces::Pieces;
use crate::unpacking::Unpacking;

/// A bundle that was opened: a zip that says one thing, with a manifest, a key and a checkpoint. What it holds is not
/// proved by that; feed its [`files`](Self::files) to a verifier. To read what it tells, take its
/// [`pieces`](Self::pieces).
pub struct Bundle<R: Read + Seek> {
    zip: Unpacking<R>,
    manifest: Manifest,
    vkey: String,
    checkpoint: String,
    contents: Contents,
}

impl<R: Read + Seek> Bundle<R> {
    /// Opens a bundle: reads its directory, manifest, key and checkpoint.
    ///
    /// # Errors
    /// [`EvidenceError::Sealed`] if it is encrypted; [`EvidenceError::NotABundle`] for anything that is no zip, that
    /// two programs could read in two ways, or that lacks one of the three; [`EvidenceError::Io`].
    pub fn open(reader: R) -> Result<Self, EvidenceError> {
        let mut zip = Unpacking::open(reader)?;
        let mut contents = Contents::default();
        for (number, name) in zip.names().enumerate() {
            contents.sort_in(number, name);
        }
        let manifest = head(&mut zip, contents.manifest, Name::Manifest)?;
        let manifest = read_manifest(&manifest)?;
        let vkey = head(&mut zip, contents.key, Name::Key)?;
        let vkey = vkey.strip_suffix('\n').filter(|line| !line.contains('\n'));
        let vkey = vkey.ok_or_else(|| EvidenceError::no_bundle("`key.vkey` is not one line"))?.to_owned();
        let checkpoint = head(&mut zip, contents.checkpoint, Name::Checkpoint)?;
        contents.keep_to(manifest.scope, zip.names());
        contents.repeated(zip.twice());
        Ok(Self { zip, manifest, vkey, checkpoint, contents })
    }

    /// What the bundle claims to be.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The key that it names. It can't vouch for itself: compare it with the one that you were given.
    pub fn vkey(&self) -> &str {
        &self.vkey
    }

    /// The signed note that everything in it is proved against, as it came.
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// Every file by its name, for a verifier that looks at names itself (`verify::BundleChecker`), in the order in which
    /// it wants them: manifest, key, list of what was erased, checkpoint, checkpoints, entry bundles, tiles, entries with
    /// proofs, anchors and epochs, payloads; then what is convenience and what is no part of a bundle, both without their
    /// bytes; then again each name that stands in the zip more than once.
    pub fn files(&mut self) -> PackedFiles<'_, R> {
        PackedFiles::new(&mut self.zip)
    }

    /// The file of one payload once more, its salt before its bytes; `None` if there is none that can be unpacked.
    ///
    /// # Errors
    /// [`EvidenceError::Io`].
    pub fn payload(&mut self, commitment: &Commitment) -> Result<Option<Vec<u8>>, EvidenceError> {
        let name = Name::Payload(*commitment).to_string();
        let Some(number) = self.zip.number_of(name.as_bytes()) else { return Ok(None) };
        Ok(self.zip.file(number, LARGEST)?.ok())
    }

    /// Everything in it but what is convenience (reports, views, the verifier), in this order:
    ///
    /// 1. the entries, ascending. Each is followed by its [`Piece::Proof`](crate::Piece::Proof), the checkpoint and
    ///    consistency proof of the anchor or the epoch that it tells of, its payloads in the order in which it names them (with bytes,
    ///    or as erased), and the [`Piece::Checkpoint`](crate::Piece::Checkpoint)s over as many entries as there were
    ///    by then; the tile of each 256 leaf hashes comes after its last entry;
    /// 2. tiles of level 1 and above, by level;
    /// 3. what belongs to no entry that is there, and what is wrong with the file
    ///    ([`Piece::Stray`](crate::Piece::Stray)); strays of a file stand where the file would.
    ///
    /// A piece is in memory only while its caller has it. Each call begins anew.
    pub fn pieces(&mut self) -> Pieces<'_, R> {
        Pieces::new(&mut self.zip, self.contents.clone(), self.manifest.scope)
    }
}

fn head<R: Read + Seek>(
    zip: &mut Unpacking<R>,
    number: Option<usize>,
    name: Name,
) -> Result<String, EvidenceError> {
    let missing = || EvidenceError::no_bundle(format!("`{name}` is missing"));
    let unpacked = zip.file(number.ok_or_else(missing)?, LARGEST_HEAD)?;
    let bytes = unpacked.map_err(|why| EvidenceError::no_bundle(format!("`{name}` {why}")))?;
    String::from_utf8(bytes).map_err(|_| EvidenceError::no_bundle(format!("`{name}` is not UTF-8")))
}

fn read_manifest(text: &str) -> Result<Manifest, EvidenceError> {
    let manifest: Manifest = serde_json::from_str(text)
        .map_err(|error| EvidenceError::no_bundle(format!("`manifest.json` can't be read: {error}")))?;
    if manifest.v != 1 {
        return Err(EvidenceError::no_bundle(format!("its version is {}, and we read 1", manifest.v)));
    }
    // A number that is written twice, or a field behind another, would read as something else elsewhere.
    if serde_json_canonicalizer::to_string(&manifest).ok().as_deref() != Some(text) {
        return Err(EvidenceError::no_bundle("`manifest.json` is not in canonical form (RFC 8785)"));
    }
    Ok(manifest)
}
