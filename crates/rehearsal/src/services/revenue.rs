//! The sums that the billing service works out over its invoices.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::Arguments;
use crate::company::{Company, Invoice, TODAY};

/// The sums of one customer.
pub(super) fn customer_summary(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    if company.customer(id).is_none() {
        return Answer::unknown("customer", id);
    }
    let invoices: Vec<&Invoice> =
        company.invoices.iter().filter(|invoice| invoice.customer_id == id && invoice.stands()).collect();
    let of_status = |status: &str| -> Vec<&Invoice> {
        invoices.iter().filter(|invoice| invoice.status() == status).copied().collect()
    };
    let year = TODAY.minus(364);
    let last_year: Vec<&Invoice> =
        invoices.iter().filter(|invoice| invoice.issued >= year).copied().collect();
    let (open, overdue, paid) = (of_status("open"), of_status("overdue"), of_status("paid"));
    Answer::ok(json!({
        "customer_id": id,
        "currency": "EUR",
        "invoices": invoices.len(),
        "invoiced_cents": sum(&invoices),
        "invoiced_last_12_months_cents": sum(&last_year),
        "paid_cents": sum(&paid),
        "open_invoices": open.len(),
        "open_cents": sum(&open),
        "overdue_invoices": overdue.len(),
        "overdue_cents": sum(&overdue),
        "last_payment": invoices.iter().filter_map(|invoice| invoice.paid).max().map(|day| day.to_string()),
    }))
}

/// The sums of a region, a segment and a quarter.
pub(super) fn revenue(company: &Company, arguments: &Arguments) -> Answer {
    let invoices = issued(company, arguments);
    let customers: std::collections::BTreeSet<u32> =
        invoices.iter().map(|invoice| invoice.customer_id).collect();
    let paid: Vec<&Invoice> = invoices.iter().filter(|invoice| invoice.paid.is_some()).copied().collect();
    Answer::ok(json!({
        "region": arguments.text("region"),
        "segment": arguments.text("segment"),
        "quarter": arguments.text("quarter"),
        "currency": "EUR",
        "invoiced_cents": sum(&invoices),
        "paid_cents": sum(&paid),
        "invoices": invoices.len(),
        "customers": customers.len(),
    }))
}

/// The customers of a region, a segment and a quarter, by revenue; of two with the same, the one
/// with the lower id comes first.
pub(super) fn top_customers(company: &Company, arguments: &Arguments) -> Answer {
    let mut sums: BTreeMap<u32, (u64, u32)> = BTreeMap::new();
    for invoice in issued(company, arguments) {
        let (cents, count) = sums.entry(invoice.customer_id).or_default();
        *cents += invoice.amount_cents;
        *count += 1;
    }
    let mut ranked: Vec<(u32, (u64, u32))> = sums.into_iter().collect();
    ranked.sort_by_key(|(id, (cents, _))| (std::cmp::Reverse(*cents), *id));
    ranked.truncate(arguments.optional_number("limit").unwrap_or(5) as usize);
    let ranked: Vec<Value> = ranked
        .into_iter()
        .map(|(id, (cents, count))| json!({ "customer_id": id, "invoiced_cents": cents, "invoices": count }))
        .collect();
    Answer::ok(json!({
        "region": arguments.text("region"),
        "segment": arguments.text("segment"),
        "quarter": arguments.text("quarter"),
        "currency": "EUR",
        "data": ranked,
    }))
}

fn issued<'a>(company: &'a Company, arguments: &Arguments) -> Vec<&'a Invoice> {
    let quarter = arguments.period("quarter");
    company
        .invoices
        .iter()
        .filter(|invoice| invoice.stands() && quarter.is_none_or(|quarter| quarter.holds(invoice.issued)))
        .filter(|invoice| {
            company.customer(invoice.customer_id).is_some_and(|customer| {
                arguments.admits("region", customer.region) && arguments.admits("segment", customer.segment)
            })
        })
        .collect()
}

fn sum(invoices: &[&Invoice]) -> u64 {
    invoices.iter().map(|invoice| invoice.amount_cents).sum()
}
