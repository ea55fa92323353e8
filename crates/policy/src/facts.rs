//! The facts of one call: all that a rule may look at.

use domain::call::ArgumentOrigin;
use domain::effect::Effect;
use domain::label::{Integrity, Label, Principal};
use serde_json::Value;

use crate::acts::{Acts, acts_of, ask_for, hand_over};
use crate::arguments::{Argument, Role, arguments, is_address};
use crate::held::{Found, Held};
use crate::mosaic::combine;
use crate::people::{People, Scope};
use crate::words::{folded, parts, tokens};

/// A call that is to be judged.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The tool as rules name it: `crm.get_customer`.
    pub tool: &'a str,
    /// What the tool says of itself.
    pub description: &'a str,
    /// JSON Schema of its arguments; null if there is none.
    pub schema: &'a Value,
    /// The arguments.
    pub arguments: &'a Value,
    /// What the tool does at its source; [`Effect::Write`] if that is not known.
    pub effect: Effect,
    /// Whether a tool of the name that the model wrote is connected.
    pub known: bool,
    /// Whether it is answered from the record: nothing is sent for it.
    pub from_record: bool,
    /// The tool's label.
    pub label: &'a Label,
}

/// What a decision may depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallFacts {
    /// The tool as rules name it.
    pub tool: String,
    /// What the tool does at its source; [`Effect::Write`] if that is not known.
    pub effect: Effect,
    /// Whether a tool of the name that the model wrote is connected.
    pub known: bool,
    /// Whether it is answered from the record: nothing is sent for it.
    pub from_record: bool,
    /// The label under which the call is judged: the tool's, joined with that of the model's context when it wrote the
    /// batch.
    pub label: Label,
    /// The label of the model's context when it wrote the batch.
    pub context: Label,
    /// Whether the person's words ask for what the tool does.
    pub asked: bool,
    /// Whether it takes something away, moves money, reserves, or sets a key.
    pub high_impact: bool,
    /// How many destinations the arguments name.
    pub destinations: u32,
    /// Whether the person wrote each of them.
    pub destinations_typed: bool,
    /// The lowest integrity that one of them has, each at its best place; the person's own and the organisation's
    /// addresses have at least the organisation's. What the model alone wrote is outside.
    pub destinations_integrity: Integrity,
    /// How far it goes.
    pub scope: Scope,
    /// The label of the earlier results that the arguments hold values of.
    pub payload: Label,
    /// Whether the payload's readers hold every destination.
    pub readers_hold: bool,
    /// Whether a text that is sent names an address that the person didn't write.
    pub names_address: bool,
    /// Whether a thing that is taken away or reserved was picked by outside content, or the model alone.
    pub target_from_outside: bool,
    /// Whether the person wrote what is taken away, reserved or paid from, as far as the arguments name it. Even a value of
    /// the organisation's own list may have been picked by what outside content said.
    pub target_typed: bool,
    /// Whether a password or a token is set that the person didn't write.
    pub secret_from_outside: bool,
    /// Where the address came from that is visited.
    pub url: UrlOrigin,
    /// Whether the payload's categories say more together than one by one.
    pub mosaic: bool,
    /// Where the arguments came from that these facts turn on.
    pub origins: Vec<ArgumentOrigin>,
}

/// Where the least trusted address came from that a call visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum UrlOrigin {
    /// It visits none that its arguments name.
    #[default]
    None,
    /// The person wrote it.
    Typed,
    /// It is the organisation's, or the organisation answers for where it was.
    Trusted,
    /// The model alone wrote it.
    Model,
    /// Outside content named it.
    Outside,
}

impl UrlOrigin {
    /// The word for it in rules.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Typed => "typed",
            Self::Trusted => "trusted",
            Self::Model => "model",
            Self::Outside => "outside",
        }
    }
}

