//! What a migration wrote, and what it left open.

use crate::report::{Migration, OpenKey, Report};

/// The migration in a sentence; none where nothing was to be written.
pub(in crate::report) fn sentence(report: &Report) -> Option<String> {
    let hops = report.migration.as_ref()?;
    let files: usize = hops.iter().map(|it| it.files.len()).sum();
    let (conflicts, undecided) = (count(hops, |it| &it.conflicts), count(hops, |it| &it.undecided));
    Some(format!(
        "{files} files were written; {conflicts} keys have values of which one has to be chosen, and \
         {undecided} need another decision"
    ))
}

fn count(hops: &[Migration], keys: impl Fn(&Migration) -> &Vec<OpenKey>) -> usize {
    hops.iter().map(|it| keys(it).len()).sum()
}

/// What is open at a hop: `key: what to decide`.
pub(in crate::report) fn open(hop: &Migration) -> Vec<(String, &str)> {
    let keys = hop.conflicts.iter().chain(&hop.undecided);
    let named = keys.map(|it| {
        let scope = it.component.as_ref().map(|it| format!("{it}:")).unwrap_or_default();
        (format!("{scope}{}", it.key), it.text.as_str())
    });
    named.collect()
}
