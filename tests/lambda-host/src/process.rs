//! What a child process has used, from `/proc`, <https://man7.org/linux/man-pages/man5/proc.5.html>.

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

/// What a process has used up to now.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Processor time of its living threads, to the nanosecond while none of them runs.
    pub processor: Duration,
    /// Resident memory, in bytes.
    pub resident: u64,
}

impl Usage {
    pub(crate) fn of(pid: u32) -> io::Result<Self> {
        let process = Path::new("/proc").join(pid.to_string());
        Ok(Self {
            processor: processor(&process)?,
            resident: resident(&process)?,
        })
    }
}

/// `schedstat` counts nanoseconds; `stat` has ticks of 10 ms, which is longer than a whole start.
fn processor(process: &Path) -> io::Result<Duration> {
    let mut total = 0;
    for thread in fs::read_dir(process.join("task"))? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let on_processor = text.split_whitespace().next();
        total += number(on_processor, "schedstat")?;
    }
    Ok(Duration::from_nanos(total))
}

fn resident(process: &Path) -> io::Result<u64> {
    let status = fs::read_to_string(process.join("status"))?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next());
    Ok(number(kilobytes, "VmRSS")? * 1024)
}

fn number(text: Option<&str>, what: &str) -> io::Result<u64> {
    text.and_then(|text| text.parse().ok())
        .ok_or_else(|| io::Error::other(format!("{what} is not there: the process has ended")))
}
