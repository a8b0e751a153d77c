//! What other virtual machines took meanwhile of the processors that this one was given.

use std::fs;

/// How much of the processors' time others may take before the figures tell more of them than of the program.
pub const GOAL: f64 = 0.02;

/// The processors' time since the start of the machine, in ticks (`proc_stat(5)`).
#[derive(Debug, Clone, Copy)]
pub struct Ticks {
    /// That something ran in, here or elsewhere.
    wanted: f64,
    /// That others had although something here was to run.
    stolen: f64,
}

impl Ticks {
    /// The times until now; `None` where the system does not tell.
    pub fn now() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/stat").ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let all = text.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<f64> = all
            .split_whitespace()
            .map_while(|number| number.parse().ok())
            .collect();
        let [user, nice, system, _idle, _waiting, interrupts, soft, stolen, ..] = *ticks.as_slice() else {
            return None;
        };
        let wanted = user + nice + system + interrupts + soft + stolen;
        Some(Self { wanted, stolen })
    }

    /// The part of the time that something was to run here, since `earlier`, in which others ran instead: 0 to 1.
    pub fn stolen_since(self, earlier: Self) -> f64 {
        let wanted = self.wanted - earlier.wanted;
        if wanted > 0.0 {
            (self.stolen - earlier.stolen) / wanted
        } else {
            0.0
        }
    }
}
