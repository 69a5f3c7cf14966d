//! From our moments to those of `rcgen`, which are of another library.

use crate::error::PkiError;
use certwright_core::Timestamp;
use rcgen::CertificateParams;
use std::time::Duration;

/// Writes the validity into the parameters, to the second: certificates know nothing finer.
pub(super) fn set_validity(
    parameters: &mut CertificateParams,
    not_before: Timestamp,
    not_after: Timestamp,
) -> Result<(), PkiError> {
    // The epoch plus a duration avoids naming the `time` crate's type.
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    parameters.not_before = epoch + since_epoch(not_before)?;
    parameters.not_after = epoch + since_epoch(not_after)?;
    Ok(())
}

/// The time from 1970 to the moment, to the second.
pub(super) fn since_epoch(moment: Timestamp) -> Result<Duration, PkiError> {
    // RFC 5280 §4.1.2.5 writes no year after 9999; everything sensible ends long before.
    u64::try_from(moment.as_second())
        .map(Duration::from_secs)
        .map_err(|_| PkiError::UnusableValidity("it begins before 1970"))
}
