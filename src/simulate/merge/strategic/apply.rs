//! Merging a patch into an object, or into another patch.

use serde_json::{Map, Value};

use super::items::{self, Merged};
use super::lists::deduplicated;
use super::order::{Identity, Order, partition, weave};
use super::{DELETE_FROM, DIRECTIVE, RETAIN_KEYS, SET_ORDER, Shape, shape_of_items};
use crate::simulate::merge::types::{Field, Type};
use crate::simulate::merge::{MergeError, Trouble};

/// Where patches are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// By kubectl, the one half of a patch into the other: directives and nulls are kept.
    Client,
    /// By the API server, into the live object: directives are carried out.
    Server,
}

/// Merges patches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merger {
    pub(super) at: At,
}

type Object = Map<String, Value>;

impl Merger {
    /// Merges a patch into an object of the type.
    pub(super) fn objects(
        self,
        mut object: Object,
        mut patch: Object,
        ty: &Type,
    ) -> Result<Object, MergeError> {
        if let Some(directive) = patch.remove(DIRECTIVE) {
            return match directive.as_str() {
                Some("replace") => Ok(patch),
                Some("delete") => Ok(Object::new()),
                _ => Err(Trouble::BadDirective.here()),
            };
        }
        self.retain_keys(&mut object, &mut patch)?;
        self.ordered_lists(&mut object, &mut patch, ty)?;
        // Go takes the keys in any order; deleting last is the order that does what is meant.
        let is_deletion = |(key, _): &(String, Value)| key.starts_with(DELETE_FROM);
        let (deletions, values): (Vec<_>, Vec<_>) = patch.into_iter().partition(is_deletion);
        for (key, value) in values {
            self.value(&mut object, key, value, ty)?;
        }
        for (key, value) in deletions {
            self.deletion(&mut object, key, value, ty)?;
        }
        Ok(object)
    }

    /// Carries out `$retainKeys`, or moves it on to the other half.
    fn retain_keys(self, object: &mut Object, patch: &mut Object) -> Result<(), MergeError> {
        let Some(kept) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
        if self.at == At::Client {
            let known = object.entry(RETAIN_KEYS).or_insert(kept.clone());
            return if *known == kept { Ok(()) } else { Err(Trouble::BadRetainKeys.here()) };
        }
        let kept = kept.as_array().ok_or(Trouble::BadRetainKeys.here())?;
        let is_kept = |key: &str| kept.iter().any(|it| it.as_str() == Some(key));
        let is_list = |key: &str| key.starts_with(DELETE_FROM) || key.starts_with(SET_ORDER);
        if !patch.iter().all(|(key, it)| it.is_null() || is_list(key) || is_kept(key)) {
            return Err(Trouble::BadRetainKeys.here());
        }
        object.retain(|key, _| is_kept(key));
        Ok(())
    }

    fn ordered_lists(
        self,
        object: &mut Object,
        patch: &mut Object,
        ty: &Type,
    ) -> Result<(), MergeError> {
        let is_order = |key: &&String| key.starts_with(SET_ORDER);
        let keys: Vec<String> = patch.keys().filter(is_order).cloned().collect();
        for key in keys {
            let order = patch.remove(&key).unwrap_or_default();
            if self.at == At::Client && *object.entry(&*key).or_insert(order.clone()) != order {
                return Err(Trouble::BadOrder.here());
            }
            let list = key.strip_prefix(SET_ORDER).and_then(|it| it.strip_prefix('/'));
            let list = list.ok_or(Trouble::BadOrder.here())?;
            self.ordered_list(list, order, (object, patch), ty.field(list))
                .map_err(|error| error.inside(list))?;
        }
        Ok(())
    }

    /// Merges a list whose order the patch gives.
    fn ordered_list(
        self,
        key: &str,
        order: Value,
        (object, patch): (&mut Object, &mut Object),
        field: Field,
    ) -> Result<(), MergeError> {
        let order = items_of(order)?;
        let old = object.get(key).cloned().map(items_of).transpose()?;
        let new = patch.remove(key).map(items_of).transpose()?;
        let by = Identity(field.merge_key.unwrap_or_default());
        check_order(new.as_deref().unwrap_or_default(), &order, by)?;
        let (one, other) = (old.as_deref(), new.as_deref());
        let shape = match (one, other) {
            (None, None) => return Ok(()),
            (one, other) => shape_of_items(one.unwrap_or_default(), other.unwrap_or_default()),
        };
        let is_new = self.at == At::Server && old.is_none();
        let merged = match (old, new) {
            (old, None) => Merged::unchanged(by, old.unwrap_or_default()),
            (None, Some(new)) => Merged { items: new, server_keys: Vec::new() },
            (Some(old), Some(new)) => self.lists(old, new, field)?,
        };
        by.check(&merged.items)?;
        let order = Order::of(by, &order);
        let server = Order::from_keys(by, merged.server_keys.into_iter());
        let (patched, others) = partition(merged.items, &order);
        shape?;
        let woven = Value::from(weave(patched, others, &order, &server));
        object.insert(key.to_owned(), if is_new { decoded(woven) } else { woven });
        Ok(())
    }

