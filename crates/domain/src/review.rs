//! What people think of something published: one to five stars, and words if they like.

/// One to five stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stars(u8);

impl Stars {
    pub const fn new(value: i64) -> Option<Self> {
        match value {
            1 => Some(Self(1)),
            2 => Some(Self(2)),
            3 => Some(Self(3)),
            4 => Some(Self(4)),
            5 => Some(Self(5)),
            _ => None,
        }
    }

    pub const fn get(self) -> i64 {
        self.0 as i64
    }
}

/// At most this many characters in a comment.
pub const COMMENT_LIMIT: usize = 3000;

/// The mean of some ratings with one decimal place; `None` of none.
pub fn mean_stars(sum: i64, count: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "no sum of stars comes near what a double can't hold")]
    let mean = (count > 0).then(|| sum as f64 / count as f64);
    mean.map(|mean| (mean * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_one_to_five_stars() {
        for (value, is_one) in [(0, false), (1, true), (5, true), (6, false), (-1, false)] {
            assert_eq!(Stars::new(value).map(Stars::get), is_one.then_some(value));
        }
    }

    #[test]
    fn means_have_one_decimal_place() {
        assert_eq!((mean_stars(0, 0), mean_stars(14, 3), mean_stars(9, 2)), (None, Some(4.7), Some(4.5)));
    }
}
