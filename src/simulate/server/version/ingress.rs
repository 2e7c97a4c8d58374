//! Ingresses: networking.k8s.io/v1 names the backend otherwise than the versions before it.

use serde_json::{Map, Value, json};

const V1: &str = "networking.k8s.io/v1";

pub(super) fn convert(given: &mut Map<String, Value>, from: &str, to: &str) -> Option<()> {
    let change = match (from == V1, to == V1) {
        (false, true) => to_v1,
        (true, false) => from_v1,
        _ => return Some(()),
    };
    let spec = given.get_mut("spec")?.as_object_mut()?;
    let (before, after) =
        if to == V1 { ("backend", "defaultBackend") } else { ("defaultBackend", "backend") };
    if let Some(mut backend) = spec.remove(before) {
        change(backend.as_object_mut()?);
        spec.insert(after.to_owned(), backend);
    }
    let rules = spec.get_mut("rules").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        let paths = rule.pointer_mut("/http/paths").and_then(Value::as_array_mut);
        for path in paths.into_iter().flatten() {
            change(path.get_mut("backend")?.as_object_mut()?);
        }
    }
    Some(())
}

fn to_v1(backend: &mut Map<String, Value>) {
    let name = backend.remove("serviceName");
    let port = backend.remove("servicePort");
    if name.is_none() && port.is_none() {
        return;
    }
    let port = match port {
        Some(Value::String(name)) => json!({"name": name}),
        Some(number) => json!({"number": number}),
        None => json!({}),
    };
    let name = name.unwrap_or_else(|| "".into());
    backend.insert("service".to_owned(), json!({"name": name, "port": port}));
}

fn from_v1(backend: &mut Map<String, Value>) {
    let Some(service) = backend.remove("service") else { return };
    if let Some(name) = service.get("name") {
        backend.insert("serviceName".to_owned(), name.clone());
    }
    let port = service.pointer("/port/name").or(service.pointer("/port/number"));
    backend.insert("servicePort".to_owned(), port.cloned().unwrap_or_else(|| 0.into()));
}
