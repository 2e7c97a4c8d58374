//! What a page shows against what was printed.

/// Stands for any lines.
const MARKER: &str = "[…]";

/// Whether the lines of a page show what was printed.
pub(super) fn shows(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == MARKER => {
            (0..=printed.len()).any(|from| shows(rest, &printed[from..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, others)| masked(line) == masked(first) && shows(rest, others)),
    }
}

/// What a page should show of what was printed: as many lines as before of each part. The first part
/// is the beginning, the last one the end, and others are found by their first line.
pub(super) fn refreshed(shown: &[String], printed: &[String]) -> Vec<String> {
    let parts: Vec<_> = shown.split(|it| it == MARKER).collect();
    if parts.len() == 1 {
        return printed.to_vec();
    }
    let mut lines: Vec<String> = Vec::new();
    let mut next = 0;
    for (number, part) in parts.iter().enumerate() {
        if 0 < number {
            lines.push(MARKER.to_owned());
        }
        let start = match part.first() {
            Some(first) if 0 < number && number + 1 < parts.len() => nearest(first, printed, next),
            Some(_) if 0 < number => printed.len().saturating_sub(part.len()),
            _ => 0,
        };
        let start = start.max(next).min(printed.len());
        let end = (start + part.len()).min(printed.len());
        lines.extend_from_slice(&printed[start..end]);
        next = end;
    }
    lines
}

/// The line from `next` on that begins most like this one.
fn nearest(line: &str, printed: &[String], next: usize) -> usize {
    let common = |it: &str| it.chars().zip(line.chars()).take_while(|(a, b)| a == b).count();
    let mut best = (next, 0);
    for (number, it) in printed.iter().enumerate().skip(next) {
        let length = common(it);
        if best.1 < length {
            best = (number, length);
        }
    }
    best.0
}

/// A line without what is another one in each run: digests and times.
fn masked(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let is_time = word.get(10..11) == Some("T") && word.get(19..20) == Some("Z");
        match word.split_once("sha256:") {
            Some((before, _)) => format!("{before}sha256:"),
            None if is_time => format!("TIME{}", &word[20..]),
            None => word.to_owned(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split(' ').map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_marker_stands_for_any_lines() {
        for (shown, printed, same) in [
            ("a b", "a b", true),
            ("a b", "a c", false),
            ("a […]", "a b c", true),
            ("a […]", "b a", false),
            ("a […] c", "a b c", true),
            ("a […] c", "a c", true),
            ("a […] c", "a c d", false),
            ("[…] b […]", "a b c", true),
        ] {
            assert_eq!(shows(&lines(shown), &lines(printed)), same, "{shown} | {printed}");
        }
        assert!(shows(&[], &[]) && !shows(&[], &lines("a")));
    }

    #[test]
    fn digests_and_times_may_differ_and_nothing_else() {
        let (one, two) = ("at 2026-01-02T03:04:05Z, by a", "at 2027-01-02T03:04:06Z, by a");
        assert_eq!(masked(one), masked(two));
        assert_eq!(masked("plan sha256:12ab to x"), masked("plan sha256:34cd to x"));
        assert_ne!(masked("plan sha256:12ab to x"), masked("plan sha256:12ab to y"));
    }

    #[test]
    fn parts_are_found_again_and_keep_their_length() {
        let fresh = refreshed(&lines("a […] c1 x […] z"), &lines("A b c2 d e Z"));
        assert_eq!(fresh, lines("A […] c2 d […] Z"));
        assert_eq!(refreshed(&lines("a b"), &lines("c")), lines("c"));
    }
}
