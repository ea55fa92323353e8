//! Every value of the results that a figure may come from, so that those near a number are found at once.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::date::{Date, dates};
use super::digits::shifted;
use super::figure::{Figure, Sign, figures, whole};
use super::kind::ResultText;
use super::labels::Labels;
use super::letters::words;
use super::tree::{Forest, NONE, Value};
use super::vocabulary::{Said, Vocabulary};

/// One number of a result.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// The value that it is, or the text that it stands in.
    pub(crate) node: u32,
    /// Where it stands in its text, if it isn't all of it.
    pub(crate) within: Option<(u32, u32)>,
    /// With its sign, before any scale word.
    pub(crate) value: Decimal,
    /// The power of ten of its scale word.
    pub(crate) scale: i32,
    /// Whether it says that it counts hundredths.
    pub(crate) percent: bool,
    /// Whether it may be a year.
    pub(crate) year: bool,
    /// What its name says of its unit.
    pub(crate) unit: Unit,
}

/// What a member's name says of the unit of its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Nothing.
    #[default]
    Unsaid,
    /// Hundredths of a currency, as in `total_cents`.
    Cents,
    /// Thousandths of a second.
    Millis,
    /// Bytes.
    Bytes,
    /// A part of one, or hundredths: `error_rate`, `margin_pct`.
    Share,
    /// Hundredths of a hundredth.
    BasisPoints,
    /// None: it is the name of something.
    Id,
}

/// All that an answer's results hold.
#[derive(Debug)]
pub(crate) struct Index<'a> {
    pub(crate) forest: Forest<'a>,
    pub(crate) labels: Labels,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) cells: Vec<Cell>,
    /// By size without sign. A float is enough to look things up by; what is found is compared exactly.
    by_size: Vec<(f64, u32)>,
    /// The days that are named in results, in order.
    pub(crate) days: Vec<(Date, u32)>,
    /// What each result says anywhere.
    pub(crate) said: Vec<Said>,
}

