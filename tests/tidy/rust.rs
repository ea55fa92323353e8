//! What a Rust file mentions: every path in its code, with the names that `use` brought in spelled out.
//!
//! Read with a real parser, so that comments, strings and tests never count. What only the compiler knows (the type
//! behind a method call) is out of reach; the checks built on this say so where it matters.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// One Rust file, parsed.
pub(crate) struct RustFile {
    /// From the root of the checkout.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) mentions: Vec<Mention>,
    /// What each name brought in by `use` stands for.
    pub(crate) names: BTreeMap<String, Vec<String>>,
    /// The paths of `use PATH::*`.
    pub(crate) globs: Vec<Vec<String>>,
    /// The names of the items defined here.
    pub(crate) items: Vec<String>,
    /// How many lines belong to tests.
    pub(crate) test_lines: usize,
}

/// A path in code, such as `std::time::Instant::now`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) path: Vec<String>,
    pub(crate) line: usize,
    /// It stands in a `pub use`: a sign at the door, not a use of what is inside.
    pub(crate) reexport: bool,
}

impl RustFile {
    /// Parses a file; one that is no Rust fails the test that asked.
    #[track_caller]
    pub(crate) fn parse(path: PathBuf, text: String) -> Self {
        let tree = match syn::parse_file(&text) {
            Ok(tree) => tree,
            Err(error) => {
                panic!("{}:{}: is not Rust: {error}", path.display(), error.span().start().line)
            }
        };
        let mut reader = Reader::default();
        reader.visit_file(&tree);
        let mut mentions = reader.mentions;
        for mention in &mut mentions {
            if let Some(meant) = mention.path.first().and_then(|first| reader.names.get(first)) {
                let rest = mention.path.split_off(1);
                mention.path = meant.iter().cloned().chain(rest).collect();
            }
        }
        let Reader { names, globs, items, test_lines, .. } = reader;
        Self { path, text, mentions, names, globs, items, test_lines }
    }
}

#[derive(Default)]
struct Reader {
    mentions: Vec<Mention>,
    names: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    items: Vec<String>,
    test_lines: usize,
    /// How many `mod name { … }` surround the place where the reader is.
    depth: usize,
}

impl Reader {
    fn mention(&mut self, path: Vec<String>, line: usize, reexport: bool) {
        let path = self.as_file_writes(path);
        if !path.is_empty() {
            self.mentions.push(Mention { path, line, reexport });
        }
    }

    /// A path as the file's own module would write it: `super` inside an inline module leads to the file itself.
    fn as_file_writes(&self, mut path: Vec<String>) -> Vec<String> {
        let up = path.iter().take(self.depth).take_while(|part| *part == "super").count();
        path.drain(..up);
        path
    }

    fn bring_in(&mut self, tree: &syn::UseTree, start: &mut Vec<String>, reexport: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                start.push(path.ident.to_string());
                self.bring_in(&path.tree, start, reexport);
                start.pop();
            }
            syn::UseTree::Name(name) => self.bring_in_as(&name.ident, &name.ident, start, reexport),
            syn::UseTree::Rename(name) => self.bring_in_as(&name.ident, &name.rename, start, reexport),
            syn::UseTree::Glob(glob) => {
                let path = self.as_file_writes(start.clone());
                self.mention(start.clone(), glob.span().start().line, reexport);
                self.globs.push(path);
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.bring_in(tree, start, reexport));
            }
        }
    }

    fn bring_in_as(&mut self, item: &syn::Ident, name: &syn::Ident, start: &[String], reexport: bool) {
        let mut path = start.to_vec();
        // `use a::{self}` brings in `a`.
        if item != "self" {
            path.push(item.to_string());
        }
        let name = if name == "self" { path.last().cloned() } else { Some(name.to_string()) };
        self.mention(path.clone(), item.span().start().line, reexport);
        let path = self.as_file_writes(path);
        // `use tokio;` says nothing new, and would spell itself out for ever.
        if let Some(name) = name.filter(|name| path.first() != Some(name)) {
            self.names.insert(name, path);
        }
    }

    /// The paths among the tokens of a macro, whose grammar is its own.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut line = 0;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_of_path(&mut path, line);
                    }
                    if path.is_empty() {
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(point) if point.as_char() == ':' => colons += 1,
                other => {
                    self.end_of_path(&mut path, line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.end_of_path(&mut path, line);
    }

    fn end_of_path(&mut self, path: &mut Vec<String>, line: usize) {
        if path.len() > 1 || path.first().is_some_and(|only| self.names.contains_key(only)) {
            self.mention(std::mem::take(path), line, false);
        }
        path.clear();
    }

    fn lines_of_test(&mut self, item: &impl Spanned) {
        let span = item.span();
        self.test_lines += span.end().line + 1 - span.start().line;
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let (attributes, name) = described(item);
        if is_for_tests(attributes) {
            return self.lines_of_test(item);
        }
        if self.depth == 0 {
            self.items.extend(name.map(ToString::to_string));
        }
        visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if is_for_tests(&function.attrs) {
            return self.lines_of_test(function);
        }
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.depth += 1;
        visit::visit_item_mod(self, module);
        self.depth -= 1;
    }

    fn visit_item_use(&mut self, import: &'ast syn::ItemUse) {
        let reexport = !matches!(import.vis, syn::Visibility::Inherited);
        self.bring_in(&import.tree, &mut Vec::new(), reexport);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.mention(parts, path.span().start().line, false);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}

    // The path of `pub(in path)` names no dependency.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.is_ident("test")
            || path.segments.last().is_some_and(|last| last.ident == "test")
            || (path.is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| {
                    let condition = list.tokens.to_string();
                    condition == "test"
                        || condition.starts_with("all (test")
                        || condition.starts_with("all(test")
                }))
    })
}

fn described(item: &syn::Item) -> (&[syn::Attribute], Option<&syn::Ident>) {
    use syn::Item;
    match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let file = RustFile::parse("x.rs".into(), text.into());
    let found: Vec<String> =
        file.mentions.iter().map(|mention| format!("{} {}", mention.line, mention.path.join("::"))).collect();
    assert_eq!(found, expected);
}

#[test]
fn names_are_spelled_out() {
    check(
        "use std::time::{Instant, Duration as Span};\nfn f() { Instant::now(); }\nstruct S(Span);",
        &[
            "1 std::time::Instant",
            "1 std::time::Duration",
            "2 std::time::Instant::now",
            "3 std::time::Duration",
        ],
    );
}

#[test]
fn tests_comments_and_strings_do_not_count() {
    check(
        "// std::env\nconst A: &str = \"std::env\";\n#[cfg(test)]\nmod tests { use std::env; }\n#[test]\nfn t() { a::b() }",
        &["2 str"],
    );
}

#[test]
fn macros_are_looked_into() {
    check("fn f() { println!(\"{}\", vec![std::env::args()]); }", &["1 println", "1 std::env::args"]);
}

#[test]
fn super_inside_an_inline_module_is_the_file() {
    check("mod inner { fn f() { super::a(); super::super::b(); } }", &["1 a", "1 super::b"]);
}
