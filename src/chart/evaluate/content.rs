//! Texts that `tpl` renders: values and files.

use std::rc::Rc;

use super::abstract_value::Abstract;
use super::run::Frame;
use super::source::{Body, Source};
use super::{Evaluation, key};
use crate::chart::ValueLeaf;
use crate::chart::key::Relation;

/// The longest text that is rendered, in bytes.
const LONGEST: usize = 1 << 20;

impl Evaluation<'_> {
    /// Follows the templates in the texts that `what` denotes, with `context` as their dot.
    pub(super) fn render_texts(&mut self, frame: &Frame, what: &Abstract, context: &Abstract) {
        match what {
            Abstract::Text(text) => {
                let path = format!("{} (a text)", frame.source().path);
                let line = frame.source().line_of(frame.action().start);
                self.render_text(frame, (&path, line, text), context);
            }
            Abstract::Union(parts) => {
                for part in parts.iter() {
                    self.render_texts(frame, part, context);
                }
            }
            other => {
                let mut sources = Vec::new();
                other.sources(&mut sources);
                for source in sources {
                    self.render_source(frame, &source, context);
                }
            }
        }
    }

    fn render_source(&mut self, frame: &Frame, what: &Abstract, context: &Abstract) {
        match what {
            Abstract::Value(path, _) => {
                for (source, line, text) in self.default_texts(path) {
                    self.render_text(frame, (&source, line, &text), context);
                }
            }
            Abstract::Content(chart, pattern) => {
                let files = self.contents(*chart, pattern);
                let texts = files.iter().filter_map(|file| {
                    let text = std::str::from_utf8(file.bytes).ok()?;
                    Some((file.path.to_owned(), 1, text.to_owned()))
                });
                for (source, line, text) in texts.collect::<Vec<_>>() {
                    self.render_text(frame, (&source, line, &text), context);
                }
            }
            _ => {}
        }
    }

    /// The texts in the defaults at a path and below it, with files and lines.
    fn default_texts(&mut self, path: &str) -> Vec<(String, u32, String)> {
        let path = key::shared(path, self.input.subcharts);
        // Names in front of the first that may be any say where to look.
        let fixed = path.split(key::ANY).next().unwrap_or_default();
        let candidates = self.input.values.range(fixed.to_owned()..);
        let mut texts = Vec::new();
        for (key, leaf) in candidates.take_while(|(key, _)| key.starts_with(fixed)) {
            self.steps += 1;
            let reads = matches!(key::relation(path, key), Relation::Above | Relation::Same);
            if reads {
                collect(leaf, &leaf.default, &mut texts);
            }
        }
        texts
    }

    fn render_text(&mut self, frame: &Frame, text: (&str, u32, &str), context: &Abstract) {
        let (path, line, text) = text;
        if !text.contains("{{") || text.len() > LONGEST || !self.step() {
            return;
        }
        let name: Rc<str> = format!("{path}:{line}:{text}").into();
        if self.called.insert((name, context.clone())) {
            let source = Rc::new(Source::new(path, line, text));
            let body = Body { source, definition: None };
            self.execute(&body, frame.callee(&body, None, context.clone()));
        }
    }
}

fn collect(leaf: &ValueLeaf, value: &serde_json::Value, texts: &mut Vec<(String, u32, String)>) {
    match value {
        serde_json::Value::String(text) => {
            // A text of several lines starts below its key.
            let line = leaf.line + u32::from(text.contains('\n'));
            texts.push((leaf.source.as_ref().to_owned(), line, text.clone()));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|it| collect(leaf, it, texts)),
        serde_json::Value::Object(entries) => {
            entries.values().for_each(|it| collect(leaf, it, texts));
        }
        _ => {}
    }
}

/// Whether a pattern of `.Files` fits a path: `*` is any part of a name, `**` of a path, `?` one
/// character.
pub(super) fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.as_bytes(), path.as_bytes());
    // `reached[i]`: whether the pattern so far fits the first `i` bytes of the path.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    let mut at = 0;
    while at < pattern.len() {
        let star = pattern[at] == b'*';
        let deep = star && pattern.get(at + 1) == Some(&b'*');
        let mut next = vec![false; path.len() + 1];
        for (i, from) in reached.iter().enumerate() {
            next[i] |= star && *from;
            let Some(byte) = path.get(i) else { continue };
            let open = if star { next[i] } else { *from };
            next[i + 1] |= open && byte_fits(pattern[at], *byte, deep);
        }
        reached = next;
        at += if deep { 2 } else { 1 };
    }
    reached[path.len()]
}

fn byte_fits(pattern: u8, byte: u8, deep: bool) -> bool {
    match pattern {
        b'*' => deep || byte != b'/',
        b'?' => byte != b'/',
        exact => exact == byte,
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_of_files_fit_within_a_folder_unless_doubled() {
        assert!(fits("files/a.yaml", "files/a.yaml"));
        assert!(fits("files/*.yaml", "files/a.yaml"));
        assert!(!fits("files/*.yaml", "files/b/a.yaml"));
        assert!(fits("files/**.yaml", "files/b/a.yaml"));
        assert!(fits("**", "files/b/a.yaml"));
        assert!(fits("file?/*", "files/a"));
        assert!(!fits("files/*.yaml", "files/a.json"));
        assert!(!fits("", "a"));
    }
}
