//! What `apply` refuses, with the proof that it wrote nothing, and what it does without writing.

use std::process::Command;

use kyma_upgrade::digest;
use kyma_upgrade::plan::Plan;

use super::support::{Planned, code, errors};

impl Planned {
    /// Applies the plan, which has to be refused before anything is written.
    fn refused(&self, more: &[&str]) -> String {
        self.upgrade.proxy().clear_log();
        let output = self.apply(more);
        assert_eq!(code(&output), 4, "{}", errors(&output));
        assert_eq!(self.upgrade.proxy().writes(), Vec::<String>::new());
        errors(&output)
    }

    /// Changes the plan as somebody would who can compute its digest.
    fn forge(&self, change: impl FnOnce(&mut Plan)) {
        let mut plan = Plan::read(&fs_err::read(self.path()).unwrap()).unwrap();
        change(&mut plan);
        plan.digest = String::new();
        plan.digest = digest::sha256(&plan.to_bytes());
        fs_err::write(self.path(), plan.to_bytes()).unwrap();
    }

    /// Does something, has `apply` refuse, and undoes it.
    fn drifts(&self, change: &str, undo: &str, expected: &str) {
        self.upgrade.kubectl(change);
        let said = self.refused(&[]);
        assert!(said.contains(expected), "{change}: {said}");
        self.upgrade.kubectl(undo);
    }
}

#[test]
fn what_is_wrong_with_the_plan_is_refused_before_anything_is_written() {
    let Some(planned) = Planned::new("1.11", "cluster") else { return };
    let (bytes, approvals) = (planned.path(), planned.path() + ".approvals");
    let (good, approved) = (fs_err::read(&bytes).unwrap(), fs_err::read(&approvals).unwrap());
    let restore = || {
        fs_err::write(&bytes, &good).unwrap();
        fs_err::write(&approvals, &approved).unwrap();
    };
    fs_err::remove_file(&approvals).unwrap();
    assert!(planned.refused(&[]).contains("the plan needs 1 approvals and has 0"));
    restore();
    assert!(planned.refused(&["--approvals", "2"]).contains("needs 2 approvals and has 1"));
    fs_err::write(&bytes, String::from_utf8_lossy(&good).replacen("1.11.1", "1.11.2", 1)).unwrap();
    assert!(planned.refused(&[]).contains("changed after it was made"));
    restore();
    // The approval of the plan as it was is foreign to one that was changed with care.
    planned.forge(|plan| plan.accepted.clear());
    planned.forge(|plan| plan.accepted.push("guide-missing@1.11.1:x".to_owned()));
    assert!(planned.refused(&[]).contains("does not count"));
    planned.forge(|plan| plan.valid_until = Some("2020-01-01T00:00:00Z".parse().unwrap()));
    assert!(planned.refused(&[]).contains("valid until 2020"));
    restore();
    planned.forge(|plan| plan.cluster.as_mut().unwrap().uid = "another".to_owned());
    planned.approve();
    assert!(planned.refused(&[]).contains("made for another cluster"));
    restore();
    planned.forge(|plan| plan.tool = "0.0.1".to_owned());
    planned.approve();
    assert!(planned.refused(&[]).contains("made by kyma-upgrade 0.0.1"));
    restore();
    planned.signatures();
}

impl Planned {
    /// Approvals that are not signed, or with another key, do not count; a good signature does.
    fn signatures(&self) {
        let key = |name: &str| {
            let path = self.upgrade.path(name);
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &path]);
            assert!(keygen.status().unwrap().success());
            (path.clone(), fs_err::read_to_string(path + ".pub").unwrap())
        };
        let ((good, public), (other, _)) = (key("good"), key("other"));
        let signers = self.upgrade.path("signers");
        let line = format!("alice namespaces=\"kyma-upgrade\" {public}");
        fs_err::write(&signers, line).unwrap();
        let allowed = ["--allowed-signers", signers.as_str()];
        let approvals = self.path() + ".approvals";
        assert!(self.refused(&allowed).contains("that of alice does not count: it is not signed"));
        let sign = |key: &str| {
            fs_err::remove_file(&approvals).unwrap();
            let plan = self.path();
            let args = ["approve", &plan, "--as", "alice", "--sign", key];
            let output = self.upgrade.run(&args);
            assert!(output.status.success(), "{}", errors(&output));
        };
        sign(&other);
        assert!(self.refused(&allowed).contains("its signature is not that of a key"));
        sign(&good);
        let output = self.apply(&[&allowed[..], &["--dry-run"]].concat());
        assert_eq!(code(&output), 0, "{}", errors(&output));
        // The words of a signed approval cannot be changed.
        let text = fs_err::read_to_string(&approvals).unwrap();
        fs_err::write(
            &approvals,
            text.replace("\"guides\":[]", "\"guides\":[{\"name\":\"a\",\"sha256\":\"b\"}]"),
        )
        .unwrap();
        assert!(self.refused(&allowed).contains("does not count"));
    }
}

