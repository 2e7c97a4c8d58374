//! Paths in a chart's values, written with dots.
//!
//! A dot inside a name is written `\.` (a backslash `\\`), so that it separates nothing. In a
//! reference, `*` stands for any one name: what `range` or a computed `index` reads. A name that is
//! an asterisk is written `\*`.

use std::borrow::Cow;

/// The name that stands for any.
pub(super) const ANY: &str = "*";

/// A name as it is written in a path.
pub(super) fn escape(name: &str) -> Cow<'_, str> {
    if name == ANY {
        return Cow::Borrowed("\\*");
    }
    if !name.contains(['.', '\\']) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.replace('\\', "\\\\").replace('.', "\\."))
}

/// A name without the escapes of a path.
pub(super) fn plain(name: &str) -> String {
    let mut chars = name.chars();
    let mut plain = String::with_capacity(name.len());
    while let Some(c) = chars.next() {
        plain.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    plain
}

/// The path of what stands under `name` (not escaped) at `path`.
pub(super) fn child(path: &str, name: &str) -> String {
    join(path, &escape(name))
}

/// One path below another.
pub(super) fn join(path: &str, below: &str) -> String {
    match (path.is_empty(), below.is_empty()) {
        (true, _) => below.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{below}"),
    }
}

/// The names of a path, as written; none for the empty path.
pub(super) fn names(path: &str) -> Vec<&str> {
    Names { rest: Some(path).filter(|it| !it.is_empty()) }.collect()
}

/// Goes through the names of a path without keeping them.
struct Names<'a> {
    rest: Option<&'a str>,
}

impl<'a> Iterator for Names<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let path = self.rest?;
        let mut escaped = false;
        let end = path.bytes().position(|byte| {
            let end = byte == b'.' && !escaped;
            escaped = byte == b'\\' && !escaped;
            end
        });
        self.rest = end.map(|it| &path[it + 1..]);
        Some(&path[..end.unwrap_or(path.len())])
    }
}

/// The paths that hold `path`, from the empty one on.
pub(super) fn above(path: &str) -> impl Iterator<Item = &str> {
    let names = names(path);
    names.into_iter().scan(0, |end, name| {
        let above = *end;
        *end += name.len() + 1;
        Some(&path[..usize::saturating_sub(above, 1)])
    })
}

/// What is left of `path` below `above`; `None` if it is neither that nor below it.
pub(super) fn below<'a>(path: &'a str, above: &str) -> Option<&'a str> {
    if above.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(above)?;
    match rest.as_bytes() {
        [] => Some(rest),
        [b'.', ..] => Some(&rest[1..]),
        _ => None,
    }
}

/// How the path of a reference lies to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// The reference reads something that holds the key.
    Above,
    /// The reference reads the key.
    Same,
    /// The reference reads something within the key.
    Below,
    /// None of these.
    Apart,
}

/// How the path of a reference, which may hold `*`, lies to a key.
pub(super) fn relation(reference: &str, key: &str) -> Relation {
    // Most keys differ before any asterisk.
    let mut bytes = reference.bytes().zip(key.bytes());
    if bytes.find(|(a, b)| a != b || *a == b'*').is_some_and(|it| it.0 != b'*') {
        return Relation::Apart;
    }
    let names = |path| Names { rest: Some(path).filter(|it: &&str| !it.is_empty()) };
    let (mut reference, mut key) = (names(reference), names(key));
    loop {
        return match (reference.next(), key.next()) {
            (Some(pattern), Some(name)) if pattern == ANY || pattern == name => continue,
            (Some(_), Some(_)) => Relation::Apart,
            (None, None) => Relation::Same,
            (None, Some(_)) => Relation::Above,
            (Some(_), None) => Relation::Below,
        };
    }
}

/// Whether a path holds `*`.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains('*') && names(path).contains(&ANY)
}

/// The path as all charts of a component share it: global values are the same ones in every
/// sub-chart, whose prefixes are `subcharts`.
pub(super) fn shared<'a>(path: &'a str, subcharts: &[String]) -> &'a str {
    if !path.split('.').skip(1).any(|it| it == "global") {
        return path;
    }
    let global = |prefix: &String| {
        let rest = below(path, prefix).filter(|it| !it.is_empty())?;
        below(rest, "global").map(|_| rest)
    };
    subcharts.iter().find_map(global).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_inside_a_name_separates_nothing() {
        let path = child("gnatsd", "gnatsd.conf");
        assert_eq!(path, "gnatsd.gnatsd\\.conf");
        assert_eq!(names(&path), ["gnatsd", "gnatsd\\.conf"]);
        assert_eq!(names(&child("", "a\\")), ["a\\\\"]);
        assert_eq!(names("a..b"), ["a", "", "b"]);
        assert_eq!(names(""), Vec::<&str>::new());
    }

    #[test]
    fn an_asterisk_in_a_reference_fits_one_name() {
        assert_eq!(relation("hosts.*.port", "hosts.a.port"), Relation::Same);
        assert_eq!(relation("hosts.*.port", "hosts.a.b.port"), Relation::Apart);
        assert_eq!(relation("hosts.*", "hosts.a.port"), Relation::Above);
        assert_eq!(relation("hosts.*", "hosts"), Relation::Below);
        assert_eq!(relation(&child("hosts", "*"), "hosts.a"), Relation::Apart);
        assert_eq!(relation("*.port", "a.port"), Relation::Same);
        assert_eq!(relation(&child("a", "*"), &child("a", "*")), Relation::Same);
        assert_eq!(relation("host", "hosts.a"), Relation::Apart);
    }

    #[test]
    fn names_are_compared_whole() {
        assert_eq!(relation("ab", "abc"), Relation::Apart);
        assert_eq!(below("ab.c", "ab"), Some("c"));
        assert_eq!(below("ab", "ab"), Some(""));
        assert_eq!(below("abc", "ab"), None);
        assert_eq!(above("a.b\\.c.d").collect::<Vec<_>>(), ["", "a", "a.b\\.c"]);
        assert_eq!(above("").count(), 0);
    }

    #[test]
    fn globals_of_sub_charts_are_the_ones_of_the_component() {
        let subcharts = ["docs".to_owned(), "docs.ui".to_owned()];
        assert_eq!(shared("docs.ui.global.x", &subcharts), "global.x");
        assert_eq!(shared("docs.global", &subcharts), "global");
        assert_eq!(shared("docs.config.global.x", &subcharts), "docs.config.global.x");
        assert_eq!(shared("docs.globals", &subcharts), "docs.globals");
    }
}
