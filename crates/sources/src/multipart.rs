//! `multipart/form-data` (RFC 7578).

use domain::json::sha256_hex;
use memchr::memmem;

/// One part: a field, or one of several of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) name: String,
    pub(crate) filename: Option<String>,
    pub(crate) media: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// What stands between the parts. It follows from them, so that the same call is the same request to the byte, and
/// never occurs in one, so that no argument can end its part and begin another.
pub(crate) fn boundary(pieces: &[Piece]) -> String {
    let mut seed: String = pieces.iter().map(|piece| sha256_hex(&piece.bytes)).collect();
    loop {
        let digest = sha256_hex(seed.as_bytes());
        let (boundary, _) = digest.split_at(32);
        let finder = memmem::Finder::new(boundary);
        let occurs = |bytes: &[u8]| finder.find(bytes).is_some();
        if !pieces.iter().any(|piece| occurs(&piece.bytes) || occurs(piece.head().as_bytes())) {
            return boundary.to_owned();
        }
        seed = digest;
    }
}

/// The body. The boundary is one that [`boundary`] gave for these.
pub(crate) fn multipart(pieces: &[Piece], boundary: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for piece in pieces {
        body.extend_from_slice(format!("--{boundary}\r\n{}\r\n", piece.head()).as_bytes());
        body.extend_from_slice(&piece.bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    body
}

impl Piece {
    fn head(&self) -> String {
        let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(&self.name));
        if let Some(filename) = &self.filename {
            head.push_str(&format!("; filename=\"{}\"", quoted(filename)));
        }
        head.push_str("\r\n");
        if let Some(media) = &self.media {
            head.push_str(&format!("Content-Type: {media}\r\n"));
        }
        head
    }
}

/// A name within quotes, as browsers write it (WHATWG HTML, multipart form data): it can neither end them nor the line.
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(name: &str, bytes: &str) -> Piece {
        Piece { name: name.to_owned(), filename: None, media: None, bytes: bytes.as_bytes().to_vec() }
    }

    #[test]
    fn a_boundary_follows_from_the_parts_and_occurs_in_none() {
        let plain = [piece("a", "x")];
        assert_eq!(boundary(&plain), boundary(&plain.clone()));
        assert_ne!(boundary(&plain), boundary(&[piece("a", "y")]));
        // Whoever knows the rule still can't write a part that holds its own boundary: put into a name, which the
        // first guess does not look at, it makes a second guess needed.
        let first = boundary(&plain);
        let forged = [piece(&format!("a\"\r\n--{first}--"), "x")];
        let second = boundary(&forged);
        assert_ne!(first, second);
        let body = String::from_utf8(multipart(&forged, &second)).unwrap();
        assert_eq!(
            body,
            format!(
                "--{second}\r\nContent-Disposition: form-data; name=\"a%22%0D%0A--{first}--\"\r\n\r\nx\r\n--{second}--\r\n"
            )
        );
    }
}
