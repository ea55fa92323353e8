//! The pages of one call's result: asked for one after another as far as its tool says, and joined into one.

use std::collections::BTreeSet;

use domain::json::sha256_hex;
use domain::outcome::{Ending, Outcome, Told};
use domain::paging::PageBy;
use domain::source::SourceSpec;
use serde_json::Value;

use crate::call::Prepared;
use crate::onward::{By, Items, Next, Page, items};
use crate::schema::short;

/// A call whose result may go on: the request that asks for its next page, and the pages that came before.
#[derive(Debug)]
pub struct Pages {
    request: Prepared,
    /// With what arguments a caller asks for that page; none if no argument does.
    arguments: Vec<(String, Value)>,
    /// Each request that was made, so that a source that leads in a circle is left.
    asked: BTreeSet<String>,
    joined: Option<Joined>,
}

/// What follows on a page.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made, once for each page")]
pub enum Turned {
    /// Another page is asked for, with [`Pages::request`].
    Next(Box<Pages>),
    /// That is all: the call's ending. If several pages came, their items are in one list in the first page's shape.
    Over(Ending),
}

/// The pages that came.
#[derive(Debug)]
struct Joined {
    pages: u32,
    items: usize,
    /// The first page's ending, without its body.
    ending: Ending,
    /// Up to the last item.
    text: String,
    /// What stands behind the items of the first page.
    after: String,
    /// The items of the last page.
    last: String,
}

impl Pages {
    /// Of a call whose first request is about to leave; `None` if its tool's result has no pages.
    pub fn of(first: &Prepared) -> Option<Self> {
        first.paged()?;
        let asked = BTreeSet::from([name(first)]);
        Some(Self { request: first.clone(), arguments: Vec::new(), asked, joined: None })
    }

    /// The request for the page that comes next.
    pub fn request(&self) -> &Prepared {
        &self.request
    }

    /// Which page that is, from 1.
    pub fn number(&self) -> u32 {
        self.joined.as_ref().map_or(0, |joined| joined.pages) + 1
    }

    /// How many are asked for at most.
    pub fn most(&self) -> u32 {
        self.request.paged().map_or(1, |paged| paged.paging.follow)
    }

    /// Takes the page's answer, and says what follows. `spec` is the source that the call goes to.
    pub fn take(self, spec: &SourceSpec, mut ending: Ending) -> Turned {
        let number = self.number();
        if ending.outcome != Outcome::Returned {
            // What the first request comes to is what the call comes to.
            return if number == 1 {
                Turned::Over(ending)
            } else {
                Turned::Over(self.without(&ending.words))
            };
        }
        if ending.cut_from.is_some() {
            let words = "it is longer than what is taken of one result";
            return if number == 1 { Turned::Over(ending) } else { Turned::Over(self.without(words)) };
        }
        let Some(paged) = self.request.paged() else { return Turned::Over(ending) };
        let bytes = std::mem::take(&mut ending.body);
        let body = std::str::from_utf8(&bytes).ok().map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
        let found = body.and_then(|body| items(body, &paged.paging.items));
        let link = ending.told.next_link.take();
        let url = self.request.url();
        let next = paged
            .next(spec, &Page { body, items: found.map(|items| items.count), link: link.as_deref(), url });
        if number == 1 && self.most() == 1 {
            // The source's own bytes, whatever they are.
            let words = self.left_to_caller(found.map(|items| items.count), &next);
            return Turned::Over(Ending { body: bytes, words, ..ending });
        }
        let Some(found) = found else {
            let missing = no_items(&paged.paging.items);
            if number > 1 {
                return Turned::Over(self.without(&missing));
            }
            let words = match next {
                Next::None => String::new(),
                _ => format!("only this page was asked for: {missing}"),
            };
            return Turned::Over(Ending { body: bytes, words, ..ending });
        };
        if number == 1 && next == Next::None {
            return Turned::Over(Ending { body: bytes, ..ending });
        }
        let counts = matches!(paged.paging.by, PageBy::Page { .. } | PageBy::Offset { .. });
        let again = |joined: &Joined| joined.last == sha256_hex(found.inner.as_bytes());
        if counts && found.count > 0 && self.joined.as_ref().is_some_and(again) {
            let came = self.joined.map(|joined| {
                let words = format!(
                    "{}. Page {number} has the same items as the one before: the source does not turn pages",
                    joined.words(false)
                );
                joined.ending(words)
            });
            return Turned::Over(came.unwrap_or(ending));
        }
        self.joined_with(spec, found, ending, next)
    }

    /// The ending with what came before, where the next page was not asked for or did not come, for these reasons.
    pub fn without(self, why: &str) -> Ending {
        let number = self.number();
        let hint = match self.arguments.as_slice() {
            [] => String::new(),
            arguments => format!("; {}", again_with(arguments)),
        };
        let Some(joined) = self.joined else {
            return Ending::without_body(Outcome::Failed, None, why);
        };
        let words = format!("{}. Page {number} is missing: {why}{hint}", joined.words(false));
        joined.ending(words)
    }

