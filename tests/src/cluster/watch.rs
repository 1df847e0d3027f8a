//! What happens to objects, event by event.

use super::{WITHIN, tells_no_secret};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::Instant,
};

/// One event of a watch.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// `ADDED`, `MODIFIED` or `DELETED`.
    pub event: String,
    /// The object as it was then.
    pub object: Value,
}

/// A watch, open until it is dropped. It ends with the API server: a test that restarts one opens another.
#[derive(Debug)]
pub struct Watch {
    kubectl: Child,
    events: Receiver<Seen>,
    history: Vec<Seen>,
}

impl Watch {
    /// Returns when the API server has begun to tell, so that nothing that happens from then on is missed.
    pub(super) fn start(mut command: Command) -> Self {
        let mut kubectl = command
            .arg("--v=6") // requests, on stderr
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        // Read from the start: kubectl lists before it watches, and must not wait for room in a pipe.
        let stdout = kubectl.stdout.take().expect("stdout is piped");
        let (tell, events) = channel();
        thread::spawn(move || {
            let documents = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
            for mut document in documents.map_while(Result::ok) {
                let event = document["type"].as_str().unwrap_or_default().to_owned();
                // What was there before comes as one list where it fills more than a page.
                let objects = match document["object"]["items"].as_array_mut() {
                    Some(objects) => std::mem::take(objects),
                    None => vec![document["object"].take()],
                };
                for object in objects {
                    // A secret ends the watch, and so the test that waits for it.
                    tells_no_secret(&object);
                    if tell.send(Seen { event: event.clone(), object }).is_err() {
                        return;
                    }
                }
            }
        });
        let mut stderr = BufReader::new(kubectl.stderr.take().expect("stderr is piped"));
        let mut said = String::new();
        while !said.lines().any(|line| line.contains("watch=true") && line.contains("200 OK")) {
            let more = stderr.read_line(&mut said).expect("kubectl speaks UTF-8");
            assert!(more > 0, "the watch did not begin:\n{said}");
        }
        thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Watch { kubectl, events, history: Vec::new() }
    }

    /// Wait for an event, counted from the last one that was waited for.
    ///
    /// # Panics
    /// When it does not come within [`WITHIN`], or the watch ends.
    pub fn until(&mut self, mut wanted: impl FnMut(&Seen) -> bool) -> Seen {
        let deadline = Instant::now() + WITHIN;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(seen) => {
                    self.history.push(seen.clone());
                    if wanted(&seen) {
                        return seen;
                    }
                }
                Err(why) => self.fail(why),
            }
        }
    }

    /// The next event, if one comes in this time.
    pub fn next(&mut self, within: std::time::Duration) -> Option<Seen> {
        let seen = self.events.recv_timeout(within).ok()?;
        self.history.push(seen.clone());
        Some(seen)
    }

    /// All events so far.
    pub fn history(&mut self) -> &[Seen] {
        self.history.extend(self.events.try_iter());
        &self.history
    }

    fn fail(&self, why: RecvTimeoutError) -> ! {
        let last = self.history.last().map_or_else(
            || "nothing was seen".to_owned(),
            |seen| format!("the last event was {} {:#}", seen.event, seen.object),
        );
        match why {
            RecvTimeoutError::Timeout => panic!("not within {WITHIN:?}; {last}"),
            RecvTimeoutError::Disconnected => panic!("the watch ended; {last}"),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.kubectl.kill();
        let _ = self.kubectl.wait();
    }
}
