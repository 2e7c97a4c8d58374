//! Saved plans: what they hold, what voids them, and what `verify` says about them.

use std::path::PathBuf;
use std::process::Output;

use kyma_upgrade::plan::Plan;
use serde_json::{Value, json};

use crate::support::{History, Installer, overrides, run_at_home};

/// A folder with releases, the state of a cluster, and plans.
pub(crate) struct Desk {
    folder: tempfile::TempDir,
    history: History,
}

const INSTALLATION: &str = "installer.kyma-project.io/v1alpha1";

impl Desk {
    pub(crate) fn new() -> Self {
        let mut history = History::default();
        let config = overrides("core-overrides", Some("core"), "core.size: \"1\"");
        history.complete("1.4.0", &config).complete("1.5.0", &config);
        history.guide("1.5", "1.4-1.5.md", "# Migrate\n\nBefore you upgrade, rest.\n");
        let desk = Self { folder: tempfile::tempdir().unwrap(), history };
        desk.history.write(&desk.path("releases"));
        desk.write("state.json", &state().to_string());
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs_err::write(self.path(name), text).unwrap();
    }

    pub(crate) fn run(&self, line: &str, more: &[&str]) -> Output {
        let folder = self.text("");
        let line = line.replace("{}", folder.trim_end_matches('/'));
        let args: Vec<_> = line.split(' ').chain(more.iter().copied()).collect();
        run_at_home(self.folder.path(), &args)
    }

    /// Saves a plan for the cluster of the state.
    pub(crate) fn plan(&self, more: &[&str]) -> Plan {
        let line = "plan --from 1.4 --to 1.5 --source {}/releases --cluster-state {}/state.json \
                    --kubernetes-version 1.13 --save-plan {}/plan.json";
        let output = self.run(line, more);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", errors(&output));
        Plan::read(&fs_err::read(self.path("plan.json")).unwrap()).unwrap()
    }

    pub(crate) fn approve(&self) {
        let output = self.run("approve {}/plan.json --as alice --guide 1.4-1.5.md", &[]);
        assert!(output.status.success(), "{}", errors(&output));
    }

    /// Verifies the plan against a state: whether it holds, and what is said.
    pub(crate) fn verify(&self, state: &Value) -> (bool, Value) {
        self.write("now.json", &state.to_string());
        let line = "verify {}/plan.json --source {}/releases --cluster-state {}/now.json -o json";
        let output = self.run(line, &[]);
        let said: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|it| panic!("{it}: {}", errors(&output)));
        let holds = output.status.code() == Some(0);
        assert!(holds || output.status.code() == Some(4), "{}", errors(&output));
        assert_eq!(said["holds"], holds);
        (holds, said)
    }
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A list of kubectl: Kyma 1.4.0 and an override with a secret.
pub(crate) fn state() -> Value {
    let text = Installer { image: "1.4.0", ..Installer::default() }.text();
    let text = text.replace("  labels:\n    action: install\n", "");
    let documents = text.split("---\n").filter(|it| !it.trim().is_empty());
    let mut items: Vec<Value> = documents.map(object).collect();
    let installation = items.iter_mut().find(|it| it["apiVersion"] == INSTALLATION).unwrap();
    installation["status"] = json!({"state": "Installed"});
    items.push(json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "kube-system", "uid": "cluster-one"}}));
    items.push(json!({"apiVersion": "v1", "kind": "Namespace",
        "metadata": {"name": "kyma-installer"}}));
    items.push(json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "mine", "namespace": "kyma-installer", "resourceVersion": "7",
            "labels": {"installer": "overrides", "component": "core"}},
        "data": {"core.size": "3"}}));
    items.push(json!({"apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "hidden", "namespace": "kyma-installer", "resourceVersion": "8",
            "labels": {"installer": "overrides", "component": "core"}},
        "data": {"core.password": "Y2FuYXJ5LWhvcnNl"}}));
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

fn object(text: &str) -> Value {
    let documents = kyma_upgrade::yaml::split(text.as_bytes()).unwrap();
    let node = kyma_upgrade::yaml::parse(&documents[0], &kyma_upgrade::yaml::Limits::default());
    node.unwrap().unwrap().to_json()
}

/// The state with one object changed.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut state = state();
    let items = state["items"].as_array_mut().unwrap();
    // The installer's Deployment comes first of all that is called so.
    change(items.iter_mut().find(|it| it["metadata"]["name"] == name).unwrap());
    state
}

