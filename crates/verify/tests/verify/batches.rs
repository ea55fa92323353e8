//! What batches add to a story: early starts, holds, attempts, shared results, retries by hand.

use domain::call::Verdict;
use domain::effect::Effect;
use domain::fact::{Dropped, Fact, Stopped};
use domain::label::{Label, Level};
use domain::outcome::{FailureClass, Outcome};
use domain::payload::PayloadRole;
use domain::time::Span;
use domain::tool::ToolId;
use domain::view::FindingKind;

use crate::trail::{
    Telling, answered, approvals, asked, batch, call, conversation, decided, ended, model_called,
    model_returned, request, requested, sent, turn,
};
use crate::writer::{Said, opening, seal, write};

/// A call of the turn that was allowed.
fn allowed(telling: &mut Telling, number: u32, change: impl FnOnce(&mut Fact)) {
    requested(telling, Some(1), number);
    telling.but(change);
    decided(telling, Some(1), number, Verdict::Allow);
}

fn in_batch(fact: &mut Fact, of: u32) {
    if let Fact::CallRequested { batch: within, .. } = fact {
        *within = Some(batch(of));
    }
}

fn early(fact: &mut Fact, from: u32) {
    if let Fact::CallRequested { early, .. } = fact {
        *early = Some(request(from));
    }
}

fn writes(fact: &mut Fact, as_what: Effect) {
    if let Fact::CallRequested { effect, .. } = fact {
        *effect = as_what;
    }
}

fn keyed(fact: &mut Fact, key: &str) {
    if let Fact::CallSent { idempotency_key, .. } = fact {
        *idempotency_key = Some(key.to_owned());
    }
}

fn opened(telling: &mut Telling, number: u32, from: u32, calls: u32) {
    let fact = Fact::BatchOpened { batch: batch(number), turn: turn(1), request: request(from), calls };
    telling.say(Some(conversation(1)), fact, Vec::new());
}

fn dropped(telling: &mut Telling, number: u32, why: Dropped) {
    telling.say(Some(conversation(1)), Fact::CallDropped { call: call(number), why }, Vec::new());
}

fn held(telling: &mut Telling, number: u32, calls: u32) {
    let fact = Fact::BatchHeld { batch: batch(number), calls, limit: 2 };
    telling.say(Some(conversation(1)), fact, Vec::new());
}

fn released(telling: &mut Telling, number: u32, allowed: bool) {
    let reason = seal(PayloadRole::Reason, &format!("so be it {number}"));
    let fact = Fact::BatchReleased { batch: batch(number), allowed, reason: Some(reason.commitment()) };
    telling.say(Some(conversation(1)), fact, vec![reason]);
}

fn attempt_ended(telling: &mut Telling, number: u32, attempt: u32) {
    let words = seal(PayloadRole::Words, &format!("attempt {attempt} of {number} came to nothing"));
    let fact = Fact::AttemptEnded {
        call: call(number),
        attempt,
        failure: Some(FailureClass::Status),
        status: Some(503),
        words: words.commitment(),
        took: Span(40),
    };
    telling.say(Some(conversation(1)), fact, vec![words]);
}

/// A call that ends with another's result, whole.
fn shared(telling: &mut Telling, number: u32, with: u32) {
    ended(telling, Some(1), number, Outcome::Returned);
    telling.said.last_mut().unwrap().payloads.clear();
    telling.but(|fact| {
        if let Fact::CallEnded { result, from, took, .. } = fact {
            (*result, *from, *took) = (None, Some(call(with)), Span(0));
        }
    });
}

