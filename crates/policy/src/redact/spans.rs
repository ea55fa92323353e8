//! Parts of a text, and other words in their place.

use std::ops::Range;

use domain::finding::Finding;

/// Where a finding stands in its text. Of what does not fit the text all of it is taken: better too much than what a
/// document hid from us.
pub(super) fn within(text: &str, finding: &Finding) -> Option<Range<usize>> {
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let range = at(finding.start)..at(finding.end);
    if text.is_empty() {
        return None;
    }
    let fits = range.start < range.end && text.get(range.clone()).is_some();
    Some(if fits { range } else { 0..text.len() })
}

/// The text with each span replaced; of two that overlap the earlier, and of two that begin together the longer.
pub(super) fn replaced(text: &str, spans: &mut [(Range<usize>, String)]) -> String {
    spans.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (range, pseudonym) in spans.iter() {
        if range.start < end {
            // What reaches beyond the one before is hidden with it.
            end = end.max(range.end);
            continue;
        }
        out.push_str(&text[end..range.start]);
        out.push_str(pseudonym);
        end = range.end;
    }
    out.push_str(&text[end..]);
    out
}
