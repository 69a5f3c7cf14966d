//! Keys, certificate requests, certificate facts, chain checks and sealing