impl CallFacts {
    /// The facts of a call, written by a model whose context had this label, in a conversation that holds this much.
    pub fn of(call: &Call<'_>, context: &Label, held: &Held, people: &People) -> Self {
        let tool = call.tool.rsplit('.').next().unwrap_or(call.tool);
        let acts = acts_of(tool, call.description);
        let mut facts = Self::before_arguments(call, context);
        facts.asked = ask_for(held.question(), tool, acts)
            || (hand_over(held.question()) && ask_for(held.vouched(), tool, acts));
        let high_impact = Acts::DELETE.meet(acts) || Acts::PAY.meet(acts) || Acts::RESERVE.meet(acts);
        facts.high_impact = call.effect.writes() && high_impact;
        let mut reading = Reading { facts, held, people, acts, readers: Vec::new() };
        for argument in arguments(call.schema, call.arguments, acts) {
            reading.argument(&argument);
        }
        reading.finish(tool)
    }

    /// The facts of a call that a person makes by hand: every argument is theirs.
    pub fn by_hand(call: &Call<'_>) -> Self {
        let mut facts = Self::before_arguments(call, &Label::PUBLIC);
        facts.asked = true;
        facts
    }

    fn before_arguments(call: &Call<'_>, context: &Label) -> Self {
        let Call { tool, effect, known, from_record, label, .. } = *call;
        Self {
            tool: tool.to_owned(),
            effect,
            known,
            from_record,
            label: context.clone().join(label),
            context: context.clone(),
            asked: false,
            high_impact: false,
            destinations: 0,
            destinations_typed: true,
            destinations_integrity: Integrity::User,
            scope: Scope::Own,
            payload: Label::PUBLIC,
            readers_hold: true,
            names_address: false,
            target_from_outside: false,
            target_typed: true,
            secret_from_outside: false,
            url: UrlOrigin::None,
            mosaic: false,
            origins: Vec::new(),
        }
    }
}

/// The arguments of one call while they are read.
struct Reading<'a> {
    facts: CallFacts,
    held: &'a Held,
    people: &'a People,
    acts: Acts,
    readers: Vec<Principal>,
}

