//! The name that a wrong one may have been meant for.

/// How alike two names have to be, from 0 to 1.
const ALIKE: f32 = 0.6;

/// The one of `names` that `wrong` is most like; none where it is like none of them.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |it: &str| similar::TextDiff::from_chars(wrong, it).ratio();
    let near = names.into_iter().map(|it| (alike(it), it));
    let (ratio, near) = near.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (ALIKE < ratio).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_and_another_word_finds_none() {
        let names = ["fail-on", "approvals", "source"];
        assert_eq!(nearest("failOn", names), Some("fail-on"));
        assert_eq!(nearest("fail_on", names), Some("fail-on"));
        assert_eq!(nearest("frobnicate", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("source", []), None);
    }
}