/// One turn, in whose first batch something of everything happens; then one in vain, and one that reads the record.
fn tell() -> Telling {
    let mut telling = Telling::default();
    let to = &mut telling;
    to.say(None, opening(), Vec::new());
    asked(to, 1);
    model_called(to, 1, 1);
    for number in [1, 2] {
        allowed(to, number, |fact| early(fact, 1));
        sent(to, Some(1), number, 1);
    }
    model_returned(to, 1, 1);
    opened(to, 1, 1, 5);
    dropped(to, 2, Dropped::Changed);
    allowed(to, 3, |_| {});
    allowed(to, 4, |fact| writes(fact, Effect::Write));
    requested(to, Some(1), 5);
    decided(to, Some(1), 5, Verdict::Ask);
    allowed(to, 6, |_| {});
    held(to, 1, 5);
    released(to, 1, true);
    approvals(to, 1, &[(5, true)]);
    let edited = seal(PayloadRole::Arguments, "{\"id\":55}");
    to.but(|fact| {
        if let Fact::ApprovalGiven { arguments, .. } = fact {
            *arguments = Some(edited.commitment());
        }
    });
    to.said.last_mut().unwrap().payloads.push(edited);
    sent(to, Some(1), 4, 1);
    to.but(|fact| keyed(fact, "4"));
    sent(to, Some(1), 5, 1);
    sent(to, Some(1), 6, 1);
    attempt_ended(to, 4, 1);
    sent(to, Some(1), 4, 2);
    to.but(|fact| keyed(fact, "4"));
    sent(to, Some(1), 6, 2);
    attempt_ended(to, 6, 1);
    for number in [2, 1] {
        ended(to, Some(1), number, Outcome::Returned);
    }
    shared(to, 3, 1);
    for number in [4, 5, 6] {
        ended(to, Some(1), number, Outcome::Returned);
    }

    model_called(to, 1, 2);
    allowed(to, 7, |fact| {
        in_batch(fact, 2);
        early(fact, 2);
    });
    sent(to, Some(1), 7, 1);
    model_returned(to, 1, 2);
    ended(to, Some(1), 7, Outcome::Returned);
    dropped(to, 7, Dropped::Failed);

    model_called(to, 1, 3);
    model_returned(to, 1, 3);
    opened(to, 3, 3, 2);
    allowed(to, 8, |fact| {
        in_batch(fact, 3);
        reads_record(fact);
    });
    ended(to, Some(1), 8, Outcome::Returned);
    to.but(|fact| drew_on(fact, 3));
    allowed(to, 9, |fact| in_batch(fact, 3));
    shared(to, 9, 7);

    model_called(to, 1, 4);
    model_returned(to, 1, 4);
    answered(to, 1, &[1, 3, 4, 5, 6, 8, 9]);
    by_hand(to, 10, 4);
    telling
}

fn reads_record(fact: &mut Fact) {
    if let Fact::CallRequested { tool, .. } = fact {
        *tool = ToolId::read_result().to_string();
    }
}

fn finds_tools(fact: &mut Fact) {
    if let Fact::CallRequested { tool, .. } = fact {
        *tool = ToolId::find_tools().to_string();
    }
}

fn drew_on(fact: &mut Fact, number: u32) {
    if let Fact::CallEnded { from, .. } = fact {
        *from = Some(call(number));
    }
}

/// A person makes an ended call again.
fn by_hand(to: &mut Telling, number: u32, first: u32) {
    allowed(to, number, |fact| {
        if let Fact::CallRequested { batch, turn, retry_of, .. } = fact {
            (*batch, *turn, *retry_of) = (None, None, Some(call(first)));
        }
    });
    sent(to, Some(1), number, 1);
    ended(to, Some(1), number, Outcome::Returned);
}

/// The findings' kinds, the story being told with one change.
fn changed(change: impl FnOnce(&mut Vec<Said>)) -> Vec<FindingKind> {
    let mut said = tell().said;
    change(&mut said);
    write(&said).kinds()
}

/// Where the first fact is that fits.
fn place(said: &[Said], wanted: impl Fn(&Fact) -> bool) -> usize {
    said.iter().position(|said| wanted(&said.fact)).unwrap()
}

fn ends(fact: &Fact, number: u32) -> bool {
    matches!(fact, Fact::CallEnded { call: ended, .. } if *ended == call(number))
}

fn sends(fact: &Fact, number: u32, which: u32) -> bool {
    matches!(fact, Fact::CallSent { call: sent, attempt, .. } if *sent == call(number) && *attempt == which)
}

#[test]
fn a_batch_with_everything_in_it_is_sound() {
    let report = write(&tell().said).report();
    assert_eq!(report.findings, []);
    assert_eq!(report.calls, 10);
}

