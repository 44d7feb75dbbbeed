//! Who reads goes first: threads that write, index and copy for all give way where there are fewer processors than work.

/// About a third of what each other thread gets, as long as they want it.
#[cfg(target_os = "linux")]
const NICER_BY: i32 = 5;
#[cfg(target_os = "linux")]
const NICEST: i32 = 19;

/// Lowers the priority of this thread: on Linux each has one of its own.
#[cfg(target_os = "linux")]
pub(super) fn give_way() {
    use rustix::process::{getpriority_process, setpriority_process};

    let lowered =
        getpriority_process(None).and_then(|own| setpriority_process(None, (own + NICER_BY).min(NICEST)));
    if let Err(error) = lowered {
        tracing::debug!(%error, "the priority of a thread of the database could not be lowered");
    }
}

/// Elsewhere it would be that of the whole process.
#[cfg(not(target_os = "linux"))]
pub(super) fn give_way() {}
