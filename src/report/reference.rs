//! What is known of finding codes, for `explain` and for the reference that is made of it.
//!
//! # Decisions
//! * In Markdown a code is a heading of its own, so that `#override-renamed` leads to it on GitHub and
//!   GitLab, and from a SARIF viewer.
//! * The Markdown of all codes is `docs/reference/findings.md`; a test compares them.

use serde_json::json;

use super::layout::{Page, Style};
use super::markdown::{escape, fenced};
use crate::finding::{Code, Severity};

/// The document, as a path in the source tree, that has a section for each code.
pub const REFERENCE: &str = "docs/reference/findings.md";

/// A code for a terminal: what it means, why it matters, a case, what to do, and the source.
pub fn explanation(code: Code, style: Style) -> String {
    let (info, more) = (code.info(), code.explanation());
    let mut page = Page::new(style);
    let severity = page.tinted(info.severity, info.severity.as_str());
    let name = page.bold(info.name);
    page.line(&format!("{name} ({severity} by default)"));
    page.wrapped("", info.title);
    for (title, text) in [
        ("What it means", info.meaning),
        ("Why it matters", more.matters),
        ("For example", info.example),
    ] {
        section(&mut page, title, text);
    }
    for (title, lines) in [("Before", more.before), ("After", more.after)] {
        page.gap();
        page.heading(title);
        lines.lines().for_each(|line| page.line(&format!("  {line}")));
    }
    section(&mut page, "What to do", info.remedy);
    section(&mut page, "Source", more.source);
    page.finish()
}

fn section(page: &mut Page, title: &str, text: &str) {
    page.gap();
    page.heading(title);
    page.wrapped("  ", text);
}

/// All codes for a terminal, one line each, and how to learn more.
pub fn code_list(style: Style) -> String {
    let mut page = Page::new(style);
    for info in Code::all().map(Code::info) {
        let severity = page.severity(info.severity);
        page.wrapped(&format!("{:<34} {severity}  ", info.name), info.title);
    }
    page.gap();
    page.wrapped("", "`kyma-upgrade explain CODE` says why it matters and what to do.");
    page.finish()
}

/// Codes as JSON: a list of objects, or one object where one is asked for.
pub fn explanations_json(one: Option<Code>) -> String {
    let value = one.map_or_else(|| Code::all().map(object).collect(), object);
    let text = serde_json::to_string_pretty(&value).expect("the value has only JSON types");
    format!("{text}\n")
}

fn object(code: Code) -> serde_json::Value {
    let (info, more) = (code.info(), code.explanation());
    json!({
        "code": info.name,
        "severity": info.severity,
        "title": info.title,
        "meaning": info.meaning,
        "matters": more.matters,
        "example": info.example,
        "before": more.before,
        "after": more.after,
        "remedy": info.remedy,
        "source": more.source,
    })
}

/// Codes as Markdown: the section of one, or the whole reference.
pub fn explanations_markdown(one: Option<Code>) -> String {
    one.map_or_else(reference, markdown_section)
}

fn reference() -> String {
    let row = |code: Code| {
        let info = code.info();
        let (name, severity) = (info.name, info.severity.as_str());
        format!("| [`{name}`](#{name}) | {severity} | {} |\n", escape(info.title))
    };
    let rows: String = Code::all().map(row).collect();
    let sections: Vec<String> = Code::all().map(markdown_section).collect();
    format!(
        "# Findings\n\n\
         Every finding has a code. `kyma-upgrade explain CODE` prints its section of this page;\n\
         `kyma-upgrade explain -o markdown` prints the page itself.\n\n\
         | severity | meaning |\n|---|---|\n{}\n\
         The severity below is the one that a code has unless the case is known better; a finding says\n\
         its own. A policy file can change it.\n\n\
         | code | severity | what it says |\n|---|---|---|\n{rows}\n{}",
        severities(),
        sections.join("\n")
    )
}

/// The severities with what they mean, as rows.
fn severities() -> String {
    let all = [Severity::Blocker, Severity::Warning, Severity::Info];
    all.map(|it| format!("| {} | {} |\n", it.as_str(), it.meaning())).concat()
}

fn markdown_section(code: Code) -> String {
    let (info, more) = (code.info(), code.explanation());
    format!(
        "## {}\n\n**{}** ({} by default)\n\n{}\n\n\
         **Why it matters.** {}\n\n**For example:** {}\n\nBefore:\n\n{}\nAfter:\n\n{}\n\
         **What to do.** {}\n\n**Source:** {}\n",
        info.name,
        escape(info.title),
        info.severity.as_str(),
        escape(info.meaning),
        escape(more.matters),
        escape(info.example),
        fenced("", more.before),
        fenced("", more.after),
        escape(info.remedy),
        escape(more.source),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_every_text_of_a_code() {
        let style = Style { width: 4000, color: false };
        for code in Code::all() {
            let (info, more) = (code.info(), code.explanation());
            let text = explanation(code, style);
            for part in [info.meaning, more.matters, info.example, info.remedy, more.source] {
                assert!(text.contains(part), "{code}: {part}");
            }
            let markdown = explanations_markdown(Some(code));
            assert!(markdown.starts_with(&format!("## {code}\n")));
            for line in more.before.lines().chain(more.after.lines()) {
                assert!(text.contains(line) && markdown.contains(line), "{code}: {line}");
            }
        }
    }

    #[test]
    fn the_reference_has_a_heading_for_every_code() {
        let reference = explanations_markdown(None);
        for code in Code::all() {
            assert_eq!(reference.matches(&format!("\n## {code}\n")).count(), 1, "{code}");
            assert!(reference.contains(&format!("(#{code})")), "{code}");
        }
    }

    #[test]
    fn a_narrow_terminal_gets_short_lines() {
        for code in Code::all() {
            let text = explanation(code, Style { width: 60, color: false });
            let more = code.explanation();
            let own = |line: &str| format!("{}\n{}", more.before, more.after).contains(line.trim());
            let long =
                text.lines().find(|it| 60 < it.chars().count() && it.contains(' ') && !own(it));
            assert_eq!(long.filter(|it| 70 < it.chars().count()), None, "{code}");
        }
    }
}