#[test]
fn what_is_left_out_is_missed() {
    let told = tell().said;
    for (place, left_out) in told.iter().enumerate() {
        let kinds = changed(|said| {
            said.remove(place);
        });
        let harmless = match &left_out.fact {
            // Answered from the record: nothing left for it, so it needed no leave.
            Fact::CallDecided { call: decided, .. } => [call(3), call(8), call(9)].contains(decided),
            // Nothing after it rests on these: they say why there was a later attempt, and a read may be hedged.
            Fact::AttemptEnded { call: hedged, .. } => *hedged == call(6),
            // A trail may end in the middle of a turn or of a call.
            Fact::AnswerGiven { .. } => true,
            Fact::CallEnded { call: last, .. } => *last == call(10),
            _ => false,
        };
        assert_eq!(kinds.is_empty(), harmless, "{} at {place}: {kinds:?}", left_out.fact.type_name());
    }
}

#[test]
fn a_call_starts_early_only_out_of_a_message_that_is_being_written() {
    let first_requested = |fact: &Fact| matches!(fact, Fact::CallRequested { .. });
    let of = |change: fn(&mut Fact)| {
        changed(|said| {
            let place = place(said, first_requested);
            change(&mut said[place].fact);
        })
    };
    // Another message of the turn, one that nobody asked for, and one that has ended.
    assert_eq!(of(|fact| early(fact, 9))[0], FindingKind::Missing);
    let late = changed(|said| {
        let returned = place(said, |fact| matches!(fact, Fact::ModelReturned { .. }));
        let (returned, before) = (said.remove(returned), place(said, first_requested));
        said.insert(before, returned);
        for (mono, said) in (1..).zip(said) {
            said.mono = mono;
        }
    });
    assert_eq!(late, [FindingKind::Missing, FindingKind::Missing]);
    assert_eq!(of(|fact| writes(fact, Effect::IdempotentWrite)), [FindingKind::OffPolicy]);
    // Of the second message's calls one is in the first batch.
    let mixed = changed(|said| {
        let place =
            place(said, |fact| matches!(fact, Fact::CallRequested { call: new, .. } if *new == call(7)));
        in_batch(&mut said[place].fact, 3);
    });
    assert_eq!(mixed, [FindingKind::Forked, FindingKind::OffPolicy]);
}

#[test]
fn a_call_is_dropped_once_and_is_no_part_of_an_answer() {
    let twice = changed(|said| {
        let place = place(said, |fact| matches!(fact, Fact::CallDropped { .. }));
        said.insert(place, said[place].clone());
    });
    assert_eq!(twice, [FindingKind::Forked, FindingKind::Missing]);
    let exposed = changed(|said| {
        let place = place(said, |fact| matches!(fact, Fact::AnswerGiven { .. }));
        if let Fact::AnswerGiven { exposed, .. } = &mut said[place].fact {
            exposed.push(call(7));
        }
    });
    assert_eq!(exposed, [FindingKind::OffPolicy]);
    // A message that did not end well makes no batch.
    let opened_after_all = changed(|said| {
        let place = place(said, |fact| matches!(fact, Fact::CallDropped { why: Dropped::Failed, .. }));
        let fact = Fact::BatchOpened { batch: batch(2), turn: turn(1), request: request(2), calls: 0 };
        said.insert(place + 1, Said { fact, payloads: Vec::new(), ..said[place].clone() });
    });
    assert_eq!(opened_after_all, [FindingKind::OffPolicy]);
    let not_early = changed(|said| {
        let place = place(said, |fact| ends(fact, 6));
        let fact = Fact::CallDropped { call: call(6), why: Dropped::Changed };
        said.insert(place, Said { fact, payloads: Vec::new(), ..said[place].clone() });
    });
    assert_eq!(not_early, [FindingKind::Missing, FindingKind::OffPolicy]);
}

