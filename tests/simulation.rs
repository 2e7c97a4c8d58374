//! Laws of the simulation, for random small releases on random clusters.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test where it cannot go on")]

use std::collections::{BTreeMap, BTreeSet};

use kyma_upgrade::bundle::Bundle;
use kyma_upgrade::manifest::{Object, ObjectKey};
use kyma_upgrade::procedure;
use kyma_upgrade::release::{
    Absent, Artifact, Deployment, Facts, KubernetesFacts, KubernetesVersion, Problem, Role,
};
use kyma_upgrade::simulate::merge::{self, Kubectl};
use kyma_upgrade::simulate::server;
use kyma_upgrade::simulate::{ClusterState, Prediction, Simulated, Simulator, Verb};
use kyma_upgrade::yaml::Limits;
use proptest::prelude::*;
use serde_json::{Value, json};

const KUBERNETES: KubernetesVersion = KubernetesVersion { major: 1, minor: 20 };

/// A release that applies these objects.
fn release(version: &str, objects: &[Value]) -> Bundle {
    let needs =
        Facts::builtin().generation(&version.parse().unwrap()).needs(version, Deployment::Cluster);
    let text: Vec<_> = objects.iter().map(|it| format!("---\n{it}\n")).collect();
    let fetched = needs.into_iter().map(|need| {
        let (resource, url) = (need.resource.clone(), String::new());
        let file = if need.role == Role::Installer {
            let bytes = text.concat().into_bytes();
            Ok(Artifact { resource, url, sha256: String::new(), bytes })
        } else {
            Err(Absent { resource, url, problem: Problem::Missing })
        };
        (need, file)
    });
    Bundle::new(&version.parse().unwrap(), fetched.collect())
}

/// The objects that a release applies: those that every release has, around its own.
fn applied(version: &str, own: &[Value]) -> Vec<Value> {
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kyma-installer"}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1beta1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "installations.installer.kyma-project.io"},
        "spec": {
            "group": "installer.kyma-project.io", "version": "v1alpha1", "scope": "Namespaced",
            "names": {"kind": "Installation", "plural": "installations"}
        }
    });
    let mut installer = workload("kyma-installer", "x", 0, 0);
    installer["spec"]["template"]["spec"]["containers"][0]["image"] = version.into();
    let installation = json!({
        "apiVersion": "installer.kyma-project.io/v1alpha1", "kind": "Installation",
        "metadata": {"name": "kyma-installation", "labels": {"action": "install"}},
        "spec": {"version": version, "components": [{"name": version, "namespace": "a"}]}
    });
    let mut objects = vec![namespace, definition, installer];
    objects.extend_from_slice(own);
    objects.push(installation);
    objects
}

fn metadata(name: &str) -> Value {
    json!({"name": name, "namespace": "kyma-installer"})
}

fn workload(name: &str, selected: &str, memory: usize, image: usize) -> Value {
    let memory = ["1024Mi", "1Gi", "0.5Gi", "512Mi"][memory % 4];
    let labels = json!({"name": "kyma-installer", "app": "a", "tier": selected});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(name),
        "spec": {"selector": {"matchLabels": {"tier": selected}}, "template": {
            "metadata": {"labels": labels},
            "spec": {"containers": [
                {"name": "one", "image": format!("a:{image}"), "resources": {"limits": {"memory": memory}}},
                {"name": "two", "image": "b", "env": [{"name": "A", "value": format!("{image}")}]}
            ]}
        }}
    })
}

/// One of few objects in one of few forms.
fn object() -> impl Strategy<Value = Value> {
    let name = prop_oneof![Just("a"), Just("b")];
    let data = proptest::collection::btree_map("[a-c]", "[xy]", 1..3);
    (0..8_usize, name, data, 0..4_usize, 0..2_usize).prop_map(|(kind, name, data, many, few)| {
        let rbac = "rbac.authorization.k8s.io/v1";
        let metadata = metadata(name);
        let memory = ["1024Mi", "1Gi", "2Gi", "1e3"][many];
        let verbs: Vec<_> = data.keys().collect();
        let (role, port) = (name.repeat(1 + few), 80 + many);
        match kind {
            0 | 1 => json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}),
            2 => json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}),
            3 => json!({"apiVersion": rbac, "kind": "Role", "metadata": metadata,
                "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": verbs}]}),
            4 => json!({"apiVersion": rbac, "kind": "RoleBinding", "metadata": metadata,
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role}}),
            5 => workload(name, ["x", "y"][few], many, few),
            6 => json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata,
                "spec": {"limits": [{"type": "Container", "max": {"memory": memory}}]}}),
            _ => json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata,
                "spec": {"selector": data, "ports": [{"name": "a", "port": port}, {"name": "b", "port": 90}]}}),
        }
    })
}

