//! The bounds of everything that clients can make grow.

/// Limits of one authority. Every number is a bound on memory, rows or time that a stranger can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body. A request with a hundred names and an RSA key of 8192 bits has 20 KiB.
    pub body: usize,
    /// Bytes of a request's address; the longest of ours has 150.
    pub address: usize,
    /// Bytes of all headers of a request. Nothing beyond the content type is read.
    pub headers: usize,
    /// Identifiers in one order, as public authorities have it.
    pub identifiers: usize,
    /// Contacts of an account.
    pub contacts: usize,
    /// Orders of one account in a day, whatever comes of them: each is some rows until it is forgotten.
    pub orders: u32,
    /// Those of them that are neither issued nor failed.
    pub open_orders: u32,
    /// Pending authorizations of one account.
    pub pending_authorizations: u32,
    /// Accounts in all.
    pub accounts: u32,
    /// New accounts from one address (or IPv6 network of 64 bits) in an hour.
    pub accounts_per_source: u32,
    /// Nonces that are remembered; beyond that, the oldest one is forgotten, and its holder asks again.
    pub nonces: usize,
    /// Challenges that are looked at at once.
    pub looks: usize,
    /// Of those, challenges of one account, so that nobody holds up all others.
    pub looks_per_account: usize,
    /// Seconds that one look may take, redirects included.
    pub look_seconds: u64,
    /// How often a challenge is looked at before it fails.
    pub attempts: u32,
    /// Milliseconds from a look that failed to the second one; then twice that.
    pub attempt_milliseconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 64 * 1024,
            address: 1024,
            headers: 16 * 1024,
            identifiers: 100,
            contacts: 10,
            // A dozen names, each with a certificate of its own that is renewed every two minutes.
            orders: 10_000,
            open_orders: 100,
            pending_authorizations: 300,
            accounts: 10_000,
            accounts_per_source: 100,
            nonces: 32_768,
            looks: 16,
            looks_per_account: 4,
            look_seconds: 10,
            attempts: 3,
            // A web server that was just reloaded, or a record that was just written, needs about that.
            attempt_milliseconds: 1000,
        }
    }
}