#[test]
fn nothing_of_a_held_batch_leaves_until_a_person_lets_it_go() {
    let after = |answer: Option<bool>, number: u32, attempt: u32| {
        let mut telling = Telling::default();
        let to = &mut telling;
        to.say(None, opening(), Vec::new());
        asked(to, 1);
        model_called(to, 1, 1);
        allowed(to, 1, |fact| early(fact, 1));
        if attempt == 2 {
            sent(to, Some(1), 1, 1);
        }
        model_returned(to, 1, 1);
        opened(to, 1, 1, 3);
        allowed(to, 2, |_| {});
        allowed(to, 3, |_| {});
        held(to, 1, 3);
        if let Some(answer) = answer {
            released(to, 1, answer);
        }
        sent(to, Some(1), number, attempt);
        let words = seal(PayloadRole::Words, "enough");
        let fact =
            Fact::TurnStopped { turn: turn(1), why: Stopped::Cancelled, words: Some(words.commitment()) };
        to.say(Some(conversation(1)), fact, vec![words]);
        write(&to.said).kinds()
    };
    assert_eq!(after(Some(true), 2, 1), []);
    assert_eq!(after(None, 2, 1), [FindingKind::OffPolicy]);
    assert_eq!(after(Some(false), 2, 1), [FindingKind::OffPolicy]);
    assert_eq!(after(None, 1, 1), [], "what started early is apart");
    assert_eq!(after(Some(false), 1, 1), [], "also what was leaving when the refusal came");
    assert_eq!(after(Some(false), 1, 2), [], "and what had started may go on");
}

#[test]
fn a_batch_is_held_with_reason_and_answered_about_once() {
    let hold = |fact: &Fact| matches!(fact, Fact::BatchHeld { .. });
    let release = |fact: &Fact| matches!(fact, Fact::BatchReleased { .. });
    let of = |change: fn(&mut u32, &mut u32)| {
        changed(|said| {
            let place = place(said, hold);
            if let Fact::BatchHeld { calls, limit, .. } = &mut said[place].fact {
                change(calls, limit);
            }
        })
    };
    assert_eq!(of(|calls, _| *calls = 6), [FindingKind::Altered]);
    assert_eq!(of(|_, limit| *limit = 5), [FindingKind::OffPolicy]);
    let twice = |wanted: fn(&Fact) -> bool| {
        changed(|said| {
            let place = place(said, wanted);
            let again = Said { payloads: Vec::new(), ..said[place].clone() };
            said.insert(place, again);
        })
    };
    // The second hold forgets nothing; the second answer's payload is the first one's.
    assert_eq!(twice(hold), [FindingKind::Forked]);
    assert_eq!(twice(release), [FindingKind::Forked]);
    let late = changed(|said| {
        let (hold, to) = (place(said, hold), place(said, |fact| sends(fact, 4, 1)));
        let hold = said.remove(hold);
        let release = said.remove(place(said, release));
        said.insert(to - 1, release);
        said.insert(to - 1, hold);
        for (mono, said) in (1..).zip(said) {
            said.mono = mono;
        }
    });
    assert_eq!(late, [FindingKind::OffPolicy], "a call of it had been sent");
    let elsewhere = changed(|said| {
        let place = place(said, hold);
        if let Fact::BatchHeld { batch: held, .. } = &mut said[place].fact {
            *held = batch(9);
        }
    });
    assert_eq!(elsewhere, [FindingKind::Missing, FindingKind::OffPolicy]);
}

#[test]
fn attempts_follow_one_another_and_do_nothing_twice() {
    let second = |fact: &Fact| sends(fact, 4, 2);
    let attempt = |fact: &Fact| matches!(fact, Fact::AttemptEnded { call: ended, .. } if *ended == call(4));
    let of = |change: fn(&mut Option<String>, &mut u32)| {
        changed(|said| {
            let place = place(said, second);
            if let Fact::CallSent { idempotency_key, attempt, .. } = &mut said[place].fact {
                change(idempotency_key, attempt);
            }
        })
    };
    assert_eq!(of(|key, _| *key = None), [FindingKind::Altered]);
    assert_eq!(of(|key, _| *key = Some("5".to_owned())), [FindingKind::Altered]);
    assert_eq!(of(|_, attempt| *attempt = 3), [FindingKind::Gap]);
    let without_key = changed(|said| {
        for said in said {
            if let Fact::CallSent { idempotency_key, .. } = &mut said.fact {
                *idempotency_key = None;
            }
        }
    });
    assert_eq!(without_key, [FindingKind::OffPolicy]);
    let writes_together = changed(|said| {
        let ended = said.remove(place(said, attempt));
        let to = place(said, second) + 1;
        said.insert(to, ended);
        said[to].mono = said[to - 1].mono;
    });
    assert_eq!(writes_together, [FindingKind::OffPolicy]);
    let thrice_together = changed(|said| {
        let ends =
            place(said, |fact| matches!(fact, Fact::AttemptEnded { call: ended, .. } if *ended == call(6)));
        let third = seal(PayloadRole::Request, "once more");
        let mut fact = said[place(said, |fact| sends(fact, 6, 2))].fact.clone();
        if let Fact::CallSent { attempt, request, .. } = &mut fact {
            (*attempt, *request) = (3, third.commitment());
        }
        said.insert(ends, Said { fact, payloads: vec![third], ..said[ends].clone() });
    });
    assert_eq!(thrice_together, [FindingKind::OffPolicy]);
    for (which, kind) in [(1, FindingKind::Forked), (3, FindingKind::Missing)] {
        let kinds = changed(|said| {
            let words = seal(PayloadRole::Words, "again");
            let place = place(said, attempt) + 1;
            let mut fact = said[place - 1].fact.clone();
            if let Fact::AttemptEnded { attempt, words: told, .. } = &mut fact {
                (*attempt, *told) = (which, words.commitment());
            }
            said.insert(place, Said { fact, payloads: vec![words], ..said[place - 1].clone() });
        });
        assert_eq!(kinds, [kind]);
    }
}

