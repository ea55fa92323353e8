//! An anchor's settings, looked at before they are used.

use domain::anchor::{AnchorPlace, AnchorSpec};

use crate::address::short;
use crate::folder::Folder;
use crate::timestamp::Authority;
use crate::witness::Witness;

/// The longest name of an anchor.
const MOST_NAME: usize = 40;

/// Every mistake in an anchor's settings, in words that name the field, its value and what to write; none if it can be
/// used. Nothing is asked and no file is looked at: whether the anchor is there shows when it is used.
pub fn check_spec(spec: &AnchorSpec) -> Vec<String> {
    let mut mistakes = Vec::new();
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_');
    if spec.name.is_empty() || spec.name.chars().count() > MOST_NAME || !spec.name.chars().all(plain) {
        mistakes.push(format!(
            "name = {:?}: no name for an anchor; write 1 to {MOST_NAME} letters, digits, `-` and `_`",
            short(&spec.name)
        ));
    }
    let place = match &spec.place {
        AnchorPlace::Witness { url, vkey } => Witness::new(url, vkey).err(),
        AnchorPlace::Folder { path } => Folder::new(path).err(),
        AnchorPlace::Timestamp { url } => Authority::new(url).err(),
    };
    mistakes.extend(place.into_iter().flatten());
    mistakes
}
