//! A call's entries as a story: what happened, in words, each with the time since the call was asked for.

use domain::call::Verdict;
use domain::entry::Entry;
use domain::fact::Fact;
use domain::finding::Judged;
use domain::id::CallId;
use domain::payload::Commitment;
use domain::time::{Phases, Span};
use domain::view::{CallDetail, EntryView, PayloadView};

use crate::words::{dropped, span, thousands};

/// One line for each of these entries that tells of the call.
pub(crate) fn story(call: CallId, entries: &[EntryView], payloads: &[PayloadView]) -> Vec<String> {
    let began = entries.first().map(|entry| entry.at).unwrap_or_default();
    let mut lines = Vec::new();
    for view in entries {
        let Some(fact) = fact_of(view) else { continue };
        let words = words_of(&fact, call, payloads);
        lines.extend(
            words.into_iter().map(|words| format!("  +{:<9}  {words}", span(Span::between(began, view.at)))),
        );
        if let Fact::CallEnded { phases: Some(phases), .. } = fact {
            lines.push(format!("   {:<9}  {}", "", phases_in_words(&phases)));
        }
    }
    lines
}

/// What an entry says that belongs to no call's story: what a person said of a label, or what a model was not shown.
pub(crate) fn aside_of(view: &EntryView) -> Option<String> {
    match fact_of(view)? {
        Fact::LabelLowered { from, to, .. } => {
            Some(format!("a person lowered the label of this conversation from {from} to {to}"))
        }
        Fact::ModelCalled { model, redacted, .. } if redacted > 0 => {
            Some(format!("{redacted} values and results above its clearance were kept from {model}"))
        }
        _ => None,
    }
}

/// What a payload of that commitment is, if its role does not say all: the arguments that a person put in the place of
/// the model's stand beside those.
pub(crate) fn aside(detail: &CallDetail, commitment: Commitment) -> Option<&'static str> {
    detail.entries.iter().filter_map(fact_of).find_map(|fact| match fact {
        Fact::ApprovalGiven { arguments: Some(changed), .. } if changed == commitment => {
            Some("as a person changed them")
        }
        _ => None,
    })
}

/// None for an entry of a later format.
fn fact_of(view: &EntryView) -> Option<Fact> {
    Entry::from_body(view.body.canonical().as_bytes()).ok().map(|entry| entry.fact)
}