/// Behind the sending of an attempt, that it asks for these pages too.
fn with_pages(number: u32, which: u32, pages: &[u32]) -> Vec<FindingKind> {
    changed(|said| {
        let sent = place(said, |fact| sends(fact, number, which));
        for (place, number) in (sent + 1..).zip(pages) {
            let next = seal(PayloadRole::Request, "another page");
            let mut fact = said[sent].fact.clone();
            if let Fact::CallSent { page, request, .. } = &mut fact {
                (*page, *request) = (Some(*number), next.commitment());
            }
            said.insert(place, Said { fact, payloads: vec![next], ..said[sent].clone() });
        }
    })
}

#[test]
fn pages_belong_to_an_attempt_that_is_under_way() {
    assert_eq!(with_pages(6, 2, &[2, 3, 4]), [], "a read, whose second attempt hedges the first");
    assert_eq!(with_pages(6, 1, &[2]), []);
    assert_eq!(with_pages(6, 2, &[2, 2]), [FindingKind::Gap]);
    assert_eq!(with_pages(6, 2, &[3]), [FindingKind::Gap]);
    assert_eq!(with_pages(6, 2, &[1]), [FindingKind::Gap]);
    assert_eq!(with_pages(4, 2, &[2]), [FindingKind::OffPolicy], "a write has none");
    let late = changed(|said| {
        let sent = place(said, |fact| sends(fact, 6, 1));
        let over =
            place(said, |fact| matches!(fact, Fact::AttemptEnded { call: ended, .. } if *ended == call(6)));
        let next = seal(PayloadRole::Request, "another page");
        let mut fact = said[sent].fact.clone();
        if let Fact::CallSent { page, request, .. } = &mut fact {
            (*page, *request) = (Some(2), next.commitment());
        }
        said.insert(over + 1, Said { fact, payloads: vec![next], ..said[over].clone() });
    });
    assert_eq!(late, [FindingKind::Missing], "the attempt had ended");
}

#[test]
fn nothing_returns_whose_attempts_all_came_to_nothing() {
    let kinds = changed(|said| {
        let attempt =
            place(said, |fact| matches!(fact, Fact::AttemptEnded { call: ended, .. } if *ended == call(4)));
        let sent = place(said, |fact| sends(fact, 4, 2));
        let words = seal(PayloadRole::Words, "this one too");
        let mut fact = said[attempt].fact.clone();
        if let Fact::AttemptEnded { attempt, words: told, .. } = &mut fact {
            (*attempt, *told) = (2, words.commitment());
        }
        said.insert(sent + 1, Said { fact, payloads: vec![words], ..said[sent].clone() });
    });
    assert_eq!(kinds, [FindingKind::Missing]);
}

