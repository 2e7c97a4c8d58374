//! Kind and name of an object without reading its document.
//!
//! # Decisions
//! * A sketch is given only where the text leaves no doubt: keys at the left margin, plain values.
//!   Everything else (JSON, quotes around keys, anchors, tags, lists of objects) gets none and has to be read.

/// What a document is about, if it is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sketch<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
}

impl Sketch<'_> {
    /// Kind and name.
    pub(super) fn owned(self) -> (String, String) {
        (self.kind.to_owned(), self.name.to_owned())
    }
}

/// The sketch of a document's text.
pub(super) fn sketch(text: &str) -> Option<Sketch<'_>> {
    if text.contains('\r') {
        return None;
    }
    let mut lines = Lines::default();
    for line in text.split('\n') {
        lines.line(line)?;
    }
    Some(Sketch { kind: lines.kind?, name: lines.name? })
}

#[derive(Debug, Default)]
struct Lines<'a> {
    kind: Option<&'a str>,
    name: Option<&'a str>,
    metadata: Metadata,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Metadata {
    #[default]
    Ahead,
    /// Inside, with the indentation of its fields as soon as it is known.
    Inside(Option<usize>),
    Behind,
}

impl<'a> Lines<'a> {
    /// Takes one line in; none where it is not plain.
    fn line(&mut self, line: &'a str) -> Option<()> {
        match line.as_bytes() {
            [] | [b'#', ..] | [b'-', b'-', b'-'] => Some(()),
            [b' ', ..] => self.indented(line),
            _ => self.top(line),
        }
    }

    fn top(&mut self, line: &'a str) -> Option<()> {
        if matches!(self.metadata, Metadata::Inside(_)) {
            self.metadata = Metadata::Behind;
        }
        let (key, value) = key_and_value(line)?;
        match key {
            "kind" => once(&mut self.kind, value),
            "metadata" if self.metadata == Metadata::Ahead && value.is_empty() => {
                self.metadata = Metadata::Inside(None);
                Some(())
            }
            // A second one, or one that is no block; and whatever has items is a list.
            "metadata" | "items" => None,
            _ => Some(()),
        }
    }

    fn indented(&mut self, line: &'a str) -> Option<()> {
        let Metadata::Inside(known) = self.metadata else {
            return Some(());
        };
        let body = line.trim_start_matches(' ');
        if body.is_empty() || body.starts_with('#') {
            return Some(());
        }
        let indent = line.len() - body.len();
        let fields = known.unwrap_or(indent);
        self.metadata = Metadata::Inside(Some(fields));
        match indent.cmp(&fields) {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Greater => Some(()),
            std::cmp::Ordering::Equal => match key_and_value(body)? {
                ("name", value) => once(&mut self.name, value),
                _ => Some(()),
            },
        }
    }
}

/// Remembers a value that may stand there once.
fn once<'a>(place: &mut Option<&'a str>, value: &'a str) -> Option<()> {
    let value = plain(value)?;
    place.replace(value).is_none().then_some(())
}

/// Key and value of a line that starts with a plain key.
fn key_and_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let is_key = !key.is_empty() && key.bytes().all(|it| it.is_ascii_alphanumeric());
    let is_value = value.is_empty() || value.starts_with(' ');
    (is_key && is_value).then(|| (key, value.trim()))
}

/// A value that is a plain word, without its quotes and the comment behind it.
fn plain(value: &str) -> Option<&str> {
    let value = value.split(" #").next()?.trim();
    let quoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    let word = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"-._:/".contains(&it);
    (!word.is_empty() && word.bytes().all(is_plain)).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_documents_have_a_sketch() {
        for text in [
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a.b\n  labels:\n    name: no\n",
            "---\n# it\nmetadata:\n\n    # it\n    labels: {}\n    name: 'a.b' # it\nkind: \"Secret\"",
            "kind: Secret\nmetadata:\n  name: a.b\ndata:\n  name: no\nspec:\n- name: no\n",
        ] {
            let expected = Sketch { kind: "Secret", name: "a.b" };
            let text = text.replace("\nspec:\n- name: no", "\nspec:\n  - name: no");
            assert_eq!(sketch(&text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_documents_have_none() {
        for text in [
            "",
            "{kind: A, metadata: {name: b}}",
            "kind: A\nmetadata: {name: b}\n",
            "kind: A\nmetadata: &b\n  name: b\n",
            "kind: A\nmetadata:\n  name: *b\n",
            "kind: A\nmetadata:\n  name: !!str b\n",
            "kind: A\nmetadata:\n  name: \"\\x62\"\n",
            "kind: A\nmetadata:\n  \"name\": b\n",
            "kind: A\nmetadata:\n  name: b\nkind: C\n",
            "kind: A\nmetadata:\n  name: b\n  name: c\n",
            "kind: A\nmetadata:\n  name: b\nmetadata:\n  name: c\n",
            "kind: A\nmetadata:\n  <<: *c\n  name: b\n",
            "\"kind\": A\nmetadata:\n  name: b\n",
            "kind: A\nmetadata:\n  name: b\nitems: []\n",
            "kind: A\rkind: B\nmetadata:\n  name: b\n",
            "kind: A\nmetadata:\n    labels: a\n  name: b\n",
        ] {
            assert_eq!(sketch(text), None, "{text}");
        }
    }
}