impl<'a> Index<'a> {
    /// Goes once over the results: what was shown of each, and the name of its tool.
    pub(crate) fn of(answer: &str, results: &[ResultText<'a>]) -> Self {
        let mut forest = Forest::default();
        for result in results {
            forest.plant(result.body, result.shown);
        }
        let vocabulary = Vocabulary::of(answer);
        let tools: Vec<&str> = results.iter().map(|result| result.tool).collect();
        let labels = Labels::of(&forest, &tools, &vocabulary);
        let said = labels.named.iter().map(|bits| Said { bits: *bits, ..Said::default() }).collect();
        let mut index = Self {
            forest: Forest::default(),
            labels,
            vocabulary,
            cells: Vec::new(),
            by_size: Vec::new(),
            days: Vec::new(),
            said,
        };
        for node in 0..forest.nodes.len() {
            index.take(&forest, u32::try_from(node).unwrap_or(NONE));
        }
        index.forest = forest;
        let size = |cell: &Cell| cell.value.abs().to_f64().unwrap_or(f64::INFINITY);
        let by_size = (0_u32..).zip(&index.cells).map(|(place, cell)| (size(cell), place));
        index.by_size = by_size.collect();
        index.by_size.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        index.days.sort_unstable();
        index
    }

    /// The cells whose size is from `low` to `high`, or so near that only exact numbers can tell.
    pub(crate) fn sized(&self, low: f64, high: f64) -> impl Iterator<Item = u32> {
        let slack = high.abs() * 1e-12;
        let first = self.by_size.partition_point(|(size, _)| *size < low - slack);
        self.by_size[first..].iter().take_while(move |(size, _)| *size <= high + slack).map(|(_, cell)| *cell)
    }

    /// The value of a cell with its scale word.
    pub(crate) fn amount(&self, cell: u32) -> Option<Decimal> {
        let cell = self.cells.get(cell as usize)?;
        shifted(cell.value, cell.scale.into())
    }

    /// What is said around a cell: around its value, or around it within its text.
    pub(crate) fn said_around(&self, cell: &Cell) -> Said {
        let around = self.labels.around(&self.forest, cell.node);
        let Some((start, end)) = cell.within else { return around };
        let text = self.forest.text(cell.node).unwrap_or_default();
        let sentence = sentence_around(text, start as usize, end as usize);
        around.and_also(self.vocabulary.said(sentence))
    }

    fn take(&mut self, forest: &Forest<'a>, node: u32) {
        let result = forest.result_of(node);
        if let Value::Number(number) = forest.node(node).value {
            let unit = unit(forest, node);
            if let Some(value) = decimal(number) {
                let year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
                let percent = false;
                self.cells.push(Cell { node, within: None, value, scale: 0, percent, year, unit });
            }
            return;
        }
        let Some(text) = forest.text(node) else { return };
        self.hear(result, text);
        if !text.bytes().any(|byte| byte.is_ascii_digit()) {
            return;
        }
        if let Some(figure) = whole(text) {
            let unit = unit(forest, node);
            self.cells.extend(cell(node, None, &figure, unit));
            return;
        }
        let dates = dates(text);
        // Of a date or a time only the year is a number that an answer may quote alone.
        let is_clock = |figure: &Figure| {
            let colon = text[figure.end..].starts_with(':') || text[..figure.start].ends_with(':');
            colon && figure.end - figure.start == 2
        };
        let in_date = |figure: &Figure| {
            let place = dates.partition_point(|(_, end, _)| *end < figure.end);
            dates.get(place).is_some_and(|(start, _, _)| *start <= figure.start)
        };
        for figure in
            figures(text).iter().filter(|figure| figure.year || !in_date(figure) && !is_clock(figure))
        {
            let within = (offset(figure.start), offset(figure.end));
            self.cells.extend(cell(node, Some(within), figure, Unit::Unsaid));
        }
        self.days.extend(dates.into_iter().flat_map(|(_, _, dates)| dates).map(|date| (date, node)));
    }

    fn hear(&mut self, result: usize, text: &str) {
        for word in words(text).filter(|word| !word.idle) {
            if let Some(number) = self.vocabulary.number(word.hash) {
                self.said[result].bits.set(number);
            }
        }
    }
}

/// What the nearest name says of a number's unit.
fn unit(forest: &Forest<'_>, node: u32) -> Unit {
    let mut at = node;
    while at != NONE {
        if let Some(name) = forest.name(at) {
            return unit_of(&name);
        }
        at = forest.node(at).parent;
    }
    Unit::Unsaid
}

fn unit_of(name: &str) -> Unit {
    const UNITS: [(&str, Unit); 19] = [
        ("year", Unit::Id),
        ("id", Unit::Id),
        ("index", Unit::Id),
        ("cent", Unit::Cents),
        ("cents", Unit::Cents),
        ("pence", Unit::Cents),
        ("minor", Unit::Cents),
        ("ms", Unit::Millis),
        ("millis", Unit::Millis),
        ("milliseconds", Unit::Millis),
        ("bytes", Unit::Bytes),
        ("rate", Unit::Share),
        ("ratio", Unit::Share),
        ("pct", Unit::Share),
        ("percent", Unit::Share),
        ("percentage", Unit::Share),
        ("share", Unit::Share),
        ("bps", Unit::BasisPoints),
        ("fraction", Unit::Share),
    ];
    let last = words(name).last().map_or("", |word| &name[word.start..word.end]);
    let known = UNITS.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(last));
    known.map_or(Unit::Unsaid, |(_, unit)| *unit)
}

fn cell(node: u32, within: Option<(u32, u32)>, figure: &Figure, unit: Unit) -> impl Iterator<Item = Cell> {
    let signed = |value: Decimal| if figure.sign == Sign::None { value } else { -value };
    let (scale, percent, year) = (figure.scale, figure.percent, figure.year);
    let readings = [Some(figure.reading), figure.other];
    readings
        .into_iter()
        .flatten()
        .map(move |reading| Cell { node, within, value: signed(reading.value), scale, percent, year, unit })
        .collect::<Vec<_>>()
        .into_iter()
}

/// The exact value of a JSON number, as far as it has at most 28 digits.
fn decimal(number: &str) -> Option<Decimal> {
    let Some((mantissa, power)) = number.split_once(['e', 'E']) else {
        return Decimal::from_str_exact(number).ok();
    };
    shifted(Decimal::from_str_exact(mantissa).ok()?, power.trim_start_matches('+').parse::<i8>().ok()?.into())
}

/// The sentence, or so much of it as lies near.
fn sentence_around(text: &str, start: usize, end: usize) -> &str {
    const FAR: usize = 240;
    let (first, last) = (floor(text, start.saturating_sub(FAR)), floor(text, end + FAR));
    let begin = text[first..start].rfind(". ").map_or(first, |place| first + place + 2);
    let stop = text[end..last.max(end)].find(". ").map_or(last.max(end), |place| end + place);
    &text[begin..stop]
}

fn floor(text: &str, place: usize) -> usize {
    let place = place.min(text.len());
    (place.saturating_sub(3)..=place).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default()
}

fn offset(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
