//! Cases as files tell them: a line each, and the tools' annotations beside them.

use std::collections::BTreeMap;

use domain::effect::Effect;
use domain::label::{Category, Integrity, Label, Level};
use serde::Deserialize;
use serde_json::Value;

use crate::people::People;

/// Why cases can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// A line is no case.
    #[error("line {line} is no case: {problem}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// Why not.
        problem: String,
    },
    /// The annotations are none.
    #[error("the tools' annotations can't be read: {problem}")]
    Tools {
        /// Why not.
        problem: String,
    },
}

/// Recorded cases.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    tools_file: Option<String>,
    people: BTreeMap<String, People>,
    nobody: People,
    tasks: Vec<Task>,
    injections: Vec<Task>,
    attacks: Vec<Attack>,
    tools: BTreeMap<String, ToolNote>,
}

impl Cases {
    /// Reads cases, one a line; lines that are empty say nothing.
    ///
    /// # Errors
    /// At the first line that is no case.
    pub fn read(text: &str) -> Result<Self, CaseError> {
        let mut cases = Self::default();
        for (place, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong =
                |error: serde_json::Error| CaseError::Line { line: place + 1, problem: error.to_string() };
            let line: Value = serde_json::from_str(line).map_err(wrong)?;
            if line.get("kind").is_none() {
                cases.tasks.push(serde_json::from_value(line).map_err(wrong)?);
                continue;
            }
            match serde_json::from_value(line).map_err(wrong)? {
                Line::Meta { tools, principals } => {
                    cases.tools_file = tools;
                    let people = |(suite, named): (String, Principals)| (suite, named.people());
                    cases.people.extend(principals.into_iter().map(people));
                }
                Line::UserTask(task) => cases.tasks.push(task),
                Line::InjectionTask(task) => cases.injections.push(task),
                Line::Attack(attack) => cases.attacks.push(attack),
            }
        }
        Ok(cases)
    }

    /// The file of annotations that the cases name, to be looked for beside them.
    pub fn tools_file(&self) -> Option<&str> {
        self.tools_file.as_deref()
    }

    /// Takes in the tools' annotations: an object of `suite/tool`, each with its effect and its source.
    ///
    /// # Errors
    /// If they are no such object.
    pub fn annotate(&mut self, text: &str) -> Result<(), CaseError> {
        let wrong = |error: serde_json::Error| CaseError::Tools { problem: error.to_string() };
        let notes: BTreeMap<String, ToolNote> = serde_json::from_str(text).map_err(wrong)?;
        self.tools.extend(notes);
        Ok(())
    }

    pub(super) fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    pub(super) fn people(&self, suite: &str) -> &People {
        self.people.get(suite).unwrap_or(&self.nobody)
    }

    /// What is said of a tool; none of one that nobody knows.
    pub(super) fn tool(&self, suite: &str, tool: &str) -> Option<&ToolNote> {
        self.tools.get(&format!("{suite}/{tool}"))
    }

    pub(super) fn injection(&self, suite: &str, id: &str) -> Option<&Task> {
        self.injections.iter().find(|task| task.suite == suite && task.id == id)
    }

    /// The attacks that the result of this call carries.
    pub(super) fn attacks<'a>(&'a self, task: &'a Task, place: usize) -> impl Iterator<Item = &'a Attack> {
        let of_task = |attack: &&Attack| attack.suite == task.suite && attack.user_task == task.id;
        self.attacks.iter().filter(of_task).filter(move |attack| attack.carrier_call == place)
    }

    /// The call whose result carries an attack.
    pub(super) fn carrier<'a>(&self, task: &'a Task, injection: &str) -> Option<&'a Made> {
        let attack = self.attacks.iter().find(|attack| {
            attack.suite == task.suite && attack.user_task == task.id && attack.injection_task == injection
        })?;
        task.calls.get(attack.carrier_call)
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Line {
    Meta {
        #[serde(default)]
        tools: Option<String>,
        #[serde(default)]
        principals: BTreeMap<String, Principals>,
    },
    UserTask(Task),
    InjectionTask(Task),
    Attack(Attack),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Principals {
    #[serde(rename = "self")]
    own: Vec<String>,
    org_domains: Vec<String>,
    org_members: Vec<String>,
}

impl Principals {
    fn people(self) -> People {
        People::named(&self.own, self.org_domains.iter().chain(&self.org_members))
    }
}

/// What somebody asks for, and the calls that do it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Task {
    #[serde(default)]
    pub(super) suite: String,
    pub(super) id: String,
    #[serde(alias = "goal", alias = "context")]
    pub(super) prompt: String,
    pub(super) calls: Vec<Made>,
}

/// A call that was made, and its result.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Made {
    pub(super) tool: String,
    #[serde(default)]
    pub(super) args: Value,
    /// Calls of one message have one number; without it each is a message of its own.
    #[serde(default)]
    pub(super) batch: Option<u32>,
    #[serde(default)]
    result: Value,
    #[serde(default)]
    result_json: Value,
}

impl Made {
    /// What came back: as JSON, where the case has it.
    pub(super) fn result(&self) -> &Value {
        if self.result_json.is_null() { &self.result } else { &self.result_json }
    }
}

/// An attack on a task.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attack {
    suite: String,
    user_task: String,
    pub(super) injection_task: String,
    carrier_call: usize,
    #[serde(default)]
    pub(super) carrier_item: usize,
}

/// What is said of a tool.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct ToolNote {
    effect: String,
    #[serde(default)]
    source: SourceNote,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct SourceNote {
    confidentiality: String,
    categories: Vec<String>,
    integrity: String,
}

impl ToolNote {
    /// What it does; what is not a read writes.
    pub(super) fn effect(&self) -> Effect {
        if self.effect == "read" { Effect::Read } else { Effect::Write }
    }

    /// The label of what it brings. A word that is not ours says nothing; a level that is not, the usual one.
    pub(super) fn label(&self) -> Label {
        let level = Level::ALL.into_iter().find(|level| level.word() == self.source.confidentiality);
        let said = |category: &Category| self.source.categories.iter().any(|word| word == category.word());
        let integrity = match self.source.integrity.as_str() {
            "trusted" | "organisation" => Integrity::Organisation,
            _ => Integrity::Outside,
        };
        let label = Label::of(level.unwrap_or(Level::Confidential), Category::ALL.into_iter().filter(said));
        Label { integrity, ..label }
    }

    /// Whether each item of its results is as good as the author that it names.
    pub(super) fn names_authors(&self) -> bool {
        self.source.integrity == "per_item"
    }
}
