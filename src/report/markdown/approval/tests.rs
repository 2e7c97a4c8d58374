use semver::Version;

use super::*;
use crate::finding::{Acceptance, Code, Evidence, Finding};
use crate::guide::GuideStatus;
use crate::report::user_overrides::tests::{crowded, fares, key, replaced, report};
use crate::report::{
    ArtifactReport, ChecklistItem, Downtime, Field, GuideReport, KubernetesWindow, PointOfNoReturn,
    PredictionReport,
};

/// The report of a plan over three hops.
fn plan(mut report: Report) -> Report {
    for hop in &mut report.hops {
        hop.steps = Some(Vec::new());
        hop.point_of_no_return =
            Some(PointOfNoReturn { step: format!("{}/6", hop.to), why: "it starts".to_owned() });
    }
    report.digest = "sha256:of-the-report".to_owned();
    report
}

fn front(text: &str) -> &str {
    text.split("<details><summary>Appendix").next().unwrap()
}

fn found(code: Code, hop: u64) -> Finding {
    Finding::new(code, "the subject", "the message").hop(&Version::new(1, hop, 0))
}

fn guide(checklist: Vec<ChecklistItem>) -> GuideReport {
    GuideReport {
        status: GuideStatus::Published,
        files: Vec::new(),
        stale: Vec::new(),
        linked_from_notes: false,
        uncovered: Vec::new(),
        outages: Vec::new(),
        checklist,
    }
}

fn item(text: &str) -> ChecklistItem {
    ChecklistItem {
        when: "before".into(),
        kind: "action".into(),
        heading: text.to_owned(),
        text: text.to_owned(),
        command: Some(text.to_owned()),
        destructive: true,
        source: format!("{text}/guide.md"),
        line: 1,
    }
}

#[test]
fn the_first_lines_say_what_is_asked() {
    let text = document(&plan(report(Vec::new())), None);
    let head: Vec<_> = text.lines().take(3).collect();
    assert_eq!(head[0], "# Change approval: Kyma 1.0.0 → 1.3.0 (cluster)");
    assert!(head[2].starts_with("**READY.** Approve it or not"), "{text}");
    let mut blocked = plan(report(Vec::new()));
    blocked.hops[0].findings = vec![found(Code::ArtifactMissing, 1)];
    blocked.verdict = Verdict::Blocked;
    let text = document(&blocked, None);
    assert!(text.contains("\n**BLOCKED.** Do not approve it yet: 1 blocker is open."), "{text}");
    assert!(
        text.contains("\n- `artifact-missing` at 1.1.0, `the subject`: the message\n"),
        "{text}"
    );
    assert!(text.contains("`kyma-upgrade approve` takes no plan that is blocked."), "{text}");
}

#[test]
fn what_was_accepted_stands_with_its_reason() {
    let mut report = plan(report(Vec::new()));
    let mut finding = found(Code::GuideMissing, 2);
    finding.accepted = true;
    finding.acceptance = Some(Acceptance {
        reason: Some("we know | the hop".to_owned()),
        expires: Some("2027-01-01".to_owned()),
        source: "kyma-upgrade.yaml:7".to_owned(),
    });
    report.hops[1].findings = vec![finding];
    let text = document(&report, None);
    let row = "| warning `guide-missing` | 1.2.0 | `the subject` | we know \\| the hop | until \
               2027-01-01; kyma-upgrade.yaml:7 |\n";
    assert!(front(&text).contains(row), "{text}");
}

#[test]
fn the_digest_to_sign_is_that_of_the_plan_where_it_is_saved() {
    let report = plan(report(Vec::new()));
    let unsaved = document(&report, None);
    assert!(front(&unsaved).contains("`sha256:of-the-report`"), "{unsaved}");
    let (name, digest) = ("up.plan".to_owned(), "sha256:of-the-plan".to_owned());
    let file = PlanFile { name, digest, approvals: 2 };
    let saved = document(&report, Some(&file));
    assert!(
        front(&saved)
            .contains("Signed is the plan `up.plan` with the digest\n`sha256:of-the-plan`")
    );
    assert!(front(&saved).contains("`kyma-upgrade approve up.plan --as NAME`"));
    assert!(!front(&saved).contains("of-the-report"), "one digest is signed");
    let rows = |text: &str| front(text).matches("| approved by |").count();
    assert_eq!((rows(&unsaved), rows(&saved)), (1, 2));
}

