//! A TCP connection that a fault can cut, and the door that lets connections in or refuses them.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::lock;
use super::script::Script;

/// How a connection ends when a fault cuts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// A clean end (FIN) without an answer.
    Close,
    /// A reset (RST).
    Reset,
    /// So many bytes, then a reset.
    ResetAfter(usize),
}

/// The handle of one connection, for the code that answers requests on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    cut: Option<Cut>,
    reader: Option<Waker>,
}

impl Wire {
    /// Ends the connection at its next read or write.
    pub(super) fn cut(&self, cut: Cut) {
        let mut shared = lock(&self.shared);
        shared.cut = Some(cut);
        if let Some(reader) = shared.reader.take() {
            reader.wake();
        }
    }

    /// How many bytes may still be written: all, some, or none because the wire is cut.
    fn allowance(&self) -> io::Result<Option<usize>> {
        match lock(&self.shared).cut {
            None => Ok(None),
            Some(Cut::ResetAfter(left)) if left > 0 => Ok(Some(left)),
            Some(_) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    fn spend(&self, written: usize) {
        if let Some(Cut::ResetAfter(left)) = &mut lock(&self.shared).cut {
            *left = left.saturating_sub(written);
        }
    }

    fn ends_by_reset(&self) -> bool {
        matches!(
            lock(&self.shared).cut,
            Some(Cut::Reset | Cut::ResetAfter(_))
        )
    }
}

impl Connected<IncomingStream<'_, Door>> for Wire {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.remote_addr().clone()
    }
}

/// The stream that the HTTP server reads and writes.
pub(super) struct WiredStream {
    stream: TcpStream,
    wire: Wire,
}

impl AsyncRead for WiredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        {
            let mut shared = lock(&self.wire.shared);
            if matches!(shared.cut, Some(Cut::Close | Cut::Reset)) {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            shared.reader = Some(context.waker().clone());
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for WiredStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let part = match self.wire.allowance() {
            Err(error) => return Poll::Ready(Err(error)),
            Ok(None) => bytes,
            Ok(Some(left)) => bytes.get(..left).unwrap_or(bytes),
        };
        let written = Pin::new(&mut self.stream).poll_write(context, part);
        if let Poll::Ready(Ok(count)) = written {
            self.wire.spend(count);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Drop for WiredStream {
    fn drop(&mut self) {
        // Closing with a zero linger time is what makes the kernel send RST instead of FIN.
        if self.wire.ends_by_reset() {
            self.stream.set_zero_linger().ok();
        }
    }
}

/// All connections of one server, so that they can end together.
#[derive(Clone, Debug, Default)]
pub(super) struct Wires {
    open: Arc<Mutex<Vec<Weak<Mutex<Shared>>>>>,
}

impl Wires {
    fn add(&self) -> Wire {
        let wire = Wire::default();
        let mut open = lock(&self.open);
        open.retain(|known| known.strong_count() > 0);
        open.push(Arc::downgrade(&wire.shared));
        wire
    }

    pub(super) fn cut_all(&self) {
        let open: Vec<_> = lock(&self.open).iter().filter_map(Weak::upgrade).collect();
        for shared in open {
            Wire { shared }.cut(Cut::Close);
        }
    }
}

/// Accepts connections, except while the script wants the host to be down.
pub(super) struct Door {
    address: SocketAddr,
    listener: Option<TcpListener>,
    script: Script,
    down: watch::Receiver<bool>,
    wires: Wires,
}

impl Door {
    pub(super) async fn open(listen: SocketAddr, script: Script, wires: Wires) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let down = script.wanted_down();
        Ok(Self {
            address,
            listener: Some(listener),
            script,
            down,
            wires,
        })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the socket and waits until somebody wants it back.
    async fn stay_closed(&mut self) {
        self.listener = None;
        self.wires.cut_all();
        self.script.report_down(true);
        // Fails only when the script is gone, and `self` holds it.
        self.down.wait_for(|down| !down).await.ok();
    }

    async fn bind_again(&mut self) {
        match TcpListener::bind(self.address).await {
            Ok(listener) => {
                self.listener = Some(listener);
                self.script.report_down(false);
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

impl Listener for Door {
    type Io = WiredStream;
    type Addr = Wire;

    async fn accept(&mut self) -> (WiredStream, Wire) {
        loop {
            if *self.down.borrow_and_update() {
                self.stay_closed().await;
            }
            let Some(listener) = &self.listener else {
                self.bind_again().await;
                continue;
            };
            tokio::select! {
                accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                    let wire = self.wires.add();
                    return (WiredStream { stream, wire: wire.clone() }, wire);
                },
                _ = self.down.changed() => {}
            }
        }
    }

    fn local_addr(&self) -> io::Result<Wire> {
        Ok(Wire::default())
    }
}