const SET: &str = "-n kyma-installer set image deployment/kyma-installer *=registry/kyma-installer";

#[test]
fn what_changed_in_the_cluster_is_refused_before_the_first_hop_and_between_hops() {
    let Some(planned) = Planned::new("1.12", "local") else { return };
    let overrides = "-n kyma-installer patch configmap core-overrides --type=merge -p";
    let edit = format!("{overrides} {{\"data\":{{\"test.version\":\"mine\"}}}}");
    for version in ["1.10.0", "1.11.1"] {
        let undo = format!("{overrides} {{\"data\":{{\"test.version\":\"{version}\"}}}}");
        planned.drifts(
            &edit,
            &undo,
            "ConfigMap/kyma-installer/core-overrides: data[\"test.version\"]",
        );
        let scale = "-n kyma-installer scale deployment kyma-installer --replicas";
        let (down, up) = (format!("{scale}=0"), format!("{scale}=1"));
        planned.drifts(&down, &up, "Deployment/kyma-installer/kyma-installer: spec.replicas");
        let (by_hand, back) = (format!("{SET}:1.13.0"), format!("{SET}:{version}"));
        planned.drifts(&by_hand, &back, "installed-version-differs");
        let status = "-n default patch installation kyma-installation --type=merge -p";
        let broken = format!("{status} {{\"status\":{{\"state\":\"Error\"}}}}");
        let mended = format!("{status} {{\"status\":{{\"state\":\"Installed\"}}}}");
        planned.drifts(&broken, &mended, "installation-not-ready");
        let new = "-n kyma-installer create configmap late";
        planned.upgrade.kubectl(new);
        let label = "-n kyma-installer label configmap late installer=overrides";
        let gone = "-n kyma-installer delete configmap late";
        planned.drifts(label, gone, "ConfigMap/kyma-installer/late appeared");
        if version == "1.10.0" {
            let said = planned.apply_well(&["--pause-after", "1.11.1"]);
            assert!(said.contains("hop 1 of 2") && !said.contains("hop 2 of 2"), "{said}");
        }
    }
    assert!(planned.refused(&["--hop", "1"]).contains("is not the next one"));
    planned.apply_well(&["--hop", "1.12.0"]);
    assert_eq!(planned.upgrade.operator().outcomes().len(), 2);
}

#[test]
fn a_dry_run_asks_the_server_and_writes_nothing() {
    let Some(planned) = Planned::new("1.11", "cluster") else { return };
    let before = planned.upgrade.kubectl("get all,configmap,secret,lease,event -A -o name");
    let output = planned.apply(&["--dry-run"]);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    assert_eq!(planned.upgrade.proxy().writes(), Vec::<String>::new());
    let tried = planned.upgrade.proxy().dry_runs();
    let of = |part: &str| tried.iter().any(|it| it.contains(part));
    assert!(of("installations/kyma-installation") && of("configmaps/kyma-script"), "{tried:?}");
    assert_eq!(planned.upgrade.kubectl("get all,configmap,secret,lease,event -A -o name"), before);
    assert!(!std::path::Path::new(&(planned.path() + ".journal")).exists());
}

