//! What the program prints and writes is what its schemas describe, and the checked-in copies are
//! those schemas. SARIF is what the published schema describes.

use std::path::PathBuf;
use std::sync::LazyLock;

use jsonschema::Validator;
use kyma_upgrade::report::{Report, sarif};
use kyma_upgrade::schema::Document;
use serde_json::{Value, json};

use crate::read_back;
use crate::support::run;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

fn validator(schema: &Value) -> Validator {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(schema).expect("the schema is one")
}

/// The schema of a document with unknown fields forbidden, so that one that nobody described shows.
fn strict(document: Document) -> Validator {
    let mut schema = document.schema();
    forbid_unknown(&mut schema);
    validator(&schema)
}

fn forbid_unknown(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            let has_fields = fields.contains_key("properties");
            if has_fields && !fields.contains_key("additionalProperties") {
                fields.insert("unevaluatedProperties".to_owned(), json!(false));
            }
            // The alternatives of an object have only some of its fields.
            let inner = fields.iter_mut().filter(|(name, _)| !(has_fields && *name == "oneOf"));
            inner.for_each(|(_, it)| forbid_unknown(it));
        }
        Value::Array(items) => items.iter_mut().for_each(forbid_unknown),
        _ => {}
    }
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    let errors = validator.iter_errors(value);
    errors.map(|it| format!("{}: {it}", it.instance_path())).collect()
}

static REPORT: LazyLock<Validator> = LazyLock::new(|| strict(Document::Report));

/// The published schema of SARIF, where a variable says where it is.
static SARIF: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let path = std::env::var_os("SARIF_SCHEMA")?;
    let text = fs_err::read_to_string(PathBuf::from(path)).expect("SARIF_SCHEMA names a file");
    let mut schema: Value = serde_json::from_str(&text).expect("the schema of SARIF is JSON");
    // Early prints have a pattern for languages that is none. No log of ours says its language.
    for place in ["run", "toolComponent"] {
        schema["definitions"][place]["properties"]["language"] = json!({});
    }
    Some(validator(&schema))
});

/// Checks a report and what SARIF makes of it.
pub(crate) fn check_report(report: &Value) {
    assert_eq!(problems(&REPORT, report), [""; 0], "{report:#}");
    if let Some(validator) = &*SARIF {
        check_sarif(validator, &sarif(&Report::read(&report.to_string()).unwrap()));
    }
}

/// What the schema says of a log, and what GitHub asks for beyond it.
fn check_sarif(validator: &Validator, text: &str) {
    let log: Value = serde_json::from_str(text).unwrap();
    assert_eq!(problems(validator, &log), [""; 0], "{text}");
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].is_u64(), "{result:#}");
        assert_ne!(place["artifactLocation"]["uri"], "", "{result:#}");
    }
}

/// More than the reports that are read back: accepted and blocked, with edits kept and keys moved.
const MORE: [&str; 4] = [
    "plan --from 1.0 --to 1.3 --source demo -f fixtures/demo --fail-on warning",
    "plan --from 1.0 --to 1.3 --source demo -f fixtures/demo/my-overrides.yaml \
     --accept override-renamed --accept override-type-changed --accept unused-accept",
    "plan --to 1.3 --source demo --deployment local --cluster-state fixtures/demo/cluster-state.json \
     --keep-overrides --migrate-overrides --kubernetes-version 1.13",
    "plan --from 1.0 --to 1.3 --source demo --via 1.2.0 --kubernetes-version 1.20 -f fixtures/demo",
];

fn all_commands() -> impl Iterator<Item = &'static str> {
    read_back::COMMANDS.into_iter().chain(MORE)
}

