//! What becomes of the user's overrides, as text: a matrix, and what to do.
//!
//! # Decisions
//! * The names of the hops stand beside every component, because a long table scrolls them away.
//! * Where keys would be cut to less than [`KEY`] columns, each override is one line of its own that
//!   tells the hops by name.
//! * A key is cut in the middle, where keys are most alike, and not at all where two keys of a
//!   component would look the same.

use unicode_width::UnicodeWidthStr as _;

use super::Detail;
use crate::report::Report;
use crate::report::layout::{Page, sanitize, shorten_middle};
use crate::report::user_overrides::matrix::{Mark, Matrix, Row, groups, scope};
use crate::report::user_overrides::migration;
use crate::report::user_overrides::todo::{INTRODUCTION, Todo, todos};

/// The fewest columns to which a key is cut.
const KEY: usize = 30;

/// The columns before a key.
const INDENT: usize = 4;

pub(super) fn user_overrides(page: &mut Page, report: &Report, detail: Detail) {
    let Some(matrix) = Matrix::new(report) else { return };
    if detail == Detail::Summary || (matrix.rows.is_empty() && detail != Detail::Full) {
        return;
    }
    page.gap();
    page.heading("Your overrides");
    let legend = matrix.legend().into_iter().map(|it| format!("{} {}", it.symbol(), it.meaning()));
    page.units("  ", &legend.collect::<Vec<_>>());
    let table = Table::new(&matrix, page.width());
    for rows in groups(&matrix.rows) {
        match &table {
            Some(table) => table.group(page, rows),
            None => lines(page, &matrix, rows),
        }
    }
    others(page, &matrix, detail);
    for (todo, number) in todos(report).iter().zip(0..) {
        if number == 0 {
            page.gap();
            page.heading("What to do about your overrides");
            page.wrapped("  ", INTRODUCTION);
        }
        todo_lines(page, todo);
    }
}

/// What a migration wrote, and what it left to a person.
pub(super) fn migrated(page: &mut Page, report: &Report) {
    for (hop, number) in migration::hops(report, ToOwned::to_owned).iter().zip(0..) {
        if number == 0 {
            page.gap();
            page.heading(migration::TITLE);
            page.wrapped("  ", migration::INTRODUCTION);
        }
        page.field(&hop.to, &hop.files);
        hop.open.iter().for_each(|it| page.wrapped("    [ ] ", it));
    }
}

fn others(page: &mut Page, matrix: &Matrix<'_>, detail: Detail) {
    if matrix.live.is_empty() {
        return;
    }
    let is_full = detail == Detail::Full;
    let end = if is_full { ":" } else { " (-v lists them)." };
    page.wrapped("  ", &format!("{}{end}", matrix.others()));
    for rows in groups(&matrix.live).filter(|_| is_full) {
        let keys: Vec<_> = rows.iter().map(|it| format!("{}{}", it.own.key, it.suffix())).collect();
        let scope = scope(rows[0].own.component.as_deref());
        page.wrapped("    ", &format!("{scope}: {}", keys.join(", ")));
    }
}

fn todo_lines(page: &mut Page, todo: &Todo) {
    page.heading(&format!("  {} {}", todo.when, todo.to));
    for item in &todo.items {
        page.wrapped("    [ ] ", &item.words(ToOwned::to_owned));
    }
}

/// How wide the parts of the matrix are.
struct Table<'a> {
    columns: &'a [String],
    key: usize,
}

impl<'a> Table<'a> {
    /// The table for a page; none if the page is too narrow for one.
    fn new(matrix: &'a Matrix<'_>, width: usize) -> Option<Self> {
        let cells: usize = matrix.columns.iter().map(|it| it.width() + 1).sum();
        let room = width.checked_sub(INDENT + cells)?;
        let labels = matrix.rows.iter().map(|it| label(it, usize::MAX).width());
        let headings = matrix.rows.iter().map(|it| scope(it.own.component.as_deref()).width());
        let longest = labels.max()?.max(headings.max()?);
        (KEY.min(longest) <= room)
            .then(|| Self { columns: &matrix.columns, key: longest.min(room) })
    }

    fn group(&self, page: &mut Page, rows: &[Row<'_>]) {
        let scope = sanitize(scope(rows[0].own.component.as_deref()));
        let names = format!(" {}", self.columns.join(" "));
        self.line(page, (2, &page.bold(&scope), scope.width()), &page.faint(&names));
        let labels: Vec<_> = rows.iter().map(|it| label(it, self.key)).collect();
        for (row, short) in rows.iter().zip(&labels) {
            let is_unique = labels.iter().filter(|it| *it == short).count() == 1;
            let text = if is_unique { short.clone() } else { label(row, usize::MAX) };
            self.line(page, (INDENT, &text, text.width()), &self.cells(page, row));
        }
    }

    /// A label and cells on one line, or on two where the label is too long.
    fn line(&self, page: &mut Page, (indent, text, width): (usize, &str, usize), cells: &str) {
        let start = INDENT + self.key;
        let before = " ".repeat(indent);
        let gap = start.checked_sub(indent + width);
        if let Some(gap) = gap {
            return page.line(&format!("{before}{text}{}{cells}", " ".repeat(gap)));
        }
        page.line(&format!("{before}{text}"));
        page.line(&format!("{}{cells}", " ".repeat(start)));
    }

    fn cells(&self, page: &Page, row: &Row<'_>) -> String {
        let cells = self.columns.iter().zip(&row.marks);
        let cells = cells.map(|(name, mark)| {
            let (left, right) = (name.width().div_ceil(2), name.width() / 2);
            format!("{}{}{}", " ".repeat(left), painted(page, *mark), " ".repeat(right))
        });
        cells.collect::<String>().trim_end().to_owned()
    }
}

/// The key with what belongs to it, cut to a number of columns.
fn label(row: &Row<'_>, columns: usize) -> String {
    let suffix = sanitize(&row.suffix());
    let room = columns.saturating_sub(suffix.width());
    format!("{}{suffix}", shorten_middle(&sanitize(&row.own.key), room))
}

fn painted(page: &Page, mark: Mark) -> String {
    match mark.severity() {
        Some(severity) => page.tinted(severity, mark.symbol()),
        None => page.faint(mark.symbol()),
    }
}

/// The overrides of a component, each with the hops by name: `· 1.1–1.3  → 1.4`.
fn lines(page: &mut Page, matrix: &Matrix<'_>, rows: &[Row<'_>]) {
    let scope = page.bold(&sanitize(scope(rows[0].own.component.as_deref())));
    page.line(&format!("  {scope}"));
    for row in rows {
        let label = label(row, usize::MAX);
        let runs = runs(&matrix.columns, &row.marks);
        let plain = runs.iter().map(|(mark, hops)| format!("{} {hops}", mark.symbol()));
        let plain: Vec<_> = plain.collect();
        let width = INDENT + label.width() + 2 + plain.join("  ").width();
        if page.width() < width {
            page.line(&format!("    {label}"));
            page.units("        ", &plain);
        } else {
            page.units(&format!("    {label}  "), &plain);
        }
    }
}

/// Neighbouring hops that do the same, with their names.
fn runs(columns: &[String], marks: &[Mark]) -> Vec<(Mark, String)> {
    let cells: Vec<_> = columns.iter().zip(marks).collect();
    let runs = cells.chunk_by(|one, other| one.1 == other.1);
    let runs = runs.map(|run| match run {
        [(first, mark), .., (last, _)] => (**mark, format!("{first}–{last}")),
        _ => (*run[0].1, run[0].0.clone()),
    });
    runs.collect()
}

#[cfg(test)]
mod tests;
