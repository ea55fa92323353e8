//! What calls carry, looked at by the detectors. It is done off the async threads and a few calls at a time, so that many
//! results neither hold up the turns nor take every core; and after a call has ended, so that none waits for it to begin.

use std::collections::HashSet;
use std::sync::Arc;

use detect::{Detectors, Own, label_of, level_of};
use domain::finding::{Carried, Detected, FalseAlarm, Finding, shape};
use domain::hidden::{DETECTION, OwnDetectors};
use domain::json::Json;
use domain::label::{Label, Level};
use store::Reader;
use tokio::sync::Semaphore;

use crate::error::EngineError;

/// How much of a result is looked at, in bytes: a fifth of a second's work of one core.
pub(crate) const LOOKED_AT: usize = 4 << 20;
/// How many findings of one payload are kept. Who has more customers in one result knows what it is.
const MOST: usize = 2_000;
/// How many calls are looked at at one time.
const AT_ONCE: usize = 2;

/// Everything that is looked for, and what people called false alarms.
pub(crate) struct Looking {
    detectors: Detectors,
    alarms: HashSet<(String, String, Carried, String)>,
    turns: Semaphore,
}

/// A call as it is looked at when it has ended.
#[derive(Clone)]
pub(crate) struct Looked {
    pub(crate) looking: Arc<Looking>,
    /// `source.tool`.
    pub(crate) tool: String,
    /// The arguments that ran.
    pub(crate) arguments: String,
    /// The label that its source and tool give it.
    pub(crate) label: Label,
}

impl Looking {
    /// What is looked for in this workspace.
    ///
    /// # Errors
    /// If the trail can't be read, or the setting can't be understood.
    pub(crate) async fn of(reader: &Reader) -> Result<Self, EngineError> {
        let own = own_detectors(reader).await?;
        let alarms = reader.false_alarms().await?;
        Ok(Self {
            detectors: detectors(&own)?,
            alarms: alarms.into_iter().map(key).collect(),
            turns: Semaphore::new(AT_ONCE),
        })
    }

    /// What stands in a text that no call carries: a question.
    pub(crate) fn text(&self, text: &str) -> Vec<Finding> {
        self.detectors.text(text)
    }

    fn raised(&self, tool: &str, carried: Carried, found: Vec<Finding>) -> Vec<Finding> {
        if self.alarms.is_empty() {
            return found;
        }
        let is_raised = |finding: &Finding| {
            let place = shape(&finding.pointer);
            !self.alarms.contains(&(tool.to_owned(), finding.kind.clone(), carried, place))
        };
        found.into_iter().filter(is_raised).collect()
    }
}

impl Looked {
    /// What is detected in its arguments and in a body of this label, and the body again.
    pub(crate) async fn at(self, plain: Label, body: Vec<u8>) -> Result<(Detected, Vec<u8>), EngineError> {
        let looking = Arc::clone(&self.looking);
        // Nobody closes it.
        let _turn = looking.turns.acquire().await;
        let looked = tokio::task::spawn_blocking(move || (self.detected(plain, &body), body));
        looked.await.map_err(|error| EngineError::Internal(format!("looking at a result failed: {error}")))
    }

    fn detected(&self, plain: Label, body: &[u8]) -> Detected {
        let Self { looking, tool, arguments, .. } = self;
        let mut detected = Detected::nothing(plain);
        let found = looking.detectors.json(arguments);
        detected.arguments = looking.raised(tool, Carried::Arguments, found);
        let read = read_of(body);
        detected.unread = (body.len() - read.len()) as u64;
        // As screens show it where it is no text.
        let text = String::from_utf8_lossy(read);
        let found =
            if detected.unread > 0 { looking.detectors.text(&text) } else { looking.detectors.json(&text) };
        detected.result = looking.raised(tool, Carried::Result, found);
        for findings in [&mut detected.arguments, &mut detected.result] {
            let over = findings.len().saturating_sub(MOST);
            detected.left_out = detected.left_out.saturating_add(u32::try_from(over).unwrap_or(u32::MAX));
            findings.truncate(MOST);
        }
        detected
    }
}

