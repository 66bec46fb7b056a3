//! Weights from a file and to a file.

use super::{WeightsFault, load, to_safetensors};
use crate::parameters::Parameters;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What went wrong with a file of weights.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WeightsError {
    /// The operating system did not give the file.
    Unreadable {
        /// The file.
        file: String,
        /// What the operating system says.
        reason: String,
    },
    /// The operating system did not take the file.
    Unwritable {
        /// The file.
        file: String,
        /// What the operating system says.
        reason: String,
    },
    /// The file is not one of the network's weights.
    Unfit {
        /// The file.
        file: String,
        /// What is wrong with it.
        fault: Box<WeightsFault>,
    },
}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WeightsError::Unreadable { file, reason } => write!(f, "cannot read `{file}`: {reason}"),
            WeightsError::Unwritable { file, reason } => write!(f, "cannot write `{file}`: {reason}"),
            WeightsError::Unfit { file, fault } => write!(f, "`{file}`: {fault}"),
        }
    }
}

impl core::error::Error for WeightsError {}

/// Reads a file into a network.
pub(crate) fn open<P: Parameters>(network: &mut P, path: &Path) -> Result<(), WeightsError> {
    let file = || path.display().to_string();
    let bytes = fs::read(path).map_err(|error| WeightsError::Unreadable { file: file(), reason: error.to_string() })?;
    load(network, &bytes).map_err(|fault| WeightsError::Unfit { file: file(), fault: Box::new(fault) })
}

/// Writes a network to a file: at every moment there is the old file or the new one.
pub(crate) fn save<P: Parameters>(network: &P, path: &Path) -> Result<(), WeightsError> {
    let written = match fs::metadata(path) {
        // What is no file, such as a pipe, is written to and not replaced.
        Ok(metadata) if !metadata.is_file() => fs::write(path, to_safetensors(network)),
        // A link stays a link.
        Ok(metadata) => {
            fs::canonicalize(path).and_then(|path| replace(&path, &to_safetensors(network), Some(metadata)))
        }
        Err(_) => replace(path, &to_safetensors(network), None),
    };
    written.map_err(|error| WeightsError::Unwritable { file: path.display().to_string(), reason: error.to_string() })
}

/// Writes a file beside the one meant, with the permissions of the old one, and gives it the name.
fn replace(path: &Path, bytes: &[u8], old: Option<Metadata>) -> io::Result<()> {
    let (mut file, name) = temporary(path)?;
    let written = file.write_all(bytes).and_then(|()| match old {
        Some(old) => file.set_permissions(old.permissions()),
        None => Ok(()),
    });
    // The name must not reach the disk before the data do.
    let renamed = written.and_then(|()| file.sync_all()).and_then(|()| {
        drop(file);
        fs::rename(&name, path)
    });
    if renamed.is_err() {
        let _ = fs::remove_file(&name);
    }
    renamed
}

/// A new file in the folder of `path`, of a name that no other save uses.
fn temporary(path: &Path) -> io::Result<(File, PathBuf)> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let Some(name) = path.file_name() else {
        return Err(io::Error::new(ErrorKind::InvalidInput, "the path has no file name"));
    };
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut name = name.to_os_string();
        name.push(std::format!(".{}-{number}.tmp", std::process::id()));
        let beside = path.with_file_name(name);
        match File::create_new(&beside) {
            // A process of the same number was stopped while it saved.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            created => return created.map(|file| (file, beside)),
        }
    }
}