#[test]
fn components_that_stay_are_named_and_many_that_restart_are_counted() {
    let mut report = plan(report(Vec::new()));
    let names = (0..20).map(|number| (format!("part{number}"), "restart", "Helm upgrades it"));
    let new = [("fresh".to_owned(), "none", "it is new")];
    let all = names.chain(new).map(|(component, expectation, why)| Downtime {
        component,
        expectation: expectation.into(),
        why: why.to_owned(),
    });
    report.hops[0].downtime = Some(all.collect());
    let text = document(&report, None);
    let line = "- **1.1.0**: *restart*: all 20 others (appendix); *none* (1): fresh\n";
    assert!(front(&text).contains(line), "{text}");
    assert!(text.contains("- **restart** `part7`: Helm upgrades it\n"), "{text}");
}

#[test]
fn hops_that_need_another_kubernetes_say_so() {
    let mut report = plan(report(Vec::new()));
    let window = |min: Option<&str>, max: Option<&str>| KubernetesWindow {
        min: min.map(ToOwned::to_owned),
        max: max.map(ToOwned::to_owned),
        reasons: vec!["it is so".to_owned()],
    };
    report.hops[0].kubernetes_window = Some(window(None, Some("1.15")));
    report.hops[1].kubernetes_window = Some(window(Some("1.16"), Some("1.21")));
    let upgrade = found(Code::KubernetesWindow, 2).remedy("Upgrade Kubernetes to 1.16.");
    report.hops[1].findings = vec![upgrade];
    let text = document(&report, None);
    assert!(front(&text).contains("version not known; the hops need different ones"), "{text}");
    assert!(front(&text).contains(" | 1.15 or older | "), "{text}");
    assert!(front(&text).contains(" | 1.16 to 1.21 | "), "{text}");
    let list = "**Between the hops to 1.1.0 and 1.2.0**\n\n- [ ] Upgrade Kubernetes to 1.16.\n";
    assert!(front(&text).contains(list), "{text}");
}

#[test]
fn what_comes_before_the_appendix_stays_short_whatever_the_plan() {
    let mut large = plan(crowded(2000));
    large.verdict = Verdict::Blocked;
    let more: Vec<_> = (0..500)
        .map(|it| replaced(&key("b", &format!("k{it}")), &key("b", &format!("n.{it}")), 0))
        .collect();
    large.user_overrides.iter_mut().for_each(|it| it.extend(more.clone()));
    let long = "long ".repeat(1_000);
    for hop in &mut large.hops {
        hop.guide = Some(guide(vec![item(&long); 200]));
        for code in Code::all() {
            let mut finding = found(code, 1).severity(Severity::Blocker);
            finding.message.clone_from(&long);
            hop.findings.push(finding);
            let mut accepted = found(code, 1);
            accepted.accepted = true;
            accepted.subject.clone_from(&long);
            hop.findings.push(accepted);
        }
    }
    let text = document(&large, None);
    assert!(front(&text).len() < FRONT, "{}", front(&text).len());
    assert!(text.len() < 1 << 20, "{}", text.len());
    assert!(text.contains("Left out, because the document would be too large: the hops to 1."));
}

/// What a hostile release, cluster or policy could put into any text.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "![x](https://evil.example/x.png)",
    "[x](javascript:alert(1))",
    "@everyone #1 !2 ~3 https://evil.example www.evil.example",
    "a | b ``` c ` d",
    "</details>\n\n# Approved\n\n| x |\n|---|",
    "\u{1b}[31mred\u{7}",
    "\u{202e}desrever",
];

