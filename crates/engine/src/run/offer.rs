//! Which of the connected tools a model is offered. As long as all fit into their part of the model's context, all of
//! them; else those that the question's words ask for, and `find_tools`, by which the model looks for others. The same
//! question, conversation and tools make the same offer, and each request on record holds what was offered.

use std::collections::BTreeSet;

use domain::json::Json;
use domain::model::{Message, OfferedTool};
use domain::tool::ToolId;
use serde::Deserialize;
use serde_json::json;

use super::page;
use crate::catalogue::Connected;

/// The part of a model's context that tools may take: one in so many.
const PART: usize = 4;
/// The context of a model of which nobody knows how long it is, in tokens.
const UNKNOWN_CONTEXT: u32 = 65_536;
/// How many bytes make a token: as in `shorten`, fewer than in most texts.
const BYTES_A_TOKEN: usize = 3;
/// The most tools that are found at once.
const FOUND: usize = 8;
/// The longest description in a list of found tools, in characters: the whole stands in the next request.
const DESCRIBED: usize = 160;

/// What a model is offered in a turn.
pub(crate) struct Offer {
    tools: Vec<OfferedTool>,
    /// The places of those that are connected, among all.
    places: BTreeSet<usize>,
    /// Whether it grew since the model was last told.
    grown: bool,
}

/// What a call of `find_tools` asks for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Find {
    words: String,
    #[serde(default)]
    source: Option<String>,
}

impl Find {
    /// Reads the arguments as a model wrote them; in words, what is wrong with them.
    pub(crate) fn parse(arguments: &str) -> Result<Self, String> {
        serde_json::from_str(arguments).map_err(|error| {
            format!(
                "nothing was looked for, the arguments for {} don't fit: {error}. Write {{\"words\": \"open invoices of a \
                 customer\"}}; `source` may be added.",
                ToolId::find_tools()
            )
        })
    }
}

impl Offer {
    /// The offer that a question begins with, in a conversation in which these messages were exchanged before.
    pub(crate) fn new(connected: &Connected, context: Option<u32>, question: &str, past: &[Message]) -> Self {
        let room = room(context);
        let all: usize = connected.lengths().iter().sum();
        let mut offer = Self { tools: Vec::new(), places: BTreeSet::new(), grown: false };
        if all <= room {
            offer.tools.clone_from(&connected.tools);
            if !offer.tools.is_empty() {
                offer.tools.push(page::offered());
            }
            return offer;
        }
        offer.tools.push(page::offered());
        offer.tools.push(finder(connected.tools.len()));
        let mut left = room;
        let mut chosen = Vec::new();
        // What is named comes first, then what the conversation has used or found, then what the words ask for; those
        // have half of what is left, so that there is room for what the model finds.
        take(connected, named(connected, question), &mut left, &mut chosen);
        take(connected, before(connected, past), &mut left, &mut chosen);
        let mut half = left / 2;
        take(connected, connected.shortlist().best(question), &mut half, &mut chosen);
        offer.places = chosen.into_iter().collect();
        let tools = offer.places.iter().filter_map(|place| connected.tools.get(*place)).cloned();
        offer.tools.extend(tools);
        offer
    }

    /// The tools as the model is told them now.
    pub(crate) fn tools(&self) -> &[OfferedTool] {
        &self.tools
    }

    /// Whether something was found since this was last asked.
    pub(crate) fn has_grown(&mut self) -> bool {
        std::mem::take(&mut self.grown)
    }

