//! Documents to objects.

use std::sync::Arc;

use super::{Manifest, Object, Problem, ProblemKind, redact, scope};
use crate::yaml::{self, Entry, Limits, Node, RawDocument, Value};

/// What the documents of a file hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// The objects in the order of the file, the items of `List`s among them.
    pub objects: Vec<Object>,
    /// What is no proper object, in the order of the file.
    pub problems: Vec<Problem>,
}

impl Reading {
    /// Adds what another reading holds.
    pub fn append(&mut self, mut other: Self) {
        self.objects.append(&mut other.objects);
        self.problems.append(&mut other.problems);
    }
}

/// Reads the objects of a file, secret values withheld.
///
/// # Errors
/// If a document of it is no YAML or passes the limits; the error says where.
pub fn read(manifest: &Manifest<'_>, limits: &Limits) -> Result<Reading, yaml::Error> {
    let mut reading = Reading::default();
    for document in yaml::split(manifest.bytes)? {
        reading.append(read_document(&manifest.source, &document, limits)?);
    }
    Ok(reading)
}

/// Reads the objects of one document.
pub(crate) fn read_document(
    source: &Arc<str>,
    document: &RawDocument<'_>,
    limits: &Limits,
) -> Result<Reading, yaml::Error> {
    let node = yaml::parse(document, limits)?;
    Ok(node.map(|it| read_node(source, it, &redact::withhold)).unwrap_or_default())
}

/// Reads the objects of one value. `withhold` takes the kind of an object and the object, and has to
/// leave no secret value in it.
pub(crate) fn read_node(
    source: &Arc<str>,
    node: Node,
    withhold: &dyn Fn(&str, &mut Node),
) -> Reading {
    let mut reader = Reader { source, withhold, reading: Reading::default() };
    reader.node(node);
    reader.reading
}

struct Reader<'a> {
    source: &'a Arc<str>,
    withhold: &'a dyn Fn(&str, &mut Node),
    reading: Reading,
}

impl Reader<'_> {
    fn node(&mut self, node: Node) {
        if !matches!(node.value, Value::Mapping(_)) {
            return self.problem(node.line, ProblemKind::NoObject);
        }
        match list_kind(&node) {
            Some(list) => self.items(node, &list),
            None => self.object(node),
        }
    }

    fn items(&mut self, list: Node, kind: &ListKind) {
        let Value::Mapping(entries) = list.value else {
            return;
        };
        let items = entries.into_iter().find(|it| it.key == "items");
        if let Some(Value::Sequence(items)) = items.map(|it| it.node.value) {
            for mut item in items {
                kind.complete(&mut item);
                self.node(item);
            }
        }
    }

    fn object(&mut self, mut node: Node) {
        let (api_version, key) = {
            let text = |field: &str| node.get(field).and_then(text);
            let name = node.get("metadata").and_then(|it| it.get("name"));
            let parts = (text("apiVersion"), text("kind"), name.and_then(self::text));
            let (Some(api_version), Some(kind), Some(name)) = parts else {
                let missing = missing(parts);
                return self.problem(node.line, ProblemKind::Missing(missing));
            };
            let key = scope::key(api_version, kind, name, &node);
            (api_version.to_owned(), key)
        };
        (self.withhold)(&key.kind, &mut node);
        self.reading.objects.push(Object { key, api_version, source: self.source.clone(), node });
    }

    fn problem(&mut self, line: u32, kind: ProblemKind) {
        self.reading.problems.push(Problem { source: self.source.clone(), line, kind });
    }
}

fn text(node: &Node) -> Option<&str> {
    node.as_str().filter(|it| !it.is_empty())
}

fn missing(parts: (Option<&str>, Option<&str>, Option<&str>)) -> &'static str {
    match parts {
        (None, _, _) => "apiVersion",
        (_, None, _) => "kind",
        _ => "metadata.name",
    }
}

/// What the items of a list are that do not say it themselves.
struct ListKind {
    api_version: Option<Node>,
    kind: Option<Node>,
}

/// The kind of the items, if the node is a list as kubectl sees it: anything that has a list of
/// `items`, whatever its own kind.
fn list_kind(node: &Node) -> Option<ListKind> {
    let Value::Sequence(_) = node.get("items")?.value else {
        return None;
    };
    let kind = node.get("kind").and_then(Node::as_str).unwrap_or("");
    let item = kind.strip_suffix("List").unwrap_or(kind);
    let typed = !item.is_empty();
    Some(ListKind {
        api_version: node.get("apiVersion").filter(|_| typed).cloned(),
        kind: typed.then(|| Node {
            line: node.line,
            column: node.column,
            value: Value::String(item.to_owned()),
        }),
    })
}