fn hostile(text: &str) -> Report {
    let mut report = plan(report(vec![
        fares(&key(text, text), &[crate::liveness::Status::Removed; 3]),
        replaced(&key("b", text), &key(text, text), 0),
    ]));
    let mut finding = found(Code::GuideMissing, 1).remedy(text);
    (finding.subject, finding.message) = (text.to_owned(), text.to_owned());
    finding.evidence = vec![Evidence::at(text, 1, text)];
    let mut accepted = finding.clone();
    accepted.accepted = true;
    accepted.acceptance = Some(Acceptance {
        reason: Some(text.to_owned()),
        expires: Some(text.to_owned()),
        source: text.to_owned(),
    });
    let blocker = finding.clone().severity(Severity::Blocker);
    let hop = &mut report.hops[0];
    hop.findings = vec![finding, accepted, blocker];
    hop.reason = text.to_owned();
    hop.guide =
        Some(GuideReport { outages: vec![Evidence::at(text, 1, text)], ..guide(vec![item(text)]) });
    hop.downtime = Some(vec![Downtime {
        component: text.to_owned(),
        expectation: "restart".into(),
        why: text.to_owned(),
    }]);
    hop.artifacts = Some(vec![ArtifactReport {
        name: text.to_owned(),
        url: text.to_owned(),
        sha256: text.to_owned(),
        bytes: 1,
    }]);
    hop.predictions = Some(vec![prediction(text)]);
    report.verdict = Verdict::Blocked;
    report
}

fn prediction(text: &str) -> PredictionReport {
    let value = Some(serde_json::Value::String(text.to_owned()));
    let field =
        Field { path: text.to_owned(), from: value.clone(), to: value, note: None, diff: None };
    let diff = Field { diff: Some(text.to_owned()), ..field.clone() };
    PredictionReport {
        object: text.to_owned(),
        verb: "configured".into(),
        source: None,
        line: None,
        fields: vec![field, diff],
        resets: vec![text.to_owned()],
        kept: Vec::new(),
        reason: Some(text.to_owned()),
        first_at: None,
    }
}

/// The text without its code spans and fenced blocks, in which nothing is markup.
fn outside_of_code(text: &str) -> String {
    let mut rest = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let start = line.trim_start();
        let ticks: String = start.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if start == open => fence = None,
            Some(_) => {}
            None if 3 <= ticks.len() && start.len() == ticks.len() => fence = Some(ticks),
            None => {
                rest.push_str(&without_spans(line));
                rest.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "a block stays open:\n{text}");
    rest
}

/// A line without its code spans, as `CommonMark` 6.1 finds them: from a run of back quotes to the
/// next run of the same length.
fn without_spans(line: &str) -> String {
    let mut rest = String::new();
    let mut left = line;
    while let Some(place) = left.find('`') {
        let run = left[place..].chars().take_while(|c| *c == '`').count();
        rest.push_str(&left[..place]);
        let inside = &left[place + run..];
        let mut end = None;
        let mut at = 0;
        while let Some(next) = inside[at..].find('`') {
            let length = inside[at + next..].chars().take_while(|c| *c == '`').count();
            if length == run {
                end = Some(at + next + length);
                break;
            }
            at += next + length;
        }
        left = &inside[end.unwrap_or_else(|| panic!("a code span stays open: {line}"))..];
    }
    rest + left
}

/// A text without the characters that a backslash makes plain.
fn without_escaped(text: &str) -> String {
    let mut rest = String::new();
    let mut all = text.chars();
    while let Some(c) = all.next() {
        if c == '\\' {
            all.next();
        } else {
            rest.push(c);
        }
    }
    rest
}

#[test]
fn hostile_texts_are_harmless_wherever_they_stand() {
    let tags = ["<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"];
    let clean = outside_of_code(&document(&hostile("plain"), None));
    for text in HOSTILE {
        let whole = document(&hostile(text), None);
        assert!(!whole.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{text:?}");
        let counted = |text: &str, what: &str| text.matches(what).count();
        let mut rest = outside_of_code(&whole);
        for structure in ["\n#", "</details>", "\n|", "\n- "] {
            assert_eq!(
                counted(&rest, structure),
                counted(&clean, structure),
                "{text:?} {structure}"
            );
        }
        for tag in tags {
            rest = rest.replace(tag, "");
        }
        let markup = ["<", "](", "![", "@", "://", "www.", "#1", "!2", "~3"];
        let rest = without_escaped(&rest);
        let found = markup.iter().find(|it| rest.contains(**it));
        assert_eq!(found, None, "{text:?}\n{rest}");
    }
}

#[test]
fn every_row_of_a_table_has_the_cells_of_its_heading() {
    for text in HOSTILE {
        let whole = document(&hostile(text), None);
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut heading = None;
        for line in front(&whole).lines() {
            match heading {
                Some(count) if line.starts_with('|') => assert_eq!(cells(line), count, "{line}"),
                _ => heading = line.starts_with('|').then(|| cells(line)),
            }
        }
    }
}