    /// Removes scalars from a list, or moves their removal on to the other half.
    fn deletion(
        self,
        object: &mut Object,
        key: String,
        value: Value,
        ty: &Type,
    ) -> Result<(), MergeError> {
        if self.at == At::Client {
            object.insert(key, value);
            return Ok(());
        }
        let list = key.strip_prefix(DELETE_FROM).and_then(|it| it.strip_prefix('/'));
        let list = list.ok_or(Trouble::BadDirective.here())?;
        let is_merged = ty.field(list).merge_key.is_some();
        match (object.get_mut(list), value) {
            (Some(Value::Array(items)), Value::Array(deleted)) if is_merged => {
                items.retain(|it| !deleted.contains(it));
            }
            // The API server takes the deleted items for the list where there is none.
            (_, value) => {
                object.insert(list.to_owned(), value);
            }
        }
        Ok(())
    }

    fn value(
        self,
        object: &mut Object,
        key: String,
        value: Value,
        ty: &Type,
    ) -> Result<(), MergeError> {
        let field = ty.field(&key);
        let new = match (object.remove(&key), value) {
            (_, Value::Null) if self.at == At::Server => return Ok(()),
            (Some(Value::Object(old)), Value::Object(new)) => {
                self.objects(old, new, field.inner).map(Value::Object)
            }
            (Some(Value::Array(old)), Value::Array(new)) if field.merge_key.is_some() => {
                self.lists(old, new, field).map(|it| it.items.into())
            }
            (_, new) if self.at == At::Server => Ok(decoded(new)),
            (_, new) => Ok(new),
        };
        let new = new.map_err(|error| error.inside(&key))?;
        object.insert(key, new);
        Ok(())
    }

    /// Merges the list of a patch into a list.
    fn lists(self, old: Vec<Value>, new: Vec<Value>, field: Field) -> Result<Merged, MergeError> {
        let Some(key) = field.merge_key else {
            let server_keys = old.iter().map(|it| Identity("").of(it)).collect();
            return Ok(Merged { items: new, server_keys });
        };
        if old.is_empty() && new.is_empty() {
            return Ok(Merged { items: old, server_keys: Vec::new() });
        }
        let shape = shape_of_items(&old, &new)?;
        let by = Identity::by(key, shape);
        if shape == Shape::Object {
            return items::merge(self, (old, new), by, field.inner);
        }
        let (server, order) = (Order::of(by, &old), Order::of(by, &new));
        let server_keys = old.iter().map(|it| by.of(it)).collect();
        let (patched, others) = partition(deduplicated([old, new].concat()), &order);
        Ok(Merged { items: weave(patched, others, &order, &server), server_keys })
    }
}

fn items_of(value: Value) -> Result<Vec<Value>, MergeError> {
    match value {
        Value::Array(items) => Ok(items),
        _ => Err(Trouble::BadOrder.here()),
    }
}

/// An error if the patch's items do not stand in the order that the patch gives.
fn check_order(items: &[Value], order: &[Value], by: Identity<'_>) -> Result<(), MergeError> {
    if items.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut order = order.iter().map(|it| by.of(it));
    for item in items.iter().filter(|it| it.get(DIRECTIVE).is_none()) {
        let key = by.of(item);
        order.find(|it| *it == key).ok_or(Trouble::BadOrder.here())?;
    }
    Ok(())
}

/// What is left of a new value when the API server reads it: directives are no fields of any type,
/// and a null is no value.
pub(super) fn decoded(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let is_field = |key: &str| {
                key != DIRECTIVE
                    && key != RETAIN_KEYS
                    && !key.starts_with(DELETE_FROM)
                    && !key.starts_with(SET_ORDER)
            };
            let kept = entries.into_iter().filter(|(key, it)| !it.is_null() && is_field(key));
            Value::Object(kept.map(|(key, it)| (key, decoded(it))).collect())
        }
        Value::Array(items) => items.into_iter().map(decoded).collect::<Vec<_>>().into(),
        value => value,
    }
}