/// Objects without one twice.
fn objects() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(object(), 0..8).prop_map(|objects| {
        let mut seen = BTreeSet::new();
        let key = |it: &Value| format!("{}/{}", it["kind"], it["metadata"]["name"]);
        objects.into_iter().filter(|it| seen.insert(key(it))).collect()
    })
}

/// A cluster that holds these objects, which nobody has applied, and nothing else of their kinds.
fn cluster(objects: &[Value]) -> ClusterState {
    let shown = objects.iter().cloned().map(|mut it| {
        if it["kind"] == "Installation" {
            it["metadata"]["namespace"] = "default".into();
        }
        server::created(it, KUBERNETES)
    });
    let list = json!({"apiVersion": "v1", "kind": "List", "items": shown.collect::<Vec<_>>()});
    ClusterState::read("state.json", list.to_string().as_bytes(), &Limits::default()).unwrap()
}

/// What is random: two releases, and what the cluster holds otherwise than the first of them; none
/// for a clean install.
type Given = (Vec<Value>, Vec<Value>, Option<Vec<Value>>);

fn given() -> impl Strategy<Value = Given> {
    (objects(), objects(), proptest::option::of(objects()))
}

/// Two releases, and the second once more under a higher version.
struct World {
    facts: Facts,
    api: KubernetesFacts,
    releases: [Bundle; 3],
    state: Option<ClusterState>,
}

impl World {
    fn new((old, new, other): &Given) -> Self {
        let again = applied("1.5.0", new);
        let releases = [
            release("1.4.0", &applied("1.4.0", old)),
            release("1.5.0", &again),
            release("1.6.0", &again),
        ];
        let state =
            other.as_ref().map(|it| cluster(&[&applied("1.4.0", it)[..], &foreign()].concat()));
        Self { facts: Facts::builtin(), api: KubernetesFacts::builtin(), releases, state }
    }

    fn start(&self) -> Simulator<'_> {
        match &self.state {
            Some(state) => Simulator::on(state.clone(), &self.releases[0], &self.api),
            None => Simulator::clean(&self.releases[0], &self.api),
        }
    }

    /// Goes from the release with this position to the next one.
    fn hop<'a>(&'a self, simulator: &mut Simulator<'a>, from: usize) -> Simulated {
        let [from, to] = [&self.releases[from], &self.releases[from + 1]];
        simulator.hop(from, to, &self.facts).unwrap()
    }
}

/// Objects that no release has.
fn foreign() -> Vec<Value> {
    let mut elsewhere = workload("a", "x", 0, 0);
    elsewhere["metadata"]["namespace"] = "default".into();
    let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("mine"), "data": {"a": "mine"}});
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata("mine"), "data": {"a": "bWluZQ=="}});
    vec![elsewhere, config, secret]
}

fn all(state: &ClusterState) -> BTreeMap<ObjectKey, Value> {
    state.objects().map(|(key, it)| (key.clone(), it)).collect()
}

/// The manifest of an object as kubectl sends it.
fn manifest(state: &ClusterState, object: &Object) -> Value {
    let mut manifest = state.seal().value(&object.node);
    if let Some(namespace) = &object.key.namespace {
        manifest["metadata"]["namespace"] = namespace.as_str().into();
    }
    manifest
}

/// The acts of the procedure itself: its Deployment is deleted, its Installation labelled.
fn is_procedures(prediction: &Prediction) -> bool {
    [procedure::installer(), procedure::installation()].contains(&prediction.object)
}

