//! Equal texts, kept once.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Reference, Sink};

/// The texts that are known.
#[derive(Debug, Default)]
pub(super) struct Interner {
    known: BTreeSet<Arc<str>>,
}

impl Interner {
    /// Makes the texts of a reference the known ones.
    pub(super) fn share_reference(&mut self, reference: &mut Reference) {
        let Reference { key, source, text, sink, .. } = reference;
        let Sink { kind, api_version, name, field, env, item, template, line, .. } = sink;
        let texts = [key, source, text, kind, api_version, name, field, line];
        let options = [env, item, template].into_iter().flatten();
        for text in texts.into_iter().chain(options) {
            self.share(text);
        }
    }

    fn share(&mut self, text: &mut Arc<str>) {
        match self.known.get(text) {
            Some(known) => *text = known.clone(),
            None => {
                self.known.insert(text.clone());
            }
        }
    }
}