/// The beginning of a body that is looked at, without a character that the end goes through.
pub(crate) fn read_of(body: &[u8]) -> &[u8] {
    if body.len() <= LOOKED_AT {
        return body;
    }
    let is_inside = |at: &usize| body[*at] & 0xC0 == 0x80;
    let mut end = LOOKED_AT;
    while end > LOOKED_AT - 4 && is_inside(&end) {
        end -= 1;
    }
    &body[..end]
}

/// The label of what was detected, with the label of what it was detected in.
pub(crate) fn label(detected: &Detected) -> Label {
    label_of(detected.findings()).join(&detected.plain)
}

/// The findings that say more than this level.
pub(crate) fn above(findings: &[Finding], level: Level) -> Vec<&Finding> {
    findings.iter().filter(|finding| level_of(finding.category) > level).collect()
}

/// A person's own patterns and lists, as they stand.
pub(crate) async fn own_detectors(reader: &Reader) -> Result<OwnDetectors, EngineError> {
    let Some(Json(value)) = reader.setting(DETECTION).await? else { return Ok(OwnDetectors::default()) };
    serde_json::from_value(value).map_err(|error| {
        let words = format!("the setting `{DETECTION}` can't be read: {error}; set it anew in Settings");
        EngineError::BadInput(words)
    })
}

/// Ours with a person's own.
///
/// # Errors
/// What is wrong with a pattern or a list, in words.
pub(crate) fn detectors(own: &OwnDetectors) -> Result<Detectors, EngineError> {
    let wrong = |error: detect::OwnError| EngineError::BadInput(error.to_string());
    let mut found = Own::default();
    for pattern in &own.patterns {
        found.pattern(&pattern.name, pattern.category, &pattern.expression).map_err(wrong)?;
    }
    for list in &own.lists {
        let words = list.words.iter().map(String::as_str);
        found.words(&list.name, list.category, words).map_err(wrong)?;
    }
    Detectors::with(found).map_err(wrong)
}

fn key(alarm: FalseAlarm) -> (String, String, Carried, String) {
    (alarm.tool, alarm.kind, alarm.carried, alarm.pointer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(alarms: &[(&str, &str, Carried, &str)]) -> Looked {
        let alarms = alarms.iter().map(|(tool, kind, carried, pointer)| {
            ((*tool).to_owned(), (*kind).to_owned(), *carried, (*pointer).to_owned())
        });
        Looked {
            looking: Arc::new(Looking {
                detectors: Detectors::default(),
                alarms: alarms.collect(),
                turns: Semaphore::new(1),
            }),
            tool: "crm.list".to_owned(),
            arguments: r#"{"mail": "ann@example.com"}"#.to_owned(),
            label: Label::PUBLIC,
        }
    }

    fn places(detected: &Detected) -> Vec<&str> {
        detected.findings().map(|finding| finding.pointer.as_str()).collect()
    }

    #[test]
    fn a_false_alarm_is_raised_at_no_place_of_its_shape_and_at_every_other() {
        let body = br#"{"rows": [{"by": "a@example.com"}, {"by": "b@example.com"}], "to": "c@example.com"}"#;
        let all = looked(&[]).detected(Label::PUBLIC, body);
        assert_eq!(places(&all), ["/mail", "/rows/0/by", "/rows/1/by", "/to"]);
        let some = looked(&[("crm.list", "email", Carried::Result, "/rows/*/by")]);
        assert_eq!(places(&some.detected(Label::PUBLIC, body)), ["/mail", "/to"]);
        let of_another = looked(&[("erp.list", "email", Carried::Result, "/rows/*/by")]);
        assert_eq!(places(&of_another.detected(Label::PUBLIC, body)).len(), 4);
    }

    #[test]
    fn a_long_result_is_read_up_to_a_limit_and_says_so() {
        let mut body = "é".repeat(LOOKED_AT / 2 - 20).into_bytes();
        body.extend(b" ann@example.com and then ".iter().chain("é".repeat(40).as_bytes()));
        let detected = looked(&[]).detected(Label::PUBLIC, &body);
        assert!(detected.unread > 0 && body.len() as u64 - detected.unread <= LOOKED_AT as u64);
        assert_eq!(places(&detected), ["/mail", ""]);
        assert!(detected.made().unread);
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let body = vec!["ann@example.com"; MOST + 5].join(" ");
        let detected = looked(&[]).detected(Label::PUBLIC, body.as_bytes());
        assert_eq!((detected.result.len(), detected.left_out), (MOST, 5));
    }
}
