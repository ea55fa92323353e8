//! Reading the zip: what a stranger hands over, within limits.
//!
//! Two programs that read a zip may see two things in it: by its directory or by the headers before each file, from its
//! first byte or from its last. So only a zip is read that says one thing: its end is the file's end, its beginning the
//! file's beginning, its directory fits its headers, and no two files share a byte.

use std::collections::HashSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::read::{ArchiveOffset, Config};
use zip::{CompressionMethod, ZipArchive, ZipReadOptions};

use crate::error::{EvidenceError, is_ours};
use crate::limits::MOST_FILES;

/// The most bytes that a bundle may unpack to: a bound on the time that a small hostile file can cost.
const MOST_UNPACKED: u128 = 1 << 38;
/// How an age file begins.
const AGE: &[u8] = b"age-encryption.org/v1";
/// How the directory's end begins. Without a comment it has 22 bytes.
const END: &[u8] = b"PK\x05\x06";
/// How the 20 bytes begin that say where the end for more than 65,534 files lies.
const LOCATOR: &[u8] = b"PK\x06\x07";
/// How that end begins.
const LARGE_END: &[u8] = b"PK\x06\x06";
/// How long a file's header in the directory is, without its name and what follows it.
const HEADER: usize = 46;

/// A zip that is being read.
pub(crate) struct Unpacking<R> {
    zip: ZipArchive<R>,
    /// Names that stand in the directory more than once.
    twice: Vec<Vec<u8>>,
}

/// A file's bytes, or what is wrong with it.
pub(crate) type Unpacked = Result<Vec<u8>, &'static str>;

impl<R: Read + Seek> Unpacking<R> {
    pub(crate) fn open(mut reader: R) -> Result<Self, EvidenceError> {
        let directory = Directory::find(&mut reader)?;
        let config = Config { archive_offset: ArchiveOffset::Known(0) };
        let mut zip = ZipArchive::with_config(config, reader).map_err(EvidenceError::opening)?;
        let mut twice = Vec::new();
        if zip.has_duplicate_names() {
            let mut reader = zip.into_inner();
            twice = repeated(&mut reader, &directory)?;
            zip = ZipArchive::with_config(config, reader).map_err(EvidenceError::opening)?;
        } else if zip.len() as u64 != directory.files {
            return Err(EvidenceError::no_bundle("its directory holds another number of files than it says"));
        }
        let mut starts =
            (0..zip.len()).filter_map(|number| Some(zip.by_index_data(number).ok()?.header_start()));
        if zip.central_directory_start() != directory.start || !starts.any(|start| start == 0) {
            return Err(EvidenceError::no_bundle("something stands before its first file"));
        }
        if zip.decompressed_size().is_none_or(|size| size > MOST_UNPACKED) {
            return Err(EvidenceError::no_bundle(format!(
                "it unpacks to more than {MOST_UNPACKED} bytes, or does not say to how many"
            )));
        }
        // With two files of one name the library would refuse everything; such a bundle is refused by its strays.
        if twice.is_empty() {
            zip.validate_header_consistency().map_err(EvidenceError::opening)?;
        }
        if zip.has_overlapping_entries().map_err(EvidenceError::opening)? {
            return Err(EvidenceError::no_bundle("files in it share bytes"));
        }
        Ok(Self { zip, twice })
    }

    /// The names of the files; a file's number is its place here.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        self.zip.file_names_raw()
    }

    /// The number of the file with this name.
    pub(crate) fn number_of(&self, name: &[u8]) -> Option<usize> {
        self.zip.index_for_name_raw(name)
    }

    /// A file's name, with what is not UTF-8 replaced.
    pub(crate) fn name(&self, number: usize) -> String {
        let name =
            self.zip.by_index_data(number).map(|file| String::from_utf8_lossy(file.name_raw()).into_owned());
        name.unwrap_or_default()
    }

    /// Names that stand in the directory more than once; of their files the last counts.
    pub(crate) fn twice(&self) -> &[Vec<u8>] {
        &self.twice
    }

    /// A file whole, if it is not longer than `most`.
    pub(crate) fn file(&mut self, number: usize, most: u64) -> Result<Unpacked, EvidenceError> {
        self.part(number, 0, most.saturating_add(1)).map(|unpacked| {
            unpacked.and_then(|bytes| {
                if bytes.len() as u64 > most { Err("is larger than such a file may be") } else { Ok(bytes) }
            })
        })
    }

    /// At most `most` bytes of a file, after those that are skipped. Skipping unpacks them again.
    pub(crate) fn part(&mut self, number: usize, skip: u64, most: u64) -> Result<Unpacked, EvidenceError> {
        let options = ZipReadOptions::new().enforce_header_consistency(self.twice.is_empty());
        let Ok(mut file) = self.zip.by_index_with_options(number, options) else {
            return Ok(Err("can't be unpacked"));
        };
        if !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Ok(Err("is packed in a way that bundles don't use"));
        }
        let size = file.size();
        let wanted = size.saturating_sub(skip).min(most);
        let mut bytes = Vec::new();
        let read = io::copy(&mut file.by_ref().take(skip), &mut io::sink())
            .and_then(|_| file.by_ref().take(most).read_to_end(&mut bytes));
        match read {
            Err(error) if is_ours(&error) => Err(EvidenceError::Io(error)),
            Err(_) => Ok(Err("can't be unpacked, or is not what its checksum says")),
            // Neither longer nor shorter than the directory says.
            Ok(_) if bytes.len() as u64 != wanted => Ok(Err("is not as long as the zip says")),
            Ok(_) => Ok(Ok(bytes)),
        }
    }
}

