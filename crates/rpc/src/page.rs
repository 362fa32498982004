/// How many of a list one page holds: as asked, at most 200, and 50 if nothing is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    const USUAL: u32 = 50;
    const LARGEST: u32 = 200;

    /// Of the field `page_size`; 0 leaves it to the service.
    pub fn asked(size: u32) -> Self {
        Self(if size == 0 { Self::USUAL } else { size.min(Self::LARGEST) })
    }

    /// How many are shown.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// How many to look up: one more shows whether there is a further page.
    pub const fn limit(self) -> u32 {
        self.0 + 1
    }

    /// Cuts what was found to the page. Answers the next page's token, made of the last that is
    /// shown; empty on the last page.
    pub fn cut<T>(self, found: &mut Vec<T>, token: impl FnOnce(&T) -> String) -> String {
        let more = found.len() > self.0 as usize;
        found.truncate(self.0 as usize);
        found.last().filter(|_| more).map(token).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::PageSize;

    #[test]
    fn a_page_ends_with_the_token_of_the_next_if_there_is_one() {
        let page = PageSize::asked(2);
        assert_eq!(page.limit(), 3);
        let cut = |mut found: Vec<u8>| (page.cut(&mut found, u8::to_string), found);
        assert_eq!(cut(vec![7, 8, 9]), ("8".to_owned(), vec![7, 8]));
        assert_eq!(cut(vec![7, 8]), (String::new(), vec![7, 8]));
        assert_eq!(cut(Vec::new()), (String::new(), Vec::new()));
    }

    #[test]
    fn nobody_gets_more_than_the_largest_page() {
        assert_eq!(PageSize::asked(0), PageSize::asked(50));
        assert_eq!(PageSize::asked(u32::MAX), PageSize::asked(200));
    }
}
