//! dns-01 (RFC 8555 §8.4): a digest in a TXT record.

use super::{Names, Question};
use crate::base64url;
use crate::problem::{Kind, Problem};
use aws_lc_rs::digest::{SHA256, digest};
use certwright_core::identifier::Identifier;

pub(super) async fn look(names: &dyn Names, question: &Question) -> Result<(), Problem> {
    let (Identifier::Dns(name) | Identifier::Wildcard(name)) = &question.identifier else {
        return Err(Problem::malformed("an address cannot be proven by DNS"));
    };
    let record = format!("_acme-challenge.{}", name.ascii());
    let texts = names
        .texts(&record)
        .await
        .map_err(|words| Problem::new(Kind::Dns, format!("no TXT record {record}: {words}")))?;
    if texts.is_empty() {
        return Err(Problem::new(Kind::Dns, format!("there is no TXT record {record}")));
    }
    let expected = base64url::encode(digest(&SHA256, question.key_authorization.as_bytes()));
    if texts.contains(&expected) {
        return Ok(());
    }
    let detail = match texts.len() {
        1 => format!("the TXT record {record} has another value than this challenge wants"),
        count => format!("none of the {count} TXT records {record} has the value that this challenge wants"),
    };
    Err(Problem::new(Kind::IncorrectResponse, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::NamePolicy;
    use async_trait::async_trait;
    use certwright_store::issuer::ChallengeKind;
    use std::net::IpAddr;

    struct Records(Result<Vec<String>, String>);

    #[async_trait]
    impl Names for Records {
        async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
            panic!("nobody asks for the address of {name}");
        }

        async fn texts(&self, name: &str) -> Result<Vec<String>, String> {
            assert_eq!(name, "_acme-challenge.a.example", "without the star");
            self.0.clone()
        }
    }

    #[tokio::test]
    async fn one_right_record_among_others_is_enough() {
        let question = Question {
            kind: ChallengeKind::Dns01,
            identifier: Identifier::parse("*.a.example").unwrap(),
            token: "token".to_owned(),
            key_authorization: "token.thumbprint".to_owned(),
            policies: <[NamePolicy; 3]>::default(),
        };
        let right = base64url::encode(digest(&SHA256, b"token.thumbprint"));
        let texts = |texts: &[&str]| Ok(texts.iter().map(|text| (*text).to_owned()).collect());
        for (records, problem) in [
            (texts(&[&right]), None),
            (texts(&["other", &right]), None),
            (texts(&["token.thumbprint"]), Some(Kind::IncorrectResponse)),
            (texts(&[&format!("{right}=")]), Some(Kind::IncorrectResponse)),
            (texts(&[]), Some(Kind::Dns)),
            (Err("SERVFAIL".to_owned()), Some(Kind::Dns)),
        ] {
            let found = look(&Records(records.clone()), &question).await.err().map(|problem| problem.kind);
            assert_eq!(found, problem, "{records:?}");
        }
    }
}
