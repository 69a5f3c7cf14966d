//! Server-sent events, read byte by byte as the HTML standard says (§9.2.6), with a bound on what is kept.

/// The longest message that is read; ours are below 10 KiB.
const MOST_BYTES: usize = 1 << 20;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Message {
    /// The last id given so far, by this message or an earlier one.
    pub(super) id: Option<String>,
    /// Its lines of data.
    pub(super) data: String,
}

/// The reader of one stream.
#[derive(Debug, Default)]
pub(super) struct Reader {
    line: Vec<u8>,
    after_return: bool,
    data: Vec<String>,
    data_bytes: usize,
    id: Option<String>,
}

/// The message is longer than anything we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Reader {
    /// The last id given, with a message or alone.
    pub(super) fn last_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Reads some bytes; gives the messages that were completed by them.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Message>, TooLong> {
        let mut messages = Vec::new();
        for &byte in bytes {
            let ends = match byte {
                // The second half of a carriage return and line feed.
                b'\n' if self.after_return => {
                    self.after_return = false;
                    continue;
                }
                b'\n' | b'\r' => true,
                _ => false,
            };
            self.after_return = byte == b'\r';
            if ends {
                let line = std::mem::take(&mut self.line);
                messages.extend(self.line_read(&String::from_utf8_lossy(&line)));
                continue;
            }
            self.line.push(byte);
            if self.line.len() + self.data_bytes > MOST_BYTES {
                return Err(TooLong);
            }
        }
        Ok(messages)
    }

    fn line_read(&mut self, line: &str) -> Option<Message> {
        if line.is_empty() {
            self.data_bytes = 0;
            let data = std::mem::take(&mut self.data);
            return (!data.is_empty()).then(|| Message { id: self.id.clone(), data: data.join("\n") });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                // One more for the line ending, so that empty lines count too.
                self.data_bytes += value.len() + 1;
                self.data.push(value.to_owned());
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            // Comments, the kind (which is in the data too) and fields of the future.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, at_once: usize) -> Vec<Message> {
        let mut reader = Reader::default();
        text.as_bytes().chunks(at_once).flat_map(|bytes| reader.feed(bytes).unwrap()).collect()
    }

    #[test]
    fn messages_are_the_same_however_they_are_cut() {
        let text = ": hello\r\nid: 4\r\n\r\nevent: note\r\nid:7\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\n:\n\ndata:x\n\nid: 9\ndata: lost";
        let expected = [
            Message { id: Some("7".to_owned()), data: "{\"a\":\n1}".to_owned() },
            Message { id: Some("7".to_owned()), data: "x".to_owned() },
        ];
        for at_once in [1, 2, 3, 7, 1000] {
            assert_eq!(all(text, at_once), expected, "{at_once}");
        }
    }

    #[test]
    fn an_id_without_data_is_remembered_and_no_message() {
        let mut reader = Reader::default();
        assert_eq!(reader.feed(b"id: 12\n\n"), Ok(vec![]));
        assert_eq!(reader.last_id(), Some("12"));
    }

    #[test]
    fn what_never_ends_is_given_up() {
        let mut reader = Reader::default();
        let lines = "data: 0123456789\n".repeat(MOST_BYTES / 10);
        assert_eq!(reader.feed(lines.as_bytes()), Err(TooLong));
        assert_eq!(Reader::default().feed(&vec![b'x'; MOST_BYTES + 1]), Err(TooLong));
    }
}