impl Reading<'_> {
    fn argument(&mut self, argument: &Argument) {
        let writes = self.facts.effect.writes();
        match argument.role {
            Role::Destination if writes => self.destination(argument),
            Role::Url => self.url(argument),
            Role::Secret if writes => self.secret(argument),
            Role::Target if writes => self.target(argument),
            Role::Name if writes => self.name(argument),
            Role::Text if writes => self.addresses_within(argument),
            Role::Destination | Role::Secret | Role::Target | Role::Name | Role::Text | Role::Plain => {}
        }
        if writes && !matches!(argument.role, Role::Destination | Role::Target) {
            self.payload(&argument.value);
        }
    }

    /// Several may stand in one text, as mail programs write them.
    fn destination(&mut self, argument: &Argument) {
        for name in argument.value.split([',', ';']).map(str::trim).filter(|name| !name.is_empty()) {
            let found = self.held.find(name);
            let scope = self.people.scope(name);
            let ours = scope <= Scope::Organisation;
            self.facts.destinations += 1;
            self.facts.destinations_typed &= found.typed;
            let known = found.integrity.unwrap_or(Integrity::Outside);
            let integrity = if ours { known.max(Integrity::Organisation) } else { known };
            self.facts.destinations_integrity = self.facts.destinations_integrity.min(integrity);
            self.facts.scope = self.facts.scope.max(scope);
            self.readers.push(Principal::new(name));
            self.came_from(argument, name, &found);
        }
    }

    fn url(&mut self, argument: &Argument) {
        let found = self.held.find(&argument.value);
        let ours = self.people.scope(&argument.value) <= Scope::Organisation;
        let origin = match found.integrity {
            _ if found.typed => UrlOrigin::Typed,
            _ if ours => UrlOrigin::Trusted,
            Some(Integrity::User | Integrity::Organisation) => UrlOrigin::Trusted,
            Some(Integrity::Outside) => UrlOrigin::Outside,
            None => UrlOrigin::Model,
        };
        self.facts.url = self.facts.url.max(origin);
        if self.facts.effect.writes() {
            self.destination(argument);
        } else {
            self.came_from(argument, &argument.value, &found);
        }
    }

    fn secret(&mut self, argument: &Argument) {
        let found = self.held.find(&argument.value);
        self.facts.high_impact = true;
        self.facts.secret_from_outside |= !found.typed;
        self.came_from(argument, HIDDEN, &found);
    }

    /// What money goes to is a destination; what it is taken from has an id.
    fn target(&mut self, argument: &Argument) {
        let is_id = argument.pointer.rsplit('/').next().is_some_and(|field| {
            parts(field).last().is_some_and(|last| matches!(last.as_str(), "id" | "ids" | "uuid" | "guid"))
        });
        let picks = Acts::DELETE.meet(self.acts)
            || Acts::RESERVE.meet(self.acts)
            || (Acts::PAY.meet(self.acts) && is_id && !Acts::UPDATE.meet(self.acts));
        if !picks {
            return;
        }
        let found = self.held.find(&argument.value);
        self.facts.target_from_outside |= !found.typed && found.integrity < Some(Integrity::Organisation);
        self.facts.target_typed &= found.typed;
        self.came_from(argument, &argument.value, &found);
    }

    /// A name of several words that outside content spells out, and the person doesn't, was dictated.
    fn name(&mut self, argument: &Argument) {
        if argument.value.split_whitespace().count() >= DICTATED {
            let found = self.held.find(&argument.value);
            if found.integrity == Some(Integrity::Outside) {
                self.facts.target_from_outside = true;
                self.came_from(argument, &argument.value, &found);
            }
        }
        self.addresses_within(argument);
    }

    fn addresses_within(&mut self, argument: &Argument) {
        let folded = folded(&argument.value);
        for token in tokens(&folded).filter(|token| is_address(token)) {
            let found = self.held.find(token);
            if !found.typed && self.people.scope(token) > Scope::Organisation {
                self.facts.names_address = true;
                self.came_from(argument, token, &found);
            }
        }
    }

    /// Values tell what they were taken from if they are seldom by themselves: with a digit in them, addresses, or names of
    /// several words. A word that a result happens to hold too tells nothing.
    fn payload(&mut self, text: &str) {
        let folded = folded(text);
        let words: Vec<&str> = tokens(&folded).collect();
        for at in 0..words.len().min(MOST_WORDS) {
            let tells = |word: &str| {
                let digits = word.chars().filter(char::is_ascii_digit).count();
                digits >= 3 && word.chars().count() >= 4 || is_address(word)
            };
            if words.get(at).is_some_and(|word| tells(word)) {
                self.taken(words[at]);
            }
            for length in 2..=LONGEST_TOLD {
                if let Some(several) = words.get(at..at + length) {
                    self.taken(&several.join(" "));
                }
            }
        }
    }

    fn taken(&mut self, value: &str) {
        if !self.held.is_typed(value) {
            let found = self.held.find_whole(value);
            self.facts.payload = std::mem::replace(&mut self.facts.payload, Label::PUBLIC).join(&found);
        }
    }

    fn came_from(&mut self, argument: &Argument, value: &str, found: &Found) {
        let (argument, from) = (argument.pointer.clone(), found.from.clone());
        let origin = ArgumentOrigin { argument, value: value.to_owned(), from };
        if !self.facts.origins.contains(&origin) && self.facts.origins.len() < MOST_ORIGINS {
            self.facts.origins.push(origin);
        }
    }

    fn finish(mut self, tool: &str) -> CallFacts {
        let publishes = parts(tool).iter().any(|part| PUBLISHES.contains(&part.as_str()));
        if publishes && self.facts.url > UrlOrigin::None && self.facts.scope == Scope::External {
            self.facts.scope = Scope::Public;
        }
        self.facts.readers_hold = self.readers.iter().all(|reader| self.facts.payload.readers.hold(reader));
        self.facts.mosaic = combine(&self.facts.payload.categories);
        self.facts
    }
}

/// What stands for a secret where its origin is told.
const HIDDEN: &str = "•••";
/// As many words in a row are dictated and not said by chance.
const DICTATED: usize = 3;
/// The longest name that is looked for in what is sent, in words.
const LONGEST_TOLD: usize = 4;
/// Words of one argument that are looked at.
const MOST_WORDS: usize = 4096;
/// Origins that a person is told of one call.
const MOST_ORIGINS: usize = 12;
/// Words of tools that show what they get to whoever looks.
const PUBLISHES: [&str; 6] = ["post", "publish", "tweet", "announce", "upload", "blog"];
