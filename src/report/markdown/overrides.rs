//! What becomes of the user's overrides, as Markdown: a table, and a list to tick off.

use super::syntax::{code, details, escape, row};
use crate::report::Report;
use crate::report::user_overrides::matrix::{Matrix, Row, scope};
use crate::report::user_overrides::migration::{self, Written};
use crate::report::user_overrides::todo::{INTRODUCTION, Todo, todos};

/// The section; none where the report knows no overrides.
pub(super) fn section(report: &Report) -> Option<String> {
    let matrix = Matrix::new(report)?;
    let table = (!matrix.rows.is_empty()).then(|| table(&matrix));
    let live = (!matrix.live.is_empty()).then(|| live(&matrix));
    let todos: Vec<String> = todos(report).iter().map(todo).collect();
    let title = "### What to do about your overrides";
    let todos =
        (!todos.is_empty()).then(|| format!("{title}\n\n{INTRODUCTION}\n\n{}", todos.join("\n")));
    let parts: Vec<String> = [table, live, todos].into_iter().flatten().collect();
    Some(format!("## Your overrides\n\n{}", parts.join("\n")))
}

/// What a migration wrote; none where there is none.
pub(super) fn migrated(report: &Report) -> Option<String> {
    let hops: String = migration::hops(report, code).iter().map(written).collect();
    let (title, introduction) = (migration::TITLE, migration::INTRODUCTION);
    (!hops.is_empty()).then(|| format!("## {title}\n\n{introduction}\n\n{hops}"))
}

fn written(hop: &Written) -> String {
    let open = hop.open.iter().map(|it| format!("  - [ ] {it}\n"));
    format!("- {}: {}\n{}", escape(&hop.to), hop.files, open.collect::<String>())
}

fn table(matrix: &Matrix<'_>) -> String {
    let legend = matrix.legend().into_iter();
    let legend: Vec<_> =
        legend.map(|it| format!("{} {}", sign(it.symbol()), it.meaning())).collect();
    let names = matrix.columns.iter().map(|it| escape(it));
    let heading: Vec<_> =
        ["component".to_owned(), "key".to_owned()].into_iter().chain(names).collect();
    let rule = format!("|---|---|{}\n", ":-:|".repeat(matrix.columns.len()));
    let rows: String = matrix.rows.iter().map(line).collect();
    format!("{}\n\n{}{rule}{rows}", legend.join("; "), row(&heading))
}

fn line(it: &Row<'_>) -> String {
    let scope = escape(scope(it.own.component.as_deref()));
    let marks = it.marks.iter().map(|it| sign(it.symbol()).to_owned());
    let cells: Vec<_> = [scope, key(it)].into_iter().chain(marks).collect();
    row(&cells)
}

/// A sign that is no markup; in a cell only the asterisk could be.
fn sign(symbol: &'static str) -> &'static str {
    if symbol == "*" { "\\*" } else { symbol }
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

#[cfg(test)]
mod tests {
    use crate::liveness::Status::{Dead, Live, Removed};
    use crate::report::user_overrides::tests::{crowded, fares, key, replaced, report};
    use crate::report::{ChartValues, markdown};

    #[test]
    fn the_table_has_the_rows_that_change_and_folds_the_others() {
        let mut secret = fares(&key("", "db.password"), &[Live, Live, Live]);
        secret.secret = true;
        let overrides = vec![
            fares(&key("a", "x"), &[Live, Removed, Dead]),
            replaced(&key("b", "y"), &key("b", "z"), 0),
            secret,
        ];
        let text = markdown(&report(overrides), None);
        let table = "
| component | key | 1.1 | 1.2 | 1.3 |
|---|---|:-:|:-:|:-:|
| a | `x` | · | ✗ | - |
| b | `y` | → | · | · |

<details><summary>1 other is live on the whole path</summary>

- all components: `db.password` (secret)

</details>
";
        assert!(text.contains(table), "{text}");
        assert!(text.contains("\n**before 1.1.0**\n\n- [ ] `b`: set `z` (was `y`)\n"), "{text}");
        let sentence = "\n\nOf 3 overrides, 1 survives unchanged, 1 needs a change (at 1.1), 1 is \
                        lost (at 1.2).\n\n";
        assert!(text.contains(sentence), "{text}");
    }

    #[test]
    fn markup_in_keys_is_harmless() {
        let hostile = key("<b>|*c*", "a`|<img src=x>`.b");
        let text = markdown(
            &report(vec![
                fares(&hostile, &[Removed, Dead, Dead]),
                fares(&key("<i>", "`<u>"), &[Live, Live, Live]),
            ]),
            None,
        );
        let row = "| &lt;b&gt;\\|\\*c\\* | ``a`\\|<img src=x>`.b`` | ✗ | - | - |\n";
        assert!(text.contains(row), "{text}");
        assert!(text.contains("- &lt;i&gt;: `` `<u> ``\n"), "{text}");
        assert!(text.contains("- [ ] `<b>|*c*`: remove ``a`|<img src=x>`.b``"), "{text}");
    }

    #[test]
    fn a_finding_of_a_crowd_stands_in_full_exactly_once() {
        for count in [10, 11] {
            let text = markdown(&crowded(count), None);
            assert_eq!(text.matches("the message of a:old3.").count(), 1, "{text}");
        }
        let text = markdown(&crowded(11), None);
        assert!(text.contains("- 1.2.0 `a:old3` → `new.old3`\n"), "{text}");
    }

    #[test]
    fn long_lists_of_chart_values_are_cut_with_a_count() {
        let mut report = report(Vec::new());
        let removed = (0..60).map(|it| key("a", &format!("key{it}"))).collect();
        report.hops[0].chart_values = Some(ChartValues { removed, ..ChartValues::default() });
        let text = markdown(&report, None);
        assert!(text.contains("<summary>Values of charts: 60 removed</summary>"), "{text}");
        assert!(text.contains("- removed `a:key49`\n- … and 10 more; "), "{text}");
        assert!(!text.contains("key50"));
    }
}
