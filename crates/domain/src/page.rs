//! Asking for one page of a list, and getting it.

/// Which rows of a list: how many to pass over, and how many to give at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    pub offset: u64,
    pub limit: u64,
}

impl PageRequest {
    pub const DEFAULT_LIMIT: u64 = 50;
    /// All of a list.
    pub const WHOLE: Self = Self { offset: 0, limit: u64::MAX };

    /// The page with this number, counted from one; zero means the first too.
    pub const fn numbered(page: u64, limit: u64) -> Self {
        Self { offset: page.saturating_sub(1).saturating_mul(limit), limit }
    }

    /// The number of the page this request lies on, counted from one.
    pub const fn number(self) -> u64 {
        match self.offset.checked_div(self.limit) {
            Some(before) => before.saturating_add(1),
            None => 1,
        }
    }

    /// These rows of a list that is there as a whole.
    pub fn of<T>(self, list: Vec<T>) -> impl Iterator<Item = T> {
        let [offset, limit] =
            [self.offset, self.limit].map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
        list.into_iter().skip(offset).take(limit)
    }

    /// The last page of a list of this length, if this one lies beyond it: whoever comes back to a page that is no more
    /// gets that.
    pub const fn back_within(self, total: u64) -> Option<Self> {
        let pages = total_pages(total, self.limit);
        if self.number() > pages { Some(Self::numbered(pages, self.limit)) } else { None }
    }

    /// The same rows of a list of this length, asked for in the opposite order, if they lie beyond its middle: what is
    /// passed over costs as much as what is given.
    pub fn from_end(self, total: u64) -> Option<Self> {
        let rest = total.checked_sub(self.offset)?;
        let limit = self.limit.min(rest);
        (rest < self.offset).then_some(Self { offset: rest - limit, limit })
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { offset: 0, limit: Self::DEFAULT_LIMIT }
    }
}

/// Some rows of a list and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub total: u64,
    pub request: PageRequest,
}

impl<T> Page<T> {
    /// How many pages the whole list has. An empty list has one: a published client asks on until the page
    /// it got is the last one, and would never stop at zero.
    pub fn total_pages(&self) -> u64 {
        total_pages(self.total, self.request.limit)
    }
}

/// See [`Page::total_pages`].
pub const fn total_pages(total: u64, limit: u64) -> u64 {
    if limit == 0 || total == 0 { 1 } else { total.div_ceil(limit) }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    #[default]
    Ascending,
    Descending,
}

impl Direction {
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_zero_and_one_are_the_first() {
        assert_eq!(PageRequest::numbered(0, 20), PageRequest::numbered(1, 20));
        assert_eq!(PageRequest::numbered(3, 20), PageRequest { offset: 40, limit: 20 });
        assert_eq!(PageRequest { offset: 40, limit: 20 }.number(), 3);
    }

    #[test]
    fn a_page_beyond_the_last_means_the_last() {
        let back = |page, total| PageRequest::numbered(page, 50).back_within(total).map(PageRequest::number);
        assert_eq!((back(1, 0), back(3, 101), back(0, 101)), (None, None, None));
        assert_eq!((back(2, 0), back(4, 101), back(u64::MAX, 101)), (Some(1), Some(3), Some(3)));
    }

    #[test]
    fn rows_beyond_the_middle_are_counted_from_the_end() {
        let from_end = |offset, limit, total| {
            PageRequest { offset, limit }.from_end(total).map(|request| (request.offset, request.limit))
        };
        assert_eq!(from_end(0, 4, 11), None);
        assert_eq!(from_end(5, 4, 11), None);
        assert_eq!(from_end(6, 4, 11), Some((1, 4)));
        assert_eq!(from_end(8, 4, 11), Some((0, 3)));
        assert_eq!(from_end(11, 4, 11), Some((0, 0)));
        assert_eq!(from_end(12, 4, 11), None);
        assert_eq!(from_end(6, u64::MAX, 11), Some((0, 5)));
        assert_eq!(from_end(0, 4, 0), None);
    }

    #[test]
    fn an_empty_list_has_one_page() {
        assert_eq!(total_pages(0, 50), 1);
        assert_eq!(total_pages(101, 50), 3);
        assert_eq!(total_pages(7, 0), 1);
    }
}
