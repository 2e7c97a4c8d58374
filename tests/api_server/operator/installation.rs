//! What operators of the generations write into the Installation.

use k8s_openapi::jiff::Timestamp;
use semver::Version;
use serde_json::{Value, json};

/// Where the Installation is.
pub(crate) const PATH: &str = "/apis/installer.kyma-project.io/v1alpha1/namespaces/default/\
                               installations/kyma-installation";

/// How operators differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Generation {
    /// The major and minor version.
    pub(crate) minor: (u64, u64),
}

impl Generation {
    /// That of an image. A tag that is no version is older than all.
    pub(crate) fn of(tag: &str) -> Self {
        let version = Version::parse(tag).ok();
        Self { minor: version.map_or((0, 0), |it| (it.major, it.minor)) }
    }

    /// What the description says at the beginning, one after the other.
    pub(crate) fn beginning(self) -> &'static [&'static str] {
        const ALL: [&str; 2] = ["Get Kyma Sources", "Verify installed components"];
        if self.minor <= (1, 9) { &ALL } else { &ALL[1..] }
    }

    /// What the description says while a component is worked on.
    pub(crate) fn step(self, component: &str) -> String {
        let words = if self.minor <= (1, 2) { "Processing" } else { "install" };
        format!("{words} component {component}")
    }

    /// Whether a failure leaves the label, so that the whole list begins again for ever.
    pub(crate) fn repeats(self) -> bool {
        self.minor <= (1, 10)
    }

    /// How often a component is tried in one go.
    pub(crate) fn tries(self) -> usize {
        if self.repeats() { 1 } else { 6 }
    }

    fn keeps_errors(self) -> bool {
        self.minor >= (0, 8)
    }
}

/// The components on the list, by the names of their releases.
pub(crate) fn components(installation: &Value) -> Vec<String> {
    let list = installation["spec"]["components"].as_array();
    let names = list.into_iter().flatten().filter_map(|it| {
        let text = |field: &str| it[field].as_str().filter(|it| !it.is_empty());
        text("release").or(text("name")).map(str::to_owned)
    });
    names.collect()
}

/// Whether the label is there that starts the operator.
pub(crate) fn is_triggered(installation: &Value) -> bool {
    installation["metadata"]["labels"]["action"] == "install"
}

/// Takes the label off.
pub(crate) fn untrigger(installation: &mut Value) {
    if let Some(labels) = installation["metadata"]["labels"].as_object_mut() {
        drop(labels.remove("action"));
    }
}

/// The operator is at work; the errors so far stay.
pub(crate) fn progress(installation: &mut Value, description: &str) {
    let status = status(installation);
    status["state"] = json!("InProgress");
    status["description"] = json!(description);
}

/// A component failed.
pub(crate) fn fail(it: &mut Value, generation: Generation, component: &str, log: &str) {
    let status = status(it);
    status["state"] = json!("Error");
    status["description"] = json!(generation.step(component));
    status["version"] = json!("");
    status["url"] = json!("");
    if !generation.keeps_errors() {
        return;
    }
    if !status["errorLog"].is_array() {
        status["errorLog"] = json!([]);
    }
    let list = status["errorLog"].as_array_mut().unwrap();
    match list.last_mut().filter(|it| it["component"] == component && it["log"] == log) {
        Some(last) => last["occurrences"] = json!(last["occurrences"].as_u64().unwrap() + 1),
        None => list.push(json!({"component": component, "log": log, "occurrences": 1})),
    }
}

/// All is installed.
pub(crate) fn succeed(installation: &mut Value, generation: Generation) {
    let spec = installation["spec"].clone();
    let text = |field: &str| spec[field].as_str().unwrap_or_default().to_owned();
    let status = status(installation);
    status["state"] = json!("Installed");
    status["description"] = json!("Kyma installed");
    status["version"] = json!(text("version"));
    status["url"] = json!(text("url"));
    if generation.keeps_errors() {
        status["errorLog"] = json!([]);
    }
}

/// The conditions of a run that has begun.
pub(crate) const BEGUN: [(&str, &str); 4] =
    [("Installed", "Unknown"), ("Installing", "True"), ("InProgress", "True"), ("Error", "False")];

/// The conditions after success.
pub(crate) const INSTALLED: [(&str, &str); 4] =
    [("Installed", "True"), ("Installing", "False"), ("InProgress", "False"), ("Error", "False")];

/// The conditions after a failure.
pub(crate) fn failed(generation: Generation) -> [(&'static str, &'static str); 4] {
    let installed = if generation.repeats() { "Unknown" } else { "False" };
    let at_work = if generation.repeats() { "True" } else { "False" };
    [("Installed", installed), ("Installing", at_work), ("InProgress", at_work), ("Error", "True")]
}

/// Sets conditions and their times.
pub(crate) fn set_conditions(installation: &mut Value, conditions: &[(&str, &str)]) {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let status = status(installation);
    if !status["conditions"].is_array() {
        status["conditions"] = json!([]);
    }
    let list = status["conditions"].as_array_mut().unwrap();
    for (kind, value) in conditions {
        let at = list.iter().position(|it| it["type"] == *kind);
        let at = at.unwrap_or_else(|| {
            list.push(json!({"type": kind}));
            list.len() - 1
        });
        let condition = &mut list[at];
        if condition["status"] != *value {
            condition["status"] = json!(value);
            condition["lastTransitionTime"] = json!(now);
        }
        condition["lastProbeTime"] = json!(now);
    }
}

fn status(installation: &mut Value) -> &mut Value {
    if !installation["status"].is_object() {
        installation["status"] = json!({});
    }
    &mut installation["status"]
}