/// What a fact says of the call; nothing of what only another call's story tells.
fn words_of(fact: &Fact, call: CallId, payloads: &[PayloadView]) -> Option<String> {
    let payload = |commitment: &Commitment| {
        let found = payloads.iter().find(|payload| payload.commitment == *commitment);
        found.map(|payload| payload.text.lines().next().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    Some(match fact {
        Fact::CallRequested { early, retry_of, .. } => match (early, retry_of) {
            (_, Some(ended)) => format!("a person made {ended} again with it"),
            (Some(_), None) => "asked for, and taken in while the model still wrote its message".to_owned(),
            (None, None) => "asked for".to_owned(),
        },
        Fact::CallDecided { verdict, rule, .. } => match verdict {
            Verdict::Allow => format!("allowed by {rule}"),
            Verdict::Ask => format!("a person has to decide, by {rule}"),
            Verdict::Deny => format!("denied by {rule}"),
        },
        Fact::ApprovalAsked { .. } => "a person was asked".to_owned(),
        Fact::ApprovalGiven { allowed: true, arguments: Some(_), .. } => {
            "allowed by a person, who changed its arguments".to_owned()
        }
        Fact::ApprovalGiven { allowed: true, .. } => "allowed by a person".to_owned(),
        Fact::ApprovalGiven { allowed: false, reason, .. } => {
            with("refused by a person", &reason.as_ref().map(payload).unwrap_or_default())
        }
        Fact::CallSent { page: Some(page), method, endpoint, .. } => {
            format!("page {page} asked for: {method} {endpoint}")
        }
        Fact::CallSent { attempt, method, endpoint, idempotency_key, .. } => {
            let key = idempotency_key.as_ref().map(|key| format!(", known to its source as {key}"));
            format!("attempt {attempt} sent: {method} {endpoint}{}", key.unwrap_or_default())
        }
        Fact::AttemptEnded { attempt, words, took, .. } => {
            with(&format!("attempt {attempt} came to nothing after {}", span(*took)), &payload(words))
        }
        Fact::CallDropped { why, .. } => format!("its result is not used: {}", dropped(*why)),
        Fact::CallEnded { call: ended, .. } if *ended != call => return None,
        Fact::CallEnded { outcome, status, words, size, cut_from, from, result, findings, .. } => {
            let mut line = outcome.word().to_owned();
            if let Some(status) = status {
                line += &format!(" {status}");
            }
            if *size > 0 {
                line += &format!(", {} bytes", thousands(*size));
            }
            if let Some(whole) = cut_from {
                line += &format!(" of {}", thousands(*whole));
            }
            if let Some(from) = from {
                line += &drawn(*from, result.is_some());
            }
            if findings.is_some() {
                line += ", with findings that raise its label";
            }
            with(&line, &words.as_ref().map(payload).unwrap_or_default())
        }
        Fact::FindingDismissed(judged) => {
            let Judged { kind, pointer, reason, .. } = judged;
            with(&format!("a person called `{kind}` at `{pointer}` a false alarm"), &payload(reason))
        }
        Fact::FindingRestored(judged) => {
            let Judged { kind, pointer, reason, .. } = judged;
            with(&format!("a person had `{kind}` at `{pointer}` raised again"), &payload(reason))
        }
        _ => return None,
    })
}

fn drawn(from: CallId, has_own: bool) -> String {
    if has_own {
        format!(", read from the recorded result of {from}; nothing was sent")
    } else {
        format!(", with what {from} got; nothing was sent")
    }
}

fn with(line: &str, words: &str) -> String {
    if words.is_empty() { line.to_owned() } else { format!("{line}: {words}") }
}

/// `name 2 ms, connection 11 ms, TLS 24 ms, answer 80 ms, body 3 ms`; what took no time is left out.
fn phases_in_words(phases: &Phases) -> String {
    let Phases { name, connect, tls, answer, body, reused } = *phases;
    let mut parts: Vec<String> =
        [("name", name), ("connection", connect), ("TLS", tls), ("answer", answer), ("body", body)]
            .into_iter()
            .filter(|(_, time)| time.0 > 0)
            .map(|(what, time)| format!("{what} {}", exact(time)))
            .collect();
    if reused {
        parts.insert(0, "a connection that was open already".to_owned());
    }
    format!("the last attempt: {}", parts.join(", "))
}

/// Tenths of a millisecond below ten: a name or a handshake on a near network takes no more.
fn exact(time: Span) -> String {
    if time.0 < 10_000 { format!("{}.{} ms", time.0 / 1000, time.0 % 1000 / 100) } else { span(time) }
}

#[cfg(test)]
mod tests {
    use domain::fact::Dropped;
    use domain::id::{BootId, Seq};
    use domain::json::Json;
    use domain::label::Label;
    use domain::outcome::{FailureClass, Outcome};
    use domain::payload::{Payload, PayloadRole};
    use domain::time::Micros;

    use super::*;

    fn id(last: char) -> CallId {
        format!("call_01M81SKYP621PKT9MZ4BAEDFB{last}").parse().unwrap()
    }

    fn payload(role: PayloadRole, text: &str) -> (Commitment, PayloadView) {
        let commitment = Payload::seal([7; 32], role, "text/plain", text.into()).commitment();
        let (media, size) = ("text/plain".to_owned(), text.len() as u64);
        (
            commitment,
            PayloadView {
                seq: Seq(0),
                commitment,
                role,
                media,
                size,
                text: text.to_owned(),
                whole: true,
                erased: None,
            },
        )
    }

    /// The story of `call_…0` whose facts came 200 ms apart.
    #[track_caller]
    fn check(facts: Vec<Fact>, payloads: &[PayloadView], expected: &[&str]) {
        let entry = |(place, fact): (i64, Fact)| {
            let boot = BootId::new(1, 1);
            let at = Micros(1_790_000_000_000_000 + place * 200_000);
            let entry = Entry { seq: Seq(0), at, mono: 0, boot, link: None, fact };
            let body = serde_json::from_slice(&entry.to_body().unwrap()).unwrap();
            let kind = entry.fact.type_name().to_owned();
            EntryView { seq: Seq(0), at, kind, body: Json(body), leaf: String::new() }
        };
        let entries: Vec<EntryView> = (0..).zip(facts).map(entry).collect();
        let told = story(id('0'), &entries, payloads);
        assert_eq!(told.iter().map(|line| line.trim()).collect::<Vec<_>>(), expected);
    }

    fn ended(outcome: Outcome, from: Option<CallId>, phases: Option<Phases>) -> Fact {
        Fact::CallEnded {
            call: id('0'),
            outcome,
            failure: None,
            status: phases.map(|_| 200),
            result: None,
            words: None,
            size: 1_204,
            cut_from: None,
            took: Span(0),
            label: Label::unlabelled(),
            from,
            phases,
            findings: None,
        }
    }

    fn sent(attempt: u32, key: Option<&str>) -> Fact {
        Fact::CallSent {
            call: id('0'),
            attempt,
            page: None,
            method: "PUT".to_owned(),
            endpoint: "https://crm.example.com/customers/7".to_owned(),
            request: payload(PayloadRole::Request, "").0,
            idempotency_key: key.map(str::to_owned),
        }
    }

    #[test]
    fn attempts_are_told_with_why_and_how_long() {
        let (words, view) = payload(PayloadRole::Words, "503 of crm\nand more");
        let gone = Fact::AttemptEnded {
            call: id('0'),
            attempt: 1,
            failure: Some(FailureClass::Status),
            status: Some(503),
            words,
            took: Span(150_000),
        };
        let phases = Phases { answer: Span(88_000), body: Span(2_500), reused: true, ..Phases::default() };
        check(
            vec![sent(1, Some("k1")), gone, sent(2, None), ended(Outcome::Returned, None, Some(phases))],
            &[view],
            &[
                "+0 ms       attempt 1 sent: PUT https://crm.example.com/customers/7, known to its source as k1",
                "+200 ms     attempt 1 came to nothing after 150 ms: 503 of crm",
                "+400 ms     attempt 2 sent: PUT https://crm.example.com/customers/7",
                "+600 ms     returned 200, 1,204 bytes",
                "the last attempt: a connection that was open already, answer 88 ms, body 2.5 ms",
            ],
        );
    }

    #[test]
    fn what_was_shared_dropped_and_changed_is_told() {
        let (arguments, view) = payload(PayloadRole::Arguments, "{}");
        let given =
            Fact::ApprovalGiven { call: id('0'), allowed: true, reason: None, arguments: Some(arguments) };
        let shared =
            format!("+400 ms     returned, 1,204 bytes, with what {} got; nothing was sent", id('1'));
        check(
            vec![
                given,
                Fact::CallDropped { call: id('0'), why: Dropped::Length },
                ended(Outcome::Returned, Some(id('1')), None),
            ],
            &[view],
            &[
                "+0 ms       allowed by a person, who changed its arguments",
                "+200 ms     its result is not used: the message ran into the model's length limit",
                &shared,
            ],
        );
    }
}
