//! The templates of a component by name.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::source::{Body, Source};
use crate::chart::Problem;
use crate::chart::folder::{File, Folder};

/// The most flaws of a file that are told.
const MOST_FLAWS: usize = 20;

/// All templates of a component, which share one space of names.
#[derive(Debug, Default)]
pub(super) struct Library {
    files: BTreeMap<Arc<str>, Rc<Source>>,
    named: BTreeMap<String, Body>,
}

impl Library {
    pub(super) fn new(charts: &[Folder<'_>], problems: &mut Vec<Problem>) -> Self {
        let mut library = Self::default();
        for file in charts.iter().flat_map(|it| &it.templates) {
            library.read(file, problems);
        }
        library.name();
        library
    }

    fn read(&mut self, file: &File<'_>, problems: &mut Vec<Problem>) {
        if self.files.contains_key(file.path) {
            return;
        }
        let Ok(text) = std::str::from_utf8(file.bytes) else {
            problems.push(Problem::new(file.path, 1, "the template is not UTF-8"));
            return;
        };
        // Most of the text of charts is definitions of resources without any template in them.
        if !text.contains("{{") {
            return;
        }
        let source = Source::new(file.path, 1, text);
        for flaw in source.template.flaws.iter().take(MOST_FLAWS) {
            let line = source.line_of(flaw.at);
            problems.push(Problem::new(file.path, line, flaw.message));
        }
        self.files.insert(source.path.clone(), Rc::new(source));
    }

    /// Gives templates their names in Helm's order: the last of a name counts, and files come
    /// sorted by depth and path, backwards.
    fn name(&mut self) {
        let mut files: Vec<_> = self.files.values().cloned().collect();
        files.sort_by_cached_key(|it| (it.path.matches('/').count(), it.path.clone()));
        for source in files.into_iter().rev() {
            let path = source.path.as_ref().to_owned();
            self.add(path, &source, None);
            for (at, definition) in source.template.definitions.iter().enumerate() {
                self.add(definition.name.clone(), &source, Some(at));
            }
        }
    }

    fn add(&mut self, name: String, source: &Rc<Source>, definition: Option<usize>) {
        let source = source.clone();
        self.named.insert(name, Body { source, definition });
    }

    /// The template of a file; none if nothing in it is executed.
    pub(super) fn file(&self, path: &str) -> Option<Rc<Source>> {
        self.files.get(path).cloned()
    }

    /// What `name` calls: a definition, or a file by its path.
    pub(super) fn named(&self, name: &str) -> Option<Body> {
        self.named.get(name).cloned()
    }
}