fn printed(line: &str, format: &str) -> String {
    let args: Vec<_> = line.split_whitespace().chain(["-o", format]).collect();
    let output = run(&args);
    assert!(!output.stdout.is_empty(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_checked_in_schemas_are_those_of_the_types() {
    for document in Document::ALL {
        let (name, format) = (document.name(), document.format());
        let path = format!("docs/schemas/{name}-{format}.json");
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&path);
        let kept = fs_err::read_to_string(file).unwrap_or_default();
        assert!(
            kept == document.text(),
            "{path} is not the schema of its type; write it again with: \
             cargo run -- schema {name} > {path}"
        );
    }
}

#[test]
fn the_program_prints_its_schemas_and_they_name_no_address() {
    for document in Document::ALL {
        let output = run(&["schema", document.name()]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text, document.text());
        let addresses: Vec<_> = text.lines().filter(|it| it.contains("://")).collect();
        let is_draft = |it: &&str| it.trim().starts_with(r#""$schema": "http"#);
        assert!(addresses.iter().all(is_draft), "{addresses:?}");
    }
}

#[test]
fn every_report_is_as_its_schema_says_with_no_field_undescribed() {
    for line in all_commands() {
        check_report(&serde_json::from_str(&printed(line, "json")).unwrap());
    }
}

#[test]
fn wrong_reports_are_rejected() {
    let right: Value = serde_json::from_str(&printed(MORE[1], "json")).unwrap();
    let schema = validator(&Document::Report.schema());
    assert_eq!(problems(&schema, &right), [""; 0]);
    for (place, wrong) in [
        ("/format", json!(2)),
        ("/verdict", json!("perhaps")),
        ("/digest", json!("sha256:1")),
        ("/deployment", json!(null)),
        ("/hops", json!({})),
        ("/hops/0/from", json!(1)),
        ("/hops/0/findings/0/code", json!("no-such-code")),
        ("/hops/0/findings/0/severity", json!("fatal")),
        ("/hops/0/findings/0/evidence/0/line", json!(0)),
        ("/hops/0/findings/0/evidence/0/line", json!("1")),
        ("/hops/0/overrides/renamed/0/confidence", json!(1.5)),
        ("/hops/0/steps/0/action", json!("dance")),
        ("/user_overrides/0/hops/0/status", json!("fine")),
    ] {
        let mut report = right.clone();
        *report.pointer_mut(place).unwrap_or_else(|| panic!("{place} is there")) = wrong;
        assert!(!schema.is_valid(&report), "{place}");
    }
    for field in ["format", "tool", "hops", "findings", "digest"] {
        let mut report = right.clone();
        report.as_object_mut().unwrap().remove(field);
        assert!(!schema.is_valid(&report), "{field}");
    }
    let mut newer = right.clone();
    newer["hops"][0]["weather"] = json!("fine");
    assert!(schema.is_valid(&newer) && !REPORT.is_valid(&newer));
}

#[test]
fn saved_plans_are_as_their_schema_says() {
    let schema = strict(Document::Plan);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let mut plans: Vec<Value> = Vec::new();
    for line in all_commands().filter(|it| it.starts_with("plan ")) {
        let args = line.split_whitespace().chain(["--save-plan", path.to_str().unwrap(), "-q"]);
        run(&args.collect::<Vec<_>>());
        plans.push(serde_json::from_slice(&fs_err::read(&path).unwrap()).unwrap());
        fs_err::remove_file(&path).unwrap();
    }
    // The plan of the fixture was made without a report, which no command does.
    let old = fs_err::read(format!("{FIXTURES}/formats/plan-1.json")).unwrap();
    let mut old: Value = serde_json::from_slice(&old).unwrap();
    old["report"] = plans[0]["report"].clone();
    for plan in plans.iter().chain([&old]) {
        assert_eq!(problems(&schema, plan), [""; 0]);
    }
    let open = validator(&Document::Plan.schema());
    for (place, wrong) in [
        ("/kind", json!("Plan")),
        ("/format", json!(2)),
        ("/hops/0/steps/0/action", json!("dance")),
        ("/releases/0/files/0/role", json!("guest")),
        ("/report/verdict", json!("perhaps")),
        ("/read_set/objects", json!([])),
    ] {
        let mut plan = plans[1].clone();
        *plan.pointer_mut(place).unwrap_or_else(|| panic!("{place} is there")) = wrong;
        assert!(!open.is_valid(&plan), "{place}");
    }
}

#[test]
fn lines_of_approvals_and_journals_are_as_their_schemas_say() {
    for (document, file) in
        [(Document::Approval, "approvals-1.jsonl"), (Document::Journal, "journal-1.jsonl")]
    {
        let (schema, text) = (
            strict(document),
            fs_err::read_to_string(format!("{FIXTURES}/formats/{file}")).unwrap(),
        );
        for line in text.lines() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            assert_eq!(problems(&schema, &line), [""; 0], "{line}");
            line["weather"] = json!("fine");
            assert!(!schema.is_valid(&line), "{line}");
        }
        assert!(!text.is_empty());
    }
}

#[test]
fn sarif_is_as_the_published_schema_says() {
    let Some(schema) = &*SARIF else {
        println!("SARIF_SCHEMA is not set: SARIF is not validated");
        return;
    };
    for line in all_commands() {
        check_sarif(schema, &printed(line, "sarif"));
    }
    let mut log: Value = serde_json::from_str(&printed(MORE[0], "sarif")).unwrap();
    log["runs"][0]["results"][0]["level"] = json!("fatal");
    assert!(!schema.is_valid(&log));
}
