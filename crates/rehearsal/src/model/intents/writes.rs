//! Questions that ask for something to be done.

use serde_json::{Value, json};

use super::intent::Intent;
use super::one_customer::overdue_invoices;
use crate::model::evidence::Evidence;
use crate::model::page::{Page, cell, count};
use crate::model::question::Question;
use crate::model::wish::{Wish, wish};

pub(super) static NOTE: Intent = Intent {
    recognises: |question| {
        question.says(&["note"]) && question.id_after("ticket").is_some() && question.quoted().is_some()
    },
    wishes: |question, _| vec![note(question)],
    answer: |question, evidence| {
        let done = evidence.about(&note(question));
        let mut page = Page::untitled();
        if done.failure().is_none() {
            let (ticket, notes) = (cell(done.get("ticket_id")), count(done.number("notes")));
            page.say(&format!("The note stands on ticket {ticket} (notes so far: {notes})."), &[&done]);
        } else {
            page.say("The note was not added.", &[]);
        }
        page.gaps(evidence, &[note(question)]);
        page.finished()
    },
};

pub(super) static STATUS: Intent = Intent {
    recognises: |question| {
        question.says(&["mark|set"]) && question.id_after("customer").is_some() && status(question).is_some()
    },
    wishes: |question, _| vec![marking(question)],
    answer: |question, evidence| {
        let done = evidence.about(&marking(question));
        let mut page = Page::untitled();
        if done.failure().is_none() {
            let (id, name, status) = (cell(done.get("id")), cell(done.get("name")), cell(done.get("status")));
            page.say(&format!("{name} (customer {id}) has the status {status} now."), &[&done]);
        } else {
            page.say("The customer was not changed.", &[]);
        }
        page.gaps(evidence, &[marking(question)]);
        page.finished()
    },
};

pub(super) static REMINDERS: Intent = Intent {
    recognises: |question| question.says(&["remind"]) && question.id_after("customer").is_some(),
    wishes: |question, evidence| {
        let list = overdue_invoices(customer(question));
        let mut wishes = vec![list.clone()];
        wishes.extend(invoices(evidence.about(&list).records()).map(reminder));
        wishes
    },
    answer: reminders,
};

fn reminders(question: &Question, evidence: &Evidence) -> String {
    let customer = customer(question);
    let list = evidence.about(&overdue_invoices(customer));
    let mut page = Page::untitled();
    if list.failure().is_none() && list.records().is_empty() {
        page.say(&format!("Customer {customer} has no overdue invoice, so nothing was sent."), &[&list]);
    }
    for invoice in invoices(list.records()) {
        let sent = evidence.about(&reminder(invoice));
        if let Some(number) = sent.number("reminders") {
            page.item(
                &format!(
                    "A reminder of invoice {invoice} was sent (reminders so far: {}).",
                    count(Some(number))
                ),
                &[&sent],
            );
        }
    }
    page.gaps(evidence, &(REMINDERS.wishes)(question, evidence));
    page.finished()
}

fn note(question: &Question) -> Wish {
    let ticket = question.id_after("ticket").unwrap_or_default();
    wish("support", "add_note", json!({ "id": ticket, "text": question.quoted().unwrap_or_default() }))
}

fn marking(question: &Question) -> Wish {
    wish("crm", "update_customer", json!({ "id": customer(question), "status": status(question) }))
}

fn status(question: &Question) -> Option<&'static str> {
    let statuses = [("risk", "at_risk"), ("churned", "churned"), ("active", "active")];
    statuses.into_iter().find(|(word, _)| question.says(&[word])).map(|(_, status)| status)
}

fn reminder(invoice: u64) -> Wish {
    wish("billing", "send_reminder", json!({ "id": invoice }))
}

fn invoices(records: &[Value]) -> impl Iterator<Item = u64> {
    records.iter().filter_map(|invoice| invoice["id"].as_u64())
}

fn customer(question: &Question) -> u64 {
    question.id_after("customer").unwrap_or_default()
}
