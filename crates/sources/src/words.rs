//! The words of a shape in a file, and what holds where none is written.

use domain::request::{BodyForm, Place, Style};
use domain::source::{ClientAuth, Encoding, HmacAlgorithm};

/// The word of each place.
pub(crate) const PLACES: [(&str, Place); 4] =
    [("path", Place::Path), ("query", Place::Query), ("header", Place::Header), ("cookie", Place::Cookie)];

/// The word of each style.
pub(crate) const STYLES: [(&str, Style); 9] = [
    ("simple", Style::Simple),
    ("label", Style::Label),
    ("matrix", Style::Matrix),
    ("form", Style::Form),
    ("space_delimited", Style::SpaceDelimited),
    ("pipe_delimited", Style::PipeDelimited),
    ("tab_delimited", Style::TabDelimited),
    ("deep_object", Style::DeepObject),
    ("json", Style::Json),
];

/// The word of each form of a body.
pub(crate) const FORMS: [(&str, BodyForm); 5] = [
    ("json", BodyForm::Json),
    ("urlencoded", BodyForm::Urlencoded),
    ("multipart", BodyForm::Multipart),
    ("text", BodyForm::Text),
    ("binary", BodyForm::Binary),
];

/// The word of each place of a client's secret.
pub(crate) const CLIENT_AUTHS: [(&str, ClientAuth); 2] =
    [("basic", ClientAuth::Basic), ("body", ClientAuth::Body)];

/// The word of each hash.
pub(crate) const HMAC_ALGORITHMS: [(&str, HmacAlgorithm); 3] =
    [("sha256", HmacAlgorithm::Sha256), ("sha512", HmacAlgorithm::Sha512), ("sha1", HmacAlgorithm::Sha1)];

/// The word of each way to write bytes.
pub(crate) const ENCODINGS: [(&str, Encoding); 2] = [("hex", Encoding::Hex), ("base64", Encoding::Base64)];

/// The word that stands for a value.
pub(crate) fn word<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, known)| known == value).map_or("", |(word, _)| word)
}

/// The style of a place (OpenAPI 3.1, §4.8.12.2).
pub(crate) fn standard_style(place: Place) -> Style {
    match place {
        Place::Path | Place::Header => Style::Simple,
        Place::Query | Place::Cookie => Style::Form,
    }
}

/// Whether items stand for themselves in a style (OpenAPI 3.1, §4.8.12.2).
pub(crate) fn standard_explode(style: Style) -> bool {
    style == Style::Form
}

/// What a body is called.
pub(crate) fn standard_media(form: BodyForm) -> &'static str {
    match form {
        BodyForm::Json => "application/json",
        BodyForm::Urlencoded => "application/x-www-form-urlencoded",
        BodyForm::Multipart => "multipart/form-data",
        BodyForm::Text => "text/plain; charset=utf-8",
        BodyForm::Binary => "application/octet-stream",
    }
}
