//! What the audit trail calls what was done.

use std::fmt;

/// What was done to what: a noun and a verb with a dot between them, hyphens within either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditAction(&'static str);

macro_rules! actions {
    ($($name:ident = $text:literal,)+) => {
        impl AuditAction {
            $(pub const $name: Self = Self($text);)+
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

actions! {
    APPLICATION_CREATE = "application.create",
    APPLICATION_DELETE = "application.delete",
    APPLICATION_EDIT = "application.edit",
    CATEGORY_LEVEL_CREATE = "category-level.create",
    CATEGORY_LEVEL_EDIT = "category-level.edit",
    CATEGORY_CREATE = "category.create",
    CATEGORY_EDIT = "category.edit",
    COMPONENT_ADD_VERSION = "component.add-version",
    COMPONENT_CREATE = "component.create",
    COMPONENT_LINK = "component.link",
    COMPONENT_MOVE = "component.move",
    COMPONENT_REVIEW = "component.review",
    COMPONENT_UNLINK = "component.unlink",
    DOCUMENT_CREATE = "document.create",
    IDEA_ADD_COLLABORATORS = "idea.add-collaborators",
    IDEA_ANSWER = "idea.answer",
    IDEA_CHANGE_FLOW = "idea.change-flow",
    IDEA_CREATE = "idea.create",
    IDEA_DELETE = "idea.delete",
    IDEA_ENTER_COSTS = "idea.enter-costs",
    IDEA_FILE = "idea.file",
    IDEA_MOVE = "idea.move",
    IDEA_PUBLISH = "idea.publish",
    IDEA_REMOVE_COLLABORATORS = "idea.remove-collaborators",
    IDEA_REVIEW = "idea.review",
    IDEA_SET_BASELINE = "idea.set-baseline",
    IDEA_TAG = "idea.tag",
    IDEA_WITHDRAW = "idea.withdraw",
    MEDIA_CREATE = "media.create",
    SESSION_CREATE = "session.create",
    SESSION_DELETE = "session.delete",
    TENANT_CREATE = "tenant.create",
    TENANT_EDIT_TOKEN_SETTINGS = "tenant.edit-token-settings",
    TOKEN_ACTIVATE = "token.activate",
    TOKEN_CREATE = "token.create",
    TOKEN_CREATE_FOR_USER = "token.create-for-user",
    TOKEN_DEACTIVATE = "token.deactivate",
    TOKEN_EDIT = "token.edit",
    TOKEN_RETIRED_VALUE_USED = "token.retired-value-used",
    TOKEN_REVEAL = "token.reveal",
    TOKEN_REVOKE = "token.revoke",
    TOKEN_ROTATE = "token.rotate",
    TOKEN_SUSPEND = "token.suspend",
    USER_ACTIVATE = "user.activate",
    USER_ASSIGN_ROLES = "user.assign-roles",
    USER_CHANGE_PASSWORD = "user.change-password",
    USER_CREATE = "user.create",
    USER_DEACTIVATE = "user.deactivate",
    USER_EDIT = "user.edit",
    USER_INVITATION_FAILED = "user.invitation-failed",
    USER_INVITE = "user.invite",
    USER_RESET_PASSWORD = "user.reset-password",
}

impl AuditAction {
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for AuditAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::AuditAction;

    #[test]
    fn all_are_spelled_alike_and_none_twice() {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase());
        let is_part = |part: &str| part.split('-').all(is_word);
        for action in AuditAction::ALL {
            let (noun, verb) = action.as_str().split_once('.').unwrap();
            assert!(is_part(noun) && is_part(verb), "{action}");
        }
        let all: BTreeSet<_> = AuditAction::ALL.iter().map(|action| action.as_str()).collect();
        assert_eq!(all.len(), AuditAction::ALL.len());
    }
}
