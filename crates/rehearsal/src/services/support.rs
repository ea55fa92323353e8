//! Tickets and the notes on them.

use hyper::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::{Arguments, ID, Kind, Operation, body, filter, path};
use super::pages::by_cursor;
use crate::company::{Company, PRIORITIES, REGIONS, TICKET_STATUSES, TODAY, Ticket};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_tickets",
        method: Method::GET,
        path: "/tickets",
        about: "Tickets by day of opening, filtered by customer, region, status, priority, day of opening or a word of the \
                subject. Gives `total` and one page; pass `next_cursor` as `cursor` for the next.",
        params: &[
            filter("customer_id", ID, "Customer id"),
            filter("region", Kind::Choice(REGIONS), "Region of the customer"),
            filter("status", Kind::Choice(TICKET_STATUSES), "State of the ticket"),
            filter("priority", Kind::Choice(PRIORITIES), "Priority"),
            filter("since", Kind::Day, "Opened on this day or later"),
            filter("until", Kind::Day, "Opened on this day or earlier"),
            filter("q", Kind::Text { max: 80 }, "Part of the subject"),
            filter("limit", Kind::Int { min: 1, max: 200 }, "Records on the page, 25 if left out"),
            filter(
                "cursor",
                Kind::Text { max: 40 },
                "Where the page begins: `next_cursor` of the page before",
            ),
        ],
        gives: &[("data", "array"), ("total", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: list_tickets,
    },
    Operation {
        id: "get_ticket",
        method: Method::GET,
        path: "/tickets/{id}",
        about: "One ticket with the customer's text and all notes.",
        params: &[path("id", ID, "Ticket id, such as 7031")],
        gives: &[("id", "integer"), ("subject", "string"), ("text", "string"), ("notes", "array")],
        offered: true,
        effect: None,
        resource: None,
        handler: get_ticket,
    },
    Operation {
        id: "customer_load",
        method: Method::GET,
        path: "/customers/{id}/load",
        about: "How much support one customer needs: open, pending and urgent tickets, tickets of the last 90 days, and the \
                average first reply in minutes.",
        params: &[path("id", ID, "Customer id")],
        gives: &[("customer_id", "integer"), ("open", "integer"), ("tickets", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: customer_load,
    },
    Operation {
        id: "ticket_stats",
        method: Method::GET,
        path: "/stats",
        about: "Tickets opened and solved in one month, in one region or in all: counts, urgent ones, average first reply in \
                minutes.",
        params: &[
            filter("region", Kind::Choice(REGIONS), "Region of the customer; all if left out"),
            filter("month", Kind::Month, "Month such as 2026-05; all if left out"),
        ],
        gives: &[("opened", "integer"), ("solved", "integer"), ("urgent", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: ticket_stats,
    },
    Operation {
        id: "add_note",
        method: Method::POST,
        path: "/tickets/{id}/notes",
        about: "Adds a note to one ticket, which colleagues see and the customer does not, and gives the number of notes.",
        params: &[path("id", ID, "Ticket id"), body("text", Kind::Text { max: 2_000 }, true, "The note")],
        gives: &[("ticket_id", "integer"), ("notes", "integer")],
        offered: true,
        effect: Some("write"),
        resource: Some("/tickets/{id}"),
        handler: add_note,
    },
];

fn list_tickets(company: &Company, arguments: &Arguments) -> Answer {
    let customer = arguments.optional_number("customer_id");
    let wanted = arguments.text("q").map(str::to_lowercase);
    let found = company.tickets.iter().filter(|ticket| {
        customer.is_none_or(|id| id == ticket.customer_id)
            && is_from(company, ticket, arguments)
            && arguments.admits("status", ticket.status)
            && arguments.admits("priority", ticket.priority)
            && arguments.spans(ticket.opened)
            && wanted.as_ref().is_none_or(|part| ticket.subject.to_lowercase().contains(part))
    });
    by_cursor(arguments, found, shown)
}

fn get_ticket(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    let Some(ticket) = company.ticket(id) else {
        return Answer::unknown("ticket", id);
    };
    let mut body = shown(ticket);
    body["text"] = json!(ticket.text);
    body["notes"] = json!(company.changes().notes.get(&id).cloned().unwrap_or_default());
    Answer::ok(body)
}

fn customer_load(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    if company.customer(id).is_none() {
        return Answer::unknown("customer", id);
    }
    let tickets: Vec<&Ticket> = company.tickets.iter().filter(|ticket| ticket.customer_id == id).collect();
    let count = |test: fn(&Ticket) -> bool| tickets.iter().filter(|ticket| test(ticket)).count();
    Answer::ok(json!({
        "customer_id": id,
        "tickets": tickets.len(),
        "open": count(|ticket| ticket.status == "open"),
        "pending": count(|ticket| ticket.status == "pending"),
        "urgent_unsolved": count(|ticket| ticket.solved.is_none() && ticket.priority == "urgent"),
        "last_90_days": count(|ticket| ticket.opened > TODAY.minus(90)),
        "average_first_reply_minutes": average_reply(&tickets),
    }))
}

fn ticket_stats(company: &Company, arguments: &Arguments) -> Answer {
    let month = arguments.period("month");
    let in_month = |day| month.is_none_or(|month| month.holds(day));
    let tickets: Vec<&Ticket> =
        company.tickets.iter().filter(|ticket| is_from(company, ticket, arguments)).collect();
    let opened: Vec<&Ticket> = tickets.iter().filter(|ticket| in_month(ticket.opened)).copied().collect();
    Answer::ok(json!({
        "region": arguments.text("region"),
        "month": arguments.text("month"),
        "opened": opened.len(),
        "solved": tickets.iter().filter(|ticket| ticket.solved.is_some_and(in_month)).count(),
        "urgent": opened.iter().filter(|ticket| ticket.priority == "urgent").count(),
        "average_first_reply_minutes": average_reply(&opened),
    }))
}

fn add_note(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    if company.ticket(id).is_none() {
        return Answer::unknown("ticket", id);
    }
    let text = arguments.text("text").unwrap_or_default().to_owned();
    let mut changes = company.changes();
    let notes = changes.notes.entry(id).or_default();
    notes.push(text.clone());
    Answer::created(json!({ "ticket_id": id, "notes": notes.len(), "text": text }))
}

fn is_from(company: &Company, ticket: &Ticket, arguments: &Arguments) -> bool {
    company.customer(ticket.customer_id).is_some_and(|customer| arguments.admits("region", customer.region))
}

/// Rounded to whole minutes; null where there is no ticket.
fn average_reply(tickets: &[&Ticket]) -> Option<u64> {
    let sum: u64 = tickets.iter().map(|ticket| u64::from(ticket.first_reply_minutes)).sum();
    let count = tickets.len() as u64;
    (count > 0).then(|| (sum + count / 2) / count)
}

fn shown(ticket: &Ticket) -> Value {
    json!({
        "id": ticket.id,
        "customer_id": ticket.customer_id,
        "subject": ticket.subject,
        "priority": ticket.priority,
        "status": ticket.status,
        "opened": ticket.opened.to_string(),
        "solved": ticket.solved.map(|day| day.to_string()),
        "first_reply_minutes": ticket.first_reply_minutes,
        "assignee_id": ticket.assignee_id,
    })
}
