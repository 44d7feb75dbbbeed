//! What keys do, as `app.js` does it: only what exists, and what the person may reach.

use askama::Template;
use axum::{http::HeaderMap, response::Response};

use crate::{
    error::Error,
    pages::{
        error::PageError,
        html,
        shell::{Section, Shell},
        visit::SignedIn,
    },
};

#[derive(Template)]
#[template(path = "keyboard.html", blocks = ["list"])]
struct KeyboardPage {
    shell: Shell,
    groups: Vec<Group>,
    in_dialog: bool,
}

struct Group {
    title: &'static str,
    keys: Vec<Key>,
}

struct Key {
    /// Pressed one after the other, or together where `is_chord`.
    keys: Vec<String>,
    is_chord: bool,
    text: String,
}

impl Key {
    fn new(keys: &str, text: &str) -> Self {
        let keys = keys.split(' ').map(str::to_uppercase).collect();
        Self { keys, is_chord: false, text: text.to_owned() }
    }
}

pub async fn show(signed_in: SignedIn, headers: HeaderMap) -> Result<Response, PageError> {
    let shell = Shell::of(&signed_in.visit, Section::Keyboard).ok_or(Error::SignedOut)?;
    let in_dialog = html::is_htmx(&headers);
    let page = KeyboardPage { groups: groups(&shell), shell, in_dialog };
    if in_dialog { html::parts([page.as_list().render()]) } else { html::page(&page) }
}

fn groups(shell: &Shell) -> Vec<Group> {
    let chord =
        Key { keys: vec!["Ctrl".into(), "Enter".into()], is_chord: true, text: "Send the form".into() };
    let close = Key { keys: vec!["Esc".into()], is_chord: false, text: "Close what is topmost".into() };
    let mut groups = vec![Group { title: "Always", keys: vec![chord, close] }];
    if shell.has_keys {
        let pages = shell.nav.iter().chain(&shell.elsewhere);
        let go = pages.map(|link| Key::new(link.key, link.title)).collect();
        groups.insert(
            0,
            Group { title: "Anywhere", keys: vec![Key::new("/", "Search"), Key::new("?", "This list")] },
        );
        groups.insert(1, Group { title: "Go to", keys: go });
        groups.insert(2, Group { title: "In a table", keys: in_a_table() });
        if shell.nav.iter().chain(&shell.elsewhere).any(|link| link.section == Section::OpenApi) {
            let keys = vec![Key::new(".", "Menu of the row"), Key::new("e", "Edit")];
            groups.insert(3, Group { title: "On a token", keys });
        }
    }
    groups
}

fn in_a_table() -> Vec<Key> {
    let enter = Key { keys: vec!["Enter".into()], is_chord: false, text: "Open the row".into() };
    vec![Key::new("j", "Next row"), Key::new("k", "Previous row"), enter]
}
