//! How a user would connect the service.

use crate::limit::Rate;

pub(super) fn written(base_url: &str, in_flight: u32, rate: Option<Rate>) -> String {
    let rate = rate.map_or_else(String::new, |rate| {
        let milli = 1_000_000_000_000 / rate.every.as_nanos().max(1);
        format!("per_second = {}.{:03}, burst = {}, ", milli / 1_000, milli % 1_000, rate.burst)
    });
    format!(
        r#"name = "bench"
kind = "http"
base_url = "{base_url}"
auth = {{ kind = "none" }}
limits = {{ in_flight = {in_flight}, {rate}deadline = "60s", result_bytes = "16MiB" }}

[[tool]]
name = "get"
description = "Answers after a while"
method = "GET"
path = "/bench/{{id}}"
[tool.input]
type = "object"
required = ["id"]
properties.id = {{ type = "integer", minimum = 0, description = "Any number; no two calls of a batch share one" }}
properties.ms = {{ type = "integer", minimum = 0, maximum = 60000, description = "How long to wait, in milliseconds" }}
"#
    )
}
