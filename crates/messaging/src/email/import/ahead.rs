//! Reading and parsing on a thread of its own, ahead of the writing.

use crate::email::parse::{ParsedMail, parse};
use crate::email::source::{Origin, Skipped, Sources, Step};
use rapport_platform::Clock;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

/// How many KiB of mails may be in memory, and how many mails. A mail that is larger alone waits until
/// there is no other.
const ROOM: u32 = 64 << 10;
const MAILS: usize = 64;

/// A mail, understood, or what is wrong with it.
pub(super) struct Parsed {
    /// How far the sources have been read, in bytes.
    pub done: u64,
    pub mail: Result<(Origin, ParsedMail), Skipped>,
    /// The memory it takes.
    pub room: OwnedSemaphorePermit,
}

/// Starts to read. The thread ends with the sources, or when the receiver is gone.
pub(super) fn start(sources: Sources, clock: Arc<dyn Clock>) -> mpsc::Receiver<Parsed> {
    let (sender, receiver) = mpsc::channel(MAILS);
    let room = Arc::new(Semaphore::new(ROOM as usize));
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        for step in sources {
            let Ok(room) = runtime.block_on(room.clone().acquire_many_owned(size(&step))) else {
                return;
            };
            if sender.blocking_send(understood(step, &*clock, room)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// In KiB, begun ones counting.
fn size(step: &Step) -> u32 {
    let bytes = step.mail.as_ref().map_or(0, |mail| mail.bytes.len());
    u32::try_from(bytes / 1024 + 1).unwrap_or(ROOM).min(ROOM)
}

fn understood(step: Step, clock: &dyn Clock, room: OwnedSemaphorePermit) -> Parsed {
    let mail = step.mail.and_then(|raw| match parse(&raw, clock.now()) {
        Ok(parsed) => Ok((raw.origin, parsed)),
        Err(reason) => Err(Skipped {
            origin: raw.origin,
            reason,
        }),
    });
    Parsed {
        done: step.done,
        mail,
        room,
    }
}
