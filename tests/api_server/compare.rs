//! Compares what was predicted with what a real cluster did: verb by verb and field by field.
//!
//! Nothing is equal by kindness: what may differ is listed here, and all of it is made up by the API
//! server at random or by its clock.

use std::collections::{BTreeMap, BTreeSet};

use kyma_upgrade::simulate::state::is_sealed;
use serde_json::{Map, Value};

use crate::cluster::Said;

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Where the paths in kubectl's copy of an object start.
const COPY: &str = "last applied: ";

/// What the server sets in the metadata of every object.
const SERVERS_METADATA: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// What the server makes up where nothing is given: kind and path. A prediction may be without it,
/// but must not have another value.
const MADE_UP: [(&str, &str); 6] = [
    ("Job", "spec.selector"),
    ("Job", "spec.template.metadata.labels.controller-uid"),
    ("Job", "spec.template.metadata.labels.job-name"),
    ("Service", "spec.clusterIP"),
    ("Service", "spec.clusterIPs"),
    ("Service", "spec.ports.*.nodePort"),
];

/// The kinds whose status nobody but the API server, the operator or a test writes.
const WITH_STATUS: [&str; 2] = ["Installation", "Namespace"];

/// Which sealed value stands for which plain one.
#[derive(Default)]
pub(crate) struct Secrets {
    plain: BTreeMap<(Form, String), String>,
    sealed: BTreeMap<(Form, String), String>,
}

/// How the plain value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Text,
    Base64,
}

impl Secrets {
    /// Whether these two can belong together after all that was seen: equal values have equal seals,
    /// and different values different ones.
    fn belong_together(&mut self, form: Form, sealed: &str, plain: &str) -> bool {
        let known = self.plain.entry((form, sealed.to_owned())).or_insert_with(|| plain.to_owned());
        let back = self.sealed.entry((form, plain.to_owned())).or_insert_with(|| sealed.to_owned());
        known == plain && back == sealed
    }
}

/// Objects by API version, kind, namespace and name.
type Objects = BTreeMap<[String; 4], Value>;

fn objects(list: &Value) -> Objects {
    let items = list["items"].as_array().unwrap();
    let key = |it: &Value| {
        ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"]
            .map(|path| it.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned())
    };
    items.iter().map(|it| (key(it), it.clone())).collect()
}

/// The API versions and kinds of a list in kubectl's words: `Role.v1.rbac.authorization.k8s.io`.
pub(crate) fn kinds(list: &Value) -> String {
    let kind = |[api_version, kind, ..]: &[String; 4]| {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        format!("{kind}.{version}.{group}")
    };
    let kinds: BTreeSet<_> = objects(list).keys().map(kind).collect();
    kinds.into_iter().collect::<Vec<_>>().join(",")
}

/// What differs between the predicted objects and those that the server shows in the same versions.
pub(crate) fn differences(ours: &Value, theirs: &Value, secrets: &mut Secrets) -> Vec<String> {
    let (ours, theirs) = (objects(ours), objects(theirs));
    let mut found = missing("only predicted", &ours, &theirs);
    found.extend(missing("not predicted", &theirs, &ours));
    for (key, ours) in &ours {
        if let Some(theirs) = theirs.get(key) {
            let object = key.join(" ");
            let mut walk = Walk { object: &object, kind: &key[1], secrets, found: &mut found };
            walk.both("", Some(ours), Some(theirs));
        }
    }
    found
}

/// The objects of one side that the other does not have in any version.
fn missing(what: &str, these: &Objects, those: &Objects) -> Vec<String> {
    let those: BTreeSet<_> = those.keys().map(|it| &it[1..]).collect();
    let missing = these.keys().filter(|it| !those.contains(&it[1..]));
    missing.map(|it| format!("{what}: {}", it.join(" "))).collect()
}

/// Walks over an object of both sides.
struct Walk<'a> {
    object: &'a str,
    kind: &'a str,
    secrets: &'a mut Secrets,
    found: &'a mut Vec<String>,
}

