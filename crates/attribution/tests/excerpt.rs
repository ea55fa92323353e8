//! Long results as a model is shown them, and the pages in which it reads on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use attribution::{Excerpt, excerpt, page};
use domain::id::Handle;
use proptest::prelude::*;
use serde_json::{Value, json};

const C3: Handle = Handle(3);
const JSON: &str = "application/json";

fn cut(body: &str, budget: usize) -> Excerpt {
    let excerpt = excerpt(C3, JSON, body.as_bytes(), budget);
    assert!(excerpt.text.len() <= budget, "{} of {budget}: {}", excerpt.text.len(), excerpt.text);
    assert!(excerpt.shown <= body.len() as u64);
    excerpt
}

fn read(body: &str, pointer: &str, offset: u64, budget: usize) -> Result<Excerpt, String> {
    let page = page(C3, JSON, body.as_bytes(), pointer, offset, budget);
    if let Ok(page) = &page {
        assert!(page.text.len() <= budget, "{} of {budget}: {}", page.text.len(), page.text);
        assert!(page.shown <= body.len() as u64);
    }
    page
}

fn value(excerpt: &Excerpt) -> Value {
    serde_json::from_str(&excerpt.text).unwrap_or_else(|error| panic!("{error}: {}", excerpt.text))
}

/// Where a model can read on: each mark's pointer and offset.
fn marks(value: &Value) -> Vec<(String, u64)> {
    let below = match value {
        Value::Array(items) => items.iter().flat_map(marks).collect(),
        Value::Object(members) => members.values().flat_map(marks).collect(),
        _ => Vec::new(),
    };
    let Some(arguments) = value.get("tieout__read_result") else { return below };
    assert_eq!(arguments["call"], "c3");
    let pointer = arguments.get("pointer").map_or("", |pointer| pointer.as_str().unwrap());
    let offset = arguments.get("offset").map_or(0, |offset| offset.as_u64().unwrap());
    vec![(pointer.to_owned(), offset)]
}

fn customers(count: usize) -> Value {
    let customer = |id: usize| json!({"id": id, "name": format!("Customer {id}"), "due": 12.5});
    json!({"total": count, "items": (0..count).map(customer).collect::<Vec<_>>(), "next": null})
}

#[test]
fn what_fits_stands_as_it_was_sent() {
    let body = "{ \"b\": 1.50,\r\n \"a\": [] }";
    let shown = cut(body, body.len());
    assert_eq!((shown.text.as_str(), shown.shown, shown.whole), (body, body.len() as u64, true));
    let empty = cut("", 96);
    assert_eq!(
        (empty.text.as_str(), empty.shown, empty.whole),
        ("(the source returned an empty body)", 0, true)
    );
    let bytes = excerpt(C3, "image/png", &[0xff, 0xfe], 96);
    assert_eq!(bytes.text, "(the source returned 2 bytes of image/png, which is not text)");
    assert_eq!((bytes.shown, bytes.whole), (0, false));
}

#[test]
fn a_long_list_shows_its_first_and_last_items_and_how_to_read_on() {
    let body = customers(1000).to_string();
    let shown = cut(&body, 1024);
    assert!(!shown.whole);
    let outline = value(&shown);
    assert_eq!((&outline["total"], &outline["next"]), (&json!(1000), &Value::Null));
    let items = outline["items"].as_array().unwrap();
    let (first, last) = (items.first().unwrap(), items.last().unwrap());
    assert_eq!((&first["id"], &last["id"]), (&json!(0), &json!(999)));
    let place = items.iter().position(|item| item.get("cut").is_some()).unwrap();
    let after = items.len() - place - 1;
    assert!(place >= 5 && after >= 2, "{place} before and {after} after: {}", shown.text);
    assert_eq!(
        items[place],
        json!({
            "cut": format!("items {place} to {} of 1000, counted from 0, are left out here", 999 - after),
            "tieout__read_result": {"call": "c3", "pointer": "/items", "offset": place},
        })
    );
}

/// What the model was not shown it can read page by page, every item once and in order.
#[test]
fn pages_continue_where_an_excerpt_ends() {
    let body = customers(400).to_string();
    let mut ids = Vec::new();
    let mut offset = 0;
    loop {
        let page = read(&body, "/items", offset, 2000).unwrap();
        assert!(!page.whole);
        let items = value(&page);
        let items = items.as_array().unwrap();
        ids.extend(items.iter().filter_map(|item| item.get("id")?.as_u64()));
        match marks(items.last().unwrap()).first() {
            Some((pointer, next)) => {
                assert_eq!((pointer.as_str(), *next), ("/items", ids.len() as u64));
                offset = *next;
            }
            None => break,
        }
    }
    assert!(ids.into_iter().eq(0..400));
}

