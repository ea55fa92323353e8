//! The structures of RFC 3161 and RFC 5652 that a time stamp is made of, as far as we read them. What we only pass over
//! stays bytes. Everything is DER: an authority that writes BER is refused, as nobody could say what its bytes mean twice.

use der::asn1::{AnyRef, BitStringRef, IntRef, ObjectIdentifier, OctetStringRef, Utf8StringRef};
use der::{
    Decode as _, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, Sequence, SliceReader, Tag,
    Writer,
};

pub(super) const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
pub(super) const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
pub(super) const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
/// id-signedData
pub(super) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-ct-TSTInfo
pub(super) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
/// id-contentType
pub(super) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
/// id-messageDigest
pub(super) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");

/// RFC 3161 section 2.4.1.
#[derive(Sequence)]
pub(super) struct TimeStampReq<'a> {
    pub(super) version: u8,
    pub(super) imprint: MessageImprint<'a>,
    pub(super) nonce: u64,
    pub(super) with_certificate: bool,
}

#[derive(Sequence)]
pub(super) struct MessageImprint<'a> {
    pub(super) algorithm: AlgorithmIdentifier<'a>,
    pub(super) hash: &'a OctetStringRef,
}

#[derive(Clone, Copy, Sequence)]
pub(super) struct AlgorithmIdentifier<'a> {
    pub(super) oid: ObjectIdentifier,
    pub(super) parameters: Option<AnyRef<'a>>,
}

impl AlgorithmIdentifier<'_> {
    /// SHA-256 as authorities expect it: with its empty parameters.
    pub(super) const SHA_256: Self = Self { oid: SHA_256, parameters: Some(AnyRef::NULL) };
}

/// RFC 3161 section 2.4.2.
#[derive(Sequence)]
pub(super) struct TimeStampResp<'a> {
    pub(super) status: StatusInfo<'a>,
    pub(super) token: Option<ContentInfo<'a>>,
}

#[derive(Sequence)]
pub(super) struct StatusInfo<'a> {
    pub(super) status: u8,
    /// Of UTF8String.
    pub(super) words: Option<RawSequence<'a>>,
    pub(super) failure: Option<BitStringRef<'a>>,
}

/// A token: RFC 5652 section 3, of which RFC 3161 allows signed data alone.
#[derive(Sequence)]
pub(super) struct ContentInfo<'a> {
    pub(super) kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: SignedData<'a>,
}

/// RFC 5652 section 5.1.
#[derive(Sequence)]
pub(super) struct SignedData<'a> {
    pub(super) version: u8,
    pub(super) digest_algorithms: RawSet<'a>,
    pub(super) encapsulated: Encapsulated<'a>,
    /// Of Certificate and its alternatives.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) certificates: Option<RawSet<'a>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) revocations: Option<RawSet<'a>>,
    /// Of SignerInfo.
    pub(super) signers: RawSet<'a>,
}

#[derive(Sequence)]
pub(super) struct Encapsulated<'a> {
    pub(super) kind: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(super) content: &'a OctetStringRef,
}

/// RFC 5652 section 5.3.
#[derive(Sequence)]
pub(super) struct SignerInfo<'a> {
    pub(super) version: u8,
    pub(super) identifier: AnyRef<'a>,
    pub(super) digest: AlgorithmIdentifier<'a>,
    /// Of Attribute. What is signed is their encoding as a SET, which [`RawSet`] gives again.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT")]
    pub(super) attributes: RawSet<'a>,
    pub(super) algorithm: AlgorithmIdentifier<'a>,
    pub(super) signature: &'a OctetStringRef,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) unsigned: Option<RawSet<'a>>,
}

#[derive(Sequence)]
pub(super) struct Attribute<'a> {
    pub(super) kind: ObjectIdentifier,
    pub(super) values: RawSet<'a>,
}

/// What a token says: RFC 3161 section 2.4.2.
#[derive(Sequence)]
pub(super) struct TstInfo<'a> {
    pub(super) version: u8,
    pub(super) policy: ObjectIdentifier,
    pub(super) imprint: MessageImprint<'a>,
    pub(super) serial: IntRef<'a>,
    pub(super) time: RawTime<'a>,
    pub(super) accuracy: Option<RawSequence<'a>>,
    #[asn1(default = "bool::default")]
    pub(super) ordering: bool,
    pub(super) nonce: Option<u64>,
    /// A name of whoever signed, within its tag.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) authority: Option<RawSequence<'a>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(super) extensions: Option<RawSequence<'a>>,
}

/// Types of which only the bytes within are read: no element is looked at, sorted or counted before somebody asks, so
/// that a hostile answer costs no more than its length.
macro_rules! raw {
    ($($(#[$doc:meta])* $name:ident: $tag:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name<'a>(&'a [u8]);

        impl FixedTag for $name<'_> {
            const TAG: Tag = $tag;
        }

        impl<'a> DecodeValue<'a> for $name<'a> {
            type Error = der::Error;

            fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
                Ok(Self(reader.read_slice(header.length())?))
            }
        }

        impl EncodeValue for $name<'_> {
            fn value_len(&self) -> der::Result<Length> {
                Length::try_from(self.0.len())
            }

            fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
                writer.write(self.0)
            }
        }
    )*};
}

raw! {
    /// A SET OF.
    RawSet: Tag::Set;
    /// A SEQUENCE or a SEQUENCE OF.
    RawSequence: Tag::Sequence;
    /// A GeneralizedTime, whose fractions of a second the library refuses and RFC 3161 allows.
    RawTime: Tag::GeneralizedTime;
}

impl<'a> RawSet<'a> {
    /// Its elements, tag and length included, up to the first that can't be read.
    pub(super) fn elements(self) -> impl Iterator<Item = &'a [u8]> {
        elements(self.0)
    }
}

impl<'a> RawSequence<'a> {
    /// Its texts.
    pub(super) fn texts(self) -> impl Iterator<Item = String> + use<'a> {
        elements(self.0).filter_map(|element| Some(Utf8StringRef::from_der(element).ok()?.to_string()))
    }
}

impl<'a> RawTime<'a> {
    /// The time as it is written.
    pub(super) fn text(self) -> &'a [u8] {
        self.0
    }
}

fn elements(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut reader = SliceReader::new(bytes).ok();
    std::iter::from_fn(move || {
        let element = reader.as_mut().filter(|reader| !reader.is_finished())?.tlv_bytes();
        if element.is_err() {
            reader = None;
        }
        element.ok()
    })
}
