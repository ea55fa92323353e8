//! Who may leave now.

use domain::event::Waiting;
use domain::source::{Limits, Rate};
use domain::time::Span;
use domain::tool::SourceName;
use turn::{Gates, Lane, Ticket};

const NOW: Span = Span(1_000_000);

fn source(name: &str) -> SourceName {
    name.parse().unwrap()
}

fn limits(in_flight: u32, rate: Option<(u32, u32)>) -> Limits {
    let rate = rate.map(|(milli_per_second, burst)| Rate { milli_per_second, burst });
    Limits { in_flight, rate, ..Limits::default() }
}

fn enter(gates: &mut Gates, name: &str, in_flight: u32, lane: u128) -> Ticket {
    gates.enter(NOW, &source(name), &limits(in_flight, None), Lane(lane))
}

#[test]
fn a_source_has_its_limit_and_all_together_have_theirs() {
    let mut gates = Gates::new(3);
    let crm: Vec<_> = (0..3).map(|_| enter(&mut gates, "crm", 2, 1)).collect();
    let hr: Vec<_> = (0..2).map(|_| enter(&mut gates, "hr", 2, 1)).collect();
    assert_eq!(gates.admit(NOW), [crm[0], crm[1], hr[0]]);
    let at_source = Waiting::Source { source: source("crm"), in_flight: 2 };
    assert_eq!(gates.waits_for(NOW, crm[2]), Some(at_source));
    assert_eq!(gates.waits_for(NOW, hr[1]), Some(Waiting::Everything { in_flight: 3 }));
    assert_eq!(gates.waits_for(NOW, crm[0]), None);
    assert_eq!((gates.wake_at(NOW), gates.admit(NOW)), (None, vec![]));
    gates.leave(crm[0]);
    gates.leave(crm[0]);
    assert_eq!(gates.admit(NOW), [crm[2]], "one leaves once");
}

#[test]
fn whoever_waits_at_its_source_holds_no_place_in_all() {
    let mut gates = Gates::new(2);
    let slow: Vec<_> = (0..5).map(|_| enter(&mut gates, "slow", 1, 1)).collect();
    let quick = enter(&mut gates, "quick", 5, 1);
    assert_eq!(gates.admit(NOW), [slow[0], quick]);
}

#[test]
fn lanes_take_turns_and_whoever_came_first_goes_first_within_one() {
    let mut gates = Gates::new(1);
    let many: Vec<_> = (0..4).map(|_| enter(&mut gates, "crm", 9, 1)).collect();
    let few: Vec<_> = (0..2).map(|_| enter(&mut gates, "crm", 9, 2)).collect();
    let mut went: Vec<Ticket> = Vec::new();
    for _ in 0..6 {
        let admitted = gates.admit(NOW);
        went.extend(&admitted);
        gates.leave(admitted[0]);
    }
    assert_eq!(went, [many[0], few[0], many[1], few[1], many[2], many[3]]);
}

#[test]
fn a_lane_that_comes_back_each_time_starves_nobody() {
    let mut gates = Gates::new(1);
    let patient = enter(&mut gates, "crm", 1, 1);
    let mut eager = enter(&mut gates, "crm", 1, 2);
    for round in 0.. {
        let admitted = gates.admit(NOW);
        if admitted == [patient] {
            break;
        }
        assert!(round < 2 && admitted == [eager]);
        gates.leave(eager);
        eager = enter(&mut gates, "crm", 1, 2);
    }
}

#[test]
fn a_lane_that_is_busy_elsewhere_keeps_its_turn_at_a_source() {
    // Lane 1 is served at `hr` all the time; lane 2 wants the one place at `crm`, as lane 1 does.
    let mut gates = Gates::new(64);
    let mut served = [0_u32, 0];
    let mut waiting = [enter(&mut gates, "crm", 1, 1), enter(&mut gates, "crm", 1, 2)];
    for _ in 0..40 {
        let busy = enter(&mut gates, "hr", 64, 1);
        for ticket in gates.admit(NOW) {
            if let Some(lane) = waiting.iter().position(|waits| *waits == ticket) {
                served[lane] += 1;
                gates.leave(ticket);
                waiting[lane] = enter(&mut gates, "crm", 1, lane as u128 + 1);
            }
        }
        gates.leave(busy);
    }
    assert!(served[0].abs_diff(served[1]) <= 1, "{served:?}");
}

