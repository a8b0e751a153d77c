//! How much memory the database keeps pages in.

use std::fs;

const MEBIBYTE: u64 = 1 << 20;
/// PostgreSQL's own default.
const LEAST: u64 = 128 * MEBIBYTE;
/// Beyond this the page cache of the system serves as well.
const MOST: u64 = 1024 * MEBIBYTE;

/// What `shared_buffers` is to be on this machine, for PostgreSQL: an eighth of the memory there is. The manual advises a
/// quarter of a machine of its own (Resource Consumption); here the program and the page cache want some, too.
pub(super) fn shared_buffers() -> String {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let memory = available(&read("/proc/meminfo"), &read("/sys/fs/cgroup/memory.max"));
    format!("{}MB", buffers(memory) / MEBIBYTE)
}

/// The bytes of memory that may be used: those of the machine, or of the container when it has a limit. `None` where the
/// system does not tell in the way of Linux (proc(5), and the kernel's documentation of cgroup v2).
fn available(meminfo: &str, limit: &str) -> Option<u64> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    let machine = kibibytes * 1024;
    // Without a limit it says `max`.
    Some(
        limit
            .trim()
            .parse()
            .map_or(machine, |limit: u64| limit.min(machine)),
    )
}

fn buffers(memory: Option<u64>) -> u64 {
    memory.map_or(LEAST, |memory| (memory / 8).clamp(LEAST, MOST))
}

#[cfg(test)]
mod tests {
    use super::{MEBIBYTE, available, buffers};

    const MACHINE: &str = "MemTotal:        4194304 kB\nMemFree:          1000000 kB\n";

    #[test]
    fn a_container_has_less_than_its_machine() {
        assert_eq!(available(MACHINE, "max\n"), Some(4096 * MEBIBYTE));
        assert_eq!(available(MACHINE, ""), Some(4096 * MEBIBYTE));
        assert_eq!(available(MACHINE, "1073741824\n"), Some(1024 * MEBIBYTE));
        assert_eq!(available(MACHINE, "9223372036854771712"), Some(4096 * MEBIBYTE));
        assert_eq!(available("", "1073741824"), None);
    }

    #[test]
    fn pages_are_kept_in_an_eighth_within_bounds() {
        for (memory, kept) in [
            (None, 128),
            (Some(512), 128),
            (Some(4096), 512),
            (Some(65536), 1024),
        ] {
            assert_eq!(
                buffers(memory.map(|memory: u64| memory * MEBIBYTE)),
                kept * MEBIBYTE
            );
        }
    }
}