/// What the zip's end says of its directory.
struct Directory {
    files: u64,
    start: u64,
}

impl Directory {
    /// The end must be the end of the file, since a comment, which we never write, could hold another end; and the
    /// directory must end where it begins, or another directory could be meant.
    fn find(reader: &mut (impl Read + Seek)) -> Result<Self, EvidenceError> {
        if read_at::<21>(reader, Some(0))?.is_some_and(|begin| begin == *AGE) {
            return Err(EvidenceError::Sealed);
        }
        let at = reader.seek(SeekFrom::End(0))?.checked_sub(22);
        let end = read_at::<22>(reader, at)?.filter(|end| end.starts_with(END) && end.ends_with(&[0, 0]));
        let (Some(at), Some(end)) = (at, end) else {
            return Err(EvidenceError::no_bundle("it is no zip, or is cut off"));
        };
        let mut ends_at = at;
        let (mut files, mut size, mut start) =
            (number_at::<2>(&end, 10), number_at::<4>(&end, 12), number_at::<4>(&end, 16));
        if files == 0xffff || size == 0xffff_ffff || start == 0xffff_ffff {
            let locator = read_at::<20>(reader, at.checked_sub(20))?;
            if let Some(locator) = locator.filter(|locator| locator.starts_with(LOCATOR)) {
                ends_at = number_at::<8>(&locator, 8);
                let large = read_at::<56>(reader, Some(ends_at))?;
                let large = large.filter(|large| large.starts_with(LARGE_END));
                let Some(large) = large.filter(|_| ends_at.checked_add(56 + 20) == Some(at)) else {
                    return Err(EvidenceError::no_bundle("its directory can't be found"));
                };
                (files, size, start) =
                    (number_at::<8>(&large, 32), number_at::<8>(&large, 40), number_at::<8>(&large, 48));
            }
        }
        if files > MOST_FILES {
            let why = format!("it holds {files} files, and a bundle at most {MOST_FILES}");
            return Err(EvidenceError::no_bundle(why));
        }
        if start.checked_add(size) != Some(ends_at) {
            return Err(EvidenceError::no_bundle("its directory does not end where the file ends"));
        }
        Ok(Self { files, start })
    }
}

/// The names that the directory has more than once, sorted.
fn repeated(reader: &mut (impl Read + Seek), directory: &Directory) -> Result<Vec<Vec<u8>>, EvidenceError> {
    reader.seek(SeekFrom::Start(directory.start))?;
    let mut reader = BufReader::new(reader);
    let (mut seen, mut repeated) = (HashSet::new(), HashSet::new());
    for _ in 0..directory.files {
        let mut header = [0; HEADER];
        reader.read_exact(&mut header)?;
        let mut name = Vec::new();
        (&mut reader).take(number_at::<2>(&header, 28)).read_to_end(&mut name)?;
        io::copy(
            &mut (&mut reader).take(number_at::<2>(&header, 30) + number_at::<2>(&header, 32)),
            &mut io::sink(),
        )?;
        if !seen.insert(name.clone()) {
            repeated.insert(name);
        }
    }
    let mut repeated: Vec<_> = repeated.into_iter().collect();
    repeated.sort();
    Ok(repeated)
}

fn read_at<const N: usize>(
    reader: &mut (impl Read + Seek),
    place: Option<u64>,
) -> Result<Option<[u8; N]>, EvidenceError> {
    let Some(place) = place else { return Ok(None) };
    reader.seek(SeekFrom::Start(place))?;
    let mut bytes = [0; N];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A number of `N` bytes, little-endian.
fn number_at<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    if let (Some(to), Some(from)) = (number.get_mut(..N), bytes.get(at..at + N)) {
        to.copy_from_slice(from);
    }
    u64::from_le_bytes(number)
}
