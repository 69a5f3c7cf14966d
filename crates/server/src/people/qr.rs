//! A text as QR code, drawn as SVG: no styles and no scripts, so that the strictest policy of a page lets it be shown.

use crate::trouble::{Answered, Trouble};
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// The quiet zone around it (ISO/IEC 18004).
const MARGIN: usize = 4;

/// The drawing.
pub(super) fn svg(text: &str) -> Answered<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| Trouble::internal(&format!("draw a QR code: {error}")))?;
    let side = code.width() + 2 * MARGIN;
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % code.width() + MARGIN, index / code.width() + MARGIN);
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_corners_are_where_they_belong() {
        let svg = svg("otpauth://totp/x?secret=y").unwrap();
        let side: usize = svg.split("0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        for (x, y) in [(MARGIN, MARGIN), (side - MARGIN - 7, MARGIN), (MARGIN, side - MARGIN - 7)] {
            assert!(svg.contains(&format!("M{x} {y}h1v1h-1z")), "{x} {y}");
            let gap = format!("M{} {}h1v1h-1z", x + 1, y + 1);
            assert!(!svg.contains(&gap), "{gap}: a finder has a light ring");
        }
        assert!(!svg.contains("style") && !svg.contains("script"));
    }
}
