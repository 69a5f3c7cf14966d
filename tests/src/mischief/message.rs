//! Requests and answers as the proxy sees them: HTTP/1.1 with bodies of a known length, which is all that ACME clients
//! and Pebble send.

use std::io::{BufRead, Error, ErrorKind, Read, Result, Write};

use serde_json::{Value, json};

/// Nothing of an ACME exchange comes near.
const LONGEST_BODY: u64 = 10 << 20;

/// The fields of a header.
type Fields = Vec<(String, String)>;

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `POST`, `GET` or `HEAD`.
    pub method: String,
    /// The path.
    pub path: String,
    /// The header's fields.
    pub fields: Fields,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header's fields, without those that speak of the connection.
    pub fields: Fields,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// Reads one; `None` when the client has closed the connection.
    pub(super) fn read(from: &mut impl BufRead) -> Result<Option<Self>> {
        let Some((first, fields)) = head(from)? else { return Ok(None) };
        let mut words = first.split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else {
            return Err(Error::new(ErrorKind::InvalidData, format!("no request: {first}")));
        };
        let length = length_of(&fields).unwrap_or(0).min(LONGEST_BODY);
        let mut body = vec![0; usize::try_from(length).unwrap_or(0)];
        from.read_exact(&mut body)?;
        Ok(Some(Self { method, path, fields, body }))
    }

    /// Writes it on, as HTTP/1.0: the answer then ends with the connection, and has no chunks.
    pub(super) fn write(&self, to: &mut impl Write) -> Result<()> {
        let mut head = format!("{} {} HTTP/1.0\r\n", self.method, self.path);
        for (name, value) in self.fields.iter().filter(|(name, _)| !is_of_connection(name)) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        to.write_all(head.as_bytes())?;
        to.write_all(&self.body)?;
        to.flush()
    }
}

impl Reply {
    /// An answer of this content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let fields = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, fields, body: body.into() }
    }

    /// A problem document (RFC 8555 §6.7) of this kind.
    pub fn problem(status: u16, kind: &str, detail: &str) -> Self {
        let kind = format!("urn:ietf:params:acme:error:{kind}");
        Self::problem_document(status, &json!({ "type": kind, "detail": detail, "status": status }))
    }

    /// Any problem document.
    pub fn problem_document(status: u16, document: &Value) -> Self {
        Self::new(status, "application/problem+json", document.to_string())
    }

    /// What a gateway says when nobody is behind it.
    pub fn page(status: u16) -> Self {
        Self::new(status, "text/html", format!("<html><h1>{status}</h1>\r\n<p>Sorry.</p></html>"))
    }

    /// The same with another field in the header, instead of any of that name.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Sets a field of the header.
    pub fn set(&mut self, name: &str, value: &str) {
        self.fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// Reads one that ends with the connection.
    pub(super) fn read(from: &mut impl BufRead) -> Result<Self> {
        let (first, mut fields) = head(from)?.ok_or(ErrorKind::UnexpectedEof)?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
        let status =
            status.ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("no answer: {first}")))?;
        fields.retain(|(name, _)| !is_of_connection(name));
        let mut body = Vec::new();
        from.take(LONGEST_BODY).read_to_end(&mut body)?;
        Ok(Self { status, fields, body })
    }

    /// Its head; `length` is what it says of its body, where it says anything.
    pub(super) fn head(&self, length: Option<usize>) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Mischief\r\n", self.status);
        for (name, value) in &self.fields {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = length {
            head.push_str(&format!("content-length: {length}\r\n"));
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}

/// The first line and the fields; `None` at the end of the connection.
fn head(from: &mut impl BufRead) -> Result<Option<(String, Fields)>> {
    let mut line = || -> Result<Option<String>> {
        let mut line = String::new();
        let count = from.read_line(&mut line)?;
        Ok((count > 0).then(|| line.trim_end().to_owned()))
    };
    let Some(first) = line()? else { return Ok(None) };
    let mut fields = Vec::new();
    while let Some(line) = line()?.filter(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Ok(Some((first, fields)))
}

fn length_of(fields: &[(String, String)]) -> Option<u64> {
    let field = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    field.and_then(|(_, value)| value.parse().ok())
}

/// Fields that are written anew, because the two connections are two.
fn is_of_connection(name: &str) -> bool {
    ["connection", "content-length", "transfer-encoding", "accept-encoding"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}
