//! What customers ask the company for.

use super::calendar::{Day, TODAY};
use super::customers::Customer;
use super::staff::Employee;
use super::words::{COMPLAINTS, PRIORITIES};
use crate::noise::Dice;

pub(super) const FIRST_ID: u32 = 7_001;

pub(crate) struct Ticket {
    pub(crate) id: u32,
    pub(crate) customer_id: u32,
    pub(crate) subject: &'static str,
    pub(crate) text: &'static str,
    pub(crate) priority: &'static str,
    pub(crate) status: &'static str,
    pub(crate) opened: Day,
    pub(crate) solved: Option<Day>,
    pub(crate) first_reply_minutes: u32,
    pub(crate) assignee_id: u32,
}

/// Five tickets for every two customers.
pub(super) fn opened(seed: u64, customers: &[Customer], employees: &[Employee]) -> Vec<Ticket> {
    let desk: Vec<u32> = employees
        .iter()
        .filter(|employee| employee.department == "Support")
        .map(|employee| employee.id)
        .collect();
    let count = customers.len() as u64 * 5 / 2;
    let mut tickets: Vec<Ticket> = (0..count).map(|index| ticket(seed, index, customers, &desk)).collect();
    tickets.sort_by_key(|ticket| (ticket.opened, ticket.customer_id, ticket.first_reply_minutes));
    for (id, ticket) in (FIRST_ID..).zip(&mut tickets) {
        ticket.id = id;
    }
    tickets
}

fn ticket(seed: u64, index: u64, customers: &[Customer], desk: &[u32]) -> Ticket {
    let mut dice = Dice::new(seed, "ticket", index);
    let customer = &customers[dice.below(u32::try_from(customers.len()).unwrap_or(u32::MAX)) as usize];
    let (subject, text) = dice.pick(COMPLAINTS);
    let priority = match dice.below(100) {
        0..=24 => PRIORITIES[0],
        25..=74 => PRIORITIES[1],
        75..=93 => PRIORITIES[2],
        _ => PRIORITIES[3],
    };
    let opened = TODAY.minus(dice.below(TODAY.number() - 30));
    let solved = opened.plus(dice.between(0, 12));
    // A few wait for ever on an answer of the customer's.
    let solved = (solved <= TODAY && !dice.chance(25)).then_some(solved);
    Ticket {
        id: 0,
        customer_id: customer.id,
        subject,
        text,
        priority,
        status: match solved {
            Some(_) => "solved",
            None if dice.chance(400) => "pending",
            None => "open",
        },
        opened,
        solved,
        first_reply_minutes: dice.between(4, if priority == "urgent" { 45 } else { 600 }),
        assignee_id: dice.pick(desk),
    }
}
