//! A text of templates, read.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::chart::layout::Layout;
use crate::chart::template::{Node, Template, parse};

/// A text of templates: a file, or a value that `tpl` renders.
#[derive(Debug)]
pub(super) struct Source {
    /// The file.
    pub(super) path: Arc<str>,
    /// The 1-based line of the file on which the text starts.
    pub(super) line: u32,
    /// The text.
    pub(super) text: Rc<str>,
    /// What was read of it.
    pub(super) template: Template,
    layout: OnceCell<Layout>,
}

/// A part of a source that can be executed: all of it outside of definitions, or a definition.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) source: Rc<Source>,
    /// Which definition; none for the file itself.
    pub(super) definition: Option<usize>,
}

impl Source {
    pub(super) fn new(path: &str, line: u32, text: &str) -> Self {
        Self {
            path: path.into(),
            line,
            text: text.into(),
            template: parse(text),
            layout: OnceCell::new(),
        }
    }

    /// Its layout, made when it is needed first.
    pub(super) fn layout(&self) -> &Layout {
        let make = || Layout::new(self.text.clone(), &self.template.actions);
        self.layout.get_or_init(make)
    }

    /// The 1-based line of the file on which a byte of the text stands.
    pub(super) fn line_of(&self, byte: usize) -> u32 {
        let offset = u32::try_from(self.layout().line(byte)).unwrap_or(u32::MAX);
        self.line.saturating_add(offset)
    }
}

impl Body {
    pub(super) fn nodes(&self) -> &[Node] {
        match self.definition {
            Some(at) => &self.source.template.definitions[at].nodes,
            None => &self.source.template.nodes,
        }
    }

    /// Its bytes in the text.
    pub(super) fn region(&self) -> Range<usize> {
        match self.definition {
            Some(at) => self.source.template.definitions[at].span.clone(),
            None => 0..self.source.text.len(),
        }
    }
}
