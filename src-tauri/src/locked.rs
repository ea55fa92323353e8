//! Locking what commands share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; what a panicked holder left is still whole.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
