//! The overrides of a user, as files hold them.

use std::collections::BTreeMap;

use super::judge::{Place, reason, unread_fields, written_namespace};
use super::set::holds_overrides;
use super::{Conflict, Layer, NAMESPACE, Override, Reason, Remark, RemarkKind, Tree, data};
use crate::manifest::{Object, ObjectKey, Reading};

/// What a user sets, read as the operator reads it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserOverrides {
    /// The objects that count. The order of their keys is the order in which the operator joins
    /// them: `ConfigMap`s, then Secrets, each by name.
    objects: BTreeMap<ObjectKey, Object>,
    layers: BTreeMap<Option<String>, Layer>,
    elsewhere: Vec<Override>,
    remarks: Vec<Remark>,
}

impl UserOverrides {
    /// The overrides among everything that a user's files hold, in the order of the files. Of two
    /// objects with one name the later counts, as with kubectl apply.
    pub fn new(reading: Reading) -> Self {
        let mut overrides = Self::default();
        overrides.remarks.extend(reading.problems.into_iter().map(Remark::problem));
        for object in reading.objects {
            overrides.take(object);
        }
        overrides.join();
        overrides
    }

    fn take(&mut self, mut object: Object) {
        let assumed = holds_overrides(&object) && written_namespace(&object).is_none();
        if assumed {
            object.key.namespace = Some(NAMESPACE.to_owned());
        }
        if let Some((place, reason)) = reason(&object) {
            if matches!(reason, Reason::OtherNamespace { labelled: true, .. }) {
                self.elsewhere.extend(entries(&object));
            }
            if !matches!(reason, Reason::Refused(_)) {
                self.objects.remove(&object.key);
            }
            return self.remark(&object, place, RemarkKind::Ignored(reason));
        }
        if assumed {
            self.remark(&object, Place::of_name(&object), RemarkKind::NamespaceAssumed);
        }
        self.remarks.extend(unread_fields(&object));
        if let Some(earlier) = self.objects.get(&object.key) {
            let same = same_entries(earlier, &object);
            let (source, line) = (earlier.source.clone(), earlier.line());
            let kind = RemarkKind::Replaces { source, line, same };
            self.remark(&object, Place::of_name(&object), kind);
        }
        self.objects.insert(object.key.clone(), object);
    }

    fn remark(&mut self, object: &Object, place: Place, kind: RemarkKind) {
        self.remarks.push(Remark::new(object, place, kind));
    }

    fn join(&mut self) {
        for entry in self.objects.values().flat_map(entries) {
            self.layers.entry(entry.key.component.clone()).or_default().add(entry);
        }
    }

    /// The objects that count, in the order in which the operator joins them.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// What is not read as overrides, or not as it stands.
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The entries of labelled objects in other namespaces. The operator does not read them;
    /// [`super::IstioReading`] knows who does.
    pub fn elsewhere(&self) -> &[Override] {
        &self.elsewhere
    }

    /// The components that have keys of their own, by the name in the label. Whether a release
    /// installs them is for the caller to say.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.layers.keys().flatten().map(String::as_str)
    }

    /// The keys of a component, or the common ones; none where nothing sets any.
    pub fn layer(&self, component: Option<&str>) -> Option<&Layer> {
        self.layers.get(&component.map(ToOwned::to_owned))
    }

    /// The entries that the operator takes: the common ones, then those of each component.
    pub fn winners(&self) -> impl Iterator<Item = &Override> {
        self.layers.values().flat_map(Layer::winners)
    }

    /// All entries that count, also those that others beat.
    pub fn entries(&self) -> impl Iterator<Item = &Override> {
        self.layers.values().flat_map(Layer::entries)
    }

    /// The keys that contradict each other within a scope.
    pub fn conflicts(&self) -> Vec<Conflict<'_>> {
        self.layers.values().flat_map(Layer::conflicts).collect()
    }

    /// What Helm gets for a component: the common values, and its own over them.
    pub fn effective(&self, component: &str) -> Tree<'_> {
        let tree = |scope| self.layer(scope).map(Layer::tree).unwrap_or_default();
        tree(None).with(tree(Some(component)))
    }
}

fn entries(object: &Object) -> impl Iterator<Item = Override> {
    let component = object.label("component");
    data(object).map(move |entry| Override::read(object, component, entry))
}

/// Whether two objects set the same keys to the same values.
fn same_entries(one: &Object, other: &Object) -> bool {
    let all =
        |object| -> BTreeMap<_, _> { entries(object).map(|it| (it.key, it.value.value)).collect() };
    all(one) == all(other)
}
