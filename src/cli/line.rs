//! The words of a command line, before it is known whether they make sense.

use std::ffi::OsString;

/// The words of a command line that are text, without the first one.
#[derive(Debug, Clone, Default)]
pub struct Line {
    words: Vec<String>,
}

impl Line {
    /// The words after the program's name, as far as they are options: up to `--`.
    pub fn new<'a>(args: impl IntoIterator<Item = &'a OsString>) -> Self {
        let words = args.into_iter().skip(1).take_while(|it| *it != "--");
        Self { words: words.map(|it| it.to_string_lossy().into_owned()).collect() }
    }

    /// The value of an option such as `--source`, where it is given last.
    pub fn value(&self, option: &str) -> Option<&str> {
        self.words.iter().enumerate().rev().find_map(|(place, word)| {
            let rest = word.strip_prefix(option)?;
            match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => self.words.get(place + 1).map(String::as_str),
                None => None,
            }
        })
    }

    /// The first of these words that stands on the line.
    pub fn first_of(&self, words: &[String]) -> Option<&str> {
        self.words.iter().find(|it| words.contains(it)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line::new(&text.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn the_value_of_an_option_is_the_last_one_that_was_given() {
        let line = line("x plan --source demo --source=dir --color always -- --source no");
        assert_eq!(line.value("--source"), Some("dir"));
        assert_eq!(line.value("--color"), Some("always"));
        assert_eq!(line.value("--sour"), None);
        assert_eq!(line.first_of(&["path".to_owned(), "plan".to_owned()]), Some("plan"));
        assert_eq!(super::Line::default().value("--source"), None);
    }
}
