//! A call that the model would like to make.

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wish {
    pub(super) source: &'static str,
    pub(super) tool: &'static str,
    /// A JSON object.
    pub(super) arguments: Value,
}

impl Wish {
    /// The tool's name as it is offered to models.
    pub(super) fn offered_name(&self) -> String {
        format!("{}__{}", self.source, self.tool)
    }

    /// The tool's name as people read it.
    pub(super) fn title(&self) -> String {
        format!("{}.{}", self.source, self.tool)
    }
}

pub(super) fn wish(source: &'static str, tool: &'static str, arguments: Value) -> Wish {
    Wish { source, tool, arguments }
}

pub(super) fn crm_customer(id: u64) -> Wish {
    wish("crm", "get_customer", json!({ "id": id }))
}

pub(super) fn billing_summary(customer: u64) -> Wish {
    wish("billing", "customer_summary", json!({ "id": customer }))
}

pub(super) fn support_load(customer: u64) -> Wish {
    wish("support", "customer_load", json!({ "id": customer }))
}

pub(super) fn employee(id: u64) -> Wish {
    wish("people", "get_employee", json!({ "id": id }))
}