#[test]
fn members_of_a_large_object_are_read_on_too() {
    let members = (0..500).map(|place| (format!("k/{place:03}~"), json!(place)));
    let body = Value::Object(members.collect()).to_string();
    let outline = value(&cut(&body, 1024));
    assert_eq!((&outline["k/000~"], &outline["k/499~"]), (&json!(0), &json!(499)));
    let [(pointer, offset)] = &marks(&outline)[..] else { panic!("{outline}") };
    assert_eq!(pointer, "");
    let next = value(&read(&body, pointer, *offset, 1024).unwrap());
    assert_eq!(next[format!("k/{offset:03}~")], json!(*offset));
    assert_eq!(read(&body, "/k~1007~0", 0, 1024).unwrap().text, "7");
}

#[test]
fn a_long_text_within_shows_its_beginning_and_is_read_on_by_characters() {
    let text = "Grüße \"an\" 🦀\n".repeat(1000);
    let body = json!({"id": 7, "note": text, "end": true}).to_string();
    let outline = value(&cut(&body, 1024));
    assert_eq!((&outline["id"], &outline["end"]), (&json!(7), &json!(true)));
    let begins = outline["note"]["begins"].as_str().unwrap();
    assert!(text.starts_with(begins) && begins.len() > 400, "{begins}");
    let mut read_so_far = begins.to_owned();
    let (pointer, mut offset) = marks(&outline).remove(0);
    assert_eq!((pointer.as_str(), offset), ("/note", begins.chars().count() as u64));
    loop {
        let page = read(&body, "/note", offset, 1500).unwrap();
        match page.text.rsplit_once("\n(cut here: ") {
            Some((part, _)) => read_so_far.push_str(part),
            None => {
                read_so_far.push_str(&page.text);
                break;
            }
        }
        offset = read_so_far.chars().count() as u64;
        assert!(
            page.text.ends_with(&format!("{{\"call\":\"c3\",\"pointer\":\"/note\",\"offset\":{offset}}})"))
        );
    }
    assert_eq!(read_so_far, text);
}

#[test]
fn each_long_value_gets_its_share() {
    let long = |letter: &str| letter.repeat(20_000);
    let body = json!({"a": long("a"), "b": 1, "c": [long("c"), long("d")], "e": {"f": {"g": long("g")}}})
        .to_string();
    let outline = value(&cut(&body, 4000));
    assert_eq!(outline["b"], 1);
    let mut places: Vec<String> = marks(&outline).into_iter().map(|(pointer, _)| pointer).collect();
    places.sort();
    assert_eq!(places, ["/a", "/c/0", "/c/1", "/e/f/g"]);
    assert!(outline["a"]["begins"].as_str().unwrap().len() > 800, "{outline}");
}

#[test]
fn numbers_stand_as_the_source_wrote_them() {
    let body = format!("[1.50, 12345678901234567890.10, 1e400, {}]", "0,".repeat(2000) + "0");
    let text = cut(&body, 1024).text;
    assert!(text.contains("1.50,\n12345678901234567890.10,\n1e400,\n"), "{text}");
}

#[test]
fn a_table_shows_its_heading_and_its_last_rows() {
    let rows: String = (0..5000).map(|row| format!("{row},Ada,{row}.50\n")).collect();
    let body = format!("id,name,due\n{rows}");
    let shown = excerpt(C3, "text/csv", body.as_bytes(), 2048);
    assert!(shown.text.len() <= 2048 && shown.text.len() > 1900);
    assert!(shown.text.starts_with("id,name,due\n0,Ada,0.50\n"), "{}", shown.text);
    assert!(shown.text.ends_with("\n4999,Ada,4999.50\n"), "{}", shown.text);
    let mark = shown.text.lines().find(|line| line.starts_with("(cut here: ")).unwrap();
    assert!(mark.contains("of 5001 lines in all"), "{mark}");
    let (_, arguments) = mark.split_once("tieout__read_result ").unwrap();
    let arguments: Value = serde_json::from_str(arguments.trim_end_matches(')')).unwrap();
    let offset = arguments["offset"].as_u64().unwrap();
    let head = shown.text.split("\n(cut here").next().unwrap();
    assert_eq!(offset, head.len() as u64, "it ends with a line: {head}");
    let page = page(C3, "text/csv", body.as_bytes(), "", offset, 1024).unwrap();
    assert!(body[head.len()..].starts_with(page.text.lines().next().unwrap()));
}

