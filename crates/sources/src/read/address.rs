//! The address of a source.

use url::Url;

use crate::mistake::Wrong;

/// An http or https address that ends with its path, and holds no key.
pub(super) fn base_url(text: &str) -> Result<String, Wrong> {
    let example = "write it like \"https://crm.example.com/api\"";
    // The parser takes these out or turns them round without a word; the file shall say what is used.
    if text.chars().any(|char| char.is_whitespace() || char.is_control() || char == '\\') {
        return Err(Wrong::new("holds a space, a line break or a backslash", example));
    }
    let url = Url::parse(text).map_err(|error| Wrong::new(format!("not an address: {error}"), example))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(Wrong::new("not an http or https address", example));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let fix = "take them out, keep the password with `tieout secrets set NAME`, and write \
                   auth = { kind = \"basic\", user = \"…\", secret = \"NAME\" }";
        return Err(Wrong::new("holds a user name or password", fix));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::new(
            "holds a query or fragment",
            "end it with the path; a tool's input becomes the query",
        ));
    }
    Ok(text.to_owned())
}