/// In which part of a hop something happens: what goes, what is applied, what is left behind.
fn part(prediction: &Prediction) -> usize {
    match prediction.verb {
        Verb::LeftBehind => 2,
        _ if prediction.place.is_none() => 0,
        _ => 1,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_hop_on_its_own_result_changes_nothing(given in given()) {
        let world = World::new(&given);
        let mut simulator = world.start();
        let first = world.hop(&mut simulator, 0);
        let before = all(simulator.state());
        let second = world.hop(&mut simulator, 1);
        let rejected = |it: &Simulated| -> BTreeMap<ObjectKey, String> {
            let found = it.predictions.iter().filter_map(|it| Some((it, it.rejection.as_ref()?)));
            found.map(|(it, why)| (it.object.clone(), why.why.to_string())).collect()
        };
        prop_assert_eq!(rejected(&second), rejected(&first));
        for it in second.predictions.iter().filter(|it| !is_procedures(it) && it.rejection.is_none()) {
            // kubectl sends 1024Mi and stringData again and again; the server stores 1Gi and data.
            let respelled = ["Deployment", "LimitRange", "Secret"].contains(&it.object.kind.as_str());
            let same = it.verb == Verb::Unchanged || (respelled && it.verb == Verb::Configured);
            prop_assert!(same && it.fields.is_empty(), "{} {:?} {:?}", it.object, it.verb, it.fields);
        }
        prop_assert_eq!(all(simulator.state()), before);
    }

    #[test]
    fn the_predicted_patch_gives_the_predicted_object(given in given()) {
        let world = World::new(&given);
        let mut simulator = world.start();
        let before = simulator.state().clone();
        let simulated = world.hop(&mut simulator, 0);
        for it in simulated.predictions.iter().filter(|it| it.place.is_some() && !is_procedures(it)) {
            let Some(object) = world.releases[1].objects.get(&it.object) else { continue };
            let (manifest, live) = (manifest(&before, object), before.get(&it.object));
            let after = simulator.state().get(&it.object);
            let Some(live) = live else {
                prop_assert_eq!(it.verb, Verb::Created);
                prop_assert_eq!(after, Some(server::created(merge::annotated(&manifest), KUBERNETES)));
                continue;
            };
            let patch = Kubectl::V1_32.patch(&manifest, &live).unwrap();
            prop_assert_eq!(patch.is_empty(), it.verb == Verb::Unchanged, "{}", it.object);
            let patched = merge::apply_patch(patch.style, &live, &patch.body).unwrap();
            let patched = server::updated(&live, patched, KUBERNETES);
            if it.verb == Verb::Configured {
                let after = after.unwrap();
                prop_assert_eq!(&patched, &after);
                prop_assert_eq!(&it.fields, &merge::changed_fields(&live, &after));
            } else {
                prop_assert_eq!(after, Some(live));
            }
        }
    }

    #[test]
    fn predictions_come_in_the_order_of_the_steps_and_files(given in given()) {
        let world = World::new(&given);
        let [mut simulator, mut again] = [world.start(), world.start()];
        let simulated = world.hop(&mut simulator, 0);
        prop_assert_eq!(&simulated, &world.hop(&mut again, 0));
        prop_assert!(simulated.predictions.is_sorted_by_key(part));
        let of = |wanted| simulated.predictions.iter().filter(move |it| part(it) == wanted);
        prop_assert!(of(0).all(|it| it.object == procedure::installer()));
        let release = &world.releases[1];
        let files = procedure::applied(release).flat_map(|it| release.objects_of(it));
        let files: Vec<_> = files.map(|it| &it.key).collect();
        prop_assert_eq!(of(1).map(|it| &it.object).collect::<Vec<_>>(), files);
        for it in of(2) {
            prop_assert!(release.objects.get(&it.object).is_none());
            prop_assert!(simulator.state().contains(&it.object));
        }
    }

    #[test]
    fn objects_that_no_file_has_stay_as_they_are(given in given()) {
        let world = World::new(&given);
        let mut simulator = world.start();
        let before = all(simulator.state());
        let simulated = world.hop(&mut simulator, 0);
        let after = all(simulator.state());
        let release = &world.releases[1].objects;
        let others = |it: &BTreeMap<ObjectKey, Value>| -> BTreeMap<ObjectKey, Value> {
            let others = it.iter().filter(|(key, _)| release.get(key).is_none());
            others.map(|(key, it)| (key.clone(), it.clone())).collect()
        };
        prop_assert_eq!(others(&after), others(&before));
        let told: BTreeSet<_> = simulated.predictions.iter().map(|it| &it.object).collect();
        for (key, value) in after.iter().filter(|(key, _)| release.get(key).is_some()) {
            prop_assert!(before.get(key) == Some(value) || told.contains(key), "{} changes untold", key);
        }
    }
}
