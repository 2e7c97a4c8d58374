//! Events as bars on a terminal.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

use super::Event;
use super::lines::delay;
use super::tally::Tally;

/// How often the screen is drawn while nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// The bars of a terminal: what is at work, all requests, and each download.
pub(super) struct Bars {
    screen: MultiProgress,
    work: ProgressBar,
    all: ProgressBar,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tally: Tally,
    running: BTreeMap<String, ProgressBar>,
    /// Whether the first two bars are on the screen.
    shown: bool,
}

impl Bars {
    pub(super) fn new(target: ProgressDrawTarget) -> Self {
        Self {
            screen: MultiProgress::with_draw_target(target),
            work: bar(Some(0), "{spinner} {wide_msg}"),
            all: bar(Some(0), "  {pos} of {len} requests done, {msg}"),
            state: Mutex::default(),
        }
    }

    pub(super) fn show(&self, event: Event) {
        if let Some(line) = delay(&event) {
            self.say(&line);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tally.add(&event);
        if !std::mem::replace(&mut state.shown, true) {
            self.screen.add(self.work.clone()).enable_steady_tick(TICK);
        }
        self.work.set_message(state.tally.at_work());
        self.count(&state.tally);
        match event {
            Event::Started { url, what } => {
                state.running.insert(url, download(what));
            }
            Event::Progress { url, received, total } => {
                self.advance(&state, (&url, received, total));
            }
            Event::Finished { url, .. } => {
                if let Some(bar) = state.running.remove(&url) {
                    bar.finish_and_clear();
                    self.screen.remove(&bar);
                }
            }
            _ => {}
        }
    }

    fn count(&self, tally: &Tally) {
        if tally.requests == 0 {
            return;
        }
        if self.all.length() == Some(0) {
            self.screen.insert_after(&self.work, self.all.clone());
        }
        self.all.set_length(tally.requests);
        self.all.set_message(crate::files::size(tally.bytes));
        self.all.set_position(tally.finished);
    }

    fn advance(&self, state: &State, (url, received, total): (&str, u64, Option<u64>)) {
        let Some(bar) = state.running.get(url) else { return };
        if bar.position() == 0 {
            self.screen.add(bar.clone());
        }
        if let Some(total) = total.filter(|it| bar.length() != Some(*it)) {
            bar.set_length(total);
            bar.set_style(style("  {bytes:>10} of {total_bytes:10} {bar:20} {msg}"));
        }
        bar.set_position(received);
    }

    /// Writes a line above the bars.
    pub(super) fn say(&self, line: &str) {
        self.screen.println(line).unwrap_or_default();
    }

    /// Takes the bars away for as long as something else is written.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.screen.suspend(write)
    }

    /// Takes the bars away until the next event.
    pub(super) fn rest(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut state.shown) {
            self.work.disable_steady_tick();
            self.screen.clear().unwrap_or_default();
            self.screen.remove(&self.work);
            self.screen.remove(&self.all);
            self.all.set_length(0);
        }
    }
}

/// The bar of a download, as long as nobody knows how much is to come.
fn download(what: String) -> ProgressBar {
    bar(None, "  {bytes:>10} {msg}").with_message(what)
}

/// A bar that is not on the screen yet.
fn bar(length: Option<u64>, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
    bar.with_style(style(template)).with_finish(ProgressFinish::AndClear)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant")
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use indicatif::TermLike;

    use super::*;
    use crate::event::{Outcome, Phase};

    /// A terminal that remembers every text it was given.
    #[derive(Debug, Clone, Default)]
    struct Memory(Arc<Mutex<String>>);

    impl Memory {
        fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

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

    fn shown(events: Vec<Event>) -> String {
        let terminal = Memory::default();
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), 255);
        let bars = Bars::new(target);
        for event in events {
            bars.show(event);
        }
        // Whatever was drawn too soon after the last time is drawn now.
        bars.work.tick();
        bars.say("the end");
        bars.rest();
        terminal.text()
    }

    fn download_of(received: u64) -> Vec<Event> {
        let url = "https://example.com/a".to_owned();
        vec![
            Event::Started { url: url.clone(), what: "file a".to_owned() },
            Event::Progress { url, received, total: Some(2048) },
        ]
    }

    fn retrying() -> Event {
        Event::Retrying {
            url: "https://example.com/a".to_owned(),
            what: "a of release 1.0.0".to_owned(),
            cause: "503 Service Unavailable".to_owned(),
            failed: 3,
            wait: Duration::ZERO,
        }
    }

    #[test]
    fn bars_show_what_arrives_and_repeated_failures() {
        let shown = shown([download_of(1024), vec![retrying()]].concat());
        for text in ["1.00 KiB of 2.00 KiB", "file a", "0 of 1 requests", "1 KiB", "failed 3 times"]
        {
            assert!(shown.contains(text), "{text}: {shown}");
        }
    }

    #[test]
    fn bars_show_what_is_at_work_and_how_many_requests_are_done() {
        let url = "https://example.com/a".to_owned();
        let finished = Event::Finished { url, outcome: Outcome::Received };
        let what = "1.12.0".to_owned();
        let item = Event::Item { phase: Phase::Charts, what, number: (3, 14) };
        let events = [vec![Event::Phase(Phase::Files)], download_of(2048), vec![finished, item]];
        let shown = shown(events.concat());
        let texts =
            ["reading charts of 1.12.0 (3 of 14)", "1 of 1 requests done, 2 KiB", "the end"];
        for text in texts {
            assert!(shown.contains(text), "{text}: {shown}");
        }
    }

    #[test]
    fn bars_come_again_after_a_rest() {
        let terminal = Memory::default();
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), 255);
        let bars = Bars::new(target);
        bars.show(Event::Phase(Phase::Check));
        bars.rest();
        assert_eq!(bars.aside(|| 1), 1);
        bars.show(Event::Phase(Phase::Apply));
        bars.work.tick();
        assert!(terminal.text().contains("applying"));
        bars.rest();
    }
}