impl Walk<'_> {
    fn both(&mut self, path: &str, ours: Option<&Value>, theirs: Option<&Value>) {
        if self.is_servers(path, ours) {
            return;
        }
        match (ours, theirs) {
            (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
                self.fields(path, ours, theirs);
            }
            (Some(Value::Array(ours)), Some(Value::Array(theirs)))
                if ours.len() == theirs.len() =>
            {
                for (at, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
                    self.both(&format!("{path}.{at}"), Some(ours), Some(theirs));
                }
            }
            (Some(Value::String(ours)), Some(Value::String(theirs))) => {
                self.texts(path, ours, theirs);
            }
            (None, Some(Value::Object(theirs))) if self.holds_made_up(path) => {
                self.fields(path, &Map::new(), theirs);
            }
            _ if ours == theirs => {}
            _ => self.differ(path, ours, theirs),
        }
    }

    fn fields(&mut self, path: &str, ours: &Map<String, Value>, theirs: &Map<String, Value>) {
        let keys: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        for key in keys {
            let is_top = path.is_empty() || path == COPY;
            let path = if is_top { format!("{path}{key}") } else { format!("{path}.{key}") };
            self.both(&path, ours.get(key), theirs.get(key));
        }
    }

    fn texts(&mut self, path: &str, ours: &str, theirs: &str) {
        let copies = || Some((json(ours)?, json(theirs)?));
        if path.ends_with(LAST_APPLIED)
            && let Some((ours, theirs)) = copies()
        {
            // Its fields are those of the object, and no part of it is made up.
            return self.both(COPY, Some(&ours), Some(&theirs));
        }
        let field = path.strip_prefix(COPY).unwrap_or(path).split('.').next().unwrap();
        let is_secret = self.kind == "Secret" && ["data", "stringData"].contains(&field);
        let form = if is_secret && field == "data" { Form::Base64 } else { Form::Text };
        let same = if is_sealed(ours) {
            self.secrets.belong_together(form, ours, theirs)
        } else {
            ours == theirs && !is_secret
        };
        if !same {
            self.differ(path, Some(&ours.into()), Some(&theirs.into()));
        }
    }

    fn differ(&mut self, path: &str, ours: Option<&Value>, theirs: Option<&Value>) {
        let text = |it: Option<&Value>| it.map_or("nothing".to_owned(), Value::to_string);
        let (ours, theirs) = (text(ours), text(theirs));
        let object = self.object;
        self.found.push(format!("{object}: {path}: predicted {ours}, but is {theirs}"));
    }

    /// Whether the server makes up something below the field.
    fn holds_made_up(&self, path: &str) -> bool {
        let start = format!("{path}.");
        MADE_UP.iter().any(|(kind, made)| *kind == self.kind && made.starts_with(&start))
    }

    /// Whether the server makes the field up.
    fn is_servers(&self, path: &str, ours: Option<&Value>) -> bool {
        if path == "status" {
            return !WITH_STATUS.contains(&self.kind);
        }
        let metadata = path.strip_prefix("metadata.");
        let made_up = MADE_UP.iter().any(|(kind, made)| *kind == self.kind && fits(made, path));
        metadata.is_some_and(|it| SERVERS_METADATA.contains(&it)) || (made_up && ours.is_none())
    }
}

/// Whether a path is one of those that a pattern with `*` for the positions in lists means.
fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) =
        (pattern.split('.').collect(), path.split('.').collect());
    let mut pairs = pattern.iter().zip(&path);
    pattern.len() == path.len() && pairs.all(|(pattern, step)| *pattern == "*" || pattern == step)
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(Value::is_object)
}

