//! The items of a page, in the text as the source wrote it: joining pages changes no figure's spelling.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// A page's text around its items and between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Items<'b> {
    /// Up to the first item.
    pub(crate) before: &'b str,
    /// The items with the commas between them, no space around.
    pub(crate) inner: &'b str,
    /// What is behind the last item. The three together are the page's text.
    pub(crate) after: &'b str,
    /// How many there are.
    pub(crate) count: usize,
}

/// The list at a pointer of a JSON text; `None` if there is none.
pub(crate) fn items<'b>(body: &'b str, pointer: &str) -> Option<Items<'b>> {
    let list = at(body, pointer)?.get();
    let count = serde_json::from_str::<Vec<&RawValue>>(list).ok()?.len();
    // The list is a part of the body, so their addresses tell where it stands.
    let start = list.as_ptr().addr() - body.as_ptr().addr() + 1;
    let between = list.get(1..list.len() - 1)?;
    let inner = between.trim();
    let start = start + between.len() - between.trim_start().len();
    Some(Items { before: body.get(..start)?, inner, after: body.get(start + inner.len()..)?, count })
}

/// The value at a pointer of a JSON text; `None` if there is none.
pub(crate) fn member(body: &str, pointer: &str) -> Option<Value> {
    serde_json::from_str(at(body, pointer)?.get()).ok()
}

fn at<'b>(body: &'b str, pointer: &str) -> Option<&'b RawValue> {
    let mut value: &RawValue = serde_json::from_str(body).ok()?;
    for token in pointer.split('/').skip(1) {
        let name = token.replace("~1", "/").replace("~0", "~");
        value = match value.get().as_bytes().first()? {
            b'{' => serde_json::from_str::<BTreeMap<String, &RawValue>>(value.get()).ok()?.remove(&name)?,
            b'[' => {
                let place: usize = name.parse().ok()?;
                serde_json::from_str::<Vec<&RawValue>>(value.get()).ok()?.get(place).copied()?
            }
            _ => return None,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_as_the_source_wrote_them() {
        let body = r#" { "a/b": {"list": [ 1.10, {"x": 1e2} ] }, "n": 3 } "#;
        let found = items(body, "/a~1b/list").unwrap();
        assert_eq!((found.inner, found.count), (r#"1.10, {"x": 1e2}"#, 2));
        assert_eq!(found.before, r#" { "a/b": {"list": [ "#);
        assert_eq!(found.after, r#" ] }, "n": 3 } "#);
        let whole = items("[]", "").unwrap();
        assert_eq!((whole.inner, whole.count), ("", 0));
        for (body, pointer) in
            [("{}", ""), ("{}", "/a"), ("[1", ""), (r#"{"a": 1}"#, "/a/b"), ("[[1]]", "/x")]
        {
            assert_eq!(items(body, pointer), None, "{body} {pointer}");
        }
        assert_eq!(member("[[5, 6]]", "/0/1"), Some(6.into()));
    }
}
