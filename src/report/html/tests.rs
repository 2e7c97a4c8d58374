use super::*;
use crate::finding::{Code, Evidence, Finding};
use crate::release::Deployment;

#[test]
fn style_and_script_cannot_end_early_and_survive_the_last_cleaning() {
    for text in [STYLE, SCRIPT] {
        assert!(!text.to_ascii_lowercase().contains("</s"));
        assert_eq!(sanitize(text), text);
    }
}

/// A report with so many findings, each with eight lines of evidence.
fn crowded(count: usize) -> Report {
    let finding = |number: usize| {
        let finding = Finding::new(Code::GuideMissing, format!("guide {number}"), "x".repeat(150));
        finding.evidence_all((0..8).map(|it| Evidence::at("file", it, "y".repeat(150))))
    };
    let mut report = Report::new("1.0.0", "1.1.0", Deployment::Cluster, Vec::new());
    report.findings = (0..count).map(finding).collect();
    report
}

#[test]
fn a_very_large_report_shows_less_evidence_and_says_so() {
    let small = html(&crowded(10));
    assert_eq!(small.matches(&"y".repeat(150)).count(), 80);
    assert!(!small.contains("more lines in the JSON report"));
    for count in [700, 1500] {
        let large = html(&crowded(count));
        assert!(large.len() < LARGE, "{}", large.len());
        assert_eq!(large.matches("<article").count(), count);
        let shortened = ["more lines in the JSON report", "8 lines of evidence in the JSON report"];
        assert!(shortened.iter().any(|it| large.contains(it)), "{count}");
    }
}

#[test]
fn findings_with_the_same_name_are_told_apart_in_links() {
    let mut report = crowded(2);
    report.findings[1].subject = report.findings[0].subject.clone();
    let page = html(&report);
    assert!(
        page.contains("id=\"f-guide-missing-guide-0\"")
            && page.contains("id=\"f-guide-missing-guide-0--2\"")
    );
}

#[test]
fn a_report_without_hops_is_a_page_all_the_same() {
    let report = Report::new("", "", Deployment::Local, Vec::new());
    let page = html(&report);
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">") && page.ends_with("</html>"));
}

#[test]
fn a_cluster_outside_the_window_of_a_hop_is_marked() {
    let hop = |version: &str| {
        let mut hop = HopReport::new("1.0.0", "1.1.0", "newest patch of 1.1");
        let (min, max) = (Some("1.12".to_owned()), Some("1.15".to_owned()));
        hop.kubernetes_window =
            Some(crate::report::KubernetesWindow { min, max, reasons: Vec::new() });
        hop.kubernetes_version = Some(version.to_owned());
        html(&Report::new("1.0.0", "1.1.0", Deployment::Cluster, vec![hop]))
    };
    for (version, is_outside) in [("1.11", true), ("1.12", false), ("1.15", false), ("1.16", true)]
    {
        let page = hop(version);
        assert!(page.contains(&format!("1.12 to 1.15; yours is {version}")));
        assert_eq!(page.contains("✖ outside"), is_outside, "{version}");
        assert_eq!(page.contains("class=\"cluster outside\""), is_outside, "{version}");
    }
}