/// What differs between the predictions for one file, or for what is deleted, and kubectl's words.
pub(crate) fn wrong_predictions(predictions: &[&Value], said: &Said) -> Vec<String> {
    let is_rejected = |it: &&&Value| it["verb"] == "rejected";
    let accepted = predictions.iter().filter(|it| !is_rejected(it)).map(|it| line(it));
    let accepted: Vec<_> = accepted.collect();
    let mut wrong = Vec::new();
    if accepted != said.done {
        wrong.push(format!("predicted {accepted:#?}, but kubectl says {:#?}", said.done));
    }
    let rejected: Vec<_> = predictions.iter().filter(is_rejected).collect();
    let errors = errors(&said.errors);
    let mut errors: Vec<_> = errors.iter().map(String::as_str).collect();
    for prediction in rejected {
        match errors.iter().position(|it| says(it, prediction)) {
            Some(at) => drop(errors.remove(at)),
            None => wrong.push(format!("predicted {prediction}, but kubectl says {errors:#?}")),
        }
    }
    wrong.extend(errors.iter().map(|it| format!("not predicted: {it}")));
    wrong
}

fn line(prediction: &Value) -> String {
    let object = prediction["object"].as_str().unwrap();
    let (kind, name) = (object.split('/').next().unwrap(), object.rsplit('/').next().unwrap());
    format!("{}/{name} {}", kind.to_lowercase(), prediction["verb"].as_str().unwrap())
}

/// kubectl's errors one by one. It prints some after each other and some as a list in brackets.
fn errors(text: &str) -> Vec<String> {
    const BEGIN: [&str; 3] =
        ["resource mapping not found for name: ", "Error from server (", "error validating \""];
    let mut starts: Vec<_> =
        BEGIN.iter().flat_map(|it| text.match_indices(it)).map(|it| it.0).collect();
    starts.sort_unstable();
    // Words before the first one that is known would be an error of another form.
    assert!(starts.first().map_or(text.is_empty(), |it| *it <= "error: [".len()), "{text}");
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| text[*start..end].to_owned()).collect()
}

/// Whether an error of kubectl is the one that is predicted: of the same object, for the same reason.
fn says(error: &str, prediction: &Value) -> bool {
    let object: Vec<_> = prediction["object"].as_str().unwrap().split('/').collect();
    let object = Object { kind: object[0], name: object[object.len() - 1] };
    let reason = prediction["reason"].as_str().unwrap();
    let parts = REASONS.iter().find_map(|(words, parts)| {
        let (before, after) = reason.split_once(words)?;
        Some(parts(&object, before, after))
    });
    let parts = parts.unwrap_or_else(|| panic!("a reason without a counterpart: {reason}"));
    parts.iter().all(|it| error.contains(it))
}

struct Object<'a> {
    kind: &'a str,
    name: &'a str,
}

