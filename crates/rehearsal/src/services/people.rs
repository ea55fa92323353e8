//! Employees and salaries. Every amount is in euro cents a year.

use hyper::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::{Arguments, ID, Kind, Operation, filter, path};
use super::pages::by_page;
use crate::company::{Company, DEPARTMENTS, Employee, REGIONS};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        id: "list_employees",
        method: Method::GET,
        path: "/employees",
        about: "Employees by id, filtered by department, region of the office or a part of the name. No salaries.",
        params: &[
            filter("department", Kind::Choice(DEPARTMENTS), "Department"),
            filter("region", Kind::Choice(REGIONS), "Region of the office"),
            filter("q", Kind::Text { max: 80 }, "Part of the name"),
            filter("page", Kind::Int { min: 1, max: 10_000 }, "Number of the page, from 1"),
            filter("per_page", Kind::Int { min: 1, max: 200 }, "Records on a page, 25 if left out"),
        ],
        gives: &[("data", "array"), ("total", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: list_employees,
    },
    Operation {
        id: "get_employee",
        method: Method::GET,
        path: "/employees/{id}",
        about: "One employee: name, title, department, region, day of hiring, and the employee id of the manager.",
        params: &[path("id", ID, "Employee id, such as 17")],
        gives: &[("id", "integer"), ("name", "string"), ("title", "string")],
        offered: true,
        effect: None,
        resource: None,
        handler: get_employee,
    },
    Operation {
        id: "get_salary",
        method: Method::GET,
        path: "/employees/{id}/salary",
        about: "What one employee earns: base salary a year in euro cents and the bonus in percent of it.",
        params: &[path("id", ID, "Employee id")],
        gives: &[("employee_id", "integer"), ("base_cents", "integer"), ("bonus_percent", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: get_salary,
    },
    Operation {
        id: "payroll",
        method: Method::GET,
        path: "/payroll",
        about: "What a department costs in base salaries a year, in one region or in all: headcount, sum, average and median \
                in euro cents.",
        params: &[
            filter("department", Kind::Choice(DEPARTMENTS), "Department; all if left out"),
            filter("region", Kind::Choice(REGIONS), "Region of the office; all if left out"),
        ],
        gives: &[("headcount", "integer"), ("base_cents", "integer")],
        offered: true,
        effect: None,
        resource: None,
        handler: payroll,
    },
];

fn list_employees(company: &Company, arguments: &Arguments) -> Answer {
    let wanted = arguments.text("q").map(str::to_lowercase);
    let found = company.employees.iter().filter(|employee| {
        works_there(employee, arguments)
            && wanted.as_ref().is_none_or(|part| employee.name.to_lowercase().contains(part))
    });
    by_page(arguments, found, shown)
}

fn get_employee(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    match company.employee(id) {
        Some(employee) => Answer::ok(shown(employee)),
        None => Answer::unknown("employee", id),
    }
}

fn get_salary(company: &Company, arguments: &Arguments) -> Answer {
    let id = arguments.number("id");
    let Some(employee) = company.employee(id) else {
        return Answer::unknown("employee", id);
    };
    Answer::ok(json!({
        "employee_id": id,
        "currency": "EUR",
        "base_cents": employee.base_cents,
        "bonus_percent": employee.bonus_percent,
        "since": employee.salary_since.to_string(),
    }))
}

fn payroll(company: &Company, arguments: &Arguments) -> Answer {
    let mut salaries: Vec<u64> = company
        .employees
        .iter()
        .filter(|employee| works_there(employee, arguments))
        .map(|employee| employee.base_cents)
        .collect();
    salaries.sort_unstable();
    let sum: u64 = salaries.iter().sum();
    let count = salaries.len() as u64;
    Answer::ok(json!({
        "department": arguments.text("department"),
        "region": arguments.text("region"),
        "currency": "EUR",
        "headcount": count,
        "base_cents": sum,
        "average_cents": (count > 0).then(|| (sum + count / 2) / count),
        "median_cents": median(&salaries),
    }))
}

/// The middle of sorted numbers; of an even count the mean of the two in the middle.
fn median(sorted: &[u64]) -> Option<u64> {
    let above = sorted.get(sorted.len() / 2)?;
    let below = sorted.get((sorted.len() - 1) / 2)?;
    Some((above + below) / 2)
}

fn works_there(employee: &Employee, arguments: &Arguments) -> bool {
    arguments.admits("department", employee.department) && arguments.admits("region", employee.region)
}

fn shown(employee: &Employee) -> Value {
    json!({
        "id": employee.id,
        "name": employee.name,
        "email": employee.email(),
        "title": employee.title,
        "department": employee.department,
        "region": employee.region,
        "manager_id": employee.manager_id,
        "hired": employee.hired.to_string(),
    })
}
