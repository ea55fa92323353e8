//! Names, identifiers and passages of an answer that stand in a result word for word.

use std::collections::BTreeMap;

use super::index::Index;
use super::letters::{Word, words};
use super::query::Query;

/// So many words in a row that stand in a text too were taken from there.
const PASSAGE: usize = 4;
/// A value of more words than this is a text and no name.
const NAME: usize = 12;
/// How many words of a name are compared within texts.
const WITHIN: usize = 3;
/// How many places are weighed.
const MOST: usize = 4096;

/// Words of the answer that stand in a result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) node: u32,
    pub(crate) score: f32,
}

/// The longest names and passages, in order, none overlapping another or what is `taken`, which is in order.
pub(crate) fn names(answer: &str, index: &Index<'_>, taken: &[(usize, usize)], query: &Query) -> Vec<Named> {
    let answer = Answer::of(answer, taken);
    let mut found: Vec<(usize, usize, u32, u8)> = Vec::new();
    for node in 0..index.forest.nodes.len() {
        let node = u32::try_from(node).unwrap_or(u32::MAX);
        if found.len() < MOST
            && let Some(text) = index.forest.text(node)
        {
            answer.find(text, node, &mut found);
        }
    }
    let mut weighed: Vec<(usize, usize, u8, Named)> = found
        .into_iter()
        .map(|(first, len, node, rank)| {
            let (start, end) = (answer.words[first].start, answer.words[first + len - 1].end);
            let said = index.labels.around(&index.forest, node);
            let score = query.score(said, index.forest.result_of(node));
            (first, len, rank, Named { start, end, node, score })
        })
        .collect();
    weighed.sort_by(|one, other| {
        other
            .1
            .cmp(&one.1)
            .then(one.2.cmp(&other.2))
            .then(other.3.score.total_cmp(&one.3.score))
            .then(one.3.node.cmp(&other.3.node))
    });
    let mut covered = vec![false; answer.words.len()];
    let mut names = Vec::new();
    for (first, len, _, named) in weighed {
        if covered[first..first + len].iter().all(|covered| !covered) {
            covered[first..first + len].fill(true);
            names.push(named);
        }
    }
    names.sort_by_key(|named| named.start);
    names
}

/// The words of an answer, by what they may match.
struct Answer {
    words: Vec<Word>,
    /// A filter of the hashes of all its words.
    beginnings: [u64; 64],
    /// Names by the hash of their words: whole values, with their first word and length.
    whole: BTreeMap<u64, Vec<(usize, usize)>>,
    /// Where four words in a row begin.
    passages: BTreeMap<u64, usize>,
    /// Capitalised words, up to three in a row.
    capitals: BTreeMap<u64, Vec<(usize, usize)>>,
}

impl Answer {
    fn of(text: &str, taken: &[(usize, usize)]) -> Self {
        let is_taken = |word: &Word| {
            let place = taken.partition_point(|(_, end)| *end <= word.start);
            taken.get(place).is_some_and(|(start, _)| *start < word.end)
        };
        let words: Vec<Word> = words(text).collect();
        let free: Vec<bool> = words.iter().map(|word| !is_taken(word)).collect();
        let mut beginnings = [0; 64];
        for word in &words {
            beginnings[(word.hash >> 58) as usize] |= 1 << ((word.hash >> 52) & 63);
        }
        let mut answer = Self {
            words,
            beginnings,
            whole: BTreeMap::new(),
            passages: BTreeMap::new(),
            capitals: BTreeMap::new(),
        };
        for first in 0..answer.words.len() {
            let mut hash = 0;
            for len in 1..=NAME.min(answer.words.len() - first) {
                let last = first + len - 1;
                if !free[last] {
                    break;
                }
                hash = joined(hash, answer.words[last].hash);
                let run = &answer.words[first..=last];
                let telling = run.iter().any(|word| !word.idle && word.end - word.start > 2);
                let capital = is_name(text, run[0]);
                if telling && !run[0].idle && (len > 1 || capital) {
                    answer.whole.entry(hash).or_default().push((first, len));
                }
                if capital && telling && len <= WITHIN && run.iter().all(|word| is_capital(text, *word)) {
                    answer.capitals.entry(hash).or_default().push((first, len));
                }
                if len == PASSAGE && run.iter().filter(|word| !word.idle).count() > 1 {
                    answer.passages.entry(hash).or_insert(first);
                }
            }
        }
        answer
    }

    /// Whether anything that is looked for may begin with this word: most words of a result are none of the answer's.
    fn begins(&self, word: u64) -> bool {
        self.beginnings[(word >> 58) as usize] & (1 << ((word >> 52) & 63)) != 0
    }

    fn find(&self, text: &str, node: u32, found: &mut Vec<(usize, usize, u32, u8)>) {
        let said: Vec<u64> = words(text).map(|word| word.hash).collect();
        if said.len() <= NAME && said.first().is_some_and(|first| self.begins(*first)) {
            let whole = said.iter().fold(0, |hash, word| joined(hash, *word));
            let matches = self.whole.get(&whole).into_iter().flatten();
            found.extend(matches.map(|(first, len)| (*first, *len, node, 0)));
        }
        let mut at = 0;
        while at < said.len() {
            if !self.begins(said[at]) {
                at += 1;
                continue;
            }
            let passage =
                said.get(at..at + PASSAGE).map(|run| run.iter().fold(0, |hash, word| joined(hash, *word)));
            if let Some(first) = passage.and_then(|passage| self.passages.get(&passage)) {
                let same = self.words[*first..]
                    .iter()
                    .zip(&said[at..])
                    .take_while(|(word, said)| word.hash == **said);
                let len = same.count().max(1);
                found.push((*first, len, node, 1));
                at += len;
                continue;
            }
            let mut hash = 0;
            for word in said[at..].iter().take(WITHIN) {
                hash = joined(hash, *word);
                let matches = self.capitals.get(&hash).into_iter().flatten();
                found.extend(matches.map(|(first, len)| (*first, *len, node, 2)));
            }
            at += 1;
        }
    }
}

fn joined(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(9) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn is_capital(text: &str, word: Word) -> bool {
    text[word.start..word.end].starts_with(|char: char| char.is_uppercase())
}

/// Whether a word is capitalised though no sentence begins there, or stands in quotation marks.
fn is_name(text: &str, word: Word) -> bool {
    let before = text[..word.start].trim_end();
    let quoted = text[..word.start].ends_with(['"', '“', '«', '`', '\'', '‘']);
    let begins = before.is_empty() || before.ends_with(['.', '!', '?']) || text[..word.start].ends_with('\n');
    quoted || is_capital(text, word) && !begins
}
