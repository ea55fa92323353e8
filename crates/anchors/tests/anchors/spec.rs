//! Settings with mistakes, each named with its field, its value and what to write.

use anchors::check_spec;
use domain::anchor::{AnchorPlace, AnchorSpec};

const VKEY: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

fn witness(url: &str, vkey: &str) -> Vec<String> {
    let place = AnchorPlace::Witness { url: url.to_owned(), vkey: vkey.to_owned() };
    check_spec(&AnchorSpec { name: "one".to_owned(), place })
}

fn named(name: &str) -> Vec<String> {
    let place = AnchorPlace::Timestamp { url: "https://tsa.example/".to_owned() };
    check_spec(&AnchorSpec { name: name.to_owned(), place })
}

#[test]
fn what_can_be_used_has_no_mistakes() {
    for url in [
        "https://witness.example",
        "https://witness.example:8443/a/b/",
        "http://127.0.0.1:7380/witness",
        "http://127.8.0.1",
        "http://[::1]:80/",
        "http://localhost:1",
    ] {
        assert_eq!(witness(url, VKEY), Vec::<String>::new());
    }
    for name in ["a", "office-share_2", &"x".repeat(40)] {
        assert_eq!(named(name), Vec::<String>::new());
    }
    let place = AnchorPlace::Folder { path: "/mnt/share".to_owned() };
    assert_eq!(check_spec(&AnchorSpec { name: "share".to_owned(), place }), Vec::<String>::new());
}

#[test]
fn a_mistake_says_where_it_is_and_what_to_write() {
    for (url, expected) in [
        ("", r#"url = "": not an address; write it whole"#),
        ("witness.example", r#"url = "witness.example": not an address"#),
        ("http://witness.example/", "http:// is for this machine alone"),
        ("http://localhost.example/", "http:// is for this machine alone"),
        ("http://10.0.0.1/", "http:// is for this machine alone"),
        ("ftp://127.0.0.1/", "write an https:// address"),
        ("file:///etc/passwd", "write an https:// address"),
        ("https://witness.example/?key=1", "write the address up to there"),
        ("https://witness.example/#a", "write the address up to there"),
        ("https://ana:secret@witness.example/", "write the address without them"),
    ] {
        let mistakes = witness(url, VKEY);
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].starts_with("url") && mistakes[0].contains(expected), "{mistakes:?}");
        assert!(!mistakes[0].contains("secret"), "{mistakes:?}");
    }
    let plain = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6";
    for vkey in ["", "remora.n621.de", plain, &VKEY.replace("da77", "da78")] {
        let mistakes = witness("https://witness.example", vkey);
        assert!(
            mistakes.len() == 1 && mistakes[0].starts_with(&format!("vkey = {vkey:?}: ")),
            "{mistakes:?}"
        );
    }
    for name in ["", "two words", "a/b", "caf\u{e9}", &"x".repeat(41)] {
        let mistakes = named(name);
        assert!(mistakes.len() == 1 && mistakes[0].starts_with("name = "), "{mistakes:?}");
    }
    for path in ["", "share", "./share", "~/share"] {
        let place = AnchorPlace::Folder { path: path.to_owned() };
        let mistakes = check_spec(&AnchorSpec { name: "share".to_owned(), place });
        assert!(
            mistakes.len() == 1 && mistakes[0].starts_with(&format!("path = {path:?}: ")),
            "{mistakes:?}"
        );
    }
    let place = AnchorPlace::Witness { url: "x".to_owned(), vkey: "y".to_owned() };
    assert_eq!(check_spec(&AnchorSpec { name: " ".to_owned(), place }).len(), 3);
}
