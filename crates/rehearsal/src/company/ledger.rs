//! Invoices and the payments that settle them.

use super::calendar::{Day, TODAY};
use super::customers::Customer;
use crate::noise::Dice;

pub(super) const FIRST_ID: u32 = 200_001;

pub(crate) struct Invoice {
    pub(crate) id: u32,
    pub(crate) customer_id: u32,
    pub(crate) issued: Day,
    pub(crate) due: Day,
    pub(crate) paid: Option<Day>,
    pub(crate) amount_cents: u64,
    void: bool,
    method: &'static str,
}

pub(crate) struct Payment {
    pub(crate) id: u32,
    pub(crate) invoice_id: u32,
    pub(crate) customer_id: u32,
    pub(crate) received: Day,
    pub(crate) amount_cents: u64,
    pub(crate) method: &'static str,
}

impl Invoice {
    /// One of [`super::INVOICE_STATUSES`], as it stands today.
    pub(crate) fn status(&self) -> &'static str {
        match self.paid {
            _ if self.void => "void",
            Some(_) => "paid",
            None if self.due < TODAY => "overdue",
            None => "open",
        }
    }

    /// Whether the invoice still counts: a void one is in no sum.
    pub(crate) fn stands(&self) -> bool {
        !self.void
    }

    pub(crate) fn payment(&self) -> Option<Payment> {
        Some(Payment {
            id: self.id + 400_000,
            invoice_id: self.id,
            customer_id: self.customer_id,
            received: self.paid?,
            amount_cents: self.amount_cents,
            method: self.method,
        })
    }
}

/// Every customer has at least one invoice; larger customers have more of them, and larger ones.
pub(super) fn written(seed: u64, count: u32, customers: &[Customer]) -> Vec<Invoice> {
    let mut invoices: Vec<Invoice> = (0..count).map(|index| invoice(seed, index, customers)).collect();
    invoices.sort_by_key(|invoice| (invoice.issued, invoice.customer_id, invoice.amount_cents));
    for (id, invoice) in (FIRST_ID..).zip(&mut invoices) {
        invoice.id = id;
    }
    invoices
}

fn invoice(seed: u64, index: u32, customers: &[Customer]) -> Invoice {
    let mut dice = Dice::new(seed, "invoice", u64::from(index));
    let customer = match customers.get(index as usize) {
        Some(customer) => customer,
        None => buyer(&mut dice, customers),
    };
    let amount_cents = match customer.segment {
        "enterprise" => dice.between(600_000, 9_000_000),
        "mid-market" => dice.between(120_000, 1_500_000),
        _ => dice.between(9_000, 200_000),
    };
    let issued = TODAY.minus(age(&mut dice));
    let due = issued.plus(30);
    let void = dice.chance(6);
    // Most pay within the month, some late; few pay not at all, but the same few again and again.
    let slow = Dice::new(seed, "payer", u64::from(customer.id)).chance(70);
    let waits = if dice.chance(800) { dice.between(4, 29) } else { dice.between(30, 75) };
    let paid = issued.plus(waits);
    let settled = !void && !dice.chance(if slow { 250 } else { 8 }) && paid <= TODAY;
    Invoice {
        id: 0,
        customer_id: customer.id,
        issued,
        due,
        paid: settled.then_some(paid),
        amount_cents: u64::from(amount_cents),
        void,
        method: dice.pick(&["transfer", "transfer", "direct_debit", "card"]),
    }
}

/// How many days ago an invoice was issued. One in five is drawn twice and takes the later day, so
/// that business grows.
fn age(dice: &mut Dice) -> u32 {
    let oldest = TODAY.number() - 10;
    let days = dice.below(oldest);
    if dice.chance(200) { days.min(dice.below(oldest)) } else { days }
}

/// Somebody who buys: of three drawn, the first who is not small.
fn buyer<'a>(dice: &mut Dice, customers: &'a [Customer]) -> &'a Customer {
    let count = u32::try_from(customers.len()).unwrap_or(u32::MAX);
    let mut drawn = &customers[dice.below(count) as usize];
    for _ in 0..2 {
        if drawn.segment == "small" {
            drawn = &customers[dice.below(count) as usize];
        }
    }
    drawn
}
