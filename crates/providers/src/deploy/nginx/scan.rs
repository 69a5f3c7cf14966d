//! Reads nginx configuration text into directives that know their bytes, by nginx's own rules
//! (`ngx_conf_read_token`): any directive is understood as words and perhaps a block, none is interpreted.

use super::lua;

/// One word of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its value: without quotes, escapes resolved.
    pub(crate) text: String,
    /// Where it begins, quotes included.
    pub(crate) start: usize,
    /// Where it ends, quotes included.
    pub(crate) end: usize,
}

/// A directive with everything in its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// Which file it stands in, by its index.
    pub(crate) file: usize,
    /// Its name and arguments; never empty.
    pub(crate) words: Vec<Word>,
    /// Where its name begins.
    pub(crate) start: usize,
    /// After its `;` or `}`.
    pub(crate) end: usize,
    /// Its block, where it has one.
    pub(crate) block: Option<Block>,
}

/// What stands between braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// After its `{`.
    pub(crate) open: usize,
    /// The directives in it; none for code of another language.
    pub(crate) body: Vec<Directive>,
}

impl Directive {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        self.words.first().map_or("", |word| &word.text)
    }

    /// Its arguments' values.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(|word| word.text.as_str())
    }

    /// Its first argument's value; empty where it has none.
    pub(crate) fn argument(&self) -> &str {
        self.words.get(1).map_or("", |word| &word.text)
    }

    /// The directives in its block.
    pub(crate) fn body(&self) -> &[Self] {
        self.block.as_ref().map_or(&[], |block| &block.body)
    }

    /// What tells it from every other directive, also when its file is included several times.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.file, self.start)
    }
}

/// Why a text is no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScanError {
    /// Where.
    pub(crate) at: usize,
    /// What is wrong there.
    pub(crate) what: &'static str,
}

/// No hand-written configuration comes near; a hostile one must not overflow the stack.
const DEEPEST: usize = 64;

enum Token {
    Word(Word),
    End,
    Open,
    Close,
    EndOfFile,
}

struct Scanner<'a> {
    text: &'a str,
    file: usize,
    at: usize,
}

/// Reads one file.
pub(crate) fn scan(text: &str, file: usize) -> Result<Vec<Directive>, ScanError> {
    let mut scanner = Scanner { text, file, at: 0 };
    scanner.directives(0)
}

impl Scanner<'_> {
    fn error<T>(&self, what: &'static str) -> Result<T, ScanError> {
        Err(ScanError { at: self.at, what })
    }

    fn directives(&mut self, depth: usize) -> Result<Vec<Directive>, ScanError> {
        if depth > DEEPEST {
            return self.error("blocks are nested too deep");
        }
        let mut directives = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        loop {
            match self.next()? {
                Token::Word(word) => words.push(word),
                Token::End if words.is_empty() => return self.error("a `;` without a directive"),
                Token::End => directives.push(self.directive(std::mem::take(&mut words), None)),
                Token::Open if words.is_empty() => return self.error("a `{` without a directive"),
                Token::Open => {
                    let open = self.at;
                    let body = if words[0].text.ends_with("_by_lua_block") {
                        let Some(end) = lua::skip(self.text.as_bytes(), open) else {
                            return self.error("a Lua block has no end");
                        };
                        self.at = end;
                        Vec::new()
                    } else {
                        self.directives(depth + 1)?
                    };
                    let block = Block { open, body };
                    directives.push(self.directive(std::mem::take(&mut words), Some(block)));
                }
                Token::Close if depth == 0 || !words.is_empty() => return self.error("an unexpected `}`"),
                Token::Close => return Ok(directives),
                Token::EndOfFile if depth == 0 && words.is_empty() => return Ok(directives),
                Token::EndOfFile => return self.error("the file ends within a directive or block"),
            }
        }
    }

    fn directive(&self, words: Vec<Word>, block: Option<Block>) -> Directive {
        Directive {
            file: self.file,
            start: words.first().map_or(self.at, |word| word.start),
            words,
            end: self.at,
            block,
        }
    }

    fn next(&mut self) -> Result<Token, ScanError> {
        let bytes = self.text.as_bytes();
        loop {
            let Some(&byte) = bytes.get(self.at) else {
                return Ok(Token::EndOfFile);
            };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'#' => {
                    self.at = bytes[self.at..]
                        .iter()
                        .position(|&byte| byte == b'\n')
                        .map_or(bytes.len(), |length| self.at + length);
                }
                b';' | b'{' | b'}' => {
                    self.at += 1;
                    return Ok(match byte {
                        b';' => Token::End,
                        b'{' => Token::Open,
                        _ => Token::Close,
                    });
                }
                b'"' | b'\'' => return self.quoted(byte),
                _ => return Ok(self.bare()),
            }
        }
    }

    fn quoted(&mut self, quote: u8) -> Result<Token, ScanError> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + 1;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'\\' => at += 2,
                _ if byte == quote => {
                    self.at = at + 1;
                    return Ok(Token::Word(Word {
                        text: unescape(&self.text[start + 1..at]),
                        start,
                        end: self.at,
                    }));
                }
                _ => at += 1,
            }
        }
        self.error("a quote is not closed")
    }

    fn bare(&mut self) -> Token {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start;
        let mut variable = false;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'{' if variable => {}
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'{' => break,
                b'\\' => at += 1,
                _ => {}
            }
            variable = byte == b'$';
            at += 1;
        }
        // An escaped last byte may have carried the position past the end, or into a longer character.
        let mut end = at.min(bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        self.at = end;
        Token::Word(Word { text: unescape(&self.text[start..end]), start, end })
    }
}

fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        let resolved = match (character, characters.peek()) {
            ('\\', Some(&next @ ('"' | '\'' | '\\'))) => Some(next),
            ('\\', Some('t')) => Some('\t'),
            ('\\', Some('r')) => Some('\r'),
            ('\\', Some('n')) => Some('\n'),
            _ => None,
        };
        if resolved.is_some() {
            characters.next();
        }
        text.push(resolved.unwrap_or(character));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        fn flat(directives: &[Directive], out: &mut Vec<Vec<String>>) {
            for directive in directives {
                out.push(directive.words.iter().map(|word| word.text.clone()).collect());
                flat(directive.body(), out);
            }
        }
        let mut out = Vec::new();
        flat(&scan(text, 0).unwrap(), &mut out);
        out
    }

    #[test]
    fn reads_words_as_nginx_does() {
        for (text, expected) in [
            ("a b c;", vec![vec!["a", "b", "c"]]),
            ("a 'b c' \"d;e\";# x\nf;", vec![vec!["a", "b c", "d;e"], vec!["f"]]),
            ("log x '\"$a\"';", vec![vec!["log", "x", "\"$a\""]]),
            (r#"r "a\"b\\c\d";"#, vec![vec!["r", r#"a"b\c\d"#]]),
            ("set $x ${y}z;", vec![vec!["set", "$x", "${y}z"]]),
            ("a b#c;", vec![vec!["a", "b#c"]]),
            (r"a b\ c;", vec![vec!["a", r"b\ c"]]),
            ("s{l 1;}", vec![vec!["s"], vec!["l", "1"]]),
            ("if ($a = \"b\") { c; }", vec![vec!["if", "($a", "=", "b", ")"], vec!["c"]]),
            ("a\r\n b;\r\nc;", vec![vec!["a", "b"], vec!["c"]]),
            (r"location ~ \.php$ { x; }", vec![vec!["location", "~", r"\.php$"], vec!["x"]]),
            (
                "content_by_lua_block { local a = '}' -- }\n if x then b{} end } n;",
                vec![vec!["content_by_lua_block"], vec!["n"]],
            ),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn spans_are_the_bytes_of_the_text() {
        let text = "  a 'b c' ;\nserver { l 1; }";
        let found = scan(text, 3).unwrap();
        assert_eq!(&text[found[0].words[1].start..found[0].words[1].end], "'b c'");
        assert_eq!(&text[found[0].start..found[0].end], "a 'b c' ;");
        let server = &found[1];
        assert_eq!(&text[server.start..server.end], "server { l 1; }");
        assert_eq!(&text[server.block.as_ref().unwrap().open..], " l 1; }");
        assert_eq!(server.place(), (3, 12));
    }

    #[test]
    fn never_panics_and_says_where() {
        let sample = "http {\n server { listen [::]:80; a \"ü\\\"\" 'x' \\ü; access_by_lua_block { [[ } ]] } } # ß\n}\n";
        for (end, _) in sample.char_indices() {
            let _ = scan(&sample[..end], 0);
        }
        for text in ["}", ";", "{", "a", "a {", "a '", "a b }", "a\\", "x_by_lua_block {"] {
            assert!(scan(text, 0).is_err(), "{text}");
        }
        assert!(scan(&"a {".repeat(100_000), 0).is_err());
        assert!(scan("a {} }", 0).unwrap_err().at >= 5);
    }
}
