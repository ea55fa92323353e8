//! A tool's `paging` in its file: read, written, and refused where it could not work.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic here is a failed test with a place")]

use domain::paging::{PageBy, Paging};
use sources::{read_source, write_source};

fn file(method: &str, paging: &str) -> String {
    format!(
        "name = \"crm\"\nkind = \"http\"\nbase_url = \"https://crm.example\"\nauth = {{ kind = \"none\" }}\n[[tool]]\n\
         name = \"list\"\ndescription = \"All\"\nmethod = \"{method}\"\npath = \"/items\"\n[tool.input]\n\
         type = \"object\"\nproperties.page = {{ type = \"integer\" }}\nproperties.limit = {{ type = \"integer\" }}\n\
         [tool.paging]\n{paging}\n"
    )
}

#[test]
fn each_kind_comes_back_as_it_was_written() {
    let check = |paging: &str, expected: Paging| {
        let spec = read_source(&file("GET", paging)).unwrap();
        assert_eq!(spec.tools[0].paging, Some(expected), "{paging}");
        assert_eq!(read_source(&write_source(&spec)).unwrap(), spec, "{paging}");
    };
    let plain = |by| Paging { by, items: String::new(), limit: None, follow: 1 };
    let parameter = "page".to_owned();
    check("kind = \"link\"", plain(PageBy::Link));
    check(
        "kind = \"next_url\"\nnext = \"/links/next\"",
        plain(PageBy::NextUrl { next: "/links/next".into() }),
    );
    check(
        "kind = \"page\"\nparameter = \"page\"",
        plain(PageBy::Page { parameter: parameter.clone(), first: 1 }),
    );
    check(
        "kind = \"offset\"\nparameter = \"page\"\nitems = \"/a~1b/c\"\nlimit = \"limit\"\nfollow = 1000",
        Paging {
            by: PageBy::Offset { parameter: parameter.clone() },
            items: "/a~1b/c".into(),
            limit: Some("limit".into()),
            follow: 1000,
        },
    );
    check(
        "kind = \"page\"\nparameter = \"page\"\nfirst = 0\nfollow = 2",
        Paging { follow: 2, ..plain(PageBy::Page { parameter: parameter.clone(), first: 0 }) },
    );
    check(
        "kind = \"cursor\"\nparameter = \"page\"\nnext = \"/next\"",
        plain(PageBy::Cursor { parameter, next: "/next".into() }),
    );
}

#[test]
fn what_could_not_work_is_refused_where_it_stands() {
    for (method, paging, key, words) in [
        ("GET", "kind = \"cursor\"\nparameter = \"page\"", "next", "missing"),
        ("GET", "kind = \"page\"\nparameter = \"pgae\"", "parameter", "no property"),
        ("GET", "kind = \"offset\"\nparameter = \"page\"\nlimit = \"size\"", "limit", "no property"),
        ("GET", "kind = \"link\"\nnext = \"/x\"", "next", "not a key"),
        ("GET", "kind = \"links\"", "kind", "not one of the words"),
        ("GET", "kind = \"link\"\nitems = \"data\"", "items", "no pointer"),
        ("GET", "kind = \"next_url\"\nnext = \"\"", "next", "empty"),
        ("GET", "kind = \"link\"\nfollow = 1001", "follow", "at most 1000"),
        ("GET", "kind = \"link\"\nfollow = 0", "follow", "whole number"),
        ("GET", "kind = \"page\"\nparameter = \"page\"\nfirst = -1", "first", "whole number"),
        ("POST", "kind = \"link\"", "kind", "changes something"),
    ] {
        let mistakes = read_source(&file(method, paging)).unwrap_err();
        let key = format!("tool[1].paging.{key}");
        let found = mistakes.iter().any(|mistake| mistake.key == key && mistake.problem.contains(words));
        assert!(found, "{paging}: {mistakes:?}");
    }
    let reads = file("POST", "kind = \"link\"").replace("path =", "effect = \"read\"\npath =");
    assert!(read_source(&reads).is_ok(), "a search by POST reads");
}
