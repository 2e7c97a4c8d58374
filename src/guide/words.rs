//! Sentences as words, and phrases to look for in them.

/// The words of a text in lower case, with punctuation marks as words of their own.
#[derive(Debug, Clone)]
pub(super) struct Words(Vec<String>);

const MARKS: [char; 6] = ['.', ',', ':', ';', '!', '?'];

impl Words {
    /// The words of `text`, which is plain text without Markdown.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self(Vec::new());
        for chunk in text.split_whitespace() {
            words.push_chunk(chunk);
        }
        words
    }

    /// A mark inside a chunk (`1.2`, `kubectl:1`) belongs to the word, one at its end does not.
    fn push_chunk(&mut self, chunk: &str) {
        let shell = |c: char| !c.is_alphanumeric() && !MARKS.contains(&c);
        let chunk = chunk.trim_start_matches(|c: char| !c.is_alphanumeric());
        let word = chunk.trim_end_matches(|c: char| shell(c) || MARKS.contains(&c));
        if !word.is_empty() {
            self.0.push(word.to_lowercase().replace('’', "'"));
        }
        let marks = chunk[word.len()..].chars().filter(|c| MARKS.contains(c));
        self.0.extend(marks.map(String::from));
    }

    /// How many words there are, marks not counted.
    pub(super) fn count(&self) -> usize {
        self.0.iter().filter(|it| !is_mark(it)).count()
    }

    /// The word at `at`, or nothing.
    pub(super) fn get(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    /// The word before `at`, or nothing.
    pub(super) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.get(at))
    }

    /// Whether the phrase occurs.
    pub(super) fn has(&self, phrase: &str) -> bool {
        self.find(phrase).next().is_some()
    }

    /// Whether any of the phrases occurs.
    pub(super) fn has_any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|it| self.has(it))
    }

    /// Whether the text starts with the phrase.
    pub(super) fn starts(&self, phrase: &str) -> bool {
        let parts: Vec<_> = phrase.split(' ').collect();
        matches(&self.0, &parts)
    }

    /// Where the phrase occurs. A phrase is words with one blank between them; a part `a|b` fits
    /// either word, `upgrad*` every word with that beginning, and `~3` skips up to three words,
    /// but no punctuation mark.
    pub(super) fn find<'a>(&'a self, phrase: &'a str) -> impl Iterator<Item = usize> + use<'a> {
        let parts: Vec<_> = phrase.split(' ').collect();
        (0..self.0.len()).filter(move |at| matches(&self.0[*at..], &parts))
    }
}

pub(super) fn is_mark(word: &str) -> bool {
    word.len() == 1 && word.starts_with(MARKS)
}

fn matches(words: &[String], parts: &[&str]) -> bool {
    let Some((part, rest)) = parts.split_first() else {
        return true;
    };
    if let Some(gap) = part.strip_prefix('~').and_then(|it| it.parse().ok()) {
        return matches_after_gap(words, rest, gap);
    }
    let Some((word, words)) = words.split_first() else {
        return false;
    };
    part.split('|').any(|it| fits(word, it)) && matches(words, rest)
}

fn matches_after_gap(words: &[String], rest: &[&str], gap: usize) -> bool {
    let open = words.iter().take(gap).take_while(|it| !is_mark(it)).count();
    (0..=open).any(|skipped| matches(&words[skipped..], rest))
}

fn fits(word: &str, part: &str) -> bool {
    match part.strip_suffix('*') {
        Some(beginning) => word.starts_with(beginning),
        None => word == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_at_the_end_of_a_word_are_words_and_inside_one_are_not() {
        let words = Words::of("Run `kubectl get x`, then (see v1.2.0) don’t stop...");
        assert_eq!(
            words.0,
            [
                "run", "kubectl", "get", "x", ",", "then", "see", "v1.2.0", "don't", "stop", ".",
                ".", "."
            ]
        );
        assert_eq!(words.count(), 9);
    }

    #[test]
    fn phrases_allow_gaps_choices_and_beginnings_but_no_mark_in_a_gap() {
        let words =
            Words::of("Before you start the Kyma upgrade, wait. Before, upgrading was slow");
        assert!(words.has("before ~4 upgrade|upgrading"));
        assert!(!words.has("before ~3 upgrade"));
        assert!(words.has("upgrad* was"));
        assert_eq!(words.find("before ~4 upgrad*").collect::<Vec<_>>(), [0]);
        assert!(words.starts("before you") && !words.starts("you"));
    }
}
