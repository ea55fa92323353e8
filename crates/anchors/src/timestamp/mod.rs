//! A time stamp authority: RFC 3161 over HTTP. Its token says that these bytes were there at that time.
//!
//! What is checked here is that a token is about our bytes and was not changed since it was signed. Whether its signer is
//! an authority that anybody trusts is not: that is for whoever checks the record, with `openssl ts -verify` and the
//! authority's certificate.

mod asn1;
mod signature;
mod token;

use der::Encode as _;
use der::asn1::OctetStringRef;
use domain::intent::DurableIntent;
use domain::time::Micros;
use egress::{Door, Outbound};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::address::address;
use crate::asked::{Answer, asked, host, request};
use crate::note::{Held, Note, Unproven};
use crate::refused::Refused;

use asn1::{AlgorithmIdentifier, MessageImprint, TimeStampReq};
use token::Expected;

/// The media type of a question.
const QUERY: &str = "application/timestamp-query";
/// The media type of an answer.
const REPLY: &str = "application/timestamp-reply";

/// A time stamp authority, as configured.
#[derive(Clone, Debug)]
pub struct Authority {
    url: Url,
}

impl Authority {
    /// The authority at this address.
    ///
    /// # Errors
    /// What is wrong with the address, naming the field, its value and what to write.
    pub fn new(url: &str) -> Result<Self, Vec<String>> {
        Ok(Self { url: address(url).map_err(|mistake| vec![mistake])? })
    }

    /// The request for a time stamp over SHA-256 of the note's bytes, with the authority's certificate in it. `nonce` is
    /// random and used once: it shows that the answer is to this request.
    #[must_use]
    pub fn request(&self, note: &Note, nonce: u64) -> Outbound {
        // Encoding fails on what is too long for DER, which 32 bytes are not.
        let query = query(note, nonce).unwrap_or_default();
        request(self.url.clone(), QUERY, REPLY, query)
    }

    /// What the answer to that request says.
    pub fn read(&self, note: &Note, nonce: u64, answer: &Answer) -> Result<Held, Refused> {
        let host = host(&self.url);
        if let Some(refused) = answer.beside_the_point(&host, "a time stamp") {
            return Err(refused);
        }
        if answer.status != 200 || answer.media != REPLY {
            return Err(Refused::failed(format!(
                "{host} answered {}{} and not with a time stamp ({REPLY}): is the address that of a time stamp authority \
                 (RFC 3161)?",
                answer.status,
                answer.said()
            )));
        }
        let at = token::checked(&answer.body, &Expected { imprint: imprint(note), nonce: Some(nonce) })
            .map_err(|Unproven(words)| Refused::failed(format!("{host}: {words}")))?;
        Ok(Held { proof: answer.body.clone(), media: REPLY, at: Some(at) })
    }

    /// Asks for a time stamp, once: the request, sent, and its answer, read. `intent` is the entry that announces it.
    pub async fn submit(
        &self,
        door: &Door,
        intent: DurableIntent,
        note: &Note,
        nonce: u64,
    ) -> Result<Held, Refused> {
        let answer = asked(door, intent, self.request(note, nonce)).await?;
        self.read(note, nonce, &answer)
    }
}

/// Checks a proof of a time stamp authority (a TimeStampResp): that it is over this note, and signed by a certificate in
/// it; and when that was.
pub fn check(proof: &[u8], note: &Note) -> Result<Micros, Unproven> {
    token::checked(proof, &Expected { imprint: imprint(note), nonce: None })
}

fn imprint(note: &Note) -> [u8; 32] {
    Sha256::digest(note.as_str()).into()
}

fn query(note: &Note, nonce: u64) -> der::Result<Vec<u8>> {
    let imprint = imprint(note);
    let hash = OctetStringRef::new(&imprint)?;
    let imprint = MessageImprint { algorithm: AlgorithmIdentifier::SHA_256, hash };
    TimeStampReq { version: 1, imprint, nonce, with_certificate: true }.to_der()
}
