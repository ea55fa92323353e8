//! The path of an operation as the template of a tool.

/// The path with each parameter under the name that `renamed` gives it. What stands behind a `#` is never sent: documents
/// tell operations of one path apart by it (`/#Action=Subscribe`), which differ in what they send beside it.
///
/// # Errors
/// Why no tool can have that path.
pub(crate) fn template(path: &str, mut renamed: impl FnMut(&str) -> String) -> Result<String, String> {
    let path = path.split('#').next().unwrap_or_default();
    if let Some(bad) = path.chars().find(|char| matches!(char, '?' | '\\' | ' ') || char.is_control()) {
        return Err(format!("its path holds {bad:?}, which is no part of a path"));
    }
    let mut out = String::new();
    if !path.starts_with('/') {
        out.push('/');
    }
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, inner) = rest.split_at(at);
        let (name, after) = inner
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
            .filter(|(name, _)| !name.is_empty() && !name.contains('{'))
            .ok_or("its path has a brace that is not closed, or a parameter without a name")?;
        out.push_str(before);
        out.push('{');
        out.push_str(&renamed(name));
        out.push('}');
        rest = after;
    }
    out.push_str(rest);
    let dotted =
        |segment: &str| matches!(segment.replace("%2e", ".").replace("%2E", ".").as_str(), "." | "..");
    if out.split('/').any(dotted) {
        return Err("its path leads through `.` or `..`".to_owned());
    }
    Ok(out)
}

/// The names of the path's parameters, in order.
pub(crate) fn parameters(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    // A path that is none has no tool; what is wrong with it is said when it becomes a template.
    let _unusable = template(path, |name| {
        names.push(name.to_owned());
        name.to_owned()
    });
    names
}

/// Which thing the path names: without the ending that says in which form (`/accounts/{id}.json`), so that it is seen
/// to contain `/accounts/{id}/calls.json`.
pub(crate) fn resource(path: &str) -> String {
    let ending = [".json", ".xml", ".yaml"].into_iter().find_map(|ending| path.strip_suffix(ending));
    ending.filter(|bare| !bare.ends_with('/')).unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_renamed_and_what_is_no_path_is_refused() {
        let renamed = |path| template(path, |name| name.to_uppercase());
        assert_eq!(renamed("/a/{x}-{y}.json").unwrap(), "/a/{X}-{Y}.json");
        assert_eq!(renamed("a").unwrap(), "/a");
        assert_eq!(renamed("/a#Action=Get {x}").unwrap(), "/a");
        assert_eq!(parameters("/a/{x}/{y}"), ["x", "y"]);
        for wrong in ["/a?b=c", "/{", "/}", "/{}", "/{a{b}}", "/a/../b", "/%2e%2E/b", "/a b"] {
            assert!(renamed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_form_is_no_part_of_the_thing() {
        assert_eq!(resource("/accounts/{id}.json"), "/accounts/{id}");
        assert_eq!(resource("/.json"), "/.json");
    }
}