const VELERO: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.velero.io}
spec:
  group: velero.io
  scope: Namespaced
  names: {kind: Backup, plural: backups, singular: backup, listKind: BackupList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

#[test]
fn a_backup_is_demanded_and_found() {
    let Some(planned) = Planned::new("1.11", "cluster") else { return };
    let apply = |age: &str| {
        let plan = planned.path();
        let args = ["apply", &plan, "--dry-run", "--backup-max-age", age];
        planned.upgrade.run(&args)
    };
    let output = apply("1h");
    assert_eq!(code(&output), 4);
    assert!(errors(&output).contains("backup-missing"), "{}", errors(&output));
    let cluster = planned.upgrade.cluster();
    cluster.kubectl(&["apply", "-f", "-"], VELERO);
    cluster.kubectl(&["wait", "--for=condition=established", "crd/backups.velero.io"], "");
    let backup = |name: &str, phase: &str, time: &str| {
        let text = serde_json::json!({
            "apiVersion": "velero.io/v1",
            "kind": "Backup",
            "metadata": {"name": name, "namespace": "default"},
            "status": {"phase": phase, "completionTimestamp": time},
        });
        let text = text.to_string();
        cluster.kubectl(&["apply", "-f", "-"], &text);
    };
    let now = jiff::Timestamp::now();
    let ago = |hours| (now - jiff::SignedDuration::from_hours(hours)).to_string();
    backup("failed", "Failed", &ago(0));
    backup("old", "Completed", &ago(5));
    let output = apply("1h");
    assert!(errors(&output).contains("the newest completed backup"), "{}", errors(&output));
    assert_eq!(code(&apply("6h")), 0);
    backup("new", "Completed", &ago(0));
    assert_eq!(code(&apply("1h")), 0);
}

#[test]
fn who_may_not_do_every_step_is_refused_and_the_printed_roles_are_enough() {
    let Some(planned) = Planned::new("1.11", "cluster") else { return };
    let cluster = planned.upgrade.cluster();
    let reading = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n\
                   metadata: {name: reading}\n\
                   roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reading}\n\
                   subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: reader}]\n---\n\
                   apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n\
                   metadata: {name: reading}\nrules: [{apiGroups: ['*'], resources: ['*'], \
                   verbs: [get, list, watch]}]\n";
    cluster.kubectl(&["apply", "-f", "-"], reading);
    let said = planned.refused(&["--context", "reader"]);
    assert!(said.contains("permission-missing"), "{said}");
    assert!(said.contains("delete deployments.apps/kyma-installer -n kyma-installer"), "{said}");
    cluster.kubectl(&["delete", "clusterrolebinding", "reading"], "");
    let output = planned.upgrade.run(&["roles", &planned.path()]);
    assert!(output.status.success(), "{}", errors(&output));
    let roles = String::from_utf8(output.stdout).unwrap();
    cluster.kubectl(&["apply", "-f", "-"], &roles);
    planned.bind_reader();
    planned.apply_well(&["--context", "reader"]);
    assert_eq!(planned.upgrade.operator().outcomes().len(), 1);
}

impl Planned {
    /// Gives the user `reader` what the printed account for `apply` has.
    fn bind_reader(&self) {
        let cluster = self.upgrade.cluster();
        let kinds = ["clusterrolebindings", "rolebindings"];
        for kind in kinds {
            let all = cluster.kubectl(&["get", kind, "-A", "-o", "json"], "");
            let all: serde_json::Value = serde_json::from_str(&all).unwrap();
            for mut binding in all["items"].as_array().unwrap().clone() {
                let subjects = binding["subjects"].to_string();
                if !subjects.contains("kyma-upgrade") {
                    continue;
                }
                let name = format!("reader-{}", binding["metadata"]["name"].as_str().unwrap());
                let namespace = binding["metadata"]["namespace"].clone();
                binding["metadata"] = serde_json::json!({"name": name, "namespace": namespace});
                binding["subjects"] = serde_json::json!([{
                    "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "reader"
                }]);
                cluster.kubectl(&["apply", "-f", "-"], &binding.to_string());
            }
        }
    }
}

#[test]
fn what_was_overwritten_can_be_put_back_and_the_record_says_what_was_done() {
    let Some(planned) = Planned::new("1.11", "cluster") else { return };
    let record = planned.upgrade.path("record.json");
    planned.apply_well(&["--record", &record, "--record", &planned.upgrade.path("record.md")]);
    let told: serde_json::Value = serde_json::from_slice(&fs_err::read(&record).unwrap()).unwrap();
    assert_eq!(told["result"], "finished");
    assert_eq!(told["approved_by"], serde_json::json!(["alice"]));
    let steps = told["steps"].as_array().unwrap();
    assert!(steps.iter().all(|it| it["tries"] == 1 && it["done"].is_string()));
    let markdown = fs_err::read_to_string(planned.upgrade.path("record.md")).unwrap();
    assert!(markdown.starts_with("# Kyma 1.10.0 to 1.11.1: finished"), "{markdown}");
    let events = planned.upgrade.kubectl("get events -n default -o json");
    for reason in ["UpgradeStepStarted", "UpgradeStepDone"] {
        assert!(events.contains(reason), "{events}");
    }
    // As the README says it.
    let template = "go-template={{range .data}}{{. | base64decode}}{{\"\\n\"}}{{end}}";
    let secret =
        ["-n", "kyma-installer", "get", "secret", "kyma-upgrade-saved-1.11.1", "-o", template];
    let cluster = planned.upgrade.cluster();
    let saved = cluster.kubectl(&secret, "");
    cluster.kubectl(&["apply", "-f", "-"], &saved);
    assert_eq!(planned.upgrade.image().as_deref(), Some("registry/kyma-installer:1.10.0"));
    let script = planned.upgrade.kubectl("-n kyma-installer get configmap kyma-script -o json");
    assert!(script.contains("\"version\": \"1.10.0\""), "{script}");
}
