//! The words around a value: the names of the members that lead to it, what stands beside it, the headings of its
//! column and of its row, whatever shape the table has.

use std::collections::{BTreeMap, BTreeSet};

use super::figure::whole;
use super::tree::{Forest, Key, NONE, Value};
use super::vocabulary::{Bits, Said, Vocabulary};

/// A string beside a value names it if it is no longer than this; longer ones are texts of their own.
const NAME: usize = 160;
/// How many rows a table's heading may have.
const HEADING: usize = 4;
/// How many strings beside a value are read for its name.
const BESIDE: usize = 12;

/// What is said around each value.
#[derive(Debug)]
pub(crate) struct Labels {
    /// By node: what it says to all that is in it, as a place in `pool`.
    own: Vec<u32>,
    pool: Vec<Said>,
    /// By the list that is a table: the headings of its columns.
    headings: BTreeMap<u32, Vec<Said>>,
    /// By the list that is a column: the list beside it that names its rows, by their places.
    sides: BTreeMap<u32, Vec<(u32, Said)>>,
    /// The rows that are headings.
    heading_rows: BTreeSet<u32>,
    /// In how many labels each word stands.
    pub(crate) counts: Vec<u32>,
    /// By result: which words are in the names of its members.
    pub(crate) named: Vec<Bits>,
    /// How many labels there are.
    pub(crate) units: u32,
}

impl Labels {
    /// Reads them in one pass.
    pub(crate) fn of(forest: &Forest<'_>, tools: &[&str], vocabulary: &Vocabulary) -> Self {
        let mut labels = Self {
            own: vec![0; forest.nodes.len()],
            pool: vec![Said::default()],
            headings: BTreeMap::new(),
            sides: BTreeMap::new(),
            heading_rows: BTreeSet::new(),
            counts: vec![0; super::vocabulary::SIZE],
            named: vec![Bits::default(); forest.roots.len()],
            units: 0,
        };
        let mut names: BTreeMap<&str, Said> = BTreeMap::new();
        for node in 0..forest.nodes.len() {
            let node = u32::try_from(node).unwrap_or(NONE);
            let mut said = Said::default();
            match forest.node(node).key {
                Key::Root => {
                    let tool = tools.get(forest.result_of(node)).copied().unwrap_or_default();
                    said = said.and_also(Said { words: 0, ..vocabulary.said(tool) });
                }
                Key::Name(name) => {
                    // A list of a thousand records says the same few names a thousand times.
                    let known = *names
                        .entry(name)
                        .or_insert_with(|| vocabulary.said(&forest.name(node).unwrap_or_default()));
                    let result = forest.result_of(node);
                    labels.named[result] = labels.named[result].or(known.bits);
                    labels.count(known);
                    said = said.and_also(known);
                }
                Key::Place(_) => {}
            }
            match forest.node(node).value {
                Value::Record => said = said.and_also(labels.beside(forest, node, vocabulary)),
                Value::List => {
                    labels.table(forest, node, vocabulary);
                    let row = forest.node(node).parent;
                    if row != NONE && matches!(forest.node(row).value, Value::List) {
                        said = said.and_also(labels.beside(forest, node, vocabulary));
                    }
                }
                _ => {}
            }
            if said != Said::default() {
                labels.own[node as usize] = u32::try_from(labels.pool.len()).unwrap_or_default();
                labels.pool.push(said);
            }
        }
        labels
    }

    /// All that is said around a node, and by its own name.
    pub(crate) fn around(&self, forest: &Forest<'_>, node: u32) -> Said {
        let mut said = Said::default();
        let mut at = node;
        while at != NONE {
            said = said.and_also(self.pool[self.own[at as usize] as usize]);
            let parent = forest.node(at).parent;
            if let (Key::Place(place), true) = (forest.node(at).key, parent != NONE) {
                if let Some(row) = self.side(parent, place) {
                    said = said.and_also(row);
                }
                let place = place as usize;
                let table = forest.node(parent).parent;
                let heading = self.headings.get(&table).and_then(|columns| columns.get(place));
                if let Some(heading) = heading.filter(|_| matches!(forest.node(parent).value, Value::List)) {
                    said = said.and_also(*heading);
                }
            }
            at = parent;
        }
        said
    }

    /// What names a value itself, as its member's name or its column's and row's headings do, and not all around it.
    pub(crate) fn name(&self, forest: &Forest<'_>, node: u32) -> Bits {
        let own = |node: u32| self.pool[self.own[node as usize] as usize].bits;
        let parent = forest.node(node).parent;
        let (Key::Place(place), true) = (forest.node(node).key, parent != NONE) else { return own(node) };
        let row = self.side(parent, place);
        let headings = self.headings.get(&forest.node(parent).parent);
        let heading = headings.and_then(|columns| columns.get(place as usize)).copied();
        let said =
            [row, heading].into_iter().flatten().fold(Said::default(), |said, more| said.and_also(more));
        said.bits.or(own(parent)).or(own(node))
    }

    /// What names the row at this place of a column.
    fn side(&self, column: u32, place: u32) -> Option<Said> {
        let names = self.sides.get(&column)?;
        let found = names.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        names.get(found).map(|(_, said)| *said)
    }

