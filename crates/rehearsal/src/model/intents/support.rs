//! Questions about tickets.

use serde_json::{Value, json};

use super::intent::Intent;
use crate::model::evidence::{Evidence, Finding};
use crate::model::page::{Page, cell, change, count, sum};
use crate::model::question::{Question, THIS_QUARTER};
use crate::model::wish::{Wish, crm_customer, wish};

pub(super) static URGENT: Intent = Intent {
    recognises: |question| question.says(&["urgent", "ticket"]),
    wishes: |question, evidence| {
        let list = urgent_tickets(question);
        let mut wishes = vec![list.clone()];
        wishes.extend(customers(evidence.about(&list).records()).map(crm_customer));
        wishes
    },
    answer: urgent,
};

pub(super) static VOLUME: Intent = Intent {
    recognises: |question| question.says(&["ticket", "volume|months|develop"]),
    wishes: |question, _| months(question),
    answer: volume,
};

fn urgent(question: &Question, evidence: &Evidence) -> String {
    let tickets = evidence.about(&urgent_tickets(question));
    let place = question.region().map_or_else(String::new, |region| format!(" in the {region}"));
    let mut page = Page::titled(&format!("Open urgent tickets{place}"));
    if let Some(total) = tickets.number("total") {
        let sentence = match total {
            0 => format!("No urgent ticket is open{place}."),
            1 => format!("1 urgent ticket is open{place}."),
            _ => format!("{} urgent tickets are open{place}.", count(Some(total))),
        };
        page.say(&sentence, &[&tickets]);
    }
    let rows: Vec<Vec<String>> = tickets
        .records()
        .iter()
        .map(|ticket| {
            let customer = ticket["customer_id"].as_u64().map(|id| evidence.about(&crm_customer(id)));
            let name = customer.as_ref().and_then(|customer| customer.get("name"));
            let mark = customer.as_ref().map(Finding::mark).unwrap_or_default();
            vec![
                cell(ticket.get("id")),
                cell(ticket.get("subject")),
                cell(ticket.get("opened")),
                format!("{} ({}){}{mark}", cell(name), cell(ticket.get("customer_id")), tickets.mark()),
            ]
        })
        .collect();
    page.table(&["Ticket", "Subject", "Opened", "Customer"], &rows);
    page.gaps(evidence, &(URGENT.wishes)(question, evidence));
    page.finished()
}

fn volume(question: &Question, evidence: &Evidence) -> String {
    let months = months(question);
    let findings: Vec<Finding<'_>> = months.iter().map(|wish| evidence.about(wish)).collect();
    let sources: Vec<&Finding<'_>> = findings.iter().collect();
    let mut page = Page::titled("Tickets month by month");
    if let Some(total) = sum(findings.iter().map(|finding| finding.number("opened"))) {
        page.say(&format!("Customers opened {} tickets in six months.", count(Some(total))), &sources);
    }
    if let [first, .., last] = findings.as_slice()
        && let (Some(then), Some(now)) = (first.number("opened"), last.number("opened"))
    {
        page.say(
            &format!(
                "The last month had {} and the first {}, a change of {}.",
                count(Some(now)),
                count(Some(then)),
                change(Some(then), Some(now)),
            ),
            &[first, last],
        );
    }
    month_table(&mut page, &findings);
    page.gaps(evidence, &months);
    page.finished()
}

/// The tickets of each month that answered.
pub(super) fn month_table(page: &mut Page, findings: &[Finding<'_>]) {
    let rows: Vec<Vec<String>> = findings
        .iter()
        .filter(|finding| finding.failure().is_none())
        .map(|finding| {
            vec![
                cell(finding.get("month")),
                count(finding.number("opened")),
                count(finding.number("solved")),
                count(finding.number("urgent")),
                format!("{} min{}", count(finding.number("average_first_reply_minutes")), finding.mark()),
            ]
        })
        .collect();
    page.table(&["Month", "Opened", "Solved", "Urgent", "First reply"], &rows);
}

fn urgent_tickets(question: &Question) -> Wish {
    // Fourteen: with the list itself, one batch could hold a call for each.
    let mut arguments = json!({ "status": "open", "priority": "urgent", "limit": 14 });
    if let Some(region) = question.region() {
        arguments["region"] = json!(region);
    }
    wish("support", "list_tickets", arguments)
}

fn customers(tickets: &[Value]) -> impl Iterator<Item = u64> {
    tickets.iter().filter_map(|ticket| ticket["customer_id"].as_u64())
}

/// The two quarters up to now, month by month.
fn months(question: &Question) -> Vec<Wish> {
    let months = [THIS_QUARTER.previous().months(), THIS_QUARTER.months()].concat();
    months
        .into_iter()
        .map(|month| {
            let mut arguments = json!({ "month": month });
            if let Some(region) = question.region() {
                arguments["region"] = json!(region);
            }
            wish("support", "ticket_stats", arguments)
        })
        .collect()
}