    /// Looks for tools: those found are offered from the next request on. What the model reads of it.
    pub(crate) fn find(&mut self, connected: &Connected, find: &Find) -> String {
        let found = matching(connected, find);
        let more = found.len().saturating_sub(FOUND);
        let mut told = Vec::new();
        for place in found.into_iter().take(FOUND) {
            let Some(tool) = connected.tools.get(place) else { continue };
            let described: String = tool.description.chars().take(DESCRIBED).collect();
            told.push(json!({ "name": tool.name, "description": described }));
            let is_offered = self.tools.iter().any(|offered| offered.name == tool.name);
            if !is_offered {
                // Behind the others, so that a provider's cache of what stands before stays good.
                self.tools.push(tool.clone());
                self.places.insert(place);
                self.grown = true;
            }
        }
        let note = if told.is_empty() {
            "no connected tool has these words; try others"
        } else {
            "these are among your tools from now on, with their schemas"
        };
        json!({ "found": told, "not_shown": more, "note": note }).to_string()
    }
}

/// How many bytes of a request tools may take.
fn room(context: Option<u32>) -> usize {
    let context = context.unwrap_or(UNKNOWN_CONTEXT);
    usize::try_from(context).unwrap_or(usize::MAX).saturating_mul(BYTES_A_TOKEN) / PART
}

/// Takes as many of these as there is room for; a smaller one behind a large one may still fit.
fn take(connected: &Connected, places: Vec<usize>, room: &mut usize, chosen: &mut Vec<usize>) {
    for place in places {
        let length = connected.lengths().get(place).copied().unwrap_or_default();
        if !chosen.contains(&place) && length <= *room {
            *room -= length;
            chosen.push(place);
        }
    }
}

/// The tools that a question names: `@crm` is every tool of a source, `@crm.get_customer` one.
fn named(connected: &Connected, question: &str) -> Vec<usize> {
    let name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '.');
    let names: Vec<&str> = question
        .split('@')
        .skip(1)
        .map(|rest| rest.split(|char| !name(char)).next().unwrap_or_default().trim_end_matches('.'))
        .filter(|name| !name.is_empty())
        .collect();
    let is_named =
        |id: &ToolId| names.iter().any(|name| *name == id.source().as_str() || *name == id.to_string());
    places(connected, |tool| ToolId::from_wire(&tool.name).is_some_and(|id| is_named(&id)))
}

/// The tools that a conversation has called, and those that it has found.
fn before(connected: &Connected, past: &[Message]) -> Vec<usize> {
    let calls = past.iter().filter_map(|message| match message {
        Message::Assistant { calls, .. } => Some(calls),
        Message::User(_) | Message::Results(_) => None,
    });
    let mut called = BTreeSet::new();
    let mut found = Vec::new();
    for call in calls.flatten() {
        if call.name == ToolId::find_tools().wire() {
            let places = Find::parse(&call.arguments).map(|find| matching(connected, &find));
            found.extend(places.unwrap_or_default().into_iter().take(FOUND));
        } else {
            called.insert(call.name.as_str());
        }
    }
    let mut all = places(connected, |tool| called.contains(tool.name.as_str()));
    all.extend(found);
    all
}

fn matching(connected: &Connected, find: &Find) -> Vec<usize> {
    let mut found = connected.shortlist().best(&find.words);
    if let Some(source) = &find.source {
        let of = |tool: &OfferedTool| {
            ToolId::from_wire(&tool.name).is_some_and(|id| id.source().as_str() == source)
        };
        found.retain(|place| connected.tools.get(*place).is_some_and(of));
    }
    found
}

fn places(connected: &Connected, is: impl Fn(&OfferedTool) -> bool) -> Vec<usize> {
    connected.tools.iter().enumerate().filter(|(_, tool)| is(tool)).map(|(place, _)| place).collect()
}

/// The tool by which a model looks for others.
fn finder(connected: usize) -> OfferedTool {
    OfferedTool {
        name: ToolId::find_tools().wire(),
        description: format!(
            "Looks for tools: {connected} are connected, and only those that the question seems to need are offered to \
             you. Those found are among your tools from your next message on. Look before you say that something can't \
             be done."
        ),
        input: Json(json!({
            "type": "object",
            "required": ["words"],
            "properties": {
                "words": { "type": "string", "description": "What the tool does, such as: open invoices of a customer" },
                "source": { "type": "string", "description": "The source's name, if it is known" },
            },
            "additionalProperties": false,
        })),
    }
}
