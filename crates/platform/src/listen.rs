//! Notifications of PostgreSQL (`LISTEN`, `NOTIFY`) on a connection of their own, which is opened anew
//! whenever it is lost.

use crate::{Error, Result};
use futures_util::{Stream, StreamExt, stream};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio_postgres::{AsyncMessage, Config, NoTls};

const FIRST_DELAY: Duration = Duration::from_millis(100);
const LAST_DELAY: Duration = Duration::from_secs(5);
/// How many notices may wait before the connection is read no further.
const BACKLOG: usize = 1024;

/// What a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The connection listens from now on, at first or again. Whatever was notified before may have been
    /// missed: caches drop everything, workers look for work.
    Connected,
    /// Somebody notified a channel.
    Notified {
        /// The channel's name.
        channel: String,
        /// What was said; may be empty.
        payload: String,
    },
}

/// Listens on `channels` of the database at `url` until the [`Listener`] is dropped. Returns at once;
/// [`Notice::Connected`] tells when it listens. Needs a tokio runtime of either flavour.
///
/// # Errors
/// When `url` is not a PostgreSQL URL.
pub fn listen(url: &str, channels: &[&str]) -> Result<Listener> {
    let mut config: Config = url.parse().map_err(Error::internal)?;
    config
        .application_name("rapport listener")
        .connect_timeout(Duration::from_secs(5))
        .keepalives_idle(Duration::from_secs(30))
        .keepalives_interval(Duration::from_secs(10))
        .keepalives_retries(3);
    let (sink, notices) = mpsc::channel(BACKLOG);
    let task = tokio::spawn(keep_listening(config, subscription(channels), sink)).abort_handle();
    Ok(Listener { notices, task })
}

/// The notices of [`listen`]: a stream that never ends.
#[derive(Debug)]
pub struct Listener {
    notices: mpsc::Receiver<Notice>,
    task: AbortHandle,
}

impl Stream for Listener {
    type Item = Notice;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Notice>> {
        self.notices.poll_recv(cx)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn subscription(channels: &[&str]) -> String {
    let escaped = channels.iter().map(|channel| channel.replace('"', "\"\""));
    let statements: Vec<_> = escaped.map(|channel| format!("LISTEN \"{channel}\"")).collect();
    statements.join(";")
}

/// Nobody takes the notices any more.
struct Unwanted;

async fn keep_listening(config: Config, subscription: String, sink: mpsc::Sender<Notice>) {
    let mut delay = FIRST_DELAY;
    loop {
        match listen_once(&config, &subscription, &sink, &mut delay).await {
            Ok(Unwanted) => return,
            Err(error) => tracing::warn!(%error, "notifications lost; listening again soon"),
        }
        tokio::time::sleep(delay).await;
        delay = LAST_DELAY.min(delay * 2);
    }
}

/// One connection's life.
async fn listen_once(
    config: &Config,
    subscription: &str,
    sink: &mpsc::Sender<Notice>,
    delay: &mut Duration,
) -> Result<Unwanted, Box<dyn std::error::Error + Send + Sync>> {
    let (client, mut connection) = config.connect(NoTls).await?;
    // The connection moves only while it is polled, so both are polled together.
    let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
    let mut subscribing = pin!(client.batch_execute(subscription));
    let mut subscribed = false;
    loop {
        let notice = tokio::select! {
            outcome = &mut subscribing, if !subscribed => {
                outcome?;
                subscribed = true;
                *delay = FIRST_DELAY;
                Notice::Connected
            }
            message = messages.next() => match message.ok_or("the connection was closed")?? {
                AsyncMessage::Notification(said) => Notice::Notified {
                    channel: said.channel().to_owned(),
                    payload: said.payload().to_owned(),
                },
                _ => continue,
            }
        };
        if sink.send(notice).await.is_err() {
            return Ok(Unwanted);
        }
    }
}
