//! The report as a HTML file: what holds for every page, whatever is in it.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::ByteString;
use kyma_upgrade::report::{Report, sanitize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::support::{History, Installer, overrides, run, run_on};

/// Every command that prints a report, with each part of the page in at least one of them.
const COMMANDS: [&str; 7] = [
    "plan --from 1.0 --to 1.3 --source demo -f fixtures/demo/my-overrides.yaml",
    "plan --from 1.0 --to 1.3 --source demo --cluster-state fixtures/demo/cluster-state.json",
    "plan --from 1.0 --to 1.1 --source demo --accept guide-missing --fail-on warning",
    "path 1.0 1.3 --source demo",
    "diff 1.0 1.3 --source demo",
    "guides 1.0 1.3 --source demo",
    "overrides --from 1.0 --to 1.3 --source demo -f fixtures/demo/my-overrides.yaml",
];

fn printed(line: &str, format: &str) -> String {
    let args: Vec<_> = line.split_whitespace().chain(["-o", format]).collect();
    String::from_utf8(run(&args).stdout).unwrap()
}

/// A tag of a page, as browsers read it.
#[derive(Debug)]
struct Tag {
    name: String,
    is_end: bool,
    attributes: BTreeMap<String, String>,
}

impl Tag {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// A page in its parts.
struct Page {
    html: String,
    tags: Vec<Tag>,
    /// What stands between the tags, with references resolved and without style and script.
    text: String,
    style: String,
    script: String,
}

impl Page {
    fn new(html: String) -> Self {
        let (mut tags, mut text) = (Vec::new(), String::new());
        let (mut style, mut script) = (String::new(), String::new());
        let mut rest = html.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            text.push_str(&resolved(before));
            let (inside, after) = after.split_once('>').expect("a tag ends");
            assert!(!inside.contains('<'), "{inside}");
            let tag = tag(inside);
            rest = after;
            if !tag.is_end && (tag.name == "style" || tag.name == "script") {
                let end = rest.find(&format!("</{}", tag.name)).expect("it ends");
                let content = if tag.name == "style" { &mut style } else { &mut script };
                assert!(content.is_empty(), "a page has one of them");
                content.push_str(&rest[..end]);
                rest = &rest[end..];
            }
            tags.push(tag);
        }
        text.push_str(&resolved(rest));
        Self { html, tags, text, style, script }
    }

    fn starts(&self) -> impl Iterator<Item = &Tag> {
        self.tags.iter().filter(|it| !it.is_end)
    }
}

fn tag(inside: &str) -> Tag {
    let is_end = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    let (name, mut rest) = inside.split_once(' ').unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    while !rest.is_empty() {
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let quoted = after.strip_prefix("=\"").and_then(|it| it.split_once('"'));
        let (value, after) = quoted.unwrap_or(("", after));
        let again = attributes.insert(name.to_owned(), resolved(value));
        assert_eq!(again, None, "{inside}");
        rest = after.strip_prefix(' ').unwrap_or(after);
    }
    Tag { name: name.to_ascii_lowercase(), is_end, attributes }
}

fn resolved(text: &str) -> String {
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn assert_is_sound(page: &Page, what: &str) {
    assert_is_balanced(page, what);
    assert_ids_are_unique_and_found(page, what);
    assert_nothing_acts(page, what);
    assert_policy_fits(page, what);
    assert_eq!(sanitize(&page.html), page.html, "{what}: nothing invisible is in the page");
}

fn assert_is_balanced(page: &Page, what: &str) {
    const VOID: [&str; 4] = ["meta", "input", "br", "!doctype"];
    let mut open = Vec::new();
    for it in &page.tags {
        match it.is_end {
            false if VOID.contains(&it.name.as_str()) => {}
            false => open.push(it.name.as_str()),
            true => assert_eq!(open.pop(), Some(it.name.as_str()), "{what}"),
        }
    }
    assert!(open.is_empty(), "{what}: {open:?}");
}

fn assert_ids_are_unique_and_found(page: &Page, what: &str) {
    let mut ids = BTreeSet::new();
    for id in page.starts().filter_map(|it| it.get("id")) {
        assert!(ids.insert(id), "{what}: {id} is there twice");
        assert!(!id.is_empty() && !id.contains([' ', '?', '#', '%']), "{what}: {id}");
    }
    for it in page.starts() {
        let links = it.get("href").and_then(|it| it.strip_prefix('#'));
        let labels = it.get("aria-labelledby").into_iter().flat_map(str::split_whitespace);
        for id in links.into_iter().chain(labels) {
            assert!(ids.contains(id), "{what}: nothing is called {id}");
        }
    }
}

/// No attribute is code, and no link leads to anything but a part of the page or a safe address.
fn assert_nothing_acts(page: &Page, what: &str) {
    const KNOWN: [&str; 47] = [
        "html", "head", "meta", "title", "style", "body", "a", "header", "p", "h1", "h2", "h3",
        "h4", "h5", "strong", "span", "ul", "ol", "li", "i", "b", "dl", "div", "dt", "dd", "nav",
        "main", "section", "details", "summary", "form", "fieldset", "legend", "label", "input",
        "select", "option", "button", "article", "code", "pre", "table", "thead", "tbody", "tr",
        "th", "td",
    ];
    const DRAWN: [&str; 13] = [
        "!doctype", "figure", "svg", "desc", "line", "circle", "rect", "text", "footer", "script",
        "small", "br", "mark",
    ];
    for it in page.starts() {
        let name = it.name.as_str();
        let is_known =
            KNOWN.contains(&name) || DRAWN.contains(&name) || ["del", "ins"].contains(&name);
        assert!(is_known, "{what}: an element {name}");
        for (name, value) in &it.attributes {
            let is_code =
                name.starts_with("on") || ["style", "src", "srcdoc", "action"].contains(&&**name);
            assert!(!is_code, "{what}: {name}={value}");
        }
        if let Some(href) = it.get("href").filter(|it| !it.starts_with('#')) {
            assert!(href.starts_with("https://"), "{what}: {href}");
            assert_eq!(it.get("rel"), Some("noreferrer noopener"));
        }
    }
}

fn assert_policy_fits(page: &Page, what: &str) {
    let policy = page.starts().find(|it| it.get("http-equiv") == Some("Content-Security-Policy"));
    let policy = policy.and_then(|it| it.get("content")).expect("the page has a policy");
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
    for (name, content) in [("style-src", &page.style), ("script-src", &page.script)] {
        let digest = ByteString(Sha256::digest(content).to_vec());
        let Value::String(digest) = serde_json::to_value(digest).unwrap() else { unreachable!() };
        assert!(!content.is_empty(), "{what}");
        assert!(policy.contains(&format!("{name} 'sha256-{digest}'")), "{what}: {policy}");
    }
}

/// Every finding with its remedy, subject and first proof stands in the page.
fn assert_tells_all(page: &Page, report: &Report, what: &str) {
    let plain = |text: &str| text.replace('`', "");
    let text = plain(&page.text);
    for it in report.all_findings() {
        for part in [it.message.as_str(), &it.remedy, &it.subject, it.code.as_str()] {
            assert!(text.contains(&plain(&sanitize(part))), "{what}: {part}");
        }
        let first = it.evidence.first().map(|it| plain(&sanitize(&it.text))).unwrap_or_default();
        assert!(text.contains(&first), "{what}: {first}");
    }
    let steps = report.hops.iter().flat_map(|it| it.steps.iter().flatten());
    for command in steps.filter_map(|it| it.command.as_ref()) {
        assert!(page.text.contains(command.as_str()), "{what}: {command}");
    }
    let articles = page.starts().filter(|it| it.name == "article").count();
    assert_eq!(articles, report.all_findings().count(), "{what}: each finding stands there once");
}

#[test]
fn every_command_prints_a_sound_page_that_tells_everything() {
    for line in COMMANDS {
        let page = Page::new(printed(line, "html"));
        assert_is_sound(&page, line);
        let report = Report::read(&printed(line, "json")).unwrap();
        assert_tells_all(&page, &report, line);
        assert!(page.text.contains(&report.digest) && page.text.contains(&report.title()));
        assert_eq!(page.html, printed(line, "html"), "{line}: the same bytes again");
    }
}

#[test]
fn only_what_the_command_knows_has_a_section() {
    let sections = |line: &str| {
        let page = Page::new(printed(line, "html"));
        let sections = page.starts().filter(|it| it.name == "section");
        sections.filter_map(|it| it.get("id").map(ToOwned::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(sections(COMMANDS[0]), ["blockers", "path", "overrides", "components", "hops"]);
    assert_eq!(sections("path 1.0 1.3 --source demo"), ["path", "hops"]);
    assert_eq!(sections("diff 1.0 1.3 --source demo"), ["overrides", "components", "hops"]);
}

#[test]
fn a_report_file_with_the_ending_html_is_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.html");
    let line = format!("{} --report {}", COMMANDS[3], path.to_str().unwrap());
    printed(&line, "text");
    assert_eq!(fs_err::read_to_string(path).unwrap(), printed(COMMANDS[3], "html"));
}

/// Text that would act wherever it is taken for more than text.
const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>";

/// Releases in which everything that can be named is named with hostile text.
fn hostile() -> History {
    let mut history = History::default();
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: '<script>alert(3)</script>'\n  \
             namespace: \"a\\u202eb\\e[31mc\\u2066\"\ndata:\n  '<img src=x onerror=alert(4)>': '{value}'\n  \
             big: '{}'",
            value.repeat(1_000_000)
        )
    };
    for (tag, value) in [("1.0.0", "12345"), ("1.1.0", "12346")] {
        let more = map(value);
        let components = "core@kyma-system javascript:alert(5)@<b>";
        let text = Installer { image: tag, components, more: &more, ..Installer::default() }.text();
        history.installer(tag, &text);
    }
    let guide = format!(
        "# Migrate\n\n{EVIL}\n\n<iframe src=javascript:alert(6)></iframe>\n\nBefore the upgrade, run \
         \u{202e}this\u{2066}:\n\n```bash\nkubectl delete \"{EVIL}\" \u{1b}[31m\n```\n\n\
         [here](javascript:alert(7))\n"
    );
    history.guide("1.1", "1.0-1.1.md", &guide);
    history.notes("1.1", &format!("# Notes\n\n{EVIL}\n\nSee the migration guide.\n"));
    history
}

#[test]
fn hostile_names_and_texts_stay_text_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine.yaml");
    let keys = format!("'{}': x\n\"a\\u202eb.\\u00adc\": y", EVIL.replace('\'', ""));
    fs_err::write(&mine, overrides("mine", Some("'<u>'"), &keys)).unwrap();
    let (history, mine) = (hostile(), mine.to_str().unwrap());
    for format in ["text", "json", "markdown", "html", "sarif"] {
        let args = ["plan", "--from", "1.0", "--to", "1.1", "-f", mine, "-v", "-o", format];
        let output = run_on(&history, &args);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.is_empty(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(sanitize(&text), text, "{format}: nothing invisible is in the report");
        assert!(text.contains("alert(4)"), "{format}: what is hostile is told");
        if format == "html" {
            assert_is_sound(&Page::new(text.clone()), "hostile releases");
            assert!(text.len() < 200_000, "{}", text.len());
            assert!(text.contains("more characters are left out; the JSON report has them"));
        }
    }
}