#[test]
fn what_only_looks_like_json_is_text() {
    for body in [
        format!("[1, 2, {}}}", "3, ".repeat(2000)),
        "{\"a\": 1}\n".repeat(500),
        format!("[note] {}", "words ".repeat(1000)),
    ] {
        let shown = cut(&body, 1024);
        assert!(shown.text.contains("(cut here: "), "{}", shown.text);
        assert!(shown.text.starts_with(&body[..100]));
        assert!(read(&body, "", 600, 1024).unwrap().text.starts_with(&body[600..700]));
    }
}

/// A source's limit cuts wherever it falls, also within a character.
#[test]
fn a_result_that_its_limit_cut_keeps_its_shape() {
    let whole = json!({"total": 900, "items": (0..900).map(|id| json!({"id": id, "city": "Köln"})).collect::<Vec<_>>()});
    let whole = whole.to_string();
    let within = whole.match_indices('ö').nth(700).unwrap().0 + 1;
    for end in [within, within + 4, within + 6] {
        let body = &whole.as_bytes()[..end];
        let shown = excerpt(C3, JSON, body, 1024);
        assert!(shown.text.len() <= 1024 && !shown.whole);
        let (json, note) = shown.text.rsplit_once('\n').unwrap();
        assert!(note.contains("ended in the middle"), "{note}");
        let outline: Value = serde_json::from_str(json).unwrap();
        assert_eq!(outline["items"][0]["id"], 0);
        let (pointer, offset) = marks(&outline).remove(0);
        let page = page(C3, JSON, body, &pointer, offset, 1024).unwrap();
        let (json, note) = page.text.rsplit_once('\n').unwrap();
        assert!(note.contains("ended in the middle") && page.text.len() <= 1024, "{note}");
        assert_eq!(serde_json::from_str::<Value>(json).unwrap()[0]["id"], offset);
    }
    let short = excerpt(C3, JSON, &whole.as_bytes()[..within], whole.len());
    assert_eq!((short.text.as_bytes(), short.whole), (&whole.as_bytes()[..within - 1], false));
}

#[test]
fn a_place_that_is_not_there_is_said_with_what_is() {
    let body = json!({"total": 2, "items": [{"id": 1}, {"id": 2}], "note": "short", "none": []}).to_string();
    for (pointer, offset, words) in [
        ("items", 0, "`items` is no JSON pointer: one begins with /"),
        ("/itmes", 0, "the whole result has no member `itmes`; it has `total`, `items`, `note`, `none`"),
        ("/items/2", 0, "`/items` has no item `2`; it is an array whose items are 0 to 1"),
        ("/items/first", 0, "`/items` has no item `first`; it is an array whose items are 0 to 1"),
        ("/items/01", 0, "`/items` has no item `01`"),
        ("/none/0", 0, "`/none` is an array without items"),
        ("/total/x", 0, "`/total` is a number and has no parts"),
        ("/note/0/1", 0, "`/note` is a text and has no parts"),
        ("/items/1/id/x", 0, "`/items/1/id` is a number and has no parts"),
        ("/items", 2, "at `/items` is an array of 2 items, so nothing follows offset 2"),
        ("", 9, "is an object of 4 members, so nothing follows offset 9"),
        ("/note", 99, "at `/note` is a text of 5 characters, so nothing follows offset 99"),
    ] {
        let error = read(&body, pointer, offset, 1024).unwrap_err();
        assert!(error.contains(words) && error.contains("the result of c3"), "{pointer}: {error}");
    }
    let deep = read(&body, &"/a".repeat(101), 0, 1024).unwrap_err();
    assert!(deep.contains("at most 100 levels"), "{deep}");
    let text = read("just words", "/items", 0, 1024).unwrap_err();
    assert!(text.contains("text without parts"), "{text}");
    let bytes = page(C3, "image/png", &[0xff], "", 0, 1024).unwrap_err();
    assert!(bytes.contains("1 bytes of image/png, which is not text"), "{bytes}");
}

#[test]
fn the_last_page_and_the_whole_say_that_they_are() {
    let body = customers(3).to_string();
    let whole = read(&body, "/items", 0, 1024).unwrap();
    assert!(whole.whole);
    assert_eq!(value(&whole), customers(3)["items"]);
    let last = read(&body, "/items", 2, 1024).unwrap();
    assert!(!last.whole, "two items came before it");
    assert_eq!(value(&last), json!([customers(3)["items"][2]]));
    assert_eq!(marks(&value(&last)), []);
    assert_eq!(read("[]", "", 0, 1024).unwrap().text, "[]");
    assert_eq!(read(&body, "/items/1/name", 9, 1024).unwrap().text, "1");
}