    fn joined_with(mut self, spec: &SourceSpec, found: Items<'_>, ending: Ending, next: Next) -> Turned {
        let joined = match self.joined.take() {
            None => Joined::new(found, ending),
            // Where pages are counted, only one without items says that there are no more: it is none of them.
            Some(joined) if found.count == 0 && next == Next::None => {
                let words = if joined.pages == 1 { String::new() } else { joined.words(true) };
                return Turned::Over(joined.ending(words));
            }
            Some(joined) => joined.with(found, ending),
        };
        let left = u64::from(spec.limits.result_bytes).saturating_sub(joined.len() as u64);
        let (by, sure) = match next {
            Next::None => {
                let words = joined.words(true);
                return Turned::Over(joined.ending(words));
            }
            Next::Unusable(why) => {
                let words =
                    format!("{}. There is a next page, and it was not asked for: {why}", joined.words(false));
                return Turned::Over(joined.ending(words));
            }
            Next::Asked { by, sure } => (by, sure),
        };
        let arguments = self.request.paged().and_then(|paged| paged.arguments(self.request.url(), &by));
        if joined.pages >= self.most() || left == 0 {
            let words = format!("{}. {}", joined.words(false), more(arguments.as_deref(), sure));
            return Turned::Over(joined.ending(words));
        }
        let request = match by {
            By::Url(url) => Ok(self.request.at(url)),
            By::Argument { name, value } => self.request.with_argument(spec, name, value),
        };
        let request = request.and_then(|request| request.taking(left));
        match request {
            Ok(request) if self.asked.insert(name(&request)) => {
                let arguments = arguments.unwrap_or_default();
                Turned::Next(Box::new(Self { request, arguments, asked: self.asked, joined: Some(joined) }))
            }
            Ok(_) => {
                let words = format!(
                    "{}. The source names a page as the next that was asked for already: it was not asked again",
                    joined.words(false)
                );
                Turned::Over(joined.ending(words))
            }
            Err(why) => {
                let words = format!("{}. The next page was not asked for: {why}", joined.words(false));
                Turned::Over(joined.ending(words))
            }
        }
    }

    /// The words at the end of a page of which nothing more was asked.
    fn left_to_caller(&self, items: Option<usize>, next: &Next) -> String {
        let this = match items {
            Some(items) => format!("this is one page, with {}", counted(items)),
            None => "this is one page".to_owned(),
        };
        match next {
            Next::None => String::new(),
            Next::Unusable(why) => format!("{this}. There is a next page: {why}"),
            Next::Asked { by, sure } => {
                let arguments =
                    self.request.paged().and_then(|paged| paged.arguments(self.request.url(), by));
                format!("{this}. {}", more(arguments.as_deref(), *sure))
            }
        }
    }
}

impl Joined {
    fn new(items: Items<'_>, ending: Ending) -> Self {
        Self {
            pages: 1,
            items: items.count,
            text: format!("{}{}", items.before, items.inner),
            after: items.after.to_owned(),
            last: sha256_hex(items.inner.as_bytes()),
            ending,
        }
    }

    fn with(mut self, items: Items<'_>, ending: Ending) -> Self {
        if self.items > 0 && items.count > 0 {
            self.text.push(',');
        }
        self.text.push_str(items.inner);
        self.pages += 1;
        self.items += items.count;
        self.last = sha256_hex(items.inner.as_bytes());
        // Each of its parts is as fresh as it is, and the last request is the one whose times are told.
        let fresh_for =
            self.ending.told.fresh_for.zip(ending.told.fresh_for).map(|(one, other)| one.min(other));
        self.ending.told = Told { fresh_for, ..ending.told };
        self
    }

    fn len(&self) -> usize {
        self.text.len() + self.after.len()
    }

    /// `these are the first 3 pages, 300 items in one list`
    fn words(&self, all: bool) -> String {
        let items = counted(self.items);
        match (self.pages, all) {
            (1, _) => format!("this is one page, with {items}"),
            (pages, true) => format!("these are all {pages} pages, {items} in one list"),
            (pages, false) => format!("these are the first {pages} pages, {items} in one list"),
        }
    }

    fn ending(self, words: String) -> Ending {
        let mut body = self.text;
        body.push_str(&self.after);
        Ending { body: body.into_bytes(), words, ..self.ending }
    }
}

/// What a request is, so that the same one is known again.
fn name(request: &Prepared) -> String {
    sha256_hex(&request.record())
}

fn counted(items: usize) -> String {
    if items == 1 { "1 item".to_owned() } else { format!("{items} items") }
}

fn no_items(pointer: &str) -> String {
    match pointer {
        "" => "its answer is no list, as the tool's definition says that it is".to_owned(),
        pointer => {
            format!("there is no list at {pointer}, where the tool's definition says that the items are")
        }
    }
}

/// `There is more: call again with page = 4 …`
fn more(arguments: Option<&[(String, Value)]>, sure: bool) -> String {
    let is = if sure { "There is more" } else { "There may be more" };
    match arguments {
        Some(arguments) => format!("{is}: {}", again_with(arguments)),
        None => format!(
            "{is}, and no argument of the tool asks for it: a person can have more pages asked for (`follow` of the \
             tool's `paging`)"
        ),
    }
}

fn again_with(arguments: &[(String, Value)]) -> String {
    let named: Vec<_> = arguments
        .iter()
        .map(|(name, value)| format!("`{name}` = {}", short(&value.to_string(), 2000)))
        .collect();
    format!("call again with {} and the other arguments as they were", named.join(", "))
}
