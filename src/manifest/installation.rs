//! The Installation CR: the list of components, and whether applying it starts the operator.

use std::sync::Arc;

use super::{Object, ObjectSet};
use crate::yaml::Node;

/// One component on the list of the Installation CR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// The name of its chart.
    pub name: String,
    /// The name of its Helm release, where the list gives one.
    pub release: Option<String>,
    /// The namespace that it is installed to.
    pub namespace: String,
    /// The file that holds the list.
    pub source: Arc<str>,
    /// The 1-based line of the entry.
    pub line: u32,
}

impl Component {
    /// The name by which the operator knows it: `release`, else `name`
    /// (kyma@1.0.0 `KymaComponent.GetReleaseName`).
    pub fn release_name(&self) -> &str {
        self.release.as_deref().unwrap_or(&self.name)
    }
}

/// The Installation CR of a release.
#[derive(Debug, Clone)]
pub struct Installation<'a> {
    object: &'a Object,
}

impl<'a> Installation<'a> {
    /// The Installation CR among `objects`.
    pub fn of(objects: &'a ObjectSet) -> Option<Self> {
        let found = objects.iter().find(|it| {
            it.key.kind == "Installation" && it.key.group == "installer.kyma-project.io"
        });
        found.map(|object| Self { object })
    }

    /// The object itself.
    pub fn object(&self) -> &'a Object {
        self.object
    }

    /// The components in the order in which the operator visits them.
    pub fn components(&self) -> Vec<Component> {
        let spec = self.object.node.get("spec");
        let list = spec.and_then(|it| it.get("components"));
        let items = list.map(Node::items).unwrap_or_default();
        items.iter().filter_map(|it| self.component(it)).collect()
    }

    fn component(&self, node: &Node) -> Option<Component> {
        let text = |field| Some(node.get(field)?.as_str()?.to_owned());
        Some(Component {
            name: text("name")?,
            release: text("release").filter(|it| !it.is_empty()),
            namespace: text("namespace").unwrap_or_default(),
            source: self.object.source.clone(),
            line: node.line,
        })
    }

    /// Whether it carries `action: install`, which the operator acts on. Releases before 1.2.0 leave
    /// it to a person to set (kyma@1.1.0 docs/kyma/04-10-update.md).
    pub fn triggers(&self) -> bool {
        let labels = self.object.node.get("metadata").and_then(|it| it.get("labels"));
        labels.and_then(|it| it.get("action")?.as_str()) == Some("install")
    }
}
