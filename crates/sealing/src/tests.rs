use proptest::prelude::*;
use ring::rand::SystemRandom;

use super::*;

fn masters(digit: char) -> Masters {
    Masters::new(key(digit), vec![])
}

fn key(digit: char) -> MasterKey {
    digit.to_string().repeat(64).parse().unwrap()
}

const OWNER: [u8; 16] = [7; 16];

fn place(field: &str) -> Place<'_> {
    Place { field, owner: OWNER }
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again_and_does_not_show(text in ".{0,200}") {
        let random = SystemRandom::new();
        let masters = masters('a');
        let (data, wrapped) = masters.new_key(OWNER, &random).unwrap();
        let sealed = data.seal(place("name"), &text, &random).unwrap();
        let again = masters.open_key(OWNER, &wrapped).unwrap();
        prop_assert_eq!(again.open(place("name"), &sealed).unwrap(), text.clone());
        prop_assert!(text.len() < 4 || !sealed.windows(text.len()).any(|w| w == text.as_bytes()));
    }
}

#[test]
fn a_sealed_value_opens_only_in_its_own_place_and_unchanged() {
    let random = SystemRandom::new();
    let (data, _) = masters('a').new_key(OWNER, &random).unwrap();
    let sealed = data.seal(place("phone"), "10000000000", &random).unwrap();
    assert_eq!(data.open(place("name"), &sealed), Err(Error::Altered));
    let other = Place { field: "phone", owner: [8; 16] };
    assert_eq!(data.open(other, &sealed), Err(Error::Altered));
    for at in 0..sealed.len() {
        let mut altered = sealed.clone();
        altered[at] ^= 1;
        assert_eq!(data.open(place("phone"), &altered), Err(Error::Altered), "byte {at}");
    }
    assert_eq!(data.open(place("phone"), &sealed[..5]), Err(Error::Altered));
}

#[test]
fn a_token_is_that_of_its_key_and_place_and_of_no_other() {
    let masters = masters('a');
    let (data, wrapped) = masters.new_key(OWNER, &SystemRandom::new()).unwrap();
    let token = data.token(place("link"));
    assert_eq!(token, masters.open_key(OWNER, &wrapped).unwrap().token(place("link")));
    assert!(token.len() == 40 && token.bytes().all(|digit| digit.is_ascii_hexdigit()), "{token}");
    let (other, _) = masters.new_key(OWNER, &SystemRandom::new()).unwrap();
    let elsewhere = Place { field: "link", owner: [8; 16] };
    for other in [other.token(place("link")), data.token(place("name")), data.token(elsewhere)] {
        assert_ne!(token, other);
    }
}

#[test]
fn an_equal_value_is_found_by_its_index_and_only_in_its_field() {
    let masters = masters('a');
    let index = masters.index("phone", "10000000000");
    assert_eq!(index, masters.index("phone", "10000000000"));
    assert_ne!(index, masters.index("mail", "10000000000"));
    assert_ne!(index, masters.index("phone", "10000000001"));
    assert_ne!(index, super::tests::masters('b').index("phone", "10000000000"));
}

#[test]
fn an_older_master_key_still_opens_what_it_wrapped() {
    let random = SystemRandom::new();
    let (data, wrapped) = masters('a').new_key(OWNER, &random).unwrap();
    let sealed = data.seal(place("name"), "来电同学", &random).unwrap();
    let rotated = Masters::new(key('b'), vec![key('a')]);
    let opened = rotated.open_key(OWNER, &wrapped).unwrap().open(place("name"), &sealed);
    assert_eq!(opened.unwrap(), "来电同学");
    let without = masters('b').open_key(OWNER, &wrapped).unwrap_err();
    assert_eq!(without, Error::UnknownMaster(key('a').id()));
}

/// Keys as they stand in a file.
fn lines(digits: &str) -> Result<Masters, Error> {
    let line = |digit: char| format!("{}\n", digit.to_string().repeat(64));
    digits.chars().map(line).collect::<String>().parse()
}

#[test]
fn of_a_file_the_first_key_seals_and_every_one_opens_and_finds() {
    let random = SystemRandom::new();
    let before = lines("a").unwrap();
    let (data, wrapped) = before.new_key(OWNER, &random).unwrap();
    let sealed = data.seal(place("name"), "来电同学", &random).unwrap();

    let rotated = lines("ba").unwrap().keep(&before).unwrap();
    let opened = rotated.open_key(OWNER, &wrapped).unwrap().open(place("name"), &sealed);
    assert_eq!(opened.unwrap(), "来电同学");
    assert_eq!(rotated.new_key(OWNER, &random).unwrap().1.by, key('b').id());
    let indexes = rotated.indexes("phone", "10000000000");
    for written in [&before, &rotated] {
        assert!(indexes.contains(&written.index("phone", "10000000000")));
    }
}

#[test]
fn keys_are_refused_if_one_of_those_before_is_lost() {
    let before = lines("ba").unwrap();
    for lost in ["b", "cb"] {
        let refusal = lines(lost).unwrap().keep(&before).unwrap_err();
        assert_eq!(refusal, Error::LostMaster(key('a').id()), "{lost}");
        assert!(refusal.to_string().contains("put its line back"));
    }
    for kept in ["ba", "ab", "cba", "bac"] {
        lines(kept).unwrap().keep(&before).unwrap();
    }
    assert!(matches!(lines(""), Err(Error::NotAKey)));
    assert!(matches!(lines("ag"), Err(Error::NotAKey)));
}

#[test]
fn a_wrapped_key_is_its_owners() {
    let random = SystemRandom::new();
    let masters = masters('a');
    let (_, wrapped) = masters.new_key(OWNER, &random).unwrap();
    assert!(matches!(masters.open_key([8; 16], &wrapped), Err(Error::Altered)));
}

#[test]
fn a_master_key_that_is_none_is_refused_with_the_command_that_makes_one() {
    for text in ["", "abc", &"g".repeat(64), &"ä".repeat(32)] {
        let refusal = text.parse::<MasterKey>().unwrap_err();
        assert_eq!(refusal, Error::NotAKey);
        assert!(refusal.to_string().contains("openssl rand -hex 32"));
    }
}

#[test]
fn keys_do_not_show_in_debug_output() {
    let shown = format!("{:?}", masters('a'));
    assert!(!shown.contains(&"a".repeat(8)), "{shown}");
}
