use domain::json::sha256_hex;
use exports::csv::{Calls, Entries};
use exports::jsonl;
use serde_json::Value;

use crate::story::{NO_TOOL, SECRET, detail, failed, lost, row};

/// A reader of RFC 4180, strict.
fn cells(line: &str) -> Vec<String> {
    let mut letters = line.strip_suffix("\r\n").unwrap().chars().peekable();
    let mut cells = Vec::new();
    loop {
        let mut cell = String::new();
        if letters.next_if_eq(&'"').is_some() {
            loop {
                match letters.next().unwrap() {
                    '"' if letters.next_if_eq(&'"').is_none() => break,
                    letter => cell.push(letter),
                }
            }
        } else {
            while let Some(letter) = letters.next_if(|letter| *letter != ',') {
                assert!(!"\"\r\n".contains(letter), "{line}");
                cell.push(letter);
            }
        }
        cells.push(cell);
        match letters.next() {
            Some(',') => {}
            None => return cells,
            Some(other) => panic!("`{other}` behind a cell: {line}"),
        }
    }
}

#[test]
fn a_call_is_a_line_under_its_header() {
    let leaf = "ab".repeat(32);
    let names = cells(&Calls::header());
    let values = cells(&Calls::row(&row(), &leaf));
    assert_eq!(names.len(), values.len());
    let of = |name: &str| &values[names.iter().position(|there| there == name).unwrap()];
    let shown = [
        "entry",
        "leaf",
        "at",
        "source",
        "tool",
        "level",
        "categories",
        "verdict",
        "approved",
        "outcome",
        "took_ms",
    ];
    assert_eq!(
        shown.map(|name| of(name).as_str()),
        [
            "4",
            &leaf,
            "2025-11-24T16:00:00.100000Z",
            "crm",
            "get_customer",
            "confidential",
            "identity financial",
            "allow",
            "",
            "returned",
            "90"
        ]
    );
}

#[test]
fn no_line_holds_what_stands_in_a_payload() {
    let leaf = "ab".repeat(32);
    for line in [
        Calls::row(&row(), &leaf),
        // What a model wrote in the place of a name is its words too.
        Calls::row(&lost(), &leaf),
        jsonl::call(&detail(row(), "GET", "https://crm.example/7")),
    ] {
        assert!(!line.contains(SECRET) && !line.contains(NO_TOOL), "{line}");
    }
    assert!(cells(&Calls::row(&lost(), &leaf)).contains(&"unknown_tool".to_owned()));
}

#[test]
fn an_entrys_line_holds_what_is_hashed() {
    let detail = detail(row(), "GET", "https://crm.example/7");
    let names = cells(&Entries::header());
    for entry in &detail.entries {
        let values = cells(&Entries::row(entry));
        let of = |name: &str| &values[names.iter().position(|there| there == name).unwrap()];
        assert_eq!(sha256_hex(&[&[0], of("body").as_bytes()].concat()), *of("leaf"));
        assert_eq!(*of("call"), detail.row.call.to_string());
        assert!(of("conversation").starts_with("conv_") && of("cseq") == of("entry"));
    }
}

#[test]
fn a_line_of_json_has_every_name_and_the_story() {
    let detail = detail(failed(), "POST", "https://billing.example/invoices");
    let line = jsonl::call(&detail);
    assert_eq!(line.matches('\n').count(), 1);
    let value: Value = serde_json::from_str(&line).unwrap();
    for name in cells(&Calls::header()) {
        assert!(value.get(&name).is_some(), "{name}");
    }
    assert_eq!((value["v"].as_u64(), value["type"].as_str()), (Some(1), Some("call")));
    assert_eq!(
        (value["status"].as_u64(), value["sent_at"].as_str()),
        (Some(503), Some("2025-11-24T16:00:00.150000Z"))
    );
    assert_eq!(value["conversation"], detail.row.conversation.unwrap().to_string());
    assert_eq!(
        (value["retry_of"].clone(), value["leaf"].clone()),
        (Value::Null, detail.entries[0].leaf.clone().into())
    );
    assert_eq!(value["story"].as_array().unwrap().len(), 3);
    assert_eq!(value["story"][2]["body"]["attempt"], 2);
    assert_eq!(value["payloads"][0]["role"], "arguments");
    assert!(value["payloads"][0].get("text").is_none());
}
