//! The lines by which nginx answers http-01 for a while: how they are written. How they are found again is in
//! `recognising`.
//!
//! They name the certificate they were added for: a comment says so to people, and the expression says so where no
//! comment can stand, in the middle of a line. So two certificates that are ordered at the same time never take
//! each other's lines for their own, a plan can be made as if no such lines were there, and what was left over is
//! known for what it is.

/// How the comment begins, and how it goes on after the certificate's id.
pub(super) const MARK: &str = "# certwright: answers http-01 while ";
pub(super) const MARK_END: &str = " is ordered; removed afterwards";

/// The path with its token, up to where the certificate is named.
pub(super) const EXPRESSION: &str = r#""^/\.well-known/acme-challenge/([-_A-Za-z0-9]+)$"#;
/// A comment inside an expression (`pcrepattern(3)`, "Comments"): it matches nothing and may stand anywhere.
pub(super) const NAME: &str = "(?#";
pub(super) const NAME_END: &str = ")";

fn comment(certificate: &str) -> String {
    format!("{MARK}{certificate}{MARK_END}")
}

fn expression(certificate: &str) -> String {
    format!("{EXPRESSION}{NAME}{certificate}{NAME_END}\"")
}

/// A location that answers.
pub(crate) fn location(indent: &str, thumbprint: &str, certificate: &str) -> Vec<String> {
    let step = if indent.contains('\t') { "\t" } else { "    " };
    let expression = expression(certificate);
    vec![
        format!("{indent}{}", comment(certificate)),
        format!("{indent}location ^~ /.well-known/acme-challenge/ {{"),
        format!("{indent}{step}default_type text/plain;"),
        format!("{indent}{step}location ~ {expression} {{ return 200 \"$1.{thumbprint}\"; }}"),
        format!("{indent}}}"),
    ]
}

/// A condition that answers, where a location would come too late.
pub(crate) fn condition(indent: &str, thumbprint: &str, certificate: &str) -> Vec<String> {
    let expression = expression(certificate);
    vec![
        format!("{indent}{}", comment(certificate)),
        format!("{indent}if ($uri ~ {expression}) {{ return 200 \"$1.{thumbprint}\"; }}"),
    ]
}