impl ListKind {
    /// Gives an item of a typed list the kind that it may leave out (a `ConfigMapList` holds
    /// `ConfigMap`s), as kubectl does.
    fn complete(&self, item: &mut Node) {
        let untyped = item.get("kind").is_none() && item.get("apiVersion").is_none();
        let Node { line, column, .. } = *item;
        if let (true, Value::Mapping(entries)) = (untyped, &mut item.value) {
            let fields = [("apiVersion", &self.api_version), ("kind", &self.kind)];
            entries.extend(fields.into_iter().filter_map(|(key, node)| {
                Some(Entry { key: key.to_owned(), line, column, node: node.clone()? })
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{ObjectKey, ObjectSet};

    fn reading(text: &str) -> Reading {
        let manifest = Manifest::new("1.1.0/file.yaml", text.as_bytes());
        read(&manifest, &Limits::default()).unwrap()
    }

    fn keys(objects: &[Object]) -> Vec<String> {
        objects.iter().map(|it| it.key.to_string()).collect()
    }

    #[test]
    fn objects_are_read_with_their_keys() {
        let reading = reading(
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: kyma-installer}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: b}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ''}\n---\n# nothing\n",
        );
        assert_eq!(
            keys(&reading.objects),
            ["Namespace/kyma-installer", "ConfigMap/b/a", "ConfigMap/default/a"]
        );
        assert_eq!(reading.problems, []);
    }

    #[test]
    fn an_api_version_is_no_part_of_the_key_but_kept() {
        let object = |version: &str| {
            let text = format!("apiVersion: {version}\nkind: Deployment\nmetadata: {{name: a}}\n");
            reading(&text).objects.remove(0)
        };
        let (old, new) = (object("extensions/v1beta1"), object("apps/v1"));
        assert_eq!(old.key, new.key);
        assert_eq!(old.key.group, "apps");
        assert_eq!(old.api_version, "extensions/v1beta1");
    }

    #[test]
    fn lists_are_expanded_and_typed_lists_give_their_items_a_kind() {
        let reading = reading(
            "apiVersion: v1\nkind: List\nitems:\n\
             - {apiVersion: v1, kind: Service, metadata: {name: a}}\n\
             - apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - metadata: {name: b}\n\
             - 7\n---\nitems: []\n",
        );
        assert_eq!(keys(&reading.objects), ["Service/default/a", "ConfigMap/default/b"]);
        assert_eq!(reading.objects[1].api_version, "v1");
        assert_eq!(reading.problems[0].kind, ProblemKind::NoObject);
    }

    #[test]
    fn what_is_no_proper_object_is_a_problem() {
        let reading = reading(
            "just text\n---\nkind: A\nmetadata: {name: b}\n---\napiVersion: v1\n---\n\
             apiVersion: v1\nkind: A\nmetadata: {name: 7}\n---\n\
             apiVersion: v1\nkind: A\nmetadata: {generateName: b-}\n",
        );
        let kinds: Vec<_> = reading.problems.iter().map(|it| it.kind.clone()).collect();
        assert_eq!(
            kinds,
            [
                ProblemKind::NoObject,
                ProblemKind::Missing("apiVersion"),
                ProblemKind::Missing("kind"),
                ProblemKind::Missing("metadata.name"),
                ProblemKind::Missing("metadata.name"),
            ]
        );
        assert!(reading.problems[0].to_string().starts_with("1.1.0/file.yaml:"));
    }

    #[test]
    fn the_later_of_two_objects_wins_and_is_reported() {
        let reading = reading(
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: NodePort}\n---\n\
             apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\n",
        );
        let (set, problems) = ObjectSet::new(reading.objects);
        assert_eq!(set.len(), 1);
        assert!(set.iter().all(|it| it.node.get("spec").is_none()));
        assert!(matches!(
            &problems[..],
            [Problem { kind: ProblemKind::Twice { object, .. }, .. }]
                if object.to_string() == "Service/default/a"
        ));
    }

    #[test]
    fn definitions_give_custom_kinds_their_scope() {
        let definition = "apiVersion: apiextensions.k8s.io/v1beta1\nkind: CustomResourceDefinition\n\
            metadata: {name: wholes.example.com}\n\
            spec: {group: example.com, scope: Cluster, names: {kind: Whole}}\n---\n";
        let object = "apiVersion: example.com/v1\nkind: Whole\nmetadata: {name: a}\n";
        let key = |namespace: Option<&str>| ObjectKey {
            group: "example.com".to_owned(),
            kind: "Whole".to_owned(),
            namespace: namespace.map(str::to_owned),
            name: "a".to_owned(),
        };
        let (with, _) = ObjectSet::new(reading(&format!("{object}---\n{definition}")).objects);
        assert!(with.get(&key(None)).is_some());
        let (without, _) = ObjectSet::new(reading(object).objects);
        assert!(without.get(&key(Some("default"))).is_some());
    }
}
