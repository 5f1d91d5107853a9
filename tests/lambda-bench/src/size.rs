//! How large a bootstrap is, and what it is packed to, which is what is uploaded and unpacked at a
//! cold start.

use std::path::Path;
use std::{fs, io};

use miniz_oxide::deflate::compress_to_vec;

/// As `zip -9`.
const SMALLEST: u8 = 9;

/// In bytes; a zip's own headers are left out.
pub(crate) struct Size {
    pub(crate) binary: usize,
    pub(crate) zip: usize,
}

pub(crate) fn of(bootstrap: &Path) -> io::Result<Size> {
    let binary = fs::read(bootstrap)?;
    Ok(Size {
        zip: compress_to_vec(&binary, SMALLEST).len(),
        binary: binary.len(),
    })
}
