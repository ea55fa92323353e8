//! Invoices and payments. Every amount is in euro cents.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::{Arguments, ID, Kind, Operation, Param, filter, path};
use super::pages::by_page;
use super::revenue;
use crate::company::{Company, INVOICE_STATUSES, Invoice, Payment, REGIONS, SEGMENTS};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_invoices",
        method: Method::GET,
        path: "/invoices",
        about: "Invoices by day of issue, filtered by customer, status and day of issue. Amounts in euro cents. \
                Gives `total` and one page of it.",
        params: &[
            filter("customer_id", ID, "Customer id"),
            filter("status", Kind::Choice(INVOICE_STATUSES), "State of the invoice today"),
            filter("since", Kind::Day, "Issued on this day or later"),
            filter("until", Kind::Day, "Issued on this day or earlier"),
            PAGE,
            PER_PAGE,
        ],
        gives: &[("data", "array"), ("total", "integer"), ("pages", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: list_invoices,
    },
    Operation {
        id: "get_invoice",
        method: Method::GET,
        path: "/invoices/{id}",
        about: "One invoice. Amount in euro cents.",
        params: &[path("id", ID, "Invoice id")],
        gives: &[
            ("id", "integer"),
            ("customer_id", "integer"),
            ("amount_cents", "integer"),
            ("status", "string"),
        ],
        offered: false,
        effect: None,
        resource: None,
        handler: get_invoice,
    },
    Operation {
        id: "customer_summary",
        method: Method::GET,
        path: "/customers/{id}/summary",
        about: "What one customer was invoiced in all and over the last twelve months, and what is open and overdue today, \
                as sums in euro cents and as counts.",
        params: &[path("id", ID, "Customer id")],
        gives: &[("customer_id", "integer"), ("invoiced_cents", "integer"), ("overdue_cents", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: revenue::customer_summary,
    },
    Operation {
        id: "revenue",
        method: Method::GET,
        path: "/revenue",
        about: "Revenue of a region, a segment and a quarter (or of all, where one is left out): the sum of invoices issued, \
                how much of it is paid, how many invoices and how many customers. Sums in euro cents.",
        params: &[REGION, SEGMENT, QUARTER],
        gives: &[("invoiced_cents", "integer"), ("paid_cents", "integer"), ("invoices", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: revenue::revenue,
    },
    Operation {
        id: "top_customers",
        method: Method::GET,
        path: "/revenue/top",
        about: "The customers with the highest revenue of a region, a segment and a quarter, highest first: \
                customer id, sum in euro cents, number of invoices.",
        params: &[
            REGION,
            SEGMENT,
            QUARTER,
            filter("limit", Kind::Int { min: 1, max: 50 }, "How many customers, 5 if left out"),
        ],
        gives: &[("data", "array")],
        offered: true,
        effect: None,
        resource: None,
        handler: revenue::top_customers,
    },
    Operation {
        id: "list_payments",
        method: Method::GET,
        path: "/payments",
        about: "Payments received, filtered by customer and day of receipt. Amounts in euro cents.",
        params: &[
            filter("customer_id", ID, "Customer id"),
            filter("since", Kind::Day, "Received on this day or later"),
            filter("until", Kind::Day, "Received on this day or earlier"),
            PAGE,
            PER_PAGE,
        ],
        gives: &[("data", "array"), ("total", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: list_payments,
    },
    Operation {
        id: "send_reminder",
        method: Method::POST,
        path: "/invoices/{id}/reminders",
        about: "Sends the customer a reminder of one open or overdue invoice, and gives how many were sent so far.",
        params: &[path("id", ID, "Invoice id")],
        gives: &[("invoice_id", "integer"), ("reminders", "integer")],
        offered: true,
        effect: Some("write"),
        resource: Some("/invoices/{id}"),
        handler: send_reminder,
    },
];

const PAGE: Param = filter("page", Kind::Int { min: 1, max: 100_000 }, "Number of the page, from 1");
const PER_PAGE: Param =
    filter("per_page", Kind::Int { min: 1, max: 200 }, "Records on a page, 25 if left out");
const REGION: Param = filter("region", Kind::Choice(REGIONS), "Sales region; all if left out");
const SEGMENT: Param = filter("segment", Kind::Choice(SEGMENTS), "Size of the customer; all if left out");
const QUARTER: Param = filter("quarter", Kind::Quarter, "Quarter of issue, such as 2026-Q2; all if left out");

fn list_invoices(company: &Company, arguments: &Arguments) -> Answer {
    let customer = arguments.optional_number("customer_id");
    let found = company.invoices.iter().filter(|invoice| {
        customer.is_none_or(|id| id == invoice.customer_id)
            && arguments.admits("status", invoice.status())
            && arguments.spans(invoice.issued)
    });
    by_page(arguments, found, shown)
}

fn get_invoice(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    match company.invoice(id) {
        Some(invoice) => Answer::ok(shown(invoice)),
        None => Answer::unknown("invoice", id),
    }
}

fn list_payments(company: &Company, arguments: &Arguments) -> Answer {
    let customer = arguments.optional_number("customer_id");
    let found: Vec<Payment> = company
        .invoices
        .iter()
        .filter(|invoice| customer.is_none_or(|id| id == invoice.customer_id))
        .filter_map(Invoice::payment)
        .filter(|payment| arguments.spans(payment.received))
        .collect();
    by_page(arguments, found.iter(), |payment| {
        json!({
            "id": payment.id,
            "invoice_id": payment.invoice_id,
            "customer_id": payment.customer_id,
            "received": payment.received.to_string(),
            "amount_cents": payment.amount_cents,
            "currency": "EUR",
            "method": payment.method,
        })
    })
}

fn send_reminder(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    let Some(invoice) = company.invoice(id) else {
        return Answer::unknown("invoice", id);
    };
    if !matches!(invoice.status(), "open" | "overdue") {
        let detail = format!("invoice {id} is {}: there is nothing to remind of", invoice.status());
        return Answer::problem(StatusCode::CONFLICT, detail);
    }
    let mut changes = company.changes();
    let sent = changes.reminders.entry(id).or_default();
    *sent += 1;
    Answer::created(json!({ "invoice_id": id, "customer_id": invoice.customer_id, "reminders": *sent }))
}

fn shown(invoice: &Invoice) -> Value {
    json!({
        "id": invoice.id,
        "customer_id": invoice.customer_id,
        "issued": invoice.issued.to_string(),
        "due": invoice.due.to_string(),
        "paid": invoice.paid.map(|day| day.to_string()),
        "amount_cents": invoice.amount_cents,
        "currency": "EUR",
        "status": invoice.status(),
    })
}
