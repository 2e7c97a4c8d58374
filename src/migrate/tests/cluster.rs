//! A model of the objects in a cluster, which does what the commands of a stage say.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::*;
use crate::yaml::{parse, split};

/// The data of each object, by `kind/name`, with its component. Secrets hold plain values here.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cluster {
    objects: BTreeMap<String, (Option<String>, BTreeMap<String, String>)>,
}

fn documents(text: &str) -> Vec<Json> {
    let documents = split(text.as_bytes()).unwrap();
    documents.iter().map(|it| parse(it, &Limits::default()).unwrap().unwrap().to_json()).collect()
}

/// The key in double quotes behind `mark`.
fn quoted<'a>(text: &'a str, mark: &str) -> &'a str {
    text.split_once(mark).unwrap().1.split('"').next().unwrap()
}

impl Cluster {
    pub(super) fn of(text: &str) -> Self {
        let mut cluster = Self::default();
        for it in &documents(text) {
            cluster.put(it, true);
        }
        cluster
    }

    fn put(&mut self, object: &Json, replace: bool) {
        let text = |it: &Json| it.as_str().unwrap().to_owned();
        let name = format!(
            "{}/{}",
            text(&object["kind"]).to_lowercase(),
            text(&object["metadata"]["name"])
        );
        let component = object["metadata"]["labels"]["component"].as_str().map(str::to_owned);
        let held = self.objects.entry(name).or_insert((component, BTreeMap::new()));
        if replace {
            held.1.clear();
        }
        for field in ["data", "stringData"] {
            let entries = object[field].as_object().into_iter().flatten();
            held.1.extend(entries.map(|(key, it)| (key.clone(), text(it))));
        }
    }

    /// Runs the commands of a stage.
    pub(super) fn run(&mut self, hop: &HopMigration, stage: Timing) {
        let folder = format!("{}/{}", hop.to, stage.as_str());
        let Some(script) = hop.files.iter().find(|it| it.path == format!("{folder}/commands.sh"))
        else {
            return;
        };
        let file = |name: &str| super::file(hop, &format!("{folder}/{name}"));
        let commands = script.text.lines().skip_while(|it| !it.is_empty()).map(str::trim);
        let mut skip = false;
        for line in commands {
            let words: Vec<_> = line.split(' ').collect();
            match &words[..] {
                ["kubectl", verb @ ("apply" | "replace"), .., name] => {
                    let objects = documents(file(name));
                    for it in &objects {
                        self.put(it, *verb == "replace");
                    }
                }
                ["kubectl", "patch", object, _, "kyma-installer", "--type=json", ..] => {
                    let name = line.split("$(cat ").nth(1).unwrap().trim_end_matches(")\"");
                    if !skip {
                        self.patch(object, file(name));
                    }
                }
                ["if", "has", object, ..] => {
                    let has =
                        |it: &str| self.objects[*object].1.contains_key(quoted(it, "eq $k \""));
                    let (old, new) = line.split_once(" || ! ").unwrap();
                    skip = !has(old) && has(new);
                }
                ["fi"] => skip = false,
                ["hand", from, .., to] => self.hand(line, from, to),
                _ => {}
            }
        }
    }

    fn hand(&mut self, line: &str, from: &str, to: &str) {
        let key = quoted(line, "eq $k \"");
        let Some(value) = self.objects[from].1.get(key).cloned() else { return };
        let new = quoted(line, "%q}\" \"").to_owned();
        self.objects.get_mut(to).unwrap().1.insert(new, value);
    }

    fn patch(&mut self, object: &str, patch: &str) {
        let data = &mut self.objects.get_mut(object).unwrap().1;
        let operations: Vec<Json> = serde_json::from_str(patch).unwrap();
        for operation in operations {
            let key = |field: &str| {
                let pointer = operation[field].as_str().unwrap().strip_prefix("/data/").unwrap();
                pointer.replace("~1", "/").replace("~0", "~")
            };
            let path = key("path");
            let copied = operation["from"].as_str().map(|_| data[&key("from")].clone());
            match operation["op"].as_str().unwrap() {
                "add" => {
                    data.insert(path, operation["value"].as_str().unwrap().to_owned());
                }
                "copy" => {
                    data.insert(path, copied.unwrap());
                }
                "remove" => assert!(data.remove(&path).is_some(), "{path}"),
                other => panic!("{other}"),
            }
        }
    }

    /// The objects as overrides. All are `ConfigMap`s and Secrets with values in the open, so
    /// values can be compared.
    pub(super) fn overrides(&self) -> UserOverrides {
        let texts = self.objects.iter().map(|(name, (component, data))| {
            let (kind, name) = name.split_once('/').unwrap();
            let kind = if kind == "secret" { "Secret" } else { "ConfigMap" };
            let component = component.as_deref().map(|it| format!(" {it}")).unwrap_or_default();
            let data: Vec<_> = data
                .iter()
                .map(|(key, value)| {
                    format!("{}: {}", Json::from(key.as_str()), Json::from(value.as_str()))
                })
                .collect();
            object(&format!("{kind} {name}{component}\n{}", data.join("\n")))
        });
        of_text(&texts.collect::<Vec<_>>().join("---\n"))
    }
}