#[test]
fn equal_inputs_give_equal_plans_that_read_as_they_were_written() {
    let desk = Desk::new();
    let plan = desk.plan(&[]);
    let bytes = fs_err::read(desk.path("plan.json")).unwrap();
    assert_eq!(plan.to_bytes(), bytes);
    desk.plan(&[]);
    assert_eq!(fs_err::read(desk.path("plan.json")).unwrap(), bytes);
    assert_eq!(plan.cluster.unwrap().uid, "cluster-one");
    let actions: Vec<_> = plan.hops[0].steps.iter().map(|it| it.action.as_str()).collect();
    assert_eq!(
        actions,
        ["check", "backup", "guide", "save", "delete", "apply", "watch", "compare"]
    );
}

#[test]
fn no_secret_value_is_in_a_plan_or_in_what_is_said_about_it() {
    let desk = Desk::new();
    desk.plan(&[]);
    desk.approve();
    let (_, said) = desk.verify(&state());
    let plan = fs_err::read_to_string(desk.path("plan.json")).unwrap();
    for text in [&plan, &said.to_string()] {
        assert!(!text.contains("canary-horse") && !text.contains("Y2FuYXJ5LWhvcnNl"));
        assert!(!text.contains("(sealed:"), "a keyed digest of a secret");
    }
}

#[test]
fn a_plan_holds_while_nothing_changes_that_it_was_concluded_from() {
    let desk = Desk::new();
    desk.plan(&[]);
    desk.approve();
    let (holds, said) = desk.verify(&state());
    assert!(holds, "{said:#}");
    // A label of another tool, a status, an annotation: no patch depends on them.
    let others = [
        changed("kyma-installer", |it| it["metadata"]["labels"]["team"] = "blue".into()),
        changed("kyma-installation", |it| it["status"]["description"] = "other".into()),
        changed("mine", |it| it["metadata"]["annotations"] = json!({"a": "b"})),
    ];
    for state in others {
        let (holds, said) = desk.verify(&state);
        assert!(holds, "{said:#}");
    }
}

#[test]
fn what_matters_is_told_with_object_field_and_conclusion() {
    let desk = Desk::new();
    desk.plan(&[]);
    desk.approve();
    let told = |state: &Value| {
        let (holds, said) = desk.verify(state);
        assert!(!holds);
        let findings = said["findings"].as_array().unwrap().clone();
        let drifts: Vec<_> = findings.iter().filter(|it| it["code"] == "cluster-drifted").collect();
        assert_eq!(drifts.len(), 1, "{said:#}");
        assert_ne!(drifts[0]["evidence"], json!([]));
        drifts[0]["message"].as_str().unwrap().to_owned()
    };
    let value = changed("mine", |it| it["data"]["core.size"] = "4".into());
    assert!(told(&value).starts_with("ConfigMap/kyma-installer/mine: data[\"core.size\"] changed"));
    let key = changed("mine", |it| it["data"]["core.new"] = "4".into());
    assert!(told(&key).contains("data[\"core.new\"] changed"));
    let label = changed("mine", |it| it["metadata"]["labels"]["component"] = "other".into());
    assert!(told(&label).contains("metadata.labels.component changed"));
    let secret = changed("hidden", |it| {
        it["data"]["core.password"] = "b3RoZXI=".into();
        it["metadata"]["resourceVersion"] = "9".into();
    });
    assert!(told(&secret).contains("Secret/kyma-installer/hidden: a secret value"));
    let components = changed("kyma-installation", |it| it["spec"]["components"] = json!([]));
    let components = told(&components);
    assert!(components.contains("spec.components changed"), "{components}");
    assert!(components.contains("the plan concluded from it: at 1.5.0 it is"), "{components}");
    let mut gone = state();
    gone["items"].as_array_mut().unwrap().retain(|it| it["metadata"]["name"] != "mine");
    assert!(told(&gone).starts_with("ConfigMap/kyma-installer/mine is gone"));
    let mut more = state();
    let other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "other",
        "namespace": "kyma-installer", "labels": {"installer": "overrides"}}, "data": {}});
    more["items"].as_array_mut().unwrap().push(other);
    assert!(told(&more).starts_with("ConfigMap/kyma-installer/other appeared"));
}

#[test]
fn a_release_or_guide_that_is_another_file_now_is_told() {
    let mut desk = Desk::new();
    desk.plan(&[]);
    desk.approve();
    desk.history.guide("1.5", "1.4-1.5.md", "# Migrate\n\nBefore you upgrade, run.\n");
    desk.history.write(&desk.path("releases"));
    let (holds, said) = desk.verify(&state());
    assert!(!holds);
    let finding = &said["findings"][0];
    assert_eq!(finding["code"], "source-changed");
    assert_eq!(finding["subject"], "release-1.5/docs/migration-guides/1.4-1.5.md");
    assert_ne!(finding["evidence"], json!([]));
}