#[test]
fn who_draws_on_a_result_ends_as_its_call_did() {
    let of = |number: u32, change: fn(&mut Fact)| {
        changed(|said| {
            let place = place(said, |fact| ends(fact, number));
            change(&mut said[place].fact);
        })
    };
    // Not yet ended, of nobody, of another size, of another outcome, less sensitive, and not said at all.
    // (And the call that read on from this one has nothing to read from.)
    assert_eq!(of(3, |fact| drew_on(fact, 6)), [FindingKind::Missing, FindingKind::Missing]);
    assert_eq!(of(3, |fact| drew_on(fact, 99)), [FindingKind::Missing, FindingKind::Missing]);
    let smaller = |fact: &mut Fact| {
        if let Fact::CallEnded { size, .. } = fact {
            *size -= 1;
        }
    };
    assert_eq!(of(9, smaller), [FindingKind::Altered]);
    let otherwise = |fact: &mut Fact| {
        if let Fact::CallEnded { outcome, .. } = fact {
            *outcome = Outcome::TimedOut;
        }
    };
    assert_eq!(of(9, otherwise), [FindingKind::Altered]);
    let lower = |fact: &mut Fact| {
        if let Fact::CallEnded { label, .. } = fact {
            *label = Label { level: Level::Public, ..Label::PUBLIC };
        }
    };
    for number in [8, 9] {
        assert_eq!(of(number, lower), [FindingKind::OffPolicy]);
        let unsaid = |fact: &mut Fact| {
            if let Fact::CallEnded { from, .. } = fact {
                *from = None;
            }
        };
        assert_eq!(of(number, unsaid), [FindingKind::Missing]);
    }
    // One that was sent drew on nobody; one that changes something is not done by another's result.
    assert_eq!(of(5, |fact| drew_on(fact, 1)), [FindingKind::Forked]);
    let requested = |number: u32, change: fn(&mut Fact)| {
        changed(|said| {
            let asked =
                |fact: &Fact| matches!(fact, Fact::CallRequested { call: new, .. } if *new == call(number));
            let place = place(said, asked);
            change(&mut said[place].fact);
        })
    };
    assert_eq!(requested(9, |fact| writes(fact, Effect::Write)), [FindingKind::OffPolicy]);
    // A part of a result is given by the tool that reads the record, and by no other; and that one sends nothing.
    let ordinary = |fact: &mut Fact| {
        if let Fact::CallRequested { tool, .. } = fact {
            *tool = "crm.get_customer".to_owned();
        }
    };
    assert_eq!(requested(8, ordinary), [FindingKind::Missing]);
    assert_eq!(requested(6, reads_record), [FindingKind::OffPolicy, FindingKind::OffPolicy]);
    assert_eq!(requested(6, finds_tools), [FindingKind::OffPolicy, FindingKind::OffPolicy]);
}

#[test]
fn a_person_makes_again_what_has_ended_in_the_same_conversation() {
    let of = |again: u32| {
        let mut telling = tell();
        by_hand(&mut telling, 11, again);
        write(&telling.said).kinds()
    };
    assert_eq!(of(10), [], "a retry can be retried");
    assert_eq!(of(7), [], "and a call that was dropped");
    assert_eq!(of(99), [FindingKind::Missing]);
    let elsewhere = {
        let mut telling = tell();
        asked(&mut telling, 2);
        by_hand(&mut telling, 11, 4);
        for said in telling.said.iter_mut().rev().take(4) {
            said.conversation = Some(conversation(2));
        }
        write(&telling.said).kinds()
    };
    assert_eq!(elsewhere, [FindingKind::Missing]);
    let of_a_turn = changed(|said| {
        let asked = |fact: &Fact| matches!(fact, Fact::CallRequested { call: new, .. } if *new == call(6));
        let place = place(said, asked);
        if let Fact::CallRequested { retry_of, .. } = &mut said[place].fact {
            *retry_of = Some(call(99));
        }
    });
    assert_eq!(of_a_turn, [FindingKind::Missing, FindingKind::OffPolicy]);
}

#[test]
fn whoever_refuses_a_call_gives_it_no_other_arguments() {
    let kinds = changed(|said| {
        let place = place(said, |fact| matches!(fact, Fact::ApprovalGiven { .. }));
        if let Fact::ApprovalGiven { allowed, .. } = &mut said[place].fact {
            *allowed = false;
        }
    });
    assert_eq!(kinds, [FindingKind::OffPolicy, FindingKind::OffPolicy], "and it is not sent after that");
}
