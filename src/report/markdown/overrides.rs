//! What becomes of the user's overrides, as Markdown: a table, and a list to tick off.

use super::{code, details, escape};
use crate::report::Report;
use crate::report::user_overrides::matrix::{Matrix, Row, scope};
use crate::report::user_overrides::todo::{Todo, todos};

/// The section; none where the report knows no overrides.
pub(super) fn section(report: &Report) -> Option<String> {
    let matrix = Matrix::new(report)?;
    if matrix.rows.is_empty() && matrix.live.is_empty() {
        return None;
    }
    let table = (!matrix.rows.is_empty()).then(|| table(&matrix));
    let live = (!matrix.live.is_empty()).then(|| live(&matrix));
    let todos: Vec<String> = todos(report).iter().map(todo).collect();
    let todos = (!todos.is_empty())
        .then(|| format!("### What to do about your overrides\n\n{}", todos.join("\n")));
    let parts: Vec<String> = [table, live, todos].into_iter().flatten().collect();
    Some(format!("## Your overrides\n\n{}", parts.join("\n")))
}

fn table(matrix: &Matrix<'_>) -> String {
    let legend = matrix.legend().into_iter();
    let legend = legend.map(|it| format!("{} {}", escape(it.symbol()), it.meaning()));
    let names: String = matrix.columns.iter().map(|it| format!(" {} |", escape(it))).collect();
    let rule = ":-:|".repeat(matrix.columns.len());
    let rows: String = matrix.rows.iter().map(row).collect();
    let legend: Vec<_> = legend.collect();
    format!("{}\n\n| component | key |{names}\n|---|---|{rule}\n{rows}", legend.join(", "))
}

fn row(row: &Row<'_>) -> String {
    let marks = row.marks.iter().map(|it| format!(" {} |", escape(it.symbol())));
    let scope = escape(scope(row.own.component.as_deref()));
    format!("| {scope} | {} |{}\n", key(row), marks.collect::<String>())
}

fn key(row: &Row<'_>) -> String {
    format!("{}{}", code(&row.own.key), escape(&row.suffix()))
}

fn live(matrix: &Matrix<'_>) -> String {
    let lines = matrix
        .live
        .iter()
        .map(|it| format!("- {}: {}\n", escape(scope(it.own.component.as_deref())), key(it)));
    details(&matrix.others(), &lines.collect::<String>())
}

fn todo(todo: &Todo) -> String {
    let items = todo.items.iter().map(|it| format!("- [ ] {}\n", it.words(code)));
    format!("**{} {}**\n\n{}", todo.when, escape(&todo.to), items.collect::<String>())
}
