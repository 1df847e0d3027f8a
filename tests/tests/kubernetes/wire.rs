//! A wire between the operator and AWS.

use std::{
    io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A wire to AWS that can be cut: connections are closed at once while it leads nowhere.
pub(crate) struct Wire {
    address: SocketAddr,
    end: Arc<Mutex<Option<String>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Wire {
    /// A wire that leads nowhere yet.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let wire = Wire {
            address: listener.local_addr().expect("it has one"),
            end: Arc::default(),
            open: Arc::default(),
        };
        let (end, open) = (wire.end.clone(), wire.open.clone());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let end = end.lock().expect("nobody panics with it").clone();
                let Some(far) = end.and_then(|end| TcpStream::connect(end).ok()) else { continue };
                open.lock().expect("nobody panics with it").extend(near.try_clone());
                for (mut from, mut to) in [(near.try_clone(), far.try_clone()), (Ok(far), Ok(near))]
                    .into_iter()
                    .filter_map(|(from, to)| from.ok().zip(to.ok()))
                {
                    thread::spawn(move || {
                        let _ = io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        wire
    }

    /// Where it begins.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Let it lead to an endpoint, or nowhere.
    pub(crate) fn lead_to(&self, url: Option<&str>) {
        let end = url.map(|url| url.trim_start_matches("http://").to_owned());
        *self.end.lock().expect("nobody panics with it") = end;
        for connection in self.open.lock().expect("nobody panics with it").drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}