#[test]
fn a_rate_lets_a_burst_go_and_then_one_by_one() {
    let mut gates = Gates::new(64);
    // Seven a second: a period that is no whole number of microseconds.
    let limits = limits(64, Some((7_000, 2)));
    let tickets: Vec<_> = (0..5).map(|_| gates.enter(NOW, &source("crm"), &limits, Lane(1))).collect();
    assert_eq!(gates.admit(NOW), tickets[..2]);
    let wait = Waiting::Rate { source: source("crm"), milli_per_second: 7_000, ms: 143 };
    assert_eq!(gates.waits_for(NOW, tickets[2]), Some(wait));
    let next = gates.wake_at(NOW).unwrap();
    assert_eq!(next, Span(NOW.0 + 142_858));
    assert!(gates.admit(Span(next.0 - 1)).is_empty());
    assert_eq!(gates.admit(next), [tickets[2]]);
    // What is rounded up once is not lost: seven take one second and no more.
    assert_eq!(gates.admit(Span(NOW.0 + 285_715)), [tickets[3]]);
    assert_eq!(gates.admit(Span(NOW.0 + 428_572)), [tickets[4]]);
    assert_eq!(gates.wake_at(NOW), None, "nobody waits");
}

#[test]
fn another_rate_is_no_second_burst() {
    let mut gates = Gates::new(64);
    for _ in 0..3 {
        gates.enter(NOW, &source("crm"), &limits(64, Some((1_000, 3))), Lane(1));
    }
    assert_eq!(gates.admit(NOW).len(), 3);
    gates.enter(NOW, &source("crm"), &limits(64, Some((2_000, 9))), Lane(1));
    assert!(gates.admit(NOW).is_empty());
    assert_eq!(gates.wake_at(NOW), Some(Span(NOW.0 + 500_000)), "the new rate holds at once");
}

#[test]
fn new_limits_hold_for_those_who_wait_already() {
    let mut gates = Gates::new(2);
    let first: Vec<_> = (0..3).map(|_| enter(&mut gates, "crm", 1, 1)).collect();
    assert_eq!(gates.admit(NOW), first[..1]);
    let last = enter(&mut gates, "crm", 4, 1);
    assert_eq!(gates.admit(NOW), first[1..2]);
    gates.set_in_flight(4);
    assert_eq!(gates.admit(NOW), [first[2], last]);
}

#[test]
fn a_pause_holds_everybody_until_it_ends_and_the_longer_wins() {
    let mut gates = Gates::new(64);
    let waits = enter(&mut gates, "crm", 4, 1);
    gates.pause(NOW, &source("crm"), Span(2_000_000), "429 with Retry-After: 2".to_owned());
    gates.pause(NOW, &source("crm"), Span(1_000_000), "shorter".to_owned());
    let words = "429 with Retry-After: 2";
    assert_eq!(gates.paused_for(NOW, &source("crm")), Some((Span(2_000_000), words)));
    assert!(gates.admit(NOW).is_empty());
    let paused = Waiting::Paused { source: source("crm"), ms: 2_000, words: words.to_owned() };
    assert_eq!(gates.waits_for(NOW, waits), Some(paused));
    let ends = gates.wake_at(NOW).unwrap();
    assert_eq!((ends, gates.admit(ends)), (Span(NOW.0 + 2_000_000), vec![waits]));
    assert_eq!(gates.paused_for(ends, &source("crm")), None);
}

#[test]
fn a_person_pauses_a_source_and_lets_it_go_on() {
    let mut gates = Gates::new(64);
    gates.hold(&source("hr"));
    gates.hold(&source("crm"));
    assert_eq!(gates.held(), [source("crm"), source("hr")]);
    let waits = enter(&mut gates, "crm", 4, 1);
    assert!(gates.admit(NOW).is_empty());
    assert_eq!(gates.waits_for(NOW, waits), Some(Waiting::PausedByPerson { source: source("crm") }));
    assert_eq!(gates.wake_at(NOW), None, "time does not help");
    gates.release(&source("crm"));
    assert_eq!((gates.held(), gates.admit(NOW)), (vec![source("hr")], vec![waits]));
}

#[test]
fn a_person_ends_a_pause_that_the_source_asked_for() {
    let mut gates = Gates::new(64);
    gates.pause(NOW, &source("crm"), Span(3_600_000_000), "Retry-After: 3600".to_owned());
    let waits = enter(&mut gates, "crm", 4, 1);
    gates.release(&source("crm"));
    assert!(gates.admit(NOW).is_empty(), "that ends a person's pause alone");
    gates.forget_pause(&source("crm"));
    assert_eq!(gates.paused_for(NOW, &source("crm")), None);
    assert_eq!(gates.admit(NOW), [waits]);
}

#[test]
fn whoever_gives_up_waiting_is_forgotten() {
    let mut gates = Gates::new(1);
    let (first, second) = (enter(&mut gates, "crm", 1, 1), enter(&mut gates, "crm", 1, 1));
    gates.leave(first);
    assert_eq!(gates.admit(NOW), [second]);
    gates.leave(second);
    assert!(gates.admit(NOW).is_empty());
}