/// What a source sends to harm its reader: depth without end, a million parts, one endless key, number or line.
#[test]
fn hostile_results_are_cut_like_others() {
    let deep = format!("{}1{}", "[".repeat(60_000), "]".repeat(60_000));
    let objects = format!("{}1{}", "{\"a\":".repeat(20_000), "}".repeat(20_000));
    let bodies = [
        deep.clone(),
        objects.clone(),
        format!("[{}0]", "0,".repeat(100_000)),
        format!("{{\"{}\":{}}}", "k".repeat(100_000), deep),
        format!("{{\"a\":{{\"{}\":[{}0]}}}}", "k".repeat(5000), "1,".repeat(5000)),
        format!("[{}]", "7".repeat(100_000)),
        format!("[\"{}\"]", "\\ud83e".repeat(20_000)),
        format!("{{{}\"z\":0}}", "\"a\":0,".repeat(20_000)),
        format!("[{}[]]", "[[[[[[[[[[[[]]]]]]]]]]]],".repeat(5000)),
        "x".repeat(200_000),
        "\n".repeat(200_000),
        "🦀".repeat(50_000),
    ];
    for body in &bodies {
        for budget in [1024, 96 << 10] {
            let shown = cut(body, budget);
            assert_eq!(shown.whole, body.len() <= budget);
            if body.starts_with(['[', '{']) {
                // Its own parser gives up at a depth at which this is whole.
                assert_eq!(shown.text.matches('[').count(), shown.text.matches(']').count());
            }
            let start = &body[..body.floor_char_boundary(40)];
            assert!(read(body, "", 0, budget).is_ok(), "{start}");
        }
    }
    assert!(read(&deep, &"/0".repeat(100), 0, 1024).unwrap().text.contains("tieout__read_result"));
    assert!(read(&objects, "/a/a", 0, 1024).unwrap().text.contains("/a/a"));
}

/// JSON of any shape, some of it long.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        ("[a\"ü\\\\\n]{1,8}", 1_usize..600).prop_map(|(text, times)| Value::from(text.repeat(times))),
    ];
    leaf.prop_recursive(5, 400, 24, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..24).prop_map(Value::from),
            prop::collection::vec(("[a-c/~\"ä]{0,6}", inner), 0..24)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a source sends: no more than the budget, JSON of JSON, and every mark leads to a place that can be read.
    #[test]
    fn an_excerpt_keeps_its_promises(json in any_json(), pretty in any::<bool>(), budget in 1024_usize..6000) {
        let body = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let body = body.unwrap();
        let shown = cut(&body, budget);
        if body.len() <= budget {
            prop_assert!(shown.whole);
            prop_assert_eq!(shown.text, body);
        } else if shown.whole {
            // Written closer it fits, and nothing of it is left out.
            prop_assert_eq!(value(&shown), json);
        } else if json.is_array() || json.is_object() {
            for (pointer, offset) in marks(&value(&shown)) {
                let there = json.pointer(&pointer);
                prop_assert!(there.is_some(), "{}", pointer);
                let page = read(&body, &pointer, offset, budget);
                prop_assert!(page.is_ok(), "{}: {:?}", pointer, page);
                // Whoever reads on gets on.
                let text = page.unwrap().text;
                let same = (there.unwrap().is_array() || there.unwrap().is_object())
                    && marks(&serde_json::from_str(&text).unwrap()).contains(&(pointer.clone(), offset))
                    && offset > 0;
                prop_assert!(!same, "{} {}: {}", pointer, offset, text);
            }
        }
    }

    #[test]
    fn no_budget_is_exceeded_and_nothing_panics(text in ".{0,400}", json in any_json(), budget in 0_usize..700, offset in 0_u64..60) {
        for body in [text, json.to_string(), format!("[{json},{json}]")] {
            cut(&body, budget);
            for pointer in ["", "/0", "/a", "/0/1", "/~1"] {
                let _ = read(&body, pointer, offset, budget);
            }
        }
    }

    #[test]
    fn a_page_gives_what_the_pointer_names(json in any_json(), path in prop::collection::vec(0_usize..24, 0..5)) {
        let json = json!({"a": json});
        let body = json.to_string();
        let mut pointer = String::new();
        let mut at = &json;
        for step in path {
            let next = match at {
                Value::Array(items) => items.get(step).map(|item| (step.to_string(), item)),
                Value::Object(members) => members.iter().nth(step).map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)),
                _ => None,
            };
            let Some((token, value)) = next else { break };
            pointer = format!("{pointer}/{token}");
            at = value;
        }
        let text = read(&body, &pointer, 0, 1 << 20).unwrap().text;
        match at {
            Value::String(said) => prop_assert_eq!(&text, said),
            value => prop_assert_eq!(&serde_json::from_str::<Value>(&text).unwrap(), value),
        }
    }
}
