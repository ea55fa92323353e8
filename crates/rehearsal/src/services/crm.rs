//! Customers and contacts.

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::{Arguments, ID, Kind, Operation, body, filter, path};
use super::pages::by_cursor;
use crate::company::{CUSTOMER_STATUSES, Company, Customer, REGIONS, SEGMENTS};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_customers",
        method: Method::GET,
        path: "/customers",
        about: "Customers, by id, filtered by region, segment, status, account manager or a part of the name. \
                Gives `total` and one page; pass `next_cursor` as `cursor` for the next.",
        params: &[
            filter("region", Kind::Choice(REGIONS), "Sales region"),
            filter("segment", Kind::Choice(SEGMENTS), "Size of the customer"),
            filter("status", Kind::Choice(CUSTOMER_STATUSES), "State of the relation"),
            filter("account_manager_id", ID, "Employee id of the account manager"),
            filter("q", Kind::Text { max: 80 }, "Part of the customer's name"),
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
        handler: list_customers,
    },
    Operation {
        id: "get_customer",
        method: Method::GET,
        path: "/customers/{id}",
        about: "One customer: name, segment, region, city, status, since when, and the employee id of the account manager.",
        params: &[path("id", ID, "Customer id, such as 1042")],
        gives: &[
            ("id", "integer"),
            ("name", "string"),
            ("status", "string"),
            ("account_manager_id", "integer"),
        ],
        offered: true,
        effect: None,
        resource: None,
        handler: get_customer,
    },
    Operation {
        id: "list_contacts",
        method: Method::GET,
        path: "/customers/{id}/contacts",
        about: "The people to speak to at one customer's, with role, e-mail address and telephone number.",
        params: &[path("id", ID, "Customer id")],
        gives: &[("customer_id", "integer"), ("data", "array")],
        offered: true,
        effect: None,
        resource: None,
        handler: list_contacts,
    },
    Operation {
        id: "segment_summary",
        method: Method::GET,
        path: "/segments/summary",
        about: "How many customers there are by segment and by status, in one region or in all.",
        params: &[filter("region", Kind::Choice(REGIONS), "Sales region; all if left out")],
        gives: &[("customers", "integer"), ("segments", "array")],
        offered: true,
        effect: None,
        resource: None,
        handler: segment_summary,
    },
    Operation {
        id: "update_customer",
        method: Method::PATCH,
        path: "/customers/{id}",
        about: "Changes the status or the account manager of one customer and gives the customer as it is then.",
        params: &[
            path("id", ID, "Customer id"),
            body("status", Kind::Choice(CUSTOMER_STATUSES), false, "New state of the relation"),
            body("account_manager_id", ID, false, "Employee id of the new account manager"),
        ],
        gives: &[("id", "integer"), ("status", "string")],
        offered: true,
        effect: Some("write"),
        resource: None,
        handler: update_customer,
    },
];

fn list_customers(company: &Company, arguments: &Arguments) -> Answer {
    let wanted = arguments.text("q").map(str::to_lowercase);
    let found = company.customers.iter().filter(|customer| {
        let (status, manager) = standing(company, customer);
        arguments.admits("region", customer.region)
            && arguments.admits("segment", customer.segment)
            && arguments.admits("status", status)
            && arguments.optional_number("account_manager_id").is_none_or(|id| id == manager)
            && wanted.as_ref().is_none_or(|part| customer.name.to_lowercase().contains(part))
    });
    by_cursor(arguments, found, |customer| shown(company, customer))
}

fn get_customer(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    match company.customer(id) {
        Some(customer) => Answer::ok(shown(company, customer)),
        None => Answer::unknown("customer", id),
    }
}

fn list_contacts(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    let Some(customer) = company.customer(id) else {
        return Answer::unknown("customer", id);
    };
    let contacts: Vec<Value> = company
        .contacts(customer)
        .into_iter()
        .map(|contact| {
            json!({
                "id": contact.id,
                "name": contact.name,
                "role": contact.role,
                "email": contact.email,
                "phone": contact.phone,
            })
        })
        .collect();
    Answer::ok(json!({ "customer_id": id, "data": contacts }))
}

fn segment_summary(company: &Company, arguments: &Arguments) -> Answer {
    let members: Vec<(&str, &str)> = company
        .customers
        .iter()
        .filter(|customer| arguments.admits("region", customer.region))
        .map(|customer| (customer.segment, standing(company, customer).0))
        .collect();
    let segments: Vec<Value> = SEGMENTS
        .iter()
        .map(|segment| {
            let count = |status: &str| members.iter().filter(|member| **member == (*segment, status)).count();
            let (active, at_risk, churned) = (count("active"), count("at_risk"), count("churned"));
            json!({
                "segment": segment,
                "customers": active + at_risk + churned,
                "active": active,
                "at_risk": at_risk,
                "churned": churned,
            })
        })
        .collect();
    Answer::ok(json!({
        "region": arguments.text("region"),
        "customers": members.len(),
        "segments": segments,
    }))
}

fn update_customer(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    let Some(customer) = company.customer(id) else {
        return Answer::unknown("customer", id);
    };
    let manager = arguments.optional_number("account_manager_id");
    if let Some(manager) = manager
        && company.employee(manager).is_none()
    {
        return Answer::problem(StatusCode::UNPROCESSABLE_ENTITY, format!("there is no employee {manager}"));
    }
    let status =
        arguments.text("status").and_then(|status| CUSTOMER_STATUSES.iter().find(|known| **known == status));
    {
        let mut changes = company.changes();
        let change = changes.customers.entry(id).or_default();
        change.status = status.copied().or(change.status);
        change.account_manager_id = manager.or(change.account_manager_id);
    }
    Answer::ok(shown(company, customer))
}

/// Status and account manager as they are now.
fn standing(company: &Company, customer: &Customer) -> (&'static str, u32) {
    let change = company.changes().customers.get(&customer.id).cloned().unwrap_or_default();
    (
        change.status.unwrap_or(customer.status),
        change.account_manager_id.unwrap_or(customer.account_manager_id),
    )
}

fn shown(company: &Company, customer: &Customer) -> Value {
    let (status, account_manager_id) = standing(company, customer);
    json!({
        "id": customer.id,
        "name": customer.name,
        "segment": customer.segment,
        "region": customer.region,
        "city": customer.city,
        "since": customer.since.to_string(),
        "status": status,
        "account_manager_id": account_manager_id,
    })
}
