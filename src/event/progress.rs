//! Events as progress bars or lines on standard error.
//!
//! # Decisions
//! * Bars only on a terminal. Elsewhere, such as in a CI log, one line for each wait for a rate
//!   limit and for requests that failed repeatedly; single failures are normal and stay silent.
//! * A write to standard error that fails is ignored: nothing depends on it.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

use super::{Event, Sink, ignore};

/// How events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// Bars on standard error, and lines above them.
    Bars,
    /// Lines on standard error, only for what delays the work.
    Lines,
    /// Nothing.
    Nothing,
}

impl Display {
    /// How to show events on this standard error: nothing when `quiet`, bars on a terminal unless
    /// they are unwanted, else lines.
    pub fn choose(quiet: bool, bars_wanted: bool) -> Self {
        match (quiet, bars_wanted && std::io::stderr().is_terminal()) {
            (true, _) => Self::Nothing,
            (false, true) => Self::Bars,
            (false, false) => Self::Lines,
        }
    }
}

/// A sink that shows events in the given way.
pub fn sink(display: Display) -> Sink {
    match display {
        Display::Bars => bars(ProgressDrawTarget::stderr()),
        Display::Lines => lines(),
        Display::Nothing => ignore(),
    }
}

/// One line for each event that is worth one, but not the same one twice in a row: many requests
/// wait for the same rate limit.
fn lines() -> Sink {
    let last = Mutex::new(None);
    Arc::new(move |event| {
        let Some(line) = line(&event) else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_ref() != Some(&line) {
            writeln!(std::io::stderr(), "{line}").unwrap_or_default();
            *last = Some(line);
        }
    })
}

/// The line that an event is worth, if it is worth one.
fn line(event: &Event) -> Option<String> {
    match event {
        Event::Retrying { what, cause, failed, .. } if is_worth_a_line(*failed) => {
            Some(format!("{what} failed {failed} times and is tried again: {cause}"))
        }
        Event::Waiting { until, .. } => {
            Some(format!("waiting for the end of a rate limit at {until}"))
        }
        _ => None,
    }
}

/// The third failure, and then ever fewer: the 6th, the 12th, the 24th.
fn is_worth_a_line(failed: u32) -> bool {
    failed.is_multiple_of(3) && (failed / 3).is_power_of_two()
}

struct Bars {
    screen: MultiProgress,
    all: ProgressBar,
    running: Mutex<BTreeMap<String, ProgressBar>>,
}

fn bars(target: ProgressDrawTarget) -> Sink {
    let screen = MultiProgress::with_draw_target(target);
    let all = ProgressBar::new(0)
        .with_style(style("{spinner} {pos} of {len} requests done"))
        .with_finish(ProgressFinish::AndClear);
    let bars = Bars { all: screen.add(all), screen, running: Mutex::default() };
    Arc::new(move |event| bars.show(event))
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant")
}

impl Bars {
    fn show(&self, event: Event) {
        if let Some(line) = line(&event) {
            self.screen.println(line).unwrap_or_default();
        }
        match event {
            Event::Started { url, what } => self.start(url, what),
            Event::Progress { url, received, total } => self.advance(&url, received, total),
            Event::Finished { url } => self.finish(&url),
            Event::Retrying { .. } | Event::Waiting { .. } => {}
        }
    }

    fn start(&self, url: String, what: String) {
        self.all.inc_length(1);
        let bar = ProgressBar::no_length()
            .with_message(what)
            .with_style(style("  {bytes:>10} {msg}"))
            .with_finish(ProgressFinish::AndClear);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert(url, bar);
    }

    fn advance(&self, url: &str, received: u64, total: Option<u64>) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bar) = running.get(url) else { return };
        if bar.position() == 0 {
            self.screen.add(bar.clone());
        }
        if let Some(total) = total.filter(|it| bar.length() != Some(*it)) {
            bar.set_length(total);
            bar.set_style(style("  {bytes:>10} of {total_bytes:10} {bar:20} {msg}"));
        }
        bar.set_position(received);
    }

    fn finish(&self, url: &str) {
        self.all.inc(1);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = running.remove(url) {
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
        if running.is_empty() {
            self.screen.clear().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::time::Duration;

    use indicatif::TermLike;

    use super::*;

    /// A terminal that remembers every text it was given.
    #[derive(Debug, Clone, Default)]
    struct Memory(Arc<Mutex<String>>);

    impl TermLike for Memory {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn retrying(failed: u32) -> Event {
        Event::Retrying {
            url: "https://example.com/a".to_owned(),
            what: "a of release 1.0.0".to_owned(),
            cause: "503 Service Unavailable".to_owned(),
            failed,
            wait: Duration::ZERO,
        }
    }

    fn started() -> Event {
        let (url, what) = ("https://example.com/a".to_owned(), "file a".to_owned());
        Event::Started { url, what }
    }

    fn finished() -> Event {
        let url = "https://example.com/a".to_owned();
        Event::Finished { url }
    }

    #[test]
    fn a_single_failure_is_worth_no_line_and_repeated_ones_are() {
        assert_eq!(line(&retrying(1)), None);
        let text = "a of release 1.0.0 failed 3 times and is tried again: 503 Service Unavailable";
        assert_eq!(line(&retrying(3)).as_deref(), Some(text));
        assert_eq!(line(&started()), None);
        let told: Vec<_> = (0..100).filter(|it| is_worth_a_line(*it)).collect();
        assert_eq!(told, [3, 6, 12, 24, 48, 96]);
    }

    #[test]
    fn bars_show_what_arrives_and_repeated_failures() {
        let terminal = Memory::default();
        let sink = bars(ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), 255));
        sink(started());
        sink(Event::Progress {
            url: "https://example.com/a".to_owned(),
            received: 1024,
            total: Some(2048),
        });
        sink(retrying(3));
        sink(finished());
        let shown = terminal.0.lock().unwrap().clone();
        for text in ["1.00 KiB of 2.00 KiB", "file a", "0 of 1 requests", "failed 3 times"] {
            assert!(shown.contains(text), "{text}: {shown}");
        }
    }
}