/// What kubectl's error has to contain, by the words of the prediction before and after a mark.
type Parts = fn(&Object<'_>, &str, &str) -> Vec<String>;

/// The reasons, each known by words in it.
const REASONS: [(&str, Parts); 9] = [
    ("does not serve ", |it, _, after| it.unknown(after)),
    ("definition in the cluster serves ", |it, _, after| it.unknown(after)),
    ("the file itself defines ", |it, _, after| it.unknown(after)),
    ("there is no namespace ", |_, _, name| vec![format!("namespaces \"{name}\" not found")]),
    (" is being deleted", |it, _, _| {
        let why = "is forbidden: unable to create new content in namespace";
        vec![format!("\"{}\" {why}", it.name)]
    }),
    ("immutable and would change", |it, before, _| {
        let paths = before.trim_end_matches(" is ").trim_end_matches(" are ").split(", ");
        paths.map(|path| format!("{path}: ")).chain([it.invalid()]).collect()
    }),
    ("(status.storedVersions)", |it, _, _| vec![it.invalid() + "status.storedVersions"]),
    // The API server cannot read it, and so cannot say which object it is.
    (": is no string", |it, _, _| vec![format!("cannot be handled as a {}: ", it.kind)]),
    ("it is invalid: ", |it, _, after| {
        let field = after.split(['.', '[', ':']).next().unwrap().to_owned();
        vec![it.invalid(), field]
    }),
];

impl Object<'_> {
    fn unknown(&self, api_version: &str) -> Vec<String> {
        let api_version = api_version.split([':', ',']).next().unwrap();
        let kind = self.kind;
        vec![
            format!("name: \"{}\" ", self.name),
            format!("no matches for kind \"{kind}\" in version \"{api_version}\""),
        ]
    }

    fn invalid(&self) -> String {
        format!("\"{}\" is invalid: ", self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(ours: &[Value], theirs: &[Value]) -> Vec<String> {
        let list = |items: &[Value]| json!({"items": items});
        differences(&list(ours), &list(theirs), &mut Secrets::default())
    }

    fn object(kind: &str, name: &str, field: &str, value: &Value) -> Value {
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "uid": "1"}, field: value})
    }

    #[test]
    fn objects_and_fields_that_differ_are_found() {
        let map = |name, value| object("ConfigMap", name, "data", &json!({"a": value, "b": "x"}));
        assert_eq!(found(&[map("a", "x")], &[map("a", "x")]), Vec::<String>::new());
        assert_eq!(
            found(&[map("a", "x"), map("b", "x")], &[map("a", "y"), map("c", "x")]),
            [
                "only predicted: v1 ConfigMap  b",
                "not predicted: v1 ConfigMap  c",
                "v1 ConfigMap  a: data.a: predicted \"x\", but is \"y\""
            ]
        );
        let service = |spec: Value| object("Service", "s", "spec", &spec);
        let made = service(json!({"clusterIP": "10.0.0.1"}));
        assert_eq!(found(&[service(json!({}))], std::slice::from_ref(&made)), Vec::<String>::new());
        assert_eq!(found(&[service(json!({"clusterIP": "None"}))], &[made]).len(), 1);
    }

    #[test]
    fn secrets_are_equal_where_the_real_ones_are() {
        let seal = |digit: &str| format!("(sealed:{})", digit.repeat(64));
        let secret = |a: &str, b: &str| object("Secret", "s", "data", &json!({"a": a, "b": b}));
        let (one, two) = (seal("1"), seal("2"));
        assert_eq!(found(&[secret(&one, &one)], &[secret("eA==", "eA==")]), Vec::<String>::new());
        assert_eq!(found(&[secret(&one, &two)], &[secret("eA==", "eQ==")]), Vec::<String>::new());
        assert_eq!(found(&[secret(&one, &two)], &[secret("eA==", "eA==")]).len(), 1);
        assert_eq!(found(&[secret(&one, &one)], &[secret("eA==", "eQ==")]).len(), 1);
        assert_eq!(found(&[secret("eA==", &one)], &[secret("eA==", "eQ==")]).len(), 1);
    }

    #[test]
    fn lines_and_errors_are_compared_one_by_one() {
        let created = json!({"object": "ConfigMap/a/x", "verb": "created"});
        let why = "there is no namespace a";
        let rejected = json!({"object": "ConfigMap/a/x", "verb": "rejected", "reason": why});
        let error =
            "Error from server (NotFound): error when creating \"f\": namespaces \"a\" not found";
        let said = |done: &[&str], errors: &str| Said {
            done: done.iter().map(|it| (*it).to_owned()).collect(),
            errors: errors.to_owned(),
        };
        assert!(wrong_predictions(&[&created], &said(&["configmap/x created"], "")).is_empty());
        assert!(wrong_predictions(&[&rejected], &said(&[], error)).is_empty());
        assert_eq!(wrong_predictions(&[&created], &said(&["configmap/x unchanged"], "")).len(), 1);
        assert_eq!(wrong_predictions(&[&rejected], &said(&[], "")).len(), 1);
        assert_eq!(wrong_predictions(&[], &said(&[], error)).len(), 1);
        assert_eq!(
            wrong_predictions(&[&rejected], &said(&[], &error.replace("\"a\"", "\"b\""))).len(),
            2
        );
    }
}
