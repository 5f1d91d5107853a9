//! How large a bootstrap is, and its zip, which is what is uploaded and unpacked at a cold start.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

/// In bytes.
pub(crate) struct Size {
    pub(crate) binary: u64,
    pub(crate) zip: usize,
}

pub(crate) fn of(bootstrap: &Path) -> io::Result<Size> {
    let mut zip = Command::new("zip");
    let zip = zip.args(["-q", "-9", "-j", "-"]).arg(bootstrap).output()?;
    if !zip.status.success() {
        return Err(io::Error::other(format!("zip failed: {}", zip.status)));
    }
    Ok(Size {
        binary: fs::metadata(bootstrap)?.len(),
        zip: zip.stdout.len(),
    })
}