#[test]
fn one_changed_byte_voids_a_plan_and_its_approvals() {
    let desk = Desk::new();
    desk.plan(&[]);
    desk.approve();
    let bytes = fs_err::read(desk.path("plan.json")).unwrap();
    for place in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut changed = bytes.clone();
        changed[place] = if changed[place] == b'1' { b'2' } else { b'1' };
        if changed == bytes {
            continue;
        }
        assert!(Plan::read(&changed).is_err(), "byte {place} of {}", bytes.len());
    }
    // White space changes no value, and is noticed all the same.
    let spaced = String::from_utf8(bytes).unwrap().replacen(": ", ":  ", 1);
    desk.write("plan.json", &spaced);
    let output = desk.run("verify {}/plan.json --no-source", &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(errors(&output).contains("it was changed after it was made"), "{}", errors(&output));
}

#[test]
fn another_cluster_an_old_plan_and_missing_approvals_are_refused() {
    let desk = Desk::new();
    let mut plan = desk.plan(&["--approvals", "2"]);
    let refusal = |said: &Value| said["refusal"].as_str().unwrap_or_default().to_owned();
    let apply = || {
        let output = desk.run("apply {}/plan.json --yes", &[]);
        assert_eq!(output.status.code(), Some(4));
        errors(&output)
    };
    desk.approve();
    // Whether a plan is true does not depend on who has approved it; whether it is applied does.
    let (holds, said) = desk.verify(&state());
    assert!(holds);
    assert_eq!(said["open"], "the plan needs 2 approvals and has 1");
    assert!(apply().contains("the plan needs 2 approvals and has 1"));
    desk.plan(&[]);
    let (_, said) = desk.verify(&state());
    assert_eq!(said["open"], "nobody says to have read 1.4-1.5.md");
    assert!(apply().contains("nobody says to have read 1.4-1.5.md"));
    desk.approve();
    let other = changed("kube-system", |it| it["metadata"]["uid"] = "cluster-two".into());
    let (_, said) = desk.verify(&other);
    assert_eq!(
        refusal(&said),
        "the plan was made for another cluster (cluster-one); this is cluster-two"
    );
    plan.valid_until = Some("2020-01-01T00:00:00Z".parse().unwrap());
    plan.digest = String::new();
    plan.digest = kyma_upgrade::digest::sha256(&plan.to_bytes());
    fs_err::write(desk.path("plan.json"), plan.to_bytes()).unwrap();
    let (_, said) = desk.verify(&state());
    assert_eq!(refusal(&said), "the plan was valid until 2020-01-01T00:00:00Z");
}

#[test]
fn a_plan_without_a_cluster_can_be_read_and_not_applied() {
    let desk = Desk::new();
    let line = "plan --from 1.4 --to 1.5 --source {}/releases --save-plan {}/plan.json -q";
    let output = desk.run(line, &[]);
    assert!(errors(&output).contains("not applied"), "{}", errors(&output));
    let output = desk.run("verify {}/plan.json --no-source", &[]);
    assert_eq!(output.status.code(), Some(4));
    let output = desk.run("apply {}/plan.json --yes", &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(errors(&output).contains("made without a cluster"), "{}", errors(&output));
}

#[test]
fn the_report_of_a_plan_is_that_of_its_planning() {
    let desk = Desk::new();
    desk.plan(&[]);
    for format in ["text", "json", "markdown"] {
        let planned = desk.run(
            "plan --from 1.4 --to 1.5 --source {}/releases --cluster-state {}/state.json \
             --kubernetes-version 1.13",
            &["-o", format],
        );
        let shown = desk.run("verify {}/plan.json --show", &["-o", format]);
        assert_eq!(shown.status.code(), Some(0), "{}", errors(&shown));
        // What the plan is signed with is not known before it is saved.
        let unsigned = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            text.split("## Sign-off").next().unwrap_or_default().to_owned()
        };
        assert_eq!(unsigned(&shown.stdout), unsigned(&planned.stdout), "{format}");
    }
}

#[test]
fn the_approval_document_names_the_digest_of_the_saved_plan() {
    let desk = Desk::new();
    let plan = desk.plan(&["--approvals", "2"]);
    let output = desk.run("verify {}/plan.json --show -o markdown", &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    let digest = &plan.digest;
    assert!(text.contains(&format!("with the digest\n`{digest}`, which covers")), "{text}");
    assert!(text.contains("plan.json --as NAME --guide 1.4-1.5.md`"), "{text}");
    assert_eq!(text.matches("| approved by |").count(), 2, "{text}");
}
