//! Work that goes on beside a test until somebody drops it.

use std::thread::JoinHandle;

use tokio::sync::oneshot;

/// A thread with a runtime of its own.
pub(crate) struct Background {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts work, which goes on until it ends or this is dropped.
    pub(crate) fn start<W: Future<Output = ()>>(work: impl FnOnce() -> W + Send + 'static) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                tokio::select! {
                    () = work() => {}
                    _ = stopped => {}
                }
            });
        };
        Self { stop: Some(stop), thread: Some(std::thread::spawn(run)) }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        let fine = ended.is_none_or(|it| it.is_ok());
        assert!(fine || std::thread::panicking(), "the work in the background panicked");
    }
}
