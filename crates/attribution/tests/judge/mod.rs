//! How good ties are: items with gold places are tied, and counted by kind. Used by a test and by `cargo xtask eval`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use attribution::{ResultText, Shown, Span, tie};
use domain::tie::TieStatus;
use serde_json::Value;

/// One answer, its results, and what its figures come from.
pub(crate) struct Item {
    pub(crate) id: String,
    /// The text; the gold spans are in characters.
    pub(crate) answer: String,
    pub(crate) results: Vec<(String, String, String)>,
    pub(crate) gold: Vec<Gold>,
}

/// A span and its places: each with those that would do as well.
pub(crate) struct Gold {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: String,
    pub(crate) figure: bool,
    pub(crate) sources: Vec<Vec<(String, String)>>,
}

/// What came of all items.
#[derive(Default)]
pub(crate) struct Score {
    /// By kind: how many there are, how many were tied, how many to the right places.
    pub(crate) kinds: BTreeMap<&'static str, [usize; 3]>,
    /// Figures changed by more than their rounding: how many, and how many tied all the same, by kind.
    pub(crate) altered: BTreeMap<&'static str, [usize; 2]>,
    /// Links of ties that were judged, and how many lead to a call that has nothing to do with the answer.
    pub(crate) links: [usize; 2],
    pub(crate) times: Vec<Duration>,
    /// What went wrong, in words.
    pub(crate) misses: Vec<String>,
}

pub(crate) fn read(lines: &str) -> Vec<Item> {
    lines.lines().filter(|line| !line.trim().is_empty()).map(item).collect()
}

fn item(line: &str) -> Item {
    let value: Value = serde_json::from_str(line).unwrap();
    let answer = value["answer_text"].as_str().unwrap().to_owned();
    let at = |chars: u64| {
        answer
            .char_indices()
            .map(|(place, _)| place)
            .nth(usize::try_from(chars).unwrap())
            .unwrap_or(answer.len())
    };
    let place = |place: &Value| (text(&place["call_id"]), text(&place["json_path"]));
    let gold = value["gold"].as_array().unwrap().iter().map(|gold| {
        let kind = text(&gold["kind"]);
        let sources = gold["sources"].as_array().unwrap();
        let alt = gold["alt"].as_array().cloned().unwrap_or_default();
        let derived = kind == "derived" || kind == "count";
        // Twins of a single place stand in a flat list, those of operands in one list for each.
        let sources = sources.iter().enumerate().map(|(number, source)| {
            let twins = if derived {
                alt.get(number).and_then(Value::as_array).cloned().unwrap_or_default()
            } else {
                alt.clone()
            };
            std::iter::once(place(source)).chain(twins.iter().map(place)).collect()
        });
        let written = text(&gold["text"]);
        Gold {
            start: at(gold["span"][0].as_u64().unwrap()),
            end: at(gold["span"][1].as_u64().unwrap()),
            figure: written
                .trim_start_matches(['$', '€', '£', '-', '(', ' '])
                .starts_with(|char: char| char.is_ascii_digit()),
            sources: sources.collect(),
            kind,
        }
    });
    let gold = gold.collect();
    let results = value["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| (text(&result["call_id"]), text(&result["tool"]), result["json"].to_string()));
    Item { id: text(&value["id"]), results: results.collect(), gold, answer }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn whole<'a>(call: &'a str, tool: &'a str, body: &'a str) -> ResultText<'a> {
    ResultText { call, tool, body, shown: Shown::Whole }
}

/// Ties every item, and every item again with each of its figures altered.
pub(crate) fn judge(items: &[Item]) -> Score {
    let mut score = Score::default();
    for item in items {
        let results: Vec<ResultText<'_>> =
            item.results.iter().map(|(call, tool, body)| whole(call, tool, body)).collect();
        let began = Instant::now();
        let ties = tie(&item.answer, &results, &[]);
        score.times.push(began.elapsed());
        for gold in &item.gold {
            let found = best(&ties, gold.start, gold.end);
            let places: Vec<(String, String)> = found
                .iter()
                .flat_map(|tie| &tie.places)
                .map(|place| (item.results[place.result].0.clone(), place.pointer.clone()))
                .collect();
            let right = found.is_some() && is_right(gold, &places);
            let counts = score.kinds.entry(kind(gold)).or_default();
            counts[0] += 1;
            counts[1] += usize::from(found.is_some());
            counts[2] += usize::from(right);
            score.links[0] += places.len();
            score.links[1] += places.iter().filter(|(call, _)| call.starts_with('d')).count();
            if !right {
                score.misses.push(format!(
                    "{} {} `{}` of «{}»: {:?} {places:?}; gold {:?}",
                    item.id,
                    kind(gold),
                    &item.answer[gold.start..gold.end],
                    item.answer,
                    found.map(|tie| (tie.kind, &tie.derivation, tie.confidence)),
                    gold.sources
                ));
            }
            if gold.figure && !gold.kind.is_empty() {
                let (changed, end) = altered(item, gold);
                let ties = tie(&changed, &results, &[]);
                let counts = score.altered.entry(kind(gold)).or_default();
                counts[0] += 1;
                if let Some(tie) = best(&ties, gold.start, end) {
                    counts[1] += 1;
                    score.misses.push(format!(
                        "{} altered `{}` of «{}»: {tie:?}",
                        item.id,
                        &changed[gold.start..end],
                        item.answer
                    ));
                }
            }
        }
    }
    score
}

