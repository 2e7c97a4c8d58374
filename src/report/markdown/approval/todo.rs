//! What people have to do before, between and after the hops.

use crate::report::gates::{Gate, gates};
use crate::report::layout::shorten;
use crate::report::markdown::syntax::{code, escape};
use crate::report::{ChecklistItem, HopReport, Report};

/// How many items of one kind a list shows, over a path of so many hops.
fn most(hops: usize) -> usize {
    (30 / hops.max(1)).clamp(3, 8)
}

/// The lists, by the pauses between hops.
pub(super) fn section(report: &Report) -> String {
    let most = most(report.hops.len());
    let lists: Vec<String> = gates(report).iter().filter_map(|it| list(it, most)).collect();
    let every = "Before each hop: take the backup and check the installed version. After each: compare the \
                 cluster with the prediction. These are steps of the plan.\n";
    if lists.is_empty() {
        return format!("## What to do\n\n{every}\nNothing else is left to people.\n");
    }
    format!("## What to do\n\n{every}\n{}", lists.join("\n"))
}

fn list(gate: &Gate<'_>, most: usize) -> Option<String> {
    let mut lines = guide(gate, most);
    lines.extend(overrides(gate, most));
    lines.extend(gate.kubernetes.iter().map(|it| format!("- [ ] {}\n", escape(it))));
    lines.extend(gate.before.and_then(moved));
    lines.extend(findings(gate));
    (!lines.is_empty()).then(|| format!("**{}**\n\n{}", escape(&gate.title()), lines.concat()))
}

/// The items of guides: what destroys data first, because it must not be left out.
fn guide(gate: &Gate<'_>, most: usize) -> Vec<String> {
    let mut items: Vec<&ChecklistItem> = gate.guide.clone();
    items.sort_by_key(|it| (!it.destructive, !it.is_asked()));
    let mut shown: Vec<&ChecklistItem> = items.iter().take(most).copied().collect();
    shown.sort_by_key(|it| gate.guide.iter().position(|other| std::ptr::eq(*it, *other)));
    let mut lines: Vec<String> = shown.into_iter().map(guide_item).collect();
    lines.extend(rest(items.len(), most, "of the guides' steps"));
    lines
}

fn guide_item(item: &ChecklistItem) -> String {
    let sign = if item.is_asked() { "[ ] " } else { "" };
    let destroys = if item.destructive { "**destroys data**: " } else { "" };
    let command = item.command.as_deref().map(str::trim);
    let short = command.filter(|it| it.lines().count() == 1 && it.chars().count() <= 80);
    let shown = short.map(|it| format!(" {}", code(it))).unwrap_or_default();
    let mut place = vec![code(&format!("{}:{}", document(&item.source), item.line))];
    place.extend((item.when == "unstated").then(|| "no time is stated".to_owned()));
    place.extend((command != short).then(|| "the commands are in the appendix".to_owned()));
    let text = escape(&shorten(&item.text, 160));
    format!("- {sign}{destroys}{text}{shown} ({})\n", place.join("; "))
}

/// The name of a guide, or the folder of release notes, which are all called `index.md`.
fn document(source: &str) -> &str {
    let named = source.strip_suffix("/index.md").unwrap_or(source);
    named.rsplit('/').next().unwrap_or(named)
}

fn overrides(gate: &Gate<'_>, most: usize) -> Vec<String> {
    let items = gate.overrides.iter().flat_map(|todo| {
        todo.items.iter().map(|it| format!("- [ ] overrides, {}\n", words(&it.words(code))))
    });
    let items: Vec<String> = items.collect();
    let count = items.len();
    items.into_iter().take(most).chain(rest(count, most, "changes of overrides")).collect()
}

/// Words of finished Markdown, cut between names, so that no code span stays open.
fn words(text: &str) -> String {
    const LONGEST: usize = 400;
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let mut kept = String::new();
    for part in text.split_inclusive(", ") {
        if LONGEST < kept.len() + part.len() && !kept.is_empty() {
            break;
        }
        kept.push_str(part);
    }
    format!("{} … (all in the appendix)", kept.trim_end_matches(", "))
}

fn rest(count: usize, most: usize, what: &str) -> Option<String> {
    let more = count.checked_sub(most).filter(|it| 0 < *it)?;
    Some(format!("- [ ] … and {more} more {what}: see the appendix\n"))
}

/// What the plan does about overrides itself.
fn moved(hop: &HopReport) -> Option<String> {
    let count = hop.moves.iter().filter(|it| it.from.is_some()).count();
    let keys = if count == 1 { "override key" } else { "override keys" };
    (0 < count).then(|| format!("- The plan itself moves {count} {keys}; the steps name them.\n"))
}

fn findings(gate: &Gate<'_>) -> Option<String> {
    let names = gate.findings.iter().map(|(name, count)| match count {
        1 => code(name.as_str()),
        count => format!("{} ({count})", code(name.as_str())),
    });
    let names: Vec<_> = names.collect();
    (!names.is_empty())
        .then(|| format!("- [ ] do what these findings say (appendix): {}\n", names.join(", ")))
}
