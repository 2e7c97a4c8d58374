//! A server on loopback that stands in for GitHub, and can fail as servers do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::support::History;

/// What a server says.
pub(crate) enum Answer {
    /// A status, header lines and a body.
    Whole(u16, &'static str, Vec<u8>),
    /// Half of what was promised, and the end of the connection.
    Truncated,
    /// A body without an announced length that goes on for 200 MB.
    Endless,
    /// Nothing, until the client hangs up.
    Silence,
}

/// A server that stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    asked: Receiver<String>,
}

impl Server {
    /// Serves a history as GitHub does. `fault` may answer a path in its place.
    pub(crate) fn start(
        history: History,
        fault: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, (tell, asked)) = (Arc::new(AtomicBool::new(false)), channel());
        let answer = move |path: &str| {
            fault(path).unwrap_or_else(|| match history.answer(path) {
                Some(body) => Answer::Whole(200, "", body),
                None => Answer::Whole(404, "", vec![]),
            })
        };
        let (answer, tell) = (Arc::new(answer), Arc::new(Mutex::new(tell)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (answer, tell) = (Arc::clone(&answer), Arc::clone(&tell));
                std::thread::spawn(move || serve(stream, &*answer, &tell));
            }
        });
        Self { address, stop, thread: Some(thread), asked }
    }

    /// Its base URL.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits until a path that holds this text is asked for.
    pub(crate) fn wait_for(&self, text: &str) {
        let soon = Duration::from_secs(30);
        while !self.asked.recv_timeout(soon).expect("it is asked for").contains(text) {}
    }

    /// The paths that were asked for since the last time.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.try_iter().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // The connection wakes the thread that waits for one.
        drop(TcpStream::connect(self.address));
        self.thread.take().map(JoinHandle::join);
    }
}

/// Answers the one request of a connection. The client may hang up at any time.
fn serve(
    mut stream: TcpStream,
    answer: &dyn Fn(&str) -> Answer,
    tell: &Mutex<Sender<String>>,
) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let request = lines.next()?.ok()?;
    let path = request.split(' ').nth(1)?.to_owned();
    while !lines.next()?.ok()?.is_empty() {}
    tell.lock().ok()?.send(path.clone()).ok()?;
    match answer(&path) {
        Answer::Whole(status, headers, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
            );
            stream.write_all(&[head.as_bytes(), &body].concat()).ok()
        }
        Answer::Truncated => stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\napiVersion: v1\n")
            .ok(),
        Answer::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").ok()?;
            let piece = vec![b'x'; 1 << 20];
            (0..200).try_for_each(|_| stream.write_all(&piece)).ok()
        }
        Answer::Silence => stream.read(&mut [0]).ok().map(drop),
    }
}
