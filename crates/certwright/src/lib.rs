//! Certwright: every name under management is served with a valid, trusted, matching certificate
