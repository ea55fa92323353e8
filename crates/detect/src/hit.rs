//! A place in one text, before it is known where that text stands.

use std::borrow::Cow;

use domain::finding::Finding;
use domain::label::Category;

/// Something found in one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) kind: Cow<'static, str>,
    pub(crate) category: Category,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) confidence: u8,
}

impl Hit {
    pub(crate) fn new(
        kind: impl Into<Cow<'static, str>>,
        category: Category,
        at: std::ops::Range<usize>,
        confidence: u8,
    ) -> Self {
        Self { kind: kind.into(), category, start: at.start, end: at.end, confidence }
    }

    /// With the place of its text. Texts beyond 4 GiB are cut long before they come here.
    pub(crate) fn at(self, pointer: &str) -> Finding {
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Finding {
            kind: self.kind.into_owned(),
            category: self.category,
            pointer: pointer.to_owned(),
            start: offset(self.start),
            end: offset(self.end),
            confidence: self.confidence,
        }
    }
}

/// Leaves one finding for each stretch of text: where two overlap the surer stays, of two as sure the longer, of two as
/// long the earlier. In the order of the text.
pub(crate) fn settle(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by(|a, b| {
        let (length_a, length_b) = (a.end - a.start, b.end - b.start);
        b.confidence.cmp(&a.confidence).then(length_b.cmp(&length_a)).then(a.start.cmp(&b.start))
    });
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for hit in hits {
        let before = taken.range(..hit.end).next_back();
        if before.is_none_or(|(_, end)| *end <= hit.start) {
            taken.insert(hit.start, hit.end);
            kept.push(hit);
        }
    }
    kept.sort_by_key(|hit| hit.start);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_that_overlap_the_surer_stays() {
        let hit = |kind: &'static str, start, end, confidence| {
            Hit::new(kind, Category::Identity, start..end, confidence)
        };
        let hits = vec![hit("phone", 0, 19, 60), hit("card", 2, 18, 95), hit("email", 20, 30, 90)];
        let kinds: Vec<_> = settle(hits).into_iter().map(|hit| hit.kind).collect();
        assert_eq!(kinds, ["card", "email"]);
    }
}