    /// Whether a value is part of a table's heading.
    pub(crate) fn is_in_heading(&self, forest: &Forest<'_>, node: u32) -> bool {
        self.heading_rows.contains(&forest.node(node).parent)
    }

    fn read(&mut self, vocabulary: &Vocabulary, text: &str) -> Said {
        let said = vocabulary.said(text);
        self.count(said);
        said
    }

    fn count(&mut self, said: Said) {
        self.units += 1;
        for word in said.bits.words() {
            self.counts[usize::from(word)] += 1;
        }
    }

    /// The strings among the members or elements of a node.
    fn beside(&mut self, forest: &Forest<'_>, node: u32, vocabulary: &Vocabulary) -> Said {
        let mut said = Said::default();
        let mut read = 0;
        for child in forest.children(node) {
            let Some(text) = forest.text(child).filter(|text| text.len() <= NAME) else { continue };
            if whole(text).is_none() {
                said = said.and_also(self.read(vocabulary, text));
                read += 1;
                if read == BESIDE {
                    break;
                }
            }
        }
        said
    }

    /// Finds out whether a list is a table with a heading, or names the rows of lists beside it.
    fn table(&mut self, forest: &Forest<'_>, list: u32, vocabulary: &Vocabulary) {
        let children: Vec<u32> = forest.children(list).take(HEADING).collect();
        if children.len() > 1 && children.iter().all(|row| matches!(forest.node(*row).value, Value::List)) {
            self.heading(forest, list, &children, vocabulary);
        }
        let names =
            |child: &u32| forest.text(*child).is_some_and(|text| text.len() <= NAME && whole(text).is_none());
        if children.is_empty() || children.iter().filter(|child| names(child)).count() * 2 <= children.len() {
            return;
        }
        let len = forest.node(list).len;
        let beside = forest.node(list).parent;
        if beside == NONE || !matches!(forest.node(beside).value, Value::Record) {
            return;
        }
        let mut columns = Vec::new();
        for member in forest.children(beside).filter(|member| *member != list) {
            let inner = matches!(forest.node(member).value, Value::Record | Value::List);
            let deeper = forest.children(member).filter(|_| inner);
            columns.extend(std::iter::once(member).chain(deeper).filter(|column| {
                forest.node(*column).len == len && matches!(forest.node(*column).value, Value::List)
            }));
        }
        if columns.is_empty() {
            return;
        }
        let rows: Vec<u32> = forest.children(list).collect();
        let said: Vec<(u32, Said)> = rows
            .iter()
            .map(|row| {
                let said = forest.text(*row).map_or_else(Said::default, |text| self.read(vocabulary, text));
                (place_of(forest, *row), said)
            })
            .collect();
        for column in columns {
            // What names rows is named by nothing, and the first list of names is the one.
            let names = forest.children(column).take(HEADING).filter(names).count();
            if names * 2 <= children.len() {
                self.sides.entry(column).or_insert_with(|| said.clone());
            }
        }
    }

    fn heading(&mut self, forest: &Forest<'_>, table: u32, rows: &[u32], vocabulary: &Vocabulary) {
        let last =
            |row: &u32| forest.children(*row).last().map_or(0, |cell| place_of(forest, cell) as usize + 1);
        let width = rows.iter().map(last).max().unwrap_or_default();
        let mut columns = vec![Said::default(); width];
        let mut found = false;
        for row in rows {
            let cells: Vec<u32> = forest.children(*row).collect();
            if !is_heading(forest, &cells) {
                break;
            }
            found = true;
            self.heading_rows.insert(*row);
            // A heading over several columns stands over the first of them.
            let mut over = Said::default();
            for cell in cells {
                let column = place_of(forest, cell) as usize;
                let text = match forest.node(cell).value {
                    Value::Number(number) => number,
                    _ => forest.text(cell).unwrap_or_default(),
                };
                if !text.trim().is_empty() {
                    over = if text.len() <= NAME { self.read(vocabulary, text) } else { Said::default() };
                }
                columns[column] = columns[column].and_also(over);
            }
        }
        if found {
            self.headings.insert(table, columns);
        }
    }
}

/// Where an element stands in its list; of what was not shown nothing is here, so it may stand behind a gap.
fn place_of(forest: &Forest<'_>, element: u32) -> u32 {
    match forest.node(element).key {
        Key::Place(place) => place,
        Key::Name(_) | Key::Root => 0,
    }
}

/// Whether the cells of a row say what stands below them: words and years, and no other figure.
fn is_heading(forest: &Forest<'_>, cells: &[u32]) -> bool {
    let mut said = false;
    for (column, cell) in cells.iter().enumerate() {
        let text = match forest.node(*cell).value {
            Value::Number(number) => number,
            Value::Text(_) | Value::Escaped(_) => forest.text(*cell).unwrap_or_default(),
            Value::Word => continue,
            Value::List | Value::Record => return false,
        };
        if whole(text).is_some_and(|figure| !figure.year) {
            return false;
        }
        said |= column > 0 && !text.trim().is_empty();
    }
    said
}
