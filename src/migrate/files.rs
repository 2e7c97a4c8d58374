//! The files of a hop.

use std::collections::BTreeSet;

use semver::Version;
use serde_json::{Value as Json, json};

use super::changes;
use super::commands::{Command, script};
use super::emit;
use super::hop::Hop;
use super::names;
use super::state::{Held, Item, State, is_withheld};
use super::{HopMigration, MigratedFile};
use crate::liveness::Timing;
use crate::manifest::ObjectKey;
use crate::yaml::{Node, Value};

/// What a hop asks, with the files to write.
pub(super) fn migration(to: &Version, start: &State, hop: &Hop) -> HopMigration {
    let mut files = stage(to, Timing::Before, (start, &hop.before));
    files.extend(stage(to, Timing::After, (&hop.before, &hop.after)));
    let is_open = !hop.conflicts.is_empty() || !hop.undecided.is_empty();
    if !files.is_empty() || is_open {
        let text = changes::text(to, start, hop);
        files.push(MigratedFile { path: format!("{to}/changes.diff"), text });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    HopMigration {
        to: to.clone(),
        files,
        changes: hop.changes.clone(),
        conflicts: hop.conflicts.clone(),
        undecided: hop.undecided.clone(),
    }
}

/// The files and commands of a stage, as they come together.
struct Folder<'f> {
    to: &'f Version,
    stage: Timing,
    names: BTreeSet<String>,
    files: Vec<MigratedFile>,
    commands: BTreeSet<Command>,
}

fn stage(to: &Version, stage: Timing, (old, new): (&State, &State)) -> Vec<MigratedFile> {
    let mut folder =
        Folder { to, stage, names: BTreeSet::new(), files: Vec::new(), commands: BTreeSet::new() };
    for (object, held) in &new.objects {
        match old.objects.get(object) {
            None => folder.add(object, held),
            Some(old) if same_items(old, held) => {}
            Some(old) if old.is_withheld() || held.is_withheld() => {
                folder.patch(object, old, held);
            }
            Some(_) => folder.replace(object, held),
        }
    }
    if !folder.commands.is_empty() {
        let text = script(to, stage, &folder.commands);
        folder.write("commands.sh", text);
    }
    folder.files
}

pub(super) fn same_items(old: &Held, new: &Held) -> bool {
    let same = |(old, new): (&Item, &Item)| old.key == new.key && old.value.same(&new.value);
    old.items.len() == new.items.len() && old.items.iter().zip(&new.items).all(same)
}

impl Folder<'_> {
    fn write(&mut self, name: &str, text: String) {
        let path = format!("{}/{}/{name}", self.to, self.stage.as_str());
        self.files.push(MigratedFile { path, text });
    }

    fn add(&mut self, object: &ObjectKey, held: &Held) {
        let file = names::file(object, &mut self.names) + ".yaml";
        let plain = held.items.iter().filter(|it| !is_withheld(&it.value));
        let node = without_withheld(held.whole(plain));
        self.write(&file, emit::document(&node));
        self.commands.insert(Command::Apply { file });
        for item in &held.items {
            self.hand(object, item);
        }
    }

    fn replace(&mut self, object: &ObjectKey, held: &Held) {
        let file = names::file(object, &mut self.names) + ".yaml";
        self.write(&file, emit::document(&held.whole(held.items.iter())));
        self.commands.insert(Command::Replace { file });
    }

    fn patch(&mut self, object: &ObjectKey, old: &Held, new: &Held) {
        let changed = new
            .items
            .iter()
            .filter(|it| old.get(&it.key).is_none_or(|before| !before.value.same(&it.value)));
        let mut operations = Vec::new();
        let mut copied = Vec::new();
        for item in changed {
            match &item.origin {
                Some((from, key)) if from == object => {
                    copied.push((key.clone(), item.key.clone()));
                    operations.push(copy(key, &item.key));
                }
                _ if is_withheld(&item.value) => self.hand(object, item),
                _ => operations.push(add(&item.key, &item.value.to_json())),
            }
        }
        let gone = || old.items.iter().filter(|it| new.get(&it.key).is_none());
        operations.extend(gone().flat_map(|it| remove(&it.key)));
        if operations.is_empty() {
            return;
        }
        let file = names::file(object, &mut self.names) + ".patch.json";
        self.write(&file, lines(&operations));
        let once = copied.into_iter().find(|it| new.get(&it.0).is_none());
        self.commands.insert(Command::Patch { object: object.clone(), file, once });
    }

    /// Hands a withheld value on to another object.
    fn hand(&mut self, object: &ObjectKey, item: &Item) {
        if let Some(from) = item.origin.clone().filter(|_| is_withheld(&item.value)) {
            let to = (object.clone(), item.key.clone());
            self.commands.insert(Command::Hand { from, to });
        }
    }
}

/// An object without the fields in which something is withheld.
fn without_withheld(mut node: Node) -> Node {
    if let Value::Mapping(entries) = &mut node.value {
        entries.retain(|it| !is_withheld(&it.node));
    }
    node
}

fn copy(from: &str, to: &str) -> Json {
    json!({"op": "copy", "from": pointer(from), "path": pointer(to)})
}

fn add(key: &str, value: &Json) -> Json {
    json!({"op": "add", "path": pointer(key), "value": value})
}

/// Takes a key out, also where it is gone already: what is not there cannot be removed.
fn remove(key: &str) -> [Json; 2] {
    [add(key, &"".into()), json!({"op": "remove", "path": pointer(key)})]
}

/// The place of a key in an object (RFC 6901).
fn pointer(key: &str) -> String {
    format!("/data/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn lines(operations: &[Json]) -> String {
    let lines: Vec<_> = operations.iter().map(|it| format!("  {it}")).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