/// The tie that covers most of a span.
fn best(ties: &[Span], start: usize, end: usize) -> Option<&Span> {
    let common = |tie: &Span| tie.end.min(end).saturating_sub(tie.start.max(start));
    ties.iter().filter(|tie| tie.status == TieStatus::Tied && common(tie) > 0).max_by_key(|tie| common(tie))
}

fn kind(gold: &Gold) -> &'static str {
    match (gold.kind.as_str(), gold.figure) {
        ("derived", _) => "derived",
        ("count", _) => "count",
        (_, true) => "number",
        _ => "name",
    }
}

/// One place must be the gold one; of a derivation all must, in any order.
fn is_right(gold: &Gold, places: &[(String, String)]) -> bool {
    if gold.kind != "derived" && gold.kind != "count" {
        return gold.sources.iter().flatten().any(|place| places.first() == Some(place));
    }
    let mut left: Vec<&(String, String)> = places.iter().collect();
    let mut gold_left = gold.sources.clone();
    gold_left.sort_by_key(Vec::len);
    gold_left.dedup();
    let all = gold_left.iter().all(|twins| {
        let found = left.iter().position(|place| twins.contains(place));
        found.map(|found| left.remove(found)).is_some()
    });
    all && left.is_empty()
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// The answer with a figure's digits changed, its form kept, by a rule that any machine follows alike.
fn altered(item: &Item, gold: &Gold) -> (String, usize) {
    let written = &item.answer[gold.start..gold.end];
    let mut seed = item
        .id
        .bytes()
        .chain(written.bytes())
        .fold(7_u64, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut first = true;
    let digits: String = written
        .chars()
        .map(|char| {
            if !char.is_ascii_digit() {
                return char;
            }
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digit = u32::try_from(seed >> 40).unwrap_or(0) % 9 + 1;
            let old = char.to_digit(10).unwrap_or(0);
            // Trailing zeros keep the form of a round number.
            let new = if old == 0 && !first {
                0
            } else if first && digit == old {
                digit % 9 + 1
            } else {
                digit
            };
            first = false;
            char::from_digit(new, 10).unwrap_or(char)
        })
        .collect();
    let changed = format!("{}{digits}{}", &item.answer[..gold.start], &item.answer[gold.end..]);
    (changed, gold.start + digits.len())
}

impl Score {
    /// How many of a hundred spans of a kind were tied to their places.
    pub(crate) fn recall(&self, kind: &str) -> f64 {
        self.kinds.get(kind).map_or(0.0, |[all, _, right]| percent(*right, *all))
    }

    /// How many of a hundred ties of a kind lead to the right places.
    pub(crate) fn precision(&self, kind: &str) -> f64 {
        self.kinds.get(kind).map_or(0.0, |[_, tied, right]| percent(*right, *tied))
    }

    pub(crate) fn invented(&self) -> f64 {
        let all: usize = self.altered.values().map(|counts| counts[0]).sum();
        let tied: usize = self.altered.values().map(|counts| counts[1]).sum();
        percent(tied, all)
    }

    pub(crate) fn distracted(&self) -> f64 {
        percent(self.links[1], self.links[0])
    }

    pub(crate) fn table(&self) -> String {
        let mut table = format!(
            "{:<10}{:>7}{:>10}{:>11}{:>14}\n",
            "kind", "items", "recall", "precision", "altered tied"
        );
        for (kind, [all, _, _]) in &self.kinds {
            let altered = self
                .altered
                .get(kind)
                .map_or(String::new(), |[all, tied]| format!("{:.1} %", percent(*tied, *all)));
            let (recall, precision) = (self.recall(kind), self.precision(kind));
            let _ = writeln!(table, "{kind:<10}{all:>7}{recall:>8.1} %{precision:>9.1} %{altered:>14}");
        }
        let mut times = self.times.clone();
        times.sort_unstable();
        let at =
            |share: usize| times.get(times.len() * share / 100).map_or(0.0, |time| time.as_secs_f64() * 1e3);
        let _ = writeln!(
            table,
            "altered figures tied: {:.1} %   links to a distractor: {:.1} %   median {:.2} ms, p95 {:.2} ms",
            self.invented(),
            self.distracted(),
            at(50),
            at(95)
        );
        table
    }
}
